"""What changed since the previous delivery of a source: counts, and the results themselves."""

from collections.abc import Iterable, Sequence

import polars as pl

from labcohort.harmonise.names import match_names
from labcohort.quarantine import PLACE
from labcohort.validate.places import UNMAPPED, places

# a result is the same one in two deliveries where these agree; rows may have moved
KEY = ("person", "date_text", "visit", "analyte")
SAID = ("value_text", "unit_text", "status_text")
AT = PLACE[1:]
SIDES = {"before": "_right", "now": ""}


def compared(now: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Each result of two deliveries with its `kind`: same, added, gone or changed.

    `now` and `before` are the cells (schemas.ingested.Cells). A result is known by person, date,
    visit and analyte; of several of one key equal ones meet first, then the others in the order
    of what they say, so that the order of rows does not count. Empty cells are none. Columns
    kind, analyte, and what each delivery says where: value, unit, status, file, sheet, row,
    column, each with `_before` and `_now`.
    """
    pairs = _pairs(_filled(now), _filled(before))
    shown = (*SAID, *AT)
    return pairs.select(
        "kind",
        "analyte",
        *(
            pl.col(f"{name}{end}").alias(f"{name.removesuffix('_text')}_{side}")
            for side, end in SIDES.items()
            for name in shown
        ),
    )


def moved(pairs: pl.DataFrame) -> pl.DataFrame:
    """Of `compared` the results that are gone or have changed, in the order of their places."""
    own = pairs.filter(pl.col("kind").is_in(["gone", "changed"]))
    at = [f"{name}_{side}" for side in ("now", "before") for name in AT]
    return own.sort("kind", *at, nulls_last=True)


def counts(
    now: pl.DataFrame, before: pl.DataFrame, pairs: pl.DataFrame, names: Iterable[str]
) -> dict:
    """Counts of persons and cells by kind, and by analyte; the first places of what is gone (in
    the previous delivery) or changed (in this one).

    Analytes are called as the mapping does, which gives `names`; what it does not name may be
    anything, a name or an address too, and is not shown.
    """
    kinds = ("same", "added", "gone", "changed")
    by_kind = [(pl.col("kind") == k).sum().alias(k) for k in kinds]
    keys = match_names(pairs.get_column("analyte").unique().to_list(), names).keys
    key = pl.col("analyte").replace_strict(keys, default=UNMAPPED, return_dtype=pl.String)
    by_analyte = pairs.group_by(key).agg(by_kind).sort("analyte")
    return {
        "persons": _persons(now, before),
        "cells": pairs.select(by_kind).row(0, named=True),
        "analytes": by_analyte.to_dicts(),
        "first": {
            "gone": _first(pairs, "gone", "before"),
            "changed": _first(pairs, "changed", "now"),
        },
    }


def _first(pairs: pl.DataFrame, kind: str, side: str) -> list[dict]:
    own = pairs.filter(pl.col("kind") == kind)
    return places(own.select(pl.col(f"{name}_{side}").alias(name) for name in AT))


def _filled(cells: pl.DataFrame) -> pl.DataFrame:
    return cells.filter(pl.col("value_text") != "").select(*KEY, *SAID, *AT)


def _pairs(now: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """The results of both deliveries with their `kind`; what the one before says ends in _right."""
    equal = [*KEY, *SAID]
    now, before = _numbered(now, equal), _numbered(before, equal)
    alike = {"on": [*equal, "repeat"], "nulls_equal": True}
    same = now.join(before, how="inner", **alike, maintain_order="left")
    same = same.with_columns(
        pl.lit("same").alias("kind"), *(pl.col(n).alias(f"{n}_right") for n in SAID)
    )
    left = _numbered(now.join(before, how="anti", **alike), KEY)
    right = _numbered(before.join(now, how="anti", **alike), KEY)
    others = left.join(
        right, on=[*KEY, "repeat"], how="full", nulls_equal=True, coalesce=True
    ).with_columns(
        kind=pl.when(pl.col("value_text_right").is_null())
        .then(pl.lit("added"))
        .when(pl.col("value_text").is_null())
        .then(pl.lit("gone"))
        .otherwise(pl.lit("changed")),
    )
    return pl.concat([same, others.select(same.columns)])


def _numbered(results: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """The results, those alike in `columns` numbered in the order of what they say."""
    return results.sort(*KEY, *SAID, *AT, nulls_last=True).with_columns(
        repeat=pl.int_range(pl.len()).over(columns)
    )


def _persons(now: pl.DataFrame, before: pl.DataFrame) -> dict:
    new, old = (set(cells.get_column("person").drop_nulls()) for cells in (now, before))
    return {"same": len(new & old), "added": len(new - old), "gone": len(old - new)}
