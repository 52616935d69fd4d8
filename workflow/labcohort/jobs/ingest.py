"""Job `ingest`: the raw exports of one source to cells as text."""

from pathlib import Path

import polars as pl

from labcohort.ingest.key import read_key
from labcohort.ingest.layouts import no_data
from labcohort.ingest.pseudonym import Pseudonyms
from labcohort.ingest.source import parts_of
from labcohort.ingest.source_names import listed_files
from labcohort.ledger import balance
from schemas.ingested import Cells


def main(paths: dict, key: str, settings: dict) -> str:
    """Write the cells, their count and which file is which; the line to report."""
    pseudonyms = Pseudonyms(read_key(settings["privacy"], Path()), settings["person"])
    batches, due = [], 0
    for part in parts_of(settings, key, Path(), pseudonyms):
        batches += part.cells()
        due += part.due
    if not batches:
        raise no_data(settings["file"])
    cells = Cells.validate(pl.concat(batches), lazy=True)
    cells.write_parquet(paths["cells"])
    ledger = balance("ingest", pl.DataFrame({"source": [key], "cells": [due]}), [], cells)
    if settings["content"] == "patients":
        # attributes of persons are context: they are no result cells
        ledger = ledger.clear()
    ledger.write_csv(paths["ledger"], separator="\t")
    listed_files(settings["file"], settings["raw"]).write_csv(paths["files"], separator="\t")
    return f"{cells.height:,} cells of {settings['file']}"
