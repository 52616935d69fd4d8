"""Job `in_range`: who is within the reference range before and after, one row a comparison."""

import polars as pl

from labcohort.assess.in_range import in_range
from labcohort.assess.reference_ranges import judged
from schemas.frames import checked
from schemas.in_range import InRange

LISTS = ("values",)


def main(paths: dict, key: str, settings: dict) -> str:
    """Write the shares in range of all that is tested; the line to report.

    Panel by panel, so that one is in memory at a time.
    """
    patients, members = (pl.read_parquet(paths[name]) for name in ("patients", "membership"))
    tested = pl.col("marker").is_in([row["marker"] for row in settings["tested"]])
    panels = (
        judged(
            pl.scan_parquet(path).filter(tested).collect(),
            patients,
            settings["ranges"],
            settings["decimals"],
        )
        for path in paths["values"]
    )
    rows = in_range(settings["tested"], panels, members, settings)
    table = checked(InRange, rows).sort("cohort", "marker", "timepoint")
    table.write_parquet(paths["in_range"])
    return f"{table.height:,} comparisons with reference ranges"
