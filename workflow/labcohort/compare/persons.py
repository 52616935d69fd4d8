"""Persons by number, so that who has what and who is in what is found by indexing."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import polars as pl


class Persons:
    """The persons of buckets, numbered in the order of the pseudonyms of all: no number tells the
    bucket.

    `buckets`: of each bucket its persons, as often as they come. Whoever is in a bucket is in no
    other: a person is looked up among those of the bucket alone.
    """

    def __init__(self, buckets: Sequence[pl.Series]):
        known = [persons.unique().sort() for persons in buckets]
        names = pl.concat(known)
        self.size = len(names)
        number = np.empty(self.size, np.int32)
        number[names.arg_sort().to_numpy()] = np.arange(self.size, dtype=np.int32)
        ends = np.cumsum([len(own) for own in known])[:-1]
        self._numbers = [pl.Series("number", own) for own in np.split(number, ends)]
        # Unlike those of an Enum these codes are not laid out anew for each column. They last as
        # long as a column that has them: this one, of whose persons they are 0, 1, 2, …
        self._known = [own.cast(pl.Categorical(pl.Categories.random())) for own in known]

    def numbered(self, bucket: int, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows of a bucket's persons, with their `number` for `person`; others are left out."""
        numbers, codes = self._numbers[bucket], self._known[bucket].dtype
        code = frame.get_column("person").cast(codes).to_physical()
        known, own = code < len(numbers), frame.drop("person")
        if not known.all():
            code, own = code.filter(known), own.filter(known)
        return own.with_columns(numbers.gather(code))

    def arranged(self, frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
        """Frames of the buckets, of one row a person at most, as one in the order of the numbers;
        null where a person has no row."""
        own = pl.concat(self.numbered(bucket, frame) for bucket, frame in enumerate(frames))
        numbers = pl.Series("number", np.arange(self.size, dtype=np.int32)).to_frame()
        return numbers.join(own, on="number", how="left", maintain_order="left").drop("number")

    def has(self, numbers: np.ndarray) -> np.ndarray:
        """Who is among the numbers, shape (size,)."""
        has = np.zeros(self.size, bool)
        has[numbers] = True
        return has


def places(number: np.ndarray, persons: int) -> np.ndarray:
    """The row of each person of a marker's at a timepoint, shape (persons,), -1 for none; `number`
    is the person of each row. ValueError where one has two."""
    places, rows = np.full(persons, -1, np.int32), np.arange(number.size, dtype=np.int32)
    places[number] = rows
    if (places[number] != rows).any():
        raise ValueError("a person stands twice at one marker and timepoint")
    return places


def members_by_number(
    buckets: Sequence[pl.LazyFrame], persons: Persons
) -> dict[tuple[str, str], np.ndarray]:
    """The members' numbers, ascending, by cohort and timepoint.

    `buckets`: of each bucket, schemas.cohort.Membership. ValueError where a person stands twice.
    """
    parts = defaultdict(list)
    for bucket, members in enumerate(buckets):
        own = persons.numbered(bucket, members.collect())
        *keys, numbers = own.group_by("cohort", "timepoint").agg("number")
        for cohort, timepoint, group in zip(*keys, numbers, strict=True):
            parts[cohort, timepoint].append(group.to_numpy())
    groups = {key: np.sort(np.concatenate(own)) for key, own in parts.items()}
    if any((numbers[1:] == numbers[:-1]).any() for numbers in groups.values()):
        raise ValueError("a person stands twice at one cohort and timepoint")
    return groups
