"""Damaged files and files made to do harm, through whole runs and checks.

Whatever a file holds: exit code 1, one message, nothing half-made, bounded time and memory; what
a spreadsheet would run is inert in all that is written; names of patients are nowhere.
"""

import csv
import io
import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from tests.running import HOME, snakemake

RAW = "resources/demo"
SITE_A, SITE_B, SITE_C = (
    f"{RAW}/{name}" for name in ("site_a_results.csv", "site_b_visits.xlsx", "site_c_visits.txt")
)
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
SECRET = "root password of the laboratory"
SECONDS, MEMORY = 60, 1 << 30
Change = Callable[[Path], object]


@dataclass(frozen=True)
class Ended:
    """How a command ended: exit code, all it printed, seconds, and bytes of its largest process."""

    code: int
    text: str
    seconds: float
    memory: int


def measured(command: list[str], study: Path) -> Ended:
    """Run Python with these arguments, and wait for it and all that it started."""
    output = study.with_name(f"{study.name}.output.txt")
    start = time.monotonic()
    with output.open("wb") as file:
        child = subprocess.Popen(
            [sys.executable, *command], stdin=subprocess.DEVNULL, stdout=file,
            stderr=subprocess.STDOUT, cwd=study.parent,
        )  # fmt: skip
        _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    # Linux counts in KiB, and takes the largest of the children that were waited for
    scale = 1 if sys.platform == "darwin" else 1024
    seconds = time.monotonic() - start
    return Ended(child.returncode, output.read_text("utf-8"), seconds, used.ru_maxrss * scale)


def checked(study: Path) -> Ended:
    return measured([str(HOME / "workflow"), "check", str(study)], study)


def ran(study: Path, *targets: str) -> Ended:
    command = ["-m", "snakemake", "--snakefile", str(HOME / "Snakefile")]
    return measured([*command, "--directory", str(study), "--cores", "2", *targets], study)


def refused(ended: Ended) -> str:
    """The one message of a command that refused a file within its bounds."""
    assert ended.code == 1, ended.text
    assert ended.text.count("labcohort: ") == 1, ended.text
    assert "Traceback" not in ended.text
    assert ended.seconds < SECONDS
    assert ended.memory < MEMORY
    return ended.text[ended.text.index("labcohort: ") :]


# -------------------------------------------------------------------------------------- bad files


def repacked(**parts: bytes) -> Change:
    """Parts of site B's workbook replaced."""

    def change(study: Path) -> None:
        path = study / SITE_B
        with zipfile.ZipFile(path) as old:
            entries = {name: old.read(name) for name in old.namelist()}
        entries |= {{"sheet": SHEET, "strings": STRINGS}[k]: v for k, v in parts.items()}
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
            for name, content in entries.items():
                new.writestr(name, content)

    return change


def zip_bomb(study: Path) -> None:
    """A sheet of 2 GiB of blanks in 2 MB."""
    repacked(sheet=b"")(study)
    with zipfile.ZipFile(study / SITE_B) as old:
        entries = {name: old.read(name) for name in old.namelist() if name != SHEET}
    block = b" " * (1 << 24)
    with zipfile.ZipFile(study / SITE_B, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for name, content in entries.items():
            new.writestr(name, content)
        with new.open(SHEET, "w", force_zip64=True) as sheet:
            for _ in range(128):
                sheet.write(block)


def with_entity(study: Path) -> None:
    """A workbook of which a text is to be read from a file of the machine."""
    secret = study / "secret.txt"
    secret.write_text(SECRET)
    repacked(
        strings=b'<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY x SYSTEM "file://'
        + str(secret).encode()
        + b'">]><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
        b' count="1" uniqueCount="1"><si><t>&x;</t></si></sst>'
    )(study)


def laughs(root: bytes) -> bytes:
    """A billion laughs: ten entities, each ten times the one before."""
    entities = b'<!ENTITY a0 "ha">' + b"".join(
        b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10)
    )
    return b'<?xml version="1.0"?><!DOCTYPE r [' + entities + b"]>" + root


