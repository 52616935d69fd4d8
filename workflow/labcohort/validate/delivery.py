"""What changed since the previous delivery of a source, in counts."""

from collections.abc import Iterable, Sequence

import polars as pl

from labcohort.harmonise.names import match_names
from labcohort.validate.places import UNMAPPED

# a result is the same one in two deliveries where these agree; rows may have moved
KEY = ("person", "date_text", "visit", "analyte")
SAID = ("value_text", "unit_text", "status_text")


def changes(now: pl.DataFrame, before: pl.DataFrame, names: Iterable[str]) -> dict:
    """Counts of persons and cells that are the same, added, gone or changed, and by analyte.

    `now` and `before` are the cells (schemas.ingested.Cells) of two deliveries. A result is known
    by person, date, visit and analyte; of several of one key equal ones meet first, then the
    others in the order of what they say, so that the order of rows does not count. Empty cells
    are none. Analytes are called as the mapping does, which gives `names`; what it does not name
    may be anything, a name or an address too, and is not shown.
    """
    pairs = _pairs(_filled(now), _filled(before))
    kinds = ("same", "added", "gone", "changed")
    counts = [(pl.col("kind") == k).sum().alias(k) for k in kinds]
    keys = match_names(pairs.get_column("analyte").unique().to_list(), names).keys
    key = pl.col("analyte").replace_strict(keys, default=UNMAPPED, return_dtype=pl.String)
    by_analyte = pairs.group_by(key).agg(counts).sort("analyte")
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
