"""Histograms whose bars hold so many persons or more."""

from itertools import pairwise

import numpy as np
import pytest
from labcohort.publish.pooled_bars import pooled_bars

NORMAL = np.random.default_rng(1).normal(size=200)
SAMPLES = {
    "normal": NORMAL,
    "skewed": np.exp(2 * NORMAL),
    "one decimal": np.round(NORMAL, 1),
    "all equal": np.full(30, 1.5),
    "mostly zero": np.concatenate([np.zeros(40), [3.0, -2.0, 7.0]]),
    "one far off": np.concatenate([NORMAL[:30], [1e6]]),
    "just enough": np.arange(10.0),
    "in a row": np.arange(23.0),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_every_number_is_in_one_bar_and_no_bar_has_fewer_than_the_minimum(name):
    values = SAMPLES[name]
    bars = pooled_bars(values, 5)
    assert sum(bar.count for bar in bars) == len(values)
    assert min(bar.count for bar in bars) >= 5
    assert all(one.high == other.low for one, other in pairwise(bars))
    # counted plainly, where no number lies on an edge by rounding
    if name in ("normal", "skewed", "one far off"):
        assert [bar.count for bar in bars] == [
            sum(bar.low <= v < bar.high for v in values) for bar in bars
        ]


def test_decimals_on_an_edge_are_in_the_upper_bar():
    # 0.3 / 0.1 is 2.9999999999999996 in binary
    values = np.array([0.1] * 5 + [0.2] * 5 + [0.3] * 5)
    assert [bar.count for bar in pooled_bars(values, 5)] == [5, 5, 5]


def test_edges_tell_no_value():
    edges = {edge for bar in pooled_bars(NORMAL, 5) for edge in (bar.low, bar.high)}
    assert all(round(edge, 2) == edge for edge in edges) and not edges & {*NORMAL}


def test_the_order_of_the_values_says_nothing():
    assert pooled_bars(NORMAL, 5) == pooled_bars(NORMAL[::-1], 5)


def test_too_few_are_no_bar():
    assert pooled_bars(np.arange(4.0), 5) == []
    assert [bar.count for bar in pooled_bars(np.arange(9.0), 5)] == [9]
