"""aliases.tsv and loinc.tsv against the other facts, real files, and LOINC's own check digit."""

import csv
import re
from pathlib import Path

import pytest
import yaml
from labcohort.harmonise.names import folded_name, match_names
from labcohort.harmonise.units import folded, known_units
from labcohort.study.tables import read_table

from schemas.resources import RESOURCES
from tests.running import SHARED

HOME = Path(__file__).parents[3]
# what a unit measures, by the property that LOINC gives its code
UNITS = {
    "MCnc": r"(u|n|p|m|mc|k)?(g|gm)(/|%)", "SCnc": r"(u|n|p|m|mc)?mol/|(u|n|p|m)M$",
    "ACnc": r"(u|m|mc)?\[?I?U\]?/", "CCnc": r"\[?I?U\]?/L", "NCnc": r"10\*9/L",
    "MFr": "%", "MRto": r"1$|mg/g", "SRto": "1$", "Ratio": "mg/", "ArVRat": "mL/min/",
    "Mass": "kg", "Len": "cm", "Pres": "mm",
}  # fmt: skip
# LOINC's parts of a long common name
PROPERTY_WORDS = {
    "MCnc": "[Mass/volume]", "SCnc": "[Moles/volume]", "ACnc": "[Units/volume]",
    "CCnc": "[Enzymatic activity/volume]", "NCnc": "[#/volume]", "MRto": "[Mass Ratio]",
    "SRto": "[Molar ratio]", "Ratio": "[Ratio]", "ArVRat": "[Volume Rate/Area]",
}  # fmt: skip


def rows(name: str) -> list[dict]:
    file = f"resources/{name}.tsv"
    return read_table(HOME / file, file, RESOURCES[name])


MARKERS = {row["marker"]: row for row in rows("markers")}
MEASURED = [code for code, row in MARKERS.items() if row["kind"] == "measured"]
CONVERSIONS = rows("conversions")
ALIASES = rows("aliases")
LOINC = {row["loinc"]: row for row in rows("loinc")}
PLAIN = {row["alias"]: row for row in ALIASES if row["ambiguous"] == "no"}
AMBIGUOUS = {row["alias"]: row for row in ALIASES if row["ambiguous"] == "yes"}


def means(name: str) -> str | None:
    """The marker that a run reads the name as."""
    found = match_names([name], PLAIN).keys
    return PLAIN[found[name]]["marker"] if found else None


def smart_labs() -> list[dict]:
    path = SHARED / "smart" / "labs.txt"
    if not path.is_file():
        pytest.skip("the SMART files are not here (../shared/data/smart)")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_names_are_of_measured_markers_and_every_one_has_some():
    assert {row["marker"] for row in ALIASES} == set(MEASURED)
    for code in MEASURED:
        languages = {row["language"] for row in PLAIN.values() if row["marker"] == code}
        assert {"en", "zh"} <= languages, code


def test_a_folded_name_means_one_marker():
    by_fold = {}
    for row in ALIASES:
        assert by_fold.setdefault(folded_name(row["alias"]), row) is row, row["alias"]


def test_the_labels_of_a_marker_are_names_of_it_or_of_what_the_laboratory_reports():
    for code, row in MARKERS.items():
        for name in (row["label"], row["label_zh"]):
            known = means(name)
            if code in MEASURED and not code.endswith("_REPORTED"):
                assert known == code
            else:
                assert known in (None, code, f"{code}_REPORTED")


def test_names_in_chinese_are_chinese_and_no_others():
    for row in ALIASES:
        if row["language"] != "code":
            is_chinese = bool(re.search("[\u4e00-\u9fff]", row["alias"]))
            assert is_chinese == (row["language"] == "zh"), row["alias"]


@pytest.mark.parametrize(
    "name",
    ["Glucose", "GLU", "血糖", "Insulin", "胰岛素", "CRP", "C反应蛋白", "LDL Calc", "TT", "FBG"],
)
def test_a_name_that_leaves_something_open_is_never_read(name):
    assert name in AMBIGUOUS
    assert means(name) is None


def test_codes_have_the_check_digit_of_loinc():
    # LOINC Users' Guide, appendix on the mod 10 check digit: from the right, the digits at odd
    # places are read as one number and doubled; all digits add up to a multiple of ten with it
    def digit(number: str) -> int:
        doubled = 2 * int(number[::-1][::2][::-1])
        return -sum(map(int, f"{doubled}{number[::-1][1::2]}")) % 10

    assert digit("12345") == 5  # the guide's example
    codes = [*LOINC, *(a for a in (*PLAIN, *AMBIGUOUS) if re.fullmatch("[0-9]+-[0-9]", a))]
    assert len(codes) > 70
    for code in codes:
        number, check = code.split("-")
        assert digit(number) == int(check), code


def test_a_code_is_of_a_measured_marker_and_every_one_has_some():
    with_codes = {row["marker"] for row in LOINC.values()}
    assert with_codes <= set(MEASURED)
    # of the hip LOINC has but a protocol, which is among the aliases
    assert set(MEASURED) - with_codes == {"HIP"}


def test_the_code_of_markers_tsv_is_known():
    for code in MEASURED:
        loinc = MARKERS[code]["loinc"]
        if loinc and code != "INSULIN":
            assert LOINC[loinc]["marker"] == code
    # that of insulin does not state the fasting state, which the marker asks for
    assert AMBIGUOUS[MARKERS["INSULIN"]["loinc"]]["marker"] == "INSULIN"


