"""Two runs of the demo, one with a narrower window, held against each other."""

import csv
import shutil

import pytest

from tests.running import HOME, digests, finished, ran

MONTH_12 = "month_12\tinfusion_date\tmarker\t365\t"
VISITS = (f"{MONTH_12}60\t60", f"{MONTH_12}5\t5")


@pytest.fixture(scope="module")
def other(demo, tmp_path_factory):
    """The demo, run again with a follow-up of 5 days about the target in place of 60."""
    study = tmp_path_factory.mktemp("other") / "study"
    shutil.copytree(demo, study)
    visits = study / "config/visits.tsv"
    text = visits.read_text("utf-8")
    assert VISITS[0] in text
    visits.write_text(text.replace(*VISITS), encoding="utf-8")
    return finished(study)


def compared(old, new, *more: str) -> tuple[int, list[str]]:
    code, text = ran([str(HOME / "workflow"), "compare", str(old), str(new), *more], old)
    return code, text.splitlines()


def test_a_run_and_its_copy_do_not_differ(demo, tmp_path):
    copy = shutil.copytree(demo / "results", tmp_path / "results")
    code, lines = compared(demo / "results", copy)
    assert code == 0
    assert "made of the same" in lines
    assert lines[-1].startswith("no number of ")


def test_a_window_is_named_as_what_differs_and_the_numbers_that_follow(demo, other):
    code, lines = compared(demo, other, "--all")
    assert code == 1
    settings = [line for line in lines if line.startswith("  settings")]
    assert settings == [
        "  settings  visits.tsv, month_12, before: 60 -> 5",
        "  settings  visits.tsv, month_12, after: 60 -> 5",
    ]
    # nothing else is: same data, facts, code and packages
    made = lines[lines.index("made of") + 1 :]
    assert made[: made.index("")] == settings
    # members at 12 months alone are others: of other comparisons what all tests of a family share
    start = next(n for n, line in enumerate(lines) if line.startswith("comparisons.csv"))
    columns: dict[str, set[str]] = {"month_6": set(), "month_12": set()}
    timepoint = ""
    for line in lines[start + 1 : lines.index("", start)]:
        if line.startswith("    "):
            columns[timepoint].add(line.strip().partition(":")[0])
        else:
            timepoint = "month_12" if "month_12" in line else "month_6"
    assert columns["month_6"] == {"p_adjusted", "adjustment"}
    assert {"n_pairs", "p_value", "change_mean"} <= columns["month_12"]


def test_crossings_are_the_comparisons_whose_p_is_on_another_side(demo, other):
    """Counted anew from both tables."""
    tables = []
    for study in (demo, other):
        with (study / "results/tables/comparisons.csv").open(encoding="utf-8") as file:
            tables.append(list(csv.DictReader(file)))
    keys = ("profile", "family", "marker", "cohort", "timepoint", "test")
    old, new = ({tuple(r[k] for k in keys): r for r in table} for table in tables)
    due = {
        (name, column)
        for name in old.keys() & new.keys()
        for column in ("p_value", "p_adjusted")
        if (float(old[name][column] or 1) < float(old[name]["alpha"]))
        != (float(new[name][column] or 1) < float(new[name]["alpha"]))
    }
    assert due, "the edit should make some p cross alpha"
    _, lines = compared(demo, other)
    start = lines.index("SIGNIFICANCE CROSSES ALPHA") + 1
    told = lines[start : lines.index("", start)]
    assert len(told) == len(due)
    assert all(any(line.strip().startswith(", ".join(name)) for line in told) for name, _ in due)


def test_both_records_are_of_one_workflow_and_other_configurations(demo, other):
    before, after = digests(demo), digests(other)
    assert before["provenance.json"] != after["provenance.json"]
    assert before["workflow/Snakefile"] == after["workflow/Snakefile"]
