"""Eligibility by ordered criteria; the first that a person fails is the reason."""

from datetime import date

import polars as pl

from labcohort.study.names import BASELINE, names

FLOW = {
    "order": pl.Int64,
    "criterion": pl.String,
    "subject": pl.String,
    "entered": pl.Int64,
    "failed": pl.Int64,
    "remained": pl.Int64,
}


def judged(patients: pl.DataFrame, visited: pl.DataFrame, criteria: list[dict]) -> pl.DataFrame:
    """Who is eligible (schemas.cohort.People): the first criterion failed, null where eligible.

    `visited` has a row (person, timepoint) for each timepoint at which a person has any result.
    An attribute that is unknown fails its criterion. `lacks_followup_only` is true for those who
    fail nothing but a criterion of results at follow-up: otherwise eligible, and never back.
    """
    people = patients
    for row in criteria:
        if row["criterion"] == "result_at":
            timepoints = names(row["subject"])
            seen = visited.filter(pl.col("timepoint").is_in(timepoints))
            passed = pl.col("person").is_in(seen.get_column("person").unique().implode())
        else:
            passed = _attribute(row).fill_null(False)
        people = people.with_columns(passed.alias(f"criterion {row['order']}"))
    first = pl.coalesce(
        pl.lit(None, pl.Int64),
        *(
            pl.when(~pl.col(f"criterion {row['order']}")).then(pl.lit(row["order"], pl.Int64))
            for row in sorted(criteria, key=lambda row: row["order"])
        ),
    )
    others = [row for row in criteria if not _asks_for_followup(row)]
    otherwise = pl.all_horizontal(
        pl.lit(True), *(pl.col(f"criterion {row['order']}") for row in others)
    )
    return people.select(
        "person",
        first.alias("failed"),
        lacks_followup_only=first.is_not_null() & otherwise,
    ).sort("person")


def _asks_for_followup(row: dict) -> bool:
    """Whether a criterion asks for results at a timepoint after baseline."""
    return row["criterion"] == "result_at" and BASELINE not in names(row["subject"])


def _attribute(row: dict) -> pl.Expr:
    """Whether an attribute of the patients meets a criterion; null where it is unknown."""
    column = pl.col(row["subject"])
    if row["criterion"] == "attribute_is":
        return column.is_in(names(row["values"]))
    first, last = (date.fromisoformat(part.strip()) for part in row["values"].split(".."))
    return column.is_between(first, last)


def selection_flow(people: pl.DataFrame, criteria: list[dict]) -> pl.DataFrame:
    """One row a criterion, also where nobody failed it: entered, failed, remained."""
    rows, entered = [], people.height
    for row in sorted(criteria, key=lambda row: row["order"]):
        failed = people.filter(pl.col("failed") == row["order"]).height
        rows.append(
            (row["order"], row["criterion"], row["subject"], entered, failed, entered - failed)
        )
        entered -= failed
    return pl.DataFrame(rows, schema=FLOW, orient="row")


def joined_flow(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """The flow of all persons from those of parts of them (columns FLOW): the counts add up."""
    steps = pl.concat(parts).group_by("order", "criterion", "subject", maintain_order=True)
    return steps.agg(pl.col("entered", "failed", "remained").sum())
