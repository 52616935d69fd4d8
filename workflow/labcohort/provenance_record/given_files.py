"""The files that the study and its facts stand in, read as they were when the run began."""

import csv
import hashlib
from pathlib import Path

from labcohort.errors import UserError

# the folder of the workflow, where its facts lie
HOME = Path(__file__).resolve().parents[3]


def read_given(files: dict[str, str], home: Path = HOME) -> dict[str, bytes]:
    """Name of each file -> its bytes; `files` is name -> SHA-256 in hex.

    A name that begins with `config/` is one of the study's, from here; all others lie in `home`.
    UserError where a file is not the one that the run began with: the record would not be of it.
    """
    found = {}
    for name, known in sorted(files.items()):
        path = Path(name) if name.startswith("config/") else home / name
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != known:
            raise UserError(
                "the file changed while the run went on",
                where=name,
                rule="a run has one configuration, and its record tells which",
                do="run again: what does not depend on the file is kept",
            )
        found[name] = data
    return found


def rows_of(data: bytes) -> list[dict[str, str]]:
    """The rows of a tab-separated table, as texts; empty cells are left out."""
    lines = data.decode("utf-8-sig").splitlines()
    header, *rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    return [
        {name: cell for name, cell in zip(header, row, strict=False) if cell} for row in rows if row
    ]


def digests_of_rows(rows: list[dict[str, str]], digest) -> dict[str, str]:
    """What each row is called, by the fewest first columns that tell all apart, -> its digest.

    `digest` is a function of a text. Rows that are equal throughout are one.
    """
    columns = list(dict.fromkeys(name for row in rows for name in row))
    whole = {tuple(row.get(name, "") for name in columns) for row in rows}
    depth = next(
        (n for n in range(1, len(columns)) if len({r[:n] for r in whole}) == len(whole)),
        len(columns),
    )
    return {
        ", ".join(cell for cell in row[:depth] if cell): digest("\t".join(row))
        for row in sorted(whole)
    }
