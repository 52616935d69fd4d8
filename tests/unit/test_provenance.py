"""A job's digest moves with what its code does, and with nothing else (architecture, rule 4)."""

import os
import shutil
from pathlib import Path

import pytest
from labcohort import provenance
from labcohort.memory import Memory
from labcohort.provenance import Code, canonical_json, digest, file_digest

MODULES = {
    "workflow/labcohort/__init__.py": '"""A package."""\n',
    "workflow/labcohort/jobs/__init__.py": "",
    "workflow/labcohort/jobs/job.py": (
        '"""A job."""\n\nimport json\n\nimport polars as pl\n\n'
        "from labcohort.middle import half\nfrom schemas import table\n\n\n"
        "def main(x):\n"
        '    """Run."""\n'
        "    return half(x), pl, json, table  # all of it\n"
    ),
    "workflow/labcohort/middle.py": (
        "from labcohort import deep\n\n\ndef half(x):\n    return deep.double(x) / 4\n"
    ),
    "workflow/labcohort/deep.py": "def double(x):\n    return 2 * x\n",
    "workflow/labcohort/unused.py": "x = 1\n",
    "workflow/labcohort/late.py": "def f():\n    from labcohort import unused\n    return unused\n",
    "schemas/__init__.py": "",
    "schemas/table.py": "class Table:\n    '''Columns.'''\n\n    column = str\n",
}
JOB = "workflow/labcohort/jobs/job.py"


@pytest.fixture
def home(tmp_path) -> Path:
    for name, text in MODULES.items():
        path = tmp_path / "home" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "home"


def digest_of(home: Path, *modules: str) -> str:
    """The digest that a new process would find."""
    return Code(home, Memory(home / "none.json")).digest(*modules or ("labcohort.jobs.job",))


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (JOB, "  # all of it", "  # everything"),
        (JOB, "  # all of it", ""),
        (JOB, '"""A job."""\n', ""),
        (JOB, '"""Run."""', '"""Run it,\n    and well."""'),
        (JOB, "half(x), pl, json, table", "(\n        half(x), pl, json,\n        table,\n    )"),
        (JOB, "\n\n\ndef", "\n\ndef"),
        ("workflow/labcohort/__init__.py", "A package", "The package"),
        ("schemas/table.py", "Columns.", "Its columns."),
        ("workflow/labcohort/unused.py", "x = 1", "x = 2"),
    ],
)
def test_what_changes_no_result_leaves_the_digest(home, file, old, new):
    before = digest_of(home)
    text = (home / file).read_text()
    assert old in text
    (home / file).write_text(text.replace(old, new))
    assert digest_of(home) == before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (JOB, "return half(x)", "return -half(x)"),
        (JOB, "import json\n", "import json\nimport csv\n"),
        ("workflow/labcohort/middle.py", "/ 4", "/ 5"),
        ("workflow/labcohort/deep.py", "2 * x", "3 * x"),
        ("workflow/labcohort/__init__.py", "\n", "\nVERSION = 1\n"),
        ("workflow/labcohort/jobs/__init__.py", "", "import labcohort.unused\n"),
        ("schemas/table.py", "column = str", "column = int"),
    ],
)
def test_a_change_of_code_anywhere_below_the_job_moves_it(home, file, old, new):
    before = digest_of(home)
    text = (home / file).read_text()
    assert old in text
    (home / file).write_text(text.replace(old, new, 1))
    assert digest_of(home) != before


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("if x:\n    a()\nb()", "if x:\n    a()\n    b()"),
        ("f([a], b)", "f([a, b])"),
        ("f(x, 'y')", "f(x, y)"),
        ("x = 'None'", "x = None"),
        ("x = 1", "x = 1.0"),
        ("x = a.b", "a.b = x"),
        ("x: int", "x = int"),
        ("def f(a, /, b): ...", "def f(a, *, b): ..."),
        ("def f():\n    'd'\n    'e'", "def f():\n    'd'\n    'f'"),
        ("x = f'{a}b'", "x = f'{a!r}b'"),
    ],
)
def test_code_of_like_words_has_another_digest(one, other):
    assert provenance._facts(one)["digest"] != provenance._facts(other)["digest"]


def test_an_import_inside_a_function_counts(home):
    before = digest_of(home, "labcohort.late")
    (home / "workflow/labcohort/unused.py").write_text("x = 2\n")
    assert digest_of(home, "labcohort.late") != before


