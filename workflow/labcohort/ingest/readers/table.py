"""What every reader gives: tables of rows of text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import polars as pl

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

    `blocks`, where a reader has it, gives the rows that nobody has asked for yet many at a time;
    it is called with the cells that a row should have, and no row is asked for after it. A block
    is a list of rows, of any length, or a frame of rows of that length: `row` (number) and the
    cells in columns of text named by their position.
    """

    sheet: str | None
    rows: Iterator[Row]
    merged: tuple[Area, ...] = ()
    blocks: Callable[[int], Iterator[list[Row] | pl.DataFrame]] | None = None
