"""The workflow used from another one by Snakemake's `module`, on a study below a prefix.

The expected bytes are those of a plain run of the same study, by `--directory`.
"""

import shutil

from tests.running import HOME, digests, make_demo, ran

OUTER = """\
module lab:
    snakefile: "{home}/Snakefile"
    prefix: "studies/lab"

use rule * from lab as lab_*

rule count:
    default_target: True
    input:
        rules.lab_all.input,
    output:
        "count.txt",
    shell:
        "wc -l < studies/lab/results/tables/comparisons.csv > {{output}}; echo rows >> {{output}}"

onsuccess:
    lab.onsuccess()
"""


def test_a_study_below_the_prefix_comes_out_as_in_a_plain_run(demo, tmp_path):
    # the other workflow has folders and modules of names that are ours, too, or Python's
    outer, place = tmp_path / "outer", tmp_path / "place"
    (outer / "workflow" / "labcohort").mkdir(parents=True)
    (outer / "workflow" / "__init__.py").touch()
    (outer / "Snakefile").write_text(OUTER.format(home=HOME), encoding="utf-8")
    study = make_demo(place / "studies" / "lab")
    for name in ("csv.py", "labcohort.py"):
        (place / name).write_text("raise SystemExit('not this one')\n", encoding="utf-8")
    command = ["-m", "snakemake", "--snakefile", str(outer / "Snakefile")]
    command += ["--directory", str(place), "--cores", "2"]

    code, text = ran(command, place)
    assert code == 0, text
    assert digests(study) == digests(demo)
    assert "(SYNTHETIC): done" in text
    lines = (demo / "results/tables/comparisons.csv").read_text("utf-8").count("\n")
    # both commands of the other workflow's rule
    assert (place / "count.txt").read_text().split() == [str(lines), "rows"]
    # all is below the prefix
    assert not (place / "results").exists() and not (study / ".snakemake").exists()

    code, text = ran(command, place)
    assert code == 0 and "Nothing to be done" in text, text

    # what the study no longer has is taken away, here, too
    figures = study / "config/figures.tsv"
    header, *_ = figures.read_text("utf-8").splitlines(keepends=True)
    figures.write_text(header, encoding="utf-8")
    shutil.rmtree(study / "results/cohorts")
    code, text = ran(command, place)
    assert code == 0, text
    assert not (study / "results/figures").exists()
    # the record of the run names the figures' table, and the report the figures; what is counted
    # for a figure alone is not
    other = (
        "figures/", "restricted/figures/", "report/", "assessments/transitions",
        "provenance.json", "ro-crate-metadata.json",
    )  # fmt: skip
    before, after = (
        {path: of for path, of in digests(each).items() if not path.startswith(other)}
        for each in (demo, study)
    )
    assert after == before
