"""A FHIR file as its entries: a bundle in JSON or XML, NDJSON, or a single resource."""

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from labcohort.errors import UserError, place
from labcohort.ingest.readers.limits import MAX_RECORD, too_large
from labcohort.ingest.readers.unzip import open_raw

# bytes of a JSON or XML file, which is held in memory; NDJSON is read by line and may be larger
MAX_BUNDLE = 256 << 20
# brackets and commas in it: what each may take in memory is more than its own byte
MAX_PIECES = 16_000_000


class Entry(NamedTuple):
    """One resource: its number (entry of the bundle or line, from 1) and its `fullUrl`."""

    number: int
    full_url: str
    resource: dict


def entries(path: Path, name: str) -> Callable[..., Iterator[Entry]]:
    """A function that gives the file's entries, or those of one type, each time from the first.

    JSON, XML or NDJSON is told by the first bytes. Numbers are texts with the digits that the
    file has. XML is given as JSON would be, an element that may be repeated as one or a list.
    UserError where the file is none of these, is damaged, or too large.
    """
    with open_raw(path, name) as file:
        start = file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()
    # XML may be in UTF-16, JSON not
    if start.lstrip(b"\xff\xfe\0").startswith(b"<"):
        from labcohort.ingest.readers.fhir_xml import xml_entries

        _check_size(path, name)
        return partial(_of_type, partial(xml_entries, path, name))
    if _has_lines(path, name):
        return partial(_line_entries, path, name)
    bundle = parsed(_whole(path, name), name)
    return partial(_of_type, partial(bundle_entries, bundle, name))


def _of_type(read: Callable[[], Iterator[Entry]], kind: str = "") -> Iterator[Entry]:
    return (e for e in read() if not kind or e.resource["resourceType"] == kind)


def bundle_entries(content: object, name: str) -> Iterator[Entry]:
    """Entries of a bundle, or the one of a resource that stands alone."""
    if not isinstance(content, dict) or not isinstance(content.get("resourceType"), str):
        raise _no_resource(name, None)
    if content["resourceType"] != "Bundle":
        yield Entry(1, "", content)
        return
    listed = content.get("entry") or []
    for number, entry in enumerate(listed if isinstance(listed, list) else [listed], 1):
        if not isinstance(entry, dict):
            raise _no_resource(name, number)
        if entry.get("resource") is not None:
            yield checked(number, entry.get("fullUrl"), entry["resource"], name)


def checked(number: int, full_url: object, resource: object, name: str) -> Entry:
    """The entry; UserError where it holds no resource, or a bundle of its own."""
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        raise _no_resource(name, number)
    if resource["resourceType"] == "Bundle":
        raise UserError(
            "a bundle lies in another one, or in a line",
            where=place(name, row=number),
            rule="a file is one bundle, or has a resource (no bundle) in each line",
            do="write each bundle to a file of its own",
        )
    return Entry(number, full_url if isinstance(full_url, str) else "", resource)


def parsed(data: bytes, name: str, row: int | None = None) -> object:
    """JSON with its numbers as text; UserError where it is none, with the place of the fault."""
    try:
        return json.loads(
            data.decode("utf-8-sig"),
            parse_float=str,
            parse_int=str,
            parse_constant=_constant,
            object_pairs_hook=_unique,
        )
    except RecursionError:
        what = "its brackets are nested too deep"
    except UnicodeDecodeError:
        what = "it is not UTF-8"
    except json.JSONDecodeError as error:
        what = f"{error.msg}, line {(row or 1) + error.lineno - 1}, character {error.colno}"
    except _Refused as error:
        what = str(error)
    raise UserError(
        f"the JSON cannot be read: {what}",
        where=place(name, row=row),
        rule="FHIR files are JSON (RFC 8259, each name once in an object), NDJSON or XML",
        do="copy or export the file again, or correct format > type in the source's YAML",
    )


class _Refused(ValueError):
    """What Python would read and JSON does not have."""


def _constant(text: str) -> None:
    raise _Refused(f"{text} is no number")


def _unique(pairs: list[tuple[str, object]]) -> dict:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [key for key, _ in pairs]
        twice = next(key for key in found if names.count(key) > 1)
        shown = f" ('{twice}')" if re.fullmatch("[A-Za-z_]{1,40}", twice) else ""
        raise _Refused(f"an object has a name twice{shown}")
    return found


def _lines(path: Path, name: str) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of each line that is not blank; a longer one is cut where it is too long."""
    number = 0
    with open_raw(path, name) as file:
        while line := file.readline(MAX_RECORD + 1):
            number += 1
            if line.strip(b" \t\r\n\xef\xbb\xbf"):
                yield number, line
            if len(line) > MAX_RECORD:
                return


def _has_lines(path: Path, name: str) -> bool:
    """Whether the file is NDJSON: its first line is a resource, and there is another line."""
    lines = _lines(path, name)
    _, first = next(lines, (0, b""))
    if len(first) > MAX_RECORD or next(lines, None) is None:
        return False
    try:
        return isinstance(parsed(first, name), dict)
    except UserError:
        return False


def _line_entries(path: Path, name: str, kind: str = "") -> Iterator[Entry]:
    quoted = f'"{kind}"'.encode()
    for number, line in _lines(path, name):
        if len(line) > MAX_RECORD:
            raise too_large(f"more than {MAX_RECORD:,} bytes", number, name)
        # to parse each line twice for the few patients would take most of the time
        if not kind or quoted in line:
            entry = checked(number, None, parsed(line.rstrip(), name, number), name)
            if not kind or entry.resource["resourceType"] == kind:
                yield entry


def _whole(path: Path, name: str) -> bytes:
    """The bytes of a JSON file, in bounds."""
    _check_size(path, name)
    with open_raw(path, name) as file:
        data = file.read(MAX_BUNDLE + 1)
    if len(data) > MAX_BUNDLE or sum(map(data.count, (b",", b"{", b"["))) > MAX_PIECES:
        raise _too_large(name)
    return data


def _check_size(path: Path, name: str) -> None:
    if path.stat().st_size > MAX_BUNDLE:
        raise _too_large(name)


def _too_large(name: str) -> UserError:
    return UserError(
        "the bundle is too large",
        where=name,
        rule=f"a bundle has at most {MAX_BUNDLE >> 20} MiB and {MAX_PIECES:,} members, because it"
        " is held in memory; NDJSON is read by line and has no such limit",
        do="export NDJSON, or several bundles",
    )


def _no_resource(name: str, number: int | None) -> UserError:
    return UserError(
        "what stands there is no FHIR resource",
        where=place(name, row=number),
        rule="a FHIR file is a Bundle, a resource, or a resource in each line (resourceType)",
        do="check that the file is FHIR (format > type), and export it again",
    )
