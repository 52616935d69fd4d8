"""Job `compare`: every comparison of a panel, one row a test."""

from pathlib import Path

import polars as pl

from labcohort.compare.comparison import comparison
from labcohort.compare.pairs import Pairing
from schemas.comparison import Comparison
from schemas.frames import checked

FOLDERS = ("values", "members")
EACH = ("comparisons",)


def main(paths: dict, key: str, settings: dict) -> str:
    """Write the panel's comparisons, in the order of the plan; the line to report."""
    members = {Path(path).name: pl.scan_parquet(path) for path in paths["members"]}
    buckets = [(pl.scan_parquet(path), members[Path(path).name]) for path in paths["values"]]
    pairing = Pairing(buckets, settings["baseline"])
    rows = {}
    # marker by marker: the values of one are in memory at a time
    for number, planned in sorted(enumerate(settings["plan"]), key=lambda row: row[1]["marker"]):
        where = (planned["marker"], planned["cohort"], planned["timepoint"])
        data = pairing.pairs(*where, planned["exclude"])
        rows[number] = comparison(planned, data, settings)
    table = checked(Comparison, [row for number in sorted(rows) for row in rows[number]])
    table.write_parquet(paths["comparisons"])
    return f"{len(settings['plan']):,} comparisons, {table.height:,} tests"
