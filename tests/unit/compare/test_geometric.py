"""Geometric mean ratio and median percent change: worked numbers, constant ratios, edges."""

import math

import numpy as np
import pytest
from labcohort.compare.geometric import GeometricRatio, geometric_ratio, median_percent_change


def test_worked_by_hand():
    # Ratios 1/2, 1, 8: logs of base 2 are -1 0 3, mean 2/3, SD √(13/3). Student's t of
    # 2 df has a closed form: (2p - 1)/√(2p(1 - p)).
    result = geometric_ratio([2.0, 3.0, 0.5], [1.0, 3.0, 4.0])
    assert result.ratio == pytest.approx(2 ** (2 / 3), rel=1e-14)
    half = 0.95 / math.sqrt(2 * 0.975 * 0.025) * math.sqrt(13) / 3
    assert (result.ci_low, result.ci_high) == pytest.approx(
        (2 ** (2 / 3 - half), 2 ** (2 / 3 + half)), rel=1e-12
    )
    assert result.reason is None


def test_it_is_the_ratio_of_the_geometric_means():
    baseline, followup = [1.8, 3.2, 0.4, 12.5], [1.1, 3.3, 0.7, 6.0]
    expected = (math.prod(followup) / math.prod(baseline)) ** (1 / 4)
    assert geometric_ratio(baseline, followup).ratio == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("factor", [1, 3, 7, 1.5, 0.9, 1.00001])
@pytest.mark.parametrize("unit", [1.0, 0.0555, 88.4, 1e-6])
def test_a_constant_ratio_is_seen_as_one(factor, unit):
    # Near 1, where logs nearly vanish, and far from it.
    for baseline in (np.arange(10, 30) / 10, 1 + np.arange(20) / 1e6):
        followup = np.array([float(f"{b * factor:.12g}") for b in baseline])
        result = geometric_ratio(baseline * unit, followup * unit)
        assert result.ratio == pytest.approx(factor, rel=1e-11)
        assert (result.ci_low, result.ci_high) == (None, None)
        assert result.reason == "every ratio is the same: no interval of the ratio"


def test_no_change_is_a_ratio_of_exactly_1():
    assert geometric_ratio([0.3, 0.7], [0.3, 0.7]).ratio == 1.0


def test_a_small_true_spread_remains():
    # 1e9 read to one decimal is the finest of all scales.
    assert geometric_ratio([1e9, 1e9], [1e9 + 0.1, 1e9]).ci_low < 1


@pytest.mark.parametrize(
    ("baseline", "followup", "words"),
    [([0.0, 1.0], [1.0, 1.0], "one value is"), ([1.0, -1.0], [0.0, 1.0], "2 values are")],
)
def test_without_logarithm(baseline, followup, words):
    reason = f"{words} zero or less: there is no logarithm"
    assert geometric_ratio(baseline, followup) == GeometricRatio(None, None, None, reason)


def test_few_pairs():
    assert geometric_ratio([], []) == GeometricRatio(None, None, None, "no pairs")
    one = geometric_ratio([2.0], [1.0])
    assert (one.ratio, one.ci_low, one.ci_high) == (0.5, None, None)
    assert one.reason == "one pair only: no interval of the ratio"


def test_no_infinity():
    result = geometric_ratio([1.0, 1.0], [1e60, 1e-60])
    assert (result.ratio, result.ci_low, result.ci_high) == (1.0, None, None)
    assert result.reason == "the ratios lie too far apart for an interval"


def test_median_percent_change():
    assert median_percent_change([10.0, 20.0, 40.0], [11.0, 10.0, 40.0]) == 0.0
    assert median_percent_change([10.0, 20.0], [11.0, 10.0]) == pytest.approx(-20, rel=1e-14)
    assert median_percent_change([10.0], [0.0]) == -100
    # 1.2 and 1.1 + 0.1 are the same decimal.
    assert median_percent_change([1.1 + 0.1], [1.2]) == 0.0


@pytest.mark.parametrize("baseline", [[], [0.0], [-1.0]])
def test_median_percent_change_undefined(baseline):
    assert median_percent_change(baseline, baseline) is None


def test_a_programmers_error_is_refused():
    for statistic in (geometric_ratio, median_percent_change):
        with pytest.raises(ValueError, match="follow-up values"):
            statistic([1.0], [1.0, 2.0])
        with pytest.raises(ValueError, match="finite"):
            statistic([1.0, math.nan], [1.0, 2.0])
