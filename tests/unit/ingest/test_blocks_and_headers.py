"""Columns of several visits, sheets and events; headers of several rows; columns beside results."""

import polars as pl
import pytest
from labcohort.errors import UserError
from labcohort.ingest.source_names import shown_names

from tests.unit.ingest.test_layouts import KEY, LONG, PERSON, WIDE, ingested

BLOCKS = PERSON | {
    "layout": "blocks",
    "columns": "{analyte}_{visit}",
    "visits": ["0", "6", "12"],
    "results": ["HbA1c", "TG"],
    "required": ["HbA1c", "TG"],
}


def shown(cells, *names):
    return [tuple(cell[name] for name in names) for cell in cells]


def test_each_column_of_a_block_is_of_its_visit():
    rows = [(1, ["id", "HbA1c_0", "TG_0", "HbA1c_6", "HbA1c_12"]), (2, ["A", "7", "2", "6", ""])]
    cells = ingested(rows, BLOCKS)
    assert sorted(shown(cells, "column", "analyte", "visit", "value_text")) == [
        ("HbA1c_0", "HbA1c", "0", "7"),
        ("HbA1c_12", "HbA1c", "12", ""),
        ("HbA1c_6", "HbA1c", "6", "6"),
        ("TG_0", "TG", "0", "2"),
    ]


def test_an_analyte_whose_name_ends_as_a_visit_does():
    """`6_0` is analyte 6 at visit 0, and `B12_12` is B12 at visit 12."""
    how = BLOCKS | {"results": ["B12", "B"], "required": ["B12", "B"]}
    rows = [(1, ["id", "B12_12", "B_6"]), (2, ["A", "300", "1"])]
    cells = ingested(rows, how)
    assert sorted(shown(cells, "analyte", "visit")) == [("B", "6"), ("B12", "12")]


def test_the_visit_may_stand_first():
    how = BLOCKS | {"columns": "V{visit}.{analyte}"}
    rows = [(1, ["id", "V0.HbA1c", "V12.TG"]), (2, ["A", "7", "2"])]
    assert sorted(shown(ingested(rows, how), "analyte", "visit")) == [
        ("HbA1c", "0"),
        ("TG", "12"),
    ]


def test_each_visit_has_the_date_of_its_own_column():
    dates = {"0": "date_0", "6": "date_6"}
    how = BLOCKS | {"date_columns": dates, "required": ["HbA1c"]}
    rows = [
        (1, ["id", "date_0", "HbA1c_0", "date_6", "HbA1c_6"]),
        (2, ["A", "2020-01-01", "7", "2020-07-01", "6"]),
    ]
    assert sorted(shown(ingested(rows, how), "visit", "date_text")) == [
        ("0", "2020-01-01"),
        ("6", "2020-07-01"),
    ]


def test_a_column_of_a_visit_that_is_not_declared_stops_the_source():
    with pytest.raises(UserError, match="1 column is not mapped:\n    'HbA1c_24'"):
        ingested([(1, ["id", "HbA1c_0", "TG_0", "HbA1c_24"])], BLOCKS)


def test_an_analyte_without_any_column_stops_the_source():
    with pytest.raises(UserError, match="no column 'TG'"):
        ingested([(1, ["id", "HbA1c_0"])], BLOCKS)


def test_an_ignored_analyte_is_ignored_at_each_visit_and_a_column_alone():
    how = BLOCKS | {"ignore": ["PLT", "WBC_0"]}
    rows = [(1, ["id", "HbA1c_0", "TG_0", "PLT_0", "PLT_6", "WBC_0"]), (2, list("A12345"))]
    assert sorted(c["column"] for c in ingested(rows, how)) == [
        "HbA1c_0", "PLT_0", "PLT_6", "TG_0", "WBC_0",
    ]  # fmt: skip


def test_the_sheet_is_the_visit_where_that_is_declared():
    rows = [(1, ["Visit", "id", "day", "HbA1c", "Platelets", "Creatinine"]), (2, list("VA1234"))]
    cells = ingested(rows, WIDE | {"visit": {"sheet": True}}, "Month 6")
    assert {c["visit"] for c in cells} == {"Month 6"}


