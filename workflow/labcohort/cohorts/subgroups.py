"""Subgroups of the eligible, and who is a member of which at which timepoint."""

from itertools import combinations

import polars as pl

from labcohort.keys import sorted_by
from labcohort.study.names import names

SIZES = {"cohort": pl.String, "timepoint": pl.String, "members": pl.Int64}


def subgroup(row: dict, people: pl.DataFrame, baseline: pl.DataFrame) -> pl.Series:
    """Persons in the subgroup that a row of cohorts.tsv names.

    `people` are the eligible with their attributes; `baseline` has the value (and category)
    chosen for baseline, a row a person and marker. Who has no such value is in no subgroup
    that is chosen on it.
    """
    if row["criterion"] == "everyone":
        return people.get_column("person")
    values = names(row["values"])
    if row["criterion"] == "attribute_is":
        met = pl.col(row["subject"]).is_in(values)
        return people.filter(met.fill_null(False)).get_column("person")
    of_marker = baseline.filter(pl.col("marker") == row["subject"])
    value = pl.col("value")
    if row["criterion"] == "baseline_is":
        numbers = [float(text) for text in values if _is_number(text)]
        # a class goes by its name, not by its rank: GFR category G4 is the fifth
        category = pl.col("category")
        met = (
            pl.when(category.is_null()).then(value.is_in(numbers)).otherwise(category.is_in(values))
        )
    else:
        limit = float(row["values"])
        met = {
            "baseline_at_least": value >= limit,
            "baseline_above": value > limit,
            "baseline_at_most": value <= limit,
            "baseline_below": value < limit,
        }[row["criterion"]]
    inside = of_marker.filter(met.fill_null(False)).join(people, on="person", how="semi")
    return inside.get_column("person")


def membership(
    cohorts: list[dict], people: pl.DataFrame, baseline: pl.DataFrame, visited: pl.DataFrame
) -> pl.DataFrame:
    """Rows (cohort, timepoint, person): eligible, in the subgroup, with any result then."""
    parts = [visited.clear().select(pl.lit("").alias("cohort"), "timepoint", "person")]
    for row in cohorts:
        inside = subgroup(row, people, baseline).unique().implode()
        members = visited.filter(pl.col("person").is_in(inside))
        parts.append(members.select(pl.lit(row["cohort"]).alias("cohort"), "timepoint", "person"))
    return sorted_by(pl.concat(parts), "cohort", "timepoint", "person")


def sizes(members: pl.DataFrame, cohorts: list[dict], visits: list[dict]) -> pl.DataFrame:
    """Members by cohort and timepoint, also where there are none; and the follow-ups' overlap.

    The row of two timepoints joined by `&` counts members of both.
    """
    timepoints = [visit["timepoint"] for visit in visits]
    parts = members.partition_by("cohort", "timepoint", as_dict=True)
    rows = []
    for row in cohorts:
        of = {
            t: parts.get((row["cohort"], t), members.clear()).get_column("person")
            for t in timepoints
        }
        rows += [(row["cohort"], t, len(of[t])) for t in timepoints]
        rows += [
            (row["cohort"], f"{a} & {b}", int(of[a].is_in(of[b].implode()).sum()))
            for a, b in combinations(timepoints[1:], 2)
        ]
    return pl.DataFrame(rows, schema=SIZES, orient="row")


def joined_sizes(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """The sizes of all persons from those of parts of them (columns SIZES): the counts add up."""
    groups = pl.concat(parts).group_by("cohort", "timepoint", maintain_order=True)
    return groups.agg(pl.col("members").sum())


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
