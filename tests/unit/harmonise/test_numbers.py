"""Texts of results as numbers. What each text means is decided here by reading it."""

import unicodedata

import polars as pl
import pytest
from labcohort.errors import UserError
from labcohort.harmonise.numbers import (
    FULL_WIDTH,
    check_number_signs,
    parsed_number,
    why_no_number,
)

NOTHING = (None, None, None)


def parsed(text: str, decimal: str = ".", thousands: str | None = None, marks=()) -> tuple:
    frame = pl.DataFrame({"text": [text]}, schema={"text": pl.String})
    return frame.select(**parsed_number(pl.col("text"), decimal, thousands, marks)).row(0)


def hint(text: str, decimal: str = ".", thousands: str | None = None) -> str:
    frame = pl.DataFrame({"text": [text]})
    return frame.select(why_no_number(pl.col("text"), decimal, thousands)).item()


@pytest.mark.parametrize(
    ("text", "comparator", "number", "decimals"),
    [
        ("5.40", None, 5.4, 2),
        ("5", None, 5.0, 0),
        ("+5", None, 5.0, 0),
        ("-0.5", None, -0.5, 1),
        (".5", None, 0.5, 1),
        ("5.", None, 5.0, 0),
        ("0", None, 0.0, 0),
        ("007", None, 7.0, 0),
        ("1e3", None, 1000.0, None),
        ("1.5E-2", None, 0.015, None),
        ("<0.3", "<", 0.3, 1),
        ("< 0.30", "<", 0.3, 2),
        ("<=.5", "<=", 0.5, 1),
        (">=60", ">=", 60.0, 0),
        ("> 1000", ">", 1000.0, 0),
        ("≤5", "<=", 5.0, 0),
        ("≥ 5", ">=", 5.0, 0),
        ("≦5", "<=", 5.0, 0),
        ("≧5", ">=", 5.0, 0),
        ("1.2e3", None, 1200.0, None),
        # full-width characters of East Asian keyboards, and other signs for minus
        ("１２．５０", None, 12.5, 2),
        ("＜０．３", "<", 0.3, 1),
        ("＞＝６０", ">=", 60.0, 0),
        ("－5", None, -5.0, 0),
        ("−0.5", None, -0.5, 1),
        ("–0.5", None, -0.5, 1),
    ],
)
def test_numbers_with_a_decimal_point(text, comparator, number, decimals):
    assert parsed(text) == (comparator, number, decimals)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<0,3", ("<", 0.3, 1)),
        ("5,40", (None, 5.4, 2)),
        (",5", (None, 0.5, 1)),
        ("5", (None, 5.0, 0)),
        ("5.4", NOTHING),
        ("1.234,5", NOTHING),
        ("５，４", (None, 5.4, 1)),
    ],
)
def test_numbers_with_a_decimal_comma(text, expected):
    assert parsed(text, ",") == expected


@pytest.mark.parametrize(
    "text",
    [
        "", "-", "+", ".", "<", ">=", "1.2.3", "5,4", "1,234", "1 234", "1_000", "5 mg", "5%",
        "1２３,4", "+-5", "--5", "5-6", "5e", "e5", "NaN", "nan", "inf", "-inf", "0x10", "1e999",
        "<<5", "5<", "pending", "*", "5*", "5\n6", "~5", "≈5", "less than 5", "低于5", "&lt;5",
        "5.4 H", "5.4H", "5.4↑", "5.4 mmol/L", "5.4%", "5²", "½", "–", "5–6", "1'234", "①",
    ],
)  # fmt: skip
def test_what_is_no_number_is_null(text):
    comparator, number, _ = parsed(text)
    assert number is None
    # a comparator without a number would make a limit of nothing
    assert comparator is None or text == "1e999"


