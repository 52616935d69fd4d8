"""Read a raw export as tables of text, each row with its number in the file.

One module a format, imported by its name when a file of that format is read: a job's digest
of its code (labcohort.settings) then holds the reader that it uses and no other.
"""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from labcohort.ingest.readers.table import Row, Table

PACKAGE = "labcohort.ingest.readers"
READERS = {
    "text": f"{PACKAGE}.text",
    "xlsx": f"{PACKAGE}.workbook",
    "xls": f"{PACKAGE}.workbook",
    "xpt": f"{PACKAGE}.statistical",
    "sav": f"{PACKAGE}.statistical",
    "dta": f"{PACKAGE}.statistical",
    "parquet": f"{PACKAGE}.columnar",
    "hl7": f"{PACKAGE}.hl7",
    "fhir": f"{PACKAGE}.fhir",
}


def read_tables(path: Path, name: str, how: dict) -> Iterator[Table]:
    """Tables of the file `path`, called `name` in messages, in the format that `how` describes.

    A file is one table, a workbook one for each sheet asked for. Rows without any text are
    passed over but counted in the numbering, as an editor counts them. UserError where the file
    is not what `how` says, or is not fit to be read at all.
    """
    for table in import_module(READERS[how["type"]]).tables(path, name, how):
        yield table._replace(rows=_with_text(table.rows))


def _with_text(rows: Iterator[Row]) -> Iterator[Row]:
    return ((number, cells) for number, cells in rows if any(cells))
