"""Effect sizes without unit: of the paired t test d_z, of the signed-rank test rank-biserial r."""

import math
from dataclasses import dataclass

from numpy.typing import ArrayLike
from scipy.special import ndtri

from labcohort.compare.counted import Counted
from labcohort.compare.noncentral_t import LARGEST_T, noncentrality
from labcohort.compare.paired_t import paired_t
from labcohort.compare.wilcoxon import WilcoxonSignedRank


@dataclass(frozen=True, slots=True)
class StandardisedChange:
    """Mean change in units of the SD of the changes, with its confidence interval."""

    d_z: float | None
    ci_low: float | None
    ci_high: float | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class RankBiserial:
    """Matched-pairs rank-biserial correlation, -1 to 1, with its confidence interval."""

    r: float | None
    ci_low: float | None
    ci_high: float | None
    reason: str | None


def cohen_dz(d: ArrayLike | Counted, confidence: float = 0.95) -> StandardisedChange:
    """Cohen's d_z = mean(d)/SD(d) of differences d, shape (n,), without small-sample correction.

    t = d_z·√n is noncentral t; the interval holds the noncentralities, over √n, with which the
    observed t is not extreme (Cohen, Statistical Power Analysis, 1988, section 2.3.5; Cumming &
    Finch, Educ Psychol Meas 2001;61:532-574). It excludes 0 exactly where the paired t test is
    significant at 1 - confidence. Not d_av nor d_rm, whose divisor is the spread of the values.
    Give it cleaned differences. Undefined where the paired t test is; the interval alone is None
    where |t| is over 1000. Raises ValueError on NaN, infinity, or a confidence not in (0, 1).
    """
    t = paired_t(d, confidence)
    if t.reason:
        return StandardisedChange(None, None, None, t.reason)
    d_z = t.change_mean / t.change_sd
    low, high = (noncentrality(t.statistic, t.df, (1 + side * confidence) / 2) for side in (1, -1))
    if low is None:
        reason = f"the change is over {LARGEST_T} times its standard error: no interval of d_z"
        return StandardisedChange(d_z, None, None, reason)
    root_n = math.sqrt(t.df + 1)
    return StandardisedChange(d_z, low / root_n, high / root_n, None)


def rank_biserial(signed_rank: WilcoxonSignedRank, confidence: float = 0.95) -> RankBiserial:
    """Rank-biserial correlation r = (W+ - W-)/T, T = m(m+1)/2, of a signed-rank test.

    Zeros are dropped, as in the test (Kerby, Compr Psychol 2014;3:11.IT.3.1). The interval is
    Wilson's (J Am Stat Assoc 1927;22:209-212) of the proportion (1 + r)/2 in 0.25·T²/V trials,
    with V the tie-corrected variance of W+: as wide at r = 0 as the test's null distribution, so
    that it excludes 0 exactly where the normal approximation has p < 1 - confidence.
    Undefined where the test is. Raises ValueError on a confidence not in (0, 1).
    """
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence level lies between 0 and 1, not at {confidence}")
    if signed_rank.reason:
        return RankBiserial(None, None, None, signed_rank.reason)
    plus, minus = signed_rank.w_plus, signed_rank.w_minus
    total = plus + minus
    r = (plus - minus) / total
    trials = 0.25 * total * total / signed_rank.variance
    z = float(ndtri((1 + confidence) / 2))
    # 1 - r² from the rank sums, for near ±1 it cancels.
    half_width = z * math.sqrt(trials * 4 * plus * minus / total**2 + z * z)
    low, high = ((trials * r + side * half_width) / (trials + z * z) for side in (-1, 1))
    return RankBiserial(r, max(low, -1.0), min(high, 1.0), None)
