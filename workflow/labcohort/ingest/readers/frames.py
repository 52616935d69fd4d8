"""Columns of a typed frame as text."""

import polars as pl

from labcohort.errors import UserError, place
from labcohort.ingest.readers.shown import DIGITS, WHOLE_BELOW, number_text


def as_text(frame: pl.DataFrame, name: str, digits: dict[str, int] | None = None) -> pl.DataFrame:
    """The frame's columns as text, '' for null.

    Date times are `YYYY-MM-DD hh:mm:ss`, with the fraction and the offset from UTC where they
    have one. `digits` is column -> significant digits of its numbers, where fewer than 15 were
    stored. UserError for a column that is no column of single values, or bytes that are no text.
    """
    digits = digits or {}
    columns = [_column(frame[column], name, digits.get(column, DIGITS)) for column in frame.columns]
    return pl.DataFrame(columns).with_columns(pl.all().str.strip_chars().fill_null(""))


def _column(column: pl.Series, name: str, digits: int) -> pl.Series:
    kind = column.dtype
    if kind.is_float():
        return _numbers(column, digits)
    if kind == pl.Datetime:
        offset = "%:z" if kind.time_zone else ""
        return column.dt.to_string(f"%Y-%m-%d %H:%M:%S%.f{offset}")
    if kind == pl.Time:
        return column.dt.to_string("%H:%M:%S%.f")
    if kind == pl.Date:
        return column.dt.to_string("%Y-%m-%d")
    if kind == pl.Binary or not (kind.is_nested() or kind in (pl.Duration, pl.Object)):
        try:
            return column.cast(pl.String)
        except pl.exceptions.PolarsError:
            pass
    raise UserError(
        f"the column holds {kind}, which is no single text, number or date",
        where=place(name, column=column.name),
        rule="a cell is one value",
        do="export the column as text or numbers, or leave it out",
    )


def _numbers(column: pl.Series, digits: int) -> pl.Series:
    """As `number_text`, a column at a time; single precision in its own shortest form."""
    column = column.fill_nan(None)
    text = column.cast(pl.String)
    whole = (column.floor() == column) & (column.abs() < WHOLE_BELOW)
    text = column.cast(pl.Int64, strict=False).cast(pl.String).zip_with(whole, text)
    significant = (
        text.str.replace("e.*$", "").str.replace_all("[-.]", "").str.strip_chars_start("0")
    )
    # few values are long: the shortest form of most decimals has the digits that were typed
    long = ((significant.str.len_chars() > digits) & ~whole).fill_null(False)
    shorter = [number_text(number, digits) for number in column.filter(long)]
    return text.scatter(long.arg_true(), shorter)
