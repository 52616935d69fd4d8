"""Job `in_range`: who is within the reference range before and after, one row a comparison."""

import polars as pl

from labcohort.assess.in_range import in_range, judged
from schemas.frames import checked
from schemas.in_range import InRange

LISTS = ("values", "members")


def main(paths: dict, key: str, settings: dict) -> str:
    """Write the shares in range of all that is tested; the line to report.

    Panel by panel, so that one is in memory at a time.
    """
    patients = pl.read_parquet(paths["patients"])
    members = pl.concat(pl.scan_parquet(path) for path in paths["members"]).unique().collect()
    left, rows = list(settings["tested"]), []
    for path in paths["values"]:
        wanted = pl.col("marker").is_in([row["marker"] for row in left])
        chosen = pl.scan_parquet(path).filter(wanted).collect()
        values = judged(chosen, patients, settings["ranges"], settings["decimals"])
        there = set(values.get_column("marker"))
        rows += [in_range(row, values, members, settings) for row in left if row["marker"] in there]
        left = [row for row in left if row["marker"] not in there]
    # of what nobody has a value, a row says so
    rows += [in_range(row, values.clear(), members, settings) for row in left]
    table = checked(InRange, rows).sort("cohort", "marker", "timepoint")
    table.write_parquet(paths["in_range"])
    return f"{table.height:,} comparisons with reference ranges"
