"""What holds for the sheets of all workbooks: their size, their errors, their merged areas."""

from collections.abc import Iterable, Iterator

from labcohort.errors import UserError
from labcohort.ingest.readers.table import Area, Row

# a sheet lies in memory as the rectangle that holds its cells, some 80 bytes each
MAX_CELLS = 30_000_000


def check_extent(rows: int, columns: int, where: str) -> None:
    """UserError for a sheet whose cells reach too far, be they few."""
    if rows * columns > MAX_CELLS:
        raise UserError(
            f"the sheet reaches to row {rows:,} and column {columns:,}",
            where=where,
            rule=f"a sheet is read up to {MAX_CELLS:,} cells, empty ones counted",
            do="clear the stray cells far from the others, or export the sheet as text (CSV)",
        )


def error_cell(where: str) -> UserError:
    """The error for a cell that shows #N/A, #DIV/0! or the like."""
    return UserError(
        "the sheet has a cell with an Excel error (#N/A, #DIV/0! …)",
        where=where,
        rule="an error is no value, and it is not missing either",
        do="find them in Excel (Go To Special > Formulas > Errors) and clear or correct them",
    )


def check_others(filled: list[str], where: str) -> None:
    """UserError for sheets with text that the YAML neither asks for nor ignores."""
    if filled:
        raise UserError(
            f"{len(filled)} more sheet{'s' * (len(filled) > 1)} with text: "
            + ", ".join(f"'{sheet}'" for sheet in filled[:20]),
            where=where,
            rule="each sheet with text is read or ignored by its name: results in another would"
            " be lost",
            do="list them under format > sheets, or under format > ignore_sheets, in the"
            " source's YAML",
        )


def damaged(where: str) -> UserError:
    """The error for a workbook that is cut short or changed by accident."""
    return UserError(
        "the file is not a readable workbook: it is damaged or incomplete",
        where=where,
        rule="a workbook is read as a whole or not at all",
        do="copy or export the file again, or open it in Excel and save it again",
    )


def spread(rows: Iterable[list[str]], merged: list[Area], where: str) -> Iterator[Row]:
    """The rows, numbered from 1, with the value of each merged area in all of its cells that the
    rows have."""
    waiting = sorted(merged, reverse=True)
    open_areas: list[tuple[Area, str]] = []
    for number, cells in enumerate(rows, 1):
        while waiting and waiting[-1].first_row <= number:
            area = waiting.pop()
            left = area.first_column
            open_areas.append((area, cells[left] if left < len(cells) else ""))
        for area, text in open_areas:
            for column in range(area.first_column, min(area.last_column + 1, len(cells))):
                if cells[column] not in ("", text):
                    raise UserError(
                        f"a value is hidden under merged cells, in column {column + 1}",
                        where=f"{where}, row {number}",
                        rule="a merged area has one value, that of its first cell",
                        do="unmerge the cells in Excel, correct the values, and save it again",
                    )
                cells[column] = text
        open_areas = [(area, text) for area, text in open_areas if area.last_row > number]
        yield number, cells
