"""Dates shifted by whole days, each person's by a number of their own, which the key decides.

What is kept, exactly: all intervals in days within a person. What is lost: the calendar, as
criteria on its dates, seasons, and the order of events of different persons. Completed years of
age can differ by one at a birthday, as years are not of one length. Someone under two ids has two
shifts. One true date of a person tells the shift of all their others: shifted dates are still
lines of persons.
"""

import hmac
from pathlib import Path

import polars as pl

from labcohort.ingest.key import read_key


def shift_days(key: bytes, persons: pl.Series, largest: int) -> pl.Series:
    """Days to add to the dates of each pseudonym: -`largest` to `largest`, never 0; null of nobody.

    From HMAC-SHA256 of `date shift` and the pseudonym: its first 64 bits, scaled, so that the days
    are equally likely but for less than 2 * largest / 2**64.
    """
    distinct = persons.drop_nulls().unique()
    days = {person: _days(key, person, largest) for person in distinct}
    return persons.replace_strict(days, default=None, return_dtype=pl.Int32).alias("days")


def shifted_as_told(
    frame: pl.DataFrame, columns: list[str], settings: dict, back: bool = False
) -> pl.DataFrame:
    """The frame `shifted` by what a job is told; as it is where the study shifts no dates."""
    if "privacy" not in settings:
        return frame
    key = read_key(settings["privacy"], Path())
    return shifted(frame, columns, key, settings["privacy"]["shift_days"], back)


def dates_of(people: pl.DataFrame) -> list[str]:
    """The columns of dates of a patient table."""
    return [name for name, kind in people.schema.items() if kind == pl.Date]


def shifted(
    frame: pl.DataFrame, columns: list[str], key: bytes, largest: int, back: bool = False
) -> pl.DataFrame:
    """The frame with `columns` shifted: dates, datetimes, or texts that begin with an ISO date.

    `back` undoes it. Null where the person is null, and where a text begins with no date.
    """
    days = shift_days(key, frame.get_column("person"), largest)
    days = -days if back else days
    return frame.with_columns(
        _later(frame.get_column(column), days).alias(column) for column in columns
    )


def _days(key: bytes, person: str, largest: int) -> int:
    digest = hmac.digest(key, b"date shift" + person.encode(), "sha256")
    rank = int.from_bytes(digest[:8], "big") * (2 * largest) >> 64
    # the ranks of the upper half pass over 0
    return rank - largest if rank < largest else rank - largest + 1


def _later(values: pl.Series, days: pl.Series) -> pl.Series:
    shift = pl.duration(days=pl.col("days"))
    value = pl.col("value")
    frame = pl.DataFrame([values.alias("value"), days])
    if values.dtype != pl.String:
        return frame.select((value + shift).cast(values.dtype)).to_series()
    day = value.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False) + shift
    return frame.select(day.dt.to_string("%Y-%m-%d") + value.str.slice(10)).to_series()
