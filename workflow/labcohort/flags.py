"""Flags: what is odd about a value that is kept. Each has its words here, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

FLAGS = {
    "soft_low": "below the soft limit",
    "soft_high": "above the soft limit",
    "unit_contradicts_mapping": "sent in another unit than the mapping declares",
    "unit_proposed": "plausible only in another unit",
    "corrected_by_hand": "corrected by hand, signed",
    "unreadable_range": "the laboratory's reference range cannot be read",
    "unreadable_reported": "the time of the report cannot be read",
    "unreadable_claim": "the row's own sex or date of birth cannot be read",
    "censored_input": "rests on a result sent as a limit",
    "inputs_of_other_date": "an input is of another date",
    "insulin_treated": "insulin-treated",
    "insulin_unknown": "insulin treatment not known",
    "insulin_zero": "insulin is zero",
    "near_pole": "near the pole of the formula",
    "pressures_equal": "systolic and diastolic pressure are equal",
    "triglycerides_above_400": "triglycerides above 400 mg/dL",
    "age_below_35": "under 35 years, where the index is not validated",
    "ast_upper_limit_assumed": "the laboratory's upper limit of AST is not known: 40 U/L",
    "preliminary": "a preliminary result, with no final one of that day",
    "implausible_for_sex": "outside the soft limits for the person's sex",
    "height_changed": "height of an adult differs by more than 3 cm from the date beside it",
    "delta_check": "changed by more than biological and analytical variation",
    "isolated_spike": "left both neighbours, which agree, by more than half a power of ten",
    "differs_from_reported": "our value differs from the laboratory's own calculation",
}


def known_flags(checks: Iterable[str]) -> list[str]:
    """All flags of a study with these cross-checks; a check flags what it finds equal."""
    return [*FLAGS, *(f"{check}_equal" for check in checks)]


def words(flag: str) -> str:
    """A flag as it is read."""
    return FLAGS.get(flag, flag.replace("_", " "))


def added(flag: str, where: pl.Expr) -> pl.Expr:
    """The column `flag` with one more flag joined by | where a condition holds; null is no."""
    # the workflow's own start asks for names and words only
    import polars as pl

    more = pl.coalesce(pl.col("flag") + f"|{flag}", pl.lit(flag))
    return pl.when(where).then(more).otherwise("flag").alias("flag")


def added_at(frame: pl.DataFrame, flag: str, rows: pl.Series) -> pl.DataFrame:
    """`frame` with one more `flag` in the rows of these numbers, counted from 0."""
    import polars as pl

    if rows.is_empty():
        return frame
    where = pl.repeat(False, frame.height, eager=True).scatter(rows, True)
    return frame.with_columns(added(flag, pl.lit(where)))