@pytest.mark.parametrize(
    ("text", "decimal", "thousands", "expected"),
    [
        ("1,234", ".", ",", (None, 1234.0, 0)),
        ("1,234,567.80", ".", ",", (None, 1234567.8, 2)),
        (">1,000", ".", ",", (">", 1000.0, 0)),
        ("-1,234.5", ".", ",", (None, -1234.5, 1)),
        ("1.234,5", ",", ".", (None, 1234.5, 1)),
        ("1.234", ",", ".", (None, 1234.0, 0)),
        ("1 234,5", ",", " ", (None, 1234.5, 1)),
        ("1\u00a0234", ",", " ", (None, 1234.0, 0)),
        ("1\u202f234\u202f567", ",", " ", (None, 1234567.0, 0)),
        ("1'234.5", ".", "'", (None, 1234.5, 1)),
        ("1’234’567", ".", "'", (None, 1234567.0, 0)),
        ("1，234", ".", ",", (None, 1234.0, 0)),
        # not grouped at all
        ("1234.5", ".", ",", (None, 1234.5, 1)),
        ("0.5", ".", ",", (None, 0.5, 1)),
        # not whole groups of three
        ("12,34", ".", ",", NOTHING),
        ("1,2345", ".", ",", NOTHING),
        ("1234,567", ".", ",", NOTHING),
        ("1,,234", ".", ",", NOTHING),
        (",234", ".", ",", NOTHING),
        ("1,234,", ".", ",", NOTHING),
        ("1,234.567,8", ".", ",", NOTHING),
        ("1.5,234", ".", ",", NOTHING),
        # a decimal comma rather than 123
        ("0,123", ".", ",", NOTHING),
        # another separator than the declared one
        ("1 234", ".", ",", NOTHING),
        ("1,234", ".", " ", NOTHING),
    ],
)
def test_thousands_where_they_are_declared(text, decimal, thousands, expected):
    assert parsed(text, decimal, thousands) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5.4 H", (None, 5.4, 1)),
        ("5.4H", (None, 5.4, 1)),
        ("5.4*", (None, 5.4, 1)),
        ("5.4＊", (None, 5.4, 1)),
        ("<5 ↓", ("<", 5.0, 0)),
        ("5.4", (None, 5.4, 1)),
        ("5.4 L", NOTHING),
        ("5.4 HH", NOTHING),
        ("5.4 h", NOTHING),
        ("H 5.4", NOTHING),
        ("H", NOTHING),
        ("5.4 H H", NOTHING),
    ],
)
def test_one_declared_mark_may_follow(text, expected):
    assert parsed(text, marks=["H", "*", "↑", "↓"]) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("5.4 mmol/L", "unit follows"),
        ("5.4%", "unit follows"),
        ("<5 µg/L", "unit follows"),
        ("5.4 H", "`marks:`"),
        ("5.4*", "`marks:`"),
        ("5.4↑", "`marks:`"),
        ("1,234", "`thousands:`"),
        ("1'234.5", "`thousands:`"),
        ("5,4", "decimal sign is declared as ."),
        ("~5", "approximate"),
        ("less than 5", "comparator"),
        ("低于5", "comparator"),
        ("&lt;5", "comparator"),
        ("5-6", "a range"),
    ],
)
def test_a_hint_says_what_is_likely_wrong(text, words):
    assert words in hint(text)


def test_a_number_of_sixteen_digits_is_none():
    assert parsed("999999999999999") == (None, 999999999999999.0, 0)
    assert parsed("1000000000000000")[1] is None
    assert parsed("-1e15")[1] is None


def test_there_is_no_hint_where_nothing_is_likely():
    assert [hint(text) for text in ("pending", "", "-", "1.2.3", "溶血")] == [""] * 5
    assert "decimal sign is declared as ," in hint("5.4", ",")
    assert "thousands" not in hint("12,34", ".", ",")


def test_full_width_characters_are_those_of_unicode():
    folded = {sign: plain for sign, plain in FULL_WIDTH.items() if sign not in "−–"}
    assert all(unicodedata.normalize("NFKC", sign) == plain for sign, plain in folded.items())
    assert set("0123456789+-.,<>=") <= set(FULL_WIDTH.values())


@pytest.mark.parametrize(
    ("decimal", "thousands", "marks", "at"),
    [
        (".", ".", [], "thousands"),
        (",", ",", [], "thousands"),
        (".", "_", [], "thousands"),
        (".", None, ["1"], "marks"),
        (".", None, ["H", "<"], "marks"),
        (".", None, ["e"], "marks"),
        (".", None, [" "], "marks"),
    ],
)
def test_signs_that_cannot_be_told_from_a_number_are_refused(decimal, thousands, marks, at):
    with pytest.raises(UserError) as caught:
        check_number_signs(decimal, thousands, marks, "config/sources/a.yaml")
    assert caught.value.where == f"config/sources/a.yaml, {at}"


def test_signs_that_can_be_told_are_taken():
    for thousands in (",", " ", "'", None):
        check_number_signs(".", thousands, ["H", "L", "*", "↑", "↓"], "here")
    check_number_signs(",", ".", [], "here")
