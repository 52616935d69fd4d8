"""The raw files of one source, table by table: cells, and no direct identifier among them."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from labcohort.errors import place
from labcohort.ingest.identifiers.scan import Scan, check_dropped, refuse_identifiers
from labcohort.ingest.layouts import Layout
from labcohort.ingest.pseudonym import Pseudonyms
from labcohort.ingest.readers import read_tables
from labcohort.ingest.readers.table import Table
from labcohort.ingest.source_names import shown_names


class Part:
    """One table of a source: its cells as they are read, and then whether it names persons."""

    def __init__(self, table: Table, source: str, file: str, how: dict, pseudonyms: Pseudonyms):
        self.layout = Layout(table, source, file, how, pseudonyms)
        header = self.layout.body.header
        check_dropped(header.cells, how["drop"], header.where)
        # what only becomes a pseudonym may identify
        person = how["person"]
        own = {person["column"], *person.get("same", []), *how["drop"]}
        own |= {how["columns_of"]["record"]} if "record" in how.get("columns_of", {}) else set()
        self.scan = Scan(header.cells, patients=how["content"] == "patients", exempt=own)
        self.file = place(file, table.sheet)

    def cells(self) -> Iterator[pl.DataFrame]:
        """Batches of cells. UserError, at the end, where the table holds direct identifiers."""
        yield from self.layout.cells(self.scan.see_frame)
        self.check()

    def pieces(self) -> Iterator[pl.DataFrame]:
        """The same cells in the same order, in as many frames as keep each small."""
        for pieces in self.layout.pieces(self.scan.see_frame):
            yield from pieces
        self.check()

    def check(self) -> None:
        """UserError where what was read so far holds direct identifiers."""
        refuse_identifiers(self.scan.findings(), self.file)

    @property
    def due(self) -> int:
        """Result cells that the rows read so far must have given."""
        return self.layout.due


def parts_of(how: dict, source: str, directory: Path, pseudonyms: Pseudonyms) -> Iterator[Part]:
    """The tables of all raw files of a source, called as they are shown; `how` is the settings of
    its job."""
    for file, shown in shown_names(how["file"], list(how["raw"])).items():
        for table in read_tables(directory / file, shown, _format(how)):
            yield Part(table, source, shown, how, pseudonyms)


def _format(how: dict) -> dict:
    """The format, and what message formats need besides: whether patients or results are read."""
    return how["format"] | {"content": how["content"]}
