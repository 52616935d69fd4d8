"""Results to timepoints: which result of a person stands for baseline, which for a follow-up.

Persons and markers may be texts, or an Enum of them in their order (many times faster).
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import polars as pl

from labcohort.derive.censored import rests_on_limit
from labcohort.keys import packed, sorted_by
from labcohort.quarantine import PLACE
from labcohort.study.names import FIRST_RESULT

# rule of a result that stands for no timepoint because the study excludes limits
EXCLUDED_LIMIT = "excluded_limit"
# what may count down to the first of several: no day or date is that far
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Calendar:
    """A study's timepoints with what they need of all panels at once, so that each panel's
    results can then be placed by themselves.

    `visits`: rows of visits.tsv; `anchors`: of `anchor_dates`; `dates`: of `visit_dates`;
    `exclude_limits`: results that were, or rest on, a limit are chosen for no timepoint.
    """

    visits: list[dict]
    anchors: pl.DataFrame
    dates: pl.DataFrame
    exclude_limits: bool = False

    def results(self, derived: pl.LazyFrame) -> pl.DataFrame:
        """A panel's rows (schemas.derived.Derived) that have a value, with their day."""
        rows = derived.filter(pl.col("value").is_not_null()).collect()
        return with_days(rows, self.anchors, self.visits, self.exclude_limits)

    def placed(self, results: pl.DataFrame) -> pl.DataFrame:
        """`results` with what each is to a timepoint (function `placed`)."""
        return placed(results, self.visits, self.dates, self.exclude_limits)

    def chosen(self, results: pl.DataFrame) -> pl.DataFrame:
        """The result chosen for each person, marker and timepoint."""
        return chosen(self.placed(results), self.visits)

    def fates(self, results: pl.DataFrame) -> pl.DataFrame:
        """Placed results with fate and reason: null where used, else out_of_window and why."""
        return fates(results, self.visits, self.exclude_limits)

    def not_chosen(self, results: pl.DataFrame) -> pl.DataFrame:
        """The measured, placed results that another one stands for, or none, though in a window."""
        return not_chosen(results, self.visits, self.exclude_limits)


def calendar(
    panels: list[pl.LazyFrame],
    patients: pl.DataFrame,
    visits: list[dict],
    exclude_limits: bool = False,
) -> Calendar:
    """The calendar of a study with these panels (schemas.derived.Derived) and patients."""
    dates = pl.concat(
        frame.filter(pl.col("value").is_not_null()).select("person", "sample_date")
        for frame in panels
    )
    anchors = anchor_dates(dates, patients, visits)
    days = pl.DataFrame(schema={"person": patients.schema["person"], "day": pl.Int64})
    if any(visit["scope"] == "person" for visit in visits):
        days = with_days(distinct(dates.collect(), "person", "sample_date"), anchors, visits)
    return Calendar(visits, anchors, visit_dates(days, visits), exclude_limits)


def dates_and_days(results: Collection[pl.DataFrame], visits: list[dict]) -> pl.DataFrame:
    """When anybody has a value: the distinct (person, marker, sample_date) of all panels, in this
    order, and the day.

    The marker is null where days count from one date a person: then it makes no difference.
    """
    columns = ("person", "marker", "sample_date", "day")
    by_marker = _counts_by_marker(visits)
    names = columns[:3] if by_marker else ("person", "sample_date")
    # panels have numbers of their own for their markers
    marker = pl.col("marker").cast(pl.String) if by_marker else pl.lit(None, pl.String)
    parts = [
        distinct(frame.select(columns), *names).with_columns(marker.alias("marker"))
        for frame in results
    ]
    return distinct(pl.concat(parts), *names)


def distinct(frame: pl.DataFrame, *names: str) -> pl.DataFrame:
    """The first row of each that are equal in the columns, in the order of these."""
    first = packed(frame, names).arg_unique()
    return sorted_by(frame.select(pl.all().gather(first)), *names)


def visited(results: pl.DataFrame, visits: list[dict]) -> pl.DataFrame:
    """Who has any result (person, day), be it a limit, in the window of which timepoint."""
    parts = [
        _in_window(results, visit).select("person", timepoint=pl.lit(visit["timepoint"])).unique()
        for visit in visits
    ]
    return pl.concat(parts)


def anchor_dates(dates: pl.LazyFrame, patients: pl.DataFrame, visits: list[dict]) -> pl.DataFrame:
    """Day 0 of each person (columns person, anchor), for anchors that are one date a person.

    `dates` holds a row (person, sample_date) a result. The anchor is an attribute of the
    patients, or the first of all results where the scope is the person.
    """
    anchor = visits[0]["anchor"]
    if anchor != FIRST_RESULT:
        return patients.select("person", pl.col(anchor).alias("anchor")).filter(
            pl.col("anchor").is_not_null()
        )
    if _counts_by_marker(visits):
        return pl.DataFrame(schema={"person": patients.schema["person"], "anchor": pl.Date})
    firsts = dates.group_by("person").agg(pl.col("sample_date").min().alias("anchor"))
    return firsts.sort("person").collect()


