"""A comparison under other defensible decisions: its grid of specifications, and shares of it."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from labcohort.compare.detection import detection, forbidden_t
from labcohort.compare.paired import Pairs
from labcohort.compare.paired_t import PairedT, paired_t
from labcohort.compare.ties import clean_differences
from labcohort.compare.wilcoxon import WilcoxonSignedRank, wilcoxon_signed_rank

TESTS = {"paired_t": paired_t, "wilcoxon_signed_rank": wilcoxon_signed_rank}
KEY = ("profile", "family", "marker", "cohort", "timepoint")
# what a specification decides; the window stands in two columns
DIMENSIONS = {
    "equation": ("equation",),
    "censored": ("censored",),
    "window": ("window_before", "window_after"),
    "test": ("test",),
}
CAVEAT = (
    "shares are of the valid specifications; these rest on mostly the same values and are not"
    " independent: a share describes, it is no evidence"
)


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


def specifications(row: Mapping, samples: Mapping[Sampling, Pairs], rules: Mapping) -> list[dict]:
    """Rows (schemas.sensitivity.Specification): both tests on each sample.

    `rules` are the shares of values below detection from which a figure is not given
    (compare.detection), as for the comparisons themselves.

    `row` is the planned comparison (KEY, test, alpha); the first of `samples` is the one that
    the study declares, and the planned test on it is the reference of all signs.
    """
    declared = next(iter(samples))
    order = sorted(TESTS, key=lambda test: test != row["test"])
    tests = {how: _tested(data, rules) for how, data in samples.items()}
    rows = [
        {
            **{name: row[name] for name in KEY},
            "equation": how.equation,
            "censored": how.censored,
            "window_before": how.window.before,
            "window_after": how.window.after,
            "test": test,
            "n_pairs": len(data.baseline),
            **_outcome(tests[how][test], row["alpha"]),
            "declared": (how, test) == (declared, row["test"]),
        }
        for how, data in samples.items()
        for test in order
    ]
    reference = _sign(_declared(rows)["statistic"])
    for each in rows:
        sign = _sign(each["statistic"])
        each["same_sign"] = None if None in (sign, reference) else sign == reference
    return rows


def _tested(data: Pairs, rules: Mapping) -> dict[str, PairedT | WilcoxonSignedRank]:
    """The result of each test."""
    differences = clean_differences(data.baseline, data.followup)
    no_mean = detection(data, rules).no_mean
    return {
        name: forbidden_t(no_mean) if name == "paired_t" and no_mean else test(differences)
        for name, test in TESTS.items()
    }


def _outcome(result: PairedT | WilcoxonSignedRank, alpha: float) -> dict:
    p = result.p_value
    return {
        "statistic": result.statistic,
        "p_value": p,
        "below_alpha": None if p is None else p < alpha,
        "reason": result.reason,
    }


def _sign(statistic: float | None) -> float | None:
    """-1, 0 or 1; None of an undefined test."""
    return None if statistic is None else math.copysign(1, statistic) * (statistic != 0)


def _declared(rows: Sequence[Mapping]) -> Mapping:
    return next(row for row in rows if row["declared"])


def summary(row: Mapping, rows: Sequence[Mapping], skipped: Sequence[str] = ()) -> dict:
    """The row (schemas.sensitivity.Sensitivity) of a comparison: counts and shares of its `rows`.

    Shares are of the valid specifications, those whose test is defined; None where there is
    none, and shares of signs also where the reference itself is undefined.
    """
    valid = [each for each in rows if each["reason"] is None]
    reference = _declared(rows)
    below = sum(each["below_alpha"] for each in valid)
    same = both = None
    if reference["reason"] is None:
        same = sum(each["same_sign"] for each in valid)
        both = sum(each["same_sign"] and each["below_alpha"] for each in valid)
    return {
        **{name: row[name] for name in KEY},
        "reference_test": row["test"],
        "n_grid": len(rows),
        "n_valid": len(valid),
        "n_distinct": _distinct(valid),
        "n_same_sign": same,
        "share_same_sign": _share(same, valid),
        "n_below_alpha": below,
        "share_below_alpha": _share(below, valid),
        "n_same_sign_below_alpha": both,
        "share_same_sign_below_alpha": _share(both, valid),
        "alpha": row["alpha"],
        "dimensions": _dimensions(rows),
        "crosses_alpha_by": _crossings(rows),
        "note": "; ".join(_notes(rows, reference, skipped)),
    }


def _share(count: int | None, valid: Sequence[Mapping]) -> float | None:
    return count / len(valid) if valid and count is not None else None


def _distinct(valid: Sequence[Mapping]) -> int:
    """Different results: of specifications with the same pairs, one counts."""
    return len({tuple(row[k] for k in ("test", "n_pairs", "statistic")) for row in valid})


def _level(row: Mapping, dimension: str) -> tuple:
    return tuple(row[column] for column in DIMENSIONS[dimension])


def _shown(level: tuple) -> str:
    return str(Window(*level)) if len(level) == 2 else str(level[0])


def _dimensions(rows: Sequence[Mapping]) -> str:
    """What varies over the grid, with its levels, the declared one first."""
    shown = []
    for dimension in DIMENSIONS:
        levels = list(dict.fromkeys(_level(row, dimension) for row in rows))
        if len(levels) > 1:
            shown.append(f"{dimension}: {', '.join(map(_shown, levels))}")
    return "; ".join(shown)


def _crossings(rows: Sequence[Mapping]) -> str | None:
    """Levels that take p across alpha, one dimension changed and the others as declared."""
    reference, shown = _declared(rows), []
    for dimension in DIMENSIONS:
        others = [d for d in DIMENSIONS if d != dimension]
        across = [
            _shown(_level(row, dimension))
            for row in rows
            if all(_level(row, d) == _level(reference, d) for d in others)
            and None not in (row["below_alpha"], reference["below_alpha"])
            and row["below_alpha"] != reference["below_alpha"]
        ]
        if across:
            shown.append(f"{dimension}: {', '.join(across)}")
    return "; ".join(shown) or None


def _notes(rows: Sequence[Mapping], reference: Mapping, skipped: Sequence[str]) -> list[str]:
    """What a reader has to know of the shares, in plain words."""
    notes = [CAVEAT, *skipped]
    if reference["reason"]:
        notes.append(
            f"the declared specification has no test ({reference['reason']}):"
            " there is no sign to compare with"
        )
    valid = [row for row in rows if row["reason"] is None]
    invalid = [row["reason"] for row in rows if row["reason"] is not None]
    distinct, n_valid = _distinct(valid), len(valid)
    if distinct < n_valid:
        notes.append(f"{distinct} different results among {n_valid} valid specifications")
    for reason in dict.fromkeys(invalid):
        notes.append(f"{invalid.count(reason)} of {len(rows)} without a test: {reason}")
    return notes
