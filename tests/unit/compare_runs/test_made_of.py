"""What two runs were made of: each part of a record is changed by itself."""

from copy import deepcopy

import pytest
from labcohort.compare_runs.made_of import made_of

DIGESTS = [letter * 64 for letter in "abc"]
RECORD = {
    "study": {"name": "demo", "title": "Demo", "synthetic": True},
    "labcohort": {"version": "0.1.0", "revision": "a" * 40, "modified": False},
    "seed": 1,
    "configuration": [
        {"file": "config/config.yaml", "sha256": DIGESTS[0]},
        {"file": "config/corrections.tsv", "sha256": DIGESTS[0]},
        {"file": "config/sources/site_a.yaml", "sha256": DIGESTS[0]},
        {"file": "config/visits.tsv", "sha256": DIGESTS[0]},
    ],
    "inputs": [{"source": "site_a", "file": "a.csv", "sha256_begins": "a" * 16}],
    "lock": {"file": "requirements.lock", "sha256": DIGESTS[0]},
    "python": "3.11.7",
    "packages": {"polars": "2.1.0"},
    "code": {"labcohort.compare.wilcoxon": "aaaaaaaa"},
    "settings": {"seed": 1, "quartiles": 6, "methods": {"EGFR": "ckd_epi_2021"}},
    "sources": {"site_a": {"file": "a.csv", "analytes": {"GLU": "FBS"}}},
    "tables": {"visits.tsv": [{"timepoint": "month_12", "before": "60"}]},
    "facts": [
        {"file": "resources/markers.tsv", "sha256": DIGESTS[0], "rows": {"FBS": "a" * 16}},
    ],
}
CHANGES = {
    "another study": (
        ("study", "name"), "other", {"study": ["these are two studies: demo, other"]},
    ),
    "a raw file": (
        ("inputs", 0, "sha256_begins"), "b" * 16,
        {"inputs": ["site_a, a.csv: the file's content changed"]},
    ),
    "a raw file of another name": (
        ("inputs", 0, "file"), "b.csv",
        {"inputs": ["site_a, b.csv: was site_a, a.csv, with the same content"]},
    ),
    "a setting": (
        ("settings", "quartiles"), 7, {"settings": ["config.yaml, quartiles: 6 -> 7"]},
    ),
    "a setting within a group": (
        ("settings", "methods", "EGFR"), "mdrd_4",
        {"settings": ["config.yaml, methods, EGFR: ckd_epi_2021 -> mdrd_4"]},
    ),
    "a cell of a table": (
        ("tables", "visits.tsv", 0, "before"), "90",
        {"settings": ["visits.tsv, month_12, before: 60 -> 90"]},
    ),
    "a source": (
        ("sources", "site_a", "analytes", "GLU"), "PBS",
        {"settings": ["sources/site_a.yaml, analytes, GLU: FBS -> PBS"]},
    ),
    "corrections, whose content is not told": (
        ("configuration", 1, "sha256"), DIGESTS[1], {"settings": ["corrections.tsv: changed"]},
    ),
    "a comment": (
        ("configuration", 2, "sha256"), DIGESTS[1],
        {"settings": [
            "sources/site_a.yaml: only its layout or the order of its rows, or comments"
        ]},
    ),
    "a row of facts": (
        ("facts", 0, "rows", "FBS"), "b" * 16,
        {"facts": ["resources/markers.tsv, row FBS: changed"]},
    ),
    "the layout of facts": (
        ("facts", 0, "sha256"), DIGESTS[1],
        {"facts": ["resources/markers.tsv: only its layout or the order of its rows"]},
    ),
    "a module": (
        ("code", "labcohort.compare.wilcoxon"), "bbbbbbbb",
        {"code": ["labcohort.compare.wilcoxon: changed"]},
    ),
    "the revision is not known": (
        ("labcohort", "revision"), None,
        {"code": [f"labcohort revision: {'a' * 40} -> nothing"]},
    ),
    "a package": (
        ("packages", "polars"), "2.2.0", {"packages": ["polars: 2.1.0 -> 2.2.0"]},
    ),
    "Python": (("python",), "3.12.1", {"packages": ["python: 3.11.7 -> 3.12.1"]}),
    "the lock": (
        ("lock", "sha256"), DIGESTS[1], {"packages": ["requirements.lock: changed"]},
    ),
    "a new table": (
        ("tables", "post_hoc.tsv"), [], {"settings": ["post_hoc.tsv: the table was added"]},
    ),
    "a new source": (
        ("sources", "site_b"), {}, {"settings": ["sources/site_b.yaml: added"]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_each_part_of_a_record(change):
    way, value, lines = CHANGES[change]
    new = deepcopy(RECORD)
    place = new
    for step in way[:-1]:
        place = place[step]
    place[way[-1]] = value
    assert made_of(RECORD, new) == lines


def test_the_same_record_has_nothing_other():
    assert made_of(RECORD, deepcopy(RECORD)) == {}


def test_a_changed_cell_is_told_once_and_not_as_a_file_too():
    new = deepcopy(RECORD)
    new["tables"]["visits.tsv"][0]["before"] = "90"
    new["configuration"][3]["sha256"] = DIGESTS[1]
    assert made_of(RECORD, new) == {"settings": ["visits.tsv, month_12, before: 60 -> 90"]}


def test_many_changes_of_one_kind_are_counted():
    new = deepcopy(RECORD)
    new["code"] |= {f"labcohort.module_{n:02}": "cccccccc" for n in range(25)}
    lines = made_of(RECORD, new)["code"]
    assert len(lines) == 21 and lines[-1] == "more of these: 5"
