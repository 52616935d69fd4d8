"""Job `attenders`: baseline values of those who came back against those who did not."""

import polars as pl

from labcohort.assess.attenders import attenders
from labcohort.compare.markers import panels_of
from schemas.attenders import Attenders
from schemas.frames import checked

FRAMES = ("membership", "people", "patients")
LISTS = ("values", *FRAMES)


def main(paths: dict, key: str, settings: dict) -> str:
    """Write the three comparisons of attenders; the line to report."""
    membership, *others = (pl.scan_parquet(paths[name]) for name in FRAMES)
    everyone = membership.filter(pl.col("cohort") == settings["everyone"])
    frames = (frame.collect() for frame in (everyone, *others))
    rows = attenders(panels_of(paths["values"]), *frames, settings)
    table = checked(Attenders, rows)
    table.write_parquet(paths["attenders"])
    return f"{table.height:,} comparisons of attenders"
