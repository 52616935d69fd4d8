"""Persons by number, so that who has what and who is in what is found by indexing."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from labcohort.keys import repeats


class Persons:
    """The persons of some columns, numbered in the order of their pseudonyms."""

    def __init__(self, *columns: pl.Series):
        known = pl.concat(columns).unique().sort()
        self.size = known.len()
        self._numbers = known.alias("person").to_frame().with_row_index("number")

    def numbered(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows of these persons, with their `number` for `person`; others are left out."""
        return frame.join(self._numbers, on="person").drop("person")

    def parts(self, frame: pl.DataFrame, *keys: str) -> dict[tuple, pl.DataFrame]:
        """The numbered rows of each value of the keys.

        ValueError where a person stands twice in one part.
        """
        own = self.numbered(frame)
        if own.is_empty():
            return {}
        if repeats(own, *keys, "number"):
            raise ValueError(f"a person stands twice at one {' and '.join(keys)}")
        return own.partition_by(keys, as_dict=True, include_key=False)

    def spread(self, rows: pl.DataFrame | None, column: str) -> np.ndarray:
        """A column of numbers by person, shape (size,); NaN where a person has no row."""
        spread = np.full(self.size, np.nan)
        if rows is not None:
            spread[rows.get_column("number").to_numpy()] = rows.get_column(column).to_numpy()
        return spread

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
