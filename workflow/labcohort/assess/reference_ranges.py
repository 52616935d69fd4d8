"""Each value held against its reference range."""

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from labcohort.assess.ages import ages_at
from labcohort.compare.ties import RELATIVE_TOLERANCE

# a value half-way between two decimals is seldom that in binary
DIGITS = 12
# what a row of the table may ask of a person
FACTS = ("sex", "age_low", "age_high")


def judged(
    chosen: pl.DataFrame,
    facts: pl.DataFrame,
    ranges: list[dict],
    decimals: dict[str, int],
) -> pl.DataFrame:
    """Each value with its range, and where it lies.

    A value is held against its own laboratory's range of that very result, else against the
    first row of `ranges` (resources/reference_ranges.tsv) for its marker and the person's sex
    and age: completed years at the sample's date, or the age in the patient table where there is
    no birth date. Bounds are inclusive, and held against the value as it is reported: 5.193 with
    two decimals lies within a limit of 5.19.

    Parameters
    ----------
    chosen : schemas.cohort.Chosen, with the person's `number`; a row a marker and timepoint.
    facts : schemas.harmonised.Patients, in the order of the numbers (compare.persons.Persons).
    ranges : rows marker, sex, age_low (inclusive), age_high (exclusive), low, high; null is open.
    decimals : of each marker as it is reported; a marker that is not there is not rounded.

    Returns
    -------
    The rows of `chosen`, with low and high (of the range used), own (whether that is the
    laboratory's) and side: -1 below, 0 inside, 1 above; null without a range.
    """
    present = set(chosen.get_column("marker").unique())
    table = [
        row
        for row in ranges
        if row["marker"] in present and (row["low"] is not None or row["high"] is not None)
    ]
    has_own = pl.col("range_low").is_not_null() | pl.col("range_high").is_not_null()
    held = (
        _with_facts(chosen, facts, table)
        .with_columns(own=has_own, first=_first_met(table))
        .select(
            *chosen.columns,
            "own",
            *(_bound(end, table) for end in ("low", "high")),
            reported=_reported({m: n for m, n in decimals.items() if m in present}),
        )
        .collect()
    )
    side = side_of(*(held.get_column(name).to_numpy() for name in ("reported", "low", "high")))
    judged_side = pl.Series(side, nan_to_null=True).cast(pl.Int8)
    return held.drop("reported").with_columns(side=judged_side)


def _with_facts(chosen: pl.DataFrame, facts: pl.DataFrame, table: list[dict]) -> pl.LazyFrame:
    """The values with sex and age (`years`) of their persons, where a row of the table asks."""
    asked = {name for row in table for name in FACTS if row[name] is not None}
    if not asked:
        return chosen.lazy()
    own = chosen.hstack(facts.select("sex", "birth_date", "age")[chosen.get_column("number")])
    if asked == {"sex"}:
        return own.lazy()
    completed = ages_at(own.get_column("birth_date"), own.get_column("sample_date"))
    return own.lazy().with_columns(years=pl.coalesce(completed.cast(pl.Float64), "age"))


def _first_met(table: list[dict]) -> pl.Expr:
    """The number of the first row of the table that is for a value and its person; else null."""
    met = (pl.when(_meets(row)).then(pl.lit(n, pl.Int32)) for n, row in enumerate(table))
    return pl.coalesce(*met, pl.lit(None, pl.Int32))


def _meets(row: dict) -> pl.Expr:
    """Whether a row of the table is for a value. An unknown sex or age meets none that asks."""
    met = [pl.col("marker") == row["marker"]]
    if row["sex"] is not None:
        met.append(pl.col("sex") == row["sex"])
    if row["age_low"] is not None:
        met.append(pl.col("years") >= row["age_low"])
    if row["age_high"] is not None:
        met.append(pl.col("years") < row["age_high"])
    return pl.all_horizontal(met)


def _bound(end: str, table: list[dict]) -> pl.Expr:
    """An end (low, high) of the laboratory's range, or of the row of the table."""
    bounds = pl.Series([row[end] for row in table], dtype=pl.Float64)
    of_table = pl.lit(bounds).gather("first") if table else pl.lit(None, pl.Float64)
    return pl.when("own").then(f"range_{end}").otherwise(of_table).alias(end)


def _reported(decimals: dict[str, int]) -> pl.Expr:
    """The value in the decimals of its marker, rounded half away from zero."""
    marker, value = pl.col("marker"), pl.col("value").round_sig_figs(DIGITS)
    rounded = [
        pl.when(marker.is_in([m for m, own in decimals.items() if own == n])).then(
            value.round(n, mode="half_away_from_zero")
        )
        for n in sorted(set(decimals.values()))
    ]
    return pl.coalesce(*rounded, "value")


def side_of(value: ArrayLike, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """-1 below the range, 0 inside, 1 above; NaN without a range. A bound of NaN is open.

    A bound that a change of unit has moved in its last digits is still the bound.
    """
    none = np.isnan(low) & np.isnan(high)
    below = value < low - RELATIVE_TOLERANCE * np.abs(low)
    above = value > high + RELATIVE_TOLERANCE * np.abs(high)
    return np.select([none, below, above], [np.nan, -1.0, 1.0], 0.0)
