"""The raw files of a source: several of them, and none with what identifies persons."""

import polars as pl
import pytest
import xlsxwriter
from labcohort.errors import UserError
from labcohort.ingest.pseudonym import Pseudonyms
from labcohort.ingest.source import parts_of

from schemas.ingested import Cells

KEY = b"a key of the tests, long enough"
LONG = {
    "content": "results",
    "format": {"type": "text", "encoding": "utf-8", "delimiter": ","},
    "person": {"column": "id"},
    "columns_of": {"person": "id"},
    "drop": [],
    "layout": "long",
    "date": "day",
    "analyte": "test",
    "value": "result",
}
TABLE = {
    "content": "patients",
    "format": LONG["format"],
    "person": {"column": "id", "same": ["name", "born"]},
    "columns_of": {"person": "id"},
    "drop": [],
    "results": ["born", "sex"],
    "ignore": [],
}
HEADER = "id,day,test,result"
# nobody's: 555-01xx is kept free for fiction, example.org for examples
PHONES = [f"+1 202 555 01{n:02}" for n in range(12)]
MAILS = [f"person{n}@example.org" for n in range(12)]


@pytest.fixture
def write(tmp_path):
    """A raw file with a header and rows."""

    def file(name: str, header: str, *rows: str) -> str:
        (tmp_path / name).write_text("\n".join([header, *rows]) + "\n", "utf-8")
        return name

    return file


@pytest.fixture
def parts(tmp_path):
    """The parts of files, as the job takes them."""

    def of(how: dict, *files: str):
        name = files[0] if len(files) == 1 else "*.csv"
        settings = how | {"file": name, "raw": dict.fromkeys(files, "digest")}
        return parts_of(settings, "site", tmp_path, Pseudonyms(KEY, how["person"]))

    return of


@pytest.fixture
def refusal(parts):
    """The message with which a file is refused; none of its texts is in it."""

    def message(how: dict, file: str, *texts: str) -> UserError:
        with pytest.raises(UserError) as caught:
            for part in parts(how, file):
                list(part.cells())
        assert not [text for text in texts if text in str(caught.value)]
        return caught.value

    return message


def test_several_files_are_read_in_their_order(write, parts):
    one = write("1.csv", HEADER, "A,2020-01-02,x,1", "B,2020-01-02,x,2")
    other = write("2.csv", "result,id,day,test", "3,A,2020-01-02,y")
    found = list(parts(LONG, one, other))
    cells = Cells.validate(pl.concat(b for p in found for b in p.cells()), lazy=True)
    assert cells.select("file", "row", "value_text").rows() == [
        ("*.csv (file 1)", 2, "1"), ("*.csv (file 1)", 3, "2"), ("*.csv (file 2)", 2, "3"),
    ]  # fmt: skip
    # a person is one in all files
    first, _, third = cells.get_column("person")
    assert first == third
    assert [part.due for part in found] == [2, 1]


def test_a_file_of_a_pattern_that_lacks_a_column_is_told_by_its_number(write, parts):
    one = write("1.csv", HEADER, "A,2020-01-02,x,1")
    # who sends a file a person names it after the person
    other = write("Smith.csv", "id,day,result", "A,2020-01-02,1")
    with pytest.raises(UserError) as caught:
        list(parts(LONG, one, other))
    assert "*.csv (file 2)" in caught.value.where and "'test'" in caught.value.what
    assert "Smith" not in str(caught.value)


@pytest.mark.parametrize(
    ("column", "texts"), [("contact", PHONES), ("remark", MAILS)], ids=["telephone", "e-mail"]
)
def test_what_identifies_persons_is_found_by_content(write, refusal, column, texts):
    rows = [f"P{n},2020-01-02,x,1,{text}" for n, text in enumerate(texts)]
    file = write("a.csv", f"{HEADER},{column}", *rows)
    error = refusal(LONG, file, *texts)
    assert f"'{column}'" in error.what and "drop: " in error.do and "a.csv" in error.where


def test_what_identifies_persons_is_found_by_its_header(write, refusal):
    file = write("a.csv", f"{HEADER},patient name", "A,2020-01-02,x,1,q")
    assert "'patient name'" in refusal(LONG, file).what


def test_a_dropped_column_reaches_no_cell(write, parts):
    rows = [f"P{n},2020-01-02,x,1,{text}" for n, text in enumerate(PHONES)]
    file = write("a.csv", f"{HEADER},contact", *rows)
    (part,) = parts(LONG | {"drop": ["contact"]}, file)
    cells = pl.concat(part.cells())
    assert cells.height == len(PHONES)
    assert not any("555" in str(text) for row in cells.rows() for text in row)


