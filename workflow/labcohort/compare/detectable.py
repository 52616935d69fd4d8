"""The smallest mean change that a paired t test of this size would detect."""

import math

from labcohort.compare.noncentral_t import noncentrality_for_power


def detectable_change(
    n: int, sd: float | None, power: float = 0.8, alpha: float = 0.05
) -> float | None:
    """Smallest mean change that a two-sided paired t test of n pairs finds with this power.

    `sd` is the SD of the differences; the change has its unit. By the noncentral t, rejections
    on the wrong side counted as well (Cohen, Statistical Power Analysis, 1988, ch. 2; R's
    power.t.test with strict = TRUE). It describes the size of the study: it is no property of
    the assay (minimal detectable change), and not the power of the change that was observed.
    None under two pairs, and without an SD or with none to speak of (0).
    Raises ValueError unless 0 < alpha < power < 1.
    """
    if not 0 < alpha < power < 1:
        raise ValueError(f"0 < alpha < power < 1 is asked for, not {alpha} and {power}")
    if n < 2 or not sd:
        return None
    return noncentrality_for_power(n - 1, power, alpha) * sd / math.sqrt(n)
