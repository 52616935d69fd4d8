"""What changed since the previous delivery of a source, in counts."""

from collections.abc import Sequence

import polars as pl

from labcohort.validate.distribution import SMALL

# a result is the same one in two deliveries where these agree; rows may have moved
KEY = ("person", "date_text", "visit", "analyte")
SAID = ("value_text", "unit_text", "status_text")


def changes(now: pl.DataFrame, before: pl.DataFrame) -> dict:
    """Counts of persons and cells that are the same, added, gone or changed, and by analyte.

    `now` and `before` are the cells (schemas.ingested.Cells) of two deliveries. A result is known
    by person, date, visit and analyte; of several of one key equal ones meet first, then the
    others in the order of what they say, so that the order of rows does not count. Empty cells
    are none.
    """
    pairs = _pairs(_filled(now), _filled(before))
    kinds = ("same", "added", "gone", "changed")
    counts = [(pl.col("kind") == k).sum().alias(k) for k in kinds]
    by_analyte = pairs.group_by("analyte").agg(pl.len(), *counts).sort("analyte")
    # a text that stands only here and there may be anything, a name too
    by_analyte = by_analyte.filter(pl.col("len") >= SMALL).drop("len")
    return {
        "persons": _persons(now, before),
        "cells": pairs.select(counts).row(0, named=True),
        "analytes": by_analyte.to_dicts(),
    }


def _filled(cells: pl.DataFrame) -> pl.DataFrame:
    return cells.filter(pl.col("value_text") != "").select(*KEY, *SAID)


def _pairs(now: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Analyte and `kind` (same, added, gone, changed) of each result of one delivery or both."""
    equal = [*KEY, *SAID]
    now, before = _numbered(now, equal), _numbered(before, equal)
    alike = {"on": [*equal, "repeat"], "nulls_equal": True}
    same = now.join(before, how="semi", **alike).select("analyte", kind=pl.lit("same"))
    left = _numbered(now.join(before, how="anti", **alike), KEY)
    right = _numbered(before.join(now, how="anti", **alike), KEY)
    others = left.join(
        right, on=[*KEY, "repeat"], how="full", nulls_equal=True, coalesce=True
    ).select(
        "analyte",
        kind=pl.when(pl.col("value_text_right").is_null())
        .then(pl.lit("added"))
        .when(pl.col("value_text").is_null())
        .then(pl.lit("gone"))
        .otherwise(pl.lit("changed")),
    )
    return pl.concat([same, others])


def _numbered(results: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """The results, those alike in `columns` numbered in the order of what they say."""
    return results.sort(*KEY, *SAID, nulls_last=True).with_columns(
        repeat=pl.int_range(pl.len()).over(columns)
    )


def _persons(now: pl.DataFrame, before: pl.DataFrame) -> dict:
    new, old = (set(cells.get_column("person").drop_nulls()) for cells in (now, before))
    return {"same": len(new & old), "added": len(new - old), "gone": len(old - new)}
