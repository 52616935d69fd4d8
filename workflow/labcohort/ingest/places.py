"""That no two cells of a table have one place, seen as its rows are read."""

import polars as pl

from labcohort.keys import repeats


class Places:
    """The rows of a table of which each gives one cell of each of `columns`, or each the cell of a
    place that the row names."""

    def __init__(self, columns: list[str]):
        if len(set(columns)) < len(columns):
            raise RuntimeError("two columns of results have one name")
        self.last = pl.DataFrame()

    def take(self, rows: pl.DataFrame) -> None:
        """RuntimeError where the next rows, of columns `row` and perhaps `place`, do not follow
        in their order, or have a place that they or the rows before have: a reader's fault."""
        seen = pl.concat([self.last, rows]) if self.last.width else rows
        number = pl.col("row")
        ascends, is_sorted = seen.select(
            (number > number.shift()).all().alias("ascends"), (number >= number.shift()).all()
        ).row(0)
        if not ascends and not (is_sorted and _differ(seen)):
            raise RuntimeError("two cells have one place, or rows are not in their order")
        # rows of one number may go on in the next batch
        self.last = seen.filter(number == number.last())


def _differ(seen: pl.DataFrame) -> bool:
    return seen.width > 1 and not repeats(seen, *seen.columns)
