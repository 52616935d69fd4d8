"""Results to timepoints: which result of a person stands for baseline, which for a follow-up."""

from dataclasses import dataclass

import polars as pl

from labcohort.derive.censored import rests_on_limit
from labcohort.quarantine import PLACE

FIRST_RESULT = "first_result"
# rule of a result that stands for no timepoint because the study excludes limits
EXCLUDED_LIMIT = "excluded_limit"


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

    def chosen(self, results: pl.DataFrame) -> pl.DataFrame:
        """The result chosen for each person, marker and timepoint."""
        if self.exclude_limits:
            results = results.filter(~rests_on_limit())
        return choose(results, self.visits, self.dates)

    def fates(self, results: pl.DataFrame, chosen: pl.DataFrame) -> pl.DataFrame:
        """`results` with fate and reason: null where chosen, else out_of_window and why."""
        return fates(results, chosen, self.visits, self.exclude_limits)

    def not_chosen(self, results: pl.DataFrame, chosen: pl.DataFrame) -> pl.DataFrame:
        """The measured `results` that another one stands for, or none, though in a window."""
        return not_chosen(results, chosen, self.visits, self.exclude_limits)


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
    by_person = [visit for visit in visits if visit["scope"] == "person"]
    days = pl.DataFrame(schema={"person": pl.String, "day": pl.Int64})
    if by_person:
        days = with_days(dates.unique().collect(), anchors, visits)
    return Calendar(visits, anchors, visit_dates(days, visits), exclude_limits)


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
    if anchor == FIRST_RESULT:
        firsts = dates.group_by("person").agg(pl.col("sample_date").min().alias("anchor"))
        return firsts.sort("person").collect()
    return patients.select("person", pl.col(anchor).alias("anchor")).filter(
        pl.col("anchor").is_not_null()
    )


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
    if visits[0]["anchor"] == FIRST_RESULT and visits[0]["scope"] == "marker":
        date = pl.col("sample_date")
        anchor = date.min().over("person", "marker")
        if exclude_limits:
            exact = date.filter(~rests_on_limit()).min().over("person", "marker")
            anchor = pl.coalesce(exact, anchor)
        return results.with_columns(day=(date - anchor).dt.total_days())
    joined = results.join(anchors, on="person", how="left", maintain_order="left")
    day = (pl.col("sample_date") - pl.col("anchor")).dt.total_days()
    return joined.with_columns(day=day).drop("anchor")


def visit_dates(days: pl.DataFrame, visits: list[dict]) -> pl.DataFrame:
    """The one day chosen for each person and timepoint whose scope is the person.

    `days` holds the distinct (person, day) of any result.
    """
    chosen = [
        _in_order(_in_window(days, visit), visit)
        .unique("person", keep="first", maintain_order=True)
        .select("person", "day", timepoint=pl.lit(visit["timepoint"]))
        for visit in visits
        if visit["scope"] == "person"
    ]
    schema = {"person": pl.String, "day": pl.Int64, "timepoint": pl.String}
    return pl.concat([pl.DataFrame(schema=schema), *chosen])


def choose(results: pl.DataFrame, visits: list[dict], dates: pl.DataFrame) -> pl.DataFrame:
    """The result chosen for each (person, marker, timepoint), with the column `timepoint`.

    `results` has person, marker, sample_date, day and value (none null). `dates` is that of
    `visit_dates`. With the choice `mean` the value is the mean of all results in the window (of a
    class, such as a CKD stage, the first) and the rest of the row that of the first of them.
    """
    parts = []
    for visit in visits:
        if visit["scope"] == "person" and visit["choice"] != "mean":
            own = dates.filter(pl.col("timepoint") == visit["timepoint"]).drop("timepoint")
            chosen = results.join(own, on=["person", "day"], how="semi")
        else:
            candidates = _in_order(_in_window(results, visit), visit)
            chosen = candidates.unique(["person", "marker"], keep="first", maintain_order=True)
            if visit["choice"] == "mean":
                chosen = _averaged(chosen, candidates)
        parts.append(chosen.with_columns(timepoint=pl.lit(visit["timepoint"])))
    return pl.concat(parts, how="diagonal").sort("marker", "timepoint", "person")


