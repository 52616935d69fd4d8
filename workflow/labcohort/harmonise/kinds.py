"""The kinds of rows that a frame has: what depends on a few columns is settled once a kind.

A source has some ten thousand kinds of cells, a thousand times each.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from labcohort.keys import combined, varying

# numbers of which a table of all is made: 80 MB
TABLE = 2**24


def kinds_of(frame: pl.DataFrame, names: Sequence[str]) -> tuple[pl.DataFrame, pl.Series]:
    """The distinct combinations of the columns `names`, a row each, and the place (UInt32) of each
    row's own among them. Nulls are equal."""
    key, room = combined(frame, names)
    if room == 1:
        return frame.select(names).head(1), key.cast(pl.UInt32)
    known, number = _numbered(key, room)
    first = np.zeros(len(known), dtype=np.uint32)
    # of several rows of a kind the first is written last
    first[number.to_numpy()[::-1]] = np.arange(frame.height, dtype=np.uint32)[::-1]
    return frame.select(names)[pl.Series(first)], number


def lean(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with columns that say one thing kept as that one thing: they take no room."""
    if frame.is_empty():
        return frame
    varied = varying(frame, frame.columns)
    one = frame.head(1).row(0, named=True)
    return frame.with_columns(
        pl.lit(one[name], kind).alias(name)
        for name, kind in frame.schema.items()
        if name not in varied
    )


def read_lean(paths: Sequence[str]) -> pl.DataFrame:
    """The cells of Parquet files, read column by column: most say one thing, and need no room."""
    names = pl.read_parquet_schema(paths[0])
    # in one piece: a file has a hundred groups of rows
    return pl.concat(
        [lean(pl.read_parquet(paths, columns=[name])).rechunk() for name in names],
        how="horizontal",
    )


def with_some(column: pl.Series, rows: pl.Series, values: pl.Series) -> pl.Series:
    """The column with other `values` in some `rows` (UInt32, their places)."""
    return column.clone().scatter(rows, values) if len(rows) else column


def places_of(where: pl.Series) -> pl.Series:
    """The places (UInt32) of the rows for which a condition holds; null is no."""
    return where.fill_null(False).arg_true().cast(pl.UInt32)


def _numbered(key: pl.Series, room: int) -> tuple[pl.Series, pl.Series]:
    """The sorted distinct values of a key below `room`, and the place (UInt32) of each row's."""
    if room <= TABLE:
        # a third of the time of a search
        numbers = key.to_numpy()
        there = np.zeros(room, dtype=bool)
        there[numbers] = True
        known = np.flatnonzero(there)
        place = np.zeros(room, dtype=np.uint32)
        place[known] = np.arange(len(known), dtype=np.uint32)
        return pl.Series(known), pl.Series(place[numbers])
    known = key.unique().sort()
    numbers = pl.DataFrame({"key": known, "number": np.arange(len(known), dtype=np.uint32)})
    found = key.alias("key").to_frame().join(numbers, on="key", how="left", maintain_order="left")
    return known, found.get_column("number")
