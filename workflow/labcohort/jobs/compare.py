"""Job `compare`: every comparison of a panel, one row a test."""

import polars as pl

from labcohort.compare.comparison import comparison
from labcohort.compare.pairs import pairs
from schemas.comparison import Comparison
from schemas.frames import checked


def main(paths: dict, key: str, settings: dict) -> str:
    """Write the panel's comparisons; the line to report."""
    chosen, members = pl.read_parquet(paths["values"]), pl.read_parquet(paths["members"])
    rows = []
    for planned in settings["plan"]:
        where = (planned["marker"], planned["cohort"], planned["timepoint"])
        data = pairs(chosen, members, *where, settings["baseline"], planned["exclude"])
        rows += comparison(planned, data, settings)
    table = checked(Comparison, rows)
    table.write_parquet(paths["comparisons"])
    return f"{len(settings['plan']):,} comparisons, {table.height:,} tests"
