"""Merged cells below a table's header: one text there is no result of several cells."""

from collections.abc import Iterable

from labcohort.errors import UserError
from labcohort.ingest.readers.table import Area


class MergedCells:
    """Merged areas that reach below the header, whose last row (with units, ranges) is `header`.

    Those of context (persons, dates, visits) stand for each of their rows. Those that hold a
    text and touch a column of `results`, or reach from the header into the data, are refused.
    """

    def __init__(self, areas: Iterable[Area], header: int, results: set[int], where: str):
        self.header, self.where = header, where
        refused = [
            area
            for area in areas
            if area.last_row > header
            and (area.first_row <= header or not results.isdisjoint(_columns(area)))
        ]
        # the first row goes last, to be taken off first
        self.waiting = sorted(refused, reverse=True)

    def check(self, number: int, cells: list[str]) -> None:
        """UserError where a row, of rows in their order, has the text of an area not allowed."""
        while self.waiting and self.waiting[-1].first_row <= number:
            area = self.waiting.pop()
            texts = cells[area.first_column : area.last_column + 1]
            if number <= area.last_row and any(texts):
                raise self._refusal(area)

    def _refusal(self, area: Area) -> UserError:
        from xlsxwriter.utility import xl_range

        first, last = area.first_row - 1, area.last_row - 1
        place = xl_range(first, area.first_column, last, area.last_column)
        into = area.first_row <= self.header
        return UserError(
            "merged cells reach from the header into the rows of data"
            if into
            else "merged cells hold a result",
            where=f"{self.where}, cells {place}",
            rule="a result is in one cell; merged over several it would be counted for each",
            do="unmerge the cells in Excel, write the value where it belongs, and save it again"
            + ("; or correct `header:`, `units_row:` or `ranges_row:`" if into else ""),
        )


def _columns(area: Area) -> range:
    return range(area.first_column, area.last_column + 1)