def test_modules_named_at_run_time_count(home):
    alone = digest_of(home)
    both = digest_of(home, "labcohort.jobs.job", "labcohort.unused")
    (home / "workflow/labcohort/unused.py").write_text("x = 2\n")
    assert digest_of(home) == alone
    assert digest_of(home, "labcohort.jobs.job", "labcohort.unused") != both


def test_the_closure_holds_own_modules_with_their_packages_and_foreign_ones(home):
    own, foreign = Code(home, Memory(home / "none.json")).closure("labcohort.jobs.job")
    assert own == {
        "labcohort", "labcohort.jobs", "labcohort.jobs.job", "labcohort.middle", "labcohort.deep",
        "schemas", "schemas.table",
    }  # fmt: skip
    assert foreign == {"polars"}


def test_the_version_of_an_imported_package_is_in_the_digest(home, monkeypatch):
    before = digest_of(home)
    monkeypatch.setattr(provenance, "_version", lambda name: "9.9" if name == "polars" else "1")
    moved = digest_of(home)
    assert moved != before
    monkeypatch.setattr(provenance, "_version", lambda name: "9.8" if name == "polars" else "1")
    assert digest_of(home) not in (before, moved)


def test_the_version_of_a_package_that_is_not_imported_is_not(home, monkeypatch):
    real = provenance._version
    before = digest_of(home)
    monkeypatch.setattr(provenance, "_version", lambda n: "9" if n == "matplotlib" else real(n))
    assert digest_of(home) == before


def test_the_version_of_python_is_in_the_digest(home, monkeypatch):
    before = digest_of(home)
    monkeypatch.setattr(provenance.platform, "python_version", lambda: "2.7.18")
    assert digest_of(home) != before


def test_the_digest_does_not_depend_on_where_the_code_lies(home, tmp_path):
    shutil.copytree(home, tmp_path / "elsewhere")
    assert digest_of(tmp_path / "elsewhere") == digest_of(home)


def test_remembered_code_is_read_again_when_it_changed(home, tmp_path):
    memory = Memory(tmp_path / "kept.json")
    before = Code(home, memory).digest("labcohort.jobs.job")
    assert Code(home, memory).digest("labcohort.jobs.job") == before
    (home / "workflow/labcohort/deep.py").write_text("def double(x):\n    return 3 * x\n")
    assert Code(home, memory).digest("labcohort.jobs.job") != before


def test_modules_of_a_package_that_are_imported_by_name(home):
    code = Code(home, Memory(home / "none.json"))
    assert code.modules("labcohort.jobs") == ["labcohort.jobs.job"]


def test_a_file_that_was_changed_is_read_again(tmp_path):
    memory, path = Memory(tmp_path / "kept.json"), tmp_path / "raw.csv"
    path.write_text("a")
    before = file_digest(path, memory)
    path.write_text("b")
    assert file_digest(path, memory) == digest("b") != before == digest("a")


def test_an_older_file_of_the_same_size_put_in_its_place_is_read_again(tmp_path):
    memory, path, other = Memory(tmp_path / "kept.json"), tmp_path / "raw.csv", tmp_path / "old.csv"
    path.write_text("a")
    other.write_text("b")
    for each in (path, other):
        os.utime(each, ns=(10**18, 10**18))
    before = file_digest(path, memory)
    shutil.copy2(other, path)
    assert path.stat().st_mtime_ns == 10**18
    assert file_digest(path, memory) != before


def test_an_untouched_file_is_not_read_again(tmp_path, monkeypatch):
    memory, path = Memory(tmp_path / "kept.json"), tmp_path / "raw.csv"
    path.write_text("a")
    before = file_digest(path, memory)
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("read again"))
    assert file_digest(path, memory) == before


def test_canonical_json_has_one_text_per_value():
    value = {"b": [2, 1], "a": {"z": 1.5, "é": None}}
    assert canonical_json(value) == '{"a":{"z":1.5,"é":null},"b":[2,1]}'
    assert canonical_json(dict(reversed(value.items()))) == canonical_json(value)


def test_canonical_json_keeps_the_order_of_lists():
    assert canonical_json([2, 1]) != canonical_json([1, 2])


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_canonical_json_refuses_what_is_no_json(number):
    with pytest.raises(ValueError):
        canonical_json({"x": number})


def test_a_digest_is_that_of_the_bytes():
    # FIPS 180-4, the example of "abc"
    assert digest("abc") == digest(b"abc") == "ba7816bf8f01cfea"
