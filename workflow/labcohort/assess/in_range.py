"""Values within their reference range before and after, in the same persons."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from labcohort.assess.proportions import mcnemar, paired_difference
from labcohort.assess.reference_ranges import side_of
from labcohort.compare.persons import Persons
from labcohort.compare.summaries import median
from labcohort.derive.censored import rests_on_limit

BOUNDS = {"low": pl.Float64, "high": pl.Float64}
# what a row takes of each value
NUMBERS = ("value", "side", "range", "own", "limit")
SELECTED = "chosen on a baseline value: regression to the mean alone moves these shares"


def in_range(
    tested: list[dict], panels: Iterable[pl.DataFrame], members: pl.DataFrame, how: dict
) -> list[dict]:
    """Rows (schemas.in_range.InRange) of markers in cohorts at timepoints.

    `tested` are rows of cohort, marker, timepoint and selected_on_baseline; `panels` are of
    `reference_ranges.judged`, taken one at a time; `members` is schemas.cohort.Membership; `how`
    has baseline, confidence and censored. A pair counts where both values have a range. The
    change is followed within persons: 2x2 of before and after, exact McNemar test, Newcombe's
    interval of the difference of shares (follow-up less baseline).
    """
    persons = Persons(members.get_column("person"))
    groups = persons.parts(members, "cohort", "timepoint")
    left, rows = list(tested), []
    for values in panels:
        panel = _panel(values, persons)
        rows += [_row(row, panel, groups, how) for row in left if row["marker"] in panel.markers]
        left = [row for row in left if row["marker"] not in panel.markers]
    # of what nobody has a value, a row says so
    return rows + [_row(row, _Panel(persons), groups, how) for row in left]


@dataclass(frozen=True)
class _Panel:
    """Values of `judged` by marker and timepoint, each with the number of its range.

    `ranges` are the distinct (low, high) that they were held against; null is open.
    """

    persons: Persons
    visits: dict[tuple, pl.DataFrame] = field(default_factory=dict)
    ranges: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=BOUNDS))

    @property
    def markers(self) -> set[str]:
        return {marker for marker, _ in self.visits}

    def pairs(self, marker: str, timepoints: Sequence[str], group: pl.DataFrame | None) -> list:
        """NUMBERS at each timepoint, by name, of those in the group who have a value at all."""
        parts = [self.visits.get((marker, timepoint)) for timepoint in timepoints]
        known = np.logical_and.reduce([self.persons.has(part) for part in (group, *parts)])
        return [
            {name: self.persons.spread(part, name)[known] for name in NUMBERS} for part in parts
        ]

    def holds(self, value: float, numbers: np.ndarray) -> np.ndarray:
        """Whether a value lies inside the ranges of these numbers."""
        low, high = (self.ranges.get_column(end).to_numpy()[numbers] for end in BOUNDS)
        return side_of(value, low, high) == 0


def _panel(values: pl.DataFrame, persons: Persons) -> _Panel:
    ranges = values.select(*BOUNDS).unique()
    numbered = values.with_columns(limit=rests_on_limit()).join(
        ranges.with_row_index("range"), on=list(BOUNDS), nulls_equal=True
    )
    visits = numbered.select("person", "marker", "timepoint", *NUMBERS)
    return _Panel(persons, persons.parts(visits, "marker", "timepoint"), ranges)


def _row(tested: dict, panel: _Panel, groups: dict[tuple, pl.DataFrame], how: dict) -> dict:
    """The row of one marker in one cohort at one timepoint."""
    group = groups.get((tested["cohort"], tested["timepoint"]))
    pairs = panel.pairs(tested["marker"], (how["baseline"], tested["timepoint"]), group)
    judged_both = ~np.logical_or.reduce([np.isnan(visit["side"]) for visit in pairs])
    before, after = ({k: x[judged_both] for k, x in visit.items()} for visit in pairs)
    n_pairs, n = judged_both.size, before["side"].size
    counts = _before_after(before["side"] == 0, after["side"] == 0)
    of_test = mcnemar(counts["out_in"], counts["in_out"])
    shares = paired_difference(
        counts["in_in"], counts["out_in"], counts["in_out"], counts["out_out"], how["confidence"]
    )
    used = np.unique(np.concatenate([before["range"], after["range"]])).astype(int)
    one_range = panel.ranges.row(used[0]) if used.size == 1 else (None, None)
    n_own, n_censored = (int(before[k].sum() + after[k].sum()) for k in ("own", "limit"))
    return {
        **{name: tested[name] for name in ("cohort", "marker", "timepoint")},
        "n_pairs": n_pairs,
        "n_judged": n,
        "n_without_range": n_pairs - n,
        "n_own_range": n_own,
        "n_censored": n_censored,
        "range_low": one_range[0],
        "range_high": one_range[1],
        **counts,
        "share_baseline": (counts["in_in"] + counts["in_out"]) / n if n else None,
        "share_followup": (counts["in_in"] + counts["out_in"]) / n if n else None,
        "difference": shares.difference,
        "difference_ci_low": shares.ci_low,
        "difference_ci_high": shares.ci_high,
        "p_mcnemar": of_test.p_value,
        "selected_on_baseline": tested["selected_on_baseline"],
        **_sides(before, "baseline"),
        **_sides(after, "followup"),
        "centre_baseline": _centre(before, panel),
        "centre_followup": _centre(after, panel),
        "note": "; ".join(
            [
                *_why_undefined(group, n_pairs, n, of_test.reason),
                *([SELECTED] if tested["selected_on_baseline"] else []),
                *_notes(n, used.size, n_censored, how),
            ]
        )
        or None,
    }


def _before_after(before: np.ndarray, after: np.ndarray) -> dict[str, int]:
    """Pairs by whether the value is inside its range before and after."""
    return {
        "in_in": int((before & after).sum()),
        "in_out": int((before & ~after).sum()),
        "out_in": int((~before & after).sum()),
        "out_out": int((~before & ~after).sum()),
    }


def _sides(visit: dict[str, np.ndarray], name: str) -> dict[str, int]:
    """Values out of range at a visit, by side."""
    return {
        f"below_{name}": int((visit["side"] == -1).sum()),
        f"above_{name}": int((visit["side"] == 1).sum()),
    }


def _centre(visit: dict[str, np.ndarray], panel: _Panel) -> str | None:
    """Whether the median lies inside the ranges used: yes for all, no for none, else depends."""
    if not visit["value"].size:
        return None
    used = np.unique(visit["range"]).astype(int)
    inside = panel.holds(median(visit["value"]), used)
    return "yes" if inside.all() else "depends" if inside.any() else "no"


def _why_undefined(
    group: pl.DataFrame | None, n_pairs: int, n: int, no_test: str | None
) -> list[str]:
    if group is None:
        no_test = "nobody is in this cohort at this timepoint"
    elif not n:
        no_test = "no pair has a range at both visits" if n_pairs else "no pairs"
    return [f"no test: {no_test}"] if no_test else []


def _notes(n: int, n_ranges: int, n_censored: int, how: dict) -> list[str]:
    """What else a reader has to know of the row, in plain words."""
    notes = [f"{n_ranges} different ranges"] if n_ranges > 1 else []
    if n_censored:
        notes.append(
            f"{n_censored} of {2 * n} values are, or rest on, a result sent as a limit"
            f" ({how['censored']})"
        )
    return notes
