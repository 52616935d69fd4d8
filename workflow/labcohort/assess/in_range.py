"""Values within their reference range before and after, in the same persons."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from labcohort.assess.proportions import mcnemar, paired_difference
from labcohort.assess.reference_ranges import side_of
from labcohort.compare.persons import places
from labcohort.compare.summaries import median
from labcohort.derive.censored import rests_on_limit

BOUNDS = ("low", "high")
# what a row takes of each value
TAKEN = ("value", "side", "own", "limit", *BOUNDS)
SELECTED = "chosen on a baseline value: regression to the mean alone moves these shares"


def in_range(
    tested: list[dict],
    parts: Iterable[tuple[str, Iterable[pl.DataFrame]]],
    groups: Mapping[tuple[str, str], np.ndarray],
    how: dict,
) -> list[dict]:
    """Rows (schemas.in_range.InRange) of markers in cohorts at timepoints.

    `tested` are rows of cohort, marker, timepoint and selected_on_baseline; `parts` are a marker
    each, with its values (frames of `reference_ranges.judged`, by `number` of the person), and
    taken one at a time, as the frames are; `groups` are the members by cohort and timepoint
    (compare.persons.members_by_number); `how` has baseline, confidence and censored. A pair
    counts where both values have a range. The change is followed within persons: 2x2 of before
    and after, exact McNemar test, Newcombe's interval of the difference of shares (follow-up less
    baseline). ValueError where a person stands twice at a timepoint.
    """
    left, rows = list(tested), []
    for marker, values in parts:
        own = [row for row in left if row["marker"] == marker]
        visits = _visits(values, {how["baseline"], *(row["timepoint"] for row in own)}, groups)
        rows += [_row(row, visits, groups, how) for row in own]
        left = [row for row in left if row["marker"] != marker]
    # of what nobody has a value, a row says so
    return rows + [_row(row, {}, groups, how) for row in left]


@dataclass(frozen=True)
class _Visit:
    """TAKEN of each value of a marker at a timepoint; `row` is the row of each person, or -1."""

    row: np.ndarray
    taken: dict[str, np.ndarray]

    def of(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """TAKEN of some rows."""
        return {name: column[rows] for name, column in self.taken.items()}


def _visits(
    values: Iterable[pl.DataFrame],
    timepoints: Collection[str],
    groups: Mapping[tuple[str, str], np.ndarray],
) -> dict[str, _Visit]:
    """A marker's values at the timepoints at which there are any."""
    # the numbers of a group are ascending
    last = max((int(group[-1]) for group in groups.values()), default=-1)
    taken = pl.concat(
        own.with_columns(limit=rests_on_limit()).select("number", "timepoint", *TAKEN)
        for own in values
    )
    parts = {timepoint: taken.filter(timepoint=timepoint) for timepoint in timepoints}
    return {
        timepoint: _Visit(
            places(part.get_column("number").to_numpy(), last + 1),
            {name: part.get_column(name).to_numpy() for name in TAKEN},
        )
        for timepoint, part in parts.items()
        if part.height
    }


def _row(
    tested: dict,
    visits: dict[str, _Visit],
    groups: Mapping[tuple[str, str], np.ndarray],
    how: dict,
) -> dict:
    """The row of one marker in one cohort at one timepoint."""
    group = groups.get((tested["cohort"], tested["timepoint"]))
    n_pairs, before, after = _judged_both(tested, visits, group, how["baseline"])
    n = before["side"].size
    counts = _before_after(before["side"] == 0, after["side"] == 0)
    of_test = mcnemar(counts["out_in"], counts["in_out"])
    shares = paired_difference(
        counts["in_in"], counts["out_in"], counts["in_out"], counts["out_out"], how["confidence"]
    )
    used = [_ranges(visit) for visit in (before, after)]
    ranges = pl.concat(used).unique()
    one_range = ranges.row(0) if ranges.height == 1 else (None, None)
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
        "centre_baseline": _centre(before, used[0]),
        "centre_followup": _centre(after, used[1]),
        "note": "; ".join(
            [
                *_why_undefined(group, n_pairs, n, of_test.reason),
                *([SELECTED] if tested["selected_on_baseline"] else []),
                *_notes(n, ranges.height, n_censored, how),
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


def _judged_both(
    tested: dict,
    visits: dict[str, _Visit],
    group: np.ndarray | None,
    baseline: str,
) -> tuple[int, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """How many of the group have a value at both visits; TAKEN of those with a range at both."""
    own = [visits.get(t) for t in (baseline, tested["timepoint"])]
    if group is None or None in own:
        none = {name: np.empty(0) for name in TAKEN}
        return 0, none, none
    rows = [visit.row[group] for visit in own]
    paired = np.logical_and(*(found >= 0 for found in rows))
    pairs = [found[paired] for found in rows]
    sides = (visit.taken["side"][found] for visit, found in zip(own, pairs, strict=True))
    both = ~np.logical_or(*(np.isnan(side) for side in sides))
    before, after = (visit.of(found[both]) for visit, found in zip(own, pairs, strict=True))
    return both.size, before, after


def _ranges(visit: dict[str, np.ndarray]) -> pl.DataFrame:
    """The distinct ranges (low, high; null is open) of the values."""
    bounds = pl.DataFrame({end: visit[end] for end in BOUNDS}, nan_to_null=True)
    # most often all have one: to see it takes a tenth of the time of telling them apart
    same = bounds.select(pl.all().eq_missing(pl.all().first()).all())
    return bounds.head(1) if all(same.row(0)) else bounds.unique()


def _centre(visit: dict[str, np.ndarray], used: pl.DataFrame) -> str | None:
    """Whether the median lies inside the ranges used: yes for all, no for none, else depends."""
    if not visit["value"].size:
        return None
    inside = side_of(median(visit["value"]), *(used.get_column(end).to_numpy() for end in BOUNDS))
    return "yes" if (inside == 0).all() else "depends" if (inside == 0).any() else "no"


def _why_undefined(
    group: np.ndarray | None, n_pairs: int, n: int, no_test: str | None
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
