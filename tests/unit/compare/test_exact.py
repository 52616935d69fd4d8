"""Exact signed-rank test: published numbers, full enumeration, undefined cases."""

import itertools

import numpy as np
import pytest
import scipy.stats
from labcohort.compare.exact import (
    ExactSignedRank,
    cannot_reach,
    exact_signed_rank,
    smallest_p,
)
from labcohort.compare.ties import clean_differences

SLEEP_1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SLEEP_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]


def by_enumeration(d: np.ndarray) -> float:
    """The definition, word by word: every assignment of signs to the mid-ranks."""
    nonzero = d[d != 0]
    ranks = scipy.stats.rankdata(np.abs(nonzero))
    centre = ranks.sum() / 2
    observed = abs(ranks[nonzero > 0].sum() - centre)
    signs = np.array(list(itertools.product((0, 1), repeat=nonzero.size)))
    return float(np.mean(np.abs(signs @ ranks - centre) >= observed))


def test_students_sleep():
    # Nine changes of one sign, two of them tied: 2/2^9.
    assert exact_signed_rank(clean_differences(SLEEP_1, SLEEP_2)).p_value == 0.00390625


def test_hollander_and_wolfe_depression():
    # Hollander & Wolfe, Nonparametric Statistical Methods, 1973, table 3.1: P(T+ >= 40) = .020;
    # R 4.2.2 wilcox.test: 0.01953125 one-sided, no ties.
    first = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
    second = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
    assert exact_signed_rank(clean_differences(first, second)).p_value == 2 * 0.01953125


def test_darwins_maize():
    # R 4.2.2 wilcox.test: p = 0.04126, no ties.
    d = [49.0, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
    assert exact_signed_rank(d).p_value == pytest.approx(0.04126, abs=5e-6)


def test_every_assignment_of_signs():
    rng = np.random.default_rng(11)
    for _ in range(150):
        d = rng.integers(-4, 6, rng.integers(1, 12)).astype(float)
        if d.any():
            assert exact_signed_rank(d).p_value == by_enumeration(d)


def test_without_ties_it_is_the_tabled_distribution():
    rng = np.random.default_rng(12)
    for m in range(1, 25):
        d = rng.permutation(np.arange(1.0, m + 1)) * rng.choice([-1, 1], m, p=[0.3, 0.7])
        expected = scipy.stats.wilcoxon(d, method="exact").pvalue
        assert exact_signed_rank(d).p_value == pytest.approx(expected, rel=1e-12)


def test_even_rank_sums_are_no_evidence():
    assert exact_signed_rank([1.0, -1.0, 0.0]).p_value == 1.0


@pytest.mark.parametrize(
    ("d", "reason"),
    [
        ([], "no pairs"),
        ([0.0, -0.0], "every difference is zero"),
        (range(1, 26), "25 or more non-zero differences: the normal approximation stands"),
    ],
)
def test_undefined_with_a_reason(d, reason):
    assert exact_signed_rank(d) == ExactSignedRank(None, reason)


def test_only_non_zero_differences_count_towards_the_limit():
    d = np.concatenate([np.arange(1, 25), np.zeros(40)])
    assert exact_signed_rank(d).p_value == 2 / 2**24
    assert exact_signed_rank(d, fewer_than=24).p_value is None


def test_a_larger_limit():
    # SciPy's recursion for the distribution without ties.
    d = np.arange(1.0, 121) * np.random.default_rng(13).choice([-1, 1], 120, p=[0.4, 0.6])
    expected = scipy.stats.wilcoxon(d, method="exact").pvalue
    assert exact_signed_rank(d, fewer_than=121).p_value == pytest.approx(expected, rel=1e-12)
    assert exact_signed_rank(np.arange(1.0, 301), fewer_than=301).p_value == 2 / 2**300
    with pytest.raises(ValueError, match="fewer than 1001"):
        exact_signed_rank([1.0], fewer_than=1002)


def test_five_differences_cannot_reach_5_percent():
    assert [cannot_reach(m, 0.05) for m in range(8)] == [True] * 6 + [False] * 2
    for m in range(1, 10):
        assert exact_signed_rank(np.arange(1.0, m + 1)).p_value == smallest_p(m)
        assert exact_signed_rank(np.ones(m)).p_value == smallest_p(m)


def test_gaps_are_refused():
    with pytest.raises(ValueError, match="finite"):
        exact_signed_rank([1.0, np.nan])