def test_an_event_is_the_visit_where_a_column_says_so():
    how = WIDE | {"context": [], "columns_of": {"person": "id", "visit": "Visit"}}
    rows = [(1, ["Visit", "id", "day", "HbA1c", "Platelets", "Creatinine"]), (2, list("VA1234"))]
    assert {c["visit"] for c in ingested(rows, how)} == {"V"}


TWO_ROWS = [
    (1, ["", "", "Lipids", "", "Kidney"]),
    (2, ["id", "day", "TC", "TG", "Creatinine"]),
    (3, ["A", "2020-01-01", "5", "2", "80"]),
]
GROUPED = PERSON | {
    "layout": "wide",
    "header": [1, 2],
    "date": "day",
    "results": ["Lipids / TC", "Lipids / TG", "Kidney / Creatinine"],
}


def test_a_header_of_two_rows_names_columns_by_both():
    cells = ingested(TWO_ROWS, GROUPED)
    assert sorted(shown(cells, "row", "column", "value_text")) == [
        (3, "Kidney / Creatinine", "80"),
        (3, "Lipids / TC", "5"),
        (3, "Lipids / TG", "2"),
    ]


def test_a_name_that_is_merged_over_both_rows_is_said_once():
    rows = [(1, ["id", "day", *TWO_ROWS[0][1][2:]]), *TWO_ROWS[1:]]
    assert len(ingested(rows, GROUPED)) == 3


def test_a_header_that_stands_lower_and_a_preamble():
    rows = [
        (1, ["Laboratory of X", "", ""]),
        (4, ["id", "day", "TC"]),
        (5, ["A", "2020-01-01", "5"]),
    ]
    how = PERSON | {"layout": "wide", "header": 4, "date": "day", "results": ["TC"]}
    assert shown(ingested(rows, how), "row", "value_text") == [(5, "5")]


@pytest.mark.parametrize("header", [3, [1, 3]])
def test_a_row_of_the_header_that_is_blank(header):
    with pytest.raises(UserError, match="row 3 is blank or not there"):
        ingested([(1, ["id", "TC"]), (4, ["A", "5"])], PERSON | {"header": header})


def test_a_grouped_cell_stands_for_those_below_it():
    how = WIDE | {"fill_down": ["id"]}
    header = ["Visit", "id", "day", "HbA1c", "Platelets", "Creatinine"]
    rows = [(1, header), (2, list("VA1234")), (3, ["V", "", *"1234"]), (4, list("VB1234"))]
    cells = ingested(rows, how)
    persons = {cell["row"]: cell["person"] for cell in cells}
    assert persons == {2: "A", 3: "A", 4: "B"}


def test_a_line_break_in_a_header_is_a_blank():
    how = PERSON | {
        "layout": "wide", "date": "Visit date", "units_in_header": True, "units_row": 2,
        "results": ["FBS", "TC"],
    }  # fmt: skip
    rows = [
        (1, ["id", "Visit\ndate", "FBS\r\n(mmol/L)", "  TC "]),
        (2, ["", "", "", "mg \n /dL"]),
        (3, ["A", "2020-01-01", "7", "a\nb"]),
    ]
    assert sorted(shown(ingested(rows, how), "analyte", "column", "unit_text", "value_text")) == [
        ("FBS", "FBS (mmol/L)", "mmol/L", "7"),
        # a value stays as it was sent
        ("TC", "TC", "mg /dL", "a\nb"),
    ]


def test_a_line_break_in_a_header_of_two_rows_is_a_blank():
    rows = [(1, ["", "Blood\nlipids"]), (2, ["id", "TC\tnew"]), (3, ["A", "5"])]
    how = PERSON | {"layout": "wide", "header": [1, 2], "results": ["Blood lipids / TC new"]}
    assert [c["column"] for c in ingested(rows, how)] == ["Blood lipids / TC new"]


