"""Job `regression`: the change expected by regression to the mean in every selected cohort."""

import polars as pl

from labcohort.assess.regression_table import regression_rows
from labcohort.buckets import by_bucket
from schemas.frames import checked
from schemas.regression import Regression

LISTS = ("values", "membership")


def main(paths: dict, key: str, settings: dict) -> str:
    """Write the rows of all tested markers of all selected cohorts; the line to report."""
    # a study need not choose a cohort on a baseline value
    table = checked(Regression, _rows(paths, settings) if settings["tested"] else [])
    table.write_parquet(paths["regression"])
    return f"regression to the mean: {table.height:,} estimates"


def _rows(paths: dict, settings: dict) -> list[dict]:
    values, membership = (by_bucket(paths[name]) for name in LISTS)
    buckets = [
        (pl.scan_parquet(own), pl.scan_parquet(membership[bucket]))
        for bucket, own in values.items()
    ]
    return regression_rows(buckets, settings)
