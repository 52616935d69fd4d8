"""Cells to a file for each bucket of persons, as they come."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
from polars.io.plugins import register_io_source

from labcohort.artefacts import HOW
from labcohort.buckets import bucket_of
from labcohort.runs import by_run

BUCKET = "bucket"
# rows that are held for each file until they are written; not the batches decide on its bytes
ROW_GROUP = 25_000


def write_by_bucket(cells: Iterator[pl.DataFrame], schema: dict, files: list[Path]) -> None:
    """Write frames of the columns `schema`, of which one is `person`, to Parquet files of one
    folder, one for each bucket in their order.

    In a file the rows stand as they come. Neither a part of a file nor one of several is left
    where the frames end in an error.
    """

    faults: list[BaseException] = []

    def in_buckets(*_) -> Iterator[pl.DataFrame]:
        try:
            for frame in cells:
                person = frame.get_column("person")
                bucket = by_run(lambda some: bucket_of(some, len(files)), person)
                # runs of rows of one file cost a fraction of single ones
                yield frame.with_columns(bucket.alias(BUCKET)).sort(BUCKET, maintain_order=True)
        except BaseException as fault:
            # Polars would go on making files while it is raised
            faults.append(fault)

    names = [file.name for file in files]
    try:
        for file in files:
            # a bucket may be empty
            pl.DataFrame(schema=schema).write_parquet(file)
        register_io_source(in_buckets, schema=schema | {BUCKET: pl.UInt32}).sink_parquet(
            pl.PartitionBy(
                files[0].parent,
                key=BUCKET,
                include_key=False,
                file_path_provider=lambda part: names[part.partition_keys[BUCKET].item()],
                approximate_bytes_per_file=None,
            ),
            row_group_size=ROW_GROUP,
            **HOW,
        )
        if faults:
            raise faults[0]
    except BaseException:
        for file in files:
            file.unlink(missing_ok=True)
        raise
