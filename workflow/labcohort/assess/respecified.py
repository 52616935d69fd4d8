"""The pairs of a comparison made anew, from the harmonised values on, under other decisions.

Derived again by another equation or rule for values sent as limits, placed by another window,
with eligibility and cohorts judged again: what the stages do, in memory and for a few markers.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
import polars as pl

from labcohort.assess.sensitivity import Sampling, Window, merged, windows
from labcohort.cohorts.eligibility import judged
from labcohort.cohorts.subgroups import subgroup
from labcohort.cohorts.timepoints import Calendar, calendar, visited
from labcohort.compare.paired import Pairs
from labcohort.compare.pairs import Visit, between, laid_out
from labcohort.compare.persons import Persons
from labcohort.derive import registry
from labcohort.derive.censored import EXCLUDED, is_limit
from labcohort.derive.panel import Measured, measured, with_derived
from labcohort.study.names import is_selected_on_baseline

# marker -> method, as pairs in order: what a cache can be asked by
Methods = tuple[tuple[str, str], ...]
# columns of schemas.derived.Derived that choosing and comparing take
PLACED = ("person", "marker", "sample_date", "value", "category", "comparator", "flag")


class Place(NamedTuple):
    """A marker at a timepoint, and the decisions that its chosen values rest on."""

    marker: str
    timepoint: str
    methods: Methods
    rule: str
    window: Window


class Respecified:
    """A study's data and decisions, from which any specification's pairs can be made.

    Parameters
    ----------
    values : schemas.harmonised.Values, of all sources and of the panels to derive again.
    dates : schemas.cohort.Dates: when anybody has a result, of all panels.
    patients : schemas.harmonised.Patients.
    settings : derive (settings of each panel to derive again), methods (marker -> methods),
        censored (rules), both with the declared one first; widths (days), visits, eligibility,
        cohorts, baseline.
    """

    def __init__(
        self,
        values: Sequence[pl.LazyFrame],
        dates: pl.DataFrame,
        patients: pl.DataFrame,
        settings: Mapping,
    ):
        self.values, self.patients = values, patients
        # what a calendar is made of asks for rows with a value
        self.dates = dates.with_columns(value=pl.lit(1.0))
        self.settings = settings
        self.persons = Persons(patients.get_column("person"))
        self.how_of = {
            marker: how
            for how in settings["derive"]
            for marker in (*how["measured"], *how["derived"])
        }
        self.visit = {visit["timepoint"]: visit for visit in settings["visits"]}
        self.cohort = {row["cohort"]: row for row in settings["cohorts"]}
        self._made: dict[Hashable, object] = {}

    def samples(self, row: Mapping) -> tuple[dict[Sampling, Pairs], list[str]]:
        """The pairs of a planned comparison in each cell of its grid, the declared one first;
        and the windows that were not tried.

        An equation varies where the marker, or the marker that selects the cohort, is computed
        by it; the rule for limits where it changes a value in use.
        """
        tried, skipped = windows(self.settings["visits"], row["timepoint"], self.settings["widths"])
        cells = product(self._equations(row), self._rules(row), tried)
        grid = {
            Sampling(_name(methods), rule, window): self.pairs(row, methods, rule, window)
            for methods, rule, window in cells
        }
        return merged(grid), skipped

    def pairs(self, row: Mapping, methods: Methods, rule: str, window: Window) -> Pairs:
        """Pairs of a planned comparison, by these methods, rule and window of its timepoint."""
        exclude = tuple(row["exclude"])
        where = (row["marker"], row["cohort"], row["timepoint"])
        how = (methods, rule, window)

        def make() -> Pairs:
            inside = self.members(row["cohort"], row["timepoint"], *how)
            visits = (
                self._laid_out(self.place(row["marker"], timepoint, *how))
                for timepoint in (self.settings["baseline"], row["timepoint"])
            )
            return between(inside, *visits, exclude)

        return self.once(("pairs", *where, exclude, *how), make)

    def _equations(self, row: Mapping) -> list[Methods]:
        """Methods to try, for the markers with several that the comparison rests on."""
        behind = {m for marker in self._markers(row) for m in self._computed_from(marker)}
        several = [
            [(marker, method) for method in methods]
            for marker, methods in sorted(self.settings["methods"].items())
            if marker in behind
        ]
        return list(product(*several))

    def _rules(self, row: Mapping) -> list[str]:
        """Rules to try: the declared one alone where no input was ever sent as a limit."""
        rules = self.settings["censored"]
        for marker, methods in product(self._markers(row), self._equations(row)):
            if self._sent_as_limits(self.how_of[marker]) & set(self._measured(marker, methods)):
                return list(rules)
        return list(rules[:1])

    def _markers(self, row: Mapping) -> list[str]:
        """The marker compared, and the one on whose baseline the cohort is chosen."""
        cohort = self.cohort[row["cohort"]]
        return [row["marker"], *([cohort["subject"]] if is_selected_on_baseline(cohort) else [])]

    def _computed_from(self, marker: str) -> list[str]:
        """Derived markers that a marker is computed from, itself among them."""
        how = self.how_of[marker]
        if marker not in how["derived"]:
            return []
        return registry.in_order([marker], how["methods"])

    def _measured(self, marker: str, methods: Methods) -> list[str]:
        """Measured markers that a marker is, or is computed from by these methods."""
        how = self.how_of[marker]
        if marker not in how["derived"]:
            return [marker]
        return sorted(registry.measured_inputs(marker, how["methods"] | dict(_of(how, methods))))

    def _values(self, how: Mapping) -> pl.DataFrame:
        """Harmonised values of a panel's markers and of its formulas' inputs."""
        needed = sorted({*how["measured"], *how["inputs"]})

        def make() -> pl.DataFrame:
            return pl.concat(
                frame.filter(pl.col("marker").is_in(needed)) for frame in self.values
            ).collect()

        return self.once(("values", how["panel"]), make)

    def _sent_as_limits(self, how: Mapping) -> set[str]:
        """Those of a panel's markers and inputs of which any result was sent as a limit."""

        def make() -> set[str]:
            sent = self._values(how).filter(is_limit(pl.col("comparator")))
            return set(sent.get_column("marker"))

        return self.once(("sent as limits", how["panel"]), make)

    def _used(self, how: Mapping) -> Measured:
        """The results that a panel uses."""
        return self.once(
            ("used", how["panel"]), lambda: measured(self._values(how), self.patients, how)
        )

    def _rows(self, marker: str, methods: Methods, rule: str) -> pl.DataFrame:
        """Results (schemas.derived.Derived, and their day) of a marker, derived again."""
        how = self.how_of[marker]
        chosen = dict(_of(how, methods))
        changed = {**how, "methods": how["methods"] | chosen, "censored": rule}

        def make() -> pl.DataFrame:
            derived = with_derived(self._used(how), self.patients, changed).derived
            when = self._calendar(self.settings["visits"], rule == EXCLUDED)
            return when.results(derived.select(PLACED).lazy())

        rows = self.once(("rows", how["panel"], _of(how, methods), rule), make)
        return rows.filter(pl.col("marker") == marker)

    def _calendar(self, visits: Sequence[Mapping], exclude_limits: bool) -> Calendar:
        spans = tuple((v["timepoint"], v["before"], v["after"]) for v in visits)
        return self.once(
            ("calendar", spans, exclude_limits),
            lambda: calendar([self.dates.lazy()], self.patients, visits, exclude_limits),
        )

    def place(
        self, marker: str, timepoint: str, methods: Methods, rule: str, window: Window
    ) -> Place:
        """Where a marker's values stand; the window is that of the comparison's own timepoint."""
        visit = self.visit[timepoint]
        if timepoint == self.settings["baseline"]:
            window = Window(visit["before"], visit["after"])
        return Place(marker, timepoint, _of(self.how_of[marker], methods), rule, window)

    def chosen(self, place: Place) -> pl.DataFrame:
        """The marker's value chosen for each person."""
        visit = self.visit[place.timepoint] | place.window._asdict()
        when = self._calendar([visit], place.rule == EXCLUDED)
        return when.chosen(self._rows(place.marker, place.methods, place.rule))

    def _days(self) -> pl.DataFrame:
        """Every person and day with a result of any marker."""

        def make() -> pl.DataFrame:
            when = self._calendar(self.settings["visits"], False)
            return when.results(self.dates.lazy()).select("person", "day").unique()

        return self.once(("days",), make)

    def _eligible(self, timepoint: str, window: Window) -> np.ndarray:
        """Who, by number, is eligible and has any result at the timepoint."""

        def make() -> np.ndarray:
            visits = (self.visit | {timepoint: self.visit[timepoint] | window._asdict()}).values()
            seen = visited(self._days(), list(visits))
            people = judged(self.patients, seen, self.settings["eligibility"])
            there = seen.filter(pl.col("timepoint") == timepoint)
            passed = people.filter(pl.col("failed").is_null())
            return self._has(there) & self._has(passed)

        return self.once(("eligible", timepoint, window), make)

    def members(
        self, cohort: str, timepoint: str, methods: Methods, rule: str, window: Window
    ) -> np.ndarray:
        """Numbers of a cohort's members: eligible, in the subgroup, with any result then."""
        row, place = self.cohort[cohort], None
        if is_selected_on_baseline(row):
            place = self.place(row["subject"], self.settings["baseline"], methods, rule, window)

        def make() -> np.ndarray:
            baseline = self.chosen(place) if place else pl.DataFrame()
            return self._has(subgroup(row, self.patients, baseline).to_frame("person"))

        inside = self.once(("subgroup", cohort, place), make)
        return np.flatnonzero(inside & self._eligible(timepoint, window))

    def _laid_out(self, place) -> Visit:
        """The values chosen at a place, by person."""
        return self.once(
            ("visit", place),
            lambda: laid_out(self.persons.numbered(self.chosen(place)), self.persons.size),
        )

    def _has(self, people: pl.DataFrame) -> np.ndarray:
        return self.persons.has(self.persons.numbered(people))

    def once(self, key: Hashable, make: Callable[[], object]):
        """What `make` gives, made the first time that this key is asked for."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]


def _of(how: Mapping, methods: Methods) -> Methods:
    """Those of the methods that a panel's formulas take."""
    return tuple(pair for pair in methods if pair[0] in how["methods"])


def _name(methods: Methods) -> str | None:
    return " + ".join(method for _, method in methods) or None
