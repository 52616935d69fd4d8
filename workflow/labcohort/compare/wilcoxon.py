"""Wilcoxon's signed-rank test of paired differences, in the form that SPSS prints."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from labcohort.compare.ties import Differences, differences


@dataclass(frozen=True, slots=True)
class WilcoxonSignedRank:
    """Signed-rank test; z has the sign of W+ - W-, where SPSS prints it always negative.

    w_plus and w_minus are the rank sums of increases and decreases; n_tied counts the non-zero
    differences that share their size with another (SPSS calls the zeros "ties"); variance is
    that of W+, corrected for ties.
    An undefined test has None for rank sums, z, p_value and variance, and a reason.
    """

    w_plus: float | None
    w_minus: float | None
    z: float | None
    p_value: float | None
    n_positive: int
    n_negative: int
    n_zero: int
    n_tied: int
    reason: str | None
    variance: float | None = None

    @property
    def statistic(self) -> float | None:
        """The statistic to report: z."""
        return self.z


def wilcoxon_signed_rank(d: ArrayLike | Differences) -> WilcoxonSignedRank:
    """Two-sided signed-rank test of differences d, shape (n,), by the normal approximation.

    Zeros are dropped, ties get mid-ranks, the variance of W+ is corrected for ties,
    (2m(m+1)(2m+1) - Σ(t³-t))/48 over tie groups of t among m non-zero differences, and there is
    no continuity correction (Wilcoxon, Biometrics Bull 1945;1:80-83; Lehmann, Nonparametrics
    1975, ch. 3; IBM SPSS Statistics Algorithms, NPAR TESTS). Equal sizes are equal to the last
    bit here: give it cleaned differences (ties.clean_differences). Undefined with no pair and
    where all differences are zero. Raises ValueError on NaN or infinity.
    """
    d = differences(d)
    n_positive, n_negative = int(d.rises.sum()), int(d.falls.sum())
    m = n_positive + n_negative
    tied = d.ties[d.ties > 1]
    counts = {
        "n_positive": n_positive,
        "n_negative": n_negative,
        "n_zero": d.n - m,
        "n_tied": int(tied.sum()),
    }
    if m == 0:
        reason = "every difference is zero" if d.n else "no pairs"
        return WilcoxonSignedRank(None, None, None, None, **counts, reason=reason)
    # Mid-ranks are halves: in doubled ranks everything up to the last division is a whole number,
    # so that no result can depend on the order of the pairs.
    doubled_plus = int(doubled_mid_ranks(d.ties) @ d.rises)
    doubled_minus = m * (m + 1) - doubled_plus
    times = zip(*(each.tolist() for each in np.unique(tied, return_counts=True)), strict=True)
    variance_48 = 2 * m * (m + 1) * (2 * m + 1) - sum(k * (t**3 - t) for t, k in times)
    variance = variance_48 / 48
    z = (doubled_plus - doubled_minus) / 4 / math.sqrt(variance)
    return WilcoxonSignedRank(
        w_plus=doubled_plus / 2,
        w_minus=doubled_minus / 2,
        z=z,
        p_value=float(2 * ndtr(-abs(z))),
        **counts,
        reason=None,
        variance=variance,
    )


def doubled_mid_ranks(ties: np.ndarray) -> np.ndarray:
    """Twice the mid-rank of ascending sizes that occur as often as `ties` says.

    Takes and gives whole numbers, shape (s,).
    """
    return 2 * np.cumsum(ties) - ties + 1
