"""The demo's RO-Crate by a public validator, rocrate-validator (`make crate-check`)."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from labcohort import settings
from labcohort.jobs import crate as job
from labcohort.memory import Memory
from labcohort.provenance import Code
from labcohort.study.load import load_study

from tests.running import HOME

# another environment that has it may be named
PYTHON = Path(os.environ.get("CRATE_PYTHON", HOME / ".venv" / "crate" / "bin" / "python"))
# it extends the other three, whose checks are made with it
PROFILE = "workflow-run-crate-0.5"
EXTENDED = ("ro-crate-1.1", "workflow-ro-crate-1.0", "process-run-crate-0.5")
# what is recommended and not so: the workflow names no address where it can be had, and lies in
# the crate, so that it has no absolute address either
LEFT = {"process-run-crate-0.5_3.2", "process-run-crate-0.5_5.1"}
# and where the study names no organization: author, publisher and agent
UNNAMED = {"ro-crate-1.1_22.2", "ro-crate-1.1_22.3", "process-run-crate-0.5_8.6"}
UNDATED = {"process-run-crate-0.5_8.4"}

pytestmark = pytest.mark.skipif(
    not PYTHON.exists(),
    reason="NO TEST OF THE CRATE BY ITS VALIDATOR: it is not here (make crate-check brings it)",
)


def found(crate: Path, folder: Path, *profiles: str) -> dict[str, set[str]]:
    """Severity -> the checks of the profiles that the crate does not pass."""
    done = subprocess.run(
        [PYTHON, HOME / "tests/crate/validate.py", crate, folder, *(profiles or [PROFILE])],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    issues: dict[str, set[str]] = {}
    for severity, check, *_ in json.loads(done.stdout.splitlines()[-1]):
        issues.setdefault(severity, set()).add(check)
    return issues


@pytest.fixture
def results(demo, tmp_path) -> Path:
    """A copy of what the demo's crate holds."""
    left = shutil.ignore_patterns("restricted", "logs", *STAGES)
    return Path(shutil.copytree(demo / "results", tmp_path / "results", ignore=left))


STAGES = ("ingested", "harmonised", "derived", "cohorts", "comparisons", "assessments")


def test_the_demo_s_crate_has_all_that_the_profiles_require(results, tmp_path):
    profiles = (*EXTENDED, PROFILE)
    assert found(results, tmp_path, *profiles) == {"RECOMMENDED": LEFT | UNNAMED}


def test_a_study_that_names_its_organization_has_what_is_recommended(demo, results, tmp_path):
    made_again(demo, results, organization={"name": "A hospital", "url": "https://example.org"})
    assert found(results, tmp_path) == {"RECOMMENDED": LEFT}


def test_a_study_without_date_and_licence_has_what_is_required(demo, results, tmp_path):
    made_again(demo, results, date=None, license=None)
    issues = found(results, tmp_path)
    assert issues.keys() == {"RECOMMENDED"}
    # a licence that is not stated is a text, and recommended is more
    assert issues["RECOMMENDED"] - LEFT - UNNAMED == {"ro-crate-1.1_22.1"} | UNDATED


def test_the_validator_misses_a_result_that_is_gone(results, tmp_path):
    (results / "tables" / "comparisons.csv").unlink()
    assert "REQUIRED" in found(results, tmp_path)


def made_again(demo: Path, results: Path, **config) -> None:
    """Have the job describe `results` anew, as of a study with other settings."""
    memory = Memory(results / "none.json")
    study = load_study(demo, HOME, memory, Code(HOME, memory))
    told = settings.crate(study, HOME) | config
    graph = json.loads((results / "ro-crate-metadata.json").read_text("utf-8"))["@graph"]
    (action,) = (each for each in graph if each["@type"] == "CreateAction")
    read = [str(results / each["@id"]) for each in action["result"]]
    paths = {
        "crate": str(results / "ro-crate-metadata.json"),
        "provenance": str(results / "provenance.json"),
        "read": [path for path in read if not path.endswith("provenance.json")],
        "workflow": [str(results / "workflow" / name) for name in told["files"]],
    }
    job.main(paths, "all", told)
