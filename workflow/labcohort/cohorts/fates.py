"""What becomes of results that stand for no timepoint, and why."""

import polars as pl

from labcohort.cohorts.windows import window
from labcohort.derive.censored import rests_on_limit
from labcohort.quarantine import PLACE

# rule of a result that stands for no timepoint because the study excludes limits
EXCLUDED_LIMIT = "excluded_limit"


def fates(results: pl.DataFrame, visits: list[dict], exclude_limits: bool = False) -> pl.DataFrame:
    """Placed results with fate and reason: null where used, else out_of_window and why."""
    used = results.filter("used").with_columns(
        fate=pl.lit(None, pl.String), reason=pl.lit(None, pl.String)
    )
    day = pl.col("day")
    reason = pl.when(day.is_null()).then(pl.lit("no anchor date"))
    if exclude_limits:
        reason = reason.when(rests_on_limit()).then(pl.lit("sent as a limit (excluded)"))
    spans = sorted((*window(visit), visit["timepoint"]) for visit in visits)
    for low, high, timepoint in spans:
        reason = reason.when(day < low).then(pl.lit(f"before the window of {timepoint}"))
        reason = reason.when(day <= high).then(pl.lit(f"another result of {timepoint} was chosen"))
    reason = reason.otherwise(pl.lit(f"after the window of {spans[-1][2]}"))
    others = results.filter(~pl.col("used"))
    return pl.concat([used, others.with_columns(fate=pl.lit("out_of_window"), reason=reason)])


def not_chosen(
    results: pl.DataFrame, visits: list[dict], exclude_limits: bool = False
) -> pl.DataFrame:
    """Measured, placed results in a window of which another stands for it, or none
    (schemas.quality.NotChosen).

    `rule` is the choice of the timepoint (with `mean` they are in it, and the place kept is that
    of the first of them), or `excluded_limit`. The place kept is empty where no result stands for
    the timepoint: its day was chosen for all markers, or limits alone are there.
    """
    keys = ["person", "marker", "timepoint"]
    kept = results.filter("stands").select(
        *keys, *(pl.col(name).alias(f"kept_{name}") for name in PLACE)
    )
    choice = {visit["timepoint"]: visit["choice"] for visit in visits}
    rule = pl.col("timepoint").cast(pl.String).replace_strict(choice, return_dtype=pl.String)
    if exclude_limits:
        rule = pl.when(rests_on_limit()).then(pl.lit(EXCLUDED_LIMIT)).otherwise(rule)
    others = results.filter(is_passed_over()).with_columns(rule=rule)
    return (
        others.join(kept, on=keys, how="left")
        .select(*PLACE, *keys, "rule", *kept.columns[len(keys) :])
        .with_columns(pl.col(keys).cast(pl.String))
        .sort(*PLACE, nulls_last=True)
    )


def is_passed_over() -> pl.Expr:
    """Whether a placed result was measured in a window and does not stand for its timepoint."""
    measured = pl.col("origin") == "measured"
    return measured & pl.col("timepoint").is_not_null() & ~pl.col("stands")
