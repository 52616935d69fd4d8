"""Noncentral t against its own integral, and at the edges of what SciPy can do."""

import math

import numpy as np
import pytest
from labcohort.compare.noncentral_t import LARGEST_T, noncentrality, noncentrality_for_power
from scipy.special import ndtr, stdtrit


def at_most(t: float, df: int, ncp: float) -> float:
    """P(T <= t) = E Φ(t·S - ncp) over S = χ/√df, by the trapezoidal rule in log S.

    The integrand falls off doubly exponentially on the right and exponentially on the left,
    where the rule is exact to the last digits.
    """
    width = 1 / math.sqrt(2 * df)
    log_s = np.linspace(-max(45 / df, 12 * width), 12 * width + 0.1, 40_001)
    density = np.exp(df * log_s - df * np.expm1(2 * log_s) / 2)
    return float((ndtr(t * np.exp(log_s) - ncp) * density).sum() / density.sum())


@pytest.mark.parametrize("df", [1, 2, 3, 9, 50, 217, 2999])
@pytest.mark.parametrize("t", [0.0, 1e-9, -0.4, 1.0, -2.2, 4.3, 12.7, -63.0, 115.0])
def test_the_noncentrality_gives_the_probability_back(t, df):
    for probability in (0.995, 0.975, 0.1, 0.025, 0.005):
        ncp = noncentrality(t, df, probability)
        assert at_most(t, df, ncp) == pytest.approx(probability, rel=1e-12)


def test_without_a_t_it_is_normal():
    # P(T <= 0) = Φ(-ncp).
    assert noncentrality(0.0, 7, 0.025) == pytest.approx(1.959963984540054, rel=1e-13)


def test_up_to_the_largest_t_all_are_finite_and_none_beyond():
    for df in (1, 2, 3, 9, 50, 217, 3000):
        low, high = (noncentrality(float(LARGEST_T), df, p) for p in (0.975, 0.025))
        assert 0 < low < LARGEST_T < high < 5 * LARGEST_T
        assert noncentrality(LARGEST_T + 1.0, df, 0.975) is None
        assert noncentrality(-1e300, df, 0.975) is None


@pytest.mark.parametrize("df", [1, 2, 3, 5, 9, 24, 50, 217, 2999])
@pytest.mark.parametrize("alpha", [0.05, 0.01, 0.001])
def test_power_counts_both_sides(df, alpha):
    for power in (0.2, 0.8, 0.99):
        ncp = noncentrality_for_power(df, power, alpha)
        critical = float(stdtrit(df, 1 - alpha / 2))
        if critical < 100:
            missed = at_most(critical, df, ncp) - at_most(-critical, df, ncp)
            assert missed == pytest.approx(1 - power, rel=1e-11)
