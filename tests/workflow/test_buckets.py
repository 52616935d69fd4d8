"""A study cut into buckets of persons: the same results, and nothing left of another number."""

import re
import shutil

import pytest

from tests.running import digests, make_demo, snakemake

BUCKET = re.compile(r"\d+-of-\d+")


def of_all(study) -> dict[str, str]:
    """Digests of what all buckets together give."""
    return {name: of for name, of in digests(study).items() if not BUCKET.search(name)}


def test_results_do_not_depend_on_the_number_of_buckets(demo, tmp_path):
    study = make_demo(tmp_path / "study")
    code, text = snakemake(study, "--set-scatter", "buckets=3")
    assert code == 0, text
    made = of_all(study)
    # what the only bucket of a study sees for itself is written down for several
    surveys = {name for name in made if name.endswith(".survey.json")}
    assert surveys == {f"harmonised/site_{x}.survey.json" for x in "abc"}
    assert {name: of for name, of in made.items() if name not in surveys} == of_all(demo)
    own = {name for name in digests(study) if BUCKET.search(name)}
    assert own and all(re.search(r"[123]-of-3\.", name) for name in own)


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