def test_a_unit_in_the_header_is_that_of_its_column():
    how = PERSON | {
        "layout": "wide", "date": "day", "units_in_header": True,
        "results": ["HbA1c", "肌酐", "TC", "eGFR"],
    }  # fmt: skip
    header = ["id", "day", "HbA1c (%)", "肌酐（μmol/L）", "TC[mmol/L]", "eGFR (mL/min/(1.73m2))"]
    cells = ingested([(1, header), (2, ["A", "2020-01-01", "7", "80", "5", "90"])], how)
    assert sorted(shown(cells, "analyte", "unit_text", "column")) == sorted([
        ("HbA1c", "%", header[2]), ("肌酐", "μmol/L", header[3]), ("TC", "mmol/L", header[4]),
        ("eGFR", "mL/min/(1.73m2)", header[5]),
    ])  # fmt: skip


def test_a_unit_column_of_its_own():
    how = WIDE | {"own_columns": {"HbA1c": {"unit_column": "HbA1c unit"}}}
    header = ["Visit", "id", "day", "HbA1c", "HbA1c unit", "Platelets", "Creatinine"]
    rows = [(1, header), (2, ["", "A", "", "53", "mmol/mol", "", "80"])]
    units = {cell["analyte"]: cell["unit_text"] for cell in ingested(rows, how)}
    assert units == {"HbA1c": "mmol/mol", "Platelets": None, "Creatinine": None}


@pytest.mark.parametrize(("mark", "text"), [("1", "<0.71"), ("0", "0.5"), ("", "0.5")])
def test_a_value_that_another_column_marks_as_below_the_limit(mark, text):
    """NHANES: LBXIN with LBDINLC, 1 where below the limit of detection and filled in."""
    below = {"column": "LBDINLC", "codes": ["1"], "limit": 0.71}
    how = PERSON | {
        "layout": "wide", "on": "2018-01-01", "results": ["LBXIN"],
        "own_columns": {"LBXIN": {"below": below}},
    }  # fmt: skip
    (cell,) = ingested([(0, ["id", "LBXIN", "LBDINLC"]), (1, ["A", "0.5", mark])], how)
    assert (cell["value_text"], cell["date_text"]) == (text, "2018-01-01")


def test_an_empty_value_stays_empty_whatever_marks_it():
    below = {"column": "LC", "codes": ["1"], "limit": 0.71}
    how = PERSON | {"layout": "wide", "results": ["X"], "own_columns": {"X": {"below": below}}}
    assert ingested([(0, ["id", "X", "LC"]), (1, ["A", "", "1"])], how)[0]["value_text"] == ""


@pytest.mark.parametrize("value", ["NA", " NA ", "9999.0", ""])
def test_a_missing_token_stays_missing_whatever_marks_it(value):
    """Read as below the limit, a result that was never measured would be one."""
    below = {"column": "LC", "codes": ["1"], "limit": 0.2}
    how = PERSON | {
        "layout": "wide", "results": ["X"], "own_columns": {"X": {"below": below}},
        "missing": ["NA", "9999"],
    }  # fmt: skip
    rows = [(0, ["id", "X", "LC"]), (1, ["A", value, "1"]), (2, ["B", "0.1", "1"])]
    assert [c["value_text"] for c in ingested(rows, how)] == [value, "<0.2"]


def test_columns_that_are_dropped_are_no_results():
    rows = [(1, ["Visit", "id", "day", "HbA1c", "Platelets", "Creatinine", "Name"])]
    assert ingested(rows, WIDE | {"drop": ["Name"]}) == []


def test_context_of_a_long_row():
    columns = {"status": "state", "reported": "sent", "sex": "sex", "birth_date": "born"}
    how = LONG | {"columns_of": LONG["columns_of"] | columns}
    header = ["id", "collected", "test", "result", "unit", *columns.values()]
    row = ["A", "2020-01-01", "TC", "5", "mmol/L", "F", "2020-01-02", "M", "1960-01-01"]
    (cell,) = ingested([(1, header), (2, row)], how)
    names = ("status_text", "reported_text", "sex_text", "birth_text")
    assert tuple(cell[name] for name in names) == ("F", "2020-01-02", "M", "1960-01-01")


