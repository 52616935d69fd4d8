"""Hodges-Lehmann estimate and interval: published numbers, brute force, undefined cases."""

import numpy as np
import pytest
import scipy.stats
from labcohort.compare import hodges_lehmann as module
from labcohort.compare.hodges_lehmann import HodgesLehmann, hodges_lehmann, place_of_limit
from labcohort.compare.ties import clean_differences

# Hollander & Wolfe, Nonparametric Statistical Methods, 1973, table 3.1.
FIRST = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
SECOND = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]


def walsh_averages(d: np.ndarray) -> np.ndarray:
    averages = np.add.outer(d, d) / 2
    return np.sort(averages[np.triu_indices(d.size)])


def test_hollander_and_wolfe_depression():
    # R 4.2.2, wilcox.test(second, first, paired = TRUE, conf.int = TRUE): its interval is exact
    # where, as here, no difference is zero or tied.
    result = hodges_lehmann(clean_differences(FIRST, SECOND))
    assert result.estimate == pytest.approx(-0.46, rel=1e-12)
    assert (result.ci_low, result.ci_high) == pytest.approx((-0.786, -0.010), rel=1e-12)
    assert result.reason is None


def test_zeros_are_kept():
    # Averages 0 0 0 .5 .5 1 of (0, 0, 1), against 1 without the zeros.
    assert hodges_lehmann([0.0, 0.0, 1.0]).estimate == 0.25


@pytest.mark.parametrize(
    ("n", "at_95", "at_99"),
    # Wilcoxon's table (Biometrics Bull 1945;1:80; McCornack, J Am Stat Assoc 1965;60:864): the
    # largest rank sum that is significant, two-sided; the place is one more.
    [(5, None, None), (6, 0, None), (7, 2, None), (8, 3, 0), (9, 5, 1), (10, 8, 3), (12, 13, 7),
     (15, 25, 15), (20, 52, 37), (25, 89, 68), (50, 434, 373)],
)  # fmt: skip
def test_places_are_those_of_the_tables(n, at_95, at_99):
    for confidence, critical in ((0.95, at_95), (0.99, at_99)):
        assert place_of_limit(n, confidence) == (0 if critical is None else critical + 1)


@pytest.mark.parametrize("confidence", [0.5, 0.8, 0.9, 0.95, 0.99, 0.999])
def test_the_coverage_is_the_level_or_just_more(confidence):
    for n in range(1, 40):
        cumulative = np.cumsum(_null_distribution(n))
        k = place_of_limit(n, confidence)
        assert k == np.count_nonzero(2 * cumulative <= 1 - confidence)
        # The two limits never cross.
        assert k <= n * (n + 1) / 4 + 1


def _null_distribution(n: int) -> np.ndarray:
    p = np.ones(1)
    for rank in range(1, n + 1):
        p = np.convolve(p, np.r_[0.5, np.zeros(rank - 1), 0.5])
    return p


def test_a_confidence_that_is_met_exactly():
    # 2·P(W+ <= 0) is 2/2^4 of four pairs: just enough for 87.5 %.
    assert place_of_limit(4, 0.875) == 1
    assert place_of_limit(4, 0.88) == 0


def test_places_by_the_approximation():
    for n in (100, 250, 400, 500):
        for confidence in (0.9, 0.95, 0.99):
            approximate = module._approximate_place(n, (1 - confidence) / 2)
            assert abs(approximate - place_of_limit(n, confidence)) <= 1


@pytest.mark.parametrize(
    ("n", "at_90", "at_95", "at_99"),
    # R 4.2.2: the whole distribution, rank by rank, in doubles (qsignrank ends near n = 1000).
    [(501, 57542, 56523, 54534), (750, 131049, 129182, 125536), (1000, 235223, 232347, 226731),
     (1500, 535275, 529992, 519671), (2000, 958013, 949878, 933986)],
)  # fmt: skip
def test_places_beyond_the_exact_ones(n, at_90, at_95, at_99):
    assert n > module.MOST_EXACT
    for confidence, expected in ((0.9, at_90), (0.95, at_95), (0.99, at_99)):
        assert abs(place_of_limit(n, confidence) - expected) <= 1


def test_undefined_with_a_reason():
    assert hodges_lehmann([]) == HodgesLehmann(None, None, None, "no pairs")
    result = hodges_lehmann([3.0])
    assert (result.estimate, result.ci_low) == (3.0, None)
    assert result.reason == "1 pair cannot give an interval of 95 % confidence"
    five, six = hodges_lehmann(range(5)), hodges_lehmann(range(6))
    assert (five.estimate, five.ci_low, five.ci_high) == (2.0, None, None)
    assert five.reason == "5 pairs cannot give an interval of 95 % confidence"
    assert (six.ci_low, six.ci_high, six.reason) == (0.0, 5.0, None)
    assert hodges_lehmann(range(5), confidence=0.9).ci_low == 0.0


@pytest.mark.parametrize(("constant", "words"), [(0.0, "is zero"), (-0.3, "is the same")])
def test_a_constant_change_has_an_estimate_and_no_interval(constant, words):
    result = hodges_lehmann([constant] * 9)
    assert (result.estimate, result.ci_low, result.ci_high) == (constant, None, None)
    assert words in result.reason


def test_brute_force():
    rng = np.random.default_rng(21)
    for n in [*range(1, 40), 101, 320]:
        d = np.round(rng.normal(0.3, 2, n), 1)
        averages = walsh_averages(d)
        result = hodges_lehmann(d)
        assert result.estimate == pytest.approx(np.median(averages), rel=1e-13, abs=1e-13)
        if result.reason is None:
            k = place_of_limit(n, 0.95)
            assert (result.ci_low, result.ci_high) == (averages[k - 1], averages[-k])


