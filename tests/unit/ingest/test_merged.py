"""Merged cells: they stand for rows of context, and never for several results."""

import pytest
from labcohort.errors import UserError
from labcohort.ingest.layouts import Layout
from labcohort.ingest.readers.table import Area, Table

from tests.unit.ingest.test_layouts import FILE, KEY, LONG, PERSON, Known

HEADER = ["id", "visit", "FBS", "TC", "note"]
WIDE = PERSON | {
    "layout": "wide", "results": ["FBS", "TC", "note"], "ignore": ["note"], "context": ["visit"],
}  # fmt: skip
# as a reader gives them: the area's text is in each of its cells
DATA = [
    (1, HEADER),
    (2, ["A", "V0", "5.5", "6.1", "n"]),
    (3, ["A", "V6", "5.5", "6.1", "n"]),
    (4, ["B", "V0", "5.1", "4.0", ""]),
]


def cells_of(rows, merged, how=WIDE):
    table = Table("Lab", iter(rows), tuple(merged))
    layout = Layout(table, "site", FILE, how, Known(KEY, how["person"]))
    return [row for frame in layout.cells(lambda batch: None) for row in frame.to_dicts()]


def refusal(rows, merged, how=WIDE) -> UserError:
    with pytest.raises(UserError) as caught:
        cells_of(rows, merged, how)
    return caught.value


@pytest.mark.parametrize(
    ("area", "place"),
    [
        # 5.5 over two visits would be the FBS of both
        (Area(2, 3, 2, 2), "C2:C3"),
        # 6.1 over two columns would be two analytes
        (Area(2, 2, 2, 3), "C2:D2"),
        # a text over persons and results
        (Area(4, 4, 0, 4), "A4:E4"),
    ],
)
def test_a_result_in_merged_cells_is_refused_with_its_place(area, place):
    error = refusal(DATA, [area])
    assert error.what == "merged cells hold a result"
    assert error.where == f"{FILE}, sheet Lab, cells {place}"
    assert "unmerge" in error.do
    assert not {"5.5", "6.1"} & set(str(error).split())


@pytest.mark.parametrize(
    "area",
    [Area(2, 3, 0, 0), Area(2, 3, 1, 1), Area(1, 1, 2, 3), Area(2, 3, 4, 4)],
    ids=["persons", "context", "header", "ignored"],
)
def test_what_is_no_result_may_be_merged(area):
    assert cells_of(DATA, [area]) == cells_of(DATA, [])


def test_merged_cells_without_a_text_hold_nothing():
    rows = [*DATA[:3], (4, ["B", "V0", "", "", ""])]
    assert cells_of(rows, [Area(4, 4, 2, 3), Area(5, 9, 2, 3)]) == cells_of(rows, [])


def test_rows_of_units_and_ranges_may_be_merged():
    rows = [(1, HEADER), (2, ["", "", "mmol/L", "mmol/L", ""]), (3, ["", "", "<6", "<6", ""])]
    rows += [(n + 2, cells) for n, cells in DATA[1:]]
    how = WIDE | {"units_row": 2, "ranges_row": 3}
    found = cells_of(rows, [Area(2, 2, 2, 3), Area(3, 3, 2, 3), Area(1, 3, 0, 0)], how)
    assert {(c["unit_text"], c["range_text"]) for c in found if c["analyte"] != "note"} == {
        ("mmol/L", "<6")
    }
    assert refusal(rows, [Area(4, 5, 2, 2)], how).where.endswith("cells C4:C5")


@pytest.mark.parametrize("column", [0, 2])
def test_a_header_merged_into_the_data_is_refused(column):
    """A header of two rows of which one is declared: its name would be a person, or a result."""
    rows = [(1, HEADER), (2, list(HEADER)), *((n + 1, cells) for n, cells in DATA[1:])]
    error = refusal(rows, [Area(1, 2, column, column)])
    assert error.what == "merged cells reach from the header into the rows of data"
    assert "`header:`" in error.do


@pytest.mark.parametrize(("column", "is_refused"), [("result", True), ("test", False)])
def test_of_a_long_file_the_value_alone_is_a_result(column, is_refused):
    header = ["id", "collected", "test", "result", "unit"]
    rows = [(1, header), *((n, ["A", "2020-01-01", "TC", "5", "mmol/L"]) for n in (2, 3))]
    at = header.index(column)
    merged = [Area(2, 3, at, at)]
    if is_refused:
        assert refusal(rows, merged, LONG).what == "merged cells hold a result"
    else:
        assert len(cells_of(rows, merged, LONG)) == 2


def test_attributes_of_persons_may_be_merged():
    how = PERSON | {"results": ["arm"]}
    rows = [(1, ["id", "arm"]), (2, ["A", "x"]), (3, ["B", "x"])]
    assert [c["value_text"] for c in cells_of(rows, [Area(2, 3, 1, 1)], how)] == ["x", "x"]