def with_days(
    results: pl.DataFrame,
    anchors: pl.DataFrame,
    visits: list[dict],
    exclude_limits: bool = False,
) -> pl.DataFrame:
    """`results` with `day`, counted from the anchor; null where a person has none.

    With the anchor `first_result` and the scope `marker`, from each marker's own first result;
    with `exclude_limits` from the first that is no limit, where there is one.
    """
    if _counts_by_marker(visits):
        anchor = _first_dates(results, exclude_limits)
    else:
        anchor = _anchors_of(results.get_column("person"), anchors)
    return results.with_columns(day=(pl.col("sample_date") - anchor).dt.total_days())


def _anchors_of(persons: pl.Series, anchors: pl.DataFrame) -> pl.Series:
    """The anchor of each of the persons, null where there is none."""
    kind = persons.dtype
    if isinstance(kind, pl.Enum):
        # by number: a tenth of the time of a join
        nobody = pl.repeat(None, len(kind.categories), dtype=pl.Date, eager=True)
        known = nobody.scatter(anchors.get_column("person").to_physical(), anchors["anchor"])
        return known.gather(persons.to_physical())
    found = persons.to_frame().join(anchors, on="person", how="left", maintain_order="left")
    return found.get_column("anchor")


def _counts_by_marker(visits: list[dict]) -> bool:
    """Whether each marker of a person has a day 0 of its own."""
    return visits[0]["anchor"] == FIRST_RESULT and visits[0]["scope"] == "marker"


def _first_dates(results: pl.DataFrame, exclude_limits: bool) -> pl.Series:
    """The date of the first result of the same person and marker, for each result."""
    group = _groups(results, "marker", "person")
    date = results.get_column("sample_date").to_physical().cast(pl.Int64).to_numpy()
    first = _lowest(group, date)
    if exclude_limits:
        # a limit that is excluded is the first where there is nothing else
        limit = results.select(rests_on_limit()).to_series().to_numpy()
        exact = _lowest(group, np.where(limit, NEVER, date))
        first = np.where(exact == NEVER, first, exact)
    return pl.Series(first.astype(np.int32)).cast(pl.Date)


def _lowest(group: np.ndarray, number: np.ndarray) -> np.ndarray:
    """For each row the lowest number in its group; groups are counted from 0, with few gaps."""
    lowest = np.full(int(group.max(initial=0)) + 1, NEVER)
    np.minimum.at(lowest, group, number)
    return lowest[group]


def visit_dates(days: pl.DataFrame, visits: list[dict]) -> pl.DataFrame:
    """The one day chosen for each person and timepoint whose scope is the person.

    `days` holds the distinct (person, day) of any result.
    """
    parts = [days.select("person", "day", timepoint=pl.lit("")).clear()]
    for visit in visits:
        if visit["scope"] == "person":
            own = _in_window(days, visit)
            day = own.get_column("day").to_numpy()
            best = own.filter(_is_best(_groups(own, "person"), day, visit))
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
    group = _groups(results, "marker", "person")
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
        inside = results.select(_is_in_window(visit)).to_series().to_numpy()
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


def fates(results: pl.DataFrame, visits: list[dict], exclude_limits: bool = False) -> pl.DataFrame:
    """Placed results with fate and reason: null where used, else out_of_window and why."""
    used = results.filter("used").with_columns(
        fate=pl.lit(None, pl.String), reason=pl.lit(None, pl.String)
    )
    day = pl.col("day")
    reason = pl.when(day.is_null()).then(pl.lit("no anchor date"))
    if exclude_limits:
        reason = reason.when(rests_on_limit()).then(pl.lit("sent as a limit (excluded)"))
    spans = sorted((*_window(visit), visit["timepoint"]) for visit in visits)
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


def _window(visit: dict) -> tuple[int, int]:
    """First and last day of a timepoint's window."""
    return visit["target_day"] - visit["before"], visit["target_day"] + visit["after"]


def _is_in_window(visit: dict) -> pl.Expr:
    """Whether a day is in the window; false where there is none."""
    return pl.col("day").is_between(*_window(visit)).fill_null(False)


def _in_window(results: pl.DataFrame, visit: dict) -> pl.DataFrame:
    return results.filter(_is_in_window(visit))


def _is_best(group: np.ndarray, day: np.ndarray, visit: dict) -> np.ndarray:
    """Which candidates of a window are the best of their group; there is one a day, so that one
    is."""
    distance = np.abs(day - visit["target_day"])
    second = day > visit["target_day"] if visit["tie"] == "earlier" else day < visit["target_day"]
    worse = {"nearest": 2 * distance + second, "first": day, "last": -day, "mean": day}
    rank = worse[visit["choice"]]
    return rank == _lowest(group, rank)


def _is_of_visit(candidates: pl.DataFrame, dates: pl.DataFrame, visit: dict) -> np.ndarray:
    """Which candidates (person, day) are of the day that is the person's visit."""
    own = dates.filter(timepoint=visit["timepoint"]).select("person", visit="day")
    found = candidates.join(own, on="person", how="left", maintain_order="left")
    return found.select((pl.col("day") == pl.col("visit")).fill_null(False)).to_series().to_numpy()


def _groups(frame: pl.DataFrame, *names: str) -> np.ndarray:
    """The number of each row's group; rows that are equal in the columns are of one."""
    return packed(frame, names).cast(pl.Int64).to_numpy()
