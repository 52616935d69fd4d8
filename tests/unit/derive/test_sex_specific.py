"""Limits of one sex; the rows are made by hand."""

import polars as pl
import pytest
from labcohort.derive.sex_specific import with_sex_limits

PATIENTS = pl.DataFrame({"person": ["f", "m", "u"], "sex": ["female", "male", None]})


def limits(marker: str, sex: str, *numbers: float | None) -> dict:
    names = ("hard_low", "hard_high", "soft_low", "soft_high")
    return {"marker": marker, "sex": sex, "source": "x"} | dict(zip(names, numbers, strict=True))


TABLE = [
    limits("TESTO", "female", 0.05, 100, None, 8.3),
    limits("TESTO", "male", None, None, 1.7, None),
    limits("PSA", "female", None, None, None, None),
]


def judged(person: str, value: float, marker: str = "TESTO", sign: str | None = None) -> tuple:
    given = pl.DataFrame(
        {"person": [person], "marker": [marker], "value": [value], "comparator": [sign]},
        schema_overrides={"comparator": pl.String},
    )
    found = with_sex_limits(given, PATIENTS, TABLE)
    assert found.columns == [*given.columns, "broken", "why", "odd"]
    row = found.row(0, named=True)
    assert (row["why"] is None) == (row["broken"] is None)
    return row["broken"], row["odd"]


@pytest.mark.parametrize(
    ("person", "value", "expected"),
    [
        ("f", 8.3, (None, False)), ("f", 8.4, (None, True)), ("f", 100, (None, True)),
        ("f", 101, ("hard_limit_of_sex", True)), ("f", 0.04, ("hard_limit_of_sex", False)),
        ("m", 20, (None, False)), ("m", 1.7, (None, False)), ("m", 1.6, (None, True)),
        ("m", 200, (None, False)), ("u", 200, (None, False)), ("nobody", 200, (None, False)),
    ],
)  # fmt: skip
def test_limits_are_of_a_sex_and_inclusive(person, value, expected):
    assert judged(person, value) == expected


@pytest.mark.parametrize(("person", "broken"), [("f", "not_of_this_sex"), ("m", None), ("u", None)])
def test_an_analyte_that_does_not_exist_in_a_sex(person, broken):
    assert judged(person, 0.0, "PSA") == (broken, False)


@pytest.mark.parametrize(
    ("person", "value", "sign", "odd"),
    [("f", 9, "<", False), ("f", 9, ">", True), ("m", 1, ">", False), ("m", 1, "<=", True)],
)
def test_a_limit_is_judged_where_it_proves_it(person, value, sign, odd):
    assert judged(person, value, sign=sign) == (None, odd)


def test_no_limits():
    given = pl.DataFrame({"person": ["f"], "marker": ["TC"], "value": [5.0], "comparator": ["<"]})
    row = with_sex_limits(given, PATIENTS, []).row(0, named=True)
    assert (row["broken"], row["odd"]) == (None, False)
