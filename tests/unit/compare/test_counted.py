"""Distinct values and counts say what the whole sample says; exact sums are those of fsum."""

import math
import statistics

import numpy as np
import pytest
from labcohort.compare import sums
from labcohort.compare.counted import Counted, counted, firsts
from labcohort.compare.sums import exact_sum


def samples(rng: np.random.Generator) -> list[np.ndarray]:
    """Decimals, distinct values, and values of very different sizes; few and many."""
    return [
        make(n)
        for n in (1, 2, 3, 17, 400)
        for make in (
            lambda n: np.round(rng.normal(5.8, 0.9, n), 1),
            lambda n: rng.normal(0, 1, n),
            lambda n: rng.normal(0, 1, n) * 10.0 ** rng.integers(-200, 100, n),
            lambda n: np.full(n, -0.3),
            lambda n: np.zeros(n),
        )
    ]


def test_a_sample_as_values_and_counts():
    found = counted([0.3, 0.1, 0.3, 0.2, 0.3])
    assert found.values.tolist() == [0.1, 0.2, 0.3]
    assert found.counts.tolist() == [1, 1, 3]
    assert (found.n, found.largest) == (5, 0.3)
    assert [found.at(place) for place in range(1, 6)] == [0.1, 0.2, 0.3, 0.3, 0.3]
    assert counted(found) is found


def test_the_sample_is_what_it_was():
    for x in samples(np.random.default_rng(1)):
        assert counted(x).each().tolist() == np.sort(x).tolist()
        assert counted(x).n == x.size


def test_nothing():
    none = counted([])
    assert (none.n, none.largest, none.mean, none.sd) == (0, 0.0, None, None)
    assert none.each().tolist() == []


def test_a_zero_with_a_sign_is_zero():
    for x in ([0.0, -0.0], [-0.0, 0.0], [-0.0]):
        assert not np.signbit(counted(x).values).any()


def test_means_and_sds_against_whole_numbers():
    # the statistics module computes in fractions, without any rounding
    for x in samples(np.random.default_rng(2)):
        found = counted(x)
        exact = float(statistics.mean(map(statistics.Fraction, x.tolist())))
        assert found.mean == pytest.approx(exact, rel=1e-15, abs=0)
        if x.size > 1:
            assert found.sd == pytest.approx(statistics.stdev(x.tolist()), rel=1e-13)


@pytest.mark.parametrize("in_cache", [1, 7, 1 << 14])
def test_sums_are_those_of_fsum_to_the_last_bit(monkeypatch, in_cache):
    monkeypatch.setattr(sums, "IN_CACHE", in_cache)
    rng = np.random.default_rng(3)
    for x in samples(rng):
        counts = rng.integers(1, 10**6, x.size) if x.size < 20 else rng.integers(1, 40, x.size)
        few = np.minimum(counts, 40)
        assert exact_sum(x, few) == math.fsum(np.repeat(x, few).tolist())
        whole = np.round(x * 8) / 8
        # eighths: every product and sum of them is one without rounding
        if np.abs(whole).max() < 1e6:
            assert exact_sum(whole, counts) == math.fsum((whole * counts).tolist())


def test_sums_where_large_numbers_cancel():
    assert exact_sum(np.array([-1e16, 1.0, 1e16]), np.array([3, 2, 3])) == 2.0
    assert exact_sum(np.array([0.1, -0.1]), np.array([10**7, 10**7])) == 0.0
    assert exact_sum(np.array([5e-324, 1e300]), np.array([1, 1])) == 1e300
    assert exact_sum(np.array([5e-324]), np.array([3])) == 1.5e-323
    assert exact_sum(np.empty(0), np.empty(0, int)) == 0.0


def test_where_distinct_values_begin():
    assert firsts(np.array([1.0, 1.0, 2.0, 5.0, 5.0])).tolist() == [0, 2, 3]
    assert firsts(np.empty(0)).tolist() == []


def test_the_places_of_values_are_those_of_the_counts():
    found = Counted(np.array([1.0, 4.0]), np.array([2, 3]))
    assert found.ends.tolist() == [2, 5]


@pytest.mark.parametrize("wrong", [[[1.0]], [np.nan], [np.inf], [None]])
def test_a_programmers_error_is_refused(wrong):
    with pytest.raises(ValueError):
        counted(wrong)
