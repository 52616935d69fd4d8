"""Inputs of one derived value from other dates than its own, where a study widens this."""

from datetime import timedelta

import polars as pl

from labcohort.derive.censored import sent_as_limit
from labcohort.derive.registry import upper_limit_of

KEYS = ("person", "sample_date")
# flag of a value one of whose inputs is of another date
INPUTS_OF_OTHER_DATE = "inputs_of_other_date"


def is_measured(code: str) -> pl.Expr:
    """Whether there is a result of a measured marker, be it an excluded one."""
    return pl.col(code).is_not_null() | pl.col(sent_as_limit(code))


def with_nearest(wide: pl.DataFrame, first: str, others: list[str], days: int) -> pl.DataFrame:
    """The rows where `first` was measured, with the result of each other input nearest to them.

    `wide` is in the order of `KEYS`, and so are the rows.
    """
    rows = wide.filter(is_measured(first))
    for code in others:
        result = (code, upper_limit_of(code), sent_as_limit(code))
        dated = pl.struct(pl.col("sample_date").alias("date"), *result)
        donors = wide.filter(is_measured(code)).select(*KEYS, before=dated, after=dated)
        rows = rows.drop(result)
        for name, strategy in (("before", "backward"), ("after", "forward")):
            rows = rows.join_asof(
                donors.select(*KEYS, name),
                on="sample_date",
                by="person",
                strategy=strategy,
                tolerance=timedelta(days),
                check_sortedness=False,  # sorted it is; polars cannot tell within persons
            )
        rows = rows.with_columns(_nearer()).drop("before", "after").unnest("nearer")
        other = (pl.col("date") != pl.col("sample_date")).fill_null(False)
        rows = rows.with_columns(
            pl.col(INPUTS_OF_OTHER_DATE) | other, pl.col(sent_as_limit(code)).fill_null(False)
        ).drop("date")
    return rows


def _nearer() -> pl.Expr:
    """Of the results `before` and `after` the sample date, the nearer; at a tie the earlier."""
    date, before, after = pl.col("sample_date"), pl.col("before"), pl.col("after")
    since, until = date - before.struct.field("date"), after.struct.field("date") - date
    later = since.is_null() | (until < since).fill_null(False)
    return pl.when(later).then(after).otherwise(before).alias("nearer")
