"""FHIR in XML, as the same dictionaries and lists that its JSON gives."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from labcohort.errors import UserError
from labcohort.ingest.readers.fhir_files import MAX_BUNDLE, Entry, bundle_entries, checked
from labcohort.ingest.readers.limits import MAX_RECORD
from labcohort.ingest.readers.unzip import open_raw

FHIR = "{http://hl7.org/fhir}"
# levels of elements; resources go some ten deep
MAX_DEPTH = 100
# elements of one entry; the largest resources have some thousands
MAX_ELEMENTS = 100_000
# bytes that the parser is given at once: it goes over an unfinished element again each time
BLOCK = 1 << 20
# where a child is a resource of the type that its element's name says
_HOLDERS = ("contained", "resource")


class _Refused(ValueError):
    """An XML file that is too deep or too large."""


def xml_entries(path: Path, name: str) -> Iterator[Entry]:
    """Entries of a bundle, one in memory at a time, or the one of a resource that stands alone.

    UserError where it is no well-formed XML, declares a document type or entities (which could
    grow without measure, or read other files), is too deep, or an entry is too large.
    """
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException

    try:
        yield from _entries(path, name)
        return
    except ParseError as error:
        line, column = error.position
        what = f"it is not well formed at line {line}, character {column + 1}"
    except DefusedXmlException:
        what = "it declares a document type or entities"
    except _Refused as error:
        what = str(error)
    except (LookupError, ValueError):  # of the parser, about the encoding it declares
        what = "its encoding is unknown"
    raise UserError(
        f"the XML cannot be read: {what}",
        where=name,
        rule="FHIR in XML is well formed, without DOCTYPE, in UTF-8 or UTF-16, some levels deep",
        do="copy or export the file again, or correct format > type in the source's YAML",
    )


class _Blocks:
    """The file for the parser, as long as it and each of its tags and texts are in bounds."""

    def __init__(self, file: BinaryIO):
        self.file, self.given, self.open = file, 0, 0

    def read(self, size: int) -> bytes:
        block = self.file.read(max(size, BLOCK))
        self.given += len(block)
        end = block.rfind(b">")
        self.open = self.open + len(block) if end < 0 else len(block) - end
        if self.given > MAX_BUNDLE or self.open > MAX_RECORD:
            raise _Refused(
                f"it has more than {MAX_BUNDLE >> 20} MiB, or {MAX_RECORD >> 20} in one text"
            )
        return block


def _entries(path: Path, name: str) -> Iterator[Entry]:
    from defusedxml.ElementTree import iterparse

    above, number, elements = [], 0, 0
    with open_raw(path, name) as file:
        blocks = _Blocks(file)
        for event, element in iterparse(blocks, events=("start", "end"), forbid_dtd=True):
            if event == "start":
                above.append(element)
                elements += 1
                if len(above) > MAX_DEPTH or elements > MAX_ELEMENTS:
                    raise _Refused("elements are too deep or too many")
                continue
            above.pop()
            if len(above) == 1 and above[0].tag == FHIR + "Bundle":
                if element.tag == FHIR + "entry":
                    number += 1
                    entry = _converted(element)
                    resource = entry.get("resource") if isinstance(entry, dict) else None
                    if resource is not None:
                        yield checked(number, entry.get("fullUrl"), resource, name)
                above[0].clear()
                elements = 0
            elif not above and element.tag != FHIR + "Bundle":
                yield from bundle_entries(_resource(element), name)


def _resource(element) -> dict | str:
    """The resource that an element is; nothing, or the text of its value, where it is none."""
    if not element.tag.startswith(FHIR):
        return {}
    content = _converted(element)
    kind = element.tag.removeprefix(FHIR)
    return {"resourceType": kind} | content if isinstance(content, dict) else content


def _converted(element) -> dict | str:
    """An element as JSON has it. Extensions of a plain value, and HTML, are left out."""
    if "value" in element.attrib:
        return element.attrib["value"]
    found: dict = {}
    if "url" in element.attrib:
        found["url"] = element.attrib["url"]
    for child in element:
        if not child.tag.startswith(FHIR):
            continue
        key = child.tag.removeprefix(FHIR)
        held = key in _HOLDERS and len(child) == 1
        content = _resource(child[0]) if held else _converted(child)
        if not content:  # <text/>: FHIR has no empty elements, but some senders do
            continue
        if key not in found:
            found[key] = content
        elif isinstance(found[key], list):
            found[key].append(content)
        else:
            found[key] = [found[key], content]
    return found
