"""What every reader gives: tables of rows of text."""

from collections.abc import Iterator
from typing import NamedTuple

# number in the file (from 1; header of a records format: 0), cells as stripped text
Row = tuple[int, list[str]]


class Area(NamedTuple):
    """Merged cells: rows by their number in the file, columns by their position from 0."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int


class Table(NamedTuple):
    """One table of a file: its sheet (None where the format has none), and its rows.

    Rows are read when asked for, and only until the next table is asked for. In the rows each
    cell of a `merged` area has the area's value.
    """

    sheet: str | None
    rows: Iterator[Row]
    merged: tuple[Area, ...] = ()
