"""Pair each person's baseline with the follow-up: the numbers that a test may use."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from labcohort.compare.paired import Pairs
from labcohort.compare.persons import Persons, members_by_number, places
from labcohort.derive.censored import is_below, rests_on_limit
from labcohort.flags import words

NEITHER = "no value at either visit"
NO_BASELINE = "no value at baseline"
NO_FOLLOWUP = "no value at follow-up"


@dataclass(frozen=True)
class Visit:
    """The values of a marker at a timepoint; `row` is the row of each person, -1 for none."""

    row: np.ndarray
    value: np.ndarray
    limit: np.ndarray
    below: np.ndarray
    flags: pl.Series


class Pairing:
    """The values and members of any number of markers, from which pairs are taken.

    `buckets`: for each bucket of persons its values (schemas.cohort.Chosen: one a person, marker
    and timepoint) and members (schemas.cohort.Membership). The values of one marker are in memory
    at a time: best asked for marker by marker. ValueError for two values, or two memberships, of
    one person.
    """

    def __init__(self, buckets: Sequence[tuple[pl.LazyFrame, pl.LazyFrame]], baseline: str):
        self.baseline = baseline
        members = [own for _, own in buckets]
        self._persons = Persons(
            [own.select("person").unique().collect().to_series() for own in members]
        )
        self._members = members_by_number(members, self._persons)
        self._values = [values for values, _ in buckets]
        self._marker: str | None = None
        self._visits: dict[str, Visit] = {}

    def pairs(self, marker: str, cohort: str, timepoint: str, exclude: Sequence[str] = ()) -> Pairs:
        """Pairs of `marker` in `cohort` between the baseline and `timepoint` (`between`)."""
        if marker != self._marker:
            self._visits.clear()
            self._marker, self._visits = marker, self._laid_out(marker)
        inside = self._members.get((cohort, timepoint), np.empty(0, np.int32))
        nobody = laid_out(None, self._persons.size)
        visits = (self._visits.get(visit, nobody) for visit in (self.baseline, timepoint))
        return between(inside, *visits, exclude)

    def _laid_out(self, marker: str) -> dict[str, Visit]:
        """The marker's values by timepoint."""
        columns = ("person", "timepoint", "value", "comparator", "flag")
        parts = defaultdict(list)
        for bucket, values in enumerate(self._values):
            rows = values.filter(pl.col("marker") == marker).select(columns).collect()
            own = self._persons.numbered(bucket, rows)
            for (timepoint,), part in own.partition_by("timepoint", as_dict=True).items():
                parts[timepoint].append(part)
        size = self._persons.size
        return {timepoint: laid_out(pl.concat(own), size) for timepoint, own in parts.items()}


def laid_out(values: pl.DataFrame | None, persons: int) -> Visit:
    """The numbered values of a marker at a timepoint, to be found by person.

    ValueError for two of one person.
    """
    if values is None:
        none = np.empty(0, bool)
        return Visit(
            np.full(persons, -1, np.int32), np.empty(0), none, none, pl.Series(dtype=pl.String)
        )
    row = places(values.get_column("number").to_numpy(), persons)
    limits = values.select(limit=rests_on_limit(), below=is_below(pl.col("comparator")))
    arrays = (frame.get_column(name).to_numpy() for frame, name in (
        (values, "value"), (limits, "limit"), (limits, "below")))  # fmt: skip
    return Visit(row, *arrays, values.get_column("flag"))


def between(inside: np.ndarray, before: Visit, after: Visit, exclude: Sequence[str] = ()) -> Pairs:
    """The pairs of the members (their numbers, ascending) at two visits.

    Joined by person, never by position. A pair is left out where either value has a flag that
    `exclude` names.
    """
    visits = (before, after)
    rows = [visit.row[inside] for visit in visits]
    lost, paired = _lost(visits, rows, exclude)
    own = [(visit, found[paired]) for visit, found in zip(visits, rows, strict=True)]
    return Pairs(
        *(visit.value[found] for visit, found in own),
        n_members=len(inside),
        n_baseline=int((rows[0] >= 0).sum()),
        n_followup=int((rows[1] >= 0).sum()),
        lost=lost,
        limits=np.column_stack([visit.limit[found] for visit, found in own]),
        below=np.column_stack([visit.below[found] for visit, found in own]),
        who=inside[paired],
    )


def _lost(
    visits: Sequence[Visit], rows: Sequence[np.ndarray], exclude: Sequence[str]
) -> tuple[dict[str, int], np.ndarray]:
    """Reason -> members who are no pair, in the order of the words; and which members are one.

    A member counts for one reason: a value that is not there, else the first excluded flag at
    baseline, else that at follow-up.
    """
    before, after = (found >= 0 for found in rows)
    counts = {
        NEITHER: ~before & ~after,
        NO_BASELINE: ~before & after,
        NO_FOLLOWUP: before & ~after,
    }
    paired = before & after
    for visit, found in zip(visits, rows, strict=True):
        for flag in exclude if visit.flags.len() else ():
            # few different texts, of many values
            texts = [text for text in visit.flags.drop_nulls().unique() if flag in text.split("|")]
            flagged = visit.flags.is_in(texts).fill_null(False).to_numpy()
            out = paired & flagged[found]
            counts[words(flag)] = counts.get(words(flag), False) | out
            paired = paired & ~out
    found = {reason: int(who.sum()) for reason, who in sorted(counts.items())}
    return {reason: n for reason, n in found.items() if n}, paired
