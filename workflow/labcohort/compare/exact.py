"""Exact p value of the signed-rank test, for few pairs."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from labcohort.compare.ties import Differences, differences
from labcohort.compare.wilcoxon import doubled_mid_ranks

# Counts go up to 2^m and are held in doubles: without rounding up to m = 53.
MOST_DIFFERENCES = 1000


@dataclass(frozen=True, slots=True)
class ExactSignedRank:
    """Exact two-sided p value; None with a reason where it is not given."""

    p_value: float | None
    reason: str | None


def exact_signed_rank(d: ArrayLike | Differences, fewer_than: int = 25) -> ExactSignedRank:
    """Two-sided exact signed-rank test of differences d, shape (n,).

    p = P(|W+ - E W+| >= |observed|) where each of the m non-zero differences, with its mid-rank,
    takes either sign with equal chance: the conditional permutation distribution, ties and all
    (Pratt & Gibbons, Concepts of Nonparametric Theory, 1981, ch. 3; Hollander & Wolfe,
    Nonparametric Statistical Methods, ch. 3). Zeros are dropped, as in the normal approximation.
    Equal sizes are equal to the last bit here: give it cleaned differences.

    None with a reason without non-zero differences, and where they are not `fewer_than`: the
    normal approximation is good there. Raises ValueError on NaN, infinity, or a `fewer_than`
    above 1001.
    """
    if fewer_than > MOST_DIFFERENCES + 1:
        raise ValueError(f"exact counts need fewer than {MOST_DIFFERENCES + 1} differences")
    d = differences(d)
    m = int(d.ties.sum())
    if m == 0:
        reason = "every difference is zero" if d.n else "no pairs"
        return ExactSignedRank(None, reason)
    if m >= fewer_than:
        reason = f"{fewer_than} or more non-zero differences: the normal approximation stands"
        return ExactSignedRank(None, reason)
    doubled_ranks = doubled_mid_ranks(d.ties)
    ways = _ways_to_each_sum(np.repeat(doubled_ranks, d.ties).tolist())
    # Twice the distance of W+ (already doubled) from its mean, so that it is a whole number.
    distance = np.abs(2 * np.arange(ways.size) - m * (m + 1))
    observed = abs(2 * int(doubled_ranks @ d.rises) - m * (m + 1))
    return ExactSignedRank(math.ldexp(float(ways[distance >= observed].sum()), -m), None)


def smallest_p(n_nonzero: int) -> float:
    """The exact two-sided p of as many (1 or more) differences all of one sign: 2/2^m.

    No other data of this size has a smaller one, whatever the ties.
    """
    return math.ldexp(2.0, -n_nonzero)


def cannot_reach(n_nonzero: int, alpha: float) -> bool:
    """Whether no data of as many non-zero differences has an exact p < alpha (5 or fewer: .05)."""
    return n_nonzero == 0 or smallest_p(n_nonzero) >= alpha


def _ways_to_each_sum(ranks: list[int]) -> np.ndarray:
    """How many subsets of whole-numbered ranks have the sum 0, 1, ... up to that of all."""
    ways = np.zeros(sum(ranks) + 1)
    ways[0] = 1.0
    for rank in ranks:
        ways[rank:] += ways[:-rank].copy()
    return ways
