"""Keys as numbers: against Polars' own sort and duplicates, which compare the texts themselves."""

import random
from datetime import date, timedelta

import polars as pl
import pytest
from labcohort.keys import (
    codes,
    combined,
    numbered,
    packed,
    ranks,
    repeats,
    rises,
    sorted_by,
    spelled,
)

COLUMNS = ("text", "other", "whole", "number", "day")


def frame(seed: int, rows: int) -> pl.DataFrame:
    draw = random.Random(seed)
    return pl.DataFrame(
        {
            "text": [draw.choice(["b", "a", "é", "", "B", "aa", None]) for _ in range(rows)],
            "other": [draw.choice(["x", "y"]) for _ in range(rows)],
            "whole": [draw.choice([-3, 0, 7, 2**40, None]) for _ in range(rows)],
            "number": [draw.choice([-0.5, 0.1, 3e9, None]) for _ in range(rows)],
            "day": [
                draw.choice([None, date(1999, 12, 31) + timedelta(draw.randint(0, 4))])
                for _ in range(rows)
            ],
            "place": list(range(rows)),
        },
        schema_overrides={"number": pl.Float64, "whole": pl.Int64, "day": pl.Date},
    )


@pytest.mark.parametrize("rows", [0, 1, 2, 300])
@pytest.mark.parametrize("seed", range(8))
def test_rows_sort_as_their_columns_do_nulls_last_and_equal_ones_stay(seed, rows):
    rows = frame(seed, rows)
    draw = random.Random(seed)
    names = draw.sample(COLUMNS, draw.randint(1, 5))
    assert sorted_by(rows, *names).equals(rows.sort(names, nulls_last=True, maintain_order=True))


@pytest.mark.parametrize("seed", range(8))
def test_a_repeated_key_is_one_that_polars_calls_duplicated(seed):
    rows = frame(seed, 12)
    for names in (COLUMNS[:2], COLUMNS[:3], COLUMNS, ("place",)):
        assert repeats(rows, *names) == rows.select(names).is_duplicated().any()


def test_nulls_stand_after_all_and_are_one_key():
    assert ranks(pl.Series(["b", None, "a"]))[0].to_list() == [1, 2, 0]
    assert repeats(pl.DataFrame({"text": [None, None]}, schema={"text": pl.String}), "text")


def test_columns_of_great_range_are_packed_by_their_distinct_values():
    far = pl.DataFrame({"a": [0, 2**60, 2**60], "b": [5, 2**60, 0], "c": ["x", "x", "y"]})
    assert packed(far, ["a", "b", "c"]).rank("dense").to_list() == [1, 3, 2]


@pytest.mark.parametrize("seed", range(20))
def test_rising_rows_are_those_of_rising_tuples(seed):
    draw = random.Random(seed)
    rows = [(draw.choice("ab"), draw.choice(["p1", "p2"]), draw.randrange(3)) for _ in range(30)]
    frame = pl.DataFrame(rows, schema=["marker", "person", "day"], orient="row")
    for at_the_same in (True, False):
        found = frame.select(rises(frame.columns, at_the_same)).to_series().to_list()
        pairs = zip(rows[1:], rows[:-1], strict=True)
        expected = [(one > before) or (at_the_same and one == before) for one, before in pairs]
        assert found == [None, *expected]


def test_an_enum_sorts_as_its_names_are_declared():
    days = pl.Series(["late", "early", "late"], dtype=pl.Enum(["early", "late"]))
    frame = pl.DataFrame({"when": days, "turn": [1, 2, 3]})
    assert sorted_by(frame, "when").get_column("turn").to_list() == [2, 1, 3]


@pytest.mark.parametrize("seed", range(8))
def test_combined_numbers_are_equal_where_rows_are(seed):
    rows = frame(seed, 40).with_columns(yes=pl.col("text") == "a")
    names = random.Random(seed).sample([*COLUMNS, "yes"], 3)
    key, room = combined(rows, names)
    own = rows.select(names).rows()
    assert [[a == b for b in own] for a in own] == [[a == b for b in key] for a in key]
    assert key.max() < room


def test_a_null_has_a_number_of_its_own():
    for column in (pl.Series([True, None, False]), pl.Series(["a", None, "b"])):
        found, room = codes(column)
        assert found.n_unique() == 3
        assert found[1] == room - 1


@pytest.mark.parametrize("seed", range(8))
def test_numbers_sort_as_the_texts_they_stand_for_and_are_spelled_as_these(seed):
    draw = random.Random(seed)
    texts = pl.Series("marker", [draw.choice(["b", "a", "é", "B"]) for _ in range(40)])
    number = numbered(texts)
    assert number.name == "marker"
    assert spelled(number.to_frame()).equals(texts.to_frame())
    rows = texts.to_frame().with_columns(number.alias("number"), place=pl.int_range(40))
    assert sorted_by(rows, "number").equals(rows.sort("marker", maintain_order=True))


def test_a_number_that_is_missing_is_spelled_as_nothing():
    some = pl.DataFrame({"person": pl.Series(["p2", None], dtype=pl.Enum(["p1", "p2"]))})
    assert spelled(some).rows() == [("p2",), (None,)]


@pytest.mark.parametrize("kind", [pl.UInt8, pl.UInt16, pl.UInt32])
def test_whole_numbers_without_a_sign_sort_with_others(kind):
    rows = pl.DataFrame(
        {"a": [3, 3, 0, None], "b": ["y", "x", "z", "x"]}, schema_overrides={"a": kind}
    )
    assert sorted_by(rows, "a", "b").rows() == [(0, "z"), (3, "x"), (3, "y"), (None, "x")]
