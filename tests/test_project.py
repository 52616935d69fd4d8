"""What holds of the project as a whole: lock files, imports, the floor plan."""

import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import requires

import pytest

from tests.running import HOME

JOBS = sorted(path.stem for path in (HOME / "workflow/labcohort/jobs").glob("[a-z]*.py"))
LOCKS = sorted(HOME.glob("requirements*.lock"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_file_pins_by_hash_and_names_no_host(lock):
    text = lock.read_text("utf-8")
    assert not re.search(r"https?:|://|--(extra-)?index-url|--find-links", text)
    pins = re.findall(r"^[A-Za-z0-9_.\-\[\]]+==\S+", text, re.MULTILINE)
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    # what checks a crate brings some forty, all others more
    assert len(pins) == len(entries) > 40
    assert all("--hash=sha256:" in entry for entry in entries)


def test_the_lock_file_holds_every_declared_dependency_and_no_pandas():
    declared = tomllib.loads((HOME / "pyproject.toml").read_text("utf-8"))["project"]
    names = {re.split(r"[\[><=]", d)[0] for d in declared["dependencies"]}
    lock = (HOME / "requirements.lock").read_text("utf-8")
    pinned = set(re.findall(r"^([A-Za-z0-9_.\-]+)==", lock, re.MULTILINE))
    assert names <= pinned
    assert "pandas" not in pinned
    # readers and the writer of workbooks; what only tests read with is not installed to run
    assert {"python-calamine", "xlrd", "pyreadstat", "defusedxml", "xlsxwriter"} <= names
    assert not {"hl7", "xlwt", "pytest"} & pinned


def test_the_lock_file_holds_what_snakemakes_own_report_asks_for():
    """The tests' environment has it by other ways; a run's has nothing but the lock file."""
    extra = [r for r in requires("snakemake") if re.search(r"extra == .reports.", r)]
    lock = (HOME / "requirements.lock").read_text("utf-8")
    assert extra
    for requirement in extra:
        assert f"\n{re.split(r'[^A-Za-z0-9_.-]', requirement)[0]}==" in lock


HEAVY = (
    "pandas", "scipy.stats", "matplotlib", "snakemake", "scipy", "jinja2", "yaml", "jsonschema",
     "xlsxwriter", "docx", "python_calamine", "openpyxl", "xlrd", "pyreadstat", "defusedxml",
)  # fmt: skip
NEEDED = {
    "attenders": {"scipy"},
    "baseline": {"scipy"},
    "compare": {"scipy"},
    "in_range": {"scipy"},
    "regression": {"scipy"},
    "sensitivity": {"scipy"},
    "figure": {"matplotlib"},
    "report": {"jinja2"},
    "tables": {"jinja2", "xlsxwriter", "docx"},
    "validate": {"jinja2", "xlsxwriter"},
}


@pytest.mark.parametrize("job", JOBS)
def test_a_job_imports_only_what_it_needs(job):
    """Imports are most of a small run's time."""
    code = (
        f"import sys; sys.path[:0] = [{str(HOME / 'workflow')!r}, {str(HOME)!r}];"
        f"import labcohort.jobs.{job}, json;"
        f"print(json.dumps([m for m in {HEAVY!r} if m in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    # pandera itself asks for yaml
    assert loaded - {"yaml"} <= NEEDED.get(job, set())


@pytest.mark.parametrize("job", ["ingest", "delivery"])
def test_a_job_that_reads_imports_no_reader_before_it_knows_the_format(job):
    """A reader is imported by name: a job's digest holds the one that it uses and no other."""
    code = (
        f"import sys; sys.path[:0] = [{str(HOME / 'workflow')!r}, {str(HOME)!r}];"
        f"import labcohort.jobs.{job}, json;"
        "print(json.dumps([m for m in sys.modules if m.startswith('labcohort.')]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    package = "labcohort.ingest.readers"
    loaded = {m for m in json.loads(done.stdout) if m.startswith(package)}
    assert loaded == {package, f"{package}.table"}


def test_no_job_imports_what_only_a_person_calls():
    """Drafting and checking a study are no part of a run."""
    files = [*(HOME / "workflow/labcohort/jobs").glob("*.py"), HOME / "workflow/labcohort/run.py"]
    text = "\n".join(path.read_text("utf-8") for path in files)
    commands = "draft|check|trial|trace|compare_runs|new_study|new_key|why"
    assert not re.search(rf"labcohort\.({commands})\b", text)


def test_the_snakefile_is_a_table_of_contents():
    lines = (HOME / "Snakefile").read_text("utf-8").splitlines()
    assert len(lines) <= 45
    included = re.findall(r'include: "workflow/rules/(\w+)\.smk"', "\n".join(lines))
    assert included == [
        "common", "ingest", "harmonise", "derive", "cohorts", "compare", "assess",
        "publish", "report", "quality", "provenance", "ending",
    ]  # fmt: skip
    assert {path.stem for path in (HOME / "workflow/rules").glob("*.smk")} == set(included)


def test_each_adapter_is_run_by_a_rule():
    rules = "\n".join(p.read_text("utf-8") for p in (HOME / "workflow/rules").glob("*.smk"))
    # alone, as one of several in turn, or for each of a batch
    assert set(re.findall(r'(?:\bbatch|[\[ ])\(\s*"(\w+)"', rules)) == set(JOBS)


def test_readme_names_only_files_that_exist():
    for readme in ("README.md", "config/README.md", "resources/README.md"):
        text = (HOME / readme).read_text("utf-8")
        for link in re.findall(r"\]\(([^)#:]+)\)", text):
            assert ((HOME / readme).parent / link).exists(), (readme, link)


def tracked() -> list[str]:
    done = subprocess.run(
        ["git", "ls-files"], cwd=HOME, capture_output=True, text=True, check=False
    )
    return done.stdout.split("\n")[:-1]


@pytest.mark.skipif(not tracked(), reason="not a git checkout")
def test_no_result_and_no_foreign_data_is_committed():
    files = tracked()
    assert not [f for f in files if f.startswith(("results/", ".snakemake/"))]
    foreign = {"clinical_tests.txt", "SubjectInfo.csv"}
    assert not [f for f in files if f.rsplit("/", 1)[-1] in foreign or f.endswith(".XPT")]
