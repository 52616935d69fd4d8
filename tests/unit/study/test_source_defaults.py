"""What a source's YAML need not say, and which drafts and names are taken or refused."""

from pathlib import Path

import pytest
from labcohort.errors import UserError
from labcohort.study.source_defaults import (
    FHIR_STATUS,
    HL7_STATUS,
    check_confirmed,
    with_format_defaults,
    with_recognised,
)
from labcohort.study.yaml_files import check_schema

SCHEMA = Path(__file__).parents[3] / "schemas" / "source.schema.yaml"
STATES = {"preliminary", "final", "corrected", "cancelled", "withdrawn"}
LOINC = [
    {"loinc": "4548-4", "marker": "HBA1C", "analyte": None},
    {"loinc": "14937-7", "marker": "BUN", "analyte": "urea_nitrogen"},
]
ALIASES = [
    {"alias": "HbA1c", "marker": "HBA1C", "ambiguous": "no"},
    {"alias": "糖化血红蛋白", "marker": "HBA1C", "ambiguous": "no"},
    {"alias": "Hb", "marker": "HGB", "ambiguous": "yes"},
]
TABLES = {"loinc": LOINC, "aliases": ALIASES}


def test_the_status_codes_of_hl7_are_those_of_table_0085():
    # HL7 v2.5.1, table 0085 (observation result status), all of its codes
    assert HL7_STATUS.keys() == set("CDFINOPRSUWX")
    said = {code: HL7_STATUS[code] for code in "FCPX"}
    assert said == {"F": "final", "C": "corrected", "P": "preliminary", "X": "cancelled"}
    # posted as wrong (for instance, of another patient); deleted
    assert HL7_STATUS["W"] == HL7_STATUS["D"] == "withdrawn"


def test_the_status_codes_of_fhir_are_those_of_observation_status():
    # hl7.org/fhir/R4/valueset-observation-status.html; `unknown` says nothing
    assert FHIR_STATUS.keys() == {
        "registered", "preliminary", "final", "amended", "corrected", "cancelled",
        "entered-in-error", "appended",
    }  # fmt: skip
    assert FHIR_STATUS["entered-in-error"] == "withdrawn"
    assert FHIR_STATUS["amended"] == "corrected"


@pytest.mark.parametrize("codes", [HL7_STATUS, FHIR_STATUS])
def test_every_status_is_one_of_ours(codes):
    assert set(codes.values()) == STATES


@pytest.mark.parametrize(("kind", "times"), [("hl7", ["hl7"]), ("fhir", ["iso"])])
def test_of_messages_a_source_says_its_analytes_only(kind, times):
    given = {"content": "results", "file": "a", "format": {"type": kind}, "recognise": ["loinc"]}
    source = with_format_defaults(given)
    check_schema(source, SCHEMA, "config/sources/a.yaml")
    assert source["layout"] == "long"
    assert source["date"] == {"column": "date", "formats": times}
    assert source["reported"]["formats"] == times
    assert set(source["status"]["codes"].values()) == STATES


def test_what_the_yaml_says_goes_before_what_its_format_brings():
    given = {"content": "results", "format": {"type": "hl7"}, "date": {"column": "received"}}
    source = with_format_defaults(given)
    assert source["date"] == {"column": "received"}
    assert source["analyte"] == "analyte"


def test_patients_of_messages_are_known_by_their_id():
    source = with_format_defaults({"content": "patients", "format": {"type": "fhir"}})
    assert source["person"] == {"column": "id"} and "layout" not in source


@pytest.mark.parametrize(
    "source",
    [
        {"content": "results", "format": {"type": "text"}},
        # broken ones are the schema's to refuse
        {"format": None},
        {},
    ],
)
def test_other_sources_stay_as_they_are(source):
    assert with_format_defaults(source) == source


def test_a_draft_is_refused_until_it_is_confirmed():
    with pytest.raises(UserError) as caught:
        check_confirmed({"unconfirmed": ["date", "analytes > Hb"]}, "config/sources/a.yaml")
    assert "date, analytes > Hb" in caught.value.what
    assert caught.value.where == "config/sources/a.yaml, at unconfirmed"


@pytest.mark.parametrize("source", [{}, {"unconfirmed": []}])
def test_what_is_confirmed_is_taken(source):
    check_confirmed(source, "config/sources/a.yaml")


def analytes(**source) -> dict:
    return with_recognised(source, TABLES)["analytes"]


def test_nothing_is_recognised_unasked():
    source = with_recognised({"analytes": {"x": "HBA1C"}}, TABLES)
    assert source["analytes"] == {"x": "HBA1C"} and source["listed"] == ["x"]


def test_loinc_codes_bring_their_analyte():
    assert analytes(recognise=["loinc"]) == {
        "4548-4": {"marker": "HBA1C"},
        "14937-7": {"marker": "BUN", "analyte": "urea_nitrogen"},
    }


def test_a_name_that_may_mean_another_thing_is_never_recognised():
    assert analytes(recognise=["aliases"]).keys() == {"HbA1c", "糖化血红蛋白"}


def test_what_the_yaml_lists_goes_before_what_the_facts_know():
    own = {"4548-4": {"marker": "HBA1C", "unit": "%"}}
    found = analytes(recognise=["loinc", "aliases"], analytes=own)
    assert found["4548-4"] == {"marker": "HBA1C", "unit": "%"}
    assert list(found) == ["4548-4", "14937-7", "HbA1c", "糖化血红蛋白"]


@pytest.mark.parametrize("name", ["HbA1c", "HBA1C", "hba1c ", "ＨｂＡ１ｃ"])
def test_what_the_yaml_ignores_is_not_recognised_however_it_is_typed(name):
    assert "HbA1c" not in analytes(recognise=["aliases"], ignore=[name])


def test_the_source_that_was_given_is_not_changed():
    given = {"analytes": {"x": "HBA1C"}, "recognise": ["loinc"]}
    with_recognised(given, TABLES)
    assert given == {"analytes": {"x": "HBA1C"}, "recognise": ["loinc"]}


@pytest.mark.parametrize("given", [{}, "hl7", ["hl7"], {"type": ["hl7"]}, {"type": {"hl7": 1}}])
def test_a_format_that_is_none_is_left_to_the_schema(given):
    source = {"content": "results", "format": given}
    assert with_format_defaults(source) == source
