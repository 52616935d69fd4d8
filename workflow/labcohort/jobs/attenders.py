"""Job `attenders`: baseline values of those who came back against those who did not."""

import polars as pl

from labcohort.assess.attenders import attenders
from schemas.attenders import Attenders
from schemas.frames import checked

LISTS = ("values",)


def main(paths: dict, key: str, settings: dict) -> str:
    """Write the three comparisons of attenders; the line to report."""
    chosen = pl.concat(pl.scan_parquet(path) for path in paths["values"])
    frames = (pl.read_parquet(paths[name]) for name in ("membership", "people", "patients"))
    rows = attenders(chosen, *frames, settings)
    table = checked(Attenders, rows)
    table.write_parquet(paths["attenders"])
    return f"{table.height:,} comparisons of attenders"
