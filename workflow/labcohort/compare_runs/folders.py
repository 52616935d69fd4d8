"""What a results folder holds that two runs can be compared by: its tables and its record."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

from labcohort.compare_runs.rows import Row
from labcohort.errors import UserError

RECORD = "provenance.json"
COMPARISONS = "comparisons"


@dataclass(frozen=True)
class Run:
    """The results in `folder`: `tables` is name -> rows, as they are printed; `record` is None
    where the results are of before there was one; `failed` where the last run stopped before it
    made them anew."""

    folder: Path
    tables: dict[str, list[Row]]
    record: dict | None
    failed: bool


def read_run(path: Path) -> Run:
    """The results in a folder, or in results/ of a study's; UserError where there are none."""
    folder = path / "results" if (path / "results" / "tables").is_dir() else path
    if not (folder / "tables" / f"{COMPARISONS}.csv").is_file():
        raise UserError(
            "here are no results",
            where=str(path),
            rule=f"a finished run leaves tables/{COMPARISONS}.csv in its results folder",
            do="name the results/ of a study after its run, or the study's directory",
        )
    tables = {file.stem: _rows(file) for file in sorted((folder / "tables").glob("*.csv"))}
    failed = any((folder / "tables").glob("OF_AN_EARLIER_RUN.txt"))
    return Run(folder, tables, _record(folder / RECORD), failed)


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _record(path: Path) -> dict | None:
    if not path.is_file():
        return None
    try:
        return json.loads(path.read_text("utf-8"))
    except ValueError:
        raise UserError(
            "the record of the run cannot be read",
            where=str(path),
            rule="a run writes it as JSON, and nobody edits it",
            do="remove it and run again",
        ) from None
