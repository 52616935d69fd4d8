"""How large a row of a raw file may be.

A raw file comes from somewhere else: damaged, cut short, or made to do harm. Whatever it holds,
a reader gives rows or a UserError, in bounded memory.
"""

from labcohort.errors import UserError, place

# XLSX allows 16,384 columns; the widest laboratory exports have some hundreds
MAX_COLUMNS = 20_000
# characters; Excel allows 32,767 in a cell, and a cell of a MiB is a quote that was never closed
MAX_CELL = 1 << 20
# characters of one row: a row of the widest workbook with 1,000 in each cell
MAX_RECORD = 16 << 20


def check_row(number: int, cells: list[str], name: str) -> int:
    """Characters of a row. UserError where it has too many columns, or too long a cell."""
    if len(cells) > MAX_COLUMNS:
        raise too_large(f"more than {MAX_COLUMNS:,} columns", number, name)
    size = len("".join(cells))
    if size > MAX_CELL:
        if max(map(len, cells)) > MAX_CELL:
            raise too_large(f"a cell of more than {MAX_CELL:,} characters", number, name)
        if size > MAX_RECORD:
            raise too_large(f"more than {MAX_RECORD:,} characters", number, name)
    return size


def too_large(what: str, number: int, name: str) -> UserError:
    """The error for a row that no laboratory writes."""
    return UserError(
        f"the row has {what}",
        where=place(name, row=number),
        rule=f"a row has at most {MAX_COLUMNS:,} columns and {MAX_RECORD:,} characters,"
        f" a cell at most {MAX_CELL:,}",
        do="check the file (a quote that is not closed? line ends lost?) and the format in its"
        " YAML; export it again",
    )
