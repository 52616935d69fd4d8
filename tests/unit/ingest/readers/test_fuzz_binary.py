"""Damaged and hostile workbooks, SAS, SPSS, Stata and Parquet files: rows or a UserError, always.

Compiled readers crash on some of them (seen: each of the three), so they run in processes of
their own.
"""

import json
import random
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path

import polars as pl
import pyreadstat
import pytest
import xlsxwriter
import xlwt
from labcohort.errors import UserError
from labcohort.ingest.readers import read_tables

KINDS = ["xlsx", "xls", "xpt", "sav", "dta", "parquet"]
FILES = 100
HEADER = ["id", "drawn", "value"]
# reads the files from `start` on, and says of each what became of it, or that it took over 2 GiB
WORKER = """
import json, sys
folder, kind, start, modules = json.loads(sys.argv[1])
sys.path[:] = modules
import resource
from pathlib import Path
from labcohort.errors import UserError
from labcohort.ingest.readers import columnar, statistical, workbook
module = {"xlsx": workbook, "xls": workbook, "parquet": columnar}.get(kind, statistical)
resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
for path in sorted(Path(folder).iterdir())[start:]:
    how = {"type": kind, "sheet": "Visits", "labels": True}
    try:
        for table in module._tables(path, path.name, how):
            for row in table.rows:
                pass
        fate = "rows"
    except UserError:
        fate = "refused"
    # of this process, in kB (macOS: bytes)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> (10 * (sys.platform == "darwin"))
    print(fate if used < 2 << 20 else "large", flush=True)
"""


def make(kind: str, path: Path) -> Path:
    """A good file of 30 rows with text, dates and numbers."""
    rows = [[f"A-{n}", date(2020, 1, 1 + n), n / 10] for n in range(30)]
    frame = pl.DataFrame(rows, schema=HEADER, orient="row")
    if kind == "xlsx":
        with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
            sheet = book.add_worksheet("Visits")
            for number, row in enumerate([HEADER, *rows]):
                sheet.write_row(number, 0, row)
            sheet.merge_range("D1:D3", "group")
    elif kind == "xls":
        book = xlwt.Workbook()
        sheet, day = book.add_sheet("Visits"), xlwt.XFStyle()
        day.num_format_str = "yyyy-mm-dd"
        for number, row in enumerate([HEADER, *rows]):
            for column, cell in enumerate(row):
                style = [day] if isinstance(cell, date) else []
                sheet.write(number, column, cell, *style)
        book.save(path)
    elif kind == "parquet":
        frame.write_parquet(path, row_group_size=10)
    else:
        names = {"sav": pyreadstat.write_sav, "dta": pyreadstat.write_dta}
        names.get(kind, pyreadstat.write_xport)(frame, path)
    return path


def read(path: Path, kind: str) -> list:
    how = {"type": kind, "sheet": "Visits", "labels": True}
    return [row for table in read_tables(path, "raw/export", how) for row in table.rows]


def damaged(content: bytes, seed: int) -> bytes:
    """Every fourth cut short; of the others some bytes are changed, anywhere or in the header."""
    chance = random.Random(seed)
    if seed % 4 == 0:
        return content[: chance.randrange(len(content))]
    changed = bytearray(content)
    reach = len(content) if seed % 4 < 3 else min(len(content), 1500)
    for _ in range(chance.choice([1, 3, 10])):
        changed[chance.randrange(reach)] = chance.randrange(256)
    return bytes(changed)


def damaged_xml(content: dict[str, bytes], seed: int) -> dict[str, bytes]:
    """One part of a workbook with bytes changed, put in, or taken out, in a sound archive."""
    chance = random.Random(seed)
    sheet, strings = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
    part = chance.choice([sheet, sheet, strings, "xl/styles.xml", "xl/workbook.xml"])
    changed = bytearray(content[part])
    for _ in range(chance.choice([1, 3, 10])):
        at = chance.randrange(len(changed))
        more = chance.choice([b"", b"<", b"\0", b'"', b"99999999", b"ZZZZ", b"/>", b"-"])
        changed[at : at + chance.randrange(4)] = more
    return content | {part: bytes(changed)}


