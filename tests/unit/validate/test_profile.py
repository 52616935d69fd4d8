"""The profile of a source: its counts held against a count by hand, and what it may not show."""

import json

import polars as pl
import pytest
from labcohort.harmonise.cells import harmonise_cells
from labcohort.ingest.layouts import COLUMNS
from labcohort.validate.profile import OTHER, UNMAPPED, profile, profile_patients

from schemas.validation import check_profile

LIMITS = ("hard_low", "hard_high", "soft_low", "soft_high")
GIVEN = {
    "source": "site", "file": "raw/site.csv", "sheet": None, "column": "result",
    "person": "p0000000000000001", "date_text": "2020-01-02", "analyte": "A1c",
    "value_text": "7.1", "unit_text": "%", "range_text": None,
}  # fmt: skip
HOW = {
    "analytes": {"A1c": {"marker": "HBA1C"}, "Crea": {"marker": "CREAT"}},
    "ignore": ["PLT"],
    "missing": ["NA"],
    "decimal": ".",
    "dates": {"formats": ["YYYY-MM-DD"]},
    "layout": "long",
    "corrections": [],
    "cross_checks": [],
    "markers": [
        {"marker": "HBA1C", "panel": "x", **dict(zip(LIMITS, (2, 25, 4, 16), strict=True))},
        {"marker": "CREAT", "panel": "x", **dict(zip(LIMITS, (5, 4000, 25, 1500), strict=True))},
    ],
    "conversions": [
        {"marker": "HBA1C", "analyte": None, "unit": "%", "slope": 1.0, "intercept": 0.0},
        {"marker": "CREAT", "analyte": None, "unit": "umol/L", "slope": 1.0, "intercept": 0.0},
        {"marker": "CREAT", "analyte": None, "unit": "mg/dL", "slope": 88.4, "intercept": 0.0},
    ],
    "shown": {
        "HBA1C": {"decimals": 1, "scale": "linear"},
        "CREAT": {"decimals": 0, "scale": "linear"},
    },
}


def profiled(*given: dict, **how) -> dict:
    """The profile of cells; what one does not say is that of a good HbA1c result."""
    # each row is of a person of its own
    rows = [
        dict.fromkeys(COLUMNS) | GIVEN | {"row": number, "person": f"p{number:016x}"} | cell
        for number, cell in enumerate(given, 2)
    ]
    cells = pl.DataFrame(rows, schema=COLUMNS, orient="row")
    told = HOW | how
    found = profile(harmonise_cells(cells, told), told)
    check_profile(found)
    return found


def crea(value: str, unit: str, **more) -> dict:
    return {"analyte": "Crea", "value_text": value, "unit_text": unit, **more}


MIXED = [
    *[{"visit": "v1"}] * 6,
    *[{"value_text": "NA", "visit": "v1"}] * 2,
    {"value_text": "n o", "visit": "v1"},
    {"value_text": "77", "visit": "v1"},
    {"value_text": "1.5", "visit": "v1"},
    {"value_text": "3.5", "visit": "v1"},
    {"value_text": "<4", "visit": "v1"},
    {"analyte": "PLT", "visit": "v1"},
    {"analyte": "Zhang San", "visit": "v1"},
    crea("80", "umol/L", visit="v1"),
    crea("0.9", "mg/dL", visit="v1"),
    crea("0.9", "mg/dL", visit="seldom"),
    crea("1", "Zhang San", visit="v1"),
]


def test_cells_are_counted_by_analyte_visit_and_fate():
    found = {(row["analyte"], row["visit"]): row for row in profiled(*MIXED)["analytes"]}
    # by eye, from MIXED
    a1c = found["A1c", "v1"]
    assert [a1c[k] for k in ("cells", "missing", "ignored", "set_aside", "used")] == [
        13, 2, 0, 3, 8,
    ]  # fmt: skip
    assert found["PLT", "v1"]["ignored"] == 1
    assert found[UNMAPPED, "v1"]["set_aside"] == 1 and found[UNMAPPED, "v1"]["marker"] is None
    assert [found["Crea", "v1"][k] for k in ("cells", "set_aside", "used")] == [3, 1, 2]
    assert found["Crea", OTHER]["used"] == 1
    total = sum(row["cells"] for row in found.values())
    assert total == len(MIXED) == profiled(*MIXED)["cells"]


def test_units_are_counted_as_they_are_sent():
    found = {(r["analyte"], r["unit"]): r["n"] for r in profiled(*MIXED)["units"]}
    own = {unit: n for (analyte, unit), n in found.items() if analyte == "Crea"}
    assert own == {"umol/L": 1, "mg/dL": 2, OTHER: 1}
    assert found["A1c", "%"] == 11  # the empty ones do not count


def test_values_stand_against_their_limits():
    (found,) = [row for row in profiled(*MIXED)["markers"] if row["marker"] == "HBA1C"]
    # over 25 and under 2 are set aside; 3.5 is below the soft limit of 4
    assert (found["hard_low"], found["hard_high"], found["set_aside"]) == (1, 1, 3)
    assert (found["n"], found["soft_low"], found["below_detection"]) == (8, 1, 1)
    assert found["quantiles"] is None and found["histogram"] is None


def test_no_text_of_a_cell_that_the_mapping_does_not_know_is_shown():
    assert "Zhang" not in json.dumps(profiled(*MIXED))
    assert "seldom" not in json.dumps(profiled(*MIXED))
    declared = profiled(*MIXED, visits={"v1": {"follow_up": True}, "seldom": {}})
    assert "seldom" in {row["visit"] for row in declared["analytes"]}


