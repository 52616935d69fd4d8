"""What an edit runs again: exactly what depends on it, by content.

Each test takes copies of the workflow and of a finished demo study, edits one thing, and looks at
which jobs ran. The lists come from the floor plan (README): nobody's output is copied here.
"""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.running import HOME, snakemake

WORKFLOW_PARTS = ("Snakefile", "workflow", "schemas", "resources", "profiles")
ASSESSMENTS = ("families", "scorecard", "regression", "in_range", "attenders", "sensitivity")
STAGES = "ingest|harmonise|patients|derive|cohorts|compare|tables|figure|quality|" + "|".join(
    ASSESSMENTS
)
PANELS = (
    "anthropometric",
    "blood_pressure",
    "glycaemic",
    "lipid",
    "liver",
    "renal",
    "hormone",
    "inflammation",
)
DERIVE = {f"derive {panel}" for panel in PANELS}
COMPARE = {f"compare {panel}" for panel in PANELS}
ASSESS = {f"{assessment} all" for assessment in ASSESSMENTS}
# what a comparison that comes out changed has below it, its panel's figures apart
COMPARED = {"families all", "scorecard all", "tables all"}
# what the chosen values of a panel have below them; regression to the mean only where a cohort is
# chosen on a baseline value, or something tested in one
CHOSEN = {"in_range all", "attenders all"}
INGEST = {f"ingest {source}" for source in ("patients", "site_a", "site_b", "site_c")}
HARMONISE = {f"harmonise {source}" for source in ("site_a", "site_b", "site_c")}
FIGURES = {"figure figure_2_blood_pressure", "figure figure_3_glycaemia"}
PROFILES = {"with the profile": [], "without a profile": ["--workflow-profile", "none"]}


@dataclass
class Copy:
    """A workflow and a finished study, free to be edited."""

    home: Path
    study: Path

    def ran(self, *arguments: str) -> set[str]:
        """The jobs that a run of the study executes, as `stage key`."""
        code, text = snakemake(self.study, *arguments, home=self.home)
        assert code == 0, text
        return {" ".join(job) for job in re.findall(rf"^({STAGES}) (\w+): ", text, re.MULTILINE)}

    def edit(self, file: str, old: str, new: str, encoding: str = "utf-8") -> None:
        """Replace a text that stands exactly once in a file of the study or the workflow."""
        path = self.path(file)
        data = path.read_bytes().decode(encoding)
        assert data.count(old) == 1, f"'{old}' stands {data.count(old)} times in {file}"
        path.write_bytes(data.replace(old, new).encode(encoding))

    def path(self, file: str) -> Path:
        in_study = self.study / file
        return in_study if in_study.exists() else self.home / file


