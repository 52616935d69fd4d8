"""Rules of how sources are read: each is broken by edits of the demo's configuration."""

import pytest

from schemas.config import Corrections

SITE_A, SITE_B, SITE_C = (f"config/sources/site_{x}.yaml" for x in "abc")
PATIENTS = "config/sources/patients.yaml"
CONFIG, VISITS, ELIGIBILITY = "config/config.yaml", "config/visits.tsv", "config/eligibility.tsv"
DATE_A = "date: {column: collected, formats: [YYYY-MM-DD]}"
TEXT = 'format: {type: text, encoding: utf-8, delimiter: ","}'
VISIT = "visit: {column: visit}\nvisits: {V1: {months: 0}, V2: {months: 6, follow_up: true}}\n"
SHIFTED = ("privacy:\n", "privacy:\n  shift_days: 90\n")
NO_DAY = ("date_within\tinfusion_date\t2014-11-01..2022-07-31", "attribute_is\tsex\tmale|female")
BLOCKS = 'layout: blocks\ncolumns: "{analyte}_{visit}"\n'

# edits (file, text, new text); what the message says, and where it says it is
CASES = {
    "the form of columns in a long file": (
        [(SITE_A, "layout: long\n", 'layout: long\ncolumns: "{analyte}_{visit}"\n')],
        "a long file has no 'columns'", SITE_A,
    ),
    "units of a header in a long file": (
        [(SITE_A, "layout: long\n", "layout: long\nunits_in_header: true\n")],
        "a long file has no 'units_in_header'", SITE_A,
    ),
    "the form of columns in a wide file": (
        [(SITE_B, "units_row: 2\n", 'units_row: 2\ncolumns: "{analyte}_{visit}"\n')],
        "a wide file has no 'columns'", SITE_B,
    ),
    "a column of units in a file of blocks": (
        [(SITE_B, "layout: wide\n", f"{BLOCKS}visits: {{V1: {{date: Day}}}}\nunit: Unit\n")],
        "a blocks file has no 'unit'", SITE_B,
    ),
    "a header's row where there are no rows": (
        [(SITE_A, TEXT, "format: {type: xpt}\nheader: 3")],
        "a file of the format xpt has no 'header'", SITE_A,
    ),
    "rows of units in a file of records": (
        [(SITE_B, "{type: xlsx, sheet: Visits}", "{type: sav, labels: true}")],
        "a file of the format sav has no 'units_row'", SITE_B,
    ),
    "a sheet a visit in a text file": (
        [(SITE_A, DATE_A, DATE_A + "\nvisit: {sheet: true}\nvisits: {V1: {date: x}}")],
        "a file of the format text has no sheets", f"{SITE_A}, at visit > sheet",
    ),
    "dates counted from what nobody has": (
        [(SITE_A, DATE_A, "date: {from: infusion_day, column: month, unit: months}")],
        "unknown date of the patients 'infusion_day'; nearest known: 'infusion_date'",
        f"{SITE_A}, at date",
    ),
    "dates counted from what is no date": (
        [(SITE_A, DATE_A, "date: {from: sex, column: month, unit: months}")],
        "unknown date of the patients 'sex'", f"{SITE_A}, at date",
    ),
    "numbers of days or months": (
        [(SITE_A, DATE_A, "date: {from: infusion_date, column: month}")],
        "the numbers of the date's column have no unit", f"{SITE_A}, at date",
    ),
    "dates that nothing gives": (
        [(SITE_A, DATE_A, "date: {from: infusion_date}")],
        "nothing says when the results are of", f"{SITE_A}, at date",
    ),
    "visits that nothing counts from": (
        [(SITE_A, DATE_A, f"{DATE_A}\n{VISIT}"), (VISITS, "\tinfusion_date\t", "\tfirst_result\t"),
         (VISITS, "\tinfusion_date\t", "\tfirst_result\t"),
         (VISITS, "\tinfusion_date\t", "\tfirst_result\t")],
        "the visit 'V1' is counted from nothing", f"{SITE_A}, at date",
    ),
    "visits that nothing tells": (
        [(SITE_A, DATE_A, "date: {from: infusion_date}\n" + VISIT.split("\n", 1)[1])],
        "nothing says of which visit a result is", f"{SITE_A}, at visits",
    ),
    "a dropped column of results": (
        [(SITE_A, "layout: long\n", "layout: long\ndrop: [result]\n")],
        "'result' is both used and dropped", f"{SITE_A}, at drop",
    ),
    "a dropped analyte": (
        [(SITE_B, "units_row: 2\n", "units_row: 2\ndrop: [HbA1c]\n")],
        "'HbA1c' is both used and dropped", f"{SITE_B}, at drop",
    ),
    "a dropped column of ids": (
        [(PATIENTS, "attributes:\n", "drop: [patient_id]\nattributes:\n")],
        "'patient_id' is both used and dropped", f"{PATIENTS}, at drop",
    ),
    "a dropped status": (
        [(SITE_A, DATE_A, f"{DATE_A}\nstatus: {{column: state, codes: {{F: final}}}}\n"
          "drop: [state]")],
        "'state' is both used and dropped", f"{SITE_A}, at drop",
    ),
    "a result that is filled down": (
        [(SITE_B, "units_row: 2\n", "units_row: 2\nfill_down: [Patient ID, HbA1c]\n")],
        "'HbA1c' holds results and is filled down", f"{SITE_B}, at fill_down",
    ),
    "a result in other letters that is filled down": (
        [(SITE_B, "units_row: 2\n", "units_row: 2\nfill_down: [hba1c]\n")],
        "'hba1c' holds results and is filled down", f"{SITE_B}, at fill_down",
    ),
    "an ignored column that is filled down": (
        [(SITE_B, "units_row: 2\n", "units_row: 2\nfill_down: [Platelets]\n")],
        "'Platelets' holds results and is filled down", f"{SITE_B}, at fill_down",
    ),
    "a value that is filled down": (
        [(SITE_A, "layout: long\n", "layout: long\nfill_down: [result]\n")],
        "'result' holds results and is filled down", f"{SITE_A}, at fill_down",
    ),
    "a date of the patients that is filled down": (
        [(PATIENTS, "attributes:\n", "fill_down: [birth_date]\nattributes:\n")],
        "'birth_date' holds results and is filled down", f"{PATIENTS}, at fill_down",
    ),
    "a sheet that is read and ignored": (
        [(SITE_B, "sheet: Visits}", "sheet: Visits, ignore_sheets: [Notes, Visits]}")],
        "the sheet 'Visits' is both read and ignored", f"{SITE_B}, at format",
    ),
    "a criterion on dates that are shifted": (
        # the demo's registry takes who was treated between two days
        [(CONFIG, *SHIFTED)],
        "a criterion is on dates of the calendar, and dates are shifted",
        f"{ELIGIBILITY}, order 2",
    ),
    "a form of dates that is none": (
        [(SITE_A, "[YYYY-MM-DD]", "[YYYY-MM]")], None, f"{SITE_A}, at date",
    ),
    "a form of the reporting time that is none": (
        [(SITE_A, DATE_A, f"{DATE_A}\nreported: {{column: sent, formats: [DD]}}")],
        None, f"{SITE_A}, at reported",
    ),
    "a form of a claimed birth date that is none": (
        [(SITE_A, DATE_A, f"{DATE_A}\nclaims: {{birth_date: {{column: born, formats: [QQ]}}}}")],
        None, f"{SITE_A}, at claims > birth_date",
    ),
    "a zone that is nowhere": (
        [(SITE_A, DATE_A, DATE_A.replace("}", ", zone: Asia/Shangai}"))],
        None, f"{SITE_A}, date > zone",
    ),
    "one sign of two meanings": (
        [(SITE_C, 'decimal: ","\n', 'decimal: ","\nthousands: ","\n')],
        None, f"{SITE_C}, thousands",
    ),
    "a draft": (
        [(SITE_A, "layout: long\n", "layout: long\nunconfirmed: [date]\n")],
        "the source is a draft; not confirmed: date", f"{SITE_A}, at unconfirmed",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_broken_rule_says_what_and_where(edit, refusal, case):
    edits, what, where = CASES[case]
    for one in edits:
        edit(*one)
    error = refusal()
    assert error.where == where
    assert what is None or error.what.startswith(what)
    assert error.rule and error.do


@pytest.mark.parametrize(
    "edits",
    [
        [(SITE_A, DATE_A, "date: {from: infusion_date, column: month, unit: months}")],
        [(SITE_A, DATE_A, f"date: {{from: infusion_date}}\n{VISIT}")],
        # counted from the anchor of the timepoints
        [(SITE_A, DATE_A, f"{DATE_A}\n{VISIT}")],
        [(SITE_A, DATE_A, 'date: {"on": "2020-01-31"}')],
        [(SITE_A, DATE_A, "date: {column: collected}")],
        [(SITE_A, DATE_A, f"{DATE_A}\nfill_down: [patient_id, collected, loinc, unit]")],
        [(SITE_B, "units_row: 2\n", "units_row: 2\nfill_down: [Patient ID, Visit date]\n")],
        [(SITE_B, "sheet: Visits}", "sheet: Visits, ignore_sheets: [Notes]}")],
        [(PATIENTS, "attributes:\n", "fill_down: [sex]\nattributes:\n")],
        [(SITE_B, "ignore: [Platelets]", "ignore: [Platelets]\ndrop: [Name, Telephone]")],
        [(SITE_A, DATE_A, f"{DATE_A}\nreported: {{column: sent, formats: [iso]}}\n"
          "claims: {birth_date: {column: born, formats: [D/M/YYYY]}}")],
        # who they are is kept as a digest only: the column itself goes no further
        [(PATIENTS, "{column: patient_id}", "{column: patient_id, same: [name, birth_date]}"),
         (PATIENTS, "attributes:\n", "drop: [name]\nattributes:\n")],
        [(CONFIG, *SHIFTED), (ELIGIBILITY, *NO_DAY)],
        [(SITE_A, "layout: long\n", "layout: long\nunconfirmed: []\n")],
    ],
)  # fmt: skip
def test_what_may_be_so_is_taken(edit, load, edits):
    for one in edits:
        edit(*one)
    assert load().result_sources == ["site_a", "site_b", "site_c"]


@pytest.mark.parametrize(
    ("source", "what"),
    [("site_d", "unknown source 'site_d'; nearest known: 'site_c', 'site_b'"),
     # of the patient table nothing is corrected
     ("patients", "unknown source 'patients'")],
)  # fmt: skip
def test_a_correction_names_a_source_of_results(folder, refusal, source, what):
    columns = Corrections.to_schema().columns
    row = [
        source,
        "a.csv",
        "",
        "",
        "7",
        "result",
        "value",
        "1",
        "2",
        "A. B.",
        "typed",
        "2025-01-31",
    ]
    lines = ["\t".join(columns), "\t".join(row)]
    (folder / "config/corrections.tsv").write_text("\n".join(lines) + "\n", "utf-8")
    error = refusal()
    assert error.what.startswith(what)
    assert error.where == "config/corrections.tsv, row 2"


SITE_A = "resources/demo/site_a_results.csv"


@pytest.fixture
def correct(folder):
    """Write config/corrections.tsv: one good row (but for `first`), and one that differs in
    `other`."""

    def write(first: dict | None = None, **other: str) -> None:
        columns = list(Corrections.to_schema().columns)
        cells = ["site_a", SITE_A, "", "", "7", "result", "value", "1", "2", "A. B.", "typed"]
        good = dict(zip(columns, [*cells, "2025-01-31"], strict=True))
        rows = [columns, (good | (first or {})).values(), (good | {"row": "8"} | other).values()]
        text = "".join("\t".join(row) + "\n" for row in rows)
        (folder / "config/corrections.tsv").write_text(text, "utf-8")

    return write


@pytest.mark.parametrize(
    ("column", "text", "what", "belongs"),
    [("who", "", "column 'who' is empty", "the name of the person who signs"),
     ("why", " ", "column 'why' is empty", "the reason why"),
     ("date", "", "column 'date' is empty", "the day on which"),
     ("date", "31/1/2025", "'31/1/2025' is not allowed", "as YYYY-MM-DD"),
     ("date", "2025-02-29", "'2025-02-29' is no day of the calendar", "as YYYY-MM-DD")],
)  # fmt: skip
def test_a_correction_without_a_signature_says_what_belongs_where(
    correct, refusal, column, text, what, belongs
):
    correct(**{column: text})
    error = refusal()
    assert error.what.startswith(what) and belongs in error.rule
    assert error.where.startswith(f"config/corrections.tsv, row 3, column '{column}'")
    assert "None" not in str(error) and "^" not in str(error)


def test_one_value_is_corrected_once(correct, refusal):
    correct(row="7", new="3")
    error = refusal()
    assert error.what == "two rows are about the same thing"
    assert error.where == "config/corrections.tsv, rows 2 and 3"
    assert "sheet, row, column, field" in error.rule


def test_a_correction_calls_a_file_as_the_results_do(correct, edit, load, refusal):
    correct(file=f"./{SITE_A}")
    error = refusal()
    assert error.what == "a correction is of a file that site_a does not have"
    assert error.where == "config/corrections.tsv, row 3, column 'file'"
    assert SITE_A in error.rule
    correct()
    assert load().tables["corrections"]
    edit("config/sources/site_a.yaml", "site_a_results.csv", "site_a_*.csv")
    pattern = SITE_A.replace("results", "*")
    # the name of a file may be a person's
    error = refusal()
    assert SITE_A not in str(error)
    assert error.rule == f"files are called as in results/restricted/: '{pattern} (file NUMBER)'"
    text = f"{pattern} (file 1)"
    correct(file=text)
    assert refusal().where == "config/corrections.tsv, row 2, column 'file'"


def test_a_correction_of_one_file_among_several_has_its_digest(correct, edit, load, refusal):
    edit("config/sources/site_a.yaml", "site_a_results.csv", "site_a_*.csv")
    of = {"file": SITE_A.replace("results", "*") + " (file 1)"}
    correct(first=of, **of)
    error = refusal()
    assert error.what == (
        "a correction of one file among several does not say which file was corrected"
    )
    assert error.where == "config/corrections.tsv, row 2, column 'sha256'"
    assert "files_site_a.tsv" in error.do
    of["sha256"] = "0123abcd"
    correct(first=of, **of)
    assert [row["sha256"] for row in load().tables["corrections"]] == ["0123abcd"] * 2
    correct(first=of, **(of | {"sha256": "0123"}))
    assert "the first 8 to 64 digits" in refusal().rule


@pytest.mark.parametrize(
    ("row", "what", "column"),
    [
        ("hard_limits\t\twarn\t\tx", "unknown rule 'hard_limits'; nearest known: 'hard_limit'",
         "rule"),
        ("hard_limit\tsite_d\twarn\t\tx", "unknown source 'site_d'", "source"),
        ("hard_limit\t\tnone\t0.1\tx", "rule 'hard_limit' has a threshold and is never judged",
         "threshold"),
    ],
)  # fmt: skip
def test_a_setting_of_a_rule_names_what_is_there(edit, refusal, row, what, column):
    edit("config/rule_settings.tsv", "missing_share\t", f"{row}\nmissing_share\t")
    error = refusal()
    assert error.what.startswith(what)
    assert error.where == f"config/rule_settings.tsv, row 2, column '{column}'"
