"""Settle each ingested cell of a source: a value in its canonical unit, or another fate."""

from dataclasses import dataclass

import polars as pl

from labcohort.errors import UserError, nearest, place
from labcohort.harmonise.cross_checks import check_pairs
from labcohort.harmonise.dates import matches_a_format, parsed_date
from labcohort.harmonise.numbers import parsed_number
from labcohort.harmonise.ranges import with_ranges
from labcohort.harmonise.units import check_declared_unit, conversion_table, folded
from labcohort.quarantine import records

# 0.57 mg/dL is 5.7 mg/L, which it is not in binary: the dust of a conversion is taken off
DIGITS = 14
VALUES = (
    "source",
    "file",
    "sheet",
    "row",
    "column",
    "person",
    "marker",
    "sample_date",
    "value_text",
    "comparator",
    "number",
    "decimals",
    "unit",
    "value",
    "flag",
    "range_low",
    "range_high",
)


@dataclass(frozen=True)
class Harmonised:
    """What became of a source's cells: `values`, `quarantine` and the `unused` (fate, reason)."""

    values: pl.DataFrame
    quarantine: pl.DataFrame
    unused: pl.DataFrame


def harmonise_cells(cells: pl.DataFrame, how: dict) -> Harmonised:
    """Values of `cells` (schemas.ingested.Cells) by the source's mapping `how`.

    Every cell ends in one of the three frames. UserError where the fault is the mapping's: a
    unit that nobody declares for a whole column, or one that no conversion knows.
    """
    settled = cells.with_columns(_unused_fate(how))
    unused = settled.filter(pl.col("fate").is_not_null()).with_columns(
        reason=pl.when(pl.col("fate") == "ignored").then("analyte")
    )
    open_cells = settled.filter(pl.col("fate").is_null()).drop("fate")
    read = _with_limits(_with_units(_with_values(open_cells, how), how), how["markers"])
    first = with_ranges(read, how, DIGITS).with_columns(
        rule=pl.coalesce(pl.when(broken).then(pl.lit(rule)) for rule, broken in _rules()),
        reason=pl.lit(None, pl.String),
    )
    sample = ["file", "sheet", "row"] if how["layout"] == "wide" else ["person", "sample_date"]
    checked = check_pairs(first, how["cross_checks"], sample)
    bad = _with_reasons(checked.filter(pl.col("rule").is_not_null()), how)
    good = checked.filter(pl.col("rule").is_null())
    return Harmonised(
        good.select(VALUES).sort("marker", "person", "sample_date", "file", "row", "column"),
        records(bad.rename({"value_text": "raw_value"}), "harmonise"),
        unused,
    )


def _unused_fate(how: dict) -> pl.Expr:
    """ignored or missing, where a cell's fate is that; an ignored analyte stays so when empty."""
    missing = pl.col("value_text").is_in(["", *how["missing"]])
    ignored = pl.col("analyte").is_in(how["ignore"])
    return (
        pl.when(ignored).then(pl.lit("ignored")).when(missing).then(pl.lit("missing")).alias("fate")
    )


def _with_values(cells: pl.DataFrame, how: dict) -> pl.DataFrame:
    """Marker, number and date of each cell as far as they can be read."""
    markers = {name: entry["marker"] for name, entry in how["analytes"].items()}
    date_text = pl.col("date_text").fill_null("")
    return cells.with_columns(
        marker=pl.col("analyte").replace_strict(markers, default=None, return_dtype=pl.String),
        sample_date=parsed_date(date_text, how["dates"]),
        date_has_form=matches_a_format(date_text, how["dates"]),
        **parsed_number(pl.col("value_text"), how["decimal"]),
    )


def _with_units(cells: pl.DataFrame, how: dict) -> pl.DataFrame:
    """Unit and canonical value of each cell; the mapping's own unit holds where it names one."""
    declared = {name: entry["unit"] for name, entry in how["analytes"].items() if "unit" in entry}
    spelled = cells.get_column("unit_text").drop_nulls().unique().to_list()
    cells = cells.with_columns(
        unit=pl.coalesce(
            pl.col("analyte").replace_strict(
                {name: folded(unit) for name, unit in declared.items()},
                default=None,
                return_dtype=pl.String,
            ),
            pl.col("unit_text").replace_strict(
                {unit: folded(unit) for unit in spelled}, default=None, return_dtype=pl.String
            ),
        ).fill_null("")
    )
    _check_columns(cells, how, set(declared))
    table = conversion_table(how["conversions"], how["analytes"])
    return cells.join(
        table, on=["analyte", "unit"], how="left", maintain_order="left"
    ).with_columns(
        value=(pl.col("number") * pl.col("slope") + pl.col("intercept")).round_sig_figs(DIGITS)
    )


