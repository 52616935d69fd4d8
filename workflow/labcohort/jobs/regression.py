"""Job `regression`: the change expected by regression to the mean in every selected cohort."""

import polars as pl

from labcohort.assess.regression_table import regression_rows
from schemas.frames import checked
from schemas.regression import Regression

LISTS = ("values", "members")


def main(paths: dict, key: str, settings: dict) -> str:
    """Write the rows of all tested markers of all selected cohorts; the line to report."""
    # a study need not choose a cohort on a baseline value: there is then no panel to read
    table = checked(Regression, _rows(paths, settings) if settings["tested"] else [])
    table.write_parquet(paths["regression"])
    return f"regression to the mean: {table.height:,} estimates"


def _rows(paths: dict, settings: dict) -> list[dict]:
    chosen = pl.concat(pl.read_parquet(path) for path in paths["values"])
    members = pl.concat(pl.read_parquet(path) for path in paths["members"])
    columns = ["person", "marker", "timepoint", "value", "comparator", "flag"]
    return regression_rows(chosen.select(columns), members, settings)
