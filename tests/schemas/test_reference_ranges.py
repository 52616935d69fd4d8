"""resources/reference_ranges.tsv: its rows are of known markers and do not contradict each other.

The bounds that are repeated here come from the documents that `source` names, read elsewhere.
"""

from itertools import combinations
from pathlib import Path

import pytest
from labcohort.harmonise.units import known_units
from labcohort.study.tables import read_table

from schemas.resources import RESOURCES

HOME = Path(__file__).parents[2]
KINDS = ("reference interval: ", "decision limit: ")
OPEN = float("inf")


def table(name: str) -> list[dict]:
    path = f"resources/{name}.tsv"
    return read_table(HOME / path, path, RESOURCES[name])


RANGES, MARKERS = table("reference_ranges"), table("markers")


def named(row: dict) -> str:
    return f"{row['marker']}-{row['sex'] or 'both'}-{row['age_low'] or 0:g}"


@pytest.mark.parametrize("row", RANGES, ids=named)
def test_a_row_is_of_a_marker_with_bounds_and_a_source(row):
    assert row["marker"] in {marker["marker"] for marker in MARKERS}
    assert row["low"] is not None or row["high"] is not None
    assert (row["low"] if row["low"] is not None else -OPEN) < (row["high"] or OPEN)
    assert (row["age_low"] or 0) < (row["age_high"] or OPEN)
    kind = next((kind for kind in KINDS if row["source"].startswith(kind)), None)
    assert kind and len(row["source"]) > len(kind) + 5


def test_no_two_rows_hold_for_one_person():
    for one, other in combinations(RANGES, 2):
        if one["marker"] != other["marker"]:
            continue
        if one["sex"] and other["sex"] and one["sex"] != other["sex"]:
            continue
        apart = (one["age_high"] or OPEN) <= (other["age_low"] or 0) or (
            other["age_high"] or OPEN
        ) <= (one["age_low"] or 0)
        assert apart, (named(one), named(other))


def test_rows_stand_in_the_order_of_the_markers():
    order = [marker["marker"] for marker in MARKERS]
    places = [order.index(row["marker"]) for row in RANGES]
    assert places == sorted(places)


def test_bounds_lie_within_the_hard_limits():
    limits = {marker["marker"]: marker for marker in MARKERS}
    for row in RANGES:
        hard = limits[row["marker"]]
        for bound in (row["low"], row["high"]):
            if bound is not None and hard["hard_low"] is not None:
                assert hard["hard_low"] < bound < hard["hard_high"], named(row)


def bounds(marker: str, sex: str, age: float) -> tuple | None:
    for row in RANGES:
        if (
            row["marker"] == marker
            and row["sex"] in (None, sex)
            and (row["age_low"] or 0) <= age < (row["age_high"] or OPEN)
        ):
            return row["low"], row["high"]
    return None


@pytest.mark.parametrize(
    ("marker", "sex", "age", "expected"),
    [
        # WS/T 404.5-2015
        ("CREAT", "male", 59.9, (57, 97)),
        ("CREAT", "male", 60, (57, 111)),
        ("CREAT", "female", 20, (41, 73)),
        ("CREAT", "female", 79, (41, 81)),
        ("CREAT", "female", 80, None),
        # WS/T 404.1-2012, for reagents without pyridoxal phosphate
        ("ALT", "male", 40, (9, 50)),
        ("ALT", "female", 40, (7, 40)),
        ("ALP", "female", 49, (35, 100)),
        ("ALP", "female", 50, (50, 135)),
        # NORIP 2004, as laboratories of the project print it
        ("UA", "male", 70, (230, 480)),
        ("UA", "female", 49, (155, 350)),
        ("UA", "female", 50, (155, 400)),
        # WHO 2008: a waist above 80 cm, a waist-hip ratio from 0.85
        ("WAIST", "female", 50, (None, 80)),
        ("WHR", "female", 50, (None, 0.849)),
        ("TESTO", "male", 40, None),
        ("TESTO", "female", 30, None),
    ],
)
def test_the_range_of_a_person(marker, sex, age, expected):
    assert bounds(marker, sex, age) == expected


def test_bounds_of_another_unit_are_converted_by_the_table():
    # Travison 2017: 264 to 916 ng/dL
    slope = known_units(table("conversions"), "TESTO", None)["ng/dL"]["slope"]
    assert bounds("TESTO", "male", 30) == pytest.approx((264 * slope, 916 * slope), abs=5e-4)
