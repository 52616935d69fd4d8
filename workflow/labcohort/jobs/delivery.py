"""Job `delivery`: what a source's export changed since the one before it."""

from pathlib import Path

import polars as pl

from labcohort.ingest.key import read_key
from labcohort.ingest.layouts import no_data
from labcohort.ingest.pseudonym import Pseudonyms
from labcohort.ingest.source import parts_of
from labcohort.ingest.source_names import listed_files
from labcohort.json_files import write_json
from labcohort.spreadsheet import inert, marked
from labcohort.validate.delivery import compared, counts, moved

LISTS = ("cells",)


def main(paths: dict, key: str, settings: dict) -> str:
    """Write the counts, what is gone or changed, and which file is which; the line to report."""
    pseudonyms = Pseudonyms(read_key(settings["privacy"], Path()), settings["person"])
    batches = [b for part in parts_of(settings, key, Path(), pseudonyms) for b in part.cells()]
    if not batches:
        raise no_data(settings["file"])
    # without them no name of an analyte is shown
    names = settings["names"]
    now, before = pl.concat(map(pl.read_parquet, paths["cells"])), pl.concat(batches)
    pairs = compared(now, before)
    inert(marked(moved(pairs), settings["synthetic"])).write_csv(paths["moved"])
    found = counts(now, before, pairs, names)
    listed_files(settings["file"], settings["raw"]).write_csv(paths["files"], separator="\t")
    write_json(paths["delivery"], found)
    cells = found["cells"]
    return ", ".join(f"{n:,} cells {kind}" for kind, n in cells.items())
