"""Each value held against its reference range."""

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from labcohort.compare.ties import RELATIVE_TOLERANCE
from labcohort.derive.age import age_at

RANGES = {
    "marker": pl.String,
    "sex": pl.String,
    "age_low": pl.Float64,
    "age_high": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
}
KEY = ["person", "marker", "timepoint"]
# a value half-way between two decimals is seldom that in binary
DIGITS = 12


def judged(
    chosen: pl.DataFrame,
    patients: pl.DataFrame,
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
    chosen : schemas.cohort.Chosen; one row a person, marker and timepoint.
    patients : schemas.harmonised.Patients.
    ranges : rows marker, sex, age_low (inclusive), age_high (exclusive), low, high; null is open.
    decimals : of each marker as it is reported; a marker that is not there is not rounded.

    Returns
    -------
    The rows of `chosen`, with low and high (of the range used), own (whether that is the
    laboratory's) and side: -1 below, 0 inside, 1 above; null without a range.
    """
    of_table = _table_ranges(chosen, patients, ranges)
    has_own = pl.col("range_low").is_not_null() | pl.col("range_high").is_not_null()
    low, high = (
        pl.when("own").then(f"range_{end}").otherwise(f"table_{end}") for end in ("low", "high")
    )
    held = (
        chosen.join(of_table, on=KEY, how="left", maintain_order="left")
        .with_columns(own=has_own)
        .with_columns(low=low, high=high, reported=_reported(decimals))
    )
    side = side_of(*(held.get_column(name).to_numpy() for name in ("reported", "low", "high")))
    return held.with_columns(side=pl.Series(side, nan_to_null=True).cast(pl.Int8)).drop(
        "table_low", "table_high", "reported"
    )


def _table_ranges(chosen: pl.DataFrame, patients: pl.DataFrame, ranges: list[dict]) -> pl.DataFrame:
    """KEY, table_low, table_high: for each value the first row of the table that is for it."""
    rows = [{name: row[name] for name in RANGES} for row in ranges]
    table = (
        pl.DataFrame(rows, schema=RANGES, orient="row")
        .filter(pl.col("low").is_not_null() | pl.col("high").is_not_null())
        .with_row_index("order")
        .rename({"sex": "for_sex", "low": "table_low", "high": "table_high"})
    )
    completed = age_at(pl.col("birth_date"), pl.col("sample_date")).cast(pl.Float64)
    # an unknown sex or age meets no row that asks for one
    met = pl.all_horizontal(
        pl.col("for_sex").is_null() | (pl.col("sex") == pl.col("for_sex")).fill_null(False),
        pl.col("age_low").is_null() | (pl.col("years") >= pl.col("age_low")).fill_null(False),
        pl.col("age_high").is_null() | (pl.col("years") < pl.col("age_high")).fill_null(False),
    )
    return (
        chosen.select(*KEY, "sample_date")
        .join(patients.select("person", "sex", "birth_date", "age"), on="person", how="left")
        .with_columns(years=pl.coalesce(completed, "age"))
        .join(table, on="marker", how="inner")
        .filter(met)
        .sort("order")
        .unique(KEY, keep="first", maintain_order=True)
        .select(*KEY, "table_low", "table_high")
    )


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
