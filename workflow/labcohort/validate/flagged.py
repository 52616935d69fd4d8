"""What is odd about values that are kept: how many, and which."""

from collections.abc import Iterable

import polars as pl

from labcohort.flags import words
from labcohort.quarantine import PLACE

COUNTS = {"source": pl.String, "marker": pl.String, "flag": pl.String, "n": pl.Int64}
BY = ("source", "marker", "flag")


def flags_of(panels: Iterable[pl.LazyFrame]) -> pl.DataFrame:
    """Every flag of every value: place (null: a computed value), marker, value (canonical, as it
    is analysed), flag.

    `panels` are schemas.derived.Derived, of any buckets of persons. They are read once: few values
    have a flag.
    """
    flagged = (panel.filter(pl.col("flag").is_not_null()) for panel in panels)
    rows = pl.concat(panel.select(*PLACE, "marker", "value", "flag") for panel in flagged)
    return rows.collect().with_columns(pl.col("flag").str.split("|")).explode("flag")


def flag_counts(flags: pl.DataFrame) -> pl.DataFrame:
    """How many values have which of `flags_of`: source (null: computed values), marker, flag, n."""
    counts = flags.group_by(BY).agg(n=pl.len().cast(pl.Int64))
    return counts.sort("marker", "flag", "source", nulls_last=True)


def flagged_values(flags: pl.DataFrame) -> pl.DataFrame:
    """The measured values of `flags_of`; one of several flags has a row for each."""
    return flags.filter(pl.col("source").is_not_null()).sort(*PLACE, "flag", nulls_last=True)


def listed(flagged: pl.DataFrame, how: dict) -> pl.DataFrame:
    """`flagged_values` that a person is to look at, with the canonical unit and the flag in words.

    `how` holds `units` by marker, and `unjudged`: flag -> sources in which its rule has the
    severity none, which lists nothing.
    """
    pairs = [(flag, source) for flag, sources in how["unjudged"].items() for source in sources]
    schema = {"flag": pl.String, "source": pl.String}
    none = pl.DataFrame(pairs, schema=schema, orient="row")
    unit = pl.col("marker").replace_strict(how["units"], default=None, return_dtype=pl.String)
    return with_words(
        flagged.join(none, on=list(schema), how="anti", maintain_order="left").select(
            *PLACE, "marker", "value", unit.alias("unit"), "flag"
        )
    )


def with_words(table: pl.DataFrame) -> pl.DataFrame:
    """The table with its `flag` in words as the column meaning."""
    said = [words(flag) for flag in table.get_column("flag")]
    return table.with_columns(meaning=pl.Series(said, dtype=pl.String))