def _averaged(first: pl.DataFrame, candidates: pl.DataFrame) -> pl.DataFrame:
    """The first rows with the mean of their candidates; with a limit, where any was sent as one."""
    keys = ["person", "marker"]
    limit = pl.col("comparator").drop_nulls().first()
    flags = pl.col("flag").str.split("|").explode().drop_nulls().unique(maintain_order=True)
    means = candidates.group_by(keys).agg(
        pl.col("value").sort().mean().alias("mean"), limit, flags.str.join("|").replace("", None)
    )
    is_class = pl.col("category").is_not_null()
    return (
        first.drop("comparator", "flag")
        .join(means, on=keys)
        .with_columns(value=pl.when(is_class).then("value").otherwise("mean"))
        .select(first.columns)
    )


def fates(
    results: pl.DataFrame, chosen: pl.DataFrame, visits: list[dict], exclude_limits: bool = False
) -> pl.DataFrame:
    """`results` with fate and reason: null where chosen, else out_of_window and why.

    Under the choice `mean` every result in the window is used.
    """
    keys = ["person", "marker", "day"]
    out = rests_on_limit() if exclude_limits else pl.lit(False)
    used = results.join(chosen, on=keys, how="semi")
    for visit in visits:
        if visit["choice"] == "mean":
            used = pl.concat([used, _in_window(results, visit).filter(~out)])
    spans = sorted(
        (v["target_day"] - v["before"], v["target_day"] + v["after"], v["timepoint"])
        for v in visits
    )
    day = pl.col("day")
    reason = pl.when(day.is_null()).then(pl.lit("no anchor date"))
    reason = reason.when(out).then(pl.lit("sent as a limit (excluded)"))
    for low, high, timepoint in spans:
        reason = reason.when(day < low).then(pl.lit(f"before the window of {timepoint}"))
        reason = reason.when(day <= high).then(pl.lit(f"another result of {timepoint} was chosen"))
    reason = reason.otherwise(pl.lit(f"after the window of {spans[-1][2]}"))
    others = results.join(used, on=keys, how="anti", nulls_equal=True)
    return pl.concat(
        [
            results.join(used, on=keys, how="semi").with_columns(
                fate=pl.lit(None, pl.String), reason=pl.lit(None, pl.String)
            ),
            others.with_columns(fate=pl.lit("out_of_window"), reason=reason),
        ]
    )


def not_chosen(
    results: pl.DataFrame, chosen: pl.DataFrame, visits: list[dict], exclude_limits: bool = False
) -> pl.DataFrame:
    """Measured `results` in a window whose cell is not the one chosen (schemas.quality.NotChosen).

    `rule` is the choice of the timepoint (with `mean` they are in it, and the place kept is that
    of the first of them), or `excluded_limit`. The place kept is empty where no result stands for
    the timepoint: its day was chosen for all markers, or limits alone are there.
    """
    measured = results.filter(pl.col("origin") == "measured")
    keys = ["person", "marker"]
    out = rests_on_limit() if exclude_limits else pl.lit(False)
    parts = []
    for visit in visits:
        at = pl.col("timepoint") == visit["timepoint"]
        kept = chosen.filter(at).select(
            *keys, *(pl.col(name).alias(f"kept_{name}") for name in PLACE)
        )
        others = _in_window(measured, visit).join(
            chosen.filter(at), on=PLACE, how="anti", nulls_equal=True
        )
        rule = pl.when(out).then(pl.lit(EXCLUDED_LIMIT)).otherwise(pl.lit(visit["choice"]))
        parts.append(
            others.join(kept, on=keys, how="left")
            .with_columns(timepoint=pl.lit(visit["timepoint"]), rule=rule)
            .select(*PLACE, *keys, "timepoint", "rule", *kept.columns[len(keys) :])
        )
    return pl.concat(parts).sort(*PLACE, nulls_last=True)


def _in_window(results: pl.DataFrame, visit: dict) -> pl.DataFrame:
    first, last = visit["target_day"] - visit["before"], visit["target_day"] + visit["after"]
    return results.filter(pl.col("day").is_between(first, last))


def _in_order(results: pl.DataFrame, visit: dict) -> pl.DataFrame:
    """Candidates of a window, the best first; there is one a day, so that order is total."""
    day = pl.col("day")
    distance = (day - visit["target_day"]).abs()
    earlier_first = day if visit["tie"] == "earlier" else -day
    by = {
        "nearest": [distance, earlier_first],
        "first": [day],
        "last": [-day],
        "mean": [day],
    }[visit["choice"]]
    keys = [name for name in ("marker", "person") if name in results.columns]
    return results.sort(*keys, *by)
