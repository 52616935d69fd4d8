"""Tables that formats of records (HL7 v2, FHIR) are read as: their columns, and what a row is."""

from labcohort.errors import UserError, place
from labcohort.ingest.readers.limits import check_row
from labcohort.ingest.readers.table import Row

# a row a result: `place` is the part of the record that holds the value, so that number and
# place name one result of a file; `record` is the id of one that is sent in versions, and of two
# versions the later one sorts last
RESULTS = (
    "place",
    "person",
    "analyte",
    "analyte_name",
    "local_code",
    "value",
    "unit",
    "range",
    "status",
    "date",
    "reported",
    "record",
    "version",
    "sex",
    "birth_date",
    "message",
    "ignored",
)
# a row a patient; from `name` on direct identifiers, which a mapping has to drop by name
PATIENTS = ("id", "sex", "birth_date", "deceased", "name", "telecom", "address", "national_id")
# identifier types (HL7 table 0203) that a person has from the state, apart from NN and a country
NATIONAL = frozenset({"SS", "SB", "NI", "NIIP", "PPN", "DL", "TAX", "CZ", "PRC", "NP", "HC", "MC"})

HEADERS = {"results": (0, list(RESULTS)), "patients": (0, list(PATIENTS))}


def is_national(identifier_type: str) -> bool:
    """Whether an identifier of this type (HL7 table 0203) is known beyond the hospital."""
    return identifier_type in NATIONAL or identifier_type.startswith("NN")


def record(number: int, cells: dict[str, str], columns: tuple[str, ...], name: str) -> Row:
    """One row of the table: `cells` by column, an absent one is empty.

    UserError where a text is too long, or holds what no other file can hold.
    """
    row = [cells.get(column, "").strip() for column in columns]
    check_row(number, row, name)
    text = "".join(row)
    if "\0" in text or not _encodable(text):
        raise UserError(
            "a text has a NUL character or half of a UTF-16 pair",
            where=place(name, row=number),
            rule="texts are of characters that UTF-8 can hold, and of no NUL",
            do="export the file again, or correct that record",
        )
    return number, row


def _encodable(text: str) -> bool:
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False
