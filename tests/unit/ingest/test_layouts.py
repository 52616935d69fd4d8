"""Rows to cells: long and wide files, a row of units, and headers that say something else."""

import pytest
from labcohort.errors import UserError
from labcohort.ingest import body
from labcohort.ingest.layouts import COLUMNS, Layout
from labcohort.ingest.pseudonym import Pseudonyms
from labcohort.ingest.readers.table import Table

FILE = "raw/a.csv"
KEY = b"a key of the tests, long enough"
PERSON = {"person": {"column": "id"}, "columns_of": {"person": "id"}}
LONG = PERSON | {
    "layout": "long",
    "date": "collected",
    "analyte": "test",
    "value": "result",
    "unit": "unit",
}
WIDE = PERSON | {
    "layout": "wide",
    "date": "day",
    "results": ["Creatinine", "HbA1c"],
    "ignore": ["Platelets"],
    "context": ["Visit"],
}
WIDE_HEADER = ["Visit", "id", "day", "HbA1c", "Platelets", "Creatinine"]


class Known(Pseudonyms):
    """Persons keep their ids, so that a test can see them."""

    def _pseudonym(self, text, group):
        return "/".join(filter(None, (group, text))) or None


def layout_of(rows, how, sheet=None):
    persons = Known(KEY, how["person"])
    return Layout(Table(sheet, iter(list(rows))), "site", FILE, how, persons)


def framed(rows, how, sheet=None):
    return list(layout_of(rows, how, sheet).cells(lambda batch: None))


def ingested(rows, how, sheet=None):
    """All cells of the rows, in one list of dicts."""
    frames = framed(rows, how, sheet)
    for frame in frames:
        assert dict(frame.schema) == COLUMNS
    return [row for frame in frames for row in frame.to_dicts()]


def test_a_long_file_has_a_cell_a_row():
    header = ["unit", "id", "result", "collected", "test", "comment"]
    (cell,) = ingested([(2, header), (5, ["%", "A-1", "5.4", "2020-01-02", "4548-4", "x"])], LONG)
    assert cell == {
        "source": "site",
        "file": "raw/a.csv",
        "sheet": None,
        "row": 5,
        "column": "result",
        "person": "A-1",
        "date_text": "2020-01-02",
        "analyte": "4548-4",
        "analyte_name": None,
        "value_text": "5.4",
        "unit_text": "%",
        "range_text": None,
        "visit": None,
        "status_text": None,
        "reported_text": None,
        "sex_text": None,
        "birth_text": None,
        "record": None,
        "version": None,
        "ignored": None,
    }


def test_a_long_file_without_a_column_of_units():
    how = {k: v for k, v in LONG.items() if k != "unit"}
    rows = [(1, ["id", "result", "collected", "test"]), (2, ["A-1", "5.4", "2020-01-02", "HbA1c"])]
    assert ingested(rows, how)[0]["unit_text"] is None


def test_a_name_stands_beside_a_code_and_in_place_of_none():
    how = LONG | {"columns_of": PERSON.get("columns_of", {}) | {"analyte_name": "called"}}
    header = ["id", "result", "collected", "test", "unit", "called"]
    rows = [[*"A5D", code, "%", name] for code, name in (("L1", "HbA1c"), (" ", "TG"), ("L2", ""))]
    cells = ingested([(1, header), *enumerate(rows, 2)], how)
    found = [(cell["analyte"], cell["analyte_name"]) for cell in cells]
    assert found == [("L1", "HbA1c"), ("TG", "TG"), ("L2", "")]


LONG_HEADER = ["id", "result", "collected", "test", "unit", "low", "high"]


@pytest.mark.parametrize(
    ("columns", "sent", "text"),
    [
        ({"column": "low"}, ["3.9-6.1", ""], "3.9-6.1"),
        ({"column": "low"}, ["", "6.1"], ""),
        ({"low": "low", "high": "high"}, ["3.9", "6.1"], "3.9..6.1"),
        ({"high": "high", "low": "low"}, ["", "6.1"], "..6.1"),
        ({"low": "low", "high": "high"}, ["3.9", ""], "3.9.."),
        ({"low": "low", "high": "high"}, ["", ""], ".."),
    ],
)
def test_a_long_file_sends_its_ranges_in_one_column_or_two(columns, sent, text):
    rows = [(1, LONG_HEADER), (2, ["A-1", "5.4", "2020-01-02", "4548-4", "%", *sent])]
    assert ingested(rows, LONG | {"range": columns})[0]["range_text"] == text


def test_a_column_of_ranges_that_is_not_there_names_the_nearest():
    with pytest.raises(UserError, match="no column 'lows'; nearest known: 'low'"):
        ingested([(1, LONG_HEADER)], LONG | {"range": {"column": "lows"}})


def test_a_wide_row_gives_a_cell_for_each_result_column_and_ignored_one():
    cells = ingested([(1, WIDE_HEADER), (3, ["V1", "B-1", "2020-01-02", "5.4", "", "80"])], WIDE)
    shown = [(c["row"], c["column"], c["analyte"], c["value_text"], c["unit_text"]) for c in cells]
    # in the order of the file's columns, empty cells included: each has a fate
    assert shown == [
        (3, "HbA1c", "HbA1c", "5.4", None),
        (3, "Platelets", "Platelets", "", None),
        (3, "Creatinine", "Creatinine", "80", None),
    ]
    assert {(c["person"], c["date_text"]) for c in cells} == {("B-1", "2020-01-02")}