def test_an_id_counts_within_its_group():
    how = WIDE | {"context": [], "person": {"column": "id", "within": "Visit"}}
    how["columns_of"] = {"person": "id", "within": "Visit"}
    header = ["Visit", "id", "day", "HbA1c", "Platelets", "Creatinine"]
    cells = ingested([(1, header), (2, list("V12345")), (3, list("W12345"))], how)
    assert {c["person"] for c in cells} == {"V/1", "W/1"}


def test_what_tells_two_ids_of_one_person_is_a_digest_of_the_columns():
    how = PERSON | {"person": {"column": "id", "same": ["name", "born"]}, "results": ["sex"]}
    rows = [(1, ["id", "name", "born", "sex"])]
    rows += [(2, ["A", "Anna  Li", "1960", "F"]), (3, ["B", "ANNA LI ", "1960", "F"])]
    rows += [(4, ["C", "Anna Li", "", "F"])]
    cells = [c for c in ingested(rows, how) if c["column"] == "same person"]
    same = {c["person"]: c["value_text"] for c in cells}
    assert same["A"] == same["B"] and same["A"].startswith("p") and len(same["A"]) == 17
    assert same["C"] == ""
    assert not any("nna" in c["value_text"] for c in ingested(rows, how))


def test_a_name_is_matched_with_case_and_look_alike_letters_folded():
    header = ["Visit", "id", "day", "HBА1c", "platelets", "Ｃreatinine"]  # a Cyrillic А
    cells = ingested([(1, header), (2, list("VA1234"))], WIDE)
    assert {c["analyte"] for c in cells} == set(header[3:])


def test_two_columns_of_one_key_are_refused():
    header = ["Visit", "id", "day", "HbA1c", "HBA1C", "Platelets", "Creatinine"]
    with pytest.raises(UserError, match="'HbA1c' and 'HBA1C' are both read as 'HbA1c'"):
        ingested([(1, header)], WIDE)


def test_only_the_rows_that_are_asked_for():
    how = PERSON | {"results": ["sex"], "rows": {"column": "event", "values": ["baseline"]}}
    rows = [(1, ["id", "event", "sex"]), (2, ["A", "baseline", "F"]), (3, ["A", "month 6", ""])]
    assert shown(ingested(rows, how), "row", "value_text") == [(2, "F")]


def test_pseudonyms_cut_an_id_by_length():
    from labcohort.ingest.pseudonym import Pseudonyms

    ids = pl.Series(["ZOZOW1T-01", "ZOZOW1T-02", "ZPAZ82B-01"])
    found = Pseudonyms(KEY, {"length": 7}).of(ids)
    assert found[0] == found[1] != found[2]


def test_results_of_rows_that_are_not_asked_for_are_held_back_and_counted():
    how = WIDE | {"context": [], "rows": {"column": "Visit", "values": ["fasting"]}}
    header = ["Visit", "id", "day", "HbA1c", "Platelets", "Creatinine"]
    rows = [(1, header), (2, ["fasting", *"A1234"]), (3, ["fed", *"A1234"])]
    cells = ingested(rows, how)
    assert {(c["row"], c["ignored"]) for c in cells} == {(2, None), (3, "row not asked for")}
    assert len(cells) == 6


def test_a_file_of_a_pattern_is_called_by_its_number():
    """One file a person, as FHIR bundles come: its name is the person's."""
    names = shown_names("data/*.json", ["data/Zoe_B.json", "data/Ann_A.json"])
    assert names == {
        "data/Ann_A.json": "data/*.json (file 1)",
        "data/Zoe_B.json": "data/*.json (file 2)",
    }
    assert shown_names("data/a.csv", ["data/a.csv"]) == {"data/a.csv": "data/a.csv"}
    # one file of a pattern is no name either
    assert shown_names("d/*", ["d/Ann"]) == {"d/Ann": "d/* (file 1)"}


def test_numbers_of_files_have_the_order_of_their_names():
    """`first` and `last` of repeats go by it."""
    files = [f"d/{letter}.csv" for letter in "abcdefghijkl"]
    names = shown_names("d/*.csv", files[::-1])
    assert [names[file] for file in files] == sorted(names.values())
    assert (names["d/a.csv"], names["d/l.csv"]) == ("d/*.csv (file 01)", "d/*.csv (file 12)")
