"""Which groups are withheld: those of few persons, and those from which these could be told.

A group is of few persons where its number is 1 to minimum - 1. Where a group lies within another,
the difference of the two is a group as well: of numbers (n), and, as means are sums over n, of
every mean. So the smallest of the groups within another is withheld as well, until no difference
of groups that are shown is of few persons and none tells the number of one that is withheld.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import combinations
from typing import NamedTuple

import polars as pl

from labcohort.small_cells import is_few

KEY = ("profile", "marker", "cohort", "timepoint")
# stands for the profile where no flag leaves out a pair
ALL_PAIRS = "all pairs"
Parts = Sequence[Mapping[str, Sequence[str]]]


class Group(NamedTuple):
    """A cohort with so many persons: fewer where an analysis leaves some out."""

    cohort: str
    n: int


def hidden_groups(
    comparisons: pl.DataFrame, in_range: pl.DataFrame, parts: Parts, minimum: int
) -> pl.DataFrame:
    """Rows (KEY, few): the groups of pairs that are withheld, and whether they are of few pairs.

    `parts` are the cohorts by their parts (settings.cohort_parts). The profile ALL_PAIRS is that
    of the shares in range, which leave out no pair.
    """
    everyone = in_range.with_columns(profile=pl.lit(ALL_PAIRS))
    counted = [frame.select(*KEY, "n_pairs") for frame in (comparisons, everyone)]
    rows = []
    for (marker, timepoint), own in pl.concat(counted).unique().group_by("marker", "timepoint"):
        groups = list(own.select("profile", "cohort", "n_pairs").iter_rows())
        gone = hidden({Group(cohort, n) for _, cohort, n in groups}, parts, minimum)
        rows += [
            (profile, marker, cohort, timepoint, is_few(n, minimum))
            for profile, cohort, n in groups
            if (cohort, n) in gone
        ]
    schema = dict.fromkeys(KEY, pl.String) | {"few": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row").sort(KEY)


def hidden_members(comparisons: pl.DataFrame, parts: Parts, minimum: int) -> pl.DataFrame:
    """Rows (cohort, timepoint): the cohorts whose number of members is withheld."""
    rows = []
    for (timepoint,), own in comparisons.group_by("timepoint"):
        sizes = {Group(*row) for row in own.select("cohort", "n_members").unique().iter_rows()}
        rows += [(group.cohort, timepoint) for group in hidden(sizes, parts, minimum)]
    schema = {"cohort": pl.String, "timepoint": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row").unique().sort("cohort", "timepoint")


def hidden(groups: Set[Group], parts: Parts, minimum: int) -> set[Group]:
    """The groups that are withheld, of groups of one marker at one timepoint in any analysis."""
    found = {group for group in groups if is_few(group.n, minimum)}
    while (group := next(_giving_away(groups, parts, minimum, found), None)) is not None:
        found.add(group)
    return found


def _giving_away(
    groups: Set[Group], parts: Parts, minimum: int, found: Set[Group]
) -> Iterator[Group]:
    """Groups that are shown and by which one of few persons could be told."""
    shown = sorted(group for group in groups - found if group.n)
    for small, large in combinations(shown, 2):
        if small.cohort == large.cohort and is_few(large.n - small.n, minimum):
            yield small
    for of in parts:
        own = {cohort: frozenset(part) for cohort, part in of.items()}
        there = [group for group in shown if group.cohort in own]
        gone = [group for group in sorted(found) if group.cohort in own]
        for whole in there:
            others = [group for group in there if group.cohort != whole.cohort]
            for within in _disjoint(others, own, own[whole.cohort]):
                left = whole.n - sum(group.n for group in within)
                room = own[whole.cohort].difference(*(own[group.cohort] for group in within))
                if is_few(left, minimum) or any(
                    _tells(left, [group.n for group in inside], minimum)
                    for inside in _disjoint(gone, own, room)
                ):
                    yield min(within, key=lambda group: (group.n, group), default=whole)


def _disjoint(
    groups: Sequence[Group], own: Mapping[str, frozenset], room: frozenset
) -> Iterator[list[Group]]:
    """All choices of groups within `room` that have no part in common; the empty one too."""
    inside = [g for g in groups if own[g.cohort] <= room]
    yield []
    for i, group in enumerate(inside):
        for others in _disjoint(inside[i + 1 :], own, room - own[group.cohort]):
            yield [group, *others]


def _tells(left: int, withheld: Sequence[int], minimum: int) -> bool:
    """Whether what is left of a group tells the numbers of those withheld that it consists of.

    Of these a reader knows which are few (1 to minimum - 1) and which are not.
    """
    if not withheld or sum(withheld) != left:
        return False
    few = sum(is_few(n, minimum) for n in withheld)
    others = len(withheld) - few
    if not few:
        return False
    return left == few + others * minimum or (not others and left == few * (minimum - 1))
