"""Sheets of XLSX and XLS workbooks: places, kinds of cells, merged areas, hostile packages.

Expected cells are what the test writes, or what the standard of the format says of the bytes.
Dates follow Excel's day numbers: 43831 is 2020-01-01 (1904 system: 42369).
"""

import zipfile
from datetime import date, datetime, time, timedelta

import pytest
import xlsxwriter
import xlwt
from labcohort.errors import UserError
from labcohort.ingest.readers import read_tables, workbook
from labcohort.ingest.readers.table import Area


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch):
    """A process for each test takes long; test_fuzz_binary reads in processes of their own."""
    monkeypatch.setattr(workbook, "isolated", lambda function, *arguments: function(*arguments))


def read(path, kind="xlsx", **how):
    """Sheet -> rows."""
    how = {"type": kind, **(how or {"sheet": "Visits"})}
    return {table.sheet: list(table.rows) for table in read_tables(path, f"raw/{path.name}", how)}


def refusal(path, kind="xlsx", **how) -> UserError:
    with pytest.raises(UserError) as caught:
        read(path, kind, **how)
    return caught.value


@pytest.fixture
def xlsx(tmp_path):
    """Path of a workbook with the sheet `Visits`, filled by a function of sheet and workbook."""

    def made(fill, **options):
        path = tmp_path / "export.xlsx"
        book = xlsxwriter.Workbook(path, options)
        fill(book.add_worksheet("Visits"), book)
        book.close()
        return path

    return made


@pytest.fixture
def xls(tmp_path):
    """As `xlsx`, of the old format."""

    def made(fill):
        path = tmp_path / "export.xls"
        book = xlwt.Workbook()
        fill(book.add_sheet("Visits"), book)
        book.save(path)
        return path

    return made


@pytest.fixture
def repacked(xlsx):
    """A good workbook with texts of its parts replaced."""

    def made(changes: dict[str, tuple[str, str]], more: dict[str, bytes] | None = None):
        path = xlsx(two_rows)
        with zipfile.ZipFile(path) as archive:
            parts = {part: archive.read(part) for part in archive.namelist()}
        for part, (old, new) in changes.items():
            assert old in parts[part].decode(), part
            parts[part] = parts[part].decode().replace(old, new).encode()
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part, content in (parts | (more or {})).items():
                archive.writestr(part, content)
        return path

    return made


UNREADABLE = "the file is not a readable workbook: it is"
SHEET = "xl/worksheets/sheet1.xml"
TWO_ROWS = [(1, ["id", "value"]), (2, ["A", "5.4"])]


def two_rows(sheet, _book):
    sheet.write_row(0, 0, ["id", "value"])
    sheet.write_row(1, 0, ["A", 5.4])


def style(pattern: str) -> xlwt.XFStyle:
    made = xlwt.XFStyle()
    made.num_format_str = pattern
    return made


CELLS = [
    (7, None, "7"),
    (7.5, None, "7.5"),
    ("007", None, "007"),
    ("  A-1　", None, "A-1"),
    (0.065, "0.0%", "0.065"),
    (43831, None, "43831"),
    (43831.0, "0.00", "43831"),
    (date(2020, 1, 1), "yyyy-mm-dd", "2020-01-01"),
    (date(2020, 1, 1), "d/m/yy", "2020-01-01"),
    (datetime(2020, 1, 1, 8, 30), "yyyy-mm-dd hh:mm", "2020-01-01 08:30:00"),
    (time(8, 30), "hh:mm", "08:30:00"),
    (True, None, "TRUE"),
    (False, None, "FALSE"),
    (1234567890123456.0, None, "1234567890123456"),
    (0.00012, None, "0.00012"),
    ("肌酐 µmol/L", None, "肌酐 µmol/L"),
]


@pytest.mark.parametrize(("cell", "pattern", "text"), CELLS)
def test_cells_of_an_xlsx(xlsx, cell, pattern, text):
    def fill(sheet, book):
        sheet.write(0, 0, "value")
        sheet.write(1, 0, cell, pattern and book.add_format({"num_format": pattern}))

    assert read(xlsx(fill))["Visits"] == [(1, ["value"]), (2, [text])]


@pytest.mark.parametrize(("cell", "pattern", "text"), CELLS)
def test_cells_of_an_xls(xls, cell, pattern, text):
    def fill(sheet, _book):
        sheet.write(0, 0, "value")
        sheet.write(1, 0, cell, style(pattern or "General"))

    assert read(xls(fill), "xls")["Visits"] == [(1, ["value"]), (2, [text])]