def test_a_column_to_drop_that_is_not_there_is_refused(write, refusal):
    file = write("a.csv", HEADER, "A,2020-01-02,x,1")
    error = refusal(LONG | {"drop": ["contact"]}, file)
    assert error.what.startswith("the file has no column 'contact' to drop")


def test_an_id_that_only_becomes_a_pseudonym_may_be_a_telephone_number(write, parts):
    rows = [f"{phone},2020-01-02,x,1" for phone in PHONES]
    (part,) = parts(LONG, write("a.csv", HEADER, *rows))
    persons = pl.concat(part.cells()).get_column("person")
    assert persons.n_unique() == len(PHONES) and persons.str.contains("^p[0-9a-f]{16}$").all()


def test_names_that_tell_who_is_one_person_are_kept_as_a_digest_only(write, parts):
    rows = [
        "1,Jane Doe,1970-01-02,F", "2,JANE  DOE,1970-01-02,F", "3,Ann Roe,1970-01-02,F",
        "4,,1970-01-02,F",
    ]  # fmt: skip
    (part,) = parts(TABLE, write("p.csv", "id,name,born,sex", *rows))
    cells = pl.concat(part.cells())
    same = cells.filter(pl.col("column") == "same person").sort("row").get_column("value_text")
    assert same[0] == same[1] != same[2]
    # without a name nothing tells
    assert same[3] == ""
    assert not any("doe" in str(text).lower() for row in cells.rows() for text in row)


def test_a_name_that_is_not_asked_for_is_refused_in_a_patient_table(write, refusal):
    how = TABLE | {"person": {"column": "id"}, "ignore": ["name"]}
    file = write("p.csv", "id,name,born,sex", "1,Jane Doe,1970-01-02,F")
    assert "'name'" in refusal(how, file, "Jane", "Doe").what


def test_rows_of_another_event_are_no_patients_and_are_looked_at_all_the_same(
    write, parts, refusal
):
    how = TABLE | {"person": {"column": "id"}, "rows": {"column": "event", "values": ["start"]}}
    file = write("p.csv", "id,event,born,sex", "1,start,1970-01-02,F", "1,end,,")
    (part,) = parts(how, file)
    assert pl.concat(part.cells()).get_column("row").to_list() == [2, 2]
    rows = [f"{n},end,{text},F" for n, text in enumerate(MAILS)]
    file = write("q.csv", "id,event,born,sex", "1,start,1970-01-02,F", *rows)
    assert "'born'" in refusal(how, file, *MAILS).what


def test_every_sheet_is_a_part(tmp_path, parts):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        for visit in ("V1", "V2"):
            sheet = book.add_worksheet(visit)
            for number, row in enumerate((HEADER.split(","), ["A", "2020-01-02", "x", visit])):
                sheet.write_row(number, 0, row)
    how = LONG | {
        "format": {"type": "xlsx", "sheets": ["V2", "V1"]}, "visit": {"sheet": True},
    }  # fmt: skip
    cells = pl.concat(batch for part in parts(how, "a.xlsx") for batch in part.cells())
    assert cells.select("sheet", "visit", "value_text").rows() == [
        ("V2", "V2", "V2"), ("V1", "V1", "V1"),
    ]  # fmt: skip


@pytest.mark.parametrize(("area", "text"), [("C2:C3", 5.5), ("C2:D2", 6.1)])
def test_a_result_merged_in_a_workbook_is_refused(tmp_path, refusal, area, text):
    """5.5 over two visits would be the FBS of both; 6.1 over two columns FBS and TC."""
    how = {
        "content": "results", "layout": "wide", "person": {"column": "id"}, "drop": [],
        "columns_of": {"person": "id", "visit": "visit"}, "results": ["FBS", "TC"],
        "format": {"type": "xlsx", "sheet": "Lab"},
    }  # fmt: skip
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet("Lab")
        sheet.write_row(0, 0, ["id", "visit", "FBS", "TC"])
        sheet.merge_range("A2:A3", "A-1")
        sheet.write_column("B2", ["V0", "V6"])
        sheet.write("D3", 4)
        sheet.merge_range(area, text)
    error = refusal(how, "a.xlsx", str(text), "A-1")
    assert error.what == "merged cells hold a result"
    assert error.where == f"a.xlsx, sheet Lab, cells {area}"
