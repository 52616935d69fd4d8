"""What every reader gives: tables of rows of text."""

from collections.abc import Iterator
from typing import NamedTuple

# number in the file (from 1; header of a records format: 0), cells as stripped text
Row = tuple[int, list[str]]


class Table(NamedTuple):
    """One table of a file: its sheet (None where the format has none), and its rows.

    Rows are read when asked for, and only until the next table is asked for.
    """

    sheet: str | None
    rows: Iterator[Row]