@pytest.fixture(scope="module")
def workflow_copy(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("workflow")
    for part in WORKFLOW_PARTS:
        source = HOME / part
        if source.is_dir():
            shutil.copytree(
                source, home / part, ignore=shutil.ignore_patterns("__pycache__", "generator")
            )
        else:
            shutil.copy2(source, home / part)
    return home


@pytest.fixture
def copy(demo, workflow_copy, tmp_path) -> Copy:
    """The finished demo at another place, with another copy of the workflow."""
    shutil.copytree(demo, tmp_path / "study")
    shutil.copytree(workflow_copy, tmp_path / "home")
    return Copy(tmp_path / "home", tmp_path / "study")


@pytest.mark.parametrize("arguments", PROFILES.values(), ids=PROFILES)
def test_nothing_changed_and_all_moved(copy, arguments):
    assert copy.ran(*arguments) == set()


@pytest.mark.parametrize("arguments", PROFILES.values(), ids=PROFILES)
def test_every_file_touched_as_by_a_checkout(copy, arguments):
    for path in [*copy.home.rglob("*"), *copy.study.rglob("*")]:
        if path.is_file() and ".snakemake" not in path.parts:
            os.utime(path)
    assert copy.ran(*arguments) == set()


EDITS = {
    "a comment in a library module": (
        "workflow/labcohort/compare/paired_t.py",
        "    df = d.size - 1\n",
        "    # degrees of freedom\n    df = d.size - 1\n",
        set(),
    ),
    "a docstring": (
        "workflow/labcohort/harmonise/dates.py",
        "Parse dates in the declared formats",
        "Read dates in the declared formats",
        set(),
    ),
    "a comment in config.yaml": (
        "config/config.yaml",
        "study: demo\n",
        "# the demo\nstudy: demo\n",
        set(),
    ),
    "a label of a marker": (
        "resources/markers.tsv",
        "\tFasting blood sugar\t",
        "\tFasting glucose\t",
        {"tables all", "figure figure_3_glycaemia"},
    ),
    "a label of a cohort": (
        "config/cohorts.tsv",
        "\tCKD stage 2\t",
        "\tStage 2\t",
        {"tables all"},
    ),
    "a title of a figure": (
        "config/figures.tsv",
        "\tBlood pressure\t",
        "\tPressure\t",
        {"figure figure_2_blood_pressure"},
    ),
    "a row of the plan": (
        "config/plan.tsv",
        "as_published\texploratory\tsecondary\tBMI|WHR\tall\tmonth_6\tpaired_t\tmean_sem",
        "as_published\texploratory\tsecondary\tBMI|WHR\tall\tmonth_6\t"
        "wilcoxon_signed_rank\tmedian_iqr",
        {"compare anthropometric"} | COMPARED,
    ),
    "a row of the plan taken out": (
        "config/plan.tsv",
        "as_published\texploratory\tsecondary\tHSCRP\thscrp_ge_1_50\tmonth_6\tpaired_t\tmean_sem"
        "\t\tnone\t0.05\n",
        "",
        # the other profile still compares the same: values and cohorts stay
        {"compare inflammation"} | COMPARED,
    ),
    "a row of what is post hoc added": (
        "config/post_hoc.tsv",
        "recommended\tUA\tall\tmonth_6\t",
        "as_published\tUA\tall\tmonth_6\tpaired_t\tmean_sem\t\t0.05\n"
        "recommended\tUA\tall\tmonth_6\t",
        {"compare renal"} | COMPARED,
    ),
    "a published result": (
        "resources/published_results.tsv",
        "\t5.86\t6.85\t",
        "\t5.87\t6.85\t",
        {"scorecard all", "tables all"},
    ),
    "a reference range": (
        "resources/reference_ranges.tsv",
        "BMI\t\t18\t\t18.5\t24.99\t",
        "BMI\t\t18\t\t18.5\t27.49\t",
        {"in_range all", "tables all"},
    ),
    "the seed": (
        "config/config.yaml",
        "seed: 1 ",
        "seed: 2 ",
        {"regression all", "tables all"},
    ),
    "the widths of the sensitivity grid": (
        "config/config.yaml",
        "widths: [30, 45, 60, 90]",
        "widths: [30, 45, 60]",
        {"sensitivity all", "tables all"},
    ),
    "a unit to print a marker in": (
        "config/config.yaml",
        "units: {} ",
        "units: {FBS: mg/dL} ",
        {"tables all", "figure figure_3_glycaemia"},
    ),
    "the rule for censored values": (
        "config/config.yaml",
        "censored: lod_half ",
        "censored: lod ",
        # only hs-CRP has limits: the values of the other panels come out the same
        DERIVE | {"cohorts all"} | COMPARE | ASSESS | {"tables all"},
    ),
    "limits left out": (
        "config/config.yaml",
        "censored: lod_half ",
        "censored: excluded ",
        # the ledger counts them
        DERIVE | {"cohorts all", "quality all"} | COMPARE | ASSESS | {"tables all"},
    ),
    "code of a test, same numbers": (
        "workflow/labcohort/compare/paired_t.py",
        "    df = d.size - 1\n",
        "    df = int(d.size) - 1\n",
        COMPARE | {"sensitivity all"},
    ),
    "code of resampling, same numbers": (
        "workflow/labcohort/assess/resampling.py",
        "return np.ones((1, n))\n",
        "return np.ones((1, int(n)))\n",
        {"regression all"},
    ),
    "code of a formula, same numbers": (
        "workflow/labcohort/derive/formulas/renal.py",
        "ADULT = 18\n",
        "ADULT = 17 + 1\n",
        # the grid derives eGFR anew by each equation
        {"derive renal", "sensitivity all"},
    ),
    "a formula": (
        "workflow/labcohort/derive/formulas/lipid.py",
        "return Formula(value=tc - hdl,",
        "return Formula(value=tc - hdl * 1.01,",
        # no cohort is chosen on a lipid, and the grid derives no lipid
        {"derive lipid", "cohorts all", "compare lipid"} | CHOSEN | COMPARED,
    ),
    "how numbers are rounded in print": (
        "workflow/labcohort/publish/text.py",
        "    if p < 0.001:\n",
        "    if p < 0.0010:\n        return '<0.001'\n    if p < 0.0001:\n",
        {"tables all"} | FIGURES,
    ),
    "the template of the tables": (
        "workflow/labcohort/publish/templates/table.html.j2",
        "margin: 2rem auto",
        "margin: 3rem auto",
        {"tables all"},
    ),
    "a reader": (
        "workflow/labcohort/ingest/readers.py",
        "    number = 0\n",
        "    number = int(0)\n",
        INGEST,
    ),
    "a schema": (
        "schemas/cohort.py",
        "    day: int\n",
        "    day: int = pa.Field(gt=-100000)\n",
        {"cohorts all"},
    ),
    "a hard limit that nothing meets": (
        "resources/markers.tsv",
        "\tinflammation\t30522-7\tmg/L\t2\tlog\tmeasured\t0\t600\t",
        "\tinflammation\t30522-7\tmg/L\t2\tlog\tmeasured\t0\t601\t",
        HARMONISE,
    ),
    "a conversion that no source uses": (
        "resources/conversions.tsv",
        "HSCRP\t\tmg/dL\t10\t",
        "HSCRP\t\tmg/dL\t10.5\t",
        HARMONISE,
    ),
    "the ceiling": (
        "config/config.yaml",
        "ceiling: 0.02 ",
        "ceiling: 0.03 ",
        HARMONISE | {"patients patients"},
    ),
    "a window": (
        "config/visits.tsv",
        "month_12\tinfusion_date\tmarker\t365\t60\t60",
        "month_12\tinfusion_date\tmarker\t365\t90\t60",
        None,
    ),
    "a source's missing token that does not occur": (
        "config/sources/site_c.yaml",
        'missing: ["-"]',
        'missing: ["-", "n.d."]',
        {"harmonise site_c"},
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_runs_what_depends_on_it(copy, name):
    file, old, new, expected = EDITS[name]
    copy.edit(file, old, new)
    ran = copy.ran()
    if expected is None:  # a wider window may move values of any panel, and no earlier stage
        assert {"cohorts all", "sensitivity all"} <= ran
        assert not ran & (INGEST | HARMONISE | DERIVE)
    else:
        assert ran == expected


def changed_cholesterol(copy: Copy) -> bytes:
    """Site A's file with one cholesterol at baseline of an eligible person changed."""
    path = copy.study / "resources/demo/site_a_results.csv"
    lines = path.read_bytes().split(b"\n")
    index = next(
        i for i, line in enumerate(lines) if line.startswith(b"A-002,") and b",14647-2," in line
    )
    cells = lines[index].split(b",")
    cells[4] = b"6.6" if cells[4] != b"6.6" else b"6.7"
    lines[index] = b",".join(cells)
    return b"\n".join(lines)


@pytest.mark.parametrize(
    ("old", "new", "more"),
    [
        ("none\t0.05", "none\t0.01", {"sensitivity all"}),
        # an adjusted p is no part of the grid
        ("none\t0.05", "holm\t0.05", set()),
    ],
    ids=["alpha", "correction"],
)
def test_the_alpha_or_the_correction_of_a_family(copy, old, new, more):
    path = copy.study / "config/plan.tsv"
    family = "as_published\tprimary\t"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    assert sum(line.startswith(family) and old in line for line in lines) == 2
    changed = (line.replace(old, new) if line.startswith(family) else line for line in lines)
    path.write_text("".join(changed), encoding="utf-8")
    panels = {"compare glycaemic", "compare inflammation"}
    assert copy.ran() == panels | COMPARED | {"figure figure_3_glycaemia"} | more


CELL = {
    "ingest site_a",
    "harmonise site_a",
    # triglycerides and others of the lipid panel are inputs of formulas of these panels, too
    *("derive lipid", "derive glycaemic", "derive liver"),
    "cohorts all",
    "compare lipid",
    *COMPARED,
    *CHOSEN,
    # it derives triglycerides and glucose (TyG) anew, of the same files; a regression takes none
    "sensitivity all",
}


def test_one_cell_of_a_raw_file(copy):
    (copy.study / "resources/demo/site_a_results.csv").write_bytes(changed_cholesterol(copy))
    assert copy.ran() == CELL
    assert copy.ran() == set()


def test_a_raw_file_replaced_by_an_older_one(copy):
    older = copy.study / "older.csv"
    older.write_bytes(changed_cholesterol(copy))
    os.utime(older, (0, 1_000_000_000))
    subprocess.run(
        ["cp", "-p", older, copy.study / "resources/demo/site_a_results.csv"], check=True
    )
    assert copy.ran() == CELL


def test_an_edit_taken_back_gives_the_old_bytes(copy):
    before = (copy.study / "results/tables/comparisons.csv").read_bytes()
    original = (copy.study / "resources/demo/site_a_results.csv").read_bytes()
    (copy.study / "resources/demo/site_a_results.csv").write_bytes(changed_cholesterol(copy))
    copy.ran()
    assert (copy.study / "results/tables/comparisons.csv").read_bytes() != before
    (copy.study / "resources/demo/site_a_results.csv").write_bytes(original)
    assert copy.ran() == CELL
    assert (copy.study / "results/tables/comparisons.csv").read_bytes() == before


def test_an_attribute_of_a_patient_that_no_criterion_uses(copy):
    copy.edit(
        "resources/demo/patients.csv",
        "A-002,F,1972-02-26,type 2,2014-11-01,50,no,none",
        "A-002,F,1972-02-26,type 2,2014-11-01,60,no,none",
    )
    # all that takes the patient table runs; what it makes comes out the same
    takes_patients = {"cohorts all", "in_range all", "attenders all", "sensitivity all"} | DERIVE
    assert copy.ran() == {"ingest patients", "patients patients"} | takes_patients


def test_a_new_figure_draws_that_figure_only(copy):
    path = copy.study / "config/figures.tsv"
    row = "liver\tbefore_after\tas_published\tGGT|ALT\tall\tmonth_6|month_12\tLiver\t\n"
    path.write_text(path.read_text("utf-8") + row, encoding="utf-8")
    assert copy.ran() == {"figure liver"}
    assert (copy.study / "results/figures/liver.svg").exists()


def test_a_new_cohort_and_comparison(copy):
    for file, row in {
        "config/cohorts.tsv": "hdl_low\tbaseline_below\tHDL\t1.0\tBaseline HDL < 1.0 mmol/L\t\n",
        "config/plan.tsv": "recommended\texploratory\tsecondary\tHDL\thdl_low\tmonth_6\tpaired_t"
        "\tmean_sem\t\tbh\t0.05\n",
    }.items():
        path = copy.study / file
        path.write_text(path.read_text("utf-8") + row, encoding="utf-8")
    assert copy.ran() == {"cohorts all", "compare lipid", "regression all"} | CHOSEN | COMPARED


def test_a_lost_artefact_is_made_again_and_nothing_below_it(copy):
    (copy.study / "results/derived/lipid.parquet").unlink()
    assert copy.ran() == {"derive lipid"}


def test_a_dry_run_lists_no_less_than_runs(copy):
    copy.edit(*EDITS["a label of a marker"][:3])
    code, text = snakemake(copy.study, "-n", home=copy.home)
    assert code == 0
    for rule in ("tables", "figure"):
        assert re.search(rf"^{rule} +\d", text, re.MULTILINE), text
