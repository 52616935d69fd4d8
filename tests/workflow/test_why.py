"""What is said of why jobs run names the file, the row and the setting.

Which jobs an edit concerns at once is the list of test_reruns, which is of the floor plan;
Snakemake itself is held against the same list there.
"""

import json
import os
import re
import shutil
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import make_demo, ran
from tests.workflow.test_reruns import (
    EDITS,
    UNRECORDED,
    WORKFLOW_PARTS,
    Copy,
    changed_cholesterol,
)

SITE_A = "resources/demo/site_a_results.csv"
# an edit of test_reruns -> job, and a line that is said of it
SAID = {
    "a label of a marker": (
        "tables",
        "setting markers.tsv, FBS, label: Fasting blood sugar -> Fasting glucose",
    ),
    "a label of a cohort": ("tables", "setting cohorts.tsv, ckd_2: CKD stage 2 -> Stage 2"),
    "a title of a figure": (
        "figures_before_after_1_of_2",
        "setting figures.tsv, figure figure_2_blood_pressure, title: Blood pressure -> Pressure",
    ),
    "a row of the plan": (
        "compare_all",
        "setting plan.tsv, profile as_published, marker WHR, cohort all, timepoint month_6, test:"
        " paired_t -> wilcoxon_signed_rank",
    ),
    "a row of the plan taken out": (
        "compare_all",
        "setting plan.tsv, profile as_published, marker WHR, cohort all,"
        " timepoint month_12: row removed",
    ),
    "a published result": (
        "assess_comparisons",
        "setting published_results.tsv, marker HOMA_IR, cohort all, timepoint month_12,"
        " baseline_centre: 5.86 -> 5.87",
    ),
    "a conversion that no source uses": (
        "harmonise site_b",
        "setting conversions.tsv, marker HSCRP, unit mg/dL, slope: 10.0 -> 10.5",
    ),
    "a window": (
        "cohorts",
        "setting visits.tsv, timepoint month_12, before: 60 -> 90",
    ),
    "the rule for censored values": (
        "derive_all",
        "setting config.yaml, censored: lod_half -> lod",
    ),
    "a source's missing token that does not occur": (
        "harmonise site_c",
        "setting config/sources/site_c.yaml, missing: n.d. added",
    ),
    "code of a test": ("sensitivity", "code module labcohort.compare.paired_t changed"),
    "the template of the tables": ("tables", "code template table.html.j2 changed"),
}
# the edits are looked at some at a time
GROUPS = [[*SAID][i::4] for i in range(4)]


def words(copy: Copy, *arguments: str) -> str:
    """What the command prints; it must succeed."""
    code, text = ran([str(copy.home / "workflow"), "why", *arguments], copy.study)
    assert code == 0, text
    return text


def by_job(text: str) -> dict[str, list[str]]:
    """Job -> the lines that are said of it, blanks made one."""
    parts = [part.splitlines() for part in text.strip().split("\n\n")]
    return {first: [" ".join(line.split()) for line in lines] for first, *lines in parts}


def by_themselves(said: dict[str, list[str]]) -> set[str]:
    """Jobs of which something else is said than that another job runs, as test_reruns has them."""
    own = {job for job, lines in said.items() if any(", and may change " not in x for x in lines)}
    return {"patients patients" if job == "patients" else job for job in own}


@pytest.fixture(scope="module")
def finished(demo, tmp_path_factory) -> Copy:
    """The finished demo and the workflow, at another place."""
    folder = tmp_path_factory.mktemp("why")
    for part in WORKFLOW_PARTS:
        source = Path(__file__).parents[2] / part
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "generator")
            shutil.copytree(source, folder / "home" / part, ignore=ignored)
        else:
            (folder / "home").mkdir(exist_ok=True)
            shutil.copy2(source, folder / "home" / part)
    shutil.copytree(demo, folder / "study")
    return Copy(folder / "home", folder / "study")


@pytest.fixture
def copy(finished) -> Iterator[Copy]:
    """The same, with what a test changes in the study or the workflow taken back."""
    roots = (finished.home, finished.study)
    before = {p: p.read_bytes() for root in roots for p in root.rglob("*") if p.is_file()}
    yield finished
    for path in {p for root in roots for p in root.rglob("*") if p.is_file()} - before.keys():
        path.unlink()
    for path, data in before.items():
        if not path.exists() or path.read_bytes() != data:
            path.write_bytes(data)


@pytest.mark.parametrize("names", GROUPS, ids=" and ".join)
def test_an_edit_is_named_by_the_jobs_that_it_concerns(copy, names):
    for name in names:
        copy.edit(*EDITS[name][:3])
    said = by_job(words(copy, "--study", str(copy.study)))
    for job, line in map(SAID.get, names):
        assert line in said[job]
    record = set() if set(names) <= set(UNRECORDED) else {"provenance"}
    assert by_themselves(said) == record.union(*(EDITS[name][3] for name in names))


def test_what_is_up_to_date_says_of_what_it_was_made(copy):
    copy.edit(*EDITS["a comment in a library module"][:3])
    assert words(copy, "--study", str(copy.study)) == "all 33 jobs are up to date\n"
    # a path from where one stands, or from the study
    for target in (f"{copy.study.name}/results/comparisons/lipid.parquet", "compare"):
        text = words(copy, target, "--study", copy.study.name)
        assert " is up to date\n" in text and "  made       by compare_all, 20" in text
        assert "results/cohorts/values/anthropometric/1-of-1.parquet" in text
        assert re.search(r"\d+ modules; .*polars \d", text)
        assert "settings, code and inputs are the recorded ones; so are the" in text


