"""Section: what the run was made from: inputs, configuration, code, versions."""

from labcohort.publish.tables.table import Column
from labcohort.publish.words import say
from labcohort.report.blocks import Items, Section, Sheet, sheet
from labcohort.report.found import Found


def section(found: Found, how: dict) -> Section:
    """Revision, seed, lock file; digests of inputs and configuration; versions of packages."""
    made = found.provenance
    return Section(
        "provenance",
        say(how, "Provenance"),
        (
            Items(tuple(_facts(made, how))),
            _files(
                "inputs",
                say(how, "Inputs"),
                [(row["source"], row["file"], sha256(row)) for row in made["inputs"]],
                [say(how, "Source"), say(how, "File"), say(how, "SHA-256")],
            ),
            _files(
                "configuration",
                say(how, "Configuration"),
                [(row["file"], sha256(row)) for row in made["configuration"]],
                [say(how, "File"), say(how, "SHA-256")],
            ),
            _files(
                "packages",
                say(how, "Packages"),
                sorted(made["packages"].items()),
                [say(how, "Package"), say(how, "Version")],
            ),
        ),
    )


def sha256(row: dict) -> str:
    """A file's digest; one of which only the beginning is known says so by its dots."""
    return row["sha256"] if "sha256" in row else f"{row['sha256_begins']}…"


def _facts(made: dict, how: dict) -> list[str]:
    code = made["labcohort"]
    revision = code["revision"] or say(how, "not known (no repository)")
    if code["modified"]:
        revision = say(how, "{revision}, with changes", revision=revision)
    return [
        say(
            how,
            "labcohort {version}, revision {revision}",
            version=code["version"],
            revision=revision,
        ),
        say(how, "Python {version}", version=made["python"]),
        say(how, "Seed of all resampling: {seed}", seed=made["seed"]),
        say(
            how,
            "Lock file: {file}, SHA-256 {sha256}",
            file=made["lock"]["file"],
            sha256=sha256(made["lock"]),
        ),
    ]


def _files(name: str, title: str, rows: list[tuple], headers: list[str]) -> Sheet:
    return sheet(name, title, [Column(header) for header in headers], rows)