def test_the_property_of_a_code_is_one_that_conversions_can_read():
    for row in LOINC.values():
        units = known_units(CONVERSIONS, row["marker"], row["analyte"])
        assert any(re.match(UNITS[row["property"]], unit) for unit in units), row["loinc"]
        if row["analyte"]:
            assert row["analyte"] in {c["analyte"] for c in CONVERSIONS}
        word = PROPERTY_WORDS.get(row["property"])
        assert word is None or word in row["long_name"], row["loinc"]


def test_urea_and_its_nitrogen_are_told_apart_by_the_code():
    bun = {code: row["analyte"] for code, row in LOINC.items() if row["marker"] == "BUN"}
    assert bun == {"3094-0": "urea_nitrogen", "14937-7": "urea_nitrogen", "3091-6": "urea",
                   "22664-7": "urea"}  # fmt: skip


def test_the_specimen_of_a_code_is_that_of_its_marker():
    places = {"HBA1C": "in Blood", "PLT": "in Blood", "UACR": "in Urine"}
    chemistry = {"anthropometric", "blood_pressure"}
    for row in LOINC.values():
        if MARKERS[row["marker"]]["panel"] not in chemistry:
            assert places.get(row["marker"], "in Serum") in row["long_name"], row["loinc"]


@pytest.mark.parametrize(
    "code",
    [
        "2345-7", "2339-0", "1988-5", "13457-7",  # random, whole blood, conventional, calculated
        "2991-8", "14914-6",  # testosterone that is free
        "2161-8", "38483-4", "6299-2", "1754-1",  # urine, whole blood
        "11125-2", "41995-2", "2942-1",  # morphology, mass per volume, mass of SHBG
    ],
)  # fmt: skip
def test_a_code_of_another_quantity_is_not_read(code):
    assert code not in LOINC
    assert means(code) is None


def test_codes_and_units_of_the_smart_labs_fit_the_conversions():
    seen, unknown = set(), set()
    for row in smart_labs():
        known = LOINC.get(row["LOINC"])
        if known:
            seen.add(known["marker"])
            if folded(row["UNITS"]) not in known_units(
                CONVERSIONS, known["marker"], known["analyte"]
            ):
                unknown.add((known["marker"], row["UNITS"]))
    assert {"ALT", "TC", "BUN", "CREAT", "HBA1C", "PLT", "UACR", "FBS"} <= seen
    # a spelling that conversions.tsv may learn
    assert unknown <= {("UACR", "mcg/mg Cr")}


def test_names_and_codes_of_the_smart_labs_mean_the_same():
    for row in {row["LOINC"]: row for row in smart_labs()}.values():
        marker = means(row["NAME"])
        if marker:
            assert LOINC[row["LOINC"]]["marker"] == marker
        if re.search(" Ur\\b| CSF| UrnS|-Rto$", row["NAME"]):
            assert row["LOINC"] not in LOINC or "/Creat Ur" in row["NAME"]


SOURCES = [
    "config/sources/site_a.yaml",
    "config/sources/site_b.yaml",
    "config/sources/site_c.yaml",
    "tests/studies/ipop/config/sources/clinical.yaml",
]


@pytest.mark.parametrize("file", [f for f in SOURCES if (HOME / f).is_file()])
def test_names_that_people_mapped_by_hand_mean_the_same_here(file):
    mapping = yaml.safe_load((HOME / file).read_text("utf-8"))["analytes"]
    known = 0
    for name, entry in mapping.items():
        marker = entry if isinstance(entry, str) else entry["marker"]
        name = re.sub(r"\([^()]*\)$", "", name)
        found = LOINC[name]["marker"] if name in LOINC else means(name)
        assert found in (marker, None), name
        known += found == marker
        # what is not read is at least proposed
        ambiguous = {folded_name(alias): row["marker"] for alias, row in AMBIGUOUS.items()}
        assert found == marker or ambiguous[folded_name(name)] == marker, name
    assert known >= 0.7 * len(mapping)


def test_nhanes_names_are_variables_of_its_files():
    folder = SHARED / "nhanes"
    if not folder.is_dir():
        pytest.skip("the NHANES files are not here (../shared/data/nhanes)")
    import pyreadstat

    labels = {}
    for path in sorted(folder.glob("*.XPT")):
        _, meta = pyreadstat.read_xport(path, metadataonly=True, output_format="polars")
        labels |= meta.column_names_to_labels
    words = {"ALT": "ALT", "ALB": "Albumin", "ALP": "ALP", "AST": "AST", "BUN": "Urea",
             "CREAT": "Creatinine", "GLOB_REPORTED": "Globulin", "GGT": "GGT",
             "TC": "Cholesterol", "TP": "Protein", "TG": "Triglyceride", "UA": "Uric",
             "HBA1C": "Glycohemoglobin", "FBS": "Glucose", "HDL": "HDL", "HSCRP": "HS C-",
             "INSULIN": "Insulin"}  # fmt: skip
    found = {row["alias"]: row["marker"] for row in ALIASES if row["alias"] in labels}
    assert len(found) >= 29
    for name, marker in found.items():
        assert words[marker] in labels[name], name
    # of two columns of one result one alone is read
    assert all(AMBIGUOUS.get(name) for name in found if re.search("^LBD.*SI$", name))