def test_an_elapsed_time_is_not_cut_at_a_day(xlsx):
    def fill(sheet, book):
        sheet.write(0, 0, timedelta(hours=30), book.add_format({"num_format": "[h]:mm:ss"}))

    assert read(xlsx(fill))["Visits"] == [(1, ["30:00:00"])]


def test_a_number_has_15_significant_digits_as_in_excel(repacked):
    # Excel stores 1.1+2.2 as 3.3000000000000003 and shows 3.3; a typed 2.3 as 2.2999999999999998
    for stored, text in (("3.3000000000000003", "3.3"), ("2.2999999999999998", "2.3")):
        path = repacked({SHEET: ("<v>5.4</v>", f"<v>{stored}</v>")})
        assert read(path)["Visits"][1] == (2, ["A", text])


def test_the_date_system_of_1904(xlsx):
    def fill(sheet, book):
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write(0, 0, date(2020, 1, 1), day)
        sheet.write_number(1, 0, 42369, day)

    path = xlsx(fill, date_1904=True)
    assert read(path)["Visits"] == [(1, ["2020-01-01"]), (2, ["2020-01-01"])]


def test_the_date_system_of_1904_in_an_xls(xls):
    def fill(sheet, book):
        book.dates_1904 = True
        sheet.write(0, 0, 42369.0, style("yyyy-mm-dd"))

    assert read(xls(fill), "xls")["Visits"] == [(1, ["2020-01-01"])]


@pytest.mark.parametrize(
    ("day", "text"),
    # Excel's calendar ends with 9999; it counts 1900 as a leap year, so 61 is the first of March
    [(61, "1900-03-01"), (2958465, "9999-12-31"), (2958466, "2958466"), (1e300, "1e+300")],
)
def test_the_ends_of_the_calendar(xlsx, xls, day, text):
    def new(sheet, book):
        sheet.write_number(0, 0, day, book.add_format({"num_format": "yyyy-mm-dd"}))

    def old(sheet, _book):
        sheet.write(0, 0, day, style("yyyy-mm-dd"))

    assert read(xlsx(new))["Visits"] == [(1, [text])]
    assert read(xls(old), "xls")["Visits"] == [(1, [text])]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('<c r="B2" t="d"><v>2020-01-02T00:00:00</v></c>', "2020-01-02"),
        ('<c r="B2" t="inlineStr"><is><r><t>&lt;0</t></r><r><t>.2</t></r></is></c>', "<0.2"),
    ],
    ids=["ISO date", "text in parts"],
)
def test_kinds_of_cells_that_other_programs_write(repacked, cell, text):
    assert read(repacked({SHEET: (FORMULA, cell)}))["Visits"][1] == (2, ["A", text])


def test_rows_and_columns_count_from_the_sheets_corner(xlsx, xls):
    def fill(sheet, _book):
        sheet.write(2, 1, "id")
        sheet.write(5, 1, "A")
        sheet.write(5, 2, 5.4)

    rows = [(3, ["", "id", ""]), (6, ["", "A", "5.4"])]
    assert read(xlsx(fill))["Visits"] == rows
    assert read(xls(fill), "xls")["Visits"] == rows


def test_several_sheets_in_the_order_asked_for(xlsx, xls):
    def fill(sheet, book):
        sheet.write(0, 0, "first")
        add = getattr(book, "add_worksheet", None) or book.add_sheet
        add("Month 6").write(0, 0, "second")
        add("Notes").write(0, 0, "third")

    for path, kind in ((xlsx(fill), "xlsx"), (xls(fill), "xls")):
        rows = read(path, kind, sheets=["Month 6", "Visits"], ignore_sheets=["Notes"])
        assert list(rows.items()) == [("Month 6", [(1, ["second"])]), ("Visits", [(1, ["first"])])]
        error = refusal(path, kind, sheets=["Visits", "Month6"])
        assert "no sheet 'Month6'; nearest known: 'Month 6'" in error.what
        assert error.rule == "its sheets are: Visits, Month 6, Notes"


def test_an_empty_sheet_has_no_rows(xlsx, xls):
    def nothing(_sheet, _book):
        pass

    assert read(xlsx(nothing)) == {"Visits": []}
    assert read(xls(nothing), "xls") == {"Visits": []}


