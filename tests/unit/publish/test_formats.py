"""Tables as workbooks and documents, read back: numbers, formats, header, texts that stay texts."""

import re
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from labcohort.publish.tables import document, workbook
from labcohort.publish.tables.table import Cell, Column, Line, Printed
from python_calamine import CalamineWorkbook

from tests.unit.publish.test_tables import HOW, comparisons, made

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def made_up(label: str = "HbA1c", note: str = "why", columns: int = 2) -> Printed:
    """A table with a group of lines, a number in two parts, and a p that is <0.001."""
    shown = (
        Column("Marker"),
        Column("Baseline", True, ("mean", "SEM")),
        Column("p", True, ("p",), True),
    )
    extra = tuple(Column(f"c{i}") for i in range(columns - 2))
    lines = (
        Line(
            (Cell(label), Cell("7.77 ± 0.10", (7.765, 0.1), 2), Cell("<0.001", (0.00004,), 3),
             *(Cell("x") for _ in extra)),
            note,
            heading="First",
        ),
        Line(
            (Cell("WHR"), Cell("<5", (None, None), 3), Cell("", (None,)),
             *(Cell("x") for _ in extra))
        ),
    )  # fmt: skip
    return Printed("t", "comparisons", "Title", (*shown, *extra), lines, ("=foot",))


@pytest.fixture
def book(tmp_path):
    def rows(table: Printed, **how) -> list[list]:
        workbook.write(tmp_path / "t.xlsx", table, HOW | how)
        return (
            CalamineWorkbook.from_path(str(tmp_path / "t.xlsx")).get_sheet_by_index(0).to_python()
        )

    return rows


@pytest.fixture
def parts(tmp_path):
    def read(table: Printed, **how) -> dict[str, str]:
        document.write(tmp_path / "t.docx", table, HOW | how)
        with ZipFile(tmp_path / "t.docx") as archive:
            return {
                name: archive.read(name).decode()
                for name in archive.namelist()
                if name.endswith(".xml")
            }

    return read


def test_numbers_of_a_workbook_are_numbers_at_full_precision_in_cells_of_their_own(book):
    rows = book(made_up())
    assert rows[2][0].startswith("SYNTHETIC")
    assert rows[4][:4] == ["Marker", "Baseline", "", "p"] and rows[4][4] == "Note"
    assert rows[5][1:3] == ["mean", "SEM"]
    assert rows[6][0] == "First"
    assert rows[7] == ["HbA1c", 7.765, 0.1, 0.00004, "why"]
    # what is withheld is the word for it
    assert rows[8][:2] == ["WHR", "<5"]
    assert rows[10][0] == "=foot"


def test_a_workbook_of_real_data_does_not_say_synthetic(book, tmp_path):
    assert "SYNTHETIC" not in str(book(made_up(), synthetic=False))
    with ZipFile(tmp_path / "t.xlsx") as archive:
        assert "SYNTHETIC" not in "".join(map(str, map(archive.read, archive.namelist())))


@pytest.mark.parametrize(
    ("style", "small"), [("plain", "&lt;0.001"), ("ama", "&lt;.001"), ("nejm", "&lt;0.001")]
)
def test_formats_of_numbers_are_those_of_the_text(tmp_path, style, small):
    workbook.write(tmp_path / "t.xlsx", made_up(), HOW | {"p": style})
    with ZipFile(tmp_path / "t.xlsx") as archive:
        styles = archive.read("xl/styles.xml").decode()
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert f"&quot;{small}&quot;" in styles
    # two decimals: number format 2 of the specification, 0.00 (ECMA-376, 18.8.30)
    assert 'formatCode="0.00"' in styles or 'numFmtId="2"' in styles
    assert 'state="frozen"' in sheet and 'topLeftCell="B7"' in sheet
    assert "<f>" not in sheet


