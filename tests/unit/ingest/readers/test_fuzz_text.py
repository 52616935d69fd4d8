"""Damaged and hostile text files: each gives rows or a UserError, never anything else.

The damage is drawn from a fixed seed. The good file's rows are written out by hand.
"""

import gzip
import os
import random
import subprocess
import sys
from itertools import pairwise

import pytest
from labcohort.errors import UserError
from labcohort.ingest.readers import read_tables

from tests.running import HOME

ROWS = [
    ["id", "name", "µ or 值", "note"],
    ["A-1", "MUSTERMANN", "5.4", 'say "no"'],
    ["", "", "", ""],
    ["A-2", "ÉTIENNE", "<0.1", "two\r\nlines, one cell"],
]
TEXT = (
    'id,name,µ or 值,note\r\nA-1,MUSTERMANN,5.4,"say ""no"""\n,,,\r\n'
    'A-2,ÉTIENNE,<0.1,"two\r\nlines, one cell"'
)
WESTERN = str.maketrans("值", "v")
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "gb18030", "latin-1", "cp1252", "gzip"]
MAX_RSS = 300 << 20

# a small process of its own: the peak is that of the reader and of the interpreter
MEASURE = """
import sys
sys.path[:0] = [sys.argv[1]]
from pathlib import Path
from labcohort.errors import UserError
from labcohort.ingest.readers import read_tables
try:
    how = {"type": "text", "encoding": "utf-8", "delimiter": ","}
    for table in read_tables(Path(sys.argv[2]), "raw/x", how):
        print(sum(1 for _ in table.rows), "rows")
except UserError as error:
    print(error.what)
status = Path("/proc/self/status")
if status.exists():  # getrusage counts what the parent had before this program was loaded
    kib = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    print(int(kib.split()[1]) * 1024)
else:
    import resource
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def encoded(encoding: str) -> tuple[bytes, list[list[str]]]:
    """The good file in an encoding, and its rows."""
    if encoding == "gzip":
        return gzip.compress(TEXT.encode(), mtime=0), ROWS
    if encoding in ("latin-1", "cp1252"):
        western = [[cell.translate(WESTERN) for cell in row] for row in ROWS]
        return TEXT.translate(WESTERN).encode(encoding), western
    return TEXT.encode(encoding), ROWS


def outcome(path, data: bytes, encoding: str) -> list | None:
    """Rows of these bytes, held to what rows are; None where a UserError refuses them."""
    path.write_bytes(data)
    declared = "utf-8" if encoding == "gzip" else encoding
    how = {"type": "text", "encoding": declared, "delimiter": ","}
    try:
        rows = [row for table in read_tables(path, "raw/x", how) for row in table.rows]
    except UserError as error:
        assert "raw/x" in error.where and error.rule and error.do
        assert "MUSTER" not in str(error)
        return None
    assert all(low < high for (low, _), (high, _) in pairwise(rows))
    assert all(number > 0 and any(cells) for number, cells in rows)
    assert all(cell == cell.strip() for _, cells in rows for cell in cells)
    return rows


@pytest.mark.parametrize("encoding", ENCODINGS)
class TestDamage:
    def test_none(self, tmp_path, encoding):
        data, rows = encoded(encoding)
        expected = [(i, row) for i, row in enumerate(rows, 1) if any(row)]
        assert outcome(tmp_path / "x", data, encoding) == expected

    def test_cut_at_each_byte(self, tmp_path, encoding):
        """Rows before the cut are those of the whole file; the last may be cut short."""
        data, _ = encoded(encoding)
        whole = outcome(tmp_path / "x", data, encoding)
        for size in range(len(data)):
            rows = outcome(tmp_path / "x", data[:size], encoding)
            assert not rows or rows[:-1] == whole[: len(rows) - 1]

    def test_flipped_bits(self, tmp_path, encoding):
        data, _ = encoded(encoding)
        draw = random.Random(1)
        for _ in range(400):
            damaged = bytearray(data)
            for _ in range(draw.choice((1, 1, 3, 10))):
                damaged[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
            outcome(tmp_path / "x", bytes(damaged), encoding)

    def test_bytes_put_in_and_taken_out(self, tmp_path, encoding):
        data, _ = encoded(encoding)
        draw = random.Random(2)
        for _ in range(200):
            at = draw.randrange(len(data))
            new = draw.choice((b"", b'"', b"\r", b",", b"\xff", b"\xef\xbb\xbf", b"\x1a", b"\x85"))
            outcome(tmp_path / "x", data[:at] + new + data[at + draw.randrange(3) :], encoding)

    def test_nothing_but_chance(self, tmp_path, encoding):
        draw = random.Random(3)
        for size in range(0, 300, 2):
            start = encoded(encoding)[0][:4] if size % 4 else b""
            outcome(tmp_path / "x", start + draw.randbytes(size), encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "latin-1", "cp1252"])
def test_a_nul_byte_anywhere_is_refused(tmp_path, encoding):
    data, _ = encoded(encoding)
    for at in range(len(data) + 1):
        assert outcome(tmp_path / "x", data[:at] + b"\0" + data[at:], encoding) is None


def repeat(path, block, times, start=b""):
    with path.open("wb") as file:
        file.write(start)
        for _ in range(times):
            file.write(block)


def sparse(path):
    """200 MB of NUL bytes that take no room on the disk."""
    path.touch()
    os.truncate(path, 200_000_000)


def one_line(path):
    repeat(path, b"a" * 1_000_000, 200)


def one_line_of_delimiters(path):
    repeat(path, b"," * 1_000_000, 200)


def one_quote(path):
    repeat(path, b"B,5.4\n" * 100_000, 300, start=b'id,note\nA,"')


def zipped_line(path):
    """1 GB in 1 MB: as many members, for they are made sooner."""
    path.write_bytes(gzip.compress(b"a" * 20_000_000) * 50)


def million_columns(path):
    path.write_bytes(b"a" + b",a" * 999_999)


@pytest.mark.parametrize(
    ("make", "refusal"),
    [
        (sparse, "more than 16,777,216 characters"),
        (one_line, "more than 16,777,216 characters"),
        (one_line_of_delimiters, "more than 16,777,216 characters"),
        (one_quote, "a quote that opens in this row"),
        (zipped_line, "more than 16,777,216 characters"),
        (million_columns, "more than 20,000 columns"),
    ],
)
def test_a_huge_file_takes_little_memory(tmp_path, make, refusal):
    path = tmp_path / "huge"
    make(path)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(HOME / "workflow"), str(path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    path.unlink()
    said, peak = done.stdout.splitlines()
    assert refusal in said
    assert int(peak) < MAX_RSS
