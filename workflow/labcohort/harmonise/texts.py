"""What the texts of a cell say, whoever it is of and whenever: marker, number, unit, value."""

import polars as pl

from labcohort.harmonise.missing import is_missing
from labcohort.harmonise.names import Named
from labcohort.harmonise.numbers import parsed_number
from labcohort.harmonise.proposals import with_proposals
from labcohort.harmonise.ranges import with_ranges
from labcohort.harmonise.sent_units import with_sent_units
from labcohort.harmonise.status import with_status
from labcohort.harmonise.units import conversion_table
from labcohort.harmonise.withdrawn import takes_back

# 0.57 mg/dL is 5.7 mg/L, which it is not in binary: the dust of a conversion is taken off
DIGITS = 14
# what these say depends on nothing else (of corrections.corrected)
TEXTS = (
    "analyte",
    "analyte_name",
    "column",
    "value_text",
    "unit_text",
    "range_text",
    "status_text",
    "ignored",
    "value_corrected",
    "unit_corrected",
    "date_corrected",
)


def read_texts(kinds: pl.DataFrame, how: dict, named: Named) -> pl.DataFrame:
    """`kinds` (TEXTS) with all that they say by the source's mapping `how`.

    Added are those of `with_fates`, marker_order (the marker's place among all), status,
    comparator, number, decimals, the unit and what contradicts it, slope, intercept, value, the
    marker's limits, a proposed unit, the range.
    """
    kinds = with_fates(with_missing(kinds, how), how, named)
    kinds = with_status(_with_values(kinds, how), how)
    table = conversion_table(how["conversions"], how["analytes"])
    kinds = _with_limits(_with_canonical(with_units(kinds, how, table), table), how["markers"])
    kinds = with_ranges(with_proposals(kinds, how["conversions"], table), how, DIGITS)
    return kinds.with_columns(marker_order=pl.col("marker").rank("dense"))


def with_missing(kinds: pl.DataFrame, how: dict) -> pl.DataFrame:
    """`kinds` with the boolean is_missing: their value is empty, or means none."""
    text = pl.col("value_text")
    return kinds.with_columns(is_missing=is_missing(text, how["missing"], how["decimal"]))


def with_fates(kinds: pl.DataFrame, how: dict, named: Named) -> pl.DataFrame:
    """`kinds` (of `with_missing`) with `key` (the analyte as the mapping calls it), its marker,
    the marker that the name beside it is of (`named`), fate (ignored or missing, where it is
    that), why_unused, and whether it is missing and yet says something (takes_back)."""
    markers = {name: entry["marker"] for name, entry in how["analytes"].items()}
    by = {"default": None, "return_dtype": pl.String}
    kinds = kinds.with_columns(
        key=pl.col("analyte").replace_strict(named.keys, **by),
        named=pl.col("analyte_name").replace_strict(named.markers, **by),
    ).with_columns(marker=pl.col("key").replace_strict(markers, **by))
    kinds = kinds.with_columns(**_unused_fate(how))
    return kinds.with_columns(takes_back=takes_back(how).fill_null(False))


def with_units(kinds: pl.DataFrame, how: dict, table: pl.DataFrame) -> pl.DataFrame:
    """`kinds` (of `with_fates`) with their unit, and the unit that contradicts it (contradicted).

    A unit that a person corrected goes before the mapping's own, and that before the file's,
    whose codes `units` puts into words. `table` is `units.conversion_table`.
    """
    by_hand = pl.when("unit_corrected").then("sent_unit")
    return with_sent_units(kinds, how, table).with_columns(
        unit=pl.coalesce(by_hand, "declared_unit", "sent_unit").fill_null("")
    )


def _unused_fate(how: dict) -> dict[str, pl.Expr]:
    """Columns fate (ignored or missing, where it is that) and why_unused.

    An ignored analyte stays so when empty, and so does what a reader holds back.
    """
    ignored = pl.col("key").is_in(how["ignore"])
    held = pl.col("ignored").is_not_null()
    return {
        "fate": pl.when(ignored | held)
        .then(pl.lit("ignored"))
        .when("is_missing")
        .then(pl.lit("missing")),
        "why_unused": pl.coalesce("ignored", pl.when(ignored).then(pl.col("key"))),
    }


def _with_values(cells: pl.DataFrame, how: dict) -> pl.DataFrame:
    """Comparator, number and decimals of each cell as far as they can be read."""
    return cells.with_columns(
        **parsed_number(
            pl.col("value_text"), how["decimal"], how.get("thousands"), how.get("marks", ())
        )
    )


def _with_canonical(cells: pl.DataFrame, table: pl.DataFrame) -> pl.DataFrame:
    """The value of each number in its marker's canonical unit."""
    return cells.join(
        table.rename({"analyte": "key"}), on=["key", "unit"], how="left", maintain_order="left"
    ).with_columns(
        value=(pl.col("number") * pl.col("slope") + pl.col("intercept")).round_sig_figs(DIGITS)
    )


def _with_limits(cells: pl.DataFrame, markers: list[dict]) -> pl.DataFrame:
    """The marker's hard and soft limits as columns, while the rules are applied."""
    schema = {name: pl.Float64 for name in ("hard_low", "hard_high", "soft_low", "soft_high")}
    limits = pl.DataFrame(
        [{k: v for k, v in row.items() if k != "panel"} for row in markers],
        schema={"marker": pl.String, **schema},
    )
    return cells.join(limits, on="marker", how="left", maintain_order="left")
