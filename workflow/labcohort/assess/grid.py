"""The grid of a comparison's specifications: which other decisions are defensible for it."""

from collections.abc import Collection, Mapping, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from labcohort.compare.paired import Pairs
from labcohort.derive import registry
from labcohort.study.names import is_selected_on_baseline

# marker -> method, as pairs in order: what a cache can be asked by
Methods = tuple[tuple[str, str], ...]


class Window(NamedTuple):
    """Days before and after a timepoint's target day, both inclusive."""

    before: int
    after: int

    def __str__(self) -> str:
        return f"±{self.before}" if self.before == self.after else f"-{self.before}/+{self.after}"


class Sampling(NamedTuple):
    """Decisions that make a comparison's pairs; null where one has no part in them."""

    equation: str | None
    censored: str | None
    window: Window


class Decisions(NamedTuple):
    """What the pairs of a comparison are made by."""

    methods: Methods
    rule: str
    window: Window

    @property
    def sampling(self) -> Sampling:
        """The decisions by their names."""
        equation = " + ".join(method for _, method in self.methods)
        return Sampling(equation or None, self.rule, self.window)


class Grid:
    """What may be decided otherwise in a study.

    `settings` has derive (settings of each panel to derive again), methods (marker -> methods),
    censored (rules), both with the declared one first; widths (days), visits and cohorts.
    """

    def __init__(self, settings: Mapping):
        self.settings = settings
        self.how_of = {
            marker: how
            for how in settings["derive"]
            for marker in (*how["measured"], *how["derived"])
        }
        self.cohort = {row["cohort"]: row for row in settings["cohorts"]}

    def cells(self, row: Mapping, limits: Collection[str]) -> tuple[list[Decisions], list[str]]:
        """Decisions to try for a planned comparison, the declared ones first; and the windows
        that are not tried.

        An equation varies where the marker, or the marker that selects the cohort, is computed
        by it; the rule for limits where any result that is used is one of a marker of `limits`
        (the markers of which a result was sent as one).
        """
        tried, skipped = windows(self.settings["visits"], row["timepoint"], self.settings["widths"])
        equations = self._equations(self.markers(row))
        rules = self.settings["censored"]
        used = {
            code
            for marker, methods in product(self.markers(row), equations)
            for code in self._measured(marker, methods)
        }
        if used.isdisjoint(limits):
            rules = rules[:1]
        return [Decisions(*cell) for cell in product(equations, rules, tried)], skipped

    def markers(self, row: Mapping) -> list[str]:
        """The marker compared, and the one on whose baseline the cohort is chosen."""
        cohort = self.cohort[row["cohort"]]
        return [row["marker"], *([cohort["subject"]] if is_selected_on_baseline(cohort) else [])]

    def derived(self, marker: str, methods: Methods) -> list[str]:
        """The derived markers that a marker is computed from by these methods, itself the last;
        none where it is measured."""
        how = self.how_of[marker]
        if marker not in how["derived"]:
            return []
        return registry.in_order([marker], how["methods"] | dict(methods_of(how, methods)))

    def needed(self, marker: str) -> list[str]:
        """Measured markers that a marker is, or is computed from by any of its equations."""
        each = (self._measured(marker, methods) for methods in self._equations([marker]))
        return sorted(set().union(*each))

    def _measured(self, marker: str, methods: Methods) -> list[str]:
        """Measured markers that a marker is, or is computed from by these methods."""
        how = self.how_of[marker]
        if marker not in how["derived"]:
            return [marker]
        chosen = how["methods"] | dict(methods_of(how, methods))
        return sorted(registry.measured_inputs(marker, chosen))

    def _equations(self, markers: Sequence[str]) -> list[Methods]:
        """Methods to try, for those with several that the markers are computed by."""
        behind = {code for marker in markers for code in self.derived(marker, ())}
        several = [
            [(marker, method) for method in methods]
            for marker, methods in sorted(self.settings["methods"].items())
            if marker in behind
        ]
        return list(product(*several))


def methods_of(how: Mapping, methods: Methods) -> Methods:
    """Those of the methods that a panel's formulas take."""
    return tuple(pair for pair in methods if pair[0] in how["methods"])


def windows(
    visits: Sequence[Mapping], timepoint: str, widths: Sequence[int]
) -> tuple[list[Window], list[str]]:
    """Windows to try for a timepoint, the declared one first; and why others are not tried.

    Each width (days) stands for that many days before and after the target day. One that would
    meet another timepoint's window is not tried: a day belongs to one timepoint at most.
    """
    visit = next(row for row in visits if row["timepoint"] == timepoint)
    target = visit["target_day"]
    tried, skipped = [Window(visit["before"], visit["after"])], []
    for width in sorted(set(widths)):
        window = Window(width, width)
        met = [
            other["timepoint"]
            for other in visits
            if other["timepoint"] != timepoint
            and target - width <= other["target_day"] + other["after"]
            and other["target_day"] - other["before"] <= target + width
        ]
        if met:
            skipped.append(f"window {window} is not tried: it meets that of {', '.join(met)}")
        elif window not in tried:
            tried.append(window)
    return tried, skipped


def merged(samples: Mapping[Sampling, Pairs]) -> dict[Sampling, Pairs]:
    """`samples`, a whole grid, less the rules for limits that change nothing.

    A rule goes where an earlier one gives the same pairs in each of the grid's other cells:
    counted, it would repeat them in every denominator. `>x` counts as x by most rules, and
    where no value in use was sent as a limit one rule is left, under the name None.
    """
    rules = list(dict.fromkeys(key.censored for key in samples))
    kept: list[str | None] = []
    for rule in rules:
        own = {key: data for key, data in samples.items() if key.censored == rule}
        if not any(
            all(_equal(data, samples[key._replace(censored=earlier)]) for key, data in own.items())
            for earlier in kept
        ):
            kept.append(rule)
    names = {kept[0]: None} if len(kept) == 1 else {rule: rule for rule in kept}
    return {
        key._replace(censored=names[key.censored]): data
        for key, data in samples.items()
        if key.censored in kept
    }


def _equal(one: Pairs, other: Pairs) -> bool:
    return np.array_equal(one.baseline, other.baseline) and np.array_equal(
        one.followup, other.followup
    )