def test_a_visit_of_one_person_is_not_shown_however_often_it_stands():
    """A wide row with five analytes has one note in five cells."""
    of_one = [{"visit": "phoned her daughter", "person": "p1"}] * 9
    assert "daughter" not in json.dumps(profiled(*of_one))
    of_four = [{"visit": "phoned", "person": f"p{n % 4}"} for n in range(40)]
    assert "phoned" not in json.dumps(profiled(*of_four))
    of_nobody = [{"visit": "phoned", "person": None}] * 9
    assert "phoned" not in json.dumps(profiled(*of_nobody))
    of_five = [{"visit": "month 6", "person": f"p{n}"} for n in range(5)]
    assert {row["visit"] for row in profiled(*of_five)["analytes"]} == {"month 6"}


def test_units_sent_are_held_against_those_declared():
    analytes = HOW["analytes"] | {"Crea": {"marker": "CREAT", "unit": "umol/L"}}
    given = [crea("80", "umol/L")] * 3 + [crea("90", "mg/dL"), crea("none", "mg/dL"), crea("", "x")]
    found = profiled(*given, analytes=analytes)
    # of the five filled cells two are sent in mg/dL, one of them no number; HbA1c declares none
    assert found["declared"] == [
        {
            "analyte": "Crea",
            "unit": "umol/L",
            "n": 5,
            "compared": 5,
            "contradicted": 2,
            "sent": ["mg/dL"],
        }
    ]
    assert [(row["flag"], row["n"]) for row in found["flags"]] == [("unit_contradicts_mapping", 1)]
    assert profiled(*given)["declared"] == []
    # where the file sends no unit that is known there is nothing to hold it against
    for unit in (None, "", "bananas"):
        (row,) = profiled(*[crea("80", unit)] * 2, analytes=analytes)["declared"]
        assert (row["n"], row["compared"]) == (2, 0)


def test_values_sent_as_limits_are_held_against_no_limit():
    """Half of the results `<3.5`, with a soft limit of 4, are not known to be under it; `<1` is
    set aside by the hard limit of 2, and counts neither as a number under it."""
    given = [{"value_text": "<3.5"}] * 5 + [{"value_text": ">17"}, {"value_text": "<1"}]
    (found,) = profiled(*given, *[{}] * 5)["markers"]
    assert (found["n"], found["set_aside"]) == (11, 1)
    assert (found["below_detection"], found["above_detection"]) == (5, 1)
    assert [found[k] for k in ("hard_low", "soft_low", "soft_high", "hard_high")] == [0] * 4
    assert profiled(*given)["flags"] == []


def test_numbers_sent_as_limits_are_not_in_the_distribution():
    many = [{"value_text": f"{5 + n / 10}"} for n in range(40)] + [{"value_text": "<5"}] * 40
    (found,) = profiled(*many)["markers"]
    # the median of 5.0, 5.1 … 8.9
    assert found["quantiles"]["50"] == pytest.approx(6.95, abs=0.051)
    assert (found["n"], found["below_detection"]) == (80, 40)


def test_flags_are_counted_with_their_first_places():
    low = [{"value_text": "3"}] * 7
    (found,) = [row for row in profiled({}, *low)["flags"] if row["flag"] == "soft_low"]
    assert found["n"] == 7
    assert [at["row"] for at in found["first"]] == [3, 4, 5, 6, 7]
    assert set(found["first"][0]) == {"file", "sheet", "row", "column"}


def test_corrections_are_counted_by_who_signed_them():
    fixes = [
        {"file": "raw/site.csv", "sheet": None, "row": row, "column": "result", "field": "value",
         "old": "7.1", "new": "7.2", "who": who, "line": row}
        for row, who in ((2, "B. Lee"), (3, "A. Chen"), (4, "B. Lee"))
    ]  # fmt: skip
    assert profiled({}, {}, {}, {}, corrections=fixes)["corrections"] == {"A. Chen": 1, "B. Lee": 2}


def test_the_order_of_rows_says_nothing():
    numbered = [cell | {"row": number} for number, cell in enumerate(MIXED, 2)]
    assert profiled(*numbered) == profiled(*reversed(numbered))


def test_the_patient_table_is_counted_by_column():
    columns = ("file", "sheet", "row", "column", "value_text")
    cells = pl.DataFrame(
        [("p.csv", None, row, column, text)
         for row, texts in enumerate([("M", "1950"), ("", "NA"), ("x", "1960")], 2)
         for column, text in zip(("sex", "born"), texts, strict=True)],
        schema=dict.fromkeys(columns, pl.String) | {"row": pl.Int64},
        orient="row",
    )  # fmt: skip
    rules = ["unknown_code", "one_id_two_people"]
    quarantine = pl.DataFrame({"column": ["sex", "sex"], "rule": rules})
    how = {"attributes": {"sex": {"column": "sex"}, "born": {"column": "born"}}, "missing": ["NA"],
           "decimal": "."}  # fmt: skip
    assert profile_patients(cells, quarantine, how) == {
        "rows": 3,
        "columns": [
            {"column": "born", "cells": 3, "filled": 2, "set_aside": 0},
            # who is who is judged by persons, not here
            {"column": "sex", "cells": 3, "filled": 2, "set_aside": 1},
        ],
    }
