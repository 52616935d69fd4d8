"""Persons by number: whose rows are whose, whatever their order."""

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
    own = persons.numbered(ROWS).select("number", "at", "value").sort("at", "number")
    assert own.rows() == [(0, "m1", 1.0), (2, "m1", 3.0), (0, "m2", 4.0)]
    assert persons.has(own.filter(pl.col("at") == "m1")).tolist() == [True, False, True]
    assert persons.has(own.filter(pl.col("at") == "m2")).tolist() == [True, False, False]


def test_rows_that_are_not_there_are_nobodys(persons):
    assert persons.numbered(ROWS.filter(pl.col("person") == "z")).is_empty()
    assert not persons.has(None).any()