def test_a_count_beside_its_share_has_no_decimals(tmp_path):
    columns = (Column("Men", True, ("n", "%")),)
    lines = (Line((Cell("163 (54.2)", (163, 54.2), 1),)),)
    table = Printed("t", "baseline", "Title", columns, lines, ())
    workbook.write(tmp_path / "t.xlsx", table, HOW)
    with ZipFile(tmp_path / "t.xlsx") as archive:
        styles = archive.read("xl/styles.xml").decode()
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    formats = re.findall(r'<xf numFmtId="(\d+)"', styles.partition("<cellXfs")[2])
    shown = {
        value: formats[int(style)] for style, value in re.findall(r's="(\d+)"><v>([\d.]+)<', sheet)
    }
    # number format 1 of the specification is 0 (ECMA-376, 18.8.30)
    assert shown["163"] == "1" and shown["54.2"] != "1"


@pytest.mark.parametrize(("language", "eastern"), [("en", "en-US"), ("zh", "zh-CN")])
def test_a_document_says_whose_letters_it_has(parts, language, eastern):
    assert f'w:eastAsia="{eastern}"' in parts(made_up(), language=language)["word/styles.xml"]


def test_no_text_of_a_workbook_is_a_formula(book, tmp_path):
    rows = book(made_up(label="=1+1", note="=HYPERLINK(1)"))
    assert rows[7][0] == "=1+1" and rows[7][4] == "=HYPERLINK(1)"
    with ZipFile(tmp_path / "t.xlsx") as archive:
        assert "<f>" not in archive.read("xl/worksheets/sheet1.xml").decode()
        assert 'quotePrefix="1"' in archive.read("xl/styles.xml").decode()


def test_a_document_has_one_table_with_a_header_that_pages_repeat(parts):
    body = ElementTree.fromstring(parts(made_up())["word/document.xml"])
    (table,) = body.iter(f"{WORD}tbl")
    rows = list(table.iter(f"{WORD}tr"))
    texts = [
        ["".join(t.text or "" for t in cell.iter(f"{WORD}t")) for cell in row.iter(f"{WORD}tc")]
        for row in rows
    ]
    assert texts == [
        ["Marker", "Baseline", "p"],
        ["First"],
        # no break within a number
        ["HbA1c", "7.77\u00a0±\u00a00.10", "<0.001"],
        ["why"],
        ["WHR", "<5", ""],
    ]
    assert [row.find(f".//{WORD}tblHeader") is not None for row in rows] == [True] + [False] * 4
    said = ["".join(t.text or "" for t in p.iter(f"{WORD}t")) for p in body.iter(f"{WORD}p")]
    assert said[0] == "Title" and said[2].startswith("SYNTHETIC") and "=foot" in said


def test_a_document_has_three_rules(parts):
    """Above and below the table, and below the header: no lines between columns or rows."""
    body = ElementTree.fromstring(parts(made_up())["word/document.xml"])
    (borders,) = body.iter(f"{WORD}tblBorders")
    assert [border.tag.removeprefix(WORD) for border in borders] == ["top", "bottom"]
    below = [cell for cell in body.iter(f"{WORD}tcBorders")]
    assert len(below) == 3


@pytest.mark.parametrize(("columns", "landscape"), [(3, False), (9, True)])
def test_a_wide_table_lies_on_its_side(parts, columns, landscape):
    text = parts(made_up(columns=columns))["word/document.xml"]
    assert ('w:orient="landscape"' in text) == landscape


def test_a_document_of_real_data_does_not_say_synthetic(parts):
    assert "SYNTHETIC" not in "".join(parts(made_up(), synthetic=False).values())


def test_a_document_says_no_date_but_the_fixed_one(parts, tmp_path):
    core = parts(made_up())["docProps/core.xml"]
    assert core.count("2000-01-01T00:00:00Z") == 2
    with ZipFile(tmp_path / "t.docx") as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2000, 1, 1, 0, 0, 0)}


def test_columns_of_a_document_fill_its_page(parts):
    body = ElementTree.fromstring(
        parts(made("estimates", comparisons({}, {"marker": "EGFR"})))["word/document.xml"]
    )
    widths = [int(column.get(f"{WORD}w")) for column in body.iter(f"{WORD}gridCol")]
    # 26.7 cm between the margins of A4 on its side, at 1440/2.54 twentieths of a point
    assert sum(widths) == pytest.approx(26.7 * 1440 / 2.54, rel=0.01)
