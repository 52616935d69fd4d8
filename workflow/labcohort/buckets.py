"""Persons in buckets: parts of a study that can be worked on apart, a file each.

A person is in the same bucket in every source, by the pseudonym alone.
"""

import zlib
from collections.abc import Iterable
from pathlib import Path

import polars as pl


def bucket_of(persons: pl.Series, buckets: int) -> pl.Series:
    """Number (0 to `buckets` - 1) of each person's bucket: the CRC-32 of the pseudonym, modulo
    the number of buckets. Who has no pseudonym is in the first."""
    if buckets == 1:
        return pl.repeat(0, persons.len(), dtype=pl.UInt32, eager=True)
    known = persons.unique().to_list()
    of = [zlib.crc32(person.encode()) % buckets if person else 0 for person in known]
    numbers = pl.DataFrame(
        {"person": known, "bucket": of}, schema={"person": pl.String, "bucket": pl.UInt32}
    )
    found = persons.alias("person").to_frame().join(
        numbers, on="person", how="left", nulls_equal=True, maintain_order="left"
    )  # fmt: skip
    return found.get_column("bucket")


def by_bucket(paths: Iterable[str]) -> dict[str, list[str]]:
    """The paths …/{bucket}.parquet of each bucket of persons, in their turn."""
    files: dict[str, list[str]] = {}
    for path in paths:
        files.setdefault(Path(path).stem, []).append(path)
    return files
