"""Work on columns in which equal values follow one another, as persons do in most exports."""

from collections.abc import Callable

import polars as pl


def by_run(work: Callable[..., pl.Series], *columns: pl.Series) -> pl.Series:
    """`work(*columns)`, which is a function of each row's values, worked out once a run of rows
    that are equal in the columns, and of which there is one column or more."""
    frame = pl.DataFrame([column.alias(str(i)) for i, column in enumerate(columns)])
    run = columns[0].rle_id()
    if len(columns) > 1:
        # the sum of the columns' numbers of runs stays where no column changes
        run = frame.select(pl.sum_horizontal(pl.all().rle_id()).rle_id()).to_series()
    # numbers of runs go up one by one: the first row of each is where it would be put in
    runs = pl.int_range(0, (run.last() or 0) + 1 if len(run) else 0, dtype=run.dtype, eager=True)
    first = frame[run.search_sorted(runs)]
    return work(*first.iter_columns()).gather(run)
