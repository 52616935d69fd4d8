"""Texts that mean no value. Which do is read off the tokens by hand."""

import polars as pl
import pytest
from labcohort.harmonise.missing import is_missing


def missing(text: str | None, *tokens: str, decimal: str = ".") -> bool:
    frame = pl.DataFrame({"text": [text]}, schema={"text": pl.String})
    return frame.select(is_missing(pl.col("text"), list(tokens), decimal)).item()


@pytest.mark.parametrize("token", ["NA", ".", "/", "-", "n.d.", "未检", "<LOD", "No sample"])
def test_a_declared_token_is_missing_and_nothing_else_is(token):
    assert missing(token, token)
    assert missing(f" {token} ", token)
    assert missing(token, f" {token}")
    assert not missing(token, "other")
    assert not missing(f"{token}x", token)


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("ＮＡ", "NA"),
        ("NA", "ＮＡ"),
        ("－", "-"),
        ("／", "/"),
        ("n．d．", "n.d."),
        ("NA\u00a0", "NA"),
    ],
)
def test_full_width_forms_are_the_same_token(text, token):
    assert missing(text, token)


def test_case_is_kept():
    # Na is sodium
    assert not missing("Na", "NA")
    assert not missing("na", "NA")


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("9999999", "9999999"), ("9999999.0", "9999999"), ("9999999", "9999999.0"),
        ("-9", "-9"), ("-9.00", "-9"), ("−9", "-9"), ("-09", "-9"), ("９９９", "999"),
        ("1e3", "1000"),
    ],
)  # fmt: skip
def test_a_number_as_token_is_compared_as_a_number(text, token):
    assert missing(text, token)


@pytest.mark.parametrize(
    ("text", "token"),
    [("9", "-9"), ("99999990", "9999999"), ("<9999999", "9999999"), ("9999999.5", "9999999"),
     ("nan", "9"), ("inf", "9"), ("9 9", "99"), ("5", "NA")],
)  # fmt: skip
def test_another_number_is_data(text, token):
    assert not missing(text, token)


@pytest.mark.parametrize("zero", ["0", "0.0", "0.00", "-0", "００"])
def test_zero_is_data_unless_it_is_declared(zero):
    assert not missing(zero, "NA", "-9", "9999999", "-", ".")
    assert missing(zero, "0")


def test_the_decimal_sign_is_the_sources():
    assert missing("9999999,0", "9999999", decimal=",")
    assert not missing("9999999,0", "9999999")


def test_empty_cells_are_missing_without_any_token():
    assert missing("")
    assert missing("  ")
    assert missing(None)
    assert not missing("5")


def test_a_token_that_yaml_reads_as_a_number_is_taken():
    frame = pl.DataFrame({"text": ["-9", "-9.0", "5"]})
    column = frame.select(is_missing(pl.col("text"), [-9])).to_series()
    assert column.to_list() == [True, True, False]
