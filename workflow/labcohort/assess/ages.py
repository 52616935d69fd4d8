"""Age of each of many persons at one of a few dates, and at baseline."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from labcohort.compare.markers import Panel
from labcohort.compare.persons import Persons

# in 20200630, the number of a date, years count so much
YEAR = 10_000


def ages_at(birth_dates: pl.Series, at_dates: pl.Series) -> pl.Series:
    """derive.age.age_at of two columns, in a tenth of its time: the years, months and days of
    each date are worked out once, however many persons have it."""
    # whose birthday is still to come has a year less: the difference is that much below a whole
    return (_numbers(at_dates) - _numbers(birth_dates)) // YEAR


def ages_at_baseline(
    panels: Sequence[Panel], patients: Sequence[pl.DataFrame], persons: Persons, baseline: str
) -> pl.Series:
    """Completed years at each person's first baseline sample, else the age that the patient table
    gives; by number, null where neither is known.

    `panels`: schemas.cohort.Chosen of each panel and bucket; `patients`: of each bucket,
    schemas.harmonised.Patients.
    """
    facts = ("person", "birth_date", "age")
    of_all = persons.arranged([own.select(facts) for own in patients])
    first = _first_samples(panels, persons, baseline)
    completed = ages_at(of_all.get_column("birth_date"), first).cast(pl.Float64)
    return completed.zip_with(completed.is_not_null(), of_all.get_column("age")).alias("age")


def _first_samples(panels: Sequence[Panel], persons: Persons, baseline: str) -> pl.Series:
    """The date of each person's first baseline sample, by number; null without one."""
    none = np.iinfo(np.int32).max
    first = np.full(persons.size, none, np.int32)
    there = (pl.col("timepoint") == baseline) & pl.col("sample_date").is_not_null()
    # a panel has many values of a person: of one file at a time they are held
    for panel in panels:
        for bucket, values in enumerate(panel):
            dates = values.filter(there).select("person", pl.col("sample_date").to_physical())
            number, date = persons.numbered(bucket, dates.collect()).select("number", "sample_date")
            np.minimum.at(first, number.to_numpy(), date.to_numpy())
    return pl.Series(first).replace(none, None).cast(pl.Date)


def _numbers(dates: pl.Series) -> pl.Series:
    """The dates as numbers that are as 30 June 2020 is 20200630; null where there is none."""
    first, last = dates.min(), dates.max()
    if first is None:
        return pl.repeat(None, len(dates), dtype=pl.Int32, eager=True)
    days = pl.date_range(first, last, eager=True)
    parts = ((days.dt.year(), YEAR), (days.dt.month().cast(pl.Int32), 100), (days.dt.day(), 1))
    numbers = sum(part * counts for part, counts in parts)
    return numbers.gather(dates.to_physical() - days.to_physical()[0])