def test_a_row_of_units_belongs_to_the_columns_above_it():
    rows = [
        (1, WIDE_HEADER),
        (2, ["", "", "", "%", "10*9/L", "mg/dL"]),
        (3, ["V1", "B-1", "2020-01-02", "5.4", "250", "0.9"]),
    ]
    cells = ingested(rows, WIDE | {"units_row": 2})
    assert {c["column"]: c["unit_text"] for c in cells} == {
        "HbA1c": "%",
        "Platelets": "10*9/L",
        "Creatinine": "mg/dL",
    }
    assert {c["row"] for c in cells} == {3}


UNITS = ["", "", "", "%", "10*9/L", "mg/dL"]
RANGES = ["", "", "", "<6", "", "0.6-1.2"]


@pytest.mark.parametrize(
    ("rows", "keys"),
    [
        ([UNITS, RANGES], {"units_row": 2, "ranges_row": 3}),
        ([RANGES, UNITS], {"units_row": 3, "ranges_row": 2}),
    ],
)
def test_rows_of_units_and_of_ranges_in_either_order(rows, keys):
    data = ["V1", "B-1", "2020-01-02", "5.4", "250", "0.9"]
    given = list(enumerate([WIDE_HEADER, *rows, data], 1))
    cells = ingested(given, WIDE | keys)
    assert {c["column"]: (c["unit_text"], c["range_text"]) for c in cells} == {
        "HbA1c": ("%", "<6"),
        "Platelets": ("10*9/L", ""),
        "Creatinine": ("mg/dL", "0.6-1.2"),
    }
    assert {c["row"] for c in cells} == {4}


@pytest.mark.parametrize(
    ("named", "keys", "what"),
    [
        (2, {"units_row": 2}, "row 2 names a person and is no row of units"),
        (2, {"ranges_row": 2}, "row 2 names a person and is no row of reference ranges"),
        (2, {"units_row": 2, "ranges_row": 3}, "row 2 names a person and is no row of units"),
        (3, {"units_row": 2, "ranges_row": 3},
         "row 3 names a person and is no row of reference ranges"),
    ],
)  # fmt: skip
def test_a_row_that_names_a_person_is_a_row_of_results(named, keys, what):
    """Passed over as a row of units, the results of a person would be lost in silence."""
    rows = [WIDE_HEADER, UNITS, RANGES, ["V1", "B-1", "2020-01-02", "5.4", "250", "0.9"]]
    rows[named - 1] = ["V1", "B-2", "2020-01-02", "5.4", "250", "0.9"]
    with pytest.raises(UserError, match=what) as caught:
        ingested(enumerate(rows, 1), WIDE | keys)
    key = next(key for key, number in keys.items() if number == named)
    assert caught.value.where == "raw/a.csv"
    assert caught.value.rule.startswith(f"{key}: {named} is a row without a person")
    assert key in caught.value.do


def test_a_blank_is_no_person():
    rows = [WIDE_HEADER, ["x", "  ", "", "%", "", "mg/dL"], ["", "B-1", "", "5.4", "", "0.9"]]
    cells = ingested(enumerate(rows, 1), WIDE | {"units_row": 2})
    assert {c["row"] for c in cells} == {3}


def test_a_row_of_ranges_alone():
    rows = [(1, WIDE_HEADER), (2, RANGES), (3, ["V1", "B-1", "2020-01-02", "5.4", "", ""])]
    first = ingested(rows, WIDE | {"ranges_row": 2})[0]
    assert (first["unit_text"], first["range_text"]) == (None, "<6")


@pytest.mark.parametrize("missing", [2, 3])
def test_a_row_of_ranges_at_another_place_than_declared(missing):
    rows = [(n, cells) for n, cells in enumerate([WIDE_HEADER, UNITS, RANGES], 1) if n != missing]
    rows.append((4, ["V1", "B-1", "2020-01-02", "5.4", "250", "0.9"]))
    what = {2: "after the header is row 3, not the row of units",
            3: "after the row of units is row 4, not the row of reference ranges"}  # fmt: skip
    with pytest.raises(UserError, match=what[missing]):
        ingested(rows, WIDE | {"units_row": 2, "ranges_row": 3})


def test_a_patient_table_has_no_dates():
    how = {k: v for k, v in WIDE.items() if k not in ("layout", "date", "context")}
    how |= {"results": ["sex"], "ignore": []}
    (cell,) = ingested([(1, ["id", "sex"]), (2, ["A-1", "F"])], how)
    assert (cell["analyte"], cell["value_text"], cell["date_text"]) == ("sex", "F", None)


def test_a_sheet_is_part_of_the_place():
    cells = ingested([(1, WIDE_HEADER), (2, ["", "B-1", "", "5.4", "", ""])], WIDE, "Visits")
    assert {c["sheet"] for c in cells} == {"Visits"}


