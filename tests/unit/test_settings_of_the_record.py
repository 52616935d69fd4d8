"""What the jobs are told that record a run and describe it as an RO-Crate."""

import json
import shutil
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import pytest
from labcohort import settings
from labcohort.memory import Memory
from labcohort.provenance import Code
from labcohort.study.load import Study, load_study

from tests.running import HOME


@pytest.fixture(scope="module")
def code(tmp_path_factory) -> Code:
    return Code(HOME, Memory(tmp_path_factory.mktemp("memory") / "kept.json"))


@pytest.fixture(scope="module")
def study(code) -> Study:
    return load_study(HOME, HOME, code.memory, code)


def told(study: Study, code: Code, home: Path = HOME) -> dict:
    return settings.provenance(study, HOME, home, code, "f" * 12)


def test_every_file_of_the_configuration_and_of_the_facts_is_told(study, code):
    files = told(study, code)["files"]
    config = [p for p in (HOME / "config").rglob("*") if p.suffix in (".tsv", ".yaml")]
    facts = list((HOME / "resources").glob("*.tsv"))
    assert files == {
        str(path.relative_to(HOME)): sha256(path.read_bytes()).hexdigest()
        for path in [*config, *facts]
    }


def test_of_the_key_the_fingerprint_is_told_and_nothing_else(study, code):
    text = json.dumps(told(study, code))
    assert study.config["privacy"]["public_key"] not in text
    assert told(study, code)["settings"]["privacy"] == {"key_fingerprint": "f" * 12}


def test_no_path_of_the_machine_is_told(study, code):
    config = study.config | {
        "privacy": {"key_file": "/secure/lab.key", "shift_days": 30},
        "data_folders": ["/mnt/exports/", "../beside"],
    }
    own = told(Study(config, study.sources, study.tables, study.formulas), code)
    assert own["settings"]["data_folders"] == ["exports", "../beside"]
    assert own["settings"]["privacy"] == {"key_fingerprint": "f" * 12, "shift_days": 30}
    assert "/mnt" not in json.dumps(own) and "/secure" not in json.dumps(own)


def test_the_code_is_that_of_the_jobs_with_what_they_import_by_name(study, code):
    own = told(study, code)["code_of_jobs"]
    assert {
        "__main__",
        "labcohort.jobs.compare",
        "labcohort.compare.wilcoxon",
        "labcohort.ingest.readers.text",
        "labcohort.derive.formulas.renal",
        "labcohort.publish.figures.before_after",
        "report.css",
    } <= own.keys()
    # the demo has no such export; no job imports this
    assert not {"labcohort.ingest.readers.fhir", "labcohort.draft.command"} & own.keys()


def test_packages_are_called_as_they_are_installed(study, code):
    own = told(study, code)["packages"]
    assert {"python", "polars", "pyyaml", "python-calamine", "snakemake"} <= own.keys()
    assert own["polars"] == version("polars") and own["pyyaml"] == version("pyyaml")


def test_a_copy_of_the_workflow_may_lack_lock_and_citation(study, code, tmp_path):
    for name in ("workflow", "resources", "Snakefile"):
        (tmp_path / name).symlink_to(HOME / name)
    own = told(study, code, tmp_path)
    assert (own["version"], own["lock"]) == (None, None)
    described = settings.crate(study, tmp_path)
    assert set(described["workflow"].values()) == {None}
    assert "LICENSE" not in described["files"]


def test_the_crate_has_all_rules_and_the_snakefile_first(study):
    files = list(settings.crate(study, HOME)["files"])
    rules = sorted((HOME / "workflow/rules").glob("*.smk"))
    assert files == ["Snakefile", *(str(p.relative_to(HOME)) for p in rules), "LICENSE"]


def test_an_edited_rule_moves_the_crate(study, tmp_path):
    shutil.copytree(HOME / "workflow/rules", tmp_path / "workflow/rules")
    shutil.copy(HOME / "Snakefile", tmp_path)
    before = settings.crate(study, tmp_path)
    with (tmp_path / "workflow/rules/compare.smk").open("a") as file:
        file.write("# more\n")
    assert settings.crate(study, tmp_path) != before
