"""HL7 v2 messages (ORU^R01) as a table of results, or of patients."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from labcohort.errors import UserError
from labcohort.ingest.readers.hl7_escapes import Separators
from labcohort.ingest.readers.hl7_messages import Message, Segment, messages
from labcohort.ingest.readers.hl7_values import analyte, unit, value
from labcohort.ingest.readers.records import HEADERS, PATIENTS, RESULTS, is_national, record
from labcohort.ingest.readers.table import Row, Table

# before v2.3 the type had no event, and R01 was the only one
RESULT_MESSAGES = ("ORU^R01", "ORU")


def tables(path: Path, name: str, how: dict) -> Iterator[Table]:
    """The one table of a file of messages: a row for each OBX-5, or for each PID.

    `how`: `encoding` (utf-8), `content` (results or patients), `identifier` (the type, PID-3.5,
    of the id that is taken), `ignore_messages` (types whose results are ignored). Rows are
    numbered by the line of their segment. Columns are `records.RESULTS` and `records.PATIENTS`.
    """
    make = _patients if how.get("content") == "patients" else _results
    yield Table(None, make(path, name, how))


def _patients(path: Path, name: str, how: dict) -> Iterator[Row]:
    """A row for each PID, of messages of any type."""
    yield HEADERS["patients"]
    for message in messages(path, name, how.get("encoding", "utf-8")):
        for segment in message.segments:
            if segment.name == "PID":
                cells = _patient(segment, message.separators, how.get("identifier"))
                yield record(segment.number, cells, PATIENTS, name)


def _results(path: Path, name: str, how: dict) -> Iterator[Row]:
    """A row for each OBX-5 and each of its repetitions.

    UserError, at the end, where messages of other types than ORU^R01 have results and are not
    under `ignore_messages`.
    """
    yield HEADERS["results"]
    others: Counter[str] = Counter()
    for message in messages(path, name, how.get("encoding", "utf-8")):
        ignored = message.type in how.get("ignore_messages", ())
        if not ignored and message.type not in RESULT_MESSAGES:
            others[message.type] += any(s.name == "OBX" for s in message.segments)
            continue
        common = {
            "message": message.type,
            "ignored": f"message {message.type}" if ignored else "",
        }
        for number, cells in _message_results(message, how.get("identifier")):
            yield record(number, common | cells, RESULTS, name)
    if any(others.values()):
        raise UserError(
            "results in messages that are no ORU^R01: "
            + ", ".join(f"{_shown(kind)} ({n})" for kind, n in sorted(others.items()) if n),
            where=name,
            rule="results are read from ORU^R01; others may be drafts, copies or of other devices",
            do="list the types under format > ignore_messages in the source's YAML, which counts"
            " their results as ignored",
        )


def _shown(kind: str) -> str:
    """A message's type for people; in a damaged file MSH-9 may hold anything, a name too."""
    return kind if re.fullmatch(r"[A-Z]{3}(\^[A-Z0-9]{3})?", kind) else "no type"


def _message_results(message: Message, identifier: str | None) -> Iterator[tuple[int, dict]]:
    """Number and cells of each result of a message."""
    by = message.separators
    patient: dict = {}
    for group in _groups(message.segments):
        if group[0].name == "PID":
            whole = _patient(group[0], by, identifier)
            patient = {"person": whole["id"]} | {k: whole[k] for k in ("sex", "birth_date")}
        order = group[0] if group[0].name == "OBR" else Segment(0, ["OBR"])
        # SPM follows the results of its specimen; two specimens leave open which one was meant
        drawn = {by.date(s.field(17)) for s in group if s.name == "SPM"}
        specimen = drawn.pop() if len(drawn) == 1 else ""
        for segment in group:
            if segment.name == "SPM":
                specimen = by.date(segment.field(17))
            elif segment.name == "OBX":
                for cells in _observation(segment, order, specimen, by):
                    yield segment.number, patient | cells


def _groups(segments: list[Segment]) -> Iterator[list[Segment]]:
    """The segments in parts, each from a PID or OBR (the first: MSH) up to the next."""
    group: list[Segment] = []
    for segment in segments:
        if segment.name in ("PID", "OBR") and group:
            yield group
            group = []
        group.append(segment)
    yield group


def _observation(obx: Segment, obr: Segment, specimen: str, by: Separators) -> Iterator[dict]:
    """Cells of each repetition of OBX-5, the empty one too."""
    cells = analyte(obx.field(3), by) | {
        "unit": unit(obx.field(6), by),
        "range": by.plain(obx.field(7)),
        "status": by.part(obx.field(11), 1),
        "date": by.date(obx.field(14)) or by.date(obr.field(7)) or specimen,
        "reported": by.date(obr.field(22)) or by.date(obx.field(19)),
    }
    kind = by.part(obx.field(2), 1)
    for number, text in enumerate(by.repetitions(obx.field(5)), 1):
        place = "OBX-5" if number == 1 else f"OBX-5[{number}]"
        yield cells | {"place": place, "value": value(kind, text, by)}


def _patient(pid: Segment, by: Separators, identifier: str | None) -> dict[str, str]:
    """Cells of a patient (`records.PATIENTS`)."""
    national = [by.part(pid.field(19), 1)]
    for text in by.repetitions(pid.field(3)):
        if is_national(by.part(text, 5)):
            national.append(by.part(text, 1))
    return {
        "id": _person(pid, by, identifier),
        "sex": by.part(pid.field(8), 1),
        "birth_date": by.date(pid.field(7)),
        "deceased": by.date(pid.field(29)) or by.part(pid.field(30), 1),
        "name": _words(by, pid.field(5)),
        "telecom": _words(by, pid.field(13), pid.field(14)),
        "address": _words(by, pid.field(11)),
        "national_id": "; ".join(sorted({text for text in national if text})),
    }


def _person(pid: Segment, by: Separators, identifier: str | None) -> str:
    """The patient's id: PID-3 of the type `identifier`, empty where there is none of that type.

    Without a type the first that PID-3 has, else PID-2 and then PID-4, which held ids before
    v2.3.
    """
    ids = by.repetitions(pid.field(3))
    if identifier:
        ids = [text for text in ids if by.part(text, 5) == identifier]
    else:
        ids += [*by.repetitions(pid.field(2)), *by.repetitions(pid.field(4))]
    return next(filter(None, (by.part(text, 1) for text in ids)), "")


def _words(by: Separators, *fields: str) -> str:
    """Fields with their components in a row, for a person to read."""
    parts = [text for field in fields for text in by.repetitions(field)]
    texts = [" ".join(filter(None, by.parts(text))) for text in parts]
    return "; ".join(filter(None, texts))
