"""Persons by number: whose rows are whose, whatever their order."""

import numpy as np
import polars as pl
import pytest
from labcohort.compare.persons import Persons

ROWS = pl.DataFrame(
    [("c", "m1", 3.0), ("a", "m1", 1.0), ("z", "m1", 9.0), ("a", "m2", 4.0)],
    schema=["person", "at", "value"],
    orient="row",
)


@pytest.fixture
def persons() -> Persons:
    """a, b and c; z is nobody's."""
    return Persons(pl.Series(["c", "a"]), pl.Series(["b", "a"]))


def test_numbers_follow_the_pseudonyms(persons):
    assert persons.size == 3
    parts = persons.parts(ROWS, "at")
    assert set(parts) == {("m1",), ("m2",)}
    spread = persons.spread(parts["m1",], "value")
    assert np.array_equal(spread, [1.0, np.nan, 3.0], equal_nan=True)
    assert persons.has(parts["m1",]).tolist() == [True, False, True]
    assert persons.has(parts["m2",]).tolist() == [True, False, False]


def test_rows_that_are_not_there_are_nobodys(persons):
    assert persons.parts(ROWS.filter(pl.col("person") == "z"), "at") == {}
    assert not persons.has(None).any()
    assert np.isnan(persons.spread(None, "value")).all()


def test_a_person_twice_in_one_part_is_refused(persons):
    with pytest.raises(ValueError, match="twice at one at"):
        persons.parts(pl.concat([ROWS, ROWS]), "at")
