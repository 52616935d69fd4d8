"""Where a table's header stands, and what stands between it and the data."""

import re
from collections import Counter
from dataclasses import dataclass

from labcohort.draft.cells import is_date, is_number, is_range
from labcohort.draft.guess import Guess
from labcohort.harmonise.units import folded
from labcohort.ingest.header import header_cells
from labcohort.ingest.readers.table import Row

SEARCHED = 30
UNIT_FORM = re.compile(r"[^\s0-9].*/|^%$|^\S{1,4}/\S{1,8}$|^10[\^*E]?[0-9]+/")


@dataclass
class Shape:
    """A table: names of its columns, its rows of data, and the rows that are neither.

    `header`, `units_row`, `ranges_row` are guesses of the YAML's keys, None where the file needs
    none; `units` is column -> text of the row of units.
    """

    columns: list[str]
    rows: list[Row]
    header: Guess | None = None
    units_row: Guess | None = None
    ranges_row: Guess | None = None
    units: dict[str, str] | None = None

    def values(self, column: str) -> list[str]:
        """The filled cells of a column."""
        at = self.columns.index(column)
        return [cells[at] for _, cells in self.rows if at < len(cells) and cells[at]]


def table_shape(rows: list[Row], known_units: set[str], has_records: bool = False) -> Shape:
    """The shape of a table; `has_records`: its first row is its header by the file's format."""
    if not rows:
        return Shape([], [])
    if has_records:
        return Shape(rows[0][1], rows[1:])
    at = _header_at(rows[:SEARCHED], known_units)
    numbers = [rows[at][0]]
    below = at + 1
    if at and _are_groups(rows[at - 1], rows[at]):
        numbers.insert(0, rows[at - 1][0])
    elif _is_second_header(rows, at, known_units):
        numbers.append(rows[below][0])
        below += 1
    _, columns = header_cells(iter(rows), numbers if len(numbers) > 1 else numbers[0], "")
    shape = Shape(columns, [])
    if len(numbers) > 1:
        shape.header = Guess(numbers, 0.8, "group headings above the names of the columns")
    elif at > 0:
        shape.header = Guess(numbers[0], 0.85, f"{at} row{'s' * (at > 1)} of other text above it")
    for _ in range(2):
        if below < len(rows):
            below += _take_row_under(shape, rows[below], known_units)
    shape.rows = rows[below:]
    return shape


def _header_at(rows: list[Row], known_units: set[str]) -> int:
    """Index of the header's (first) row: the first row as wide as the data, all of texts."""
    filled = [sum(map(bool, cells)) for _, cells in rows]
    usual = Counter(f for f in filled if f > 1)
    width = max(usual, key=lambda f: (usual[f], f), default=1)
    for index, (_, cells) in enumerate(rows):
        texts = [cell for cell in cells if cell]
        wide = len(texts) >= max(2, 0.5 * width) or width == 1
        if wide and not any(map(_is_value, texts)) and len(texts) > 1:
            # a heading of one group, or a title with a date, is as rare as that
            return index
    return 0


def _is_value(text: str) -> bool:
    # a column may be called by a number, as 2 in `t 2`; a date or a decimal is no name
    return is_number(text) or is_date(text)


def _are_groups(upper: Row, names: Row) -> bool:
    """Whether a row right above the names has headings of groups of them, and is no title."""
    texts = [cell for cell in upper[1] if cell]
    is_title = len(texts) < 2 or upper[0] + 1 != names[0] or any(map(_is_value, texts))
    named = [cell for cell in names[1] if cell]
    return not is_title and (not upper[1][0] or len(set(named)) < len(named))


def _is_second_header(rows: list[Row], at: int, known_units: set[str]) -> bool:
    """Whether the row after the first of the header names the columns below group headings."""
    if at + 1 >= len(rows):
        return False
    upper, lower = rows[at][1], rows[at + 1][1]
    texts = [cell for cell in lower if cell]
    if len(texts) < 2 or any(map(_is_value, texts)) or _are_units(texts, known_units):
        return False
    if sum(map(is_range, texts)) > len(texts) / 2:
        return False
    named = [cell for cell in upper if cell]
    has_groups = len(set(named)) < len(named) or len(named) < len(texts)
    data = [cell for _, cells in rows[at + 2 : at + 12] for cell in cells if cell]
    return has_groups and any(map(_is_value, data))


def _take_row_under(shape: Shape, row: Row, known_units: set[str]) -> bool:
    """Take a row of units or of ranges under the header into account."""
    number, cells = row
    texts = [cell for cell in cells if cell]
    if not texts or not any(not cell for cell in cells[: len(shape.columns)]):
        return False
    if shape.units is None and _are_units(texts, known_units):
        shape.units_row = Guess(number, 0.9, "its cells are units")
        shape.units = dict(zip(shape.columns, cells, strict=False))
        return True
    if shape.ranges_row is None and sum(map(is_range, texts)) > 0.6 * len(texts):
        shape.ranges_row = Guess(number, 0.85, "its cells are ranges, and it names no person")
        return True
    return False


def _are_units(texts: list[str], known_units: set[str]) -> bool:
    units = sum(folded(text) in known_units or bool(UNIT_FORM.search(text)) for text in texts)
    return units > 0.6 * len(texts)
