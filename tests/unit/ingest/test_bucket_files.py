"""Cells to files by person: zlib's CRC-32 tells which file, the frames in which order."""

import hashlib
import os
import subprocess
import sys
import zlib

import polars as pl
import pytest
from labcohort.ingest import bucket_files
from labcohort.ingest.bucket_files import write_by_bucket

from tests.running import HOME

SCHEMA = {"row": pl.Int64, "person": pl.String, "text": pl.String}
DRAWN = """
import random, sys
sys.path[:0] = sys.argv[1:3]
from pathlib import Path
import polars as pl
from labcohort.ingest.bucket_files import write_by_bucket
draw = random.Random(1)
rows = [(n, f"p{draw.randrange(500):016x}", str(draw.random())) for n in range(200_000)]
cells = pl.DataFrame(rows, schema=["row", "person", "text"], orient="row")
files = [Path(sys.argv[3]) / f"{n}.parquet" for n in range(5)]
write_by_bucket(cells.iter_slices(int(sys.argv[4])), cells.schema, files)
"""


def frames(*persons):
    """A frame for each list of persons."""
    number = iter(range(1, 10_000))
    for own in persons:
        rows = [(next(number), person, "x" * 20) for person in own]
        yield pl.DataFrame(rows, schema=SCHEMA, orient="row")


@pytest.mark.parametrize("count", [1, 3, 40])
@pytest.mark.parametrize("group", [2, 25_000])
def test_a_file_has_the_persons_of_its_bucket_in_the_order_of_the_cells(
    tmp_path, monkeypatch, count, group
):
    monkeypatch.setattr(bucket_files, "ROW_GROUP", group)
    persons = [["p1", "p1", "p2", None], ["p3", "p1", "p3"], [], ["p4", None, "p2", "p2"]]
    # signs that mean something to whoever expands names of files
    folder = tmp_path / "a [b] 100%20*"
    folder.mkdir()
    files = [folder / f"{n + 1}-of-{count}.parquet" for n in range(count)]
    write_by_bucket(frames(*persons), SCHEMA, files)
    rows = [row for frame in frames(*persons) for row in frame.rows()]
    for n, file in enumerate(files):
        own = [r for r in rows if (zlib.crc32(r[1].encode()) % count if r[1] else 0) == n]
        found = pl.read_parquet(file, glob=False)
        assert found.rows() == own and dict(found.schema) == SCHEMA
    assert sorted(folder.iterdir()) == sorted(files)


def test_no_file_is_left_of_cells_that_end_in_an_error(tmp_path):
    def cells():
        yield from frames(["p1", "p2"] * 1000)
        raise ValueError("mine")

    files = [tmp_path / f"{n}.parquet" for n in range(3)]
    with pytest.raises(ValueError, match=r"^mine$"):
        write_by_bucket(cells(), SCHEMA, files)
    assert list(tmp_path.iterdir()) == []


def test_the_bytes_do_not_depend_on_threads_or_on_the_frames(tmp_path):
    found = set()
    for threads, size in ((1, 200_000), (1, 999), (4, 50_000)):
        folder = tmp_path / f"{threads} {size}"
        folder.mkdir()
        subprocess.run(
            [
                sys.executable,
                "-c",
                DRAWN,
                str(HOME / "workflow"),
                str(HOME),
                str(folder),
                str(size),
            ],
            env=os.environ | {"POLARS_MAX_THREADS": str(threads)},
            check=True,
            timeout=120,
        )
        files = sorted(folder.iterdir())
        found.add(tuple(hashlib.sha256(file.read_bytes()).hexdigest() for file in files))
    assert len(found) == 1 and len(files) == 5


FULL = """
import resource, signal, sys, threading
sys.path[:0] = sys.argv[1:3]
from pathlib import Path
import polars as pl
from labcohort.ingest.ahead import ahead
from labcohort.ingest.bucket_files import write_by_bucket
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
schema = {"row": pl.Int64, "person": pl.String}
rows = pl.int_range(0, 1_000_000, eager=True).hash(1).cast(pl.String)
cells = pl.DataFrame({"row": range(len(rows)), "person": rows})
files = [Path(sys.argv[3]) / f"{n}.parquet" for n in range(3)]
try:
    write_by_bucket(ahead(cells.iter_slices(1000), 4), schema, files)
except Exception as error:
    print(error, [thread.name for thread in threading.enumerate()])
"""


def test_what_works_ahead_ends_where_the_files_cannot_be_written(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", FULL, HOME / "workflow", HOME, tmp_path],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "File too large" in done.stdout and "'ahead'" not in done.stdout, done.stderr
    assert done.returncode == 0 and list(tmp_path.iterdir()) == []