def test_holding_all_averages_or_not_gives_the_same_bits(monkeypatch):
    rng = np.random.default_rng(22)
    samples = [np.round(rng.normal(0, 2, n), 1) for n in (6, 7, 50, 200)]
    samples += [rng.normal(0, 1, 60) * 10.0 ** rng.integers(-12, 12, 60), np.r_[-1e-300, [0.0] * 8]]
    samples += [clean_differences(*(rng.integers(10, 40, (2, 90)) * 0.0555)), np.ones(12)]
    held = [hodges_lehmann(d) for d in samples]
    monkeypatch.setattr(module, "MOST_HELD", 0)
    assert [hodges_lehmann(d) for d in samples] == held


def test_many_pairs():
    rng = np.random.default_rng(23)
    d = np.round(rng.normal(0.2, 3, 2500), 1)
    averages, k = walsh_averages(d), place_of_limit(2500, 0.95)
    result = hodges_lehmann(d)
    assert result.estimate == pytest.approx(np.median(averages), abs=1e-13)
    assert (result.ci_low, result.ci_high) == (averages[k - 1], averages[-k])


def test_the_interval_is_of_the_differences_that_the_test_does_not_reject():
    # Without zeros and ties the exact test of d - shift has p < .05 just outside the limits.
    d = np.random.default_rng(24).normal(0.4, 1, 15)
    result = hodges_lehmann(d)
    for limit, outwards in ((result.ci_low, -1e-9), (result.ci_high, 1e-9)):
        p_outside, p_inside = (
            scipy.stats.wilcoxon(d - limit - step, method="exact").pvalue
            for step in (outwards, -outwards)
        )
        assert p_outside < 0.05 <= p_inside


def test_opposite_changes_have_an_estimate_of_zero_in_every_unit(unit_factors):
    baseline, followup = np.array([5.1, 5.6, 6.3, 7.2]), np.array([5.4, 5.3, 6.4, 7.1])
    for factor in unit_factors:
        assert hodges_lehmann(clean_differences(baseline * factor, followup * factor)).estimate == 0


@pytest.mark.parametrize("confidence", [0, 1, 95, -0.5])
def test_no_level_outside_0_and_1(confidence):
    with pytest.raises(ValueError, match="confidence"):
        hodges_lehmann([1.0, 2.0], confidence=confidence)


def test_gaps_are_refused():
    with pytest.raises(ValueError, match="finite"):
        hodges_lehmann([1.0, np.inf])


def shapes(n: int) -> dict[str, np.ndarray]:
    """Differences that are distinct or not, of one heap or several, with many zeros or none."""
    rng = np.random.default_rng(n)
    normal, half = rng.normal(0.05, 1, n), rng.random(n) < 0.5
    return {
        "distinct": normal,
        "decimals": np.round(3 * normal, 1),
        "skewed": np.round(rng.lognormal(0, 1.5, n) - rng.lognormal(0, 1.4, n), 2),
        "long tails": rng.standard_t(1.2, n),
        "many zeros": np.where(half, 0.0, normal),
        "half decimals": np.where(half, np.round(normal, 1), normal),
        "two heaps": np.where(half, normal / 100 - 5, normal / 100 + 5),
        "a lattice": rng.integers(0, 50, n) + rng.integers(0, 3, n) * 1e-9,
        "one far away": np.r_[normal[1:], 1e7],
    }


@pytest.mark.parametrize("n", [150, 611, 2048])
def test_thinned_samples_lead_to_the_sums_at_the_places(n):
    for name, d in shapes(n).items():
        averages, k = walsh_averages(d), place_of_limit(n, 0.95)
        result = hodges_lehmann(d)
        assert result.estimate == pytest.approx(np.median(averages), abs=1e-13), name
        assert (result.ci_low, result.ci_high) == (averages[k - 1], averages[-k]), name


@pytest.mark.parametrize("margin", [1e-9, 1e-3])
def test_where_too_few_sums_were_made_more_are(monkeypatch, margin):
    samples = shapes(700)
    expected = {name: hodges_lehmann(d) for name, d in samples.items()}
    monkeypatch.setattr(module, "MARGIN", margin)
    assert {name: hodges_lehmann(d) for name, d in samples.items()} == expected


def test_a_hundred_thousand_distinct_differences():
    """Whole numbers 0 ... n - 1: of their sums s, s // 2 + 1 pairs each up to n - 1, and as many
    from the other end."""
    n = 100_001
    d = np.random.default_rng(25).permutation(n).astype(float)
    sums = np.arange(2 * n - 1)
    pairs = np.minimum(sums // 2, (2 * n - 2 - sums) // 2) + 1
    up_to = np.cumsum(pairs)
    assert up_to[-1] == n * (n + 1) // 2
    k = place_of_limit(n, 0.95)
    result = hodges_lehmann(d)
    assert result.estimate == (n - 1) / 2
    assert result.ci_low == np.searchsorted(up_to, k) / 2
    assert result.ci_high == np.searchsorted(up_to, up_to[-1] + 1 - k) / 2


def test_repeated_differences_are_counted_and_not_made():
    """A million differences of ten sizes: as 10⁵ of each, their places by hand."""
    d = np.repeat(np.arange(10.0), 100_000)
    result = hodges_lehmann(d)
    # the lower and upper places lie 0.2 % from the middle; the sum 9 holds 10 % of all
    assert (result.estimate, result.ci_low, result.ci_high) == (4.5, 4.5, 4.5)
