"""Quantiles and histograms that show no single person, against NumPy's of the same values."""

import numpy as np
import polars as pl
import pytest
from labcohort.validate.distribution import BINS, SMALL
from labcohort.validate.distribution import histogram as histogram_of_counts
from labcohort.validate.distribution import quantiles as quantiles_of_counts


def each(drawn: pl.Series) -> pl.DataFrame:
    """Each distinct value, and how many there are of it."""
    return drawn.alias("value").value_counts(name="n")


def quantiles(drawn: pl.Series, *how):
    return quantiles_of_counts(each(drawn), *how)


def histogram(drawn: pl.Series, *how):
    return histogram_of_counts(each(drawn), *how)


def values(n: int, decimals: int = 1, seed: int = 1, log: bool = False) -> pl.Series:
    """Rounded values of a normal (or log-normal) distribution."""
    random = np.random.default_rng(seed)
    drawn = random.lognormal(1, 1, n) if log else random.normal(7, 1.5, n)
    return pl.Series(np.round(drawn, decimals))


@pytest.mark.parametrize("n", [100, 101, 777])
def test_quantiles_are_those_of_numpy(n):
    drawn = values(n, 3)
    expected = np.quantile(drawn.to_numpy(), [0.05, 0.25, 0.5, 0.75, 0.95])
    found = quantiles(drawn, 2)
    assert list(found.values()) == pytest.approx(list(expected), abs=0.005 + 1e-9)
    assert all(round(value, 2) == value for value in found.values())


@pytest.mark.parametrize(
    ("n", "told"),
    [(19, None), (20, ["25", "50", "75"]), (99, ["25", "50", "75"]),
     (100, ["5", "25", "50", "75", "95"])],
)  # fmt: skip
def test_nothing_is_told_beyond_which_fewer_than_five_values_lie(n, told):
    found = quantiles(values(n), 1)
    assert (found and [p for p, value in found.items() if value is not None]) == told


@pytest.mark.parametrize("n", [20, 60, 500, 5000])
def test_counts_of_bins_are_those_of_numpy(n):
    drawn = values(n)
    found = histogram(drawn, 1, "linear")
    edges = np.linspace(found["low"], found["high"], len(found["counts"]) + 1)
    expected, _ = np.histogram(drawn.to_numpy(), edges)
    assert len(found["counts"]) <= BINS
    hidden = [None if 0 < count < SMALL else count for count in expected]
    assert found["counts"] == hidden
    # at least five values lie beyond each end: the ends are no person's
    # (an end lies half a step of the last decimal outside the values of its bin)
    for side in (drawn <= found["low"] + 0.051, drawn >= found["high"] - 0.051):
        assert side.sum() >= SMALL


def test_bins_of_a_skewed_marker_are_equal_on_a_log_scale():
    drawn = values(2000, 2, log=True)
    found = histogram(drawn, 2, "log")
    edges = np.geomspace(found["low"], found["high"], BINS + 1)
    expected, _ = np.histogram(drawn.to_numpy(), edges)
    shown = [count for count in found["counts"] if count is not None]
    # values on an edge may fall to either side of it
    assert abs(sum(shown) - expected[expected >= SMALL].sum()) <= 0.02 * drawn.len()
    assert found["scale"] == "log" and found["low"] > 0


def test_a_log_scale_gives_way_where_values_are_zero():
    drawn = pl.concat([pl.Series([0.0] * 50), values(100)])
    assert histogram(drawn, 1, "log")["scale"] == "linear"


def test_no_bin_tells_of_fewer_than_five():
    counts = [
        c for seed in range(20) for c in histogram(values(80, seed=seed), 1, "linear")["counts"]
    ]
    assert None in counts and not {1, 2, 3, 4} & set(counts)


def test_whole_numbers_fall_evenly_into_bins():
    # 1 … 60, each twice: bins of 3 whole numbers hold six each
    drawn = pl.Series([float(v) for v in range(1, 61)] * 5)
    found = histogram(drawn, 0, "linear")
    assert set(found["counts"]) == {15}


@pytest.mark.parametrize("drawn", [values(19), pl.Series([5.0] * 400), values(0)])
def test_too_few_values_or_all_the_same_have_no_histogram(drawn):
    assert histogram(drawn, 1, "linear") is None


def test_the_order_of_rows_says_nothing():
    drawn = values(300, 4)
    other = drawn.sample(fraction=1, shuffle=True, seed=4)
    assert histogram(drawn, 2, "linear") == histogram(other, 2, "linear")
    assert quantiles(drawn, 2) == quantiles(other, 2)
