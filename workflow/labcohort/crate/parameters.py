"""The inputs of a run as parameters of the workflow: settings, and the raw files of each source."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from labcohort.crate.entities import kept_back, named_by_hash, to
from labcohort.provenance import canonical_json

# what names the study and not what is done with it, or how its persons are hidden
NO_PARAMETERS = (
    "study", "title", "synthetic", "privacy", "data_folders", "date", "license", "organization",
)  # fmt: skip
PROFILE = "https://bioschemas.org/profiles/FormalParameter/1.0-RELEASE"


def settings(decisions: Mapping[str, object]) -> tuple[list[dict], list[dict]]:
    """The settings of config.yaml that have a value: as parameters, and as their values."""
    slots, values = [], []
    for name, value in sorted(decisions.items()):
        if name in NO_PARAMETERS or value is None:
            continue
        kind, said = _typed(value)
        slot, given = f"#parameter/{name}", f"#setting/{name}"
        slots.append(_slot(slot, name, kind, given, f"{name} of config/config.yaml"))
        values.append(
            {
                "@id": given,
                "@type": "PropertyValue",
                "name": name,
                "value": said,
                "exampleOfWork": to(slot),
            }
        )
    return slots, values


def exports(inputs: list[dict]) -> tuple[list[dict], list[dict]]:
    """The sources as parameters, and their raw files, which are told by their hash and stay where
    they are."""
    of_source: dict[str, list[dict]] = {}
    for row in inputs:
        of_source.setdefault(row["source"], []).append(row)
    slots, files = [], []
    for source, rows in sorted(of_source.items()):
        slot = f"#input/{source}"
        own = [
            kept_back(
                f"export/{source}/{number}",
                row["file"],
                identifier=named_by_hash(row["sha256_begins"]),
                description="A raw export. It is no part of this crate: it holds lines of single"
                " persons, and is told by the first 64 bits of its SHA-256.",
                exampleOfWork=to(slot),
            )
            for number, row in enumerate(rows, 1)
        ]
        slots.append(
            _slot(slot, source, "File", own[0]["@id"], f"raw files of config/sources/{source}.yaml")
        )
        files += own
    return slots, files


def configuration(files: list[dict]) -> list[dict]:
    """The files of the study's decisions and of the facts that it rests on."""
    return [
        kept_back(
            f"configuration/{row['file']}",
            row["file"],
            sha256=row["sha256"],
            description=f"A table or file of {PurePosixPath(row['file']).parts[0]}/, as it was read"
            " in the run; provenance.json says what is in it.",
        )
        for row in files
    ]


def _slot(identifier: str, name: str, kind: str, example: str, text: str) -> dict:
    return {
        "@id": identifier,
        "@type": "FormalParameter",
        "conformsTo": to(PROFILE),
        "additionalType": kind,
        "name": name,
        "description": text,
        "workExample": to(example),
    }


def _typed(value: object) -> tuple[str, object]:
    """The type of a setting as schema.org calls it, and the setting: groups and lists as JSON."""
    if isinstance(value, bool):
        return "Boolean", str(value)
    if isinstance(value, int):
        return "Integer", value
    if isinstance(value, float):
        return "Float", value
    if isinstance(value, str):
        return "Text", value
    return "PropertyValue", canonical_json(value)
