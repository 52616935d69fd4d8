"""A study's own facts beside the project's: what is added, replaced and refused, and where it says.

The expected numbers are those of the rows that each test writes.
"""

import csv
import json
import re

import pytest
from labcohort import check
from labcohort.errors import UserError
from labcohort.study.load import OWN_FACTS, RESOURCE_TABLES
from labcohort.study.own_facts import joined

from tests.unit.test_settings import jobs

HGB = {
    "marker": "HGB", "label": "Haemoglobin", "panel": "haematology", "unit": "g/L", "decimals": "1",
    "scale": "linear", "kind": "measured", "hard_low": "20", "hard_high": "250", "source": "x",
}  # fmt: skip
CANONICAL = {"marker": "HGB", "unit": "g/L", "slope": "1", "intercept": "0", "source": "x"}
PER_DL = CANONICAL | {"unit": "g/dL", "slope": "10"}


@pytest.fixture
def project(folder):
    """The rows of a table of the project, as text."""

    def rows(table: str) -> list[dict]:
        with (folder / f"resources/{table}.tsv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))

    return rows


@pytest.fixture
def bring(folder, project):
    """Write a table of the study's own, in the columns of the project's."""

    def write(table: str, *rows: dict) -> None:
        columns = list(project(table)[0])
        assert all(row.keys() <= {*columns} for row in rows)
        lines = [columns, *([row.get(c) or "" for c in columns] for row in rows)]
        text = "".join("\t".join(line) + "\n" for line in lines)
        (folder / f"config/{table}.tsv").write_text(text, "utf-8")

    return write


@pytest.fixture
def row_of(project):
    """The first row of a table of the project with these cells, and its number in the file."""

    def find(table: str, **cells: str) -> tuple[dict, int]:
        rows = enumerate(project(table), 2)
        return next((row, n) for n, row in rows if row.items() >= cells.items())

    return find


def haemoglobin(bring) -> None:
    bring("markers", HGB)
    bring("conversions", CANONICAL, PER_DL)


# ------------------------------------------- what is added


def test_markers_of_the_study_follow_those_of_the_project(bring, load):
    before = load()
    haemoglobin(bring)
    study = load()
    assert study.tables["markers"][:-1] == before.tables["markers"]
    assert study.tables["markers"][-1]["marker"] == "HGB"
    assert study.marker("HGB") | {"label_zh": None} == {
        "marker": "HGB", "label": "Haemoglobin", "label_zh": None, "panel": "haematology",
        "loinc": None, "unit": "g/L", "decimals": 1, "scale": "linear", "kind": "measured",
        "hard_low": 20.0, "hard_high": 250.0, "soft_low": None, "soft_high": None, "source": "x",
    }  # fmt: skip
    assert len(study.tables["conversions"]) == len(before.tables["conversions"]) + 2
    assert study.replaced == before.replaced == []


def test_a_marker_of_the_study_is_read_compared_and_printed(bring, edit, load):
    haemoglobin(bring)
    edit("config/sources/site_b.yaml", "ignore: [Platelets]", "ignore: []")
    edit("config/sources/site_b.yaml", "analytes:", "analytes:\n  Platelets: {marker: HGB}")
    edit("config/plan.tsv", "\tEGFR|CRCL\t", "\tHGB|EGFR|CRCL\t")
    told = {name: json.loads(text)[0] for name, text in jobs(load()).items()}
    assert told["derive haematology"]["measured"] == ["HGB"]
    assert {row["marker"] for row in told["compare haematology"]["plan"]} == {"HGB"}
    assert told["tables"]["markers"]["HGB"]["panel"] == "haematology"
    assert told["tables"]["orders"]["marker"][-1] == "HGB"


@pytest.mark.parametrize("table", [name for name in RESOURCE_TABLES if name in OWN_FACTS])
def test_each_table_of_facts_may_be_repeated_in_the_very_words_of_the_project(
    bring, project, load, table
):
    before = load()
    rows = project(table)
    bring(table, *rows)
    study = load()
    assert study.tables == before.tables
    assert len(study.replaced) == len(rows)
    assert all(line.endswith(": the same") for line in study.replaced)
    assert study.places[table][0] == f"config/{table}.tsv, row 2"


@pytest.mark.parametrize("table", ["methods", "ckd_stages", "martin_hopkins", "published_results"])
def test_what_formulas_are_written_for_is_the_project_s_alone(bring, project, refusal, table):
    bring(table, *project(table))
    error = refusal()
    assert error.what.startswith(f"the table '{table}.tsv' would not be read")
    assert error.where == f"config/{table}.tsv" and "conversions.tsv" in error.rule


# ------------------------------------------- what is replaced


def test_a_row_about_the_same_marker_stands_in_its_place(bring, row_of, load):
    row, number = row_of("markers", marker="UA")
    bring("markers", row | {"soft_high": "700", "source": "our laboratory"})
    before, study = load(), load()
    assert study.marker("UA")["soft_high"] == 700.0
    codes = [r["marker"] for r in study.tables["markers"]]
    assert codes == [r["marker"] for r in before.tables["markers"]]
    assert study.replaced == [
        f"config/markers.tsv, row 2 (UA), stands in place of resources/markers.tsv, row {number}:"
        " other soft_high, source"
    ]


def test_spellings_of_one_unit_are_one_conversion(bring, row_of, load):
    # the micro sign, the Greek letter and u are one (harmonise.units)
    row, number = row_of("conversions", marker="CREAT", unit="umol/L")
    bring("conversions", row | {"unit": "µmol/L", "source": "our laboratory"})
    study = load()
    assert any(
        f"CREAT µmol/L), stands in place of resources/conversions.tsv, row {number}:" in line
        for line in study.replaced
    )
    canonical = ("umol/L", "µmol/L", "μmol/L")
    own = [r for r in study.tables["conversions"] if r["marker"] == "CREAT"]
    spelled = [r["source"] for r in own if r["unit"] in canonical]
    assert spelled == ["our laboratory"]


RANGE = {"marker": "BMI", "low": "18.5", "high": "22.99", "source": "WHO expert consultation 2004"}


@pytest.mark.parametrize(
    ("own", "left"),
    [
        # (sex, age_low, age_high) of the project's one range of BMI, from 18 years, both sexes
        ([("", "18", "")], []),
        ([("male", "18", ""), ("female", "18", "")], []),
        ([("", "20", "60"), ("", "60", "")], []),
        ([("", "10", "18")], [18.0]),
    ],
    ids=["the same key", "by sex", "by age", "of others"],
)
def test_a_range_replaces_all_that_share_a_sex_and_an_age(bring, load, own, left):
    bring(
        "reference_ranges",
        *(RANGE | dict(zip(("sex", "age_low", "age_high"), who, strict=True)) for who in own),
    )
    ranges = [r for r in load().tables["reference_ranges"] if r["marker"] == "BMI"]
    ours = [r for r in ranges if r["source"] == RANGE["source"]]
    assert len(ours) == len(own)
    assert [r["age_low"] for r in ranges if r not in ours] == left


def test_a_range_of_one_sex_leaves_the_other_s(bring, load):
    bring("reference_ranges", RANGE | {"marker": "WAIST", "sex": "male", "age_low": "18"})
    ranges = {r["sex"]: r["high"] for r in load().tables["reference_ranges"]
              if r["marker"] == "WAIST"}  # fmt: skip
    assert ranges == {"male": 22.99, "female": 80.0}


def test_check_says_what_is_replaced(bring, row_of, load, folder, monkeypatch, capsys):
    row, number = row_of("markers", marker="UA")
    bring("markers", row | {"soft_high": "700"})
    monkeypatch.setattr(check, "_check_source", lambda *_: None)
    monkeypatch.setattr(check, "_check_together", lambda *_: [])
    assert check.check(folder, folder) == 0
    assert f"row {number}: other soft_high" in capsys.readouterr().out


def test_joined_keeps_the_project_s_order_and_says_where_each_row_stands():
    rows = [{"check": "a", "n": 1}, {"check": "b", "n": 2}]
    own = [{"check": "c", "n": 3}, {"check": "a", "n": 4}]
    found = joined("cross_checks", rows, own, ("check",))
    assert [(r["check"], r["n"]) for r in found.rows] == [("a", 4), ("b", 2), ("c", 3)]
    assert found.places == [
        "config/cross_checks.tsv, row 3",
        "resources/cross_checks.tsv, row 3",
        "config/cross_checks.tsv, row 2",
    ]


# ------------------------------------------- what runs again


EDITS = {
    "a soft limit": ("markers", {"marker": "UA"}, {"soft_high": "700"}),
    "a label": ("markers", {"marker": "UA"}, {"label": "Urate"}),
    "decimals": ("markers", {"marker": "HBA1C"}, {"decimals": "1"}),
    "a factor": ("conversions", {"marker": "FBS", "unit": "mg/dL"}, {"slope": "0.0555"}),
    "a source": ("conversions", {"marker": "FBS", "unit": "mg/dL"}, {"source": "x"}),
    "a range": ("reference_ranges", {"marker": "HBA1C"}, {"high": "6.49"}),
    "a reason": ("cross_checks", {"greater": "SBP"}, {"reason": "x"}),
}


@pytest.mark.parametrize("case", EDITS.values(), ids=EDITS)
def test_an_edit_of_a_row_moves_the_same_jobs_in_either_folder(folder, bring, row_of, load, case):
    table, cells, change = case

    def moved(before: dict, after: dict) -> set[str]:
        assert before.keys() == after.keys()
        return {name for name in before if before[name] != after[name]}

    row, _ = row_of(table, **cells)
    untouched = jobs(load())
    bring(table, row | change)
    by_study = moved(untouched, jobs(load()))
    (folder / f"config/{table}.tsv").unlink()
    path = folder / f"resources/{table}.tsv"
    lines = path.read_text("utf-8").split("\n")
    number = row_of(table, **cells)[1] - 1
    lines[number] = "\t".join((row | change).values())
    path.write_text("\n".join(lines), "utf-8")
    assert by_study == moved(untouched, jobs(load()))
    assert bool(by_study) == (list(change) != ["source"])


# ------------------------------------------- what is refused


def test_a_derived_marker_of_the_study_is_refused(bring, refusal):
    bring("markers", HGB, HGB | {"marker": "MCHC", "kind": "derived"})
    error = refusal()
    assert error.what == "MCHC is derived, and no formula computes it"
    assert error.where == "config/markers.tsv, row 3, column 'kind'"


@pytest.mark.parametrize(
    ("marker", "change", "what"),
    [
        (
            "FBS",
            {"unit": "mg/dL"},
            "the canonical unit of FBS is 'mmol/L' and cannot become 'mg/dL'",
        ),
        (
            "EGFR",
            {"kind": "measured"},
            "EGFR is derived and cannot become measured",
        ),
        ("FBS", {"kind": "derived"}, "FBS is measured and cannot become derived"),
    ],
)
def test_what_formulas_rest_on_stays(bring, row_of, refusal, marker, change, what):
    bring("markers", row_of("markers", marker=marker)[0] | change)
    error = refusal()
    assert error.what.startswith(what)
    assert error.where == f"config/markers.tsv, row 2, column '{next(iter(change))}'"


def test_a_canonical_unit_converts_to_itself(bring, row_of, refusal):
    row, _ = row_of("conversions", marker="CREAT", unit="umol/L")
    bring("conversions", row | {"unit": "μmol/L", "slope": "2"})
    error = refusal()
    assert error.what == "'μmol/L' is the canonical unit of CREAT and converts to itself"
    assert error.where == "config/conversions.tsv, row 2, column 'slope'"


REFUSED = {
    "a marker without its canonical unit": (
        "markers", [HGB],
        "nothing converts to the canonical unit 'g/L' of HGB",
        "config/markers.tsv, row 2, column 'unit'",
    ),
    "a conversion of nothing": (
        "conversions", [PER_DL | {"marker": "FBS"}, PER_DL | {"marker": "HGBB"}],
        "unknown marker 'HGBB'", "config/conversions.tsv, row 3",
    ),
    "a range of nothing": (
        "reference_ranges", [RANGE | {"marker": "HGB"}],
        "unknown marker 'HGB'", "config/reference_ranges.tsv, row 2",
    ),
    "two ranges of one": (
        "reference_ranges", [RANGE | {"age_low": "18"}, RANGE | {"sex": "male", "age_low": "20"}],
        "BMI has two ranges for one sex and age", "config/reference_ranges.tsv, row 3",
    ),
    "a unit to show of nothing": (
        "shown_units", [PER_DL | {"decimals": "1"}],
        "unknown marker 'HGB'", "config/shown_units.tsv, row 2",
    ),
    "limits upside down": (
        "markers", [HGB | {"soft_low": "300"}],
        "soft_low 300 of HGB is above hard_high 250",
        "config/markers.tsv, row 2, columns 'soft_low' and 'hard_high'",
    ),
    "a variation of nothing": (
        "biological_variation", [{"marker": "HGB", "cv_within": "2.7", "source": "x"}],
        "unknown marker 'HGB'", "config/biological_variation.tsv, row 2",
    ),
    "limits of a sex upside down": (
        "sex_limits",
        [{"marker": "UA", "sex": "male", "hard_low": "9", "hard_high": "8", "source": "x"}],
        "hard_low 9 of UA is above hard_high 8", "config/sex_limits.tsv, row 2",
    ),
    "a marker twice": (
        "markers", [HGB, HGB],
        "'HGB' is not allowed in column 'marker'", "config/markers.tsv, row 2",
    ),
    "a cell of another type": (
        "markers", [HGB | {"decimals": "one"}], "'one' is not a whole number",
        "config/markers.tsv, row 2, column 'decimals'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_a_fault_in_a_row_of_the_study_is_named_with_its_file_and_row(bring, refusal, case):
    table, rows, what, where = case
    bring(table, *rows)
    error = refusal()
    assert what in error.what
    assert error.where.startswith(where)


def test_a_fault_in_the_project_s_rows_is_still_named_there(bring, edit, refusal, row_of):
    # the study's range of BMI by sex stands in place of one row of the project's, before these
    ranges = [RANGE | {"sex": sex, "age_low": "18"} for sex in ("male", "female")]
    bring("reference_ranges", *ranges)
    number = row_of("reference_ranges", marker="WHR", sex="female")[1]
    edit("resources/reference_ranges.tsv", "WHR\tfemale\t18", "WHR\tmale\t60")
    assert refusal().where == f"resources/reference_ranges.tsv, row {number}"


def test_an_unknown_column_of_the_study_s_table_is_refused(folder, refusal):
    (folder / "config/markers.tsv").write_text("marker\tname\n", "utf-8")
    error = refusal()
    assert error.what.startswith("unknown column 'name'")
    assert error.where == "config/markers.tsv, row 1"


def test_a_table_of_the_study_without_rows_changes_nothing(bring, load):
    before = load()
    bring("markers")
    assert load() == before


def test_a_unit_that_no_conversion_knows_says_where_a_study_adds_one(edit, refusal):
    edit("config/sources/site_c.yaml", "{marker: WEIGHT, unit: kg}", "{marker: WEIGHT, unit: kgs}")
    error = refusal()
    assert isinstance(error, UserError)
    assert re.search(r"config/conversions\.tsv", error.do)
