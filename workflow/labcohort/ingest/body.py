"""The rows of a table under its header, a batch at a time, as columns of text."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import polars as pl

from labcohort.errors import UserError, place
from labcohort.ingest.ahead import ahead
from labcohort.ingest.header import Header, header_cells, one_line
from labcohort.ingest.merged import MergedCells
from labcohort.ingest.readers.table import Row, Table

# rows of a batch, and cells where rows are long
BATCH = 50_000
CELLS = 5_000_000
# blocks that are read while others are worked on
AHEAD = 2
# rows under a header that hold no results
UNDER_HEADER = {"units_row": "units", "ranges_row": "reference ranges"}


class Body:
    """A table's header, the rows of units and ranges under it, and its rows of data.

    `under` is key of the YAML -> column -> text.
    """

    def __init__(self, table: Table, file: str, declared: set[str], how: dict):
        self.file, self.sheet = file, table.sheet
        self.rows, self.blocks = iter(table.rows), table.blocks
        number, names = header_cells(self.rows, how.get("header"), place(file, table.sheet))
        self.header = Header(names, declared, file, table.sheet, number)
        self.under = self._under_header(how)
        self.last = max([number, *(how[key] for key in self.under)])
        self.areas = table.merged
        self.refuse_merged(set())
        self.fill = [self.header.index(column) for column in how.get("fill_down", [])]
        # what `fill_down` fills in
        self.above = [""] * len(self.header.cells)

    def refuse_merged(self, results: set[int]) -> None:
        """Refuse, as they are read, merged cells that touch the columns `results`."""
        where = place(self.file, self.sheet)
        self.merged = MergedCells(self.areas, self.last, results, where)

    def batches(self, seen: Callable[[pl.DataFrame], None]) -> Iterator[pl.DataFrame]:
        """The rows of data, a batch at a time: `row` (number) and one text column a column of the
        header, named by its position. `seen` is called with each batch."""
        width = len(self.header.cells)
        size = max(1, min(BATCH, CELLS // width))
        if self.blocks is None or self.fill:
            blocks = iter(lambda: list(islice(self.rows, size)), [])
        else:
            blocks = ahead(self.blocks(width), AHEAD)
        for batch in _of_size(map(self._frame, blocks), size):
            seen(batch)
            yield batch

    def _frame(self, block: list[Row] | pl.DataFrame) -> pl.DataFrame:
        """A block of rows in the columns of a batch."""
        if isinstance(block, pl.DataFrame):
            self.header.check_named(block)
            return block
        above = self.above
        for number, cells in block:
            self.header.check_width(number, cells)
            self.merged.check(number, cells)
            for position in self.fill:
                above[position] = cells[position] = cells[position] or above[position]
        columns = zip(*(cells for _, cells in block), strict=True)
        schema = {"row": pl.Int64} | {str(n): pl.String for n in range(len(above))}
        return pl.DataFrame([[number for number, _ in block], *columns] if block else [], schema)

    def _under_header(self, how: dict) -> dict[str, dict[str, str]]:
        """Column -> text of each declared row under the header, by the row's key in the YAML."""
        under = {}
        person = self.header.index(how["person"]["column"])
        for key in sorted(UNDER_HEADER.keys() & how.keys(), key=how.get):
            number, cells = next(self.rows, (None, []))
            if number != how[key]:
                before = "header" if not under else f"row of {UNDER_HEADER[next(iter(under))]}"
                raise UserError(
                    f"the row after the {before} is row {number}, not the row of"
                    f" {UNDER_HEADER[key]}",
                    where=place(self.file, self.sheet),
                    rule=f"{key}: {how[key]} is the first row after the {before}",
                    do=f"correct {key} in the source's YAML",
                )
            self.header.check_width(number, cells)
            if cells[person].strip():
                raise UserError(
                    f"row {number} names a person and is no row of {UNDER_HEADER[key]}",
                    where=place(self.file, self.sheet),
                    rule=f"{key}: {how[key]} is a row without a person; results in it would be"
                    " lost",
                    do=f"correct or remove {key} in the source's YAML",
                )
            under[key] = dict(zip(self.header.cells, map(one_line, cells), strict=True))
        return under


def _of_size(frames: Iterable[pl.DataFrame], size: int) -> Iterator[pl.DataFrame]:
    """The rows of the frames in frames of `size` rows, the last one of what is left."""
    waiting: list[pl.DataFrame] = []
    for frame in frames:
        waiting.append(frame)
        if sum(frame.height for frame in waiting) >= size:
            *whole, rest = pl.concat(waiting).iter_slices(size)
            if rest.height == size:
                whole, rest = [*whole, rest], rest.clear()
            yield from whole
            waiting = [rest]
    if waiting and (rest := pl.concat(waiting)).height:
        yield rest