def fhir(content: Callable[[Path], bytes], name: str = "site_b.xml") -> Change:
    """Site B as a FHIR file of this content."""

    def change(study: Path) -> None:
        (study / RAW / name).write_bytes(content(study))
        (study / "config/sources/site_b.yaml").write_text(
            f"content: results\nfile: {RAW}/{name}\nformat: {{type: fhir}}\n"
            "analytes: {4548-4: HBA1C}\n"
        )

    return change


def fhir_entity(study: Path) -> bytes:
    (study / "secret.txt").write_text(SECRET)
    place = str(study / "secret.txt").encode()
    return (
        b'<?xml version="1.0"?><!DOCTYPE Bundle [<!ENTITY x SYSTEM "file://' + place + b'">]>'
        b'<Bundle xmlns="http://hl7.org/fhir"><id value="&x;"/></Bundle>'
    )


def one_line(study: Path) -> None:
    """A gigabyte of one line, which takes no room on the disk."""
    with (study / SITE_A).open("r+b") as file:
        file.readline()
        file.truncate(1 << 30)


def one_line_of_digits(study: Path) -> None:
    with (study / SITE_A).open("wb") as file:
        for _ in range(4):
            file.write(b"1" * (1 << 24))


def million_columns(study: Path) -> None:
    header, *rows = (study / SITE_A).read_bytes().splitlines(keepends=True)
    more = b"".join(b",c%d" % n for n in range(1_000_000))
    (study / SITE_A).write_bytes(header.rstrip() + more + b"\n" + b"".join(rows))


def nul(study: Path) -> None:
    data = bytearray((study / SITE_C).read_bytes())
    data[20_000] = 0
    (study / SITE_C).write_bytes(data)