def test_a_target_shows_what_is_above_it_and_nothing_beside(copy):
    copy.edit(*EDITS["a label of a marker"][:3])
    above = by_job(words(copy, "figures_before_after_1_of_2", "--study", str(copy.study))).keys()
    assert above > {"figures_before_after_1_of_2"}
    assert not above & {"figures_forest", "report", "tables"}
    text = words(copy, "results/comparisons/lipid.parquet", "--study", str(copy.study))
    assert "results/comparisons/lipid.parquet is up to date" in text


def test_a_raw_cell_and_an_older_file_of_the_same_name(copy):
    raw = copy.study / SITE_A
    raw.write_bytes(changed_cholesterol(copy))
    os.utime(raw, (0, 1_000_000_000))
    said = by_job(words(copy, "results/tables/comparisons.csv", "--study", str(copy.study)))
    assert said["ingest site_a"] == [f"setting raw file {SITE_A}: the file's content changed"]
    assert "ingest site_a runs, and may change results/ingested/site_a/1-of-1.parquet" in str(
        said["harmonise site_a"]
    )
    assert "quality" not in said and list(said)[-2] == "tables"


def test_files_of_a_pattern_are_numbers(copy):
    copy.edit("config/sources/site_a.yaml", "site_a_results.csv", "site_a_*.csv")
    more = copy.study / "resources/demo/site_a_eva_mueller.csv"
    shutil.copy(copy.study / SITE_A, more)
    text = words(copy, "--study", str(copy.study))
    assert "setting    raw file resources/demo/site_a_*.csv (file 1): file added" in text
    assert "mueller" not in text


def test_a_package_of_another_version(copy):
    for path in (copy.study / ".snakemake/metadata").iterdir():
        record = json.loads(path.read_text("utf-8"))
        if record["rule"] == "compare_all":
            record["params"][0] = re.sub(
                r'"polars":"[\d.]+"', '"polars":"1.9"', record["params"][0]
            )
            path.write_text(json.dumps(record), encoding="utf-8")
    said = by_job(words(copy, "--study", str(copy.study)))
    assert by_themselves(said) == {"compare_all"}
    assert re.fullmatch(r"code polars 1\.9 -> [\d.]+", said["compare_all"][0])


def test_a_source_more(copy):
    text = (copy.study / "config/sources/site_a.yaml").read_text("utf-8")
    (copy.study / "config/sources/site_d.yaml").write_text(
        text.replace("site_a_results", "site_d_results"), encoding="utf-8"
    )
    shutil.copy(copy.study / SITE_A, copy.study / "resources/demo/site_d_results.csv")
    said = by_job(words(copy, "--study", str(copy.study)))
    assert any(line.startswith("missing results/ingested/site_d") for line in said["ingest site_d"])
    assert any("an input more: results/harmonised/site_d/" in line for line in said["derive_all"])


def test_lost_edited_and_unrecorded_results(copy):
    (copy.study / "results/figures/figure_3_glycaemia.svg").unlink()
    flow = copy.study / "results/quality/cohorts/1-of-1.selection_flow.tsv"
    flow.write_text(flow.read_text("utf-8") + "\n", encoding="utf-8")
    for path in (copy.study / ".snakemake/metadata").iterdir():
        if urlsafe_b64decode(path.name).decode() == "results/assessments/sensitivity.parquet":
            path.unlink()
    said = by_job(words(copy, "--study", str(copy.study)))
    drawing = said["figures_before_after_1_of_2"]
    assert drawing == ["missing results/figures/figure_3_glycaemia.svg"]
    for job in ("tables", "figures_flow"):
        assert said[job] == [f"input changed since: {flow.relative_to(copy.study)}"]
    assert said["sensitivity"][0].startswith("record gone of results/assessments/sensitivity")
    # three draw and print; the report and the crate are below them
    assert "5 of 33 jobs" in list(said)[-1]


def test_a_correction_is_named_by_its_place_and_no_value_of_it_said(copy):
    copy.add(
        "config/corrections.tsv",
        f"site_a\t{SITE_A}\t\t\t2\tresult\tvalue\t4321.5\t1234.5\tJ. Doe\tslip\t2026-01-31",
    )
    text = words(copy, "--study", str(copy.study))
    assert f"corrections.tsv, file {SITE_A}, row 2, column result, field value: row added" in text
    assert not re.search("4321|1234|Doe", text)


def test_a_mistake_is_one_message(copy):
    code, text = ran([str(copy.home / "workflow"), "why", "comparisns"], copy.study)
    assert code == 1 and text.startswith("labcohort: this is no study")
    where = ["--study", str(copy.study)]
    code, text = ran([str(copy.home / "workflow"), "why", "compare_al", *where], copy.study)
    assert code == 1 and "nearest known: 'compare_all'" in text
    copy.edit("config/config.yaml", "seed: 1 ", "sed: 1 ")
    code, text = ran([str(copy.home / "workflow"), "why", *where], copy.study)
    assert code == 1 and text.startswith("labcohort: ") and "seed" in text
    assert text.count("labcohort: ") == 1 and "Traceback" not in text


def test_a_study_that_was_never_run(copy, tmp_path):
    (tmp_path / "new").mkdir()
    study = make_demo(tmp_path / "new")
    said = by_job(words(copy, "--study", str(study)))
    assert "missing results/ingested/site_a/1-of-1.parquet" in str(said["ingest site_a"])
    assert "33 of 33 jobs" in list(said)[-1]
