"""Job `scorecard`: the published results beside this run's comparisons."""

from collections import Counter

import polars as pl

from labcohort.assess.scorecard import scorecard
from schemas.frames import checked
from schemas.scorecard import VERDICTS, Scorecard

LISTS = ("comparisons",)


def main(paths: dict, key: str, settings: dict) -> str:
    """Write a row for each published result; the line to report."""
    comparisons = pl.concat(pl.read_parquet(path) for path in paths["comparisons"])
    rows = scorecard(settings["published"], comparisons, settings["profile"])
    table = checked(Scorecard, rows)
    table.write_parquet(paths["scorecard"])
    counts = Counter(table.get_column("verdict"))
    said = ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS)
    return f"{table.height:,} published results: {said}"