# name -> change, source, texts of the message
BAD: dict[str, tuple[Change, str, tuple[str, ...]]] = {
    "workbook broken off": (
        lambda s: os.truncate(s / SITE_B, 30_000), "site_b", (SITE_B, "damaged"),
    ),
    "zip bomb": (zip_bomb, "site_b", (SITE_B,)),
    "entity in a workbook": (with_entity, "site_b", (SITE_B, "DOCTYPE")),
    "billion laughs in a workbook": (
        repacked(sheet=laughs(b"<worksheet><sheetData>&a9;</sheetData></worksheet>")),
        "site_b", (SITE_B, "DOCTYPE"),
    ),
    "entity in FHIR": (fhir(fhir_entity), "site_b", ("site_b.xml", "DOCTYPE")),
    "billion laughs in FHIR": (
        fhir(lambda s: laughs(b'<Bundle xmlns="http://hl7.org/fhir"><id value="&a9;"/></Bundle>')),
        "site_b", ("site_b.xml", "DOCTYPE"),
    ),
    "deep JSON": (
        fhir(lambda s: b'{"resourceType": "Bundle", "entry": ' + b"[" * 1_000_000, "site_b.json"),
        "site_b", ("site_b.json", "nested too deep"),
    ),
    "a gigabyte of one line": (one_line, "site_a", (SITE_A, "characters")),
    "a line of digits without end": (one_line_of_digits, "site_a", (SITE_A, "row 1", "characters")),
    "a million columns": (million_columns, "site_a", (SITE_A, "columns")),
    "a NUL byte": (nul, "site_c", (SITE_C, "NUL", "row")),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_check_refuses_it(name, make_study):
    change, _, says = BAD[name]
    study = make_study()
    change(study)
    said = refused(checked(study))
    assert all(text in said for text in says), said
    assert SECRET not in said
    # a check makes nothing
    assert not (study / "results").exists()


@pytest.mark.parametrize(
    "name", ["zip bomb", "entity in a workbook", "deep JSON", "a gigabyte of one line",
             "a million columns"],
)  # fmt: skip
def test_a_run_refuses_it_and_leaves_nothing_half_made(name, make_study):
    change, source, says = BAD[name]
    study = make_study()
    change(study)
    said = refused(ran(study))
    assert all(text in said for text in says), said
    assert said.rstrip().endswith(f"log:   results/logs/ingest/{source}.log")
    results = study / "results"
    made = {path.name for path in results.rglob("*") if path.is_file()}
    assert not {f"{source}.parquet", f"{source}.ledger.tsv"} & made
    assert not any(name.startswith(("tmp", ".")) for name in made - {".gitignore"})
    for path in results.rglob("*.*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes()


# ------------------------------------------------------------------------ what a spreadsheet runs

FORMULAS = ("=cmd|' /C calc'!A0", "+SUM(1;1)", "-2+3+cmd", "@SUM(A1)", '=HYPERLINK("http://x","y")')


def test_formulas_are_inert_in_all_that_is_written(make_study):
    study = make_study()
    with (study / SITE_A).open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    result, unit = header.index("result"), header.index("unit")
    for row, formula in zip(rows, FORMULAS, strict=False):
        row[result] = formula
    for row, formula in zip(rows[20:], FORMULAS, strict=False):
        row[unit] = formula
    with (study / SITE_A).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    code, text = snakemake(study, "results/quality/validation.json")
    assert code == 0, text
    restricted = study / "results" / "restricted"
    with (restricted / "set_aside.csv").open(encoding="utf-8", newline="") as file:
        own = [row for row in csv.DictReader(file) if row["source"] == "site_a"]
    said = {row["raw_value"] for row in own if row["rule"] == "unparseable_value"}
    assert {f"'{formula}" for formula in FORMULAS} <= said
    tables = [*restricted.rglob("*.[ct]sv"), *(study / "results" / "quality").rglob("*.[ct]sv")]
    for path in tables:
        separator = "," if path.suffix == ".csv" else "\t"
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file, delimiter=separator):
                assert not [c for c in row if c[:1] in ("=", "@") or c[:2] in ("+S", "-2")], path
    # a workbook keeps them as texts: not one of its cells is a formula
    workbook = restricted / "set_aside_site_a.xlsx"
    with zipfile.ZipFile(workbook) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert sheets and not any(b"<f>" in archive.read(name) for name in sheets)
        assert not any(b"hyperlink" in archive.read(name) for name in sheets)
    book = CalamineWorkbook.from_path(workbook)
    texts = {
        str(cell)
        for name in book.sheet_names
        for row in book.get_sheet_by_name(name).to_python()
        for cell in row
    }
    assert all(any(formula in text for text in texts) for formula in FORMULAS)
    report = (study / "results/quality/validation.html").read_text("utf-8")
    assert not any(formula in report for formula in FORMULAS)


# ------------------------------------------------------------------------------------ who it is

NAMES = ("Zhāng-Wěi", "O'Brien-Sørensen")


def with_names(study: Path, names: dict[str, str]) -> None:
    """A column of names in the patient table; people of `names` have theirs, others one each."""
    path = study / RAW / "patients.csv"
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    text = io.StringIO()
    numbered = ([*row, names.get(row[0], f"Planted-{row[0]}")] for row in rows)
    csv.writer(text).writerows([[*header, "name"], *numbered])
    path.write_text(text.getvalue(), "utf-8")


def test_names_tell_who_is_who_and_are_in_no_artefact(make_study):
    study = make_study()
    with_names(study, {"A-001": NAMES[0], "A-002": NAMES[0].upper() + " ", "A-003": NAMES[1]})
    yaml = study / "config/sources/patients.yaml"
    text = yaml.read_text("utf-8")
    refused_once = refused(checked(study))
    assert "name" in refused_once and not any(name in refused_once for name in NAMES)
    same = text.replace(
        "person: {column: patient_id}", "person: {column: patient_id, same: [name]}"
    )
    yaml.write_text(same + "drop: [name]\n", "utf-8")
    code, text = snakemake(study, "results/quality/validation.json")
    assert code == 0, text
    with (study / "results/restricted/set_aside.csv").open(encoding="utf-8", newline="") as file:
        found = [row for row in csv.DictReader(file) if row["rule"] == "one_person_two_ids"]
    assert [(row["row"], row["column"]) for row in found] == [("2", "name"), ("3", "name")]
    assert [row["reason"].rsplit(" in ", 1)[1] for row in found] == [
        f"{RAW}/patients.csv, row 3", f"{RAW}/patients.csv, row 2",
    ]  # fmt: skip
    # planted in the file, in nothing that is made of it; Parquet may be compressed
    import polars as pl

    for path in [p for p in (study / "results").rglob("*") if p.is_file()]:
        content = path.read_bytes()
        if path.suffix == ".parquet":
            content = str(pl.read_parquet(path).to_dicts()).encode()
        elif path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as archive:
                content = b"".join(archive.read(name) for name in archive.namelist())
        for name in (*NAMES, "Planted-", "ZHĀNG"):
            assert name.encode() not in content, path
    for path in (study / ".snakemake").rglob("*.log"):
        assert not any(name in path.read_text("utf-8") for name in (*NAMES, "Planted-"))


# ------------------------------------------------------------------------------------------ paths


def outside(study: Path) -> Path:
    """Site A's export in a folder beside the study."""
    folder = study.parent / "exports"
    folder.mkdir()
    (study / SITE_A).rename(folder / "a.csv")
    return folder


def site_a_file(study: Path, name: str) -> None:
    path = study / "config/sources/site_a.yaml"
    text = path.read_text("utf-8")
    assert text.count(f"file: {SITE_A}\n") == 1
    path.write_text(text.replace(f"file: {SITE_A}\n", f"file: {json.dumps(name)}\n"), "utf-8")


def allowed(study: Path, folder: str) -> None:
    path = study / "config/config.yaml"
    path.write_text(path.read_text("utf-8") + f"data_folders: [{json.dumps(folder)}]\n", "utf-8")


@pytest.mark.parametrize(
    ("way", "by"),
    [
        (lambda folder: "../exports/a.csv", "by `..`"),
        (lambda folder: "resources/../../exports/a.csv", "by `..`"),
        (lambda folder: str(folder / "a.csv"), "it is an absolute path"),
        (lambda folder: "../exports/*.csv", "by `..`"),
        (lambda folder: "data/a.csv", "by the link data"),
        (lambda folder: "data/*.csv", "by the link data"),
        (lambda folder: f"{RAW}/link.csv", f"by the link {RAW}/link.csv"),
        # of a pattern a file's name may be a person's
        (lambda folder: f"{RAW}/lin?.csv", f"by the link {RAW}/lin?.csv (file 1)"),
    ],
)
def test_a_path_out_of_the_study_is_refused(way, by, make_study):
    study = make_study()
    folder = outside(study)
    (study / "data").symlink_to(folder)
    (study / RAW / "link.csv").symlink_to(folder / "a.csv")
    site_a_file(study, way(folder))
    said = refused(checked(study))
    assert "leads out of the study's directory" in said and by in said
    assert "config/sources/site_a.yaml" in said and "data_folders" in said


@pytest.mark.parametrize(
    ("declared", "file"),
    [("../exports", "../exports/a.csv"), ("data", "data/a.csv"), ("../exports", "data/*.csv")],
)
def test_a_declared_folder_may_be_read(declared, file, make_study):
    study = make_study()
    (study / "data").symlink_to(outside(study))
    allowed(study, declared)
    site_a_file(study, file)
    ended = checked(study)
    assert ended.code == 0, ended.text


def test_a_run_refuses_a_path_out_of_the_study_before_it_makes_anything(make_study):
    study = make_study()
    outside(study)
    site_a_file(study, "../exports/a.csv")
    assert "by `..`" in refused(ran(study))
    assert not any((study / "results").rglob("*.parquet"))


def test_a_link_within_the_study_is_a_file_of_it(make_study):
    study = make_study()
    (study / "raw.csv").symlink_to(study / SITE_A)
    site_a_file(study, "raw.csv")
    assert checked(study).code == 0
