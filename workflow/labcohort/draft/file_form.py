"""The format of a raw file by its first bytes, and its tables' first rows."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from labcohort.draft.guess import Guess
from labcohort.draft.text_form import text_form
from labcohort.errors import UserError
from labcohort.ingest.readers import read_tables
from labcohort.ingest.readers.guard import isolated
from labcohort.ingest.readers.ooxml import check_package
from labcohort.ingest.readers.signature import kind_of
from labcohort.ingest.readers.table import Row, Table
from labcohort.ingest.readers.unzip import open_raw

ROWS, CELLS = 50_000, 4_000_000
BINARY = {
    "an XLSX workbook": "xlsx",
    "an XLS workbook": "xls",
    "a Parquet file": "parquet",
    "a SAS transport file (XPT)": "xpt",
    "an SPSS file (.sav)": "sav",
    "a compressed SPSS file (.zsav)": "sav",
    "a Stata file (.dta)": "dta",
}
TEXTS = ("text", "a gzip archive", "a file of HL7 messages", "an XML file", "of an unknown kind")
# versions of Stata before 13 begin with their number and the order of bytes
OLD_STATA = tuple(bytes([version, order]) for version in (113, 114, 115) for order in (1, 2))

PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"BM")
INSTEAD = {
    "a ZIP archive": "unpack it, and name one of its files, or the folder",
    "PDF": "ask for the same results as a table (CSV, XLSX): a printed page is not read",
    "picture": "ask for the same results as a table (CSV, XLSX): a picture is not read",
}
# signs that text has next to none of
CONTROL = {chr(i) for i in range(32)} - set("\t\n\r\f\x1c\x1d\x1e\x0b")


@dataclass
class FileForm:
    """A file's `format` of the YAML, why, and the first rows of its sheets (None: no sheets)."""

    how: dict
    guesses: list[tuple[str, Guess]]
    remarks: list[str] = field(default_factory=list)
    sheets: dict[str | None, list[Row]] = field(default_factory=dict)
    is_whole: bool = True


def file_form(path: Path, name: str, content: str | None) -> FileForm:
    """What the file is and its first rows; UserError where no reader knows it.

    `content` (results, patients) is what to read of a file of messages.
    """
    form = _form(path, name)
    # not part of the YAML's `format`
    how = form.how | {"content": content or "results"}
    for table in read_tables(path, name, how):
        form.sheets[table.sheet] = list(_first(table.rows, form))
    return form


def is_messages(form: FileForm) -> bool:
    """Whether the file has records of a known form: no header to find."""
    return form.how["type"] in ("hl7", "fhir")


def _first(rows: Iterator[Row], form: FileForm) -> Iterator[Row]:
    cells = 0
    for row in islice(rows, ROWS + 1):
        cells += len(row[1])
        yield row
        if cells > CELLS:
            break
    if next(rows, None) is not None:
        form.is_whole = False


def _form(path: Path, name: str) -> FileForm:
    kind = kind_of(path)
    if kind == "empty":
        raise _unknown("empty", name)
    if kind in BINARY:
        return _binary(path, name, BINARY[kind], kind)
    with path.open("rb") as file:
        if file.read(2) in OLD_STATA:
            return _binary(path, name, "dta", "a Stata file (.dta)")
    with open_raw(path, name) as file:
        start = file.read(1 << 16)
    # of UTF-16 too
    plain = start.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").lstrip()
    if plain.startswith((b"MSH", b"FHS", b"BHS")):
        return _hl7(path, name)
    if plain.startswith((b"{", b"[")) and b'"resourceType"' in plain:
        return FileForm(
            {"type": "fhir"}, [("format", Guess("fhir", 0.98, "JSON with resourceType"))]
        )
    if plain.startswith(b"<") and b"http://hl7.org/fhir" in plain:
        return FileForm({"type": "fhir"}, [("format", Guess("fhir", 0.98, "XML of FHIR"))])
    if kind not in TEXTS or plain.startswith(b"<"):
        raise _unknown(kind, name)
    if start.startswith(PICTURES) and not start.isascii():
        raise _unknown("a picture", name)
    found, remarks = text_form(path, name)
    if kind == "of an unknown kind" and not _is_text(start, found["encoding"].value):
        raise _unknown(kind, name)
    how = {"type": "text"} | {key: guess.value for key, guess in found.items()}
    return FileForm(how, list(found.items()), remarks)


def _is_text(start: bytes, encoding: str) -> bool:
    """Whether bytes with zeros among them are text of an encoding of two bytes a sign."""
    text = start[: len(start) // 2 * 2].decode(encoding, "replace")
    odd = sum(sign in CONTROL or sign in "\0\ufffd" for sign in text)
    return odd < 0.01 * len(text)


def _binary(path: Path, name: str, kind: str, said: str) -> FileForm:
    how: dict = {"type": kind}
    guesses = [("format", Guess(kind, 1.0, f"its first bytes are those of {said}"))]
    if kind in ("xlsx", "xls"):
        how["sheets"] = _sheet_names(path, name, kind)
    if kind in ("sav", "dta"):
        how["labels"] = True
        guesses.append(("labels", Guess(True, 0.7, "codes as the texts that the file gives them")))
    return FileForm(how, guesses)


def _sheet_names(path: Path, name: str, kind: str) -> list[str]:
    how = {"type": kind}
    return [table.sheet for table in isolated(_empty_sheets, path, name, how)]


def _empty_sheets(path: Path, name: str, how: dict) -> Iterator[Table]:
    """The names of a workbook's sheets, in the process that may fail."""
    from labcohort.ingest.readers.workbook import XlsBook, XlsxBook

    if how["type"] == "xlsx":
        check_package(path, name, [])
    for sheet in {"xlsx": XlsxBook, "xls": XlsBook}[how["type"]](path, name).sheet_names:
        yield Table(sheet, iter(()))


def _hl7(path: Path, name: str) -> FileForm:
    from labcohort.ingest.readers.hl7 import RESULT_MESSAGES
    from labcohort.ingest.readers.hl7_messages import messages

    found, remarks = text_form(path, name)
    encoding = found["encoding"]
    kinds = {
        message.type
        for message in messages(path, name, encoding.value)
        if any(segment.name == "OBX" for segment in message.segments)
    }
    how: dict = {"type": "hl7", "encoding": encoding.value}
    guesses = [("format", Guess("hl7", 1.0, "segments MSH")), ("encoding", encoding)]
    if others := sorted(kinds - set(RESULT_MESSAGES) - {""}):
        how["ignore_messages"] = others
        guesses.append(
            ("ignore_messages", Guess(others, 0.8, "they have results and are no ORU^R01"))
        )
    return FileForm(how, guesses, remarks)


def _unknown(kind: str, name: str) -> UserError:
    words = [do for word, do in INSTEAD.items() if word in kind]
    return UserError(
        f"the file is {kind}, which no reader knows",
        where=name,
        rule="a raw file is delimited text, XLSX, XLS, XPT, SAV, DTA, Parquet, HL7 v2 or FHIR",
        do=next(iter(words), "export it in one of these formats"),
    )
