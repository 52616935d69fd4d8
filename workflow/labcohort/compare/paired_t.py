"""Student's t test of paired differences."""

import math
from dataclasses import dataclass

from numpy.typing import ArrayLike
from scipy.special import stdtr, stdtrit

from labcohort.compare.counted import Counted, counted

# a mean this part of the largest difference is a rounding error: of a million pairs with four
# digits each, the smallest mean that is not zero is a hundred times larger
DUST = 1e-12


@dataclass(frozen=True, slots=True)
class PairedT:
    """Paired t test: change and its confidence interval in the unit of the differences.

    An undefined test has None for statistic, df, p_value and interval, and a reason; mean and
    SD of the change are given wherever they exist.
    """

    statistic: float | None
    df: int | None
    p_value: float | None
    change_mean: float | None
    change_sd: float | None
    ci_low: float | None
    ci_high: float | None
    reason: str | None


def paired_t(d: ArrayLike | Counted, confidence: float = 0.95) -> PairedT:
    """Two-sided paired t test of differences d, shape (n,), with the interval of their mean.

    t = mean(d) / (SD(d)/√n) with n - 1 degrees of freedom (Student, Biometrika 1908;6:1-25).
    Give it cleaned differences (ties.clean_differences): in raw ones a constant difference has
    a spread of rounding errors, and a t of 10^15; a mean that is zero in decimals is zero here.
    Undefined with no pair, with one, and where
    all differences are equal. Raises ValueError on NaN, infinity, or a confidence not in (0, 1).
    """
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence level lies between 0 and 1, not at {confidence}")
    d = counted(d)
    change_mean, change_sd = d.mean, d.sd
    if d.n and abs(change_mean) <= DUST * d.largest:
        # decimals that cancel leave a rounding error, which has no size and no sign
        change_mean = 0.0
    if not change_sd:
        reason = _why_undefined(d.n, change_mean)
        return PairedT(None, None, None, change_mean, change_sd, None, None, reason)
    df = d.n - 1
    standard_error = change_sd / math.sqrt(d.n)
    statistic = change_mean / standard_error
    half_width = float(stdtrit(df, (1 + confidence) / 2)) * standard_error
    return PairedT(
        statistic=statistic,
        df=df,
        p_value=float(2 * stdtr(df, -abs(statistic))),
        change_mean=change_mean,
        change_sd=change_sd,
        ci_low=change_mean - half_width,
        ci_high=change_mean + half_width,
        reason=None,
    )


def _why_undefined(n: int, change_mean: float | None) -> str:
    if n == 0:
        return "no pairs"
    if n == 1:
        return "one pair only: its change has no spread to be tested against"
    if change_mean == 0:
        return "every difference is zero"
    return "every difference is the same: there is no spread to test the change against"
