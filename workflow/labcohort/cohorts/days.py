"""Day 0 of each person, and of a marker where it has its own; the days counted from there.

Persons and markers may be texts, or an Enum of them in their order (many times faster).
"""

import numpy as np
import polars as pl

from labcohort.derive.censored import rests_on_limit
from labcohort.keys import packed
from labcohort.study.names import FIRST_RESULT

# what may count down to the first of several: no day or date is that far
NEVER = np.iinfo(np.int64).max


def anchor_dates(dates: pl.LazyFrame, patients: pl.DataFrame, visits: list[dict]) -> pl.DataFrame:
    """Day 0 of each person (columns person, anchor), for anchors that are one date a person.

    `dates` holds a row (person, sample_date) a result. The anchor is an attribute of the
    patients, or the first of all results where the scope is the person.
    """
    anchor = visits[0]["anchor"]
    if anchor != FIRST_RESULT:
        return patients.select("person", pl.col(anchor).alias("anchor")).filter(
            pl.col("anchor").is_not_null()
        )
    if counts_by_marker(visits):
        return pl.DataFrame(schema={"person": patients.schema["person"], "anchor": pl.Date})
    firsts = dates.group_by("person").agg(pl.col("sample_date").min().alias("anchor"))
    return firsts.sort("person").collect()


def with_days(
    results: pl.DataFrame,
    anchors: pl.DataFrame,
    visits: list[dict],
    exclude_limits: bool = False,
) -> pl.DataFrame:
    """`results` with `day`, counted from the anchor; null where a person has none.

    With the anchor `first_result` and the scope `marker`, from each marker's own first result;
    with `exclude_limits` from the first that is no limit, where there is one.
    """
    if counts_by_marker(visits):
        anchor = _first_dates(results, exclude_limits)
    else:
        anchor = _anchors_of(results.get_column("person"), anchors)
    return results.with_columns(day=(pl.col("sample_date") - anchor).dt.total_days())


def _anchors_of(persons: pl.Series, anchors: pl.DataFrame) -> pl.Series:
    """The anchor of each of the persons, null where there is none."""
    kind = persons.dtype
    if isinstance(kind, pl.Enum):
        # by number: a tenth of the time of a join
        nobody = pl.repeat(None, len(kind.categories), dtype=pl.Date, eager=True)
        known = nobody.scatter(anchors.get_column("person").to_physical(), anchors["anchor"])
        return known.gather(persons.to_physical())
    found = persons.to_frame().join(anchors, on="person", how="left", maintain_order="left")
    return found.get_column("anchor")


def counts_by_marker(visits: list[dict]) -> bool:
    """Whether each marker of a person has a day 0 of its own."""
    return visits[0]["anchor"] == FIRST_RESULT and visits[0]["scope"] == "marker"


def _first_dates(results: pl.DataFrame, exclude_limits: bool) -> pl.Series:
    """The date of the first result of the same person and marker, for each result."""
    group = groups(results, "marker", "person")
    date = results.get_column("sample_date").to_physical().cast(pl.Int64).to_numpy()
    first = lowest(group, date)
    if exclude_limits:
        # a limit that is excluded is the first where there is nothing else
        limit = results.select(rests_on_limit()).to_series().to_numpy()
        exact = lowest(group, np.where(limit, NEVER, date))
        first = np.where(exact == NEVER, first, exact)
    return pl.Series(first.astype(np.int32)).cast(pl.Date)


def lowest(group: np.ndarray, number: np.ndarray) -> np.ndarray:
    """For each row the lowest number in its group; groups are counted from 0, with few gaps."""
    least = np.full(int(group.max(initial=0)) + 1, NEVER)
    np.minimum.at(least, group, number)
    return least[group]


def groups(frame: pl.DataFrame, *names: str) -> np.ndarray:
    """The number of each row's group; rows that are equal in the columns are of one."""
    return packed(frame, names).cast(pl.Int64).to_numpy()
