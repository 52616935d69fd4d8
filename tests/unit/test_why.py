"""What is other in a job's settings: rows are found again, values are said, persons are not."""

import pytest
from labcohort.why.differences import differences
from labcohort.why.settings import changed_code, changed_settings


def told(settings: dict, stage: str = "compare", key: str = "renal", **code: dict) -> dict:
    return {"jobs": [{"stage": stage, "key": key, "settings": settings}], "code": code}


def row(marker: str, timepoint: str = "month_6", **more: object) -> dict:
    return {"marker": marker, "timepoint": timepoint, "cohort": "all", "alpha": 0.05} | more


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": 1}, {"a": 1}, []),
        # JSON tells them apart, and so does what Snakemake compares
        ({"a": 1}, {"a": 1.0}, [(("a",), "1 -> 1.0")]),
        ({"a": True}, {"a": None}, [(("a",), "true -> nothing")]),
        ({"a": 1}, {"b": 1}, [(("a",), "removed"), (("b",), "added")]),
        (["x", "y"], ["y", "z"], [((), "x removed"), ((), "z added")]),
        (["x", "y"], ["y", "x"], [((), "another order")]),
        (["x"], ["x", "x"], [((), "x added")]),
        ("0123456789abcdef", "fedcba9876543210", [((), "changed")]),
        ("x" * 90, "y", [((), "x" * 59 + "… -> y")]),
        # the marker alone names no row here
        ([row("A"), row("A", "month_12")], [row("A"), row("A", "month_12", alpha=0.01)],
         [(("marker A", "cohort all", "timepoint month_12", "alpha"), "0.05 -> 0.01")]),
        ([row("A"), row("B")], [row("B"), row("C")],
         [(("marker A", "cohort all", "timepoint month_6"), "row removed"),
          (("marker C", "cohort all", "timepoint month_6"), "row added")]),
        ([row("A"), row("B")], [row("B"), row("A")], [((), "another order of rows")]),
        # twice the same row: nothing tells which is which
        ([row("A")], [row("A"), row("A")], [((), "changed")]),
        ([], [{"marker": "A", "label": "x"}], [(("marker A",), "row added")]),
    ],
)  # fmt: skip
def test_differences_of_two_values(old, new, expected):
    assert list(differences(old, new)) == expected


def test_one_change_of_many_rows_is_one_line_with_what_they_share():
    old = {"plan": [row(m, t) for m in "ABC" for t in ("month_6", "month_12")]}
    new = {"plan": [r | ({"alpha": 0.01} if r["marker"] != "C" else {}) for r in old["plan"]]}
    assert changed_settings(told(old), told(new)) == [
        "plan.tsv, 4 rows (cohort all), alpha: 0.05 -> 0.01"
    ]
    few = {"plan": [r | ({"alpha": 0.01} if r["marker"] == "C" else {}) for r in old["plan"]]}
    assert changed_settings(told(old), told(few)) == [
        "plan.tsv, marker C, cohort all, timepoint month_12, alpha: 0.05 -> 0.01",
        "plan.tsv, marker C, cohort all, timepoint month_6, alpha: 0.05 -> 0.01",
    ]


def test_what_is_post_hoc_stands_in_its_own_table():
    keys = {"profile": "p", "family": "post_hoc"}
    old = {"plan": [row("A", **keys), row("A", **keys | {"family": "primary"})]}
    new = {"plan": [old["plan"][0] | {"alpha": 0.1}, old["plan"][1]]}
    (line,) = changed_settings(told(old), told(new))
    assert line.startswith("post_hoc.tsv, ") and line.endswith("alpha: 0.05 -> 0.1")


def test_jobs_that_move_between_batches_are_named():
    one = told({}) | {"jobs": [{"stage": "compare", "key": k, "settings": {}} for k in "ab"]}
    other = one | {"jobs": [{"stage": "compare", "key": k, "settings": {}} for k in "bc"]}
    assert changed_settings(one, other) == [
        "does now also: compare c", "does no longer: compare a",
    ]  # fmt: skip


RAW = {"john.csv": "1" * 16, "mary.csv": "2" * 16}


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ({"john.csv": "3" * 16}, ["raw file *.csv (file 1): the file's content changed",
                                  "raw file *.csv (file 2): file removed"]),
        (RAW | {"zoe.csv": "3" * 16}, ["raw file *.csv (file 3): file added"]),
        ({"john.csv": "1" * 16, "ann.csv": "2" * 16},
         ["raw file *.csv (file 1): a new name of the file that was *.csv (file 2), with the same"
          " content"]),
    ],
)  # fmt: skip
def test_raw_files_of_a_pattern_are_called_by_their_numbers(after, expected):
    old, new = ({"file": "*.csv", "raw": raw} for raw in (RAW, after))
    was, now = (told(how, "ingest", "site") for how in (old, new))
    assert changed_settings(was, now) == expected


def test_texts_of_corrections_and_keys_are_not_said():
    place = {"file": "a.csv", "sheet": None, "row": 7, "column": "result", "field": "value"}
    old = {"corrections": [place | {"old": "4.1", "new": "41", "who": "J. Doe"}], "key": "aa",
           "privacy": {"key_file": "x"}}  # fmt: skip
    new = {"corrections": [place | {"old": "4.2", "new": None, "who": "R. Roe"}], "key": "bb",
           "privacy": {"key_file": "y"}}  # fmt: skip
    lines = changed_settings(told(old, "harmonise", "site"), told(new, "harmonise", "site"))
    assert lines == [
        "config.yaml, key: changed",
        "config.yaml, privacy, key_file: changed",
        *(f"corrections.tsv, file a.csv, row 7, column result, field value, {key}: changed"
          for key in ("new", "old", "who")),
    ]  # fmt: skip


def test_code_is_modules_packages_and_templates():
    was = told({}, modules={"a.b": "11111111", "a.c": "22222222"}, packages={"polars": "2.0"},
               files={"t.j2": "33333333"})  # fmt: skip
    now = told({}, modules={"a.b": "44444444", "a.d": "22222222"}, packages={"polars": "2.1"},
               files={"t.j2": "55555555"})  # fmt: skip
    assert changed_code(was, now) == [
        "polars 2.0 -> 2.1", "module a.b changed", "module a.c no longer used",
        "module a.d newly used",
        "template t.j2 changed",
    ]  # fmt: skip
    assert changed_code(now, now) == []
    assert changed_code(told({}) | {"code": "0123"}, now) == ["of another version of the workflow"]
