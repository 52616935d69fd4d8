"""Rows in the order of several columns, and rows that repeat a key, by numbers instead of texts.

Polars compares rows of several text columns one by one: a hundred times the time of numbers.
"""

from collections.abc import Callable, Sequence

import polars as pl

from labcohort.runs import by_run

# what an unsigned number of 64 bits holds
ROOM = 2**64


def codes(column: pl.Series) -> tuple[pl.Series, int]:
    """A number (UInt64) for each value, for null one after all, and how many numbers there may
    be. They sort as the values do, but for those of texts."""
    # asked once: of an Enum all its names are read for it
    kind = column.dtype
    if kind == pl.String:
        whole = _coded(column).to_physical()
    elif kind == pl.Boolean:
        whole = column.cast(pl.UInt8)
    elif kind.is_float():
        whole = column.rank("dense") - 1
    elif (whole := column.to_physical()).dtype.is_signed_integer():
        whole = whole.cast(pl.Int64)
        whole = whole - whole.min()
    return _with_null(whole)


def ranks(column: pl.Series) -> tuple[pl.Series, int]:
    """`codes` that sort as the values do, of texts too."""
    if column.dtype != pl.String:
        return codes(column)
    coded = _coded(column)
    known = coded.unique().drop_nulls()
    known = known.gather(known.cast(pl.String).arg_sort()).to_physical()
    # codes count from 0: what sorts them is the place of each
    return _with_null(known.arg_sort().gather(coded.to_physical()))


def _coded(texts: pl.Series) -> pl.Series:
    """The texts with numbers of their own: those that all columns share would grow."""
    return texts.cast(pl.Categorical(pl.Categories.random()))


def _with_null(whole: pl.Series) -> tuple[pl.Series, int]:
    """Numbers from 0 on, with one after all for null, if there is any; and how many there may
    be."""
    size = int(whole.max() or 0) + 1
    whole = whole.cast(pl.UInt64)
    return (whole.fill_null(size), size + 1) if whole.null_count() else (whole, size)


def spelled(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with the texts that the numbers of its Enums stand for."""
    # a cast would copy each text
    return frame.with_columns(
        kind.categories.gather(frame.get_column(name).to_physical()).alias(name)
        for name, kind in frame.schema.items()
        if isinstance(kind, pl.Enum)
    )


def numbered(texts: pl.Series) -> pl.Series:
    """The texts, which come in runs of the same and with no null, as an Enum in their order."""
    return by_run(lambda names: names.cast(pl.Enum(names.unique().sort())), texts).alias(texts.name)


def varying(frame: pl.DataFrame, names: Sequence[str]) -> list[str]:
    """Those of the columns in which not all rows are equal."""
    if frame.is_empty():
        return []
    same = frame.select(pl.col(name).eq_missing(pl.col(name).first()).all() for name in names)
    return [name for name, one in zip(names, same.row(0), strict=True) if not one]


def combined(
    frame: pl.DataFrame,
    names: Sequence[str],
    numbers: Callable[[pl.Series], tuple[pl.Series, int]] = codes,
) -> tuple[pl.Series, int]:
    """One UInt64 a row that is equal where rows are equal in the columns `names` (nulls too), and
    how many there may be; `numbers` are those of a column's values, whose order it keeps."""
    key, size = pl.repeat(0, frame.height, dtype=pl.UInt64, eager=True), 1
    for name in varying(frame, names):
        more, room = numbers(frame.get_column(name))
        if size * room > ROOM:
            key, size = _dense(key)
        if size * room > ROOM:
            raise ValueError(f"too many different {', '.join(names)} for one number")
        key, size = key * room + more if size > 1 else more, size * room
    return key, size


def packed(frame: pl.DataFrame, names: Sequence[str]) -> pl.Series:
    """One UInt64 a row that sorts as the columns `names` do, nulls last, and is equal where they
    are (nulls too)."""
    return combined(frame, names, ranks)[0]


def distinct(frame: pl.DataFrame, *names: str) -> pl.DataFrame:
    """The first row of each that are equal in the columns, in the order of these."""
    first = packed(frame, names).arg_unique()
    return sorted_by(frame.select(pl.all().gather(first)), *names)


def sorted_by(frame: pl.DataFrame, *names: str) -> pl.DataFrame:
    """The rows in the order of the columns, nulls last; those that are equal stay in turn."""
    # most rows come in the order in which they are wanted: to see it takes a twentieth of sorting
    if _all(frame, rises(names, at_the_same=True)):
        return frame
    return frame.sort(packed(frame, names), maintain_order=True)


def repeats(frame: pl.DataFrame, *names: str) -> bool:
    """Whether two rows are equal in all the columns, nulls too."""
    if _all(frame, rises(names, at_the_same=False)):
        return False
    ascending = packed(frame, names).sort()
    return bool((ascending == ascending.shift(1)).any())


def rises(names: Sequence[str], at_the_same: bool) -> pl.Expr:
    """Whether a row comes after the one before it by the columns `names`, or `at_the_same`;
    null in the first row, and where a null has to be compared."""
    found = pl.lit(at_the_same)
    for name in reversed(names):
        cell, before = pl.col(name), pl.col(name).shift(1)
        found = (cell > before) | ((cell == before) & found)
    return found


def _all(frame: pl.DataFrame, holds: pl.Expr) -> bool:
    """Whether something is known to hold of every row after the first."""
    return frame.height < 2 or frame.select(holds.slice(1).fill_null(False).all()).item()


def _dense(key: pl.Series) -> tuple[pl.Series, int]:
    """The key without gaps between its values, and how many there are."""
    known = key.unique().sort()
    return known.search_sorted(key).cast(pl.UInt64), len(known)