def merged(sheet, _book):
    merge = getattr(sheet, "merge_range", None)
    for top, left, bottom, right, text in ((0, 1, 0, 2, "Baseline"), (2, 0, 4, 0, "A-1")):
        if merge:
            merge(top, left, bottom, right, text)
        else:
            sheet.write_merge(top, bottom, left, right, text)
    for row, cells in enumerate([["HbA1c", "Glucose"], [7.1, 8], [7.2, 9], [7.3, 10]], 1):
        for column, cell in enumerate(cells, 1):
            sheet.write(row, column, cell)


def test_a_merged_area_gives_its_value_in_each_cell(xlsx, xls):
    rows = [
        (1, ["", "Baseline", "Baseline"]),
        (2, ["", "HbA1c", "Glucose"]),
        (3, ["A-1", "7.1", "8"]),
        (4, ["A-1", "7.2", "9"]),
        (5, ["A-1", "7.3", "10"]),
    ]
    assert read(xlsx(merged))["Visits"] == rows
    assert read(xls(merged), "xls")["Visits"] == rows


def test_the_places_of_merged_areas_are_told(xlsx, xls):
    for path, kind in ((xlsx(merged), "xlsx"), (xls(merged), "xls")):
        how = {"type": kind, "sheet": "Visits"}
        (areas,) = (table.merged for table in read_tables(path, "raw/x", how))
        # rows as Excel counts them, columns from 0: B1:C1 and A3:A5
        assert sorted(areas) == [Area(1, 1, 1, 2), Area(3, 5, 0, 0)]


def test_a_value_hidden_under_a_merged_area_is_not_lost(xlsx):
    def fill(sheet, _book):
        sheet.merge_range("A1:A3", "A-1")
        sheet.write("A2", "A-2")
        sheet.write("B3", 5.4)

    error = refusal(xlsx(fill))
    assert error.what == "a value is hidden under merged cells, in column 1"
    assert error.where == "raw/export.xlsx, sheet Visits, row 2"
    assert "A-2" not in str(error)


def test_error_cells_are_refused_with_their_place(xlsx, xls):
    def new(sheet, _book):
        sheet.write("A1", "value")
        sheet.write_formula("B3", "=1/0", None, "#DIV/0!")

    def old(sheet, _book):
        sheet.write(0, 0, "value")
        sheet.row(2).set_cell_error(1, 0x2A)  # #N/A

    for path, kind in ((xlsx(new), "xlsx"), (xls(old), "xls")):
        error = refusal(path, kind)
        assert "an Excel error" in error.what
        assert error.where == f"raw/export.{kind}, sheet Visits, cell B3"


def test_an_error_on_another_sheet_does_not_matter(xlsx):
    def fill(sheet, book):
        two_rows(sheet, book)
        book.add_worksheet("Notes").write_formula("A1", "=1/0", None, "#DIV/0!")

    rows = read(xlsx(fill), sheet="Visits", ignore_sheets=["Notes", "Cover of others"])
    assert rows == {"Visits": TWO_ROWS}


def test_a_sheet_that_nobody_asks_for_is_not_lost(xlsx, xls):
    """Sheets [V0, V6] of a workbook with V12: its results would be in no count."""

    def new(sheet, book):
        two_rows(sheet, book)
        book.add_worksheet("V12").write("C9", 5.4)
        book.add_worksheet("Cover").write("A1", "Laboratory")
        book.add_worksheet("Sheet4").write_blank("A1", None, book.add_format({"bold": True}))

    def old(sheet, book):
        two_rows_old(sheet, book)
        book.add_sheet("V12").write(8, 2, 5.4)
        book.add_sheet("Cover").write(0, 0, "Laboratory")
        book.add_sheet("Sheet4").write(0, 0, None, style("0.0"))
        book.add_sheet("Sheet5").write(1, 1, " ")

    for path, kind in ((xlsx(new), "xlsx"), (xls(old), "xls")):
        error = refusal(path, kind)
        assert error.what == "2 more sheets with text: 'V12', 'Cover'"
        assert (error.where, "ignore_sheets" in error.do) == (f"raw/export.{kind}", True)
        assert "5.4" not in str(error)
        error = refusal(path, kind, sheet="Visits", ignore_sheets=["Cover"])
        assert error.what == "1 more sheet with text: 'V12'"
        how = {"sheet": "Visits", "ignore_sheets": ["Cover", "V12"]}
        assert read(path, kind, **how) == {"Visits": TWO_ROWS}


