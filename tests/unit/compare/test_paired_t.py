"""Paired t test: published numbers, undefined cases, and what must not change it."""

import math

import numpy as np
import pytest
from labcohort.compare.paired_t import PairedT, paired_t
from labcohort.compare.ties import clean_differences

# Student, Biometrika 1908;6:1-25, as R's `sleep` has them: hours gained with either drug.
SLEEP_1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SLEEP_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]


def test_students_sleep():
    # R: t.test(extra ~ group, data = sleep, paired = TRUE), in its documentation.
    result = paired_t(clean_differences(SLEEP_1, SLEEP_2))
    assert result.change_mean == pytest.approx(1.58, rel=1e-14)
    assert result.statistic == pytest.approx(4.0621, abs=5e-5)
    assert result.df == 9
    assert result.p_value == pytest.approx(0.002833, abs=5e-7)
    assert (result.ci_low, result.ci_high) == pytest.approx((0.7001142, 2.4598858), abs=5e-8)
    assert result.reason is None


@pytest.mark.parametrize(
    ("baseline", "followup"),
    # differences of 0.1, 0.2 and -0.3, which cancel in decimals and not in binary
    [([1.1, 1.3, 1.4], [1.2, 1.5, 1.1]), ([140.1, 139.3, 141.4], [140.2, 139.5, 141.1])],
)
def test_changes_that_cancel_in_decimals_have_no_mean_and_no_sign(baseline, followup):
    result = paired_t(clean_differences(baseline, followup))
    assert (result.change_mean, result.statistic, result.p_value) == (0, 0, 1)
    assert result.ci_low == -result.ci_high


def test_darwins_maize():
    # Fisher, The Design of Experiments, 1935, section 17: t = 2.148 with 14 degrees of freedom,
    # just above the 5 per cent value of 2.145; mean 20.93 eighths of an inch.
    d = [49.0, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
    result = paired_t(d)
    assert result.change_mean == pytest.approx(20.93, abs=5e-3)
    assert result.statistic == pytest.approx(2.148, abs=5e-4)
    assert result.df == 14
    assert 0.049 < result.p_value < 0.05
    assert result.ci_low > 0
    critical_t = (result.change_mean - result.ci_low) * math.sqrt(15) / result.change_sd
    assert critical_t == pytest.approx(2.145, abs=5e-4)


@pytest.mark.parametrize(
    ("d", "change_mean", "change_sd", "reason"),
    [
        ([], None, None, "no pairs"),
        ([0.4], 0.4, None, "one pair only"),
        ([0.0], 0.0, None, "one pair only"),
        ([0.1] * 7, 0.1, 0.0, "every difference is the same"),
        ([0.0] * 7, 0.0, 0.0, "every difference is zero"),
    ],
)
def test_undefined_with_a_reason(d, change_mean, change_sd, reason):
    result = paired_t(d)
    assert result.reason.startswith(reason)
    assert result == PairedT(None, None, None, change_mean, change_sd, None, None, result.reason)


def test_a_constant_change_of_decimals_is_seen_as_one():
    baseline = [5.1, 5.6, 6.3, 7.2, 8.9]
    followup = [5.4, 5.9, 6.6, 7.5, 9.2]
    assert paired_t(np.subtract(followup, baseline)).statistic > 1e14
    assert paired_t(clean_differences(baseline, followup)).statistic is None


def test_a_wider_interval_for_more_confidence():
    narrow, wide = (paired_t([1.0, 2.0, 4.0], confidence=c) for c in (0.90, 0.99))
    assert wide.ci_low < narrow.ci_low < narrow.ci_high < wide.ci_high
    assert wide.p_value == narrow.p_value


@pytest.mark.parametrize("confidence", [0, 1, 95, -0.5])
def test_no_level_outside_0_and_1(confidence):
    with pytest.raises(ValueError, match="confidence"):
        paired_t([1.0, 2.0], confidence=confidence)


def test_gaps_are_refused():
    with pytest.raises(ValueError, match="finite"):
        paired_t([1.0, math.nan])


def test_a_unit_change_changes_t_by_less_than_1e_12(decimal_samples, unit_factors):
    for i, sample in enumerate(decimal_samples):
        factor = unit_factors[i % len(unit_factors)]
        before = paired_t(clean_differences(sample.baseline, sample.followup))
        after = paired_t(clean_differences(sample.baseline * factor, sample.followup * factor))
        assert after.reason == before.reason
        if before.reason is None:
            assert after.statistic == pytest.approx(before.statistic, rel=1e-12, abs=1e-12)
            assert after.p_value == pytest.approx(before.p_value, rel=1e-12)
            # An end of the interval near zero is as exact as the values, not as itself.
            near_zero = 1e-12 * after.change_sd
            for end in ("ci_low", "ci_high"):
                expected = getattr(before, end) * factor
                assert getattr(after, end) == pytest.approx(expected, rel=1e-12, abs=near_zero)


def test_the_order_of_pairs_changes_no_bit(decimal_samples):
    rng = np.random.default_rng(3)
    for sample in decimal_samples[:500]:
        order = rng.permutation(sample.baseline.size)
        moved = clean_differences(sample.baseline[order], sample.followup[order])
        assert paired_t(moved) == paired_t(clean_differences(sample.baseline, sample.followup))
