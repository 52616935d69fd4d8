"""HL7 messages and FHIR resources: their columns are known, their analytes are not."""

from labcohort.draft.claims import claims
from labcohort.draft.columns import Column, LongRoles
from labcohort.draft.entries import Entry
from labcohort.draft.facts import Facts
from labcohort.draft.people import SEX_CODES, KnownPatients
from labcohort.draft.results import Table, result_entries
from labcohort.draft.shape import Shape
from labcohort.study.source_defaults import with_format_defaults

ROLES = LongRoles(1.0, "analyte", "value", "analyte_name", "unit", {"column": "range"})
IDENTIFYING = ("name", "telecom", "address", "national_id")


def message_entries(
    kind: str,
    content: str,
    shape: Shape,
    columns: list[Column],
    facts: Facts,
    known: KnownPatients,
) -> list[Entry]:
    """Entries of a file of messages, the defaults of its format written out."""
    default = with_format_defaults({"format": {"type": kind}, "content": content})
    if content == "patients":
        return _patients(default, columns)
    keys = ("layout", "person", "date", "analyte", "value", "unit", "range", "status", "reported")
    fixed = [Entry(key, default[key], is_guess=False) for key in keys]
    found = claims(columns, set(), known, default["date"]["formats"])
    return fixed + found + result_entries(Table(shape, columns, facts, set(), ROLES))


def _patients(default: dict, columns: list[Column]) -> list[Entry]:
    times = with_format_defaults(default | {"content": "results"})["date"]["formats"]
    sexes = next((c.counts for c in columns if c.name == "sex"), {})
    codes = {code: SEX_CODES[code.casefold()] for code in sexes if code.casefold() in SEX_CODES}
    attributes = {
        "sex": {
            "column": "sex",
            "codes": dict(sorted(codes.items())) or {"F": "female", "M": "male"},
        },
        "birth_date": {"column": "birth_date", "dates": times},
    }
    return [
        Entry("person", default["person"], is_guess=False),
        Entry("drop", [*IDENTIFYING], is_guess=False),
        Entry("attributes", attributes, comments={}),
        Entry("ignore", ["deceased"], is_guess=False),
    ]