@pytest.mark.parametrize(
    "cell",
    [
        '<x:c xmlns:x="urn:x" r="A1"><x:v>1</x:v></x:c>',
        '<c r="A1" t="inlineStr"><is><t xml:space="preserve"> V12</t></is></c>',
        '<c r="A1"><f>1+1</f><v>2</v></c>',
    ],
)
def test_text_of_another_sheet_is_found_however_it_is_stored(xlsx, cell):
    path = xlsx(lambda sheet, book: book.add_worksheet("V12") and two_rows(sheet, book))
    with zipfile.ZipFile(path) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    empty = b"<sheetData/>"
    sheet = "xl/worksheets/sheet2.xml"
    assert empty in parts[sheet]
    assert read(path) == {"Visits": TWO_ROWS}
    filled = f'<sheetData><row r="1">{cell}</row></sheetData>'.encode()
    parts[sheet] = parts[sheet].replace(empty, filled)
    with zipfile.ZipFile(path, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    assert refusal(path).what == "1 more sheet with text: 'V12'"


FORMULA = '<c r="B2"><v>5.4</v></c>'


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('<c r="B2"><f>1+1</f><v>2</v></c>', "2"),
        ('<c r="B2"><f t="shared" si="0"/><v>2</v></c>', "2"),
        ('<c r="B2" t="str"><f>A2&amp;"b"</f><v>Ab</v></c>', "Ab"),
        ('<c r="B2" t="str"><f>""</f><v></v></c>', ""),
        ('<c r="B2" t="b"><f>1=1</f><v>1</v></c>', "TRUE"),
    ],
)
def test_of_a_formula_the_calculated_value_is_read(repacked, cell, text):
    assert read(repacked({SHEET: (FORMULA, cell)}))["Visits"][1] == (2, ["A", text])


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="B2"><f>1+1</f></c>',
        '<c r="B2"><f>1+1</f><v></v></c>',
        '<c r="B2"><f>1+1</f><v/></c>',
        '<c r="B2" s="1"><f t="shared" si="0"/></c>',
        '<x:c xmlns:x="urn:x" r="B2"><x:f>1+1</x:f></x:c>',
    ],
)
def test_a_formula_that_nothing_has_calculated_is_refused(repacked, cell):
    error = refusal(repacked({SHEET: (FORMULA, cell)}))
    assert error.what == "the sheet has a formula without a calculated value"
    assert error.where == "raw/export.xlsx, sheet Visits, cell B2"


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "empty"),
        (b"<html><table><tr><td>id</td></tr></table></html>", "an HTML page"),
        (b'\xef\xbb\xbf\r\n<meta charset="gbk"><table>', "an HTML page"),
        (
            b'<?xml?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
            "an XML Spreadsheet of Excel 2003",
        ),
        (b"id,value\nA,5.4\n", "text"),
        ("编号\t值\n".encode("utf-16"), "text"),
        ("编号\t值\n".encode("gb18030"), "text"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "a workbook that is protected by a pass"),
        (OLE + "WordDocument".encode("utf-16-le"), "a Word document"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"PK\x03\x04 and no more", "a damaged ZIP archive"),
        (b"PAR1....PAR1", "a Parquet file"),
    ],
)
@pytest.mark.parametrize("declared", ["xlsx", "xls"])
def test_a_file_of_another_kind_is_named(tmp_path, content, kind, declared):
    path = tmp_path / f"export.{declared}"
    path.write_bytes(content)
    assert refusal(path, declared).what.startswith(f"{UNREADABLE} {kind}")


def test_xlsx_and_xls_are_told_apart(xlsx, xls):
    assert refusal(xls(two_rows_old), "xlsx").what == f"{UNREADABLE} an XLS workbook"
    assert refusal(xlsx(two_rows), "xls").what == f"{UNREADABLE} an XLSX workbook"


def two_rows_old(sheet, _book):
    for row, cells in enumerate([["id", "value"], ["A", 5.4]]):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)


def test_an_open_document_is_named(tmp_path):
    path = tmp_path / "export.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("content.xml", "<a/>")
    assert refusal(path).what == f"{UNREADABLE} an OpenDocument file (ODS)"


