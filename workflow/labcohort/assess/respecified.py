"""The pairs of a comparison made anew, from the harmonised values on, under other decisions.

Derived again by another equation or rule for values sent as limits, placed by another window,
with eligibility and cohorts judged again: what the stages do, in memory, for a few markers and
one bucket of persons after the other.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import polars as pl

from labcohort.assess.grid import Decisions, Grid, Methods, Window, methods_of
from labcohort.cohorts.eligibility import judged
from labcohort.cohorts.placing import visit_dates
from labcohort.cohorts.subgroups import subgroup
from labcohort.cohorts.timepoints import Calendar, calendar
from labcohort.cohorts.windows import visited
from labcohort.compare.paired import Pairs
from labcohort.compare.pairs import Visit, between, laid_out
from labcohort.derive.censored import EXCLUDED, is_limit
from labcohort.derive.panel import Measured, measured, with_derived
from labcohort.keys import distinct
from labcohort.study.names import is_selected_on_baseline

# columns of schemas.derived.Derived that choosing and comparing take
PLACED = ("person", "marker", "sample_date", "value", "category", "comparator", "flag")


def sent_as_limits(values: pl.LazyFrame) -> set[str]:
    """The markers of which any value (schemas.harmonised.Values) was sent as a limit."""
    sent = values.filter(is_limit(pl.col("comparator"))).select(pl.col("marker").unique())
    return set(sent.collect().get_column("marker"))


def respecified(
    rows: Sequence[Mapping], cells: Sequence[Sequence[Decisions]], buckets: Iterable["Respecified"]
) -> list[list[Pairs]]:
    """The pairs of planned comparisons of all persons, by each of the comparison's `cells`.

    One bucket is in memory at a time. In each cell pairs are in the same order: by bucket, and
    in that by person.
    """
    parts = [[[] for _ in own] for own in cells]
    for bucket in buckets:
        for row, own, found in zip(rows, cells, parts, strict=True):
            for decisions, pairs in zip(own, found, strict=True):
                pairs.append(bucket.pairs(row, decisions))
    return [[_joined(pairs) for pairs in found] for found in parts]


def _joined(parts: Sequence[Pairs]) -> Pairs:
    """Pairs of buckets as those of all persons."""
    reasons = sorted({reason for part in parts for reason in part.lost})
    arrays = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("baseline", "followup", "limits", "below")
    }
    counts = {
        name: sum(getattr(part, name) for part in parts)
        for name in ("n_members", "n_baseline", "n_followup")
    }
    lost = {reason: sum(part.lost.get(reason, 0) for part in parts) for reason in reasons}
    return Pairs(**arrays, **counts, lost=lost)


class Place(NamedTuple):
    """A marker at a timepoint, and the decisions that its chosen values rest on."""

    marker: str
    timepoint: str
    methods: Methods
    rule: str
    window: Window


class Respecified:
    """The data of a bucket of persons, from which any specification's pairs of them can be made.

    Parameters
    ----------
    values : schemas.harmonised.Values of the bucket, of all sources and of the panels to derive
        again.
    dates : schemas.cohort.Dates of the bucket: when anybody has a result, of all panels.
    patients : schemas.harmonised.Patients of the bucket.
    grid : what may be decided; its settings also have eligibility and baseline.
    """

    def __init__(
        self, values: pl.LazyFrame, dates: pl.DataFrame, patients: pl.DataFrame, grid: Grid
    ):
        self.values, self.derivable, self.grid = values, patients, grid
        self.settings = grid.settings
        # many times faster than texts where results are placed
        self.person = pl.Enum(patients.get_column("person").sort())
        self.patients = patients.with_columns(pl.col("person").cast(self.person))
        # what a calendar is made of asks for rows with a value
        self.dates = dates.with_columns(pl.col("person").cast(self.person), value=pl.lit(1.0))
        self.visit = {visit["timepoint"]: visit for visit in self.settings["visits"]}
        self._made: dict[Hashable, object] = {}

    def pairs(self, row: Mapping, decisions: Decisions) -> Pairs:
        """Pairs of a planned comparison, by these methods, rule and window of its timepoint."""
        exclude = tuple(row["exclude"])
        where = (row["marker"], row["cohort"], row["timepoint"])

        def make() -> Pairs:
            inside = self._members(row["cohort"], row["timepoint"], decisions)
            visits = (
                self._laid_out(self._place(row["marker"], timepoint, decisions))
                for timepoint in (self.settings["baseline"], row["timepoint"])
            )
            return between(inside, *visits, exclude)

        return self._once(("pairs", *where, exclude, decisions), make)

    def _measured(self, marker: str) -> Measured:
        """The results that a marker is, or is computed from by any of its equations."""
        how = self.grid.how_of[marker]
        codes = {marker, *self.grid.needed(marker)}
        own = {**how, "measured": [code for code in how["measured"] if code in codes]}

        def make() -> Measured:
            values = self.values.filter(pl.col("marker").is_in(sorted(codes))).collect()
            return measured(values, self.derivable, own)

        return self._once(("measured", marker), make)

    def _rows(self, marker: str, methods: Methods, rule: str) -> pl.DataFrame:
        """Results (schemas.derived.Derived, and their day) of a marker, derived again."""
        how = self.grid.how_of[marker]
        changed = {
            **how,
            "derived": self.grid.derived(marker, methods),
            "methods": how["methods"] | dict(methods),
            "censored": rule,
        }

        def make() -> pl.DataFrame:
            derived = with_derived(self._measured(marker), self.derivable, changed).derived
            own = derived.lazy().filter(pl.col("marker") == marker).select(PLACED)
            when = self._calendar(rule == EXCLUDED)
            return when.results(own.with_columns(pl.col("person").cast(self.person)))

        return self._once(("rows", marker, methods, rule), make)

    def _calendar(self, exclude_limits: bool) -> Calendar:
        """The calendar with the declared windows."""
        visits = self.settings["visits"]
        return self._once(
            ("calendar", exclude_limits),
            lambda: calendar([self.dates.lazy()], self.patients, visits, exclude_limits),
        )

    def _place(self, marker: str, timepoint: str, decisions: Decisions) -> Place:
        """Where a marker's values stand; the window is that of the comparison's own timepoint."""
        visit, window = self.visit[timepoint], decisions.window
        if timepoint == self.settings["baseline"]:
            window = Window(visit["before"], visit["after"])
        methods = methods_of(self.grid.how_of[marker], decisions.methods)
        return Place(marker, timepoint, methods, decisions.rule, window)

    def _chosen(self, place: Place) -> pl.DataFrame:
        """The marker's value chosen for each person."""
        visits = [self._visit(place.timepoint, place.window)]
        declared = self._calendar(place.rule == EXCLUDED)
        when = replace(declared, visits=visits, dates=visit_dates(self._days(), visits))
        return when.chosen(self._rows(place.marker, place.methods, place.rule))

    def _visit(self, timepoint: str, window: Window) -> dict:
        """A timepoint (a row of visits.tsv) with another window."""
        return self.visit[timepoint] | window._asdict()

    def _days(self) -> pl.DataFrame:
        """Every person and day with a result of any marker."""

        def make() -> pl.DataFrame:
            days = self._calendar(False).results(self.dates.lazy())
            return distinct(days.select("person", "day"), "person", "day")

        return self._once(("days",), make)

    def _seen(self, timepoint: str, window: Window) -> pl.DataFrame:
        """Who has any result at the timepoint (person, timepoint)."""
        return self._once(
            ("seen", timepoint, window),
            lambda: visited(self._days(), [self._visit(timepoint, window)]),
        )

    def _eligible(self, timepoint: str, window: Window) -> np.ndarray:
        """Who, by number, is eligible and has any result at the timepoint."""

        def make() -> np.ndarray:
            windows = {t: Window(v["before"], v["after"]) for t, v in self.visit.items()}
            seen = {t: self._seen(t, w) for t, w in (windows | {timepoint: window}).items()}
            people = judged(self.patients, pl.concat(seen.values()), self.settings["eligibility"])
            passed = people.filter(pl.col("failed").is_null())
            return self._has(seen[timepoint]["person"]) & self._has(passed["person"])

        return self._once(("eligible", timepoint, window), make)

    def _members(self, cohort: str, timepoint: str, decisions: Decisions) -> np.ndarray:
        """Numbers of a cohort's members: eligible, in the subgroup, with any result then."""
        row, place = self.grid.cohort[cohort], None
        if is_selected_on_baseline(row):
            place = self._place(row["subject"], self.settings["baseline"], decisions)

        def make() -> np.ndarray:
            baseline = self._chosen(place) if place else pl.DataFrame()
            return self._has(subgroup(row, self.patients, baseline))

        inside = self._once(("subgroup", cohort, place), make)
        return np.flatnonzero(inside & self._eligible(timepoint, decisions.window))

    def _laid_out(self, place: Place) -> Visit:
        """The values chosen at a place, by person."""

        def make() -> Visit:
            chosen = self._chosen(place)
            number = chosen.get_column("person").to_physical()
            return laid_out(chosen.with_columns(number=number), self.patients.height)

        return self._once(("visit", place), make)

    def _has(self, persons: pl.Series) -> np.ndarray:
        """Who, by number, is among the persons."""
        has = np.zeros(self.patients.height, bool)
        has[persons.to_physical().to_numpy()] = True
        return has

    def _once(self, key: Hashable, make: Callable[[], object]):
        """What `make` gives, made the first time that this key is asked for."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]
