"""A marker's values, and who is a member of a cohort, by person: read bucket by bucket."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from labcohort.derive.censored import rests_on_limit


class Visit(NamedTuple):
    """A marker's values at a timepoint by person, shape (persons,), NaN where there is none; and
    whether they rest on limits."""

    value: np.ndarray
    limit: np.ndarray


def inside_by_person(
    members: Sequence[pl.LazyFrame], persons: Sequence[pl.DataFrame], timepoints: Iterable[str]
) -> dict[str, np.ndarray]:
    """Who, by number, is a member at each timepoint, shape (persons,).

    `members`: of each bucket, schemas.cohort.Membership of one cohort; `persons`: of each bucket,
    their numbers (compare.persons.numbered).
    """
    inside = {timepoint: np.zeros(_size(persons), bool) for timepoint in timepoints}
    for own, known in zip(members, persons, strict=True):
        rows = own.select("person", "timepoint").collect().join(known, on="person")
        for timepoint, has in inside.items():
            has[rows.filter(timepoint=timepoint).get_column("number").to_numpy()] = True
    return inside


def visits_by_person(
    values: Sequence[pl.LazyFrame], persons: Sequence[pl.DataFrame], timepoints: Iterable[str]
) -> dict[str, Visit]:
    """A marker's values at each timepoint; of others than the persons, none.

    `values`: of each bucket, schemas.cohort.Chosen of the marker; `persons` as above. ValueError
    where a person has two values at one timepoint.
    """
    n = _size(persons)
    visits = {t: Visit(np.full(n, np.nan), np.zeros(n, bool)) for t in timepoints}
    columns = ("person", "timepoint", "value", rests_on_limit().alias("limit"))
    for own, known in zip(values, persons, strict=True):
        rows = own.select(columns).collect().join(known, on="person")
        for timepoint, visit in visits.items():
            there = rows.filter(timepoint=timepoint).select("number", *Visit._fields)
            number, value, limit = (column.to_numpy() for column in there)
            visit.value[number], visit.limit[number] = value, limit
            # a marker may come with more than one panel, and is the same in each
            if (visit.value[number] != value).any() or (visit.limit[number] != limit).any():
                raise ValueError(f"a person has two values at {timepoint}")
    return visits


def _size(persons: Sequence[pl.DataFrame]) -> int:
    return sum(known.height for known in persons)
