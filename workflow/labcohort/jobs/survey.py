"""Job `survey`: what only all buckets of a source's cells together tell of it."""

import polars as pl

from labcohort.harmonise.survey import survey
from labcohort.json_files import write_json

LISTS = ("cells",)


def main(paths: dict, key: str, settings: dict) -> str:
    """Write the survey; the line to report."""
    found = survey([pl.scan_parquet(path) for path in paths["cells"]], settings)
    write_json(paths["survey"], found.as_json())
    return f"{len(found.named.keys):,} names of analytes are known"
