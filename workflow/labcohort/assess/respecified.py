"""The pairs of a comparison made anew, from the harmonised values on, under other decisions.

Derived again by another equation or rule for values sent as limits, placed by another window,
with eligibility and cohorts judged again: what the stages do, in memory and for a few markers.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import product

import polars as pl

from labcohort.assess.sensitivity import Sampling, Window, merged, windows
from labcohort.cohorts.eligibility import judged
from labcohort.cohorts.subgroups import membership
from labcohort.cohorts.timepoints import calendar, visited
from labcohort.compare.pairs import Pairs, pairs
from labcohort.derive import registry
from labcohort.derive.censored import EXCLUDED
from labcohort.derive.panel import derive_panel
from labcohort.study.names import is_selected_on_baseline

# marker -> method, as pairs in order: what a cache can be asked by
Methods = tuple[tuple[str, str], ...]


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

        def make() -> Pairs:
            chosen = pl.concat(
                self._chosen(row["marker"], methods, rule, timepoint, window)
                for timepoint in (self.settings["baseline"], row["timepoint"])
            )
            members = self._members(row["cohort"], methods, rule, row["timepoint"], window)
            return pairs(chosen, members, *where, self.settings["baseline"], exclude)

        return self._once(("pairs", *where, exclude, methods, rule, window), make)

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
            how = self.how_of[marker]
            inputs = pl.col("marker").is_in(self._measured(marker, methods))
            if not self._values(how).filter(pl.col("comparator").is_not_null(), inputs).is_empty():
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

        return self._once(("values", how["panel"]), make)

    def _rows(self, marker: str, methods: Methods, rule: str) -> pl.LazyFrame:
        """Rows (schemas.derived.Derived) of a marker, derived again."""
        how = self.how_of[marker]
        own = pl.col("marker") == marker
        chosen = dict(_of(how, methods))
        changed = {**how, "methods": how["methods"] | chosen, "censored": rule}

        def make() -> pl.DataFrame:
            return derive_panel(self._values(how), self.patients, changed).derived

        return self._once(("rows", how["panel"], _of(how, methods), rule), make).lazy().filter(own)

    def _chosen(
        self, marker: str, methods: Methods, rule: str, timepoint: str, window: Window
    ) -> pl.DataFrame:
        """The marker's value chosen for each person at a timepoint.

        `window` is that of the comparison's own timepoint; the baseline keeps its own.
        """
        visit = self.visit[timepoint]
        if timepoint != self.settings["baseline"]:
            visit = visit | window._asdict()
        methods = _of(self.how_of[marker], methods)

        def make() -> pl.DataFrame:
            when = self._once(
                ("when", timepoint, visit["before"], visit["after"], rule == EXCLUDED),
                lambda: calendar([self.dates.lazy()], self.patients, [visit], rule == EXCLUDED),
            )
            return when.chosen(when.results(self._rows(marker, methods, rule)))

        key = ("chosen", marker, methods, rule, timepoint, visit["before"], visit["after"])
        return self._once(key, make)

    def _days(self) -> pl.DataFrame:
        """Every person and day with a result of any marker."""

        def make() -> pl.DataFrame:
            dates = self.dates.lazy()
            when = calendar([dates], self.patients, self.settings["visits"])
            return when.results(dates).select("person", "day").unique()

        return self._once(("days",), make)

    def _people(self, timepoint: str, window: Window) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The eligible with their attributes, and who has any result at which timepoint."""

        def make() -> tuple[pl.DataFrame, pl.DataFrame]:
            visits = (self.visit | {timepoint: self.visit[timepoint] | window._asdict()}).values()
            seen = visited(self._days(), list(visits))
            people = judged(self.patients, seen, self.settings["eligibility"])
            passed = people.filter(pl.col("failed").is_null())
            return self.patients.join(passed, on="person", how="semi"), seen

        return self._once(("people", timepoint, window), make)

    def _members(
        self, cohort: str, methods: Methods, rule: str, timepoint: str, window: Window
    ) -> pl.DataFrame:
        """Members of a cohort (schemas.cohort.Membership)."""
        row = self.cohort[cohort]
        eligible, seen = self._people(timepoint, window)
        if not is_selected_on_baseline(row):
            return membership([row], eligible, pl.DataFrame(), seen)
        baseline = self.settings["baseline"]
        selecting = self._chosen(row["subject"], methods, rule, baseline, window)
        return membership([row], eligible, selecting, seen)

    def _once(self, key: Hashable, make: Callable[[], object]):
        """What `make` gives, made the first time that this key is asked for."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]


def _of(how: Mapping, methods: Methods) -> Methods:
    """Those of the methods that a panel's formulas take."""
    return tuple(pair for pair in methods if pair[0] in how["methods"])


def _name(methods: Methods) -> str | None:
    return " + ".join(method for _, method in methods) or None
