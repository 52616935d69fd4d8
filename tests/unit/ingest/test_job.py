"""The job `ingest`: its files for buckets of persons together are the cells, and balanced."""

import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from labcohort.errors import UserError
from labcohort.jobs import ingest

from schemas.ingested import Cells
from tests.running import HOME
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


def test_the_bytes_do_not_depend_on_the_threads_of_the_job(tmp_path):
    # several blocks, with a line that the csv reader has to split, and several groups of rows
    rows = [
        f"P{n // 90},2020-01-{n % 28 + 1:02},test {n % 3},{n % 900 / 10}" for n in range(150_000)
    ]
    rows[70_000] = 'P777,2020-01-02,"test\n1",1'
    (tmp_path / "a.csv").write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")
    settings = LONG | SETTINGS | {"raw": {"a.csv": "digest"}}
    told = json.dumps({"jobs": [{"stage": "ingest", "key": "site", "settings": settings}]})
    written = []
    for threads in ("1", "2", "4"):
        folder = tmp_path / threads
        folder.mkdir()
        files = [folder / f"{n}-of-3.parquet" for n in range(3)]
        paths = ["--cells", *files, "--ledger", folder / "ledger", "--files", folder / "files"]
        done = subprocess.run(
            [sys.executable, HOME / "workflow", "job", *paths],
            input=told, text=True, capture_output=True, timeout=120, cwd=tmp_path,
            env={n: v for n, v in os.environ.items() if n != "POLARS_MAX_THREADS"}
            | {"OMP_NUM_THREADS": threads},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        written.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert written[0] == written[1] == written[2] and len(written[0]) == 5
    assert b"150000" in written[0]["ledger"]
