"""The tables beside comparisons.csv: what else was computed, with labels, at full precision."""

import polars as pl

from labcohort.publish.lists import listed
from labcohort.publish.text import within
from labcohort.publish.words import say

# columns that hold codes -> where `how` has their labels and, of markers, their units
CODES = {
    "marker": "markers",
    "selecting_marker": "markers",
    "variable": "markers",
    "cohort": "cohorts",
    "timepoint": "timepoints",
}
SORTED_BY = ("marker", "cohort", "timepoint")


def with_labels(frame: pl.DataFrame, how: dict) -> pl.DataFrame:
    """A frame of results as it is printed: labels beside codes, and the word SYNTHETIC.

    Each column of codes is followed by `{column}_label`, one of markers by `{column}_unit` too
    (the canonical unit; null where it is none of the study's markers). A code without a label,
    such as the variable `age`, stands for itself. Rows come by marker, cohort and timepoint in
    the order of their own tables (`how["orders"]`), then as they were; without one come first.
    """
    columns = []
    for name in frame.columns:
        columns.append(pl.col(name))
        if name in CODES:
            columns += _beside(name, how[CODES[name]])
    word = "SYNTHETIC" if how["synthetic"] else ""
    return in_order(frame, how).select(*columns, synthetic=pl.lit(word))


def all_comparisons(comparisons: pl.DataFrame, how: dict) -> pl.DataFrame:
    """Every comparison at full precision with its marker's label and unit, a row each, by marker,
    cohort and timepoint in the order of their tables."""
    labels = {marker: row["label"] for marker, row in how["markers"].items()}
    units = {marker: row["unit"] for marker, row in how["markers"].items()}
    joined = in_order(comparisons.sort("profile", "family", "test"), how).with_columns(
        label=pl.col("marker").replace_strict(labels, return_dtype=pl.String),
        unit=pl.col("marker").replace_strict(units, return_dtype=pl.String),
        synthetic=pl.lit("SYNTHETIC" if how["synthetic"] else ""),
    )
    first = ["profile", "family", "role", "panel", "marker", "label", "unit"]
    return joined.select(*first, *[name for name in joined.columns if name not in first])


def selection_flow(flow: pl.DataFrame, sizes: pl.DataFrame, how: dict) -> pl.DataFrame:
    """The selection flow with its labels, and the eligible at each timepoint below it."""
    labels = {row["order"]: row["label"] for row in how["eligibility"]}
    steps = flow.select(
        pl.col("order").replace_strict(labels, return_dtype=pl.String).alias("step"),
        "entered",
        excluded="failed",
        remained="remained",
    )
    everyone = sizes.filter(pl.col("cohort") == how["everyone"])
    members = everyone.select(
        pl.col("timepoint")
        .map_elements(lambda timepoints: _eligible_at(timepoints, how), return_dtype=pl.String)
        .alias("step"),
        pl.lit(None, pl.Int64).alias("entered"),
        pl.lit(None, pl.Int64).alias("excluded"),
        pl.col("members").alias("remained"),
    )
    return pl.concat([steps, members])


def _eligible_at(timepoints: str, how: dict) -> str:
    """What the members of everyone at timepoints (joined by `&`) are called."""
    names = [within(how["timepoints"][part]) for part in timepoints.split(" & ")]
    return say(how, "Eligible, with results at {visits}", visits=listed(how, names))


def in_order(frame: pl.DataFrame, how: dict) -> pl.DataFrame:
    """Rows by marker, cohort and timepoint in the order of their tables; then as they were."""
    ranks = [
        pl.col(name).replace_strict(
            {value: rank for rank, value in enumerate(how["orders"][name])},
            # a null must not rank as a name that is in no table
            default=pl.when(pl.col(name).is_not_null()).then(len(how["orders"][name])),
            return_dtype=pl.Int64,
        )
        for name in SORTED_BY
        if name in frame.columns
    ]
    return frame.sort(ranks, nulls_last=False, maintain_order=True) if ranks else frame


def _beside(name: str, known: dict) -> list[pl.Expr]:
    """Label of a column of codes, and the unit where the codes are markers."""
    code = pl.col(name)
    if CODES[name] != "markers":
        return [_looked_up(code, known, code).alias(f"{name}_label")]
    labels = {marker: _label(row) for marker, row in known.items()}
    units = {marker: row["unit"] for marker, row in known.items()}
    return [
        _looked_up(code, labels, code).alias(f"{name}_label"),
        _looked_up(code, units, None).alias(f"{name}_unit"),
    ]


def _label(marker: dict) -> str:
    """A marker's label, with the formula where there are several."""
    return f"{marker['label']}, {marker['method']}" if marker["method"] else marker["label"]


def _looked_up(code: pl.Expr, texts: dict[str, str], otherwise: pl.Expr | None) -> pl.Expr:
    return code.replace_strict(texts, default=otherwise, return_dtype=pl.String)
