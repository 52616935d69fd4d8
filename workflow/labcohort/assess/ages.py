"""Age of each of many persons at one of a few dates."""

import polars as pl

# in 20200630, the number of a date, years count so much
YEAR = 10_000


def ages_at(birth_dates: pl.Series, at_dates: pl.Series) -> pl.Series:
    """derive.age.age_at of two columns, in a tenth of its time: the years, months and days of
    each date are worked out once, however many persons have it."""
    # whose birthday is still to come has a year less: the difference is that much below a whole
    return (_numbers(at_dates) - _numbers(birth_dates)) // YEAR


def _numbers(dates: pl.Series) -> pl.Series:
    """The dates as numbers that are as 30 June 2020 is 20200630; null where there is none."""
    first, last = dates.min(), dates.max()
    if first is None:
        return pl.repeat(None, len(dates), dtype=pl.Int32, eager=True)
    days = pl.date_range(first, last, eager=True)
    parts = ((days.dt.year(), YEAR), (days.dt.month().cast(pl.Int32), 100), (days.dt.day(), 1))
    numbers = sum(part * counts for part, counts in parts)
    return numbers.gather(dates.to_physical() - days.to_physical()[0])
