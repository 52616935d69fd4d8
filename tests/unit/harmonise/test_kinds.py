"""Kinds of rows against a count in plain Python."""

import random
from datetime import date

import polars as pl
import pytest
from labcohort import keys
from labcohort.harmonise import kinds
from labcohort.harmonise.kinds import kinds_of, lean, with_some
from labcohort.keys import varying

SCHEMA = {"a": pl.String, "b": pl.String, "c": pl.Boolean, "d": pl.Date, "e": pl.String}


def frame(n: int, seed: int) -> pl.DataFrame:
    draw = random.Random(seed)
    rows = [
        (draw.choice(["x", "y", "", None]), "same", draw.choice([True, False, None]),
         draw.choice([date(2020, 1, 2), date(1900, 1, 1), None]), str(draw.randint(0, n)))
        for _ in range(n)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


@pytest.mark.parametrize("table", [kinds.TABLE, 0])
@pytest.mark.parametrize("names", [["a"], ["b"], ["a", "b", "c", "d"], ["e", "d", "c"], list("ec")])
@pytest.mark.parametrize("n", [0, 1, 500])
def test_each_row_has_the_number_of_its_kind(n, names, table, monkeypatch):
    monkeypatch.setattr(kinds, "TABLE", table)
    # so small that numbers are packed anew on the way
    monkeypatch.setattr(keys, "ROOM", 30_000_000)
    given = frame(n, 1)
    found, number = kinds_of(given, names)
    assert number.dtype == pl.UInt32 and found.columns == names
    rows = given.select(names).rows()
    assert [found.row(k) for k in number] == rows
    assert sorted(map(repr, found.rows())) == sorted(set(map(repr, rows)))


def test_columns_that_say_one_thing_are_known():
    given = frame(50, 2)
    assert varying(given, list("abc")) == ["a", "c"]
    assert varying(given.head(0), list("abc")) == []
    nothing = given.with_columns(a=pl.lit(None, pl.String))
    assert varying(nothing, ["a", "b"]) == []
    for one in (given, nothing, given.head(0)):
        assert lean(one).equals(one) and lean(one).schema == one.schema


def test_some_rows_of_a_column_are_changed_and_the_column_given_is_not():
    given = pl.Series("a", ["x", None, "y"])
    rows = pl.Series([0, 1], dtype=pl.UInt32)
    assert with_some(given, rows, pl.Series([None, "z"])).to_list() == [None, "z", "y"]
    assert given.to_list() == ["x", None, "y"]
