"""Sheets of XLSX and XLS workbooks, with the row numbers that Excel shows.

The stored value is read, not its display: 6.5 % is 0.065, and of a formula the value that was
calculated when the file was saved. A date is one where its cell has a date's format, and is read
in ISO form; a day number without it stays a number. A merged area gives its value in each cell,
and its place to the table: what may be merged depends on what a column holds.
"""

from collections.abc import Iterator
from pathlib import Path

from labcohort.errors import UserError, nearest, place
from labcohort.ingest.readers.guard import isolated
from labcohort.ingest.readers.ooxml import check_package, filled_sheets
from labcohort.ingest.readers.sheets import check_others, damaged, spread
from labcohort.ingest.readers.shown import cell_text
from labcohort.ingest.readers.signature import kind_of
from labcohort.ingest.readers.table import Area, Table
from labcohort.ingest.readers.xls import XlsBook

KINDS = {"xlsx": "an XLSX workbook", "xls": "an XLS workbook"}


def tables(path: Path, name: str, how: dict) -> Iterator[Table]:
    """A table for each sheet of `sheets`, or for `sheet`.

    UserError for a file of another kind, an unknown sheet, another one with text that is not
    among `ignore_sheets`, a cell with an Excel error, a value hidden under a merged area, and in
    XLSX a formula that nothing has calculated.
    """
    return isolated(_tables, path, name, how)


def _tables(path: Path, name: str, how: dict) -> Iterator[Table]:
    _check_kind(path, name, how["type"])
    sheets = how["sheets"] if "sheets" in how else [how["sheet"]]
    if how["type"] == "xlsx":
        check_package(path, name, sheets)
    book = {"xlsx": XlsxBook, "xls": XlsBook}[how["type"]](path, name)
    for sheet in sheets:
        if sheet not in book.sheet_names:
            raise UserError(
                f"the workbook has no sheet '{sheet}'{nearest(sheet, book.sheet_names)}",
                where=name,
                rule=f"its sheets are: {', '.join(book.sheet_names[:60])}",
                do="correct format > sheet in the source's YAML",
            )
    others = [s for s in book.sheet_names if s not in {*sheets, *how.get("ignore_sheets", [])}]
    check_others(book.filled(others), name)
    for sheet in sheets:
        rows, merged = book.sheet(sheet)
        texts = ([cell_text(cell) for cell in row] for row in rows)
        yield Table(sheet, spread(texts, merged, place(name, sheet)), tuple(merged))


class XlsxBook:
    """An open XLSX workbook: names of its sheets, and their rows."""

    def __init__(self, path: Path, name: str):
        from python_calamine import CalamineError, CalamineWorkbook

        self.path, self.name = path, name
        try:
            self.book = CalamineWorkbook.from_path(path)
        except (CalamineError, OSError, ValueError):
            raise damaged(name) from None
        self.sheet_names = self.book.sheet_names

    def filled(self, sheets: list[str]) -> list[str]:
        """Those of `sheets` that hold any text."""
        return filled_sheets(self.path, self.name, sheets) if sheets else []

    def sheet(self, sheet: str) -> tuple[Iterator[list[object]], list[Area]]:
        """Rows of a sheet from its first on, and its merged areas."""
        from python_calamine import CalamineError

        try:
            cells = self.book.get_sheet_by_name(sheet)
        except (CalamineError, ValueError):
            raise damaged(place(self.name, sheet)) from None
        # rows come from the first of the sheet on, cells from the first column that has any
        margin = [""] * (cells.start[1] if cells.start else 0)
        merged = [
            Area(top + 1, bottom + 1, left, right)
            for (top, left), (bottom, right) in cells.merged_cell_ranges or []
        ]
        return (margin + row for row in cells.iter_rows()), merged


def _check_kind(path: Path, name: str, declared: str) -> None:
    kind = kind_of(path)
    if kind == KINDS[declared]:
        return
    do = "correct format > type in the source's YAML, or open the file in Excel and save it again"
    if "password" in kind:
        do = "open it in Excel, take the password off (File > Info), and save it again"
    elif "HTML" in kind or "XML" in kind:
        do = "open it in Excel and save it as XLSX: its name says Excel, its content does not"
    raise UserError(
        f"the file is not a readable workbook: it is {kind}",
        where=name,
        rule=f"format > type: {declared} reads {KINDS[declared]}, whatever the name of the file",
        do=do,
    )
