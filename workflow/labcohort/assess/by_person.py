"""A marker's values at timepoints, by person: read bucket by bucket."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from labcohort.compare.persons import Persons
from labcohort.derive.censored import rests_on_limit


class Visit(NamedTuple):
    """A marker's values at a timepoint by person, shape (persons,), NaN where there is none; and
    whether they rest on limits."""

    value: np.ndarray
    limit: np.ndarray


def visits_by_person(
    values: Sequence[pl.LazyFrame], persons: Persons, timepoints: Iterable[str]
) -> dict[str, Visit]:
    """A marker's values at each timepoint; of others than the persons, none.

    `values`: of each bucket, schemas.cohort.Chosen of the marker. ValueError where a person has
    two values at one timepoint.
    """
    n = persons.size
    visits = {t: Visit(np.full(n, np.nan), np.zeros(n, bool)) for t in timepoints}
    columns = ("person", "timepoint", "value", rests_on_limit().alias("limit"))
    for bucket, own in enumerate(values):
        rows = persons.numbered(bucket, own.select(columns).collect())
        for timepoint, visit in visits.items():
            there = rows.filter(timepoint=timepoint).select("number", *Visit._fields)
            number, value, limit = (column.to_numpy() for column in there)
            visit.value[number], visit.limit[number] = value, limit
            # a marker may come with more than one panel, and is the same in each
            if (visit.value[number] != value).any() or (visit.limit[number] != limit).any():
                raise ValueError(f"a person has two values at {timepoint}")
    return visits
