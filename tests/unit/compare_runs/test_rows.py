"""Rows of two versions of a table; what is expected is counted by hand."""

import pytest
from labcohort.compare_runs.rows import changes

OLD = [
    {"marker": "A", "time": "6", "n": "5", "p": "0.04"},
    {"marker": "A", "time": "12", "n": "4", "p": ""},
]


def test_a_row_is_found_again_whatever_its_place():
    new = [OLD[1] | {"p": "0.5"}, OLD[0]]
    found = changes(OLD, new, ("marker", "time"))
    assert found.keys == ("marker", "time")
    assert found.changed == [(("A", "12"), {"p": ("", "0.5")})]
    assert not found.gone and not found.come


def test_rows_that_one_side_alone_has():
    new = [OLD[0], OLD[1] | {"time": "24"}]
    found = changes(OLD, new, ("marker", "time"))
    assert (found.gone, found.come, found.changed) == ([("A", "12")], [("A", "24")], [])


def test_a_column_that_one_side_alone_has_is_a_change_where_it_is_filled():
    new = [OLD[0] | {"more": "x"}, OLD[1] | {"more": ""}]
    assert changes(OLD, new, ("marker", "time")).changed == [(("A", "6"), {"more": ("", "x")})]


@pytest.mark.parametrize(
    ("keys", "named"),
    [
        ((), ("marker", "time")),
        (("time",), ("time",)),
        # a key that does not tell them apart, or is not there, is passed over
        (("marker",), ("marker", "time")),
        (("stage", "time"), ("marker", "time")),
    ],
)
def test_without_keys_the_fewest_first_columns_name_a_row(keys, named):
    assert changes(OLD, OLD, keys).keys == named


def test_rows_that_nothing_tells_apart_are_compared_in_their_turn():
    twice = [{"m": "A"}, {"m": "A"}]
    assert not changes(twice, twice)
    assert changes(twice, twice[:1]).gone == [("A", "row 2 of these")]


def test_equal_and_empty_tables_have_no_changes():
    assert not changes(OLD, list(OLD))
    assert not changes([], [])
    assert changes([], OLD[:1]).come == [("A",)]
