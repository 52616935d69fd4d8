"""What is looked at in an XLSX package before its cells are read: a ZIP archive of XML parts.

Nothing is unpacked to disk, so names of members do no harm. The XML of the sheets asked for is
searched for what the reader of cells would show as empty (Excel's errors, formulas that nothing
has calculated) and for how far the cells reach, which is what memory it takes.
"""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from labcohort.errors import UserError, place
from labcohort.ingest.readers.sheets import check_extent, damaged, error_cell

# bytes of all parts of a workbook: a sheet of as many cells as are read has some 1 GiB
MAX_UNPACKED = 4 << 30
# deflate ends at 1,032; sheets, whose cells carry their places, pack 10 to 30 times
MAX_RATIO = 300
RATIO_FROM = 16 << 20
BLOCK = 4 << 20
# a cell has at most 32,767 characters
MAX_ELEMENT = 32 << 20
WORKBOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"

# elements may have a prefix (x:c); [^<>] keeps a search within one tag
_PREFIX = rb"(?:\w+:)?"
_CELL = re.compile(
    rb"<" + _PREFIX + rb"""c\s(?:[^<>]*?\s)?r\s*=\s*["']([A-Za-z]+)(\d+)["'][^<>]*(?<!/)>"""
)
_ERROR = re.compile(rb"<" + _PREFIX + rb"""c(\s(?:[^<>]*?\s)?t\s*=\s*["']e["'][^<>]*)>""")
_ERROR_MARK = re.compile(rb"""t\s*=\s*["']e["']""")
_FORMULA = re.compile(
    rb"<" + _PREFIX + rb"c((?:\s[^<>]*)?)>\s*"
    rb"<" + _PREFIX + rb"f(?:\s[^<>]*)?(?:/>|>[^<]*</" + _PREFIX + rb"f\s*>)\s*"
    rb"(<" + _PREFIX + rb"v(?:\s[^<>]*)?(?:/>|>[^<]*<))?"
)
_VALUE = re.compile(rb">[^<]+<")
_TEXT_RESULT = re.compile(rb"""\st\s*=\s*["']str["']""")
_ENDS = (b"</c>", b":c>", b"</row>", b":row>")
# a value (v) or a text in the cell itself (t) that is not blank
_FILLED = re.compile(rb"<" + _PREFIX + rb"[vt](?:\s[^<>]*)?>\s*[^<\s]")
_PLACE = re.compile(rb"""\sr\s*=\s*["'](\w+)["']""")


def check_package(path: Path, name: str, sheets: list[str]) -> None:
    """Refuse a workbook that is damaged, made to do harm, or has cells that hide what they hold.

    Looks at all parts but the sheets that are not among `sheets`. UserError with the cell's place
    for an error cell, for a formula without a value, and for a sheet whose cells reach too far.
    """
    with _opened(path, name) as archive:
        parts = archive.infolist()
        _check_directory(parts, path.stat().st_size, name)
        markup = [part.filename for part in parts if part.filename.endswith((".xml", ".rels"))]
        aside = [part for part in markup if not part.startswith("xl/worksheets/")]
        for part in aside:
            with archive.open(part) as file:
                for _ in _blocks(file, part, name):
                    pass
        asked = {part: sheet for sheet, part in _sheet_parts(archive).items() if sheet in sheets}
        for part, sheet in asked.items():
            with archive.open(part) as file:
                _check_cells(_between_cells(_blocks(file, part, name), name), name, sheet)


def filled_sheets(path: Path, name: str, sheets: list[str]) -> list[str]:
    """Those of `sheets` that have a cell with any value (a shared text of blanks is one)."""
    with _opened(path, name) as archive:
        parts = _sheet_parts(archive)
        return [sheet for sheet in sheets if _has_value(archive, parts[sheet], name)]


def _has_value(archive: zipfile.ZipFile, part: str, name: str) -> bool:
    with archive.open(part) as file:
        return any(map(_FILLED.search, _between_cells(_blocks(file, part, name), name)))


@contextmanager
def _opened(path: Path, name: str) -> Iterator[zipfile.ZipFile]:
    from xml.etree.ElementTree import ParseError

    faults = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ParseError, KeyError, ValueError)
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    # RuntimeError: a member with a password; NotImplementedError: an unusual compression
    except (*faults, RuntimeError, NotImplementedError, IndexError):
        raise damaged(name) from None


