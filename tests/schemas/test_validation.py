"""The schema of validation.json lets through counts and places, and nothing of a person."""

import pytest

from schemas.validation import check_profile
from tests.unit.validate.made import marker_row, profile_of

HISTOGRAM = {"low": 0.0, "high": 10.0, "counts": [0, 5, None], "scale": "linear"}


def profile(**more) -> dict:
    return profile_of(marker_row("TC", 40, 4.5, histogram=HISTOGRAM), **more)


def test_a_good_profile_is_accepted():
    check_profile(profile())


def flag(**place) -> dict:
    first = {"file": "a.csv", "sheet": None, "row": 2, "column": "x"} | place
    return {"flags": [{"flag": "soft_high", "n": 1, "first": [first]}]}


def test_a_place_is_file_sheet_row_and_column():
    check_profile(profile(**flag()))


@pytest.mark.parametrize(
    "more",
    [
        {"cells": -1},
        {"persons": 3},
        # a raw value, and a person, beside a place
        flag(raw_value="7,1"),
        flag(person="p0123456789abcdef"),
        {"proposals": ["mg/dL"]},
        {"corrections": {"A. B.": "typed"}},
        # a bin of four persons or fewer is not told
        {"markers": [marker_row("TC", 40, 4.5, histogram=HISTOGRAM | {"counts": [4]})]},
        {"markers": [marker_row("TC", 40, 4.5, histogram=HISTOGRAM | {"counts": [0] * 21})]},
        {"markers": [marker_row("TC", 40, 4.5, lowest=2.1)]},
    ],
)
def test_what_is_no_count_is_refused(more):
    with pytest.raises(RuntimeError, match=r"^profile at "):
        check_profile(profile(**more))
