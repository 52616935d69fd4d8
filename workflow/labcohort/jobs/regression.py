"""Job `regression`: the change expected by regression to the mean in every selected cohort."""

import polars as pl

from labcohort.assess.regression_table import regression_rows
from schemas.frames import checked
from schemas.regression import Regression

LISTS = ("values",)


def main(paths: dict, key: str, settings: dict) -> str:
    """Write the rows of all tested markers of all selected cohorts; the line to report."""
    # a study need not choose a cohort on a baseline value
    table = checked(Regression, _rows(paths, settings) if settings["tested"] else [])
    table.write_parquet(paths["regression"])
    return f"regression to the mean: {table.height:,} estimates"


def _rows(paths: dict, settings: dict) -> list[dict]:
    used = {row["marker"] for row in (*settings["tested"], *settings["selections"])}
    columns = ["person", "marker", "timepoint", "value", "comparator", "flag"]
    chosen = pl.concat(
        pl.scan_parquet(path).filter(pl.col("marker").is_in(sorted(used))).select(columns)
        for path in paths["values"]
    ).collect()
    return regression_rows(chosen, pl.read_parquet(paths["membership"]), settings)