@pytest.mark.parametrize("part", [SHEET, "xl/sharedStrings.xml", "xl/workbook.xml"])
def test_a_document_type_is_refused(repacked, part):
    declaration = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]>'
    error = refusal(repacked({part: ("?>\n", f"?>\n{declaration}")}))
    assert error.what == f"the part {part} has a document type (DOCTYPE)"


def test_a_part_in_utf_16_is_refused(repacked):
    strings = "<sst><si><t>id</t></si></sst>".encode("utf-16")
    error = refusal(repacked({}, {"xl/sharedStrings.xml": strings}))
    assert error.what == "the part xl/sharedStrings.xml is not in UTF-8"


def test_names_of_members_do_no_harm(repacked, tmp_path):
    path = repacked({}, {"../../outside.xml": b"<a/>", "/outside.xml": b"<a/>"})
    assert read(path)["Visits"] == TWO_ROWS
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_part_that_is_there_twice_is_refused(repacked):
    path = repacked({})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(SHEET, "<worksheet/>")
    assert refusal(path).what == "the workbook has a part twice"


def test_a_bomb_is_refused_by_its_directory(repacked):
    path = repacked({}, {"xl/media/picture.xml": bytes(40 << 20)})
    assert path.stat().st_size < 100_000
    assert refusal(path).what == "the workbook unpacks to more than 300 times its size"


def test_a_bomb_that_lies_about_its_size_is_refused(repacked):
    text = b"<si><t>" + b" " * (64 << 20) + b"</t></si>"
    strings = b"<sst>" + text + b"</sst>"
    path = repacked({}, {"xl/sharedStrings.xml": strings})
    # the size in the central directory, 24 bytes after the entry's signature
    content = bytearray(path.read_bytes())
    name = content.rfind(b"xl/sharedStrings.xml")
    content[name - 46 + 24 : name - 46 + 28] = (1000).to_bytes(4, "little")
    path.write_bytes(content)
    assert refusal(path).what == f"{UNREADABLE} damaged or incomplete"


def test_a_sheet_that_claims_every_cell_is_read_by_its_cells(repacked):
    path = repacked({SHEET: ('ref="A1:B2"', 'ref="A1:XFD1048576"')})
    assert read(path)["Visits"] == TWO_ROWS


def test_two_cells_in_opposite_corners_are_refused(repacked):
    corner = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    error = refusal(repacked({SHEET: ("</sheetData>", corner)}))
    assert error.what == "the sheet reaches to row 1,048,576 and column 16,384"
    assert error.where == "raw/export.xlsx, sheet Visits"


def test_a_far_cell_without_a_value_is_none(repacked):
    corner = '<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    assert read(repacked({SHEET: ("</sheetData>", corner)}))["Visits"] == TWO_ROWS


def test_a_merged_area_over_the_whole_sheet_ends_where_the_rows_end(repacked):
    area = '</sheetData><mergeCells count="1"><mergeCell ref="C1:XFD1048576"/></mergeCells>'
    assert read(repacked({SHEET: ("</sheetData>", area)}))["Visits"] == TWO_ROWS


def test_a_missing_part_is_one_clear_error(repacked):
    path = repacked({"xl/_rels/workbook.xml.rels": ("worksheets/sheet1.xml", "worksheets/no.xml")})
    assert refusal(path).what == f"{UNREADABLE} damaged or incomplete"


def test_an_xls_protected_by_a_password(xls):
    path = xls(two_rows_old)
    # FILEPASS (0x002F) of 6 bytes in place of the record after the workbook's BOF
    content = path.read_bytes()
    start = content.index(b"\x09\x08\x10\x00\x00\x06\x05\x00")
    after = start + 20
    size = int.from_bytes(content[after + 2 : after + 4], "little")
    changed = b"\x2f\x00" + content[after + 2 : after + 4] + bytes(size)
    path.write_bytes(content[:after] + changed + content[after + 4 + size :])
    assert refusal(path, "xls").what == "the workbook is protected by a password"


def test_another_reader_sees_the_same_xls(xls):
    from python_calamine import CalamineWorkbook

    def fill(sheet, _book):
        for row, value in enumerate([5.4, 100, 1e-3, 123456.789, -7, 43831]):
            sheet.write(row, 0, f"r{row}")
            sheet.write(row, 1, value)

    path = xls(fill)
    theirs = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    ours = read(path, "xls")["Visits"]
    assert [float(cells[1]) for _, cells in ours] == [float(row[1]) for row in theirs]
