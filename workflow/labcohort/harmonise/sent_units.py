"""Units as the file sends them, held against those that the mapping declares."""

import polars as pl

from labcohort.harmonise.units import folded
from labcohort.ingest.mapping import UNIT_AT_END

CONTRADICTS = "unit_contradicts_mapping"
# two conversions that differ by less are one, in other digits
SAME = 1e-6


def with_sent_units(cells: pl.DataFrame, how: dict, table: pl.DataFrame) -> pl.DataFrame:
    """`cells` with declared_unit, sent_unit (both folded), unit_compared and contradicted.

    declared_unit is the mapping's own, sent_unit that of unit_text, the codes of `how["units"]`
    put into words. contradicted is the unit sent, or the one in brackets at the end of a name
    (of a column; of the analyte), where the mapping declares one that is converted otherwise.
    One that `table` (units.conversion_table) does not know for the analyte contradicts nothing,
    nor does one that a person corrected.
    """
    names = ["analyte", "unit_text"] + (["column"] if how["layout"] != "long" else [])
    # there are few of them, however many cells
    found = cells.select("key", *names).unique().with_columns(**_units(cells, how, names))
    known = table.rename({"analyte": "key"})
    for column in ("declared_unit", "sent_unit", "named_unit"):
        own = known.select(
            "key",
            pl.col("unit").alias(column),
            pl.struct("slope", "intercept").alias(f"as_{column}"),
        )
        found = found.join(own, on=["key", column], how="left")
    # what stands beside the value goes before what stands above it
    beside = pl.col("as_sent_unit").is_not_null()
    sent = pl.when(beside).then("as_sent_unit").otherwise("as_named_unit")
    differ = _differ(pl.col("as_declared_unit"), sent)
    contradicted = pl.when(differ).then(pl.when(beside).then("sent_unit").otherwise("named_unit"))
    found = found.select(
        *names,
        "declared_unit",
        "sent_unit",
        unit_compared=differ.is_not_null(),
        contradicted=contradicted,
    )
    return cells.join(
        found, on=names, how="left", nulls_equal=True, maintain_order="left"
    ).with_columns(contradicted=pl.when(~pl.col("unit_corrected")).then("contradicted"))


def _units(cells: pl.DataFrame, how: dict, names: list[str]) -> dict[str, pl.Expr]:
    """The unit that the mapping declares, that which is sent, and that which ends a name."""

    def texts(column: str) -> list[str]:
        return cells.get_column(column).drop_nulls().unique().to_list()

    codes = how.get("units", {})
    sent = {unit: folded(codes.get(unit, unit)) for unit in texts("unit_text")}
    declared = {
        name: folded(entry["unit"]) for name, entry in how["analytes"].items() if "unit" in entry
    }
    in_names = [name for name in ("column", "analyte") if name in names]
    ends = {
        name: folded(ending.group(2))
        for column in in_names
        for name in texts(column)
        if (ending := UNIT_AT_END.match(name))
    }
    by = {"default": None, "return_dtype": pl.String}
    return {
        "declared_unit": pl.col("key").replace_strict(declared, **by),
        "sent_unit": pl.col("unit_text").replace_strict(sent, **by),
        "named_unit": pl.coalesce(pl.col(name).replace_strict(ends, **by) for name in in_names),
    }


def _differ(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    """Whether two conversions are not the same; null where either is none."""
    slopes = one.struct.field("slope") / other.struct.field("slope")
    intercepts = one.struct.field("intercept") - other.struct.field("intercept")
    return ((slopes - 1).abs() > SAME) | (intercepts.abs() > SAME)