def _hostile(what: str, name: str) -> UserError:
    return UserError(
        what,
        where=name,
        rule="Excel writes no such workbook",
        do="check where the file comes from; open it in Excel and save it again",
    )


def _check_directory(parts: list[zipfile.ZipInfo], packed: int, name: str) -> None:
    """Sizes that the archive declares; of a part that is larger no more than this is read."""
    size = sum(part.file_size for part in parts)
    if size > MAX_UNPACKED:
        raise _hostile(f"the workbook unpacks to more than {MAX_UNPACKED >> 30} GiB", name)
    if size > RATIO_FROM and size > MAX_RATIO * packed:
        raise _hostile(f"the workbook unpacks to more than {MAX_RATIO} times its size", name)
    names = {part.filename.replace("\\", "/").casefold() for part in parts}
    if len(names) < len(parts):
        raise _hostile("the workbook has a part twice", name)


def _blocks(file: IO[bytes], part: str, name: str) -> Iterator[bytes]:
    """A part's XML in blocks; refused where it could declare entities, or hides behind UTF-16."""
    tail = b""
    while block := file.read(BLOCK):
        if not tail and b"\0" in block[:64]:
            raise _hostile(f"the part {part} is not in UTF-8", name)
        seen = tail + block
        if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
            raise _hostile(f"the part {part} has a document type (DOCTYPE)", name)
        yield block
        tail = block[-16:]


def _between_cells(blocks: Iterator[bytes], name: str) -> Iterator[bytes]:
    """The same XML in blocks that begin and end between two cells."""
    rest = b""
    for block in blocks:
        rest += block
        cut = max(0, *map(rest.rfind, _ENDS))
        yield rest[:cut]
        rest = rest[cut:]
        if len(rest) > MAX_ELEMENT:
            raise _hostile("a sheet has a cell without end", name)
    yield rest


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Name of each sheet -> its part."""
    from defusedxml.ElementTree import fromstring

    targets = {
        relation.get("Id"): relation.get("Target", "")
        for relation in fromstring(archive.read(RELATIONS))
    }
    parts = {}
    for sheet in fromstring(archive.read(WORKBOOK)).findall(".//{*}sheet"):
        relation = next(value for key, value in sheet.items() if key.endswith("}id"))
        target = targets[relation]
        inside = target if target.startswith(("/", "xl/")) else posixpath.join("xl", target)
        parts[sheet.get("name")] = posixpath.normpath(inside).lstrip("/")
    return parts


def _check_cells(blocks: Iterator[bytes], name: str, sheet: str) -> None:
    """Refuse error cells, formulas without a value, and a rectangle of too many cells."""
    columns, rows = 0, 0
    for block in blocks:
        if _ERROR_MARK.search(block) and (error := _ERROR.search(block)):
            raise error_cell(_where(name, sheet, error[1]))
        if formula := _uncalculated(block):
            raise UserError(
                "the sheet has a formula without a calculated value",
                where=_where(name, sheet, formula),
                rule="of a formula the value is read that was calculated when the file was saved",
                do="open the workbook in Excel, let it calculate, and save it again",
            )
        found = _CELL.findall(block)
        columns = max(columns, *map(_column, {letters for letters, _ in found}), 0)
        rows = max(rows, *map(int, {row for _, row in found}), 0)
        check_extent(rows, columns, place(name, sheet))


def _uncalculated(block: bytes) -> bytes | None:
    """Attributes of the first formula cell without a value; an empty text is one."""
    if b"<f" not in block and b":f" not in block:
        return None
    for formula in _FORMULA.finditer(block):
        attributes, value = formula.groups()
        empty_text = value is not None and _TEXT_RESULT.search(attributes)
        if not (empty_text or (value and _VALUE.search(value))):
            return attributes
    return None


def _where(name: str, sheet: str, attributes: bytes) -> str:
    found = _PLACE.search(attributes)
    return place(name, sheet) + (f", cell {found[1].decode()}" if found else "")


def _column(letters: bytes) -> int:
    """A column's number from its letters: A is 1, Z 26, AA 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
