"""What a file is by its first bytes, for messages about a file that is not what it is called."""

import zipfile
from pathlib import Path

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
# a workbook of Excel 2 to 5 without a container around it
BARE_XLS = (b"\x09\x00", b"\x09\x02", b"\x09\x04", b"\x09\x08")
UNKNOWN = "of an unknown kind"
PREFIXES = (
    (b"PAR1", "a Parquet file"),
    (b"HEADER RECORD*******LIB", "a SAS transport file (XPT)"),
    (b"$FL2", "an SPSS file (.sav)"),
    (b"$FL3", "a compressed SPSS file (.zsav)"),
    (b"<stata_dta>", "a Stata file (.dta)"),
    (b"\0" * 12 + b"\xc2\xea\x81\x60", "a SAS data set (SAS7BDAT)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"%PDF", "a PDF document"),
    (b"MSH|", "a file of HL7 messages"),
)
# of an archive: a member that tells its kind
MEMBERS = (
    ("xl/workbook.xml", "an XLSX workbook"),
    ("xl/workbook.bin", "a binary workbook (XLSB)"),
    ("word/document.xml", "a Word document"),
    ("content.xml", "an OpenDocument file (ODS)"),
)
HTML = (b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"<style", b"<div")


def kind_of(path: Path) -> str:
    """What the file is, with an article: "an HTML page", "text", "an XLS workbook" …"""
    with path.open("rb") as file:
        start = file.read(4096)
        if not start:
            return "empty"
        if start.startswith(OLE):
            return _kind_in_ole(start + file.read())
    if start.startswith(ZIP):
        return _kind_in_zip(path)
    for prefix, kind in PREFIXES:
        if start.startswith(prefix):
            return kind
    return _kind_of_text(start)


def _kind_in_ole(content: bytes) -> str:
    names = {
        "EncryptedPackage": "a workbook that is protected by a password",
        "Workbook": "an XLS workbook",
        "Book": "an XLS workbook",
        "WordDocument": "a Word document",
    }
    for name, kind in names.items():
        if name.encode("utf-16-le") in content:
            return kind
    return "an Office document that is no workbook"


def _kind_in_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            members = {member.replace("\\", "/") for member in archive.namelist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return "a damaged ZIP archive"
    return next((kind for member, kind in MEMBERS if member in members), "a ZIP archive")


def _kind_of_text(start: bytes) -> str:
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if any(mark in text for mark in HTML):
        return "an HTML page"
    if text.startswith(b"<"):
        sheet = b"urn:schemas-microsoft-com:office:spreadsheet" in text
        return "an XML Spreadsheet of Excel 2003" if sheet else "an XML file"
    if start.startswith(BARE_XLS):
        return "an XLS workbook"
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" not in start:
        return "text"
    return UNKNOWN
