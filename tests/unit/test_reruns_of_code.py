"""Which jobs an edit of each module makes run again: those whose process imports it, no other.

Jobs carry digests of their code (labcohort.provenance), which reads imports and runs none. Here
what is imported is seen in other processes: by importing each adapter, reader and module of
formulas, and by running the jobs of the demo once more.
"""

import ast
import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from labcohort.ingest.readers import READERS
from labcohort.memory import Memory
from labcohort.provenance import Code
from labcohort.study.load import load_study
from labcohort.study.names import FIGURE_KINDS, TABLE_KINDS
from labcohort.study.raw import key_of, raw_digests

from tests.running import HOME
from tests.told import record_of, told_of

MAIN, OURS = "__main__", ("labcohort", "schemas")
# imports within functions, which an import of the module does not run -> what they import
LAZY = {
    "labcohort.ingest.source_names": {"labcohort.spreadsheet"},
    "labcohort.ingest.readers.columnar": {
        "labcohort.ingest.readers.frames",
        "labcohort.ingest.readers.shown",
    },
    "labcohort.ingest.readers.statistical": {"labcohort.ingest.readers.frames"},
    "labcohort.ingest.readers.fhir_files": {"labcohort.ingest.readers.fhir_xml"},
}
# packages and modules that no job imports: commands for people, and what works out the jobs
OF_NO_JOB = (
    "labcohort.check", "labcohort.compare_runs", "labcohort.draft", "labcohort.new_key",
    "labcohort.new_study", "labcohort.trace", "labcohort.trial", "labcohort.why",
    "labcohort.run", "labcohort.restricted", "labcohort.settings", "labcohort.derive.index",
    "labcohort.study.load", "labcohort.study.own_facts", "labcohort.study.paths",
    "labcohort.study.raw", "labcohort.study.rules", "labcohort.study.source_defaults",
    "labcohort.study.tables", "labcohort.study.validate", "labcohort.harmonise.date_orders",
    "schemas.config", "schemas.resources", "schemas.tables",
)  # fmt: skip
# what every process runs, and no result depends on: by name, out of sight of provenance
UNSEEN = {"labcohort.locks"}
# a file of ours that a job reads with no result depending on it: names that a formula may take
READ_FREELY = {"resources/markers.tsv"}


def modules(home: Path) -> dict[str, Path]:
    """Name of each module of the workflow -> its file."""
    found = {MAIN: home / "workflow/__main__.py"}
    for root, package in ((home / "workflow", "labcohort"), (home, "schemas")):
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def memory_of(home: Path) -> Memory:
    return Memory(home / "none.json")


def code_of(home: Path) -> Code:
    """The code as a new process would find it."""
    return Code(home, memory_of(home))


def processes(home: Path) -> dict[str, tuple[str, ...]]:
    """Processes of one job each -> the modules that they import by name: an adapter, and beside
    `ingest` each reader, beside `derive` each module of formulas, beside `figure` and `tables` each
    kind."""
    code, jobs = code_of(home), "labcohort.jobs"
    found = {name: (name,) for name in code.modules(jobs)}
    for stage, names in (
        ("ingest", sorted(set(READERS.values()))),
        ("derive", code.modules("labcohort.derive.formulas")),
        ("figure", [f"labcohort.publish.figures.{kind}" for kind in FIGURE_KINDS]),
        ("tables", [f"labcohort.publish.tables.{kind}" for kind in TABLE_KINDS]),
    ):
        found |= {f"{stage}, {name}": (f"{jobs}.{stage}", name) for name in names}
    return found


def digests(home: Path) -> dict[str, dict[str, str]]:
    """Process -> the digest of each module that it is told to depend on."""
    code = code_of(home)
    return {n: code.versions(MAIN, *own)["modules"] for n, own in processes(home).items()}


# run with the paths of the workflow: what is imported for each of some lists of modules
IMPORTING = """
import json, sys
from importlib import import_module
ours = lambda: [m for m in sys.modules if m.split(".")[0] in ("labcohort", "schemas")]
found = {}
for name, wanted in json.load(sys.stdin).items():
    for module in ours():
        del sys.modules[module]
    for module in ("labcohort.errors", *wanted):
        import_module(module)
    found[name] = ours()
print(json.dumps(found))
"""

