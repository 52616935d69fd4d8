"""Parquet files: names of the columns, then rows from 1."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from labcohort.errors import UserError
from labcohort.ingest.readers.guard import isolated
from labcohort.ingest.readers.signature import kind_of
from labcohort.ingest.readers.table import Row, Table

# rows turned to text at a time
ROWS = 50_000


def tables(path: Path, name: str, how: dict) -> Iterator[Table]:
    """One table: row 0 names the columns, rows count from 1.

    Numbers are written as in a workbook (7 for 7.0), decimals with all their digits, dates in ISO
    form, truth as true and false. UserError for a column of lists or structures, and for a file
    that is damaged or no Parquet file.
    """
    return isolated(_tables, path, name, how)


def _tables(path: Path, name: str, how: dict) -> Iterator[Table]:
    import polars as pl

    kind = kind_of(path)
    if kind != "a Parquet file":
        raise UserError(
            f"the file is {kind}",
            where=name,
            rule="format > type: parquet reads a Parquet file",
            do="correct format > type in the source's YAML",
        )
    try:
        # glob=False: the name may have brackets
        frame = pl.scan_parquet(path, glob=False, hive_partitioning=False)
        header = (0, [column.strip() for column in frame.collect_schema().names()])
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
        raise _damaged(name) from None
    yield Table(None, chain([header], _rows(frame, name)))


def _rows(frame, name: str) -> Iterator[Row]:
    import polars as pl

    from labcohort.ingest.readers.frames import as_text

    done = 0
    try:
        for batch in frame.collect_batches(chunk_size=ROWS, maintain_order=True):
            for part in batch.iter_slices(ROWS):
                for cells in as_text(part, name).iter_rows():
                    done += 1
                    yield done, list(cells)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
        raise _damaged(name) from None


def _damaged(name: str) -> UserError:
    return UserError(
        "the Parquet file is damaged or incomplete",
        where=name,
        rule="a file is read as a whole or not at all",
        do="copy or export the file again",
    )
