"""Statistics of counts are those of the persons drawn; expected ones are NumPy's of the draws."""

import numpy as np
import pytest
from labcohort.assess.resampling import (
    BLOCK,
    Moments,
    interval,
    means,
    medians,
    once,
    resamples,
)


def drawn(counts: np.ndarray, x: np.ndarray) -> list[np.ndarray]:
    """The values of each resample, one by one."""
    return [np.repeat(x, row.astype(int)) for row in counts]


@pytest.fixture
def sample() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    x = np.round(rng.normal(1e4, 2, 31), 1)
    counts = np.concatenate(list(resamples(31, 50, 1, "k")))
    return counts, x, x + rng.normal(0, 1, 31)


def test_means_spreads_and_correlations(sample):
    counts, x, y = sample
    pairs = zip(drawn(counts, x), drawn(counts, y), strict=True)
    expected = [np.corrcoef(a, b)[0, 1] for a, b in pairs]
    found = Moments(counts, x=x, y=y)
    for mean in (means(counts, x), found.mean("x")):
        assert mean == pytest.approx([a.mean() for a in drawn(counts, x)], rel=1e-14)
    assert found.sd("x") == pytest.approx([a.std(ddof=1) for a in drawn(counts, x)], rel=1e-9)
    assert found.correlation("x", "y") == pytest.approx(expected, rel=1e-9)


def test_medians_of_odd_and_even_numbers_with_ties(sample):
    counts, x, _ = sample
    some = counts * (x > np.median(x))
    assert {row.sum() % 2 for row in some} == {0, 1}
    assert medians(some, x).tolist() == [np.median(a) for a in drawn(some, x)]
    assert medians(once(31), x).tolist() == [np.median(x)]


def test_nobody_has_no_mean_and_no_median():
    counts = np.array([[0.0, 0.0], [1.0, 1.0]])
    x = np.array([1.0, 2.0])
    for of in (means, medians):
        assert np.isnan(of(counts, x)).tolist() == [True, False]
        assert np.isnan(of(np.ones((2, 0)), np.empty(0))).all()
    assert np.isnan(Moments(np.array([[1.0, 0.0]]), x=x).sd("x")).all()
    same = Moments(once(2), x=x, y=np.array([3.0, 3.0]))
    assert np.isnan(same.correlation("x", "y")).all()


def test_each_resample_draws_as_many_as_there_are():
    counts = np.concatenate(list(resamples(218, 300, 7, "a")))
    assert counts.shape == (300, 218)
    assert (counts.sum(axis=1) == 218).all()
    # with replacement: (1 - 1/n)^n of the persons are left out
    assert (counts == 0).mean() == pytest.approx(np.exp(-1), abs=0.01)


def test_the_stream_belongs_to_seed_and_key():
    def first(seed: int, key: str) -> list:
        return next(resamples(20, 5, seed, key)).tolist()

    assert first(1, "a") == first(1, "a")
    assert len({str(first(seed, key)) for seed in (1, 2) for key in ("a", "b")}) == 4


def test_blocks_bound_the_memory_and_change_no_draw(monkeypatch):
    whole = np.concatenate(list(resamples(50, 40, 1, "a")))
    monkeypatch.setattr("labcohort.assess.resampling.BLOCK", 333)
    blocks = list(resamples(50, 40, 1, "a"))
    assert {len(block) for block in blocks} == {6, 4}
    assert np.concatenate(blocks).tolist() == whole.tolist()
    assert all(block.size <= BLOCK for block in resamples(5000, 60, 1, "a"))


def test_percentile_interval():
    assert interval(np.arange(1001.0), 0.95) == pytest.approx((25.0, 975.0))
    few_undefined = np.append(np.arange(1001.0), [np.nan] * 50)
    assert interval(few_undefined, 0.95) == pytest.approx((25.0, 975.0))
    assert interval(np.append(np.arange(100.0), [np.nan] * 6), 0.95) == (None, None)
    assert interval(np.full(3, np.nan), 0.95) == (None, None)
