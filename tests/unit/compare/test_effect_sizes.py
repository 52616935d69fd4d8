"""Effect sizes with their intervals: published numbers, equivalence with the tests, edges."""

import math

import numpy as np
import pytest
from labcohort.compare.effect_sizes import (
    RankBiserial,
    StandardisedChange,
    cohen_dz,
    rank_biserial,
)
from labcohort.compare.paired_t import paired_t
from labcohort.compare.wilcoxon import wilcoxon_signed_rank


def sample_with(d_z: float, n: int) -> np.ndarray:
    """n differences with just this standardised mean."""
    x = np.linspace(-1, 1, n)
    return x / x.std(ddof=1) + d_z


def test_interval_of_a_known_noncentrality():
    # MBESS (R), conf.limits.nct(ncp = 2.83, df = 126, conf.level = .95): 0.8337502, 4.815359.
    result = cohen_dz(sample_with(2.83 / math.sqrt(127), 127))
    assert result.d_z == pytest.approx(2.83 / math.sqrt(127), rel=1e-12)
    limits = [end * math.sqrt(127) for end in (result.ci_low, result.ci_high)]
    assert limits == pytest.approx([0.8337502, 4.815359], abs=5e-7)


def test_a_fall_mirrors_a_rise():
    up, down = cohen_dz([1.0, 2.0, 4.0, -1.0]), cohen_dz([-1.0, -2.0, -4.0, 1.0])
    assert (down.d_z, down.ci_low, down.ci_high) == pytest.approx(
        (-up.d_z, -up.ci_high, -up.ci_low), rel=1e-12
    )


def test_dz_excludes_zero_exactly_when_the_t_test_is_significant(decimal_samples):
    seen = set()
    for sample in decimal_samples[:1000]:
        for confidence in (0.95, 0.8):
            t = paired_t(sample.whole_differences, confidence)
            result = cohen_dz(sample.whole_differences, confidence)
            assert result.reason == t.reason
            if t.reason is None:
                excludes = not result.ci_low <= 0 <= result.ci_high
                assert excludes == (t.p_value < 1 - confidence)
                assert result.ci_low < result.d_z < result.ci_high
                seen.add(excludes)
    assert seen == {True, False}


@pytest.mark.parametrize(
    ("d", "reason"),
    [([], "no pairs"), ([1.0], "one pair only"), ([0.0] * 4, "every difference is zero"),
     ([0.5] * 4, "every difference is the same")],
)  # fmt: skip
def test_dz_undefined_with_a_reason(d, reason):
    result = cohen_dz(d)
    assert result.reason.startswith(reason)
    assert result == StandardisedChange(None, None, None, result.reason)


def test_next_to_no_spread_there_is_no_interval_and_no_waiting():
    for spread in (1e-6, 1e-9):
        result = cohen_dz([1.0, 1.0 + spread, 1.0 - spread, 1.0])
        assert result.d_z > 1e5
        assert (result.ci_low, result.ci_high) == (None, None)
        assert "1000 times its standard error" in result.reason
    # The strongest that is computed, and two pairs, whose interval is the widest.
    assert cohen_dz(sample_with(9.9, 10_000)).ci_low > 9.5
    assert cohen_dz([1.0, 1.01]).ci_low < 10 < 141 < cohen_dz([1.0, 1.01]).d_z


def test_rank_biserial_by_hand():
    # Ranks 1 2.5 2.5 4 5 with 1 and 4 falling: (10 - 5)/15; V = (55 - 0.5)/4, as Σ of the squared
    # ranks over 4. Wilson's formula as in Brown, Cai & DasGupta, Stat Sci 2001;16:101, eq. 4.
    result = rank_biserial(wilcoxon_signed_rank([-1.0, 2.0, 2.0, -4.0, 5.0, 0.0]))
    assert result.r == 1 / 3
    n, p, z = 0.25 * 15**2 / (54.5 / 4), 2 / 3, 1.959963984540054
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    expected = (2 * (centre - half) - 1, 2 * (centre + half) - 1)
    assert (result.ci_low, result.ci_high) == pytest.approx(expected, rel=1e-12)


def test_all_rising_is_1_and_its_interval_ends_there():
    result = rank_biserial(wilcoxon_signed_rank(np.arange(1.0, 9)))
    assert (result.r, result.ci_high, result.reason) == (1.0, 1.0, None)
    assert 0 < result.ci_low < 1
    down = rank_biserial(wilcoxon_signed_rank(-np.arange(1.0, 9)))
    assert (down.r, down.ci_low, down.ci_high) == (-1.0, -1.0, -result.ci_low)


def test_even_rank_sums_are_0_with_an_interval_about_it():
    result = rank_biserial(wilcoxon_signed_rank([1.0, -1.0]))
    assert result.r == 0.0
    assert result.ci_low == -result.ci_high < 0


def test_it_excludes_zero_exactly_when_the_signed_rank_test_is_significant(decimal_samples):
    rng = np.random.default_rng(31)
    samples = [sample.whole_differences for sample in decimal_samples]
    samples += [rng.integers(-3, 5, rng.integers(1, 30)).astype(float) for _ in range(4000)]
    seen = set()
    for d in samples:
        test = wilcoxon_signed_rank(d)
        for confidence in (0.95, 0.99, 0.8):
            result = rank_biserial(test, confidence)
            if test.reason is None:
                excludes = not result.ci_low <= 0 <= result.ci_high
                assert excludes == (test.p_value < 1 - confidence)
                assert -1 <= result.ci_low <= result.r <= result.ci_high <= 1
                seen.add(excludes)
    assert seen == {True, False}


@pytest.mark.parametrize(("d", "reason"), [([], "no pairs"), ([0.0], "every difference is zero")])
def test_rank_biserial_undefined_with_a_reason(d, reason):
    expected = RankBiserial(None, None, None, reason)
    assert rank_biserial(wilcoxon_signed_rank(d)) == expected


@pytest.mark.parametrize("confidence", [0, 1, 95, -0.5])
def test_no_level_outside_0_and_1(confidence):
    with pytest.raises(ValueError, match="confidence"):
        rank_biserial(wilcoxon_signed_rank([1.0, 2.0]), confidence)
    with pytest.raises(ValueError, match="confidence"):
        cohen_dz([1.0, 2.0], confidence)
