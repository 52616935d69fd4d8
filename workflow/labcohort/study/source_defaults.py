"""What a source's YAML need not say: the columns of message formats, names that facts know."""

from labcohort.errors import UserError
from labcohort.study.tables import Row

# HL7 table 0085 and the FHIR value set observation-status, as this project calls them
HL7_STATUS = {
    "P": "preliminary", "R": "preliminary", "S": "preliminary", "I": "preliminary",
    "F": "final", "U": "final", "C": "corrected", "D": "withdrawn", "W": "withdrawn",
    "X": "cancelled", "O": "cancelled", "N": "cancelled",
}  # fmt: skip
FHIR_STATUS = {
    "registered": "preliminary", "preliminary": "preliminary", "final": "final",
    "appended": "final", "amended": "corrected", "corrected": "corrected",
    "cancelled": "cancelled", "entered-in-error": "withdrawn",
}  # fmt: skip
# the formats that take any precision, with or without a zone
MESSAGES = {"hl7": (HL7_STATUS, ["hl7"]), "fhir": (FHIR_STATUS, ["iso"])}


def check_confirmed(source: dict, name: str) -> None:
    """Refuse a draft: each of its guesses is a person's to confirm."""
    if source.get("unconfirmed"):
        raise UserError(
            f"the source is a draft; not confirmed: {', '.join(map(str, source['unconfirmed']))}",
            where=f"{name}, at unconfirmed",
            rule="what a draft guesses is looked at by a person before it is used",
            do="hold each part against the file and the laboratory's own description, correct it,"
            " and take its name out of `unconfirmed:`; remove the key when it is empty",
        )


def with_format_defaults(source: dict) -> dict:
    """The source with the columns that its reader gives, where the YAML names no others."""
    given = source.get("format")
    kind = given.get("type") if isinstance(given, dict) else None
    # what else is wrong with it the schema says
    if not isinstance(kind, str) or kind not in MESSAGES:
        return source
    if source.get("content") == "patients":
        return {"person": {"column": "id"}} | source
    codes, times = MESSAGES[kind]
    return {
        "layout": "long",
        "person": {"column": "person"},
        "analyte": "analyte",
        "analyte_name": "analyte_name",
        "value": "value",
        "unit": "unit",
        "range": {"column": "range"},
        "date": {"column": "date", "formats": times},
        "status": {"column": "status", "codes": codes},
        "reported": {"column": "reported", "formats": times},
    } | source


def with_recognised(source: dict, tables: dict[str, list[Row]]) -> dict:
    """The source with the analytes that `recognise:` lets the facts name, after its own.

    LOINC codes of resources/loinc.tsv, and names of resources/aliases.tsv that mean one marker.
    `listed` keeps which analytes the YAML names itself.
    """
    from labcohort.harmonise.names import folded_name

    own = source.get("analytes", {})
    source = source | {"analytes": dict(own), "listed": sorted(own)}
    taken = {folded_name(name) for name in [*own, *source.get("ignore", [])]}
    for name, entry in _known_names(source.get("recognise", []), tables):
        if folded_name(name) not in taken:
            taken.add(folded_name(name))
            source["analytes"][name] = entry
    return source


def _known_names(kinds: list[str], tables: dict[str, list[Row]]):
    """(name, entry of `analytes`) of the facts."""
    if "loinc" in kinds:
        for row in tables["loinc"]:
            analyte = {"analyte": row["analyte"]} if row["analyte"] else {}
            yield row["loinc"], {"marker": row["marker"], **analyte}
    if "aliases" in kinds:
        for row in tables["aliases"]:
            if row["ambiguous"] == "no":
                yield row["alias"], {"marker": row["marker"]}
