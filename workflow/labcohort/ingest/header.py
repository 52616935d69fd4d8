"""Find the declared columns in a table's header, and refuse a header that says something else."""

from collections.abc import Iterator

import polars as pl

from labcohort.errors import UserError, nearest, place
from labcohort.ingest.readers.table import Row

# between the rows of a header of several
BETWEEN_ROWS = " / "


def one_line(text: str) -> str:
    """The text with each run of white space, line breaks too, as one blank."""
    return " ".join(text.split())


class Header:
    """A table's column names and where each stands; `declared` are those that the YAML names.

    Raises UserError where it has none of them, or a column's name stands twice.
    """

    def __init__(
        self, cells: list[str], declared: set[str], name: str, sheet: str | None, row: int
    ):
        # a file of records has its names outside its rows
        self.cells, self.file = cells, place(name, sheet)
        self.where = place(name, sheet, row or None)
        self.positions = {cell: n for n, cell in enumerate(cells) if cell}
        self.nameless = [position for position, cell in enumerate(cells) if not cell]
        if not declared & set(cells):
            # it may be a row of data: a person's id is in no message
            raise UserError(
                f"the first row, of {len(cells)} cell{'s' * (len(cells) > 1)},"
                " has none of the declared columns",
                where=self.where,
                rule="the first row that is not blank names the columns, or the row of `header:`",
                do="look whether the file has a header, and correct in the source's YAML the"
                " delimiter, the encoding, `header:` or the names; declared: "
                + ", ".join(sorted(declared)[:40]),
            )
        if len(self.positions) + len(self.nameless) < len(cells):
            twice = next(cell for cell in cells if cell and cells.count(cell) > 1)
            raise UserError(
                f"the header has two columns '{twice}'",
                where=self.where,
                rule="a column is known by its name",
                do="give the columns names of their own; in a file with group headings above"
                " the names, `header: [ROW, ROW]` takes both",
            )

    def index(self, column: str) -> int:
        """Position of a declared column; UserError with the nearest names where it is not there."""
        if column not in self.positions:
            known = list(self.positions)
            raise UserError(
                f"the file has no column '{column}'{nearest(column, known)}",
                where=self.where,
                rule="each column that the source's YAML names is in the header",
                do="correct the name in the YAML; the header has: " + ", ".join(known[:60]),
            )
        return self.positions[column]

    def check_width(self, number: int, cells: list[str]) -> None:
        """UserError where a row has more or fewer cells than the header, or one without a name."""
        if len(cells) != len(self.cells):
            raise UserError(
                f"row {number} has {len(cells)} cells, the header has {len(self.cells)}",
                where=f"{self.file}, row {number}",
                rule="every row has a cell for each column",
                do="look for a delimiter inside a value or a broken line in that row",
            )
        for position in self.nameless:
            if cells[position]:
                raise UserError(
                    f"row {number} has a value in column {position + 1}, which has no name",
                    where=f"{self.file}, row {number}",
                    rule="a column with values has a name in the header",
                    do="name the column in the file, and map, ignore or list it as context",
                )

    def check_named(self, frame: pl.DataFrame) -> None:
        """`check_width` of the first row of a frame (`Body.batches`) that has a value in a column
        without a name."""
        if self.nameless:
            has_value = pl.any_horizontal(pl.col([str(n) for n in self.nameless]) != "")
            for number, *cells in frame.filter(has_value).head(1).iter_rows():
                self.check_width(number, cells)


def header_cells(
    rows: Iterator[Row], wanted: int | list[int] | None, name: str
) -> tuple[int, list[str]]:
    """Number of the last row of the header, and the columns' names; rows above are passed over.

    `wanted` is the row of the header, or its rows from above; without it the first row that is
    not blank. Of a header of several rows a blank cell of the upper ones takes the text to its
    left (merged group headings), and the texts of a column are joined by ` / `, each said once.
    Line breaks and other white space in a name are one blank.
    """
    if wanted is None:
        first = next(rows, None)
        if first is None:
            raise _no_header(name)
        return first[0], [one_line(cell) for cell in first[1]]
    numbers = [wanted] if isinstance(wanted, int) else list(wanted)
    found = {}
    for number, cells in rows:
        if number in numbers:
            found[number] = [one_line(cell) for cell in cells]
        if number >= numbers[-1]:
            break
    if list(found) != numbers:
        missing = min(set(numbers) - set(found))
        raise UserError(
            f"row {missing} is blank or not there, and no header",
            where=place(name, None, missing),
            rule="header: is the row with the columns' names, or the list of such rows",
            do="correct `header:` in the source's YAML",
        )
    width = max(len(cells) for cells in found.values())
    own = [cells + [""] * (width - len(cells)) for cells in found.values()]
    lines = [*map(_filled_right, own[:-1]), own[-1]]
    # a heading that reaches over an empty column gives it no name
    return numbers[-1], [
        BETWEEN_ROWS.join(dict.fromkeys(filter(None, column))) if any(texts) else ""
        for column, texts in zip(zip(*lines, strict=True), zip(*own, strict=True), strict=True)
    ]


def _filled_right(cells: list[str]) -> list[str]:
    filled, last = [], ""
    for cell in cells:
        last = cell or last
        filled.append(last)
    return filled


def _no_header(name: str) -> UserError:
    return UserError(
        "the file has no header row",
        where=name,
        rule="the first row that is not blank names the columns",
        do="send the export again",
    )
