"""How the great artefacts between the stages are written."""

from pathlib import Path

import polars as pl

# half the time of what Polars does by itself, for half as much more room on the disk
HOW = {"compression": "lz4", "statistics": False}


def write_parquet(frame: pl.DataFrame, path: str | Path) -> None:
    """Write a frame as the great artefacts are."""
    frame.write_parquet(path, **HOW)
