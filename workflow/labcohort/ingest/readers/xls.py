"""Sheets of XLS workbooks (Excel 97-2003 and older), with what calamine does not tell of them.

calamine shows their error cells as empty; xlrd tells them apart.
"""

import io
from collections.abc import Iterator
from pathlib import Path

from labcohort.errors import UserError, place
from labcohort.ingest.readers.sheets import check_extent, damaged, error_cell
from labcohort.ingest.readers.table import Area

# kinds of cells whose value is what it is: empty, text, number, blank with a format
_PLAIN = (0, 1, 2, 6)


class XlsBook:
    """An open XLS workbook: names of its sheets, and their rows.

    A formula is read as the value that was calculated when the file was saved. One that a
    program wrote without a value is stored as an empty text is, and read as empty.
    """

    def __init__(self, path: Path, name: str):
        import xlrd

        self.name = name
        try:
            # xlrd knows merged cells only together with formats; it prints what it finds odd
            self.book = xlrd.open_workbook(
                path, logfile=io.StringIO(), formatting_info=True, on_demand=True
            )
        except MemoryError:
            raise
        # it meets damage with whatever its parsing runs into
        except Exception as error:
            if "encrypted" not in str(error):
                raise damaged(name) from None
            raise UserError(
                "the workbook is protected by a password",
                where=name,
                rule="a protected workbook cannot be read",
                do="open it in Excel, take the password off, and save it again",
            ) from None
        self.sheet_names = self.book.sheet_names()

    def filled(self, sheets: list[str]) -> list[str]:
        """Those of `sheets` that hold any text."""
        return [sheet for sheet in sheets if _has_text(self._cells(sheet))]

    def sheet(self, sheet: str) -> tuple[Iterator[list[object]], list[Area]]:
        """Rows of a sheet from its first on, and its merged areas."""
        cells = self._cells(sheet)
        merged = [Area(top + 1, end, left, side - 1) for top, end, left, side in cells.merged_cells]
        rows = (self._row(cells, number) for number in range(cells.nrows))
        return rows, merged

    def _cells(self, sheet: str):
        """xlrd's sheet."""
        try:
            cells = self.book.sheet_by_name(sheet)
        except MemoryError:
            raise
        except Exception:
            raise damaged(place(self.name, sheet)) from None
        check_extent(cells.nrows, cells.ncols, place(self.name, sheet))
        return cells

    def _row(self, cells, number: int) -> list[object]:
        kinds, values = cells.row_types(number), cells.row_values(number)
        return [
            value if kind in _PLAIN else self._special(kind, value, cells.name, number, column)
            for column, (kind, value) in enumerate(zip(kinds, values, strict=True))
        ]

    def _special(self, kind: int, value: object, sheet: str, row: int, column: int) -> object:
        import xlrd

        if kind == xlrd.XL_CELL_BOOLEAN:
            return bool(value)
        where = f"{place(self.name, sheet)}, cell {xlrd.colname(column)}{row + 1}"
        if kind == xlrd.XL_CELL_ERROR:
            raise error_cell(where)
        if value < 0:
            return value  # no date: Excel shows ##### for it
        try:
            stamp = xlrd.xldate_as_datetime(value, self.book.datemode)
        except (ValueError, OverflowError):
            return value
        return stamp.time() if value < 1 else stamp


def _has_text(cells) -> bool:
    values = (value for number in range(cells.nrows) for value in cells.row_values(number))
    return any(str(value).strip() for value in values)
