"""FHIR Observations as a table of results, or Patients as a table of patients."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from labcohort.errors import UserError, place
from labcohort.ingest.readers.fhir_files import Entry, entries
from labcohort.ingest.readers.fhir_people import People, patients
from labcohort.ingest.readers.fhir_values import (
    Misshapen,
    analyte,
    many,
    one,
    reference_range,
    text,
    value,
    value_keys,
)
from labcohort.ingest.readers.records import HEADERS, PATIENTS, RESULTS, record
from labcohort.ingest.readers.table import Row, Table


def tables(path: Path, name: str, how: dict) -> Iterator[Table]:
    """The one table of a bundle, of NDJSON or of one resource: a row a value, or a row a patient.

    `how`: `content` (results or patients). Rows are numbered by entry or line. Columns are
    `records.RESULTS` and `records.PATIENTS`.
    """
    read = entries(path, name)
    if how.get("content") == "patients":
        yield Table(None, _rows(read, patients, PATIENTS, HEADERS["patients"], name))
    else:
        people = _shaped(lambda: People(read("Patient")), name)
        yield Table(
            None, _rows(read, lambda e: _results(e, people), RESULTS, HEADERS["results"], name)
        )


def _rows(
    read: Callable[..., Iterator[Entry]],
    cells_of: Callable[[Entry], Iterator[dict[str, str]]],
    columns: tuple[str, ...],
    header: Row,
    name: str,
) -> Iterator[Row]:
    yield header
    for entry in read():
        for cells in _shaped(lambda entry=entry: list(cells_of(entry)), name, entry.number):
            yield record(entry.number, cells, columns, name)


def _shaped(make: Callable, name: str, number: int | None = None):
    """What `make` makes; UserError where an element is not of its kind."""
    try:
        return make()
    except Misshapen as error:
        raise UserError(
            f"the element '{error}' is not what FHIR says that it is",
            where=place(name, row=number),
            rule="objects, lists and plain values stand where FHIR (DSTU2 or R4) has them",
            do="check that the file is FHIR, and export it again",
        ) from None


def _results(entry: Entry, people: People) -> Iterator[dict[str, str]]:
    """Cells of an Observation's values, and of Observations that the resource contains."""
    resource = entry.resource
    sent = _version(resource)
    if resource["resourceType"] == "Observation":
        subject = people.subject(resource, resource)
        yield from (sent | c for c in _observation(resource, subject, ""))
    for number, held in enumerate(many(resource, "contained")):
        if held.get("resourceType") == "Observation":
            subject = people.subject(held, resource)
            before = f"contained[{number}]."
            yield from (sent | c for c in _observation(held, subject, before))


def _version(resource: dict) -> dict[str, str]:
    """`record` and `version` of a resource that has an id, and says when or as which version it
    was stored: `meta.lastUpdated` in UTC, and a `meta.versionId` that is a number."""
    meta = one(resource, "meta")
    number = text(meta, "versionId")
    number = number if number.isascii() and number.isdigit() and len(number) <= 20 else ""
    try:
        stored = datetime.fromisoformat(text(meta, "lastUpdated"))
        time = "" if stored.tzinfo is None else f"{stored.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"
    except (ValueError, OverflowError):
        time = ""
    if not text(resource, "id") or not (time or number):
        return {}
    # of two versions with one time the number counts; without a time the text is shorter
    return {
        "record": f"{resource['resourceType']}/{text(resource, 'id')}",
        "version": f"{time} {number.zfill(20)}",
    }


def _observation(resource: dict, subject: dict, before: str) -> Iterator[dict[str, str]]:
    """Cells of an Observation's own value, and of its components.

    One that has neither, and does not stand for its members, gives an empty value.
    """
    common = subject | {
        "status": text(resource, "status"),
        "date": text(resource, "effectiveDateTime")
        or text(one(resource, "effectivePeriod"), "start")
        or text(resource, "effectiveInstant"),
        "reported": text(resource, "issued"),
        "message": "Observation",
    }
    components = many(resource, "component")
    # DSTU2 has replaced and derived results under `related` too
    related = [r for r in many(resource, "related") if text(r, "type") == "has-member"]
    members = many(resource, "hasMember") or related
    absent = "dataAbsentReason" in resource
    if value_keys(resource) or absent or not (components or members):
        yield from (common | cells for cells in _values(resource, before))
    for number, component in enumerate(components):
        yield from (common | c for c in _values(component, f"{before}component[{number}]."))


def _values(node: dict, before: str) -> Iterator[dict[str, str]]:
    """Cells of value[x] of an Observation or component, which is empty where there is none."""
    for key in value_keys(node) or ["value[x]"]:
        found, unit = value(node, key)
        yield analyte(one(node, "code")) | {
            "place": before + key,
            "value": found,
            "unit": unit,
            "range": reference_range(node, unit),
        }
