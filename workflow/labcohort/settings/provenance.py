"""What the jobs are told that record a run: its files, code and decisions, and how it is cited."""

import hashlib
from importlib.metadata import version
from pathlib import Path

from labcohort.ingest.readers import READERS
from labcohort.ingest.source_names import named_alone
from labcohort.provenance import DISTRIBUTIONS, Code
from labcohort.settings.figures import MODULE
from labcohort.settings.printing import tables
from labcohort.settings.text import JOBS
from labcohort.study.load import Study, study_files
from labcohort.study.yaml_files import parse_yaml

LOCK = "requirements.lock"
CITATION = "CITATION.cff"
LICENCE = "LICENSE"


def provenance(study: Study, directory: Path, home: Path, code: Code, key: str) -> dict:
    """What the record of a run says, but for what stands in the files that it names.

    `directory` is the study's, `home` the workflow's, `key` the fingerprint of the study's key.
    """
    files = {"config/config.yaml": directory / "config/config.yaml"}
    templates = tuple(sorted(home.glob("workflow/labcohort/*/templates/*")))
    versions = code.versions("__main__", *code.modules(JOBS), *_named(study, code), files=templates)
    return {
        "study": {
            "name": study.config["study"],
            "title": study.config["title"],
            "synthetic": study.config["synthetic"],
        },
        "version": _citation(home).get("version"),
        "files": {n: _sha256(path) for n, path in (files | study_files(directory, home)).items()},
        # a copy of the workflow may do without
        "lock": {"file": LOCK, "sha256": _sha256(home / LOCK)} if (home / LOCK).exists() else None,
        "packages": {
            DISTRIBUTIONS.get(name, name): number for name, number in versions["packages"].items()
        }
        | {"snakemake": version("snakemake")},
        "code_of_jobs": versions["modules"] | versions["files"],
        "settings": _decisions(study.config, key),
    }


def crate(study: Study, home: Path) -> dict:
    """What the description of a run says beside its record: of the workflow's own files those that
    say what it does, by their content; how workflow and results are cited."""
    cited = _citation(home)
    rules = sorted(home.glob("workflow/rules/*.smk"))
    texts = [home / "Snakefile", *rules, *filter(Path.exists, [home / LICENCE])]
    return {
        "files": {str(path.relative_to(home)): _sha256(path) for path in texts},
        "workflow": {
            name: cited.get(name)
            for name in ("title", "date-released", "license", "repository-code")
        },
        **{name: study.config[name] for name in ("date", "license", "organization")},
    }


def _named(study: Study, code: Code) -> list[str]:
    """Modules that jobs of the study import by name: readers, formulas, kinds of figures and
    tables."""
    readers = {READERS[source["format"]["type"]] for source in study.sources.values()}
    figures = {MODULE + row["kind"] for row in study.tables["figures"]}
    formulas = {f["module"] for methods in study.formulas.values() for f in methods.values()}
    return sorted(readers | figures | formulas | {*tables(study).get("modules", ())})


def _decisions(config: dict, key: str) -> dict:
    """The settings that are told to everybody: no key, and no path of a machine."""
    privacy = {k: v for k, v in config["privacy"].items() if k == "shift_days"}
    return {
        **{name: value for name, value in config.items() if name != "undecided"},
        "privacy": {"key_fingerprint": key, **privacy},
        "data_folders": [named_alone(folder.rstrip("/")) for folder in config["data_folders"]],
    }


def _citation(home: Path) -> dict:
    path = home / CITATION
    return parse_yaml(path.read_bytes(), CITATION) if path.exists() else {}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
