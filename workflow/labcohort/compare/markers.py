"""The values of one marker at a time, from the files of all panels and buckets of persons."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import polars as pl

# the rows of a panel: of each bucket of persons a file
Panel = Sequence[pl.LazyFrame]


def panels_of(paths: Sequence[str], buckets: Sequence[str]) -> list[Panel]:
    """The rows of each panel: of the files {bucket}.parquet of one folder, in the buckets' turn."""
    panels = defaultdict(dict)
    for path in map(Path, paths):
        panels[path.parent][path.stem] = pl.scan_parquet(path)
    return [[files[bucket] for bucket in buckets] for files in panels.values()]


def by_marker(panels: Sequence[Panel], markers: Collection[str]) -> Iterator[tuple[str, Panel]]:
    """Each of the markers that is in a panel (column `marker`), with its rows. It is in no other.

    For a marker the files of its own panel alone are read.
    """
    for buckets in panels:
        present = set()
        for values in buckets:
            known = values.select(pl.col("marker").unique()).collect()
            present.update(known.get_column("marker"))
        for marker in sorted(present & set(markers)):
            yield marker, [values.filter(pl.col("marker") == marker) for values in buckets]
