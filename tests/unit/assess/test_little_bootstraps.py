"""The bag of little bootstraps against the bootstrap of all persons, and against the truth."""

from itertools import chain

import numpy as np
import pytest
from labcohort.assess import little_bootstraps as bag
from labcohort.assess import regression_to_the_mean as of
from labcohort.assess.band import Band
from labcohort.assess.little_bootstraps import little_bootstraps
from labcohort.assess.regression_to_the_mean import Cohort, regression_to_the_mean
from labcohort.assess.resampling import means, medians

CHANGE = -3.0


def cohort(rng: np.random.Generator, n: int) -> Cohort:
    """Mean 100, SD 10, reliability .64; everybody falls by 3; to a tenth, as a laboratory does."""
    level = rng.normal(100, 8, n)
    x0, x1 = (np.round(level + rng.normal(0, 6, n), 1) for _ in range(2))
    return Cohort(x0, x1 + CHANGE, x0, x1 + CHANGE, x_log=False, y_log=False, itself=True)


def bags(concerned: np.ndarray, how_many: int = 200, seed: int = 1, key: str = "k") -> list:
    """Places and all counts of each subset."""
    return [(p, list(own)) for p, own in little_bootstraps(concerned, how_many, seed, key)]


def test_every_person_stands_for_as_many_and_a_resample_draws_about_as_many_as_there_are(
    monkeypatch,
):
    monkeypatch.setattr(bag, "CONCERNED", 50)
    monkeypatch.setattr(bag, "OTHERS", 20)
    monkeypatch.setattr(bag, "BLOCK", 350)
    concerned = np.arange(9000) % 9 == 0
    found = bags(concerned)
    assert len(found) == bag.SUBSETS
    # 1000 to the power .7 is 126
    assert {(concerned[p].sum(), (~concerned[p]).sum()) for p, _ in found} == {(126, 20)}
    for places, blocks in found:
        weights = np.where(concerned[places], 1000 / 126, 8000 / 20)
        assert len(blocks) == 5
        assert all(np.array_equal(block[0], weights) for block in blocks)
        drawn = np.vstack([block[1:] for block in blocks])
        assert drawn.shape == (10, 146) and (drawn == np.round(drawn)).all()
        # within five standard deviations of a Poisson number
        assert (np.abs(drawn.sum(axis=1) - 9000) < 5 * np.sqrt(9000)).all()
    # one after the other, without a person twice, as long as there are enough
    others = [places[~concerned[places]] for places, _ in found]
    assert len(set(chain.from_iterable(others))) == 20 * bag.SUBSETS
    seen = np.bincount(np.concatenate([p[concerned[p]] for p, _ in found]), minlength=9000)
    assert set(seen[concerned]) <= {2, 3}


@pytest.mark.parametrize("mean", [1.0, 1.7, 60.0, 900.0])
def test_counts_are_poisson_numbers(mean):
    values = bag._poisson(mean)
    assert values.mean() == pytest.approx(mean, rel=1e-3)
    assert values.var() == pytest.approx(mean, rel=2e-3)


def test_where_few_are_concerned_all_of_them_are_in_every_subset():
    concerned = np.arange(20_000) < 40
    for places, blocks in bags(concerned, how_many=20):
        assert set(range(40)) <= set(places) and len(places) == 40 + bag.OTHERS
        assert (blocks[0][0][concerned[places]] == 1).all()


@pytest.mark.parametrize("everybody", [True, False])
def test_all_or_nobody_may_be_concerned(everybody):
    for places, blocks in bags(np.full(700, everybody), how_many=40):
        assert len(set(places)) == len(places) == 700
        assert blocks[0].shape == (3, 700)


def test_all_belongs_to_seed_and_key():
    def first(seed: int, key: str) -> str:
        places, blocks = bags(np.arange(300) < 90, 20, seed, key)[-1]
        return str((places.tolist(), blocks[0].tolist()))

    assert first(1, "a") == first(1, "a")
    assert len({first(seed, key) for seed in (1, 2) for key in ("a", "b")}) == 4


@pytest.mark.parametrize("statistic", [means, medians])
def test_spread_of_means_and_medians_is_that_of_statistics(statistic):
    # of 200,000 standard normals: 1/√n, and √(π/2)/√n for a median
    x = np.random.default_rng(4).standard_normal(200_000)
    deviations = [
        found[1:] - found[0]
        for places, blocks in bags(np.ones(x.size, bool), how_many=1000)
        for found in (statistic(block, x[places]) for block in blocks)
    ]
    factor = 1 if statistic is means else np.sqrt(np.pi / 2)
    assert np.std(np.concatenate(deviations)) == pytest.approx(
        factor / np.sqrt(x.size), rel=0.06 if statistic is means else 0.15
    )


@pytest.mark.parametrize("band", [Band(105, np.inf), Band(85, 95), Band(-np.inf, 80)], ids=str)
def test_intervals_are_as_wide_as_those_of_all_persons_resampled(band, monkeypatch):
    # one in forty is below 80
    whole = cohort(np.random.default_rng(1), 6000)
    stream = {"seed": 1, "key": "k", "how_many": 2000, "external_rho": 0.6}
    by_bag = regression_to_the_mean(whole, band, **stream)
    monkeypatch.setattr(of, "LARGEST", 6000)
    by_person = regression_to_the_mean(whole, band, **stream)
    for one, other in zip(by_bag, by_person, strict=True):
        for name in ("observed", "expected", "difference"):
            a, b = getattr(one, name), getattr(other, name)
            assert a.value == b.value
            width = b.ci_high - b.ci_low
            assert a.ci_high - a.ci_low == pytest.approx(width, rel=0.12)
            assert abs(a.ci_low - b.ci_low) < 0.12 * width > abs(a.ci_high - b.ci_high)


def test_intervals_of_a_large_cohort_cover_the_truth():
    rng = np.random.default_rng(23)
    covered: dict[tuple, int] = {}
    for number in range(60):
        # few resamples: an interval is the less exact and no shorter
        found = regression_to_the_mean(
            cohort(rng, 20_000), Band(105, np.inf), seed=5, key=str(number), how_many=300
        )
        for one in found:
            inside = one.difference.ci_low <= CHANGE <= one.difference.ci_high
            name = one.statistic, one.estimator
            covered[name] = covered.get(name, 0) + inside
    # of 60, 57 are expected
    assert all(52 <= n <= 60 for n in covered.values()), covered
