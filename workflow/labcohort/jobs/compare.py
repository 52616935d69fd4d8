"""Job `compare`: every comparison of a panel, one row a test."""

import polars as pl

from labcohort.buckets import by_bucket
from labcohort.compare.comparison import comparison
from labcohort.compare.pairs import Pairing
from schemas.comparison import Comparison
from schemas.frames import checked

FOLDERS = ("values", "members")
EACH = ("comparisons",)


def main(paths: dict, key: str, settings: dict) -> str:
    """Write the panel's comparisons, in the order of the plan; the line to report."""
    values, members = (by_bucket(paths[name]) for name in FOLDERS)
    buckets = [(pl.scan_parquet(own), pl.scan_parquet(members[b])) for b, own in values.items()]
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
