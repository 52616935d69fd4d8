"""Change of skewed markers as a ratio: geometric mean of follow-up over baseline."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from labcohort.compare.counted import Counted, counted
from labcohort.compare.paired_t import paired_t
from labcohort.compare.samples import as_sample
from labcohort.compare.summaries import median
from labcohort.compare.ties import RELATIVE_TOLERANCE, paired_differences

# Above it exp overflows.
LARGEST_LOG = 700.0


@dataclass(frozen=True, slots=True)
class GeometricRatio:
    """Geometric mean ratio, without unit: 0.8 is a fall by a fifth. reason: what is missing."""

    ratio: float | None
    ci_low: float | None
    ci_high: float | None
    reason: str | None


def geometric_ratio(
    baseline: ArrayLike, followup: ArrayLike, confidence: float = 0.95
) -> GeometricRatio:
    """Geometric mean of the ratios follow-up/baseline, both of shape (n,) and one unit.

    exp of the mean log ratio, and of the ends of its paired-t interval (Bland & Altman, BMJ
    1996;312:1079). It equals the ratio of the two geometric means. A change of unit by a factor
    leaves it alone; one with an offset (HbA1c, % and mmol/mol) does not.
    Undefined without pairs and where any value is zero or less. With one pair, or where every
    ratio is the same, there is a ratio and no interval. Raises ValueError on unequal lengths,
    NaN, infinity, or a confidence not in (0, 1).
    """
    baseline, followup = _same_length(baseline, followup)
    without_log = int(np.count_nonzero(baseline <= 0) + np.count_nonzero(followup <= 0))
    if without_log:
        counted = "one value is" if without_log == 1 else f"{without_log} values are"
        return GeometricRatio(None, None, None, f"{counted} zero or less: there is no logarithm")
    logs = _log_ratios(baseline, followup)
    t = paired_t(logs, confidence)
    if t.change_mean is None:
        return GeometricRatio(None, None, None, t.reason)
    ratio = math.exp(t.change_mean)
    if t.reason:
        reason = "one pair only" if logs.n == 1 else "every ratio is the same"
        return GeometricRatio(ratio, None, None, f"{reason}: no interval of the ratio")
    if t.ci_high > LARGEST_LOG:
        return GeometricRatio(ratio, None, None, "the ratios lie too far apart for an interval")
    return GeometricRatio(ratio, math.exp(t.ci_low), math.exp(t.ci_high), None)


def median_percent_change(
    baseline: ArrayLike, followup: ArrayLike, no_change: float | None = None
) -> float | None:
    """Median of 100·(follow-up - baseline)/baseline, both of shape (n,), in percent.

    Never the mean: of a skewed marker that does not change, it is far above zero. A difference up
    to `no_change` in size counts as zero; where that is not given, it is that of the clean
    differences (ties.Differences). None without pairs and where any baseline is zero or less.
    Raises ValueError on unequal lengths, NaN or infinity.
    """
    baseline, followup = _same_length(baseline, followup)
    if (baseline <= 0).any():
        return None
    if no_change is None:
        no_change = paired_differences(baseline, followup)[0].no_change
    change = followup - baseline
    change[np.abs(change) <= no_change] = 0
    return median(100 * change / baseline)


def _log_ratios(baseline: np.ndarray, followup: np.ndarray) -> Counted:
    """Log ratios, all equal where the ratios are equal in decimals.

    A relative error of the values is an absolute one of their logs, in every unit. So the rule of
    ties.py holds here with 1e-12 itself, and not with 1e-12 of the largest log: that depends on
    the unit, and vanishes for values near 1. Rank statistics are not made of these logs, so that
    it is enough to see whether all are one.
    """
    logs = counted(np.log(followup) - np.log(baseline))
    if logs.n and logs.values[-1] - logs.values[0] <= RELATIVE_TOLERANCE:
        return Counted(np.array([median(logs)]), np.array([logs.n]))
    return logs


def _same_length(baseline: ArrayLike, followup: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    baseline, followup = as_sample(baseline), as_sample(followup)
    if baseline.size != followup.size:
        raise ValueError(f"{baseline.size} baseline and {followup.size} follow-up values")
    return baseline, followup
