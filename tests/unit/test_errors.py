"""Messages of a user's mistakes: what, where, rule, what to do; and the nearest names."""

import errno

import pytest
from labcohort.errors import UserError, nearest, place, refused, unknown


def test_a_message_has_what_is_known_a_line_each():
    error = UserError("wrong", where="a.csv, row 2", rule="be right", do="mend it")
    assert str(error) == "wrong\n  where: a.csv, row 2\n  rule:  be right\n  do:    mend it"
    assert str(UserError("wrong")) == "wrong"
    several = UserError("wrong", rule="be right\nbe kind", do="mend it")
    assert str(several) == "wrong\n  rule:  be right\n         be kind\n  do:    mend it"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("HBA1C", "; nearest known: 'HBA1C'"),
        ("hba1c", "; nearest known: 'HBA1C'"),
        ("HBAC1", "; nearest known: 'HBA1C'"),
        ("XYZ", ""),
        ("", ""),
    ],
)
def test_nearest_names_whatever_their_case(name, expected):
    assert nearest(name, ["HBA1C", "CREAT"]) == expected


def test_the_nearest_comes_first_and_there_are_three_at_most():
    known = ["month_12", "month_6", "month_3", "month_24", "baseline"]
    text = nearest("month_12", known)
    assert text.startswith("; nearest known: 'month_12', ")
    assert text.count("'") == 6


def test_nothing_is_near_where_nothing_is_known():
    assert nearest("HBA1C", []) == ""


def test_an_unknown_name_says_kind_place_and_what_there_is():
    error = unknown("marker", "HBAC", iter(["HBA1C", "CREAT"]), "plan.tsv, row 3")
    assert error.what == "unknown marker 'HBAC'; nearest known: 'HBA1C'"
    assert error.where == "plan.tsv, row 3"
    assert error.do.endswith("known: CREAT, HBA1C")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (("a.csv",), "a.csv"),
        (("a.csv", None, 3, "HbA1c"), "a.csv, row 3, column 'HbA1c'"),
        (("a.xlsx", "Visits", None, ""), "a.xlsx, sheet Visits"),
        (("a.xlsx", "Visits", 3, "HbA1c"), "a.xlsx, sheet Visits, row 3, column 'HbA1c'"),
    ],
)
def test_a_place_as_people_write_it(given, expected):
    assert place(*given) == expected


@pytest.mark.parametrize(
    ("error", "what", "where"),
    [
        # as Python raises it, with and without a file
        (OSError(errno.ENOSPC, "No space left on device"), "no space left on device", "results"),
        (PermissionError(errno.EACCES, "Permission denied", "a.csv"), "permission denied", "a.csv"),
        # as Polars does when it writes, without a number of its own
        (ValueError("No space left on device (os error 28)"), "no space left on device", "results"),
        (OSError(errno.EROFS, "x", "out"), "read-only file system", "out"),
    ],
)
def test_what_the_system_refuses_is_for_a_person_to_mend(error, what, where):
    said = refused(error, "results")
    assert said.what.endswith(what)
    assert said.where == where
    assert "run again" in said.do


def test_other_faults_are_not_the_system_s(tmp_path):
    for error in (ValueError("x"), FileNotFoundError(errno.ENOENT, "x", "y"), KeyError("os")):
        assert refused(error, "results") is None
