"""What changed since the previous delivery of a source, in counts."""

import polars as pl

from labcohort.validate.distribution import SMALL

# a result is the same one in two deliveries where these agree; rows may have moved
KEY = ("person", "date_text", "visit", "analyte")
SAID = ("value_text", "unit_text", "status_text")


def changes(now: pl.DataFrame, before: pl.DataFrame) -> dict:
    """Counts of persons and cells that are the same, added, gone or changed, and by analyte.

    `now` and `before` are the cells (schemas.ingested.Cells) of two deliveries. A result is known
    by person, date, visit and analyte; several of one key are taken in the order of what they
    say, so that the order of rows does not count. Empty cells are none.
    """
    pairs = _numbered(now).join(
        _numbered(before), on=[*KEY, "repeat"], how="full", nulls_equal=True, coalesce=True
    )
    same = pl.all_horizontal(pl.col(c).eq_missing(pl.col(f"{c}_right")) for c in SAID)
    kind = (
        pl.when(pl.col("value_text_right").is_null())
        .then(pl.lit("added"))
        .when(pl.col("value_text").is_null())
        .then(pl.lit("gone"))
        .when(same)
        .then(pl.lit("same"))
        .otherwise(pl.lit("changed"))
    )
    pairs = pairs.with_columns(kind=kind)
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


def _numbered(cells: pl.DataFrame) -> pl.DataFrame:
    """The filled cells, those of one key numbered in the order of what they say."""
    filled = cells.filter(pl.col("value_text") != "").select(*KEY, *SAID)
    # within a key, equal texts of both deliveries should meet first
    return filled.sort(*KEY, *SAID, nulls_last=True).with_columns(
        repeat=pl.int_range(pl.len()).over(KEY)
    )


def _persons(now: pl.DataFrame, before: pl.DataFrame) -> dict:
    new, old = (set(cells.get_column("person").drop_nulls()) for cells in (now, before))
    return {"same": len(new & old), "added": len(new - old), "gone": len(old - new)}
