"""Names to markers, units to conversions.

Codes and their meaning: LOINC (loinc.org); the variables of NHANES 2017-2018 by its documentation
(wwwn.cdc.gov/nchs/nhanes). Values of the unit tests: a healthy adult's in the unit named.
"""

import pytest
from labcohort.draft.guess import LIKELY, SURE
from labcohort.draft.names import candidate
from labcohort.draft.units import plausible_unit, written_unit

KNOWN = [
    ("2160-0", "CREAT"), ("4548-4", "HBA1C"), ("Creatinine", "CREAT"), ("CREATININE", "CREAT"),
    ("肌酐", "CREAT"), ("hba1c (%)", "HBA1C"), ("Cholesterol, total", "TC"), ("LBXSCR", "CREAT"),
    ("LBXGH", "HBA1C"), ("serum creatinine", "CREAT"), ("Creatinine_umol/L", "CREAT"),
    ("总胆固醇（mmol/L）", "TC"), ("HDL_C", "HDL"), ("НDL-C", "HDL"),  # with a Cyrillic letter
]  # fmt: skip


@pytest.mark.parametrize(("name", "marker"), KNOWN)
def test_known_names(facts, name, marker):
    found = candidate(name, facts)
    assert found.marker == marker
    assert found.score >= LIKELY


@pytest.mark.parametrize(
    "name",
    ["2161-8", "14957-5", "5804-0", "Sodium", "LBDSCASI", "LBDSIRSI", "WTSAF2YR", "visit", "CL1",
     "Head circumference", "AG", "WBC", "", "1", "Ward", "99999-9"],
)  # fmt: skip
def test_other_analytes_and_specimens_are_no_marker(facts, name):
    found = candidate(name, facts)
    assert found is None or found.score < LIKELY


@pytest.mark.parametrize(
    ("name", "marker"),
    [("Glucose", "FBS"), ("2345-7", "FBS"), ("Insulin", "INSULIN"), ("CR", "CREAT")],
)
def test_ambiguous_names_are_likely_and_not_sure(facts, name, marker):
    found = candidate(name, facts)
    assert found.marker == marker
    assert LIKELY <= found.score < SURE


@pytest.mark.parametrize(("name", "marker"), [("Creatinin", "CREAT"), ("Trigycerides", "TG")])
def test_spelled_nearly_so_is_never_sure(facts, name, marker):
    found = candidate(name, facts)
    assert found.marker == marker
    assert found.score < SURE


def test_urine_is_another_specimen(facts):
    assert candidate("Urine creatinine", facts) is None
    assert (
        candidate("CREAT (urine)", facts) is None
        or candidate("CREAT (urine)", facts).score < LIKELY
    )
    assert candidate("尿素氮", facts).score >= SURE


@pytest.mark.parametrize(
    ("marker", "text", "unit"),
    [("ALT", "UNITS/L", "U/L"), ("ALT", "iu/l", "U/L"), ("CREAT", "μmol/L", "μmol/L"),
     ("CREAT", "mcmol/L", "umol/L"), ("TC", "MG/DL", "mg/dL"), ("TC", "mg / dL", "mg/dL")],
)  # fmt: skip
def test_other_spellings_of_units(facts, marker, text, unit):
    known = facts.units(marker, None)
    found = written_unit(marker, None, text, facts)
    from labcohort.harmonise.units import folded

    assert known[folded(found)]["slope"] == known[folded(unit)]["slope"]


@pytest.mark.parametrize(("marker", "text"), [("ALT", "mmol/L"), ("TC", "U/L"), ("CREAT", "g")])
def test_units_that_a_marker_has_not(facts, marker, text):
    assert written_unit(marker, None, text, facts) is None


@pytest.mark.parametrize(
    ("marker", "unit", "values"),
    [("TC", "mg/dL", [150, 180, 200, 210, 240]), ("TC", "mmol/L", [3.9, 4.6, 5.2, 5.4, 6.2]),
     ("ALB", "g/dL", [3.9, 4.1, 4.3, 4.4, 4.6]), ("HBA1C", "mmol/mol", [31, 33, 36, 40, 42])],
)  # fmt: skip
def test_the_only_plausible_unit_is_proposed_and_never_sure(facts, marker, unit, values):
    found = plausible_unit(marker, None, values, facts)
    assert (
        facts.units(marker, None)[found.value]["slope"] == facts.units(marker, None)[unit]["slope"]
    )
    assert found.score < SURE


def test_several_plausible_units_are_asked_for(facts):
    # 70 kg and 154 pounds are both a body weight; no reference range tells them apart
    found = plausible_unit("WEIGHT", None, [150, 160, 170, 180, 200], facts)
    assert found.value is None
    assert "kg" in found.others


def test_values_that_no_unit_explains(facts):
    assert plausible_unit("TC", None, [1e9] * 6, facts) is None
    assert plausible_unit("TC", None, [180.0], facts) is None
