"""Pair each person's baseline with the follow-up: the numbers that a test may use."""

from collections.abc import Sequence

import polars as pl

from labcohort.compare.paired import Pairs
from labcohort.derive.censored import is_below, rests_on_limit
from labcohort.flags import words


def pairs(
    chosen: pl.DataFrame,
    members: pl.DataFrame,
    marker: str,
    cohort: str,
    timepoint: str,
    baseline: str,
    exclude: Sequence[str] = (),
) -> Pairs:
    """Pairs of `marker` in `cohort` between the timepoints `baseline` and `timepoint`.

    `chosen` is schemas.cohort.Chosen (one value a person, marker and timepoint), `members`
    schemas.cohort.Membership. Joined by person, never by position. A pair is left out where
    either value has a flag that `exclude` names.
    """
    inside = members.filter((pl.col("cohort") == cohort) & (pl.col("timepoint") == timepoint))
    own = chosen.filter(pl.col("marker") == marker).with_columns(
        limit=rests_on_limit(),
        below=is_below(pl.col("comparator")),
        out=_left_out(exclude),
    )
    columns = ["person", "value", "limit", "below", "out"]
    before = own.filter(pl.col("timepoint") == baseline).select(columns)
    after = own.filter(pl.col("timepoint") == timepoint).select(columns)
    joined = (
        inside.select("person")
        .join(before, on="person", how="left", validate="1:1")
        .join(after, on="person", how="left", suffix="_after", validate="1:1")
        .sort("person")
        .with_columns(lost=_why_lost())
    )
    paired = joined.filter(pl.col("lost").is_null())
    why = joined.group_by("lost").len().drop_nulls("lost").sort("lost")
    return Pairs(
        baseline=paired.get_column("value").to_numpy(),
        followup=paired.get_column("value_after").to_numpy(),
        n_members=inside.height,
        n_baseline=joined.get_column("value").count(),
        n_followup=joined.get_column("value_after").count(),
        lost=dict(why.iter_rows()),
        limits=paired.select("limit", "limit_after").to_numpy(),
        below=paired.select("below", "below_after").to_numpy(),
    )


def _left_out(exclude: Sequence[str]) -> pl.Expr:
    """Why a value is not to be used: its first excluded flag; null where it is used."""
    flags = pl.col("flag").str.split("|")
    reasons = [pl.when(flags.list.contains(f)).then(pl.lit(words(f))) for f in exclude]
    return pl.coalesce(pl.lit(None, pl.String), *reasons)


def _why_lost() -> pl.Expr:
    """Why a member is no pair; null for a pair."""
    neither = pl.col("value").is_null() & pl.col("value_after").is_null()
    return (
        pl.when(neither)
        .then(pl.lit("no value at either visit"))
        .when(pl.col("value").is_null())
        .then(pl.lit("no value at baseline"))
        .when(pl.col("value_after").is_null())
        .then(pl.lit("no value at follow-up"))
        .otherwise(pl.coalesce("out", "out_after"))
    )
