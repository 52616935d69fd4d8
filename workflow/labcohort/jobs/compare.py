"""Job `compare`: every comparison of a panel, one row a test."""

import polars as pl

from labcohort.compare.comparison import comparison
from labcohort.compare.pairs import Pairing
from schemas.comparison import Comparison
from schemas.frames import checked

EACH = ("values", "members", "comparisons")


def main(paths: dict, key: str, settings: dict) -> str:
    """Write the panel's comparisons; the line to report."""
    chosen, members = pl.read_parquet(paths["values"]), pl.read_parquet(paths["members"])
    pairing = Pairing(chosen, members, settings["baseline"])
    rows = []
    for planned in settings["plan"]:
        where = (planned["marker"], planned["cohort"], planned["timepoint"])
        data = pairing.pairs(*where, planned["exclude"])
        rows += comparison(planned, data, settings)
    table = checked(Comparison, rows)
    table.write_parquet(paths["comparisons"])
    return f"{len(settings['plan']):,} comparisons, {table.height:,} tests"
