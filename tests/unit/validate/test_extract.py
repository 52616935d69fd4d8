"""The workbook for a laboratory: read back by another library, inert, the same bytes always."""

import re
import time
import zipfile

import polars as pl
import pytest
from labcohort.validate.extract import LONGEST, OUR_SIDE, write_extract
from python_calamine import CalamineWorkbook

from tests.unit.validate.made import PERSON, set_aside

STUDY = {"title": "A small study", "synthetic": True}
HOSTILE = ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "\t=1", "https://example.org", "007"]


def rows(*raw: str) -> pl.DataFrame:
    """A record a raw value."""
    values = pl.Series("raw_value", raw or ["x"], dtype=pl.String)
    return set_aside("a", *["hard_limit"] * values.len()).with_columns(values)


def parts(path) -> dict[str, str]:
    """The XML of the workbook's parts by name."""
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name).decode("utf-8") for name in book.namelist()}


@pytest.fixture
def written(tmp_path):
    """The workbook of these rows."""

    def path(frame: pl.DataFrame, name: str = "book", **study):
        target = tmp_path / f"{name}.xlsx"
        write_extract(target, frame, STUDY | study, "a")
        return target

    return path


def test_the_rows_are_there_with_an_empty_column_for_the_answer(written):
    frame = rows("n.a.", "1.2.3").with_columns(sheet=pl.lit("Lab"))
    sheet = CalamineWorkbook.from_path(str(written(frame))).get_sheet_by_name("set aside")
    heading, *found = sheet.to_python(skip_empty_area=False)
    assert heading == [
        "file", "sheet", "row", "column", "marker", "raw value", "rule", "reason", "answer",
    ]  # fmt: skip
    reason = frame.get_column("reason")[0]
    assert found == [
        ["raw/a.csv", "Lab", 2.0, "result", "TC", "n.a.", "hard_limit", reason, ""],
        ["raw/a.csv", "Lab", 3.0, "result", "TC", "1.2.3", "hard_limit", reason, ""],
    ]


def test_nothing_in_it_runs(written):
    path = written(rows(*HOSTILE))
    xml = parts(path)
    assert not any("<f>" in text or "<hyperlink" in text for text in xml.values())
    sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("set aside")
    assert [row[5] for row in sheet.to_python()[1:]] == HOSTILE  # texts, as they were sent
    # and those that would be a formula stay text when someone edits them (ECMA-376, quotePrefix)
    assert 'quotePrefix="1"' in xml["xl/styles.xml"]
    style = re.findall(r'<c r="F[2-9]" s="(\d+)" t="s">', xml["xl/worksheets/sheet2.xml"])
    assert len(style) == 5 and len(set(style)) == 1


def test_the_header_stays_in_sight_and_can_be_filtered(written):
    sheet = parts(written(rows("a", "b")))["xl/worksheets/sheet2.xml"]
    assert 'ySplit="1"' in sheet and 'state="frozen"' in sheet
    assert '<autoFilter ref="A1:I3"/>' in sheet


def test_no_person_is_named(written):
    assert not any(PERSON in text for text in parts(written(rows())).values())


@pytest.mark.parametrize("synthetic", [True, False])
def test_the_word_synthetic(written, synthetic):
    first = CalamineWorkbook.from_path(
        str(written(rows(), synthetic=synthetic))
    ).get_sheet_by_index(0)
    assert ("SYNTHETIC" in str(first.to_python())) == synthetic


def test_the_same_rows_in_any_order_are_the_same_bytes(written, monkeypatch):
    frame = rows(*HOSTILE)
    first = written(frame, "one").read_bytes()
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    assert written(frame.reverse(), "two").read_bytes() == first


def test_no_rows_and_texts_too_long_for_a_cell(written):
    empty = CalamineWorkbook.from_path(str(written(rows().clear()))).get_sheet_by_index(1)
    assert len(empty.to_python()) == 1
    long = CalamineWorkbook.from_path(str(written(rows("x" * 40_000)))).get_sheet_by_index(1)
    assert len(long.to_python()[1][5]) == LONGEST


def test_what_is_no_question_to_the_laboratory_is_on_our_side(written):
    """It cannot know our mapping or table of patients, and has answered what it cancelled."""
    ours = ["unknown_person", "person_set_aside", "unknown_analyte", "cancelled"]
    frame = set_aside("a", "hard_limit", *ours, "unknown_unit")
    book = CalamineWorkbook.from_path(str(written(frame)))
    assert book.sheet_names == ["about", "set aside", "our side"]
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    about, asked, own = sheets
    assert [row[6] for row in asked[1:]] == ["hard_limit", "unknown_unit"]
    assert [row[6] for row in own[1:]] == ours and "answer" not in own[0]
    said = " ".join(row[0] for row in about)
    assert "2 results could not be used" in said
    assert "4 more are on the sheet 'our side', and nothing is asked about them" in said


@pytest.mark.parametrize(("file", "said"), [("raw/a.csv", False), ("raw/*.csv (file 12)", True)])
def test_it_says_how_files_of_a_pattern_are_numbered(written, file, said):
    frame = rows("n.a.").with_columns(file=pl.lit(file))
    book = CalamineWorkbook.from_path(str(written(frame)))
    about = " ".join(row[0] for row in book.get_sheet_by_name("about").to_python())
    assert ("numbered in the order of their names" in about) == said


def test_rules_on_our_side_are_rules(rows):
    assert set(OUR_SIDE) <= {row["rule"] for row in rows if row["kind"] == "aside"}
