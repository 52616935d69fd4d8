"""From which class to which: members of a cohort by their class at baseline and at a visit."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

CLASSES = ("category_baseline", "category_followup")


def transitions(
    asked: list[dict],
    parts: Iterable[tuple[str, Sequence[pl.LazyFrame]]],
    members: Sequence[pl.LazyFrame],
    how: Mapping,
) -> list[dict]:
    """Rows (schemas.transitions.Transitions) of each asked marker, cohort and timepoint.

    `parts` are a marker each with its values (schemas.cohort.Chosen) in each bucket of persons,
    taken one at a time; `members` are those of each bucket (schemas.cohort.Membership). `how` has
    `baseline` and `categories`: marker -> its classes in their order. Every pair of classes has a
    row, also where nobody is; null is no value at the visit, and comes last. ValueError where a
    person stands twice at a timepoint, or in a class that is none of the marker's.
    """
    counts, left = Counter(), list(asked)
    for marker, values in parts:
        own = [row for row in left if row["marker"] == marker]
        counts += _counts(own, values, members, how["baseline"])
        left = [row for row in left if row["marker"] != marker]
    # of what nobody has a value, a row says so
    nothing = pl.LazyFrame(schema=dict.fromkeys(("person", "timepoint", "category"), pl.String))
    if left:
        counts += _counts(left, [nothing] * len(members), members, how["baseline"])
    rows = [
        {**_named(row), **dict(zip(CLASSES, pair, strict=True)), "n": counts.pop((*key, *pair), 0)}
        for row in asked
        for key in [tuple(_named(row).values())]
        for pair in _pairs(how["categories"][row["marker"]])
    ]
    if counts:
        raise ValueError(f"a class that its marker does not have: {sorted(map(str, counts))[0]}")
    return rows


def _named(row: Mapping) -> dict:
    return {name: row[name] for name in ("marker", "cohort", "timepoint")}


def _pairs(categories: Sequence[str]) -> list[tuple[str | None, str | None]]:
    """Every class before with every class after."""
    known = [*categories, None]
    return [(before, after) for before in known for after in known]


def _counts(
    asked: list[dict],
    values: Sequence[pl.LazyFrame],
    members: Sequence[pl.LazyFrame],
    baseline: str,
) -> Counter:
    """(marker, cohort, timepoint, class before, class after) -> persons, of one marker's rows."""
    counts = Counter()
    used = pl.col("timepoint").is_in({baseline, *(row["timepoint"] for row in asked)})
    cohorts = pl.col("cohort").is_in({row["cohort"] for row in asked})
    for own, inside in zip(values, members, strict=True):
        visits = own.filter(used).select("person", "timepoint", "category").collect()
        if visits.select("person", "timepoint").is_duplicated().any():
            raise ValueError("a person stands twice at one marker and timepoint")
        groups = inside.filter(cohorts, used).collect()
        for row in asked:
            persons = groups.filter(cohort=row["cohort"], timepoint=row["timepoint"])
            both = persons.select("person")
            for name, timepoint in zip(CLASSES, (baseline, row["timepoint"]), strict=True):
                at = visits.filter(timepoint=timepoint).select(
                    "person", pl.col("category").alias(name)
                )
                both = both.join(at, on="person", how="left")
            for before, after, n in both.group_by(CLASSES).len().iter_rows():
                counts[*_named(row).values(), before, after] += n
    return counts
