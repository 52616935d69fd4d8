"""A comparison under other defensible decisions: the tests of its grid, and shares of them."""

import math
from collections.abc import Mapping, Sequence

from labcohort.assess.grid import Sampling, Window
from labcohort.compare.detection import forbidden_t
from labcohort.compare.limits import too_many_limits
from labcohort.compare.paired import Pairs
from labcohort.compare.paired_t import PairedT, paired_t
from labcohort.compare.ties import paired_differences
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


def specifications(row: Mapping, samples: Mapping[Sampling, Pairs], rules: Mapping) -> list[dict]:
    """Rows (schemas.sensitivity.Specification): both tests on each sample.

    `rules` has the share of limits above which no mean is given (compare.limits), as for the
    comparisons themselves.

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
    differences, _ = paired_differences(data.baseline, data.followup)
    no_mean = too_many_limits(data.limits, rules)
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
