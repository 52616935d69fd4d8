"""Ages of many at few dates are those of one by one."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from labcohort.assess.ages import ages_at
from labcohort.derive.age import age_at


def dates(*values: date | None) -> pl.Series:
    return pl.Series(values, dtype=pl.Date)


@pytest.mark.parametrize(
    ("birth", "at", "years"),
    [
        (date(1960, 6, 30), date(2020, 6, 30), 60),
        (date(1960, 7, 1), date(2020, 6, 30), 59),
        (date(1960, 7, 31), date(2020, 8, 1), 60),
        # a birthday on 1 March where there is no 29 February
        (date(2000, 2, 29), date(2019, 2, 28), 18),
        (date(2000, 2, 29), date(2019, 3, 1), 19),
        (date(2000, 2, 29), date(2020, 2, 29), 20),
        # before birth
        (date(2020, 6, 30), date(2020, 6, 29), -1),
        (date(2020, 6, 30), date(2018, 7, 1), -2),
        (None, date(2020, 6, 30), None),
        (date(1960, 6, 30), None, None),
    ],
)
def test_completed_years(birth, at, years):
    assert ages_at(dates(birth), dates(at)).to_list() == [years]


def test_of_many_as_one_by_one():
    draw = np.random.default_rng(1)
    days = [pl.Series(draw.integers(-20_000, 22_000, 5000)).cast(pl.Int32) for _ in range(2)]
    born, at = (own.cast(pl.Date).set(own % 50 == 0, None) for own in days)
    expected = pl.select(age_at(born, at)).to_series()
    assert ages_at(born, at).to_list() == expected.to_list()
    assert ages_at(dates(), dates()).to_list() == []
