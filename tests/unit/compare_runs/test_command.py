"""The command on two small results folders that are made here."""

import csv
import json
from copy import deepcopy
from pathlib import Path

import pytest
from labcohort.compare_runs.command import compare

from tests.unit.compare_runs.test_made_of import RECORD
from tests.unit.compare_runs.test_numbers import ROW

ROWS = [ROW | {"n_pairs": "30"}, ROW | {"marker": "FBS", "label": "Glucose", "n_pairs": "31"}]
PRINTED = {"Marker": "HbA1c, %", "Group": "All", "Follow-up": "6 months", "p": "0.040"}


def results(folder: Path, rows=ROWS, printed=PRINTED, record=RECORD, **more) -> str:
    """A results folder; its path."""
    for name, own in {"comparisons": rows, "glycaemic": [printed], **more}.items():
        path = folder / "tables" / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, list(own[0]))
            table.writeheader()
            table.writerows(own)
    if record:
        (folder / "provenance.json").write_text(json.dumps(record), encoding="utf-8")
    return str(folder)


@pytest.fixture
def old(tmp_path) -> str:
    return results(tmp_path / "old")


def test_the_same_results_and_nothing_else(old, tmp_path, capsys):
    assert compare([old, results(tmp_path / "new")]) == 0
    assert capsys.readouterr().out.splitlines()[2:] == [
        "",
        "made of the same",
        "",
        "no number of 2 tables changed",
    ]


def test_a_crossing_comes_first_then_what_the_runs_are_made_of_then_the_tables(
    old, tmp_path, capsys
):
    record = deepcopy(RECORD)
    record["settings"]["quartiles"] = 7
    new = results(
        tmp_path / "new",
        [ROWS[0] | {"p_value": "0.06", "n_pairs": "29"}, ROWS[1] | {"label": "Sugar"}],
        PRINTED | {"p": "0.060"},
        record,
    )
    assert compare([old, new]) == 1
    assert capsys.readouterr().out.splitlines()[3:] == [
        "SIGNIFICANCE CROSSES ALPHA",
        "  recommended, primary, HBA1C, all, month_6, paired_t, the primary test:"
        " p 0.04 -> 0.06 (alpha 0.05)",
        "",
        "made of",
        "  settings  config.yaml, quartiles: 6 -> 7",
        "",
        "comparisons.csv: 1 of 2 rows changed, 1 with another label",
        "  recommended, primary, HBA1C, all, month_6, paired_t",
        "    n_pairs: 30 -> 29",
        "    p_value: 0.04 -> 0.06",
        "",
        "glycaemic.csv: 1 of 1 rows changed",
        "  HbA1c, %, All, 6 months",
        "    p: 0.040 -> 0.060",
        "",
    ]


def test_rows_and_tables_of_one_side_differ(old, tmp_path, capsys):
    new = results(tmp_path / "new", ROWS[:1], renal=[PRINTED])
    assert compare([old, new]) == 1
    text = capsys.readouterr().out
    assert (
        "comparisons.csv: 1 only in the old\n  only in the old: recommended, primary, FBS" in text
    )
    assert "renal.csv: only in the new, not compared" in text


def test_a_label_alone_is_no_difference_in_numbers(old, tmp_path, capsys):
    new = results(tmp_path / "new", [ROWS[0] | {"label": "A1c"}, ROWS[1]])
    assert compare([old, new]) == 0
    assert "comparisons.csv: 1 with another label" in capsys.readouterr().out


def test_rows_are_counted_where_they_are_many_and_all_told_when_asked_for(tmp_path, capsys):
    many = [{"step": str(n), "remained": "9"} for n in range(20)]
    less = [row | {"remained": "8"} for row in many]
    old = results(tmp_path / "old", selection_flow=many)
    new = results(tmp_path / "new", selection_flow=less)
    assert compare([old, new]) == 1
    text = capsys.readouterr().out
    assert "remained: 9 -> 8" not in text
    assert "selection_flow.csv: 20 of 20 rows changed\n  rows more: 20 (--all tells them)" in text
    assert compare([old, new, "--all"]) == 1
    assert capsys.readouterr().out.count("remained: 9 -> 8") == 20


def test_results_without_a_record_are_compared_and_that_is_said(old, tmp_path, capsys):
    assert compare([old, results(tmp_path / "new", record=None)]) == 0
    text = capsys.readouterr().out
    assert "the new has no provenance.json" in text and "made of" not in text.split("known")[1]


def test_two_studies_are_compared_and_that_is_said(old, tmp_path, capsys):
    record = RECORD | {"study": RECORD["study"] | {"name": "other"}}
    assert compare([old, results(tmp_path / "new", record=record)]) == 0
    assert "study     these are two studies: demo, other" in capsys.readouterr().out


def test_results_that_a_failed_run_left_are_named(old, tmp_path, capsys):
    new = results(tmp_path / "new")
    (tmp_path / "new/tables/OF_AN_EARLIER_RUN.txt").touch()
    assert compare([old, new]) == 0
    assert "the new is of the run before its last one, which failed" in capsys.readouterr().out


def test_a_study_s_directory_stands_for_its_results(old, tmp_path):
    results(tmp_path / "study" / "results")
    assert compare([old, str(tmp_path / "study")]) == 0


def test_a_folder_without_results_and_a_broken_record_are_said(old, tmp_path, capsys):
    assert compare([old, str(tmp_path)]) == 2
    assert "labcohort: here are no results" in capsys.readouterr().err
    new = results(tmp_path / "new")
    (tmp_path / "new/provenance.json").write_text("{", encoding="utf-8")
    assert compare([old, new]) == 2
    assert "the record of the run cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["one"], ["a", "b", "c"], ["--most", "a", "b"]])
def test_misuse_is_told_how_it_is_used(arguments, capsys):
    assert compare(arguments) == 2
    assert capsys.readouterr().err.startswith("usage: python workflow compare")
