"""What stands for a result that was sent as a limit (contract: `lod_half` by default).

Half the limit and the limit over the root of two: Hornung RW, Reed LD. Appl Occup Environ Hyg
1990;5:46-51.
"""

import polars as pl
import pytest
from labcohort.derive.censored import analysis_value, input_value, is_below, is_limit

COMPARATORS = ["<", "<=", ">", ">=", None]


@pytest.fixture
def limits() -> pl.DataFrame:
    return pl.DataFrame({"value": [0.3] * 5, "comparator": COMPARATORS})


@pytest.mark.parametrize(
    ("rule", "below"),
    # 0.3 / 1.41421356237309505
    [("lod_half", 0.15), ("lod", 0.3), ("sqrt2", 0.212132034355964265), ("excluded", 0.3)],
)
def test_what_stands_for_a_result_below_a_limit(limits, rule, below):
    values = limits.select(analysis_value(rule)).to_series().to_list()
    assert values[:2] == pytest.approx([below] * 2, rel=1e-15)
    assert values[2:] == [0.3] * 3


def test_a_formula_takes_no_excluded_limit(limits):
    values = limits.with_columns(value=analysis_value("excluded")).select(input_value("excluded"))
    assert values.to_series().to_list() == [None] * 4 + [0.3]


@pytest.mark.parametrize("rule", ["lod_half", "lod", "sqrt2"])
def test_a_formula_takes_the_value_that_is_analysed(limits, rule):
    assert limits.select(input_value(rule)).to_series().to_list() == [0.3] * 5


def test_limits_are_told_from_exact_results(limits):
    comparator = pl.col("comparator")
    below, limit = limits.select(below=is_below(comparator), limit=is_limit(comparator))
    assert below.to_list() == [True, True, False, False, False]
    assert limit.to_list() == [True, True, True, True, False]


def test_an_unknown_rule():
    with pytest.raises(ValueError, match="lod_sqrt2"):
        analysis_value("lod_sqrt2")
