"""Job `ingest`: the raw exports of one source to cells as text."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from labcohort.ingest.ahead import ahead
from labcohort.ingest.bucket_files import write_by_bucket
from labcohort.ingest.key import read_key
from labcohort.ingest.layouts import COLUMNS, no_data
from labcohort.ingest.pseudonym import Pseudonyms
from labcohort.ingest.source import Part, parts_of
from labcohort.ingest.source_names import listed_files
from labcohort.ledger import balance
from schemas.ingested import Piece

LISTS = ("cells",)
# pieces that are made while others are written
AHEAD = 4


def main(paths: dict, key: str, settings: dict) -> str:
    """Write the cells, a file for each bucket of persons, their count and which file is which; the
    line to report."""
    pseudonyms = Pseudonyms(read_key(settings["privacy"], Path()), settings["person"])
    read: list[Part] = []
    cells = _cells(parts_of(settings, key, Path(), pseudonyms), read, settings["file"])
    write_by_bucket(ahead(cells, AHEAD), COLUMNS, [Path(path) for path in paths["cells"]])
    # the files say how many rows they have; all cells of a job are of one source
    written = pl.scan_parquet(paths["cells"], glob=False).select(pl.len()).collect().item()
    given = pl.DataFrame({"source": [key], "cells": [written]})
    due = sum(part.due for part in read)
    ledger = balance("ingest", pl.DataFrame({"source": [key], "cells": [due]}), [], given)
    if settings["content"] == "patients":
        # attributes of persons are context: they are no result cells
        ledger = ledger.clear()
    ledger.write_csv(paths["ledger"], separator="\t")
    listed_files(settings["file"], settings["raw"]).write_csv(paths["files"], separator="\t")
    return f"{written:,} cells of {settings['file']}"


def _cells(parts: Iterator[Part], read: list[Part], name: str) -> Iterator[pl.DataFrame]:
    """The cells of the parts, checked; `read` takes up the parts as they are done."""
    is_empty = True
    for part in parts:
        for piece in part.pieces():
            is_empty = False
            yield Piece.validate(piece, lazy=True)
        read.append(part)
    if is_empty:
        raise no_data(name)
