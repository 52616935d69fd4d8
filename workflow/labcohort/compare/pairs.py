"""Pair each person's baseline with the follow-up: the numbers that a test may use."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from labcohort.compare.paired import Pairs
from labcohort.compare.persons import Persons
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

    `chosen` is schemas.cohort.Chosen (one value a person, marker and timepoint), `members`
    schemas.cohort.Membership. ValueError for two values, or two memberships, of one person.
    """

    def __init__(self, chosen: pl.DataFrame, members: pl.DataFrame, baseline: str):
        self.baseline = baseline
        self._persons = Persons(chosen.get_column("person"), members.get_column("person"))
        self._values = self._persons.parts(chosen, "marker", "timepoint")
        self._members = self._persons.parts(members, "cohort", "timepoint")
        self._visits: dict[tuple[str, str], Visit] = {}

    def pairs(self, marker: str, cohort: str, timepoint: str, exclude: Sequence[str] = ()) -> Pairs:
        """Pairs of `marker` in `cohort` between the baseline and `timepoint` (`between`)."""
        inside = np.flatnonzero(self._persons.has(self._members.get((cohort, timepoint))))
        visits = (self._visit(marker, visit) for visit in (self.baseline, timepoint))
        return between(inside, *visits, exclude)

    def _visit(self, marker: str, timepoint: str) -> Visit:
        if (marker, timepoint) not in self._visits:
            own = self._values.get((marker, timepoint))
            self._visits[marker, timepoint] = laid_out(own, self._persons.size)
        return self._visits[marker, timepoint]


def laid_out(values: pl.DataFrame | None, persons: int) -> Visit:
    """The numbered values (`Persons`) of a marker at a timepoint, to be found by person."""
    row = np.full(persons, -1, np.int32)
    if values is None:
        none = np.empty(0, bool)
        return Visit(row, np.empty(0), none, none, pl.Series(dtype=pl.String))
    row[values.get_column("number").to_numpy()] = np.arange(values.height)
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
            flagged = visit.flags.str.split("|").list.contains(flag).fill_null(False).to_numpy()
            out = paired & flagged[found]
            counts[words(flag)] = counts.get(words(flag), False) | out
            paired = paired & ~out
    found = {reason: int(who.sum()) for reason, who in sorted(counts.items())}
    return {reason: n for reason, n in found.items() if n}, paired
