"""Patients in a FHIR file: who the subject of a result is, and the table of patients."""

import re
from collections.abc import Iterable, Iterator

from labcohort.ingest.readers.fhir_files import Entry
from labcohort.ingest.readers.fhir_values import many, one, text, texts
from labcohort.ingest.readers.records import is_national

# `Patient/1`, an address that ends so, with or without a version
_REFERENCE = re.compile(r"(?:.*/)?Patient/([^/?#|]+)(?:/_history/[^/]*)?$")


class People:
    """The patients of a file, by id and by the address (`fullUrl`) that a bundle gives them."""

    def __init__(self, patients: Iterable[Entry]):
        self.claims: dict[str, tuple[str, str]] = {}
        self.addresses: dict[str, str] = {}
        for entry in patients:
            person = patient_id(entry)
            self.claims.setdefault(person, _claims(entry.resource))
            if entry.full_url:
                self.addresses[entry.full_url] = person

    def subject(self, resource: dict, holder: dict) -> dict[str, str]:
        """`person`, `sex` and `birth_date` of the subject of a resource held by `holder`.

        Person is the id at the end of a reference to a patient, of a `urn:` the id of the entry
        with that address; of a patient that is contained, whose id means nothing outside, its
        identifier. Empty where the subject is no patient, or is not named.
        """
        subject = one(resource, "subject") or one(holder, "subject")
        reference = text(subject, "reference")
        if reference.startswith("#"):
            held = [r for r in many(holder, "contained") if text(r, "id") == reference[1:]]
            if not held or held[0].get("resourceType") != "Patient":
                return {}
            sex, birth = _claims(held[0])
            return {"person": identifier(held[0]), "sex": sex, "birth_date": birth}
        person = self.addresses.get(reference, "")
        if not person and reference.startswith("urn:"):
            person = reference.rsplit(":", 1)[1]
        elif not person and (found := _REFERENCE.match(reference)):
            person = found[1]
        elif not reference:
            person = text(one(subject, "identifier"), "value")
        sex, birth = self.claims.get(person, ("", ""))
        return {"person": person, "sex": sex, "birth_date": birth}


def patient_id(entry: Entry) -> str:
    """Id of a patient's entry: its own, else the end of its address, else an identifier."""
    own = text(entry.resource, "id") or re.split("[/:]", entry.full_url)[-1]
    return own or identifier(entry.resource)


def identifier(resource: dict) -> str:
    """The first identifier with a value, those of the state (a social security number) last."""
    listed = [node for node in many(resource, "identifier") if text(node, "value")]
    listed.sort(key=_is_national)
    return text(listed[0], "value") if listed else ""


def patients(entry: Entry) -> Iterator[dict[str, str]]:
    """Cells (`records.PATIENTS`) of a patient, or of those that another resource contains."""
    if entry.resource["resourceType"] == "Patient":
        yield _cells(entry.resource, patient_id(entry))
    for held in many(entry.resource, "contained"):
        if held.get("resourceType") == "Patient":
            yield _cells(held, identifier(held))


def _claims(resource: dict) -> tuple[str, str]:
    return text(resource, "gender"), text(resource, "birthDate")


def _cells(resource: dict, person: str) -> dict[str, str]:
    sex, birth = _claims(resource)
    national = [text(node, "value") for node in many(resource, "identifier") if _is_national(node)]
    return {
        "id": person,
        "sex": sex,
        "birth_date": birth,
        "deceased": text(resource, "deceasedDateTime") or text(resource, "deceasedBoolean"),
        "name": _joined(_words(n, "given", "family") for n in many(resource, "name")),
        "telecom": _joined(text(node, "value") for node in many(resource, "telecom")),
        "address": _joined(
            _words(node, "line", "city", "district", "state", "postalCode", "country")
            for node in many(resource, "address")
        ),
        "national_id": _joined(sorted(set(national))),
    }


def _is_national(node: dict) -> bool:
    kinds = [text(coding, "code") for coding in many(one(node, "type"), "coding")]
    return any(map(is_national, kinds)) or text(node, "system").endswith("ssn")


def _words(node: dict, *keys: str) -> str:
    """The text of a name or address, else its parts in a row."""
    return text(node, "text") or " ".join(part for key in keys for part in texts(node, key))


def _joined(parts: Iterable[str]) -> str:
    return "; ".join(filter(None, parts))