# run in a study: of each of some processes the modules that it loads and our files that it opens
RUNNING = """
import json, runpy, sys
from pathlib import Path
home, report = sys.argv[1:]
ours = lambda: [m for m in sys.modules if m.split(".")[0] in ("labcohort", "schemas")]
opened, found = set(), []
def heard(event, arguments):
    if event == "open" and isinstance(arguments[0], str) and arguments[0].startswith(home + "/"):
        opened.add(arguments[0])
sys.addaudithook(heard)
for process in json.load(sys.stdin):
    for module in ours():
        del sys.modules[module]
    opened.clear()
    run_jobs = runpy.run_path(home + "/workflow/__main__.py")["run_jobs"]
    assert run_jobs(process["arguments"], process["told"]) == 0
    found.append({"modules": ours(), "files": sorted(opened)})
Path(report).write_text(json.dumps(found))
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    """A copy of the workflow's code, to be edited and given back."""
    folder = tmp_path_factory.mktemp("code")
    for part in ("workflow", "schemas"):
        shutil.copytree(HOME / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    # formulas are held against the markers when they are imported
    (folder / "resources").mkdir()
    shutil.copy(HOME / "resources/markers.tsv", folder / "resources")
    return folder


@pytest.fixture(scope="module")
def imported(tree) -> dict[str, set[str]]:
    """Process -> what it really imports, before it does anything."""
    done = subprocess.run(
        [sys.executable, "-B", "-c", IMPORTING],
        input=json.dumps(processes(tree)),
        env={"PYTHONPATH": f"{tree / 'workflow'}:{tree}"},
        cwd="/",
        capture_output=True,
        text=True,
        check=True,
    )
    return {name: {MAIN, *found} for name, found in json.loads(done.stdout).items()}


def with_lazy(found: set[str]) -> set[str]:
    """Modules, and those that functions of theirs import."""
    return found.union(*(more for module, more in LAZY.items() if module in found))


@contextmanager
def edited(tree: Path, edit: Callable[[str], str], *names: str) -> Iterator[None]:
    """While it lasts `edit` has changed the text of some modules, or of all."""
    paths = [path for name, path in modules(tree).items() if name in names or not names]
    before = {path: path.read_text("utf-8") for path in paths}
    try:
        for path, text in before.items():
            assert edit(text) != text
            path.write_text(edit(text), encoding="utf-8")
        yield
    finally:
        for path, text in before.items():
            path.write_text(text, encoding="utf-8")


def with_a_statement(text: str) -> str:
    return f"{text}\nADDED = 1\n"


def test_a_module_moves_the_jobs_that_import_it_and_no_other(tree, imported):
    before = digests(tree)
    with edited(tree, with_a_statement):
        after = digests(tree)
    moved = {
        name: {p for p in before if before[p].get(name) != after[p].get(name)}
        for name in modules(tree)
    }
    assert moved == {
        name: {process for process, own in imported.items() if name in with_lazy(own)}
        for name in modules(tree)
    }


def test_a_module_alone_moves_its_own_digest_and_no_other(tree):
    before = digests(tree)
    # one of each package
    packages = {name.rpartition(".")[0]: name for name in modules(tree)}
    for name in packages.values():
        with edited(tree, with_a_statement, name):
            after = digests(tree)
        changed = {m for p in before for m, d in after[p].items() if before[p].get(m) != d}
        assert changed <= {name} and before.keys() == after.keys()


def test_functions_import_what_is_said_of_them(tree, imported):
    """LAZY names no more than functions import, and what some process has not imported before."""
    code = code_of(tree)
    for module, more in LAZY.items():
        functions = [
            node
            for node in ast.walk(ast.parse(modules(tree)[module].read_text("utf-8")))
            if isinstance(node, ast.FunctionDef)
        ]
        direct = {
            node.module
            for function in functions
            for node in ast.walk(function)
            if isinstance(node, ast.ImportFrom)
        }
        assert more <= code.closure(*(name for name in direct if is_below(name, OURS)))[0]
        assert any(module in own and not more <= own for own in imported.values())


def is_below(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def test_what_no_job_imports_is_named(tree, imported):
    """Commands for people, and what works out the jobs: an edit of it runs no job by itself."""
    names, used = modules(tree).keys(), set().union(*map(with_lazy, imported.values()))
    assert names - used - UNSEEN == {name for name in names if is_below(name, OF_NO_JOB)}
    assert all(any(is_below(name, (own,)) for name in names) for own in OF_NO_JOB)


def commented(text: str) -> str:
    """The code with a comment more at both ends and other words in every docstring."""
    lines = text.split("\n")
    for node in ast.walk(ast.parse(text)):
        documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        if isinstance(node, documented) and ast.get_docstring(node) is not None:
            first = node.body[0].value
            end = lines[first.end_lineno - 1].encode()
            for quotes in (b'"""', b"'''"):
                place = end.rfind(quotes, 0, first.end_col_offset)
                if place > -1:
                    end = end[:place] + b" And so on." + end[place:]
                    break
            lines[first.end_lineno - 1] = end.decode()
    return "\n".join(["# a comment", *lines, "# the end", ""])


def laid_out_anew(text: str) -> str:
    """The code as Python would write it, without comments."""
    return "\n" + ast.unparse(ast.parse(text))


@pytest.mark.parametrize("edit", [commented, laid_out_anew])
def test_what_is_no_code_moves_no_job(tree, edit):
    before = digests(tree)
    with edited(tree, edit):
        assert digests(tree) == before


# --------------------------------------------------------- the jobs of a run of the demo


@pytest.fixture(scope="module")
def recorded(demo) -> list[dict]:
    """The processes of our own that Snakemake ran: `arguments`, what they were `told`."""
    shells = set()
    for path in (demo / ".snakemake/metadata").iterdir():
        shells.add(json.loads(path.read_text("utf-8")).get("shellcmd") or "")
    commands = [shlex.split(shell) for shell in sorted(shells) if 'workflow" job ' in shell]
    return [
        {"arguments": arguments, "told": json.loads(told)}
        for _, _, _, *arguments, _, told in commands
    ]


def test_jobs_are_told_what_the_tests_take_them_to_be_told(demo, recorded):
    """tests/told.py is what workflow/rules/ say."""
    memory = Memory(demo / "none.json")
    code = code_of(HOME)
    study = load_study(demo, HOME, memory, code)
    raw = {source: raw_digests(study, source, demo, memory) for source in study.sources}
    key = key_of(study, demo)
    told = told_of(study, raw, key, {}) | {("gate",): {}} | record_of(study, demo, code, key)
    jobs = [
        (job["stage"], job["key"], job["settings"]) for p in recorded for job in p["told"]["jobs"]
    ]
    assert {(stage, *([key] if key != "all" else [])): own for stage, key, own in jobs} == told
    assert len(jobs) == len(told)


def test_every_adapter_is_of_a_job_that_is_known(recorded):
    stages = {job["stage"] for process in recorded for job in process["told"]["jobs"]}
    # of studies in several buckets, or with the delivery before
    others = {"survey", "delivery"}
    assert {f"labcohort.jobs.{stage}" for stage in stages | others} == {
        *code_of(HOME).modules("labcohort.jobs")
    }


@pytest.fixture(scope="module")
def seen(demo, recorded, tmp_path_factory) -> list[dict]:
    """Of each recorded process, run once more: the modules that it loads, the files it opens."""
    folder = tmp_path_factory.mktemp("again")
    shutil.copytree(demo, folder / "study")
    with (folder / "output.txt").open("wb") as output:
        subprocess.run(
            [sys.executable, "-B", "-c", RUNNING, str(HOME), str(folder / "seen.json")],
            input=json.dumps(recorded).encode(),
            env={"POLARS_MAX_THREADS": "1", "PYTHONPATH": f"{HOME / 'workflow'}:{HOME}"},
            cwd=folder / "study",
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    assert (folder / "seen.json").exists(), (folder / "output.txt").read_text("utf-8")
    return json.loads((folder / "seen.json").read_text("utf-8"))


def test_what_a_job_loads_while_it_runs_is_in_its_digest(recorded, seen):
    for process, found in zip(recorded, seen, strict=True):
        known, loaded = set(process["told"]["code"]["modules"]), set(found["modules"])
        adapters = {f"labcohort.jobs.{job['stage']}" for job in process["told"]["jobs"]}
        assert adapters <= loaded
        assert loaded - UNSEEN <= known, process["arguments"]


def test_the_files_of_ours_that_a_job_reads_are_in_its_digest(recorded, seen):
    """Templates in that of its code; what the record and the crate hold, by name in settings."""
    read = set()
    for process, found in zip(recorded, seen, strict=True):
        files = {Path(path).relative_to(HOME) for path in found["files"]}
        own = {path for path in files if path.suffix not in (".py", ".pyc")}
        own = {str(path) for path in own if not path.parts[0].startswith(".")}
        given = {
            name
            for job in process["told"]["jobs"]
            if job["stage"] in ("provenance", "crate")
            for name in job["settings"]["files"]
            if not (name.startswith("config/"))  # of the study, which lies elsewhere
        }
        assert given <= own, process["arguments"]
        named = {Path(path).name for path in own - given - READ_FREELY}
        assert named == set(process["told"]["code"]["files"]), process["arguments"]
        read |= named
    templates = (HOME / "workflow").rglob("templates/*")
    assert read == {path.name for path in templates}