def _check_columns(cells: pl.DataFrame, how: dict, declared: set[str]) -> None:
    """Stop where a whole analyte has no unit, or a wide column one that no conversion knows."""
    units = (
        cells.filter(pl.col("marker").is_not_null())
        .group_by("analyte")
        .agg(
            pl.col("unit").unique().sort(),
            pl.col("file").first(),
            pl.col("sheet").first(),
            pl.col("column").first(),
        )
    )
    for name, spellings, file, sheet, column in units.sort("analyte").iter_rows():
        if spellings == [""] or (how["layout"] == "wide" and name not in declared):
            where = place(file, sheet, None, column) + f", analyte {name}"
            for unit in spellings:
                check_declared_unit(how["conversions"], how["analytes"][name], unit, where)


def _with_limits(cells: pl.DataFrame, markers: list[dict]) -> pl.DataFrame:
    """Flags of soft limits, and the hard limits as columns while the rules are applied."""
    schema = {name: pl.Float64 for name in ("hard_low", "hard_high", "soft_low", "soft_high")}
    limits = pl.DataFrame(
        [{k: v for k, v in row.items() if k != "panel"} for row in markers],
        schema={"marker": pl.String, **schema},
    )
    cells = cells.join(limits, on="marker", how="left", maintain_order="left")
    return cells.with_columns(
        flag=pl.when(pl.col("value") < pl.col("soft_low"))
        .then(pl.lit("soft_low"))
        .when(pl.col("value") > pl.col("soft_high"))
        .then(pl.lit("soft_high"))
    )


def _rules() -> list[tuple[str, pl.Expr]]:
    """Each rule and when it is broken; the first that is broken counts."""
    value = pl.col("value")
    return [
        ("unknown_analyte", pl.col("marker").is_null()),
        ("missing_person", pl.col("person").is_null()),
        ("missing_date", pl.col("date_text").fill_null("").str.strip_chars() == ""),
        ("undeclared_date_format", ~pl.col("date_has_form")),
        ("invalid_date", pl.col("sample_date").is_null()),
        ("unparseable_value", pl.col("number").is_null()),
        ("missing_unit", pl.col("unit") == ""),
        ("unknown_unit", pl.col("slope").is_null()),
        ("hard_limit", (value < pl.col("hard_low")) | (value > pl.col("hard_high"))),
    ]


def _with_reasons(bad: pl.DataFrame, how: dict) -> pl.DataFrame:
    """The reason of each broken rule in words; a cross-check has brought its own."""
    unknown = bad.filter(pl.col("rule") == "unknown_analyte").get_column("analyte").unique()
    like = {name: nearest(name, how["analytes"]) for name in unknown}
    too_low = pl.col("value") < pl.col("hard_low")
    limit = pl.when(too_low).then("hard_low").otherwise("hard_high")
    words = {
        "unknown_analyte": pl.format(
            "'{}' is no analyte of the mapping{}",
            "analyte",
            pl.col("analyte").replace_strict(like, default="", return_dtype=pl.String),
        ),
        "missing_person": pl.lit("the row names no person"),
        "missing_date": pl.lit("the row has no sample date"),
        "undeclared_date_format": pl.format(
            "date '{}' has none of the declared formats: " + ", ".join(how["dates"]), "date_text"
        ),
        "invalid_date": pl.format("date '{}' is no day of the calendar", "date_text"),
        "unparseable_value": pl.format("'{}' is no number", "value_text"),
        "missing_unit": pl.lit("the result has no unit"),
        "unknown_unit": pl.format("no conversion of {} knows the unit '{}'", "marker", "unit"),
        "hard_limit": pl.format(
            "{} in canonical units is {} the hard limit {}",
            pl.col("value").round(6).cast(pl.String),
            pl.when(too_low).then(pl.lit("below")).otherwise(pl.lit("above")),
            limit.cast(pl.String),
        ),
    }
    own = (pl.when(pl.col("rule") == rule).then(why) for rule, why in words.items())
    return bad.with_columns(reason=pl.coalesce("reason", *own))


def check_mapping_is_used(values: pl.DataFrame, source: str) -> None:
    """Stop where a source gives no value at all: its mapping fits nothing in the file."""
    if values.height == 0:
        raise UserError(
            f"no result of {source} could be used",
            where=f"config/sources/{source}.yaml",
            rule="a source gives at least one value",
            do="look at the analytes, dates and units of its mapping",
        )