@pytest.mark.parametrize("how", [LONG, WIDE], ids=["long", "wide"])
def test_batches_join_without_loss(monkeypatch, how):
    monkeypatch.setattr(body, "BATCH", 2)
    header = ["id", "collected", "test", "result", "unit"] if how is LONG else WIDE_HEADER
    rows = [(1, header)] + [(n, ["x"] * len(header)) for n in range(2, 7)]
    frames = framed(rows, how)
    assert len(frames) == 3
    assert sorted({n for f in frames for n in f.get_column("row")}) == [2, 3, 4, 5, 6]


@pytest.mark.parametrize("how", [LONG, WIDE], ids=["long", "wide"])
def test_a_header_alone_gives_no_cells(how):
    header = ["id", "collected", "test", "result", "unit"] if how is LONG else WIDE_HEADER
    assert ingested([(1, header)], how) == []


@pytest.mark.parametrize("how", [LONG, WIDE], ids=["long", "wide"])
def test_a_file_without_rows_has_no_header(how):
    with pytest.raises(UserError, match="the file has no header row") as caught:
        ingested([], how)
    assert caught.value.where == FILE


def test_unmapped_columns_of_a_wide_file_stop_it_a_line_each():
    header = [*WIDE_HEADER, "HbA1c %", "Zink", "Mobile phone", "LDL-C (mmol/L)"]
    names = {"ldl c": "LDL"}
    with pytest.raises(UserError) as caught:
        ingested([(4, header)], WIDE | {"names_of_markers": names})
    assert caught.value.what.splitlines() == [
        "4 columns are not mapped:",
        "    'HbA1c %'; nearest known: 'HbA1c'",
        "    'Zink'",
        "    'Mobile phone' looks like a direct identifier (telephone): under drop,"
        ' - "Mobile phone"',
        "    'LDL-C (mmol/L)' is a name of LDL: under analytes, \"LDL-C (mmol/L)\": LDL",
    ]
    assert caught.value.where == "raw/a.csv, row 4"


def test_a_job_says_where_the_names_of_markers_are_known():
    with pytest.raises(UserError) as caught:
        ingested([(1, [*WIDE_HEADER, "LDL-C"])], WIDE)
    assert "python workflow check" in caught.value.do


def test_columns_of_a_long_file_that_nobody_names_are_context():
    header = ["id", "collected", "test", "result", "unit", "ward"]
    assert len(ingested([(1, header), (2, ["x"] * 6)], LONG)) == 1


@pytest.mark.parametrize(
    ("how", "missing"),
    [(LONG, "result"), (LONG, "unit"), (LONG, "id"), (WIDE, "HbA1c"), (WIDE, "day"), (WIDE, "id")],
)
def test_a_declared_column_that_is_not_there_names_the_nearest(how, missing):
    header = ["id", "collected", "test", "result", "unit"] if how is LONG else WIDE_HEADER
    header = [name + "x" if name == missing else name for name in header]
    how = how | {"context": ["Visit", missing + "x"]} if how is WIDE else how
    with pytest.raises(UserError) as caught:
        ingested([(1, header)], how)
    assert f"the file has no column '{missing}'; nearest known: '{missing}x'" in caught.value.what
    assert caught.value.where == f"{FILE}, row 1"


def test_a_header_with_a_name_twice():
    with pytest.raises(UserError, match="the header has two columns 'HbA1c'"):
        ingested([(1, [*WIDE_HEADER, "HbA1c"])], WIDE)


@pytest.mark.parametrize("cells", [5, 7])
def test_a_ragged_row_is_named_by_its_number(cells):
    rows = [(1, WIDE_HEADER), (2, ["x"] * 6), (9, ["x"] * cells)]
    with pytest.raises(UserError, match=f"row 9 has {cells} cells, the header has 6") as caught:
        ingested(rows, WIDE)
    assert caught.value.where == "raw/a.csv, row 9"


def test_a_row_of_units_at_another_place_than_declared():
    rows = [(1, WIDE_HEADER), (3, ["", "", "", "%", "", "mg/dL"])]
    with pytest.raises(UserError, match="is row 3, not the row of units"):
        ingested(rows, WIDE | {"units_row": 2})


@pytest.mark.parametrize(
    ("how", "under", "cells"),
    [
        (LONG, [], 4),
        (WIDE, [], 4 * 3),
        (WIDE | {"units_row": 2}, [UNITS], 4 * 3),
        (WIDE | {"units_row": 2, "ranges_row": 3}, [UNITS, RANGES], 4 * 3),
    ],
    ids=["long", "wide", "wide with units", "wide with units and ranges"],
)
def test_cells_due_are_counted_from_the_rows_of_data(how, under, cells):
    header = ["id", "collected", "test", "result", "unit"] if how is LONG else WIDE_HEADER
    rows = list(enumerate([header, *under, *([["x"] * len(header)] * 4)], 1))
    layout = layout_of(rows, how)
    assert layout.due == 0
    given = sum(frame.height for frame in layout.cells(lambda batch: None))
    assert (layout.due, given) == (cells, cells)
