"""Persons by number, so that who has what and who is in what is found by indexing."""

from collections.abc import Sequence

import numpy as np
import polars as pl


class Persons:
    """The persons of some columns, numbered in the order of their pseudonyms."""

    def __init__(self, *columns: pl.Series):
        known = pl.concat(columns).unique().sort()
        self.size = known.len()
        self._numbers = known.alias("person").to_frame().with_row_index("number")

    def numbered(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows of these persons, with their `number` for `person`; others are left out."""
        return frame.join(self._numbers, on="person").drop("person")

    def has(self, rows: pl.DataFrame | None) -> np.ndarray:
        """Who has a row, shape (size,)."""
        has = np.zeros(self.size, bool)
        if rows is not None:
            has[rows.get_column("number").to_numpy()] = True
        return has


def numbered(buckets: Sequence[pl.LazyFrame]) -> list[pl.DataFrame]:
    """The persons of each bucket (columns person, number), numbered in the order of the pseudonyms
    of all: no number tells the bucket. Whoever is in a bucket is in no other.
    """
    known = [frame.select("person").unique().collect() for frame in buckets]
    names = pl.concat(known).get_column("person")
    number = np.empty(len(names), np.uint32)
    number[names.arg_sort().to_numpy()] = np.arange(len(names), dtype=np.uint32)
    ends = np.cumsum([frame.height for frame in known])[:-1]
    return [
        frame.with_columns(number=pl.Series(own))
        for frame, own in zip(known, np.split(number, ends), strict=True)
    ]
