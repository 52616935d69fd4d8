"""Persons by number: whose rows are whose, whatever their order."""

import gc
import random

import numpy as np
import polars as pl
import pytest
from labcohort.compare.persons import Persons, members_by_number

ROWS = pl.DataFrame(
    [("c", "m1", 3.0), ("a", "m1", 1.0), ("z", "m1", 9.0), ("a", "m2", 4.0)],
    schema=["person", "at", "value"],
    orient="row",
)


@pytest.fixture
def persons() -> Persons:
    """a, b and c; z is nobody's."""
    return Persons([pl.Series(["c", "a", "b", "a"])])


def test_numbers_follow_the_pseudonyms(persons):
    assert persons.size == 3
    own = persons.numbered(0, ROWS).select("number", "at", "value").sort("at", "number")
    assert own.rows() == [(0, "m1", 1.0), (2, "m1", 3.0), (0, "m2", 4.0)]
    for at, expected in (("m1", [True, False, True]), ("m2", [True, False, False])):
        numbers = own.filter(pl.col("at") == at).get_column("number").to_numpy()
        assert persons.has(numbers).tolist() == expected


def test_rows_that_are_not_there_are_nobodys(persons):
    assert persons.numbered(0, ROWS.filter(pl.col("person") == "z")).is_empty()
    assert not persons.has(np.empty(0, np.int32)).any()


def test_without_persons_there_is_nobody():
    nobody = Persons([pl.Series(dtype=pl.String), pl.Series(dtype=pl.String)])
    assert nobody.size == 0
    assert nobody.numbered(1, ROWS).is_empty()
    assert nobody.arranged([ROWS, ROWS]).is_empty()


@pytest.mark.parametrize("buckets", [1, 3, 8])
def test_no_number_tells_the_bucket_and_others_change_no_number(buckets):
    draw = random.Random(buckets)
    people = [f"p{draw.randrange(10**9):09}" for _ in range(200)]
    parts = [people[bucket::buckets] for bucket in range(buckets)]
    persons = Persons([pl.Series(own * 2) for own in parts])
    expected = {person: number for number, person in enumerate(sorted(people))}
    for turn in range(3):
        gc.collect()
        for bucket, own in enumerate(parts):
            strangers = [f"q{turn}{draw.randrange(10**9)}" for _ in range(50)]
            rows = draw.sample(own + strangers, len(own) + 50)
            found = persons.numbered(bucket, pl.DataFrame({"person": rows, "name": rows}))
            assert dict(found.select("name", "number").iter_rows()) == {p: expected[p] for p in own}


def test_facts_are_arranged_by_number_with_nulls_of_whom_nothing_is_known(persons):
    facts = pl.DataFrame({"person": ["c", "z", "a"], "age": [3.0, 9.0, 1.0]})
    assert persons.arranged([facts]).rows() == [(1.0,), (None,), (3.0,)]


def test_members_of_all_buckets_by_number():
    schema = {"cohort": pl.String, "timepoint": pl.String, "person": pl.String}
    rows = [("all", "t1", "d"), ("all", "t1", "a"), ("all", "t2", "c"), ("men", "t1", "c")]
    members = pl.DataFrame(rows, schema=schema, orient="row")
    parts = [members.filter(pl.col("person").is_in(own)) for own in (["c", "d"], ["a", "b"])]
    persons = Persons([pl.Series(["c", "d"]), pl.Series(["a", "b"])])
    groups = members_by_number([own.lazy() for own in parts], persons)
    assert {key: own.tolist() for key, own in groups.items()} == {
        ("all", "t1"): [0, 3], ("all", "t2"): [2], ("men", "t1"): [2],
    }  # fmt: skip
    with pytest.raises(ValueError, match="stands twice"):
        members_by_number([pl.concat([own, own]).lazy() for own in parts], persons)
