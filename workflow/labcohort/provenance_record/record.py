"""The record of a run, from what its job is told and the files that it reads."""

import csv
from pathlib import Path, PurePosixPath

from labcohort.ingest.source_names import named_alone
from labcohort.provenance import digest
from labcohort.provenance_record.given_files import digests_of_rows, rows_of
from labcohort.study.yaml_files import parse_yaml

# raw values of single persons: of these the record has the digest alone
UNTOLD = ("config/corrections.tsv",)
SOURCES = "config/sources/"


def record(settings: dict, given: dict[str, bytes], lists: list[str], revision: dict) -> dict:
    """The document of results/provenance.json (schemas.provenance).

    `settings` is what the job is told, `given` the files of the study and its facts, `lists` the
    paths of files_{source}.tsv, `revision` what git says.
    """
    files, packages = settings["files"], dict(settings["packages"])
    return {
        "study": settings["study"],
        "labcohort": {"version": settings["version"], **revision},
        "seed": settings["settings"]["seed"],
        "configuration": [
            {"file": name, "sha256": files[name]} for name in sorted(files) if _is_own(name)
        ],
        "inputs": [row for path in sorted(lists) for row in _raw_files(Path(path))],
        "lock": settings["lock"],
        "python": packages.pop("python"),
        "packages": packages,
        "code": settings["code_of_jobs"],
        "settings": settings["settings"],
        "sources": {
            PurePosixPath(name).stem: _source(data, name)
            for name, data in given.items()
            if name.startswith(SOURCES)
        },
        "tables": {
            PurePosixPath(name).name: rows_of(data)
            for name, data in given.items()
            if _is_own(name) and name.endswith(".tsv") and name not in UNTOLD
        },
        "facts": [
            {
                "file": name,
                "sha256": files[name],
                "rows": digests_of_rows(rows_of(data), digest),
            }
            for name, data in given.items()
            if not _is_own(name)
        ],
    }


def _is_own(name: str) -> bool:
    return name.startswith("config/")


def _raw_files(path: Path) -> list[dict[str, str]]:
    """The raw files of a source, as everything but that list calls them."""
    source = path.stem.removeprefix("files_")
    with path.open(encoding="utf-8", newline="") as file:
        return [
            {
                "source": source,
                "file": named_alone(row["file"]),
                "sha256_begins": row["sha256_begins"],
            }
            for row in csv.DictReader(file, delimiter="\t")
        ]


def _source(data: bytes, name: str) -> dict:
    """What a source's YAML declares; of a path outside of the study its last part alone."""
    return {
        key: named_alone(value) if key in ("file", "previous") else value
        for key, value in parse_yaml(data, name).items()
    }
