"""Job `small_groups`: which groups are withheld from all that may leave the site."""

import polars as pl

from labcohort.assess.small_groups import hidden_groups
from schemas.small_groups import SmallGroups

LISTS = ("comparisons",)


def main(paths: dict, key: str, settings: dict) -> str:
    """Write the groups that are withheld; the line to report."""
    comparisons = pl.concat(pl.read_parquet(path) for path in paths["comparisons"])
    in_range = pl.read_parquet(paths["in_range"])
    found = hidden_groups(comparisons, in_range, settings["cohort_parts"], settings["minimum_cell"])
    SmallGroups.validate(found, lazy=True).write_parquet(paths["small_groups"])
    return f"{found.height:,} groups withheld, {found.get_column('few').sum():,} of few persons"
