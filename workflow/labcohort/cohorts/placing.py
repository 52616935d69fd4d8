"""Which result of a person stands for baseline, which for a follow-up.

Persons and markers may be texts, or an Enum of them in their order (many times faster).
"""

import numpy as np
import polars as pl

from labcohort.cohorts.days import groups, lowest
from labcohort.cohorts.windows import in_window, is_in_window
from labcohort.derive.censored import rests_on_limit
from labcohort.keys import packed, sorted_by


def visit_dates(days: pl.DataFrame, visits: list[dict]) -> pl.DataFrame:
    """The one day chosen for each person and timepoint whose scope is the person.

    `days` holds the distinct (person, day) of any result.
    """
    parts = [days.select("person", "day", timepoint=pl.lit("")).clear()]
    for visit in visits:
        if visit["scope"] == "person":
            own = in_window(days, visit)
            day = own.get_column("day").to_numpy()
            best = own.filter(_is_best(groups(own, "person"), day, visit))
            parts.append(best.select("person", "day", timepoint=pl.lit(visit["timepoint"])))
    return pl.concat(parts)


def placed(
    results: pl.DataFrame, visits: list[dict], dates: pl.DataFrame, exclude_limits: bool = False
) -> pl.DataFrame:
    """`results` with the `timepoint` in whose window each lies (null: in none), whether it
    `stands` for it, and whether its value is `used` there.

    `results` has person, marker, sample_date, day and value (none null). `dates` is that of
    `visit_dates`. One result stands for a timepoint and is used; with the choice `mean` all of
    the window are used, and the first of them stands.
    """
    group = groups(results, "marker", "person")
    day = results.get_column("day").fill_null(0).to_numpy()
    # windows do not overlap, so that one number tells whose a result is in
    names = sorted(visit["timepoint"] for visit in visits)
    window = np.full(results.height, len(names), np.uint32)
    stands, used = np.zeros(results.height, bool), np.zeros(results.height, bool)
    if exclude_limits:
        possible = results.select(~rests_on_limit()).to_series().to_numpy()
    else:
        possible = np.ones(results.height, bool)
    for visit in visits:
        inside = results.select(is_in_window(visit)).to_series().to_numpy()
        window[inside] = names.index(visit["timepoint"])
        rows = np.flatnonzero(inside & possible)
        if visit["choice"] == "mean" or visit["scope"] == "marker":
            best = rows[_is_best(group[rows], day[rows], visit)]
        else:
            best = rows[_is_of_visit(results.select("person", "day")[rows], dates, visit)]
        stands[best] = True
        used[rows if visit["choice"] == "mean" else best] = True
    timepoint = pl.Series([*names, None], dtype=pl.Enum(names)).gather(window)
    return results.with_columns(timepoint=timepoint, stands=pl.Series(stands), used=pl.Series(used))


def chosen(results: pl.DataFrame, visits: list[dict]) -> pl.DataFrame:
    """The placed results that stand for each (person, marker, timepoint), in this order:
    marker, timepoint, person.

    With the choice `mean` the value is the mean of all results used (of a class, such as a CKD
    stage, the first) and the rest of the row that of the first of them.
    """
    rows = np.flatnonzero(results.get_column("stands").to_numpy())
    # results come by marker and person: what is left is to sort few markers and timepoints
    place = packed(results.select("marker", "timepoint")[rows], ("marker", "timepoint"))
    turn = np.argsort(place.shrink_dtype().to_numpy(), kind="stable")
    first = sorted_by(results[rows[turn]], "marker", "timepoint", "person")
    averaged = [visit["timepoint"] for visit in visits if visit["choice"] == "mean"]
    if averaged:
        used = results.filter("used", pl.col("timepoint").is_in(averaged))
        first = _averaged(first, used)
    return first.drop("stands", "used")


def _averaged(first: pl.DataFrame, used: pl.DataFrame) -> pl.DataFrame:
    """The first rows with the mean of all that are used beside them; with a limit, where any was
    sent as one."""
    keys = ["person", "marker", "timepoint"]
    limit = pl.col("comparator").drop_nulls().first()
    flags = pl.col("flag").str.split("|").explode().drop_nulls().unique(maintain_order=True)
    # one alone is its own mean
    several = used.join(used.filter(~pl.col("stands")), on=keys, how="semi")
    means = (
        sorted_by(several, *keys, "day")
        .group_by(keys)
        .agg(
            mean=pl.col("value").sort().mean(),
            limit=limit,
            flags=flags.str.join("|").replace("", None),
        )
    )
    value = pl.when(pl.col("category").is_null()).then("mean")
    return (
        first.join(means, on=keys, how="left", maintain_order="left")
        .with_columns(
            value=pl.coalesce(value, "value"),
            comparator=pl.coalesce("limit", "comparator"),
            flag=pl.coalesce("flags", "flag"),
        )
        .select(first.columns)
    )


def _is_best(group: np.ndarray, day: np.ndarray, visit: dict) -> np.ndarray:
    """Which candidates of a window are the best of their group; there is one a day, so that one
    is."""
    distance = np.abs(day - visit["target_day"])
    second = day > visit["target_day"] if visit["tie"] == "earlier" else day < visit["target_day"]
    worse = {"nearest": 2 * distance + second, "first": day, "last": -day, "mean": day}
    rank = worse[visit["choice"]]
    return rank == lowest(group, rank)


def _is_of_visit(candidates: pl.DataFrame, dates: pl.DataFrame, visit: dict) -> np.ndarray:
    """Which candidates (person, day) are of the day that is the person's visit."""
    own = dates.filter(timepoint=visit["timepoint"]).select("person", visit="day")
    found = candidates.join(own, on="person", how="left", maintain_order="left")
    return found.select((pl.col("day") == pl.col("visit")).fill_null(False)).to_series().to_numpy()
