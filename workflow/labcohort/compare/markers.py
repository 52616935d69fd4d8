"""The values of one marker at a time, from the files of all panels and buckets of persons."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import polars as pl


def panels_of(paths: Sequence[str]) -> list[pl.LazyFrame]:
    """The rows of each panel: of the files of one folder, a file a bucket of persons."""
    panels = defaultdict(list)
    for path in sorted(paths):
        panels[Path(path).parent].append(path)
    return [pl.scan_parquet(files) for files in panels.values()]


def by_marker(
    panels: Sequence[pl.LazyFrame], markers: Collection[str]
) -> Iterator[tuple[str, pl.LazyFrame]]:
    """Each of the markers that is in a panel (column `marker`), with its rows. It is in no other.

    For a marker the files of its own panel alone are read.
    """
    for values in panels:
        present = values.select(pl.col("marker").unique()).collect().get_column("marker")
        for marker in sorted(set(present) & set(markers)):
            yield marker, values.filter(pl.col("marker") == marker)
