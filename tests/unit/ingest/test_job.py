"""The job `ingest`: its files for buckets of persons together are the cells, and balanced."""

import json
from pathlib import Path

import polars as pl
import pytest
from labcohort.errors import UserError
from labcohort.jobs import ingest

from schemas.ingested import Cells
from tests.unit.ingest.test_source import HEADER, LONG, MAILS, TABLE

SETTINGS = {
    "key": "x",
    "privacy": {"public_key": "a key of the tests, long enough"},
    "file": "a.csv",
}


@pytest.fixture
def run(tmp_path, monkeypatch):
    """The job in a directory of its own; the paths that it is told."""
    monkeypatch.chdir(tmp_path)

    def job(how: dict, buckets: int, *rows: str, header: str = HEADER) -> list[Path]:
        Path("a.csv").write_text("\n".join([header, *rows]) + "\n", "utf-8")
        cells = [Path(f"{n + 1}-of-{buckets}.parquet") for n in range(buckets)]
        paths = {
            "cells": [str(path) for path in cells],
            "ledger": "ledger.tsv",
            "files": "files.tsv",
        }
        settings = json.loads(json.dumps(how | SETTINGS | {"raw": {"a.csv": "digest"}}))
        ingest.main(paths, "site", settings)
        return cells

    return job


ROWS = [f"P{n % 7},2020-01-0{n % 5 + 1},test {n % 3},{n}" for n in range(100)]


def test_the_files_of_buckets_are_the_cells_of_one_file(run):
    (whole,) = map(pl.read_parquet, run(LONG, 1, *ROWS))
    Cells.validate(whole, lazy=True)
    assert whole.get_column("value_text").to_list() == [str(n) for n in range(100)]
    parts = list(map(pl.read_parquet, run(LONG, 4, *ROWS)))
    persons = [set(part.get_column("person")) for part in parts]
    assert sum(map(len, persons)) == len(set().union(*persons)) == 7
    assert all(part.get_column("row").is_sorted() for part in parts)
    assert pl.concat(parts).sort("row").equals(whole)
    counts = pl.read_csv("ledger.tsv", separator="\t").select("kind", "cells").rows()
    assert counts == [("in", 100), ("out", 100)]


def test_patients_are_one_file_and_no_result_cells(run):
    (file,) = run(
        TABLE, 1, "1,Jane Doe,1970-01-02,F", "2,Ann Roe,1971-01-02,F", header="id,name,born,sex"
    )
    assert pl.read_parquet(file).get_column("column").to_list() == [
        "same person", "same person", "born", "born", "sex", "sex",
    ]  # fmt: skip
    assert pl.read_csv("ledger.tsv", separator="\t").is_empty()


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([f"P,2020-01-02,x,{mail}" for mail in MAILS], "what identifies persons"),
        (["P,2020-01-02,x,1", "P,2020-01-02,x"], "row 3 has 3 cells"),
        ([], "a header and no data"),
    ],
    ids=["identifiers", "ragged", "empty"],
)
def test_nothing_is_written_of_what_is_refused(run, rows, said):
    with pytest.raises(UserError, match=said):
        run(LONG, 3, *rows)
    assert [path.name for path in Path().iterdir()] == ["a.csv"]
