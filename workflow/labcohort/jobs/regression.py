"""Job `regression`: the change expected by regression to the mean in every selected cohort."""

import polars as pl

from labcohort.assess.regression_table import regression_rows
from schemas.regression import Regression

LISTS = ("values", "members")


def main(paths: dict, key: str, settings: dict) -> str:
    """Write the rows of all tested markers of all selected cohorts; the line to report."""
    chosen = pl.concat(pl.read_parquet(path) for path in paths["values"])
    members = pl.concat(pl.read_parquet(path) for path in paths["members"])
    columns = ["person", "marker", "timepoint", "value", "comparator", "flag"]
    rows = regression_rows(chosen.select(columns), members, settings)
    schema = {name: c.dtype.type for name, c in Regression.to_schema().columns.items()}
    table = Regression.validate(pl.DataFrame(rows, schema=schema, orient="row"), lazy=True)
    table.write_parquet(paths["regression"])
    return f"regression to the mean: {table.height:,} estimates"