def fates(folder: Path, kind: str) -> list[str]:
    """What became of each file: rows or refused, or crashed, after which a new worker goes on."""
    found: list[str] = []
    number = len(list(folder.iterdir()))
    while len(found) < number:
        job = json.dumps([str(folder), kind, len(found), sys.path])
        done = subprocess.run(
            [sys.executable, "-c", WORKER, job], capture_output=True, text=True, timeout=100
        )
        found += done.stdout.split()
        if len(found) < number:
            found.append("crashed")
    return found


def check_all(folder: Path, kind: str) -> list[str]:
    found = fates(folder, kind)
    for path, fate in zip(sorted(folder.iterdir()), found, strict=True):
        if fate == "crashed":
            with pytest.raises(UserError, match="the file cannot be read as"):
                read(path, kind)
    assert "large" not in found
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_good_file_is_read_in_a_process_of_its_own(tmp_path, kind):
    rows = read(make(kind, tmp_path / "good"), kind)
    assert len(rows) == 31
    assert rows[0][1][:3] == HEADER
    assert rows[8][1][:3] == ["A-7", "2020-01-08", "0.7"]


@pytest.mark.parametrize("kind", KINDS)
def test_bytes_changed_or_lost(tmp_path, kind):
    content = make(kind, tmp_path / "good").read_bytes()
    folder = tmp_path / "damaged"
    folder.mkdir()
    for seed in range(FILES):
        (folder / f"{seed:03}").write_bytes(damaged(content, seed))
    found = check_all(folder, kind)
    assert len(found) == FILES
    assert found.count("refused") > FILES / 4


def test_xml_changed_in_a_sound_archive(tmp_path):
    with zipfile.ZipFile(make("xlsx", tmp_path / "good")) as archive:
        content = {part: archive.read(part) for part in archive.namelist()}
    folder = tmp_path / "damaged"
    folder.mkdir()
    for seed in range(FILES):
        with zipfile.ZipFile(folder / f"{seed:03}", "w") as archive:
            for part, text in damaged_xml(content, seed).items():
                archive.writestr(part, text)
    found = check_all(folder, "xlsx")
    assert found.count("refused") > FILES / 4
    assert found.count("rows") > FILES / 20


def test_a_crash_of_the_reader_is_one_clear_error(tmp_path):
    good = make("xlsx", tmp_path / "good")
    with zipfile.ZipFile(good) as archive, zipfile.ZipFile(tmp_path / "bad", "w") as changed:
        for part in archive.namelist():
            # memory is taken for as many texts as are announced
            text = archive.read(part).replace(b'uniqueCount="', b'uniqueCount="4294967296')
            changed.writestr(part, text)
    with pytest.raises(UserError, match="the file cannot be read as xlsx") as caught:
        read(tmp_path / "bad", "xlsx")
    assert caught.value.where == "raw/export"


def test_a_million_columns(tmp_path):
    with zipfile.ZipFile(make("xlsx", tmp_path / "good")) as archive:
        content = {part: archive.read(part) for part in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    row = b'<row r="40">' + b"<c><v>1</v></c>" * 1_000_000 + b"</row></sheetData>"
    content[sheet] = content[sheet].replace(b"</sheetData>", row)
    # stored, not packed: this is about the columns, not about a bomb
    with zipfile.ZipFile(tmp_path / "wide", "w") as archive:
        for part, text in content.items():
            archive.writestr(part, text)
    with pytest.raises(UserError) as caught:
        read(tmp_path / "wide", "xlsx")
    assert "column" in str(caught.value)


def test_a_parquet_file_of_too_many_columns(tmp_path):
    path = tmp_path / "wide"
    pl.DataFrame({f"c{n}": [1] for n in range(20_001)}).write_parquet(path)
    with pytest.raises(UserError, match="more than 20,000 columns"):
        read(path, "parquet")
