"""Set-aside rows of one source as a workbook to send back to its laboratory."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import xlsxwriter

from labcohort.ingest.source_names import NUMBERED
from labcohort.quarantine import PLACE
from labcohort.spreadsheet import FORMULA_STARTS

# column -> its heading and width; the last is for the laboratory to fill in
COLUMNS = {
    "file": ("file", 34),
    "sheet": ("sheet", 12),
    "row": ("row", 8),
    "column": ("column", 22),
    "marker": ("marker", 12),
    "raw_value": ("raw value", 18),
    "rule": ("rule", 26),
    "reason": ("reason", 70),
    "answer": ("answer", 40),
}
ASIDE, OURS = "set aside", "our side"
# a laboratory cannot answer for the study's own mapping and patient table, and has answered for
# what it cancelled or withdrew
OUR_SIDE = (
    "unknown_analyte",
    "unknown_status",
    "unknown_visit",
    "unknown_person",
    "person_set_aside",
    "no_anchor_date",
    "cancelled",
    "withdrawn",
    "replaced_version",
)
# nobody answers more; the rest is in set_aside.csv
LARGEST = 100_000
# characters that a cell of a workbook holds
LONGEST = 32_767
# a workbook says when it was made: the same day always, so that the same rows are the same bytes
MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def write_extract(path: Path, rows: pl.DataFrame, study: dict, source: str) -> None:
    """Write the set-aside rows (schemas.quality.Quarantine) of one source, those that are no
    question to its laboratory on a sheet of their own.

    Texts are texts: none of them is a formula, a link or a number in the workbook, also after
    someone has edited it. Persons are not named: place and value find the result.
    """
    book = xlsxwriter.Workbook(
        str(path),
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties(
        {"title": f"Set-aside results of {source}", "author": "labcohort", "created": MADE}
    )
    rows = rows.sort(*PLACE, "stage", "rule", nulls_last=True)
    own = pl.col("rule").is_in(OUR_SIDE)
    asked, ours = rows.filter(~own), rows.filter(own)
    numbered = rows.get_column("file").str.contains(NUMBERED).any()
    _about(book, (asked.height, ours.height), numbered, study, source)
    _rows(book, ASIDE, asked.head(LARGEST), COLUMNS)
    if ours.height:
        # nothing is asked about these
        columns = {name: of for name, of in COLUMNS.items() if name != "answer"}
        _rows(book, OURS, ours.head(LARGEST), columns)
    book.close()


def _about(book, counts: tuple[int, int], numbered: bool, study: dict, source: str) -> None:
    """The first sheet: what this is and what is asked of the reader; `counts` are of the rows that
    are asked about and of the others."""
    asked, ours = counts
    sheet = book.add_worksheet("about")
    sheet.set_column(0, 0, 100, book.add_format({"text_wrap": True, "valign": "top"}))
    lines = [
        f"{study['title']}: results of {source} that were set aside",
        *(["SYNTHETIC: made-up data. No real person, no finding."] if study["synthetic"] else []),
        f"{asked} results could not be used. Each row of the sheet '{ASIDE}' is one of them,"
        " with its place in the file as you sent it and the reason.",
        "Please write into the column 'answer' what is right: the correct value and unit, the"
        " correct date or id, or that the result is to be left out.",
        "The raw values are those of single persons: keep this file as you keep the export.",
    ]
    if numbered:
        lines.append("Files are numbered in the order of their names: (file 2) is the second.")
    if ours:
        lines.append(
            f"{ours} more are on the sheet '{OURS}', and nothing is asked about them: our mapping"
            " or our table of patients does not have them, or you yourself took them back."
        )
    if max(asked, ours) > LARGEST:
        lines.append(f"Here are the first {LARGEST} of a sheet; set_aside.csv has all of them.")
    for number, line in enumerate(lines):
        sheet.write_string(number, 0, line)


def _rows(book, title: str, rows: pl.DataFrame, columns: dict[str, tuple[str, int]]) -> None:
    """A sheet of rows: header frozen, filters, widths."""
    sheet = book.add_worksheet(title)
    bold = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E8EEF4"})
    # a cell so marked stays text when it is edited
    inert = book.add_format({"quote_prefix": True})
    answer = book.add_format({"bg_color": "#FFF8DC", "text_wrap": True})
    for i, (heading, width) in enumerate(columns.values()):
        sheet.set_column(i, i, width)
        sheet.write_string(0, i, heading, bold)
    names = [name for name in columns if name != "answer"]
    texts = rows.select(pl.col(names))
    formula = texts.select(pl.col(pl.String).str.contains(FORMULA_STARTS).fill_null(False))
    for number, (cells, starts) in enumerate(
        zip(texts.iter_rows(named=True), formula.iter_rows(named=True), strict=True), 1
    ):
        for i, name in enumerate(names):
            if name == "row":
                sheet.write_number(number, i, cells[name])
            elif cells[name] is not None:
                text = cells[name][:LONGEST]
                sheet.write_string(number, i, text, inert if starts[name] else None)
        if "answer" in columns:
            sheet.write_blank(number, len(names), None, answer)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(rows.height, 1), len(columns) - 1)
    sheet.set_landscape()
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)
    if title == ASIDE:
        sheet.activate()
