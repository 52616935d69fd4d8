"""Shapiro-Wilk and skewness: published numbers, SciPy, undefined cases; R is in tests/oracles."""

import math

import numpy as np
import pytest
import scipy.stats
from labcohort.compare.normality import ShapiroWilk, shapiro_wilk, skewness

# Weights of eleven men in pounds: Snedecor, in Shapiro & Wilk, Biometrika 1965;52:591-611.
WEIGHTS = [148.0, 154, 158, 160, 161, 162, 166, 170, 182, 195, 236]


def test_weights_of_eleven_men():
    # The paper has W = 0.79; R 4.2.2, shapiro.test.
    result = shapiro_wilk(WEIGHTS)
    assert result.w == pytest.approx(0.78881469483538775, rel=1e-12)
    assert result.p_value == pytest.approx(0.0067038140565029, rel=1e-11)
    assert result.reason is None


def test_scipy_at_every_branch():
    rng = np.random.default_rng(41)
    for n in [*range(3, 31), 50, 218, 1000, 4999, 5000]:
        for x in (rng.normal(size=n), rng.exponential(size=n), np.round(rng.normal(size=n), 1)):
            if x.min() == x.max():
                continue
            # SciPy's weights are those of the translated Fortran.
            expected = scipy.stats.shapiro(x)
            result = shapiro_wilk(x)
            assert result.w == pytest.approx(expected.statistic, rel=1e-7)
            assert result.p_value == pytest.approx(expected.pvalue, rel=1e-5, abs=1e-15)


def test_three_values():
    # W is exact: evenly spaced values are as normal as three can be, two equal ones the least.
    assert shapiro_wilk([1.0, 2.0, 3.0]).w == pytest.approx(1, rel=1e-15)
    assert shapiro_wilk([1.0, 2.0, 3.0]).p_value == pytest.approx(1, abs=1e-7)
    least = shapiro_wilk([1.0, 1.0, 3.0])
    assert least.w == pytest.approx(0.75, rel=1e-15)
    assert least.p_value == pytest.approx(0, abs=1e-15)
    assert least.p_value >= 0


def test_the_extremes_are_probabilities():
    rng = np.random.default_rng(42)
    for n in range(3, 40):
        spike = np.zeros(n)
        spike[-1] = 1.0
        normal = scipy.stats.norm.ppf((np.arange(1, n + 1) - 0.375) / (n + 0.25))
        halves = np.r_[np.zeros(n // 2), np.ones(n - n // 2)]
        for x in (spike, -spike, halves, normal, 1e200 * spike, 1e-300 * rng.normal(size=n)):
            result = shapiro_wilk(x)
            assert 0 < result.w <= 1
            assert 0 <= result.p_value <= 1


@pytest.mark.parametrize(
    ("d", "reason"),
    [
        ([], "no pairs"),
        ([1.0, 2.0], "fewer than 3 pairs: they have no shape"),
        ([0.0] * 9, "every difference is zero"),
        ([0.1] * 9, "every difference is the same"),
        (range(5001), "over 5000 pairs: the test is not made for as many"),
    ],
)
def test_undefined_with_a_reason(d, reason):
    assert shapiro_wilk(d) == ShapiroWilk(None, None, reason)


def test_skewness_is_the_one_of_spreadsheets():
    # Microsoft's example of SKEW: 0.359543.
    assert skewness([3.0, 4, 5, 2, 3, 4, 5, 6, 4, 7]) == pytest.approx(0.359543, abs=5e-7)
    assert skewness(WEIGHTS) == pytest.approx(scipy.stats.skew(WEIGHTS, bias=False), rel=1e-12)
    assert skewness([-1.0, 0.0, 1.0]) == 0.0


@pytest.mark.parametrize("d", [[], [1.0], [1.0, 2.0], [0.3] * 5])
def test_skewness_undefined(d):
    assert skewness(d) is None


def test_gaps_are_refused():
    for statistic in (shapiro_wilk, skewness):
        with pytest.raises(ValueError, match="finite"):
            statistic([1.0, math.nan, 2.0])
