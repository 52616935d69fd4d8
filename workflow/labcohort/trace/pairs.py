"""The pairs of a comparison with their persons, and whether they give the same numbers."""

import math
from pathlib import Path

import polars as pl

from labcohort.compare.paired_t import paired_t
from labcohort.compare.summaries import median
from labcohort.compare.ties import paired_differences
from labcohort.study.names import BASELINE

# what a mean may differ by that is computed of the same numbers
SAME = 1e-12


def files(folder: Path, buckets: int) -> list[Path]:
    """The files of all buckets of persons in a folder of a stage."""
    return [folder / f"{number}-of-{buckets}.parquet" for number in range(1, buckets + 1)]


def pairs_of(results: Path, buckets: int, panel: str, planned: dict) -> pl.DataFrame:
    """The pairs of a planned comparison by person: value, day and sample_date of each visit, those
    of the follow-up with `_then`.

    `planned`: marker, cohort, timepoint, exclude (flags whose values are left out).
    """
    cohorts = results / "cohorts"
    values = pl.scan_parquet(files(cohorts / "values" / panel, buckets))
    members = pl.scan_parquet(files(cohorts / "members" / panel, buckets))
    own = values.filter(pl.col("marker") == planned["marker"])
    before, after = (
        own.filter(pl.col("timepoint") == t).select("person", "value", "day", "sample_date", "flag")
        for t in (BASELINE, planned["timepoint"])
    )
    inside = members.filter(
        pl.col("cohort") == planned["cohort"], pl.col("timepoint") == planned["timepoint"]
    )
    pairs = (
        inside.select("person")
        .join(before, on="person", validate="1:1")
        .join(after, on="person", suffix="_then", validate="1:1")
    )
    for flags in ("flag", "flag_then"):
        said = pl.col(flags).fill_null("").str.split("|")
        excluded = said.list.eval(pl.element().is_in(planned["exclude"])).list.any()
        pairs = pairs.filter(~excluded)
    return pairs.drop("flag", "flag_then").sort("person").collect()


def agreement(pairs: pl.DataFrame, row: dict, config: dict) -> tuple[bool, str]:
    """Whether the pairs give the number of pairs and the change of a row of comparisons, and that
    in words."""
    both = (pairs.get_column(name).to_numpy() for name in ("value", "value_then"))
    differences, _ = paired_differences(*both)
    if row["change_mean"] is not None:
        what, theirs = "mean change", row["change_mean"]
        ours = paired_t(differences, config["confidence"]).change_mean
    elif row["change_median"] is not None:
        what, theirs, ours = "median change", row["change_median"], median(differences)
    else:
        agrees = pairs.height == row["n_pairs"]
        why = f"no change is given ({row['note']})" if row["note"] else "no change is given"
        return agrees, _counted(agrees, pairs.height, row) + f"; in comparisons {why}"
    agrees = pairs.height == row["n_pairs"] and math.isclose(ours, theirs, rel_tol=SAME)
    said = f"; {what} {ours!r}, in comparisons {theirs!r}"
    return agrees, _counted(agrees, pairs.height, row) + said


def _counted(agrees: bool, pairs: int, row: dict) -> str:
    found = "checked" if agrees else "THESE PAIRS DO NOT GIVE THE NUMBERS OF THE COMPARISON"
    return f"{found}: {pairs} pairs, in comparisons {row['n_pairs']}"
