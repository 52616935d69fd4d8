"""The record of a run: of a small study in a folder, with the traps of privacy in it."""

import json
from hashlib import sha256
from pathlib import Path

import pytest
from labcohort.jobs import provenance as job
from labcohort.provenance_record.record import record

from schemas.provenance import check_provenance

FILES = {
    "config/config.yaml": "study: a\n",
    "config/corrections.tsv": "source\told\tnew\nsite\t>99999\t7.5\n",
    "config/sources/site.yaml": "content: results\nfile: /home/somebody/exports/*.hl7\n"
    "previous: old/site.csv\nanalytes: {GLU: FBS}\n",
    "config/visits.tsv": "timepoint\tanchor\tbefore\nbaseline\tfirst_result\t90\n",
    "resources/markers.tsv": "marker\tlabel\nFBS\tFasting glucose\nTG\tTriglycerides\n",
}
TOLD = {
    "study": {"name": "a", "title": "A", "synthetic": False},
    "version": "0.1.0",
    "files": {name: sha256(text.encode()).hexdigest() for name, text in FILES.items()},
    "lock": None,
    "packages": {"python": "3.11.7", "polars": "2.1.0"},
    "code_of_jobs": {"labcohort.flags": "0123abcd"},
    "settings": {"study": "a", "seed": 7, "privacy": {"key_fingerprint": "0" * 12}},
}
NO_GIT = {"revision": None, "modified": None}
LIST = (
    "file\tpath\tsha256_begins\n"
    "/home/somebody/exports/*.hl7 (file 1)\t/home/somebody/exports/Li_Wei.hl7\t0123456789abcdef\n"
)


@pytest.fixture
def made(tmp_path) -> dict:
    (tmp_path / "files_site.tsv").write_text(LIST, encoding="utf-8")
    given = {name: text.encode() for name, text in FILES.items()}
    return record(TOLD, given, [str(tmp_path / "files_site.tsv")], NO_GIT)


def test_it_is_of_the_schema(made):
    check_provenance(made)


def test_raw_files_are_called_as_everywhere_and_named_by_what_begins_their_digest(made):
    assert made["inputs"] == [
        {"source": "site", "file": "*.hl7 (file 1)", "sha256_begins": "0123456789abcdef"}
    ]


def test_no_path_of_the_machine_no_name_of_a_file_and_no_corrected_value_is_told(made):
    text = json.dumps(made)
    for secret in ("/home", "somebody", "Li_Wei", "99999", "7.5"):
        assert secret not in text
    assert made["sources"]["site"]["file"] == "*.hl7"
    assert made["sources"]["site"]["previous"] == "old/site.csv"


def test_files_are_told_by_digest_and_tables_by_row(made):
    assert [row["file"] for row in made["configuration"]] == [n for n in FILES if "config/" in n]
    assert all(row["sha256"] == TOLD["files"][row["file"]] for row in made["configuration"])
    assert made["tables"] == {
        "visits.tsv": [{"timepoint": "baseline", "anchor": "first_result", "before": "90"}]
    }
    (facts,) = made["facts"]
    digest = sha256(b"TG\tTriglycerides").hexdigest()[:16]
    assert facts["rows"].keys() == {"FBS", "TG"} and facts["rows"]["TG"] == digest


def test_what_is_told_stands_as_it_is(made):
    assert (made["seed"], made["python"]) == (7, "3.11.7")
    assert made["packages"] == {"polars": "2.1.0"}
    assert made["labcohort"] == {"version": "0.1.0", "revision": None, "modified": None}
    assert made["code"] == TOLD["code_of_jobs"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"inputs": [{"source": "a", "file": "/data/a.csv", "sha256_begins": "0" * 16}]},
        {"inputs": [{"source": "a", "file": "a.csv", "sha256": "0" * 64}]},
        {"settings": {"study": "a", "seed": 1, "privacy": {"key_file": "/secret"}}},
        {"configuration": [{"file": "config/plan.tsv", "sha256": "0" * 16}]},
        {"time": "2026-11-01"},
    ],
)
def test_what_must_not_stand_in_it_is_refused(made, wrong):
    with pytest.raises(RuntimeError, match=r"^provenance\.json at "):
        check_provenance(made | wrong)


def test_the_job_writes_the_same_bytes_again(tmp_path, monkeypatch):
    (tmp_path / "config" / "sources").mkdir(parents=True)
    own = {name: text for name, text in FILES.items() if name.startswith("config/")}
    for name, text in own.items():
        (tmp_path / name).write_bytes(text.encode())
    (tmp_path / "files_site.tsv").write_text(LIST, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    told = TOLD | {"files": {name: TOLD["files"][name] for name in own}}
    paths = {"files": ["files_site.tsv"]}
    for name in ("one.json", "two.json"):
        said = job.main(paths | {"provenance": name}, "all", told)
        assert said == "1 raw files, 1 modules"
    assert Path("one.json").read_bytes() == Path("two.json").read_bytes()
