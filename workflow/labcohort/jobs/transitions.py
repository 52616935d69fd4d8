"""Job `transitions`: how many went from which class to which, where a figure shows it."""

import polars as pl

from labcohort.assess.transitions import transitions
from labcohort.buckets import by_bucket
from labcohort.compare.markers import by_marker, panels_of
from schemas.frames import checked
from schemas.transitions import Transitions

LISTS = ("values", "membership")


def main(paths: dict, key: str, settings: dict) -> str:
    """Write the counts of all that is drawn; the line to report."""
    # a study need not draw any
    rows = _rows(paths, settings) if settings["drawn"] else []
    table = checked(Transitions, rows)
    table.write_parquet(paths["transitions"])
    return f"{len(settings['drawn']):,} tables of transitions"


def _rows(paths: dict, settings: dict) -> list[dict]:
    membership = by_bucket(paths["membership"])
    members = [pl.scan_parquet(own) for own in membership.values()]
    panels = panels_of(paths["values"], list(membership))
    parts = by_marker(panels, {row["marker"] for row in settings["drawn"]})
    return transitions(settings["drawn"], parts, members, settings)
