"""What holds for the sheets of all workbooks: their size, their errors, their merged areas."""

from collections.abc import Iterable, Iterator

from labcohort.errors import UserError

# a sheet lies in memory as the rectangle that holds its cells, some 80 bytes each
MAX_CELLS = 30_000_000
# first row, first column, last row, last column, from 0
Area = tuple[int, int, int, int]


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


def damaged(where: str) -> UserError:
    """The error for a workbook that is cut short or changed by accident."""
    return UserError(
        "the file is not a readable workbook: it is damaged or incomplete",
        where=where,
        rule="a workbook is read as a whole or not at all",
        do="copy or export the file again, or open it in Excel and save it again",
    )


def spread(rows: Iterable[list[str]], merged: list[Area], where: str) -> Iterator[list[str]]:
    """The rows with the value of each merged area in all of its cells that the rows have."""
    waiting = sorted(merged, reverse=True)
    open_areas: list[tuple[Area, str]] = []
    for number, cells in enumerate(rows):
        while waiting and waiting[-1][0] <= number:
            area = waiting.pop()
            open_areas.append((area, cells[area[1]] if area[1] < len(cells) else ""))
        for (_, left, _, right), text in open_areas:
            for column in range(left, min(right + 1, len(cells))):
                if cells[column] not in ("", text):
                    raise UserError(
                        f"a value is hidden under merged cells, in column {column + 1}",
                        where=f"{where}, row {number + 1}",
                        rule="a merged area has one value, that of its first cell",
                        do="unmerge the cells in Excel, correct the values, and save it again",
                    )
                cells[column] = text
        open_areas = [(area, text) for area, text in open_areas if area[2] > number]
        yield cells
