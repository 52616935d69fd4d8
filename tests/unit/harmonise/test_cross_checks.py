"""Diastolic against systolic pressure of one sample: above is an error, equal odd."""

import polars as pl
import pytest
from labcohort.harmonise.cells import harmonise_cells
from labcohort.harmonise.cross_checks import check_pairs

OTHER = "p0000000000000002"


@pytest.fixture
def pressures(cells, mapping):
    """What becomes of readings (analyte, text, more); the rows count from 2."""

    def harmonised(*readings: tuple, layout: str = "long"):
        given = [
            {"analyte": analyte, "column": analyte, "value_text": text, "unit_text": "mmHg"} | more
            for analyte, text, more in readings
        ]
        result = harmonise_cells(cells(*given), mapping | {"layout": layout})
        flags = dict(result.values.select("row", "flag").iter_rows())
        return flags, dict(result.quarantine.select("row", "rule").iter_rows())

    return harmonised


@pytest.mark.parametrize(
    ("systolic", "diastolic", "flags", "aside"),
    [
        ("120", "80", {2: None, 3: None}, {}),
        ("90", "90", {2: "dbp_above_sbp_equal", 3: "dbp_above_sbp_equal"}, {}),
        ("80", "81", {}, {2: "dbp_above_sbp", 3: "dbp_above_sbp"}),
        ("70", "70", {2: "soft_low|dbp_above_sbp_equal", 3: "dbp_above_sbp_equal"}, {}),
    ],
)
def test_above_equal_and_below(pressures, systolic, diastolic, flags, aside):
    assert pressures(("Sys", systolic, {}), ("Dia", diastolic, {})) == (flags, aside)


@pytest.mark.parametrize("other", [{"person": OTHER}, {"date_text": "2020-01-03"}])
def test_samples_of_a_long_file_are_of_one_person_and_date(pressures, other):
    flags, aside = pressures(("Sys", "80", {}), ("Dia", "100", other))
    assert flags == {2: None, 3: None} and aside == {}


def test_samples_of_a_wide_file_are_its_rows(pressures):
    # the same person and date in two rows: two readings
    flags, aside = pressures(
        ("Sys", "80", {"row": 2}),
        ("Dia", "70", {"row": 2}),
        ("Sys", "120", {"row": 3}),
        ("Dia", "100", {"row": 3}),
        layout="wide",
    )
    assert flags == {2: None, 3: None} and aside == {}


def test_repeats_are_judged_by_their_extremes(pressures):
    _, aside = pressures(("Sys", "120", {}), ("Sys", "90", {}), ("Dia", "95", {}))
    assert aside == dict.fromkeys((2, 3, 4), "dbp_above_sbp")


def test_a_value_that_breaks_a_rule_of_its_own_sets_no_other_aside(pressures):
    flags, aside = pressures(("Sys", "120", {}), ("Dia", "251", {}))
    assert flags == {2: None} and aside == {3: "hard_limit"}


def test_a_value_that_breaks_a_rule_of_its_own_has_the_reason_of_that_rule(cells, mapping):
    texts = [("Sys", "80"), ("Dia", "100"), ("Dia", "251")]
    given = [{"analyte": a, "value_text": text, "unit_text": "mmHg"} for a, text in texts]
    found = harmonise_cells(cells(*given), mapping).quarantine.select("row", "rule", "reason")
    assert found.rows() == [
        (2, "dbp_above_sbp", "diastolic above systolic"),
        (3, "dbp_above_sbp", "diastolic above systolic"),
        (4, "hard_limit", "251.0 in canonical units is above the hard limit 250.0"),
    ]


def test_one_of_the_two_alone_is_fine(pressures):
    assert pressures(("Dia", "80", {})) == ({2: None}, {})


def test_other_markers_of_the_sample_stay(pressures):
    flags, aside = pressures(
        ("Sys", "80", {}), ("Dia", "100", {}), ("A1c", "7.1", {"unit_text": "%"})
    )
    assert flags == {4: None} and set(aside) == {2, 3}


ABOVE = {"check": "alb_above_tp", "greater": "TP", "lesser": "ALB", "reason": "no globulin"}


def checked(*values: tuple, checks: list[dict] | None = None, **check: str) -> dict:
    """Row -> (rule, flag) of values (marker, value, comparator) of one sample."""
    frame = pl.DataFrame(
        [
            {"row": row, "person": "p1", "marker": marker, "value": float(value),
             "comparator": sign, "rule": None, "reason": None, "flag": None}
            for row, (marker, value, sign) in enumerate(values, 2)
        ],
        schema_overrides=dict.fromkeys(("comparator", "rule", "reason", "flag"), pl.String),
    )  # fmt: skip
    found = check_pairs(frame, checks or [ABOVE | check], ["person"])
    assert found.columns == frame.columns
    assert [row["reason"] for row in found.to_dicts() if row["rule"]] == [
        "no globulin" for row in found.to_dicts() if row["rule"]
    ]
    return {row["row"]: (row["rule"], row["flag"]) for row in found.to_dicts()}


ASIDE, FLAGGED, FINE = ("alb_above_tp", None), (None, "alb_above_tp_equal"), (None, None)


@pytest.mark.parametrize(
    ("equal", "albumin", "fate"),
    [
        ("aside", 69.9, FINE), ("aside", 70, ASIDE), ("aside", 71, ASIDE),
        ("flag", 69.9, FINE), ("flag", 70, FLAGGED), ("flag", 71, ASIDE),
    ],
)  # fmt: skip
def test_equal_values_are_flagged_or_set_aside_as_the_check_says(equal, albumin, fate):
    found = checked(("TP", 70, None), ("ALB", albumin, None), ("GGT", 70, None), equal=equal)
    assert found == {2: fate, 3: fate, 4: FINE}


@pytest.mark.parametrize(
    ("greater", "lesser", "fate"),
    [
        # below 1.5 may be below 1.2, and above 1 may be above 1.2; nothing is proved
        ((1.2, None), (1.5, "<"), FINE), ((1.0, ">"), (1.2, None), FINE),
        ((1.2, None), (1.5, "<="), FINE), ((1.0, ">="), (1.2, None), FINE),
        # above 1.5 is above 1.2, below 1 is below 1.2
        ((1.2, None), (1.5, ">"), ASIDE), ((1.0, "<"), (1.2, None), ASIDE),
        ((1.0, "<"), (1.5, ">"), ASIDE), ((1.5, None), (1.5, "<"), FINE),
    ],
)  # fmt: skip
def test_a_limit_is_judged_where_it_proves_something(greater, lesser, fate):
    assert checked(("TP", *greater), ("ALB", *lesser)) == {2: fate, 3: fate}


def test_a_value_of_two_checks_meets_the_first_that_is_broken():
    checks = [
        {"check": "hdl", "greater": "TC", "lesser": "HDL", "reason": "no globulin"},
        {"check": "ldl", "greater": "TC", "lesser": "LDL", "reason": "no globulin"},
    ]
    # HDL above total cholesterol; LDL then has no sound total cholesterol to be judged by
    given = [("TC", 2, None), ("HDL", 3, None), ("LDL", 2.5, None)]
    assert checked(*given, checks=checks) == {2: ("hdl", None), 3: ("hdl", None), 4: FINE}
