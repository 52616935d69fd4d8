"""A study cut into buckets of persons: the same results, and nothing left of another number."""

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from tests.running import digests, make_demo, snakemake

BUCKET = re.compile(r"\d+-of-\d+")
IN_THREE = ("--set-scatter", "buckets=3")


@pytest.fixture(scope="module")
def in_three(tmp_path_factory) -> Path:
    """The demo in three buckets, run."""
    study = make_demo(tmp_path_factory.mktemp("in_three"))
    code, text = snakemake(study, *IN_THREE)
    assert code == 0, text
    return study


def of_all(study) -> dict[str, str]:
    """Digests of what all buckets together give."""
    return {name: of for name, of in digests(study).items() if not BUCKET.search(name)}


def test_results_do_not_depend_on_the_number_of_buckets(demo, in_three):
    made = of_all(in_three)
    # what the only bucket of a study sees for itself is written down for several
    surveys = {name for name in made if name.startswith("surveyed/")}
    assert surveys == {"surveyed/done", *(f"surveyed/site_{x}.json" for x in "abc")}
    assert {name: of for name, of in made.items() if name not in surveys} == of_all(demo)
    own = {name for name in digests(in_three) if BUCKET.search(name)}
    assert own and all(re.search(r"[123]-of-3\.", name) for name in own)


@pytest.mark.parametrize(
    ("file", "old", "new", "jobs"),
    [
        (
            "site_a_results.csv",
            "A-001,2016-06-17,14647-2,Cholesterol,4.9,",
            "A-001,2016-06-17,14647-2,Cholesterol,5.0,",
            {"ingest site_a", "survey site_a", "harmonise site_a"},
        ),
        # no source is held to the patient table
        (
            "patients.csv",
            "A-002,F,1972-02-26,type 2,2014-11-01,50,no,none",
            "A-002,F,1972-02-26,type 2,2014-11-01,60,no,none",
            {"ingest patients", "patients patients"},
        ),
    ],
    ids=["a result", "an attribute of a patient"],
)
def test_one_cell_runs_its_own_bucket_and_no_other(in_three, tmp_path, file, old, new, jobs):
    study = shutil.copytree(in_three, tmp_path / "study")
    raw = study / "resources/demo" / file
    text = raw.read_text("utf-8")
    assert text.count(old) == 1
    raw.write_text(text.replace(old, new), encoding="utf-8")
    code, said = snakemake(study, *IN_THREE)
    assert code == 0, said
    stages = r"^((?:ingest|survey|patients|harmonise|derive|cohorts) \w+): "
    ran = Counter(re.findall(stages, said, re.MULTILINE))
    assert {job for job in ran if not job.startswith("derive ")} == {*jobs, "cohorts all"}
    assert set(ran.values()) == {1}


def test_files_of_another_number_of_buckets_are_taken_away_and_said(demo, tmp_path):
    study = tmp_path / "study"
    shutil.copytree(demo, study)
    config = study / "config/config.yaml"
    config.write_text(config.read_text("utf-8") + "\nbuckets: 2\n", encoding="utf-8")
    code, text = snakemake(study)
    assert code == 0, text
    assert not [name for name in digests(study) if "1-of-1." in name]
    assert not list((study / "results/logs").rglob("*1-of-1*"))
    gone = int(re.search(r"removed +(\d+) files", text).group(1))
    assert gone > len([name for name in digests(demo) if "1-of-1." in name]) / 2
    # the record of the run has config.yaml's digest and each of its settings; the report prints it
    recorded = {
        "provenance.json",
        "ro-crate-metadata.json",
        "report/report.html",
        "report/report.sha256",
    }
    before = {name: of for name, of in of_all(demo).items() if name not in recorded}
    assert of_all(study).items() >= before.items()


@pytest.mark.parametrize("number", ["0", "two"])
def test_a_number_of_buckets_that_is_none_is_refused(tmp_path, number):
    study = make_demo(tmp_path / "study")
    config = study / "config/config.yaml"
    config.write_text(config.read_text("utf-8") + f"\nbuckets: {number}\n", encoding="utf-8")
    code, text = snakemake(study, "--dry-run")
    assert code == 1 and "config/config.yaml" in text and "buckets" in text
