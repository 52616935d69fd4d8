"""What an edit runs again: exactly what depends on it, by content.

Each test takes copies of the workflow and of a finished demo study and edits one thing. Which jobs
the edit concerns at once (their settings, code or raw files) is what Snakemake's summary says,
without a run; what follows from it, and where it stops, is shown by runs of one edit of each kind.
The lists come from the floor plan (README): nobody's output is copied here.
"""

import csv
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

import pytest

from tests.running import HOME, digests, snakemake

WORKFLOW_PARTS = (
    "Snakefile", "workflow", "schemas", "resources", "profiles",
    # recorded, or described beside the results
    "LICENSE", "CITATION.cff", "requirements.lock",
)  # fmt: skip
# rules of one job a source; all others have one job, or as many as there are batches
KEYED = ("ingest", "harmonise", "patients", "delivery")
# what a job is called -> the rule that runs it, all panels in one batch, and figures by kind
RULES = {
    **{stage: stage for stage in (*KEYED, "cohorts", "quality", "tables", "small_groups")},
    **{stage: stage for stage in ("report", "provenance", "crate")},
    "validate": "quality",
    "derive": "derive_all",
    "compare": "compare_all",
    "figure": "figures",
    "families": "assess_comparisons",
    "scorecard": "assess_comparisons",
    "regression": "assess_values",
    "in_range": "assess_values",
    "attenders": "assess_values",
    "transitions": "assess_values",
    "baseline": "assess_values",
    "sensitivity": "sensitivity",
}
# what Snakemake's summary says of a job's output that the next run will make anew
DUE = ("params changed", "missing", "set of input files changed", "updated input files")
DERIVE, COMPARE = {"derive_all"}, {"compare_all"}


def _processes(study: Path) -> dict[str, str]:
    """Figure -> the process that draws it: four of a kind in the order of figures.tsv."""
    with (study / "config/figures.tsv").open(encoding="utf-8", newline="") as file:
        kinds = {row["figure"]: row["kind"] for row in csv.DictReader(file, delimiter="\t")}
    found = {}
    for kind in kinds.values():
        own = [figure for figure in kinds if kinds[figure] == kind]
        parts = -(-len(own) // 4)
        for place, figure in enumerate(own):
            part = f"_{place // 4 + 1}_of_{parts}" if parts > 1 else ""
            found[figure] = f"figures_{kind}{part}"
    return found


def drawn(*kinds: str) -> set[str]:
    """The processes that draw figures of some kinds."""
    names = tuple(f"figures_{kind}" for kind in kinds)
    return {process for process in _processes(HOME).values() if process.startswith(names)}


def drawing(*figures: str) -> set[str]:
    """The processes that draw some figures."""
    return {_processes(HOME)[figure] for figure in figures}


FIGURES = set(_processes(HOME).values())
# the record has the digest of each file and module; the report and the crate print it
RECORDED = {"provenance", "report", "crate"}
# what a comparison that comes out changed has below it, the figures of its panel apart: which
# groups are small comes out the same of as many pairs, and nothing runs below it
COMPARED = {"assess_comparisons", "small_groups", "tables"} | drawn("forest")
OF_LIPIDS = drawing("lipids", "changes_lipids")
# the validation has the counts of all stages and the digests of the raw files. Figures are drawn
# from it; no stage between runs, for the gates (not counted here) are constant files
REPORTED = {"quality"} | drawn("flow", "missingness", "quality")
HARMONISE = {f"harmonise {source}" for source in ("site_a", "site_b", "site_c")}
PROFILES = {"with the profile": [], "without a profile": ["--workflow-profile", "none"]}


def _called(rule: str, key: str) -> str:
    return f"{rule} {key}" if rule in KEYED else rule


@dataclass
class Copy:
    """A workflow and a finished study, free to be edited."""

    home: Path
    study: Path

    def ran(self, *arguments: str) -> set[str]:
        """The jobs that a run of the study executes: the rule, and its key where it has one."""
        code, text = snakemake(self.study, *arguments, home=self.home)
        assert code == 0, text
        said = re.findall(rf"^({'|'.join(RULES)}) (\w+): ", text, re.MULTILINE)
        processes = _processes(self.study)
        return {
            processes[key] if stage == "figure" else _called(RULES[stage], key)
            for stage, key in said
        }

    def due(self) -> set[str]:
        """The jobs that the next run has to execute by themselves; nothing runs."""
        code, text = snakemake(self.study, "--summary", home=self.home, cores=1)
        assert code == 0, text
        lines = [line.split("\t") for line in text.splitlines() if line.count("\t") >= 4]
        return {
            _called(rule, Path(log).stem.partition(".")[0])
            for _, _, rule, log, status, *_ in lines[1:]
            if status in DUE
        }

    def edit(self, file: str, old: str, new: str, encoding: str = "utf-8") -> None:
        """Replace a text that stands exactly once in a file of the study or the workflow."""
        path = self.path(file)
        data = path.read_bytes().decode(encoding)
        assert data.count(old) == 1, f"'{old}' stands {data.count(old)} times in {file}"
        path.write_bytes(data.replace(old, new).encode(encoding))

    def add(self, file: str, *rows: str) -> None:
        """Rows, each its cells between tabs, at the end of a table of the study."""
        path = self.study / file
        text = path.read_text("utf-8") if path.exists() else ""
        path.write_text(text + "".join(f"{row}\n" for row in rows), encoding="utf-8")

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


PLAN, CONFIG = "config/plan.tsv", "config/config.yaml"


# name -> file, old text, new text, the jobs that are due at once, the record of the run apart
EDITS = {
    "a comment in a library module": (
        "workflow/labcohort/compare/paired_t.py",
        "    df = d.n - 1\n",
        "    # degrees of freedom\n    df = d.n - 1\n",
        set(),
    ),
    "a docstring": (
        "workflow/labcohort/harmonise/dates.py",
        "Parse dates in the declared formats",
        "Read dates in the declared formats",
        set(),
    ),
    "a comment in config.yaml": (
        CONFIG,
        "study: demo\n",
        "# the demo\nstudy: demo\n",
        set(),
    ),
    "a label of a marker": (
        "resources/markers.tsv",
        "\tFasting blood sugar\t",
        "\tFasting glucose\t",
        {"tables", "quality", "report"}
        | drawing("figure_3_glycaemia", "changes_glycaemia", "forest_recommended", "missingness"),
    ),
    "a label of a cohort": (
        "config/cohorts.tsv",
        "\tCKD stage 2\t",
        "\tStage 2\t",
        {"tables", "report"}
        | drawing("renal_by_ckd_stage", "changes_renal")
        | drawn("forest", "regression_to_the_mean"),
    ),
    "a title of a figure": (
        "config/figures.tsv",
        "\tBlood pressure\t",
        "\tPressure\t",
        {"report"} | drawing("figure_2_blood_pressure"),
    ),
    "a row of the plan": (
        PLAN,
        "as_published\texploratory\tsecondary\tBMI|WHR\tall\tmonth_6\tpaired_t\tmean_sem",
        "as_published\texploratory\tsecondary\tBMI|WHR\tall\tmonth_6\t"
        "wilcoxon_signed_rank\tmedian_iqr",
        # the families' rows bear the digest of the plan
        {"compare_all", "assess_comparisons"},
    ),
    "a row of the plan taken out": (
        PLAN,
        "as_published\texploratory\tsecondary\tBMI|WHR\tall\tmonth_12\twilcoxon_signed_rank"
        "\tmedian_iqr\t\tnone\t0.05\n",
        "",
        # the other profile still compares the same: values and cohorts stay; no figure shows it
        {"compare_all", "assess_comparisons"},
    ),
    "a row of what is post hoc added": (
        "config/post_hoc.tsv",
        "recommended\tUA\tall\tmonth_6\t",
        "as_published\tUA\tall\tmonth_6\tpaired_t\tmean_sem\t\t0.05\n"
        "recommended\tUA\tall\tmonth_6\t",
        {"compare_all"},
    ),
    "a published result": (
        "resources/published_results.tsv",
        "\t5.86\t6.85\t",
        "\t5.87\t6.85\t",
        {"assess_comparisons"},
    ),
    "a reference range": (
        "resources/reference_ranges.tsv",
        "BMI\t\t18\t\t18.5\t24.99\t",
        "BMI\t\t18\t\t18.5\t27.49\t",
        # medians are held against the ranges, too
        {"assess_values", "quality"},
    ),
    "the seed": (CONFIG, "seed: 1 ", "seed: 2 ", {"assess_values"}),
    "the widths of the sensitivity grid": (
        CONFIG,
        "widths: [30, 45, 60, 90]",
        "widths: [30, 45, 60]",
        {"sensitivity"},
    ),
    "a unit to print a marker in": (
        CONFIG,
        "units: {} ",
        "units: {FBS: mg/dL} ",
        {"tables", "report"} | drawing("figure_3_glycaemia", "changes_glycaemia"),
    ),
    "the rule for censored values": (
        CONFIG,
        "censored: lod_half ",
        "censored: lod ",
        DERIVE | COMPARE | {"assess_values", "sensitivity", "report"},
    ),
    "limits left out": (
        CONFIG,
        "censored: lod_half ",
        "censored: excluded ",
        # what is left out has no place at a timepoint
        DERIVE | {"cohorts"} | COMPARE | {"assess_values", "sensitivity", "report"},
    ),
    "code of a test": (
        "workflow/labcohort/compare/paired_t.py",
        "    df = d.n - 1\n",
        "    df = int(d.n) - 1\n",
        COMPARE | {"sensitivity"},
    ),
    "code of resampling": (
        "workflow/labcohort/assess/resampling.py",
        "return np.ones((1, n))\n",
        "return np.ones((1, int(n)))\n",
        {"assess_values"},
    ),
    "code of a formula, same numbers": (
        "workflow/labcohort/derive/formulas/renal.py",
        "ADULT = 18\n",
        "ADULT = 17 + 1\n",
        # the grid derives eGFR anew by each equation
        {"derive_all", "sensitivity"},
    ),
    "a formula": (
        "workflow/labcohort/derive/formulas/lipid.py",
        "return Formula(value=tc - hdl,",
        "return Formula(value=tc - hdl * 1.01,",
        {"derive_all"},
    ),
    "how numbers are rounded in print": (
        "workflow/labcohort/publish/text.py",
        "    return rounded(p, 4 if 0.045 <= p <= 0.055 else 3)\n",
        "    return rounded(p, 4 if 0.045 <= p <= 0.056 else 3)\n",
        # the validation prints units by the same module; shares and counts are no such numbers
        {"tables", "quality", "report"}
        | (FIGURES - drawn("missingness", "visit_timing", "quality")),
    ),
    "the template of the tables": (
        "workflow/labcohort/publish/templates/table.html.j2",
        "margin: 2rem auto",
        "margin: 3rem auto",
        {"tables"},
    ),
    "the template of the report": (
        "workflow/labcohort/validate/templates/validation.html.j2",
        "</html>",
        "<!-- the end --></html>",
        {"quality"},
    ),
    "the text of a rule": (
        "resources/rules.tsv",
        "\tthe result is no number\t",
        "\tthe result cannot be read as a number\t",
        {"quality"},
    ),
    "a rule's threshold in the study": (
        "config/rule_settings.tsv",
        "missing_share\t\twarn\t0.75\t",
        "missing_share\t\twarn\t0.70\t",
        {"quality", "report"},
    ),
    "a flag that the study judges": (
        "config/rule_settings.tsv",
        "missing_share\t\twarn\t0.75\t",
        "delta_check\tsite_b\twarn\t\tlook at each\nmissing_share\t\twarn\t0.75\t",
        # it is raised where panels are derived, listed and judged behind them
        {"quality", "report"},
    ),
    "the reader of text": (
        "workflow/labcohort/ingest/readers/text.py",
        "self.row, self.used = 1, 0\n",
        "self.row, self.used = 1, int(0)\n",
        {"ingest patients", "ingest site_a", "ingest site_c"},
    ),
    "the reader of workbooks": (
        "workflow/labcohort/ingest/readers/workbook.py",
        '"an XLS workbook"}\n',
        '"an XLS workbook" * 1}\n',
        {"ingest site_b"},
    ),
    "a schema": (
        "schemas/cohort.py",
        "    day: int\n",
        "    day: int = pa.Field(gt=-100000)\n",
        {"cohorts"},
    ),
    "a hard limit": (
        "resources/markers.tsv",
        "\tinflammation\t30522-7\tmg/L\t2\tlog\tmeasured\t0\t600\t",
        "\tinflammation\t30522-7\tmg/L\t2\tlog\tmeasured\t0\t601\t",
        HARMONISE | {"quality"},
    ),
    "a conversion that no source uses": (
        "resources/conversions.tsv",
        "HSCRP\t\tmg/dL\t10\t",
        "HSCRP\t\tmg/dL\t10.5\t",
        # the report holds medians of two sources against two units of a marker
        HARMONISE | {"quality"},
    ),
    "how much a marker varies in a person": (
        "resources/biological_variation.tsv",
        "ALT\t9.3\t",
        "ALT\t9.4\t",
        {"derive_all"},
    ),
    # judged when all stages are counted, and by no stage itself
    "the ceiling": (CONFIG, "ceiling: 0.02 ", "ceiling: 0.03 ", {"quality"}),
    "a window": (
        "config/visits.tsv",
        "month_12\tinfusion_date\tmarker\t365\t60\t60",
        "month_12\tinfusion_date\tmarker\t365\t90\t60",
        {"cohorts", "sensitivity", "report"} | drawn("visit_timing"),
    ),
    "a source's missing token that does not occur": (
        "config/sources/site_c.yaml",
        'missing: ["-"]',
        'missing: ["-", "n.d."]',
        # the report names the digest of each mapping
        {"harmonise site_c", "quality"},
    ),
    "a pattern in the place of the one file that it finds": (
        "config/sources/site_a.yaml",
        "file: resources/demo/site_a_results.csv",
        "file: resources/demo/site_a_*.csv",
        # cells say of a file of a pattern which number it has
        {"ingest site_a", "quality"},
    ),
}
# neither the digest of a file nor of a module's code
UNRECORDED = ("a comment in a library module", "a docstring")
# the edits that are run, too: what runs
RUN = {
    # of a panel that only the forest draws
    "a row of the plan": {"compare_all"} | COMPARED | RECORDED,
    # the same bytes come out, and nothing below runs
    "code of a formula, same numbers": {"derive_all", "sensitivity"} | RECORDED,
    "the reader of text": {"ingest patients", "ingest site_a", "ingest site_c"} | RECORDED,
    # no median is a reason to name the unit: the validation says the same
    "a conversion that no source uses": HARMONISE | {"quality"} | RECORDED,
    "the text of a rule": REPORTED | RECORDED,
    # no cohort is chosen on a lipid, and the grid derives no lipid; which values are flagged and
    # how many there are stays
    "a formula": {"derive_all", "cohorts", "compare_all", "assess_values", "quality"}
    | COMPARED
    | OF_LIPIDS
    | RECORDED,
}


@pytest.fixture(scope="module")
def concerned(demo, workflow_copy, tmp_path_factory) -> Iterator[dict[str, Future]]:
    """The jobs that are due after each edit, worked out two at a time without a run."""
    free: SimpleQueue[Copy] = SimpleQueue()
    for name in ("one", "other"):
        folder = tmp_path_factory.mktemp(name)
        shutil.copytree(workflow_copy, folder / "home")
        shutil.copytree(demo, folder / "study")
        free.put(Copy(folder / "home", folder / "study"))

    def look(edit: tuple) -> set[str]:
        file, old, new, _ = edit
        copy = free.get()
        before = copy.path(file).read_bytes()
        try:
            copy.edit(file, old, new)
            return copy.due()
        finally:
            copy.path(file).write_bytes(before)
            free.put(copy)

    with ThreadPoolExecutor(2) as pool:
        yield {name: pool.submit(look, edit) for name, edit in EDITS.items()}
        pool.shutdown(wait=True, cancel_futures=True)


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_concerns_the_jobs_that_use_it(concerned, name):
    record = set() if name in UNRECORDED else {"provenance"}
    assert concerned[name].result() == EDITS[name][3] | record


@pytest.mark.parametrize("name", RUN)
def test_an_edit_runs_what_depends_on_it(copy, name):
    copy.edit(*EDITS[name][:3])
    assert copy.ran() == RUN[name]


def changed_cholesterol(copy: Copy) -> bytes:
    """Site A's file with one cholesterol at baseline of an eligible person changed."""
    path = copy.study / "resources/demo/site_a_results.csv"
    lines = path.read_bytes().split(b"\n")
    index = next(
        i for i, line in enumerate(lines) if line.startswith(b"A-002,") and b",14647-2," in line
    )
    cells = lines[index].split(b",")
    # so little that no flag comes or goes
    cells[4] = b"%.1f" % (float(cells[4]) + 0.1)
    lines[index] = b",".join(cells)
    return b"\n".join(lines)


@pytest.mark.parametrize(
    ("old", "new", "more"),
    [
        ("none\t0.05", "none\t0.01", {"sensitivity"}),
        # an adjusted p is no part of the grid
        ("none\t0.05", "holm\t0.05", set()),
    ],
    ids=["alpha", "correction"],
)
def test_the_alpha_or_the_correction_of_a_family(copy, old, new, more):
    path = copy.study / PLAN
    family = "as_published\tprimary\t"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    assert sum(line.startswith(family) and old in line for line in lines) == 2
    changed = (line.replace(old, new) if line.startswith(family) else line for line in lines)
    path.write_text("".join(changed), encoding="utf-8")
    assert copy.due() == {"compare_all", "assess_comparisons", "provenance"} | more


CELL = {
    "ingest site_a",
    "harmonise site_a",
    # triglycerides and others of the lipid panel are inputs of formulas of these panels, too
    "derive_all",
    "cohorts",
    "compare_all",
    *REPORTED,
    *COMPARED,
    *OF_LIPIDS,
    *RECORDED,
    "assess_values",
    # it derives triglycerides and glucose (TyG) anew, of the same files; a regression takes none
    "sensitivity",
}


def test_one_cell_of_a_raw_file_and_the_edit_taken_back(copy):
    table, raw = (
        copy.study / name
        for name in ("results/tables/comparisons.csv", "resources/demo/site_a_results.csv")
    )
    before, original = table.read_bytes(), raw.read_bytes()
    raw.write_bytes(changed_cholesterol(copy))
    assert copy.ran() == CELL
    assert table.read_bytes() != before
    assert copy.ran() == set()
    raw.write_bytes(original)
    assert copy.ran() == CELL
    assert table.read_bytes() == before


def test_a_raw_file_replaced_by_an_older_one(copy):
    older = copy.study / "older.csv"
    older.write_bytes(changed_cholesterol(copy))
    os.utime(older, (0, 1_000_000_000))
    subprocess.run(
        ["cp", "-p", older, copy.study / "resources/demo/site_a_results.csv"], check=True
    )
    # the record asks for the list of files, which ingest writes
    assert copy.due() == {"ingest site_a", "quality"}


def test_an_attribute_of_a_patient_that_no_criterion_uses(copy):
    copy.edit(
        "resources/demo/patients.csv",
        "A-002,F,1972-02-26,type 2,2014-11-01,50,no,none",
        "A-002,F,1972-02-26,type 2,2014-11-01,60,no,none",
    )
    # all that takes the patient table runs; what it makes comes out the same
    takes_patients = {"cohorts", "assess_values", "sensitivity"} | DERIVE
    taken = {"ingest patients", "patients patients"} | takes_patients
    # but for the mean dose among the baseline characteristics; days are drawn from the table, too
    described = {"tables"} | drawn("visit_timing")
    # the report of the data stays the same; nothing runs below the shares in range, which do too
    assert copy.ran() == taken | {"quality"} | RECORDED | described


# ------------------------------------------- rows and files that a study adds


def test_a_signed_correction_of_one_value(copy):
    lines = (copy.study / "resources/demo/site_a_results.csv").read_text("utf-8").splitlines()
    number = next(
        n for n, line in enumerate(lines, 1) if line.startswith("A-002,") and ",14647-2," in line
    )
    old = lines[number - 1].split(",")[4]
    table = (
        "source\tfile\tsha256\tsheet\trow\tcolumn\tfield\told\tnew\twho\twhy\tdate\n"
        f"site_a\tresources/demo/site_a_results.csv\t\t\t{number}\tresult\tvalue\t{old}\t"
        f"{float(old) + 0.1:.1f}\tJ. Doe\tslip of the pen\t2026-01-31\n"
    )
    (copy.study / "config/corrections.tsv").write_text(table, encoding="utf-8")
    # as the cell itself, which is not read again
    assert copy.ran() == CELL - {"ingest site_a"}


def test_a_previous_delivery_of_a_source(copy):
    shutil.copy(
        copy.study / "resources/demo/site_a_results.csv", copy.study / "resources/demo/before.csv"
    )
    copy.add("config/sources/site_a.yaml", "previous: resources/demo/before.csv")
    assert copy.ran() == {"delivery site_a"} | REPORTED | RECORDED


def test_files_of_a_pattern_added_renamed_and_removed(copy):
    raw = copy.study / "resources/demo/site_a_results.csv"
    more = raw.with_name("site_a_supplement.csv")
    header, *rows = raw.read_text("utf-8").splitlines()
    copy.edit("config/sources/site_a.yaml", "site_a_results.csv", "site_a_*.csv")
    # values carry what their file is called: now its number. What is chosen of them does not
    renamed = {"ingest site_a", "harmonise site_a", "cohorts", "sensitivity"} | DERIVE
    assert copy.ran() == renamed | REPORTED | RECORDED
    # one more cholesterol of one person, years after the last visit
    row = next(row for row in rows if row.startswith("A-002,") and ",14647-2," in row).split(",")
    row[1] = "2024-05-31"
    more.write_text(f"{header}\n{','.join(row)}\n", encoding="utf-8")
    # counted, and in no window: no comparison runs; the grid, which looks for dates, does
    far = {"ingest site_a", "harmonise site_a", "derive_all"}
    # and so does the figure of all days
    days = {"cohorts", "sensitivity"} | drawn("visit_timing")
    assert copy.ran() == far | days | REPORTED | RECORDED
    more.rename(more.with_name("site_a_late.csv"))
    assert copy.due() == {"ingest site_a", "quality"}
    more.with_name("site_a_late.csv").unlink()
    assert copy.due() == {"ingest site_a", "quality"}


def test_dates_that_are_shifted(copy):
    path = copy.study / "config/eligibility.tsv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    # a criterion of the calendar is refused beside shifted dates
    path.write_text("".join(li for li in lines if "date_within" not in li), encoding="utf-8")
    criterion = copy.due()
    told = {"tables", "report"} | drawn("flow")
    assert criterion == {"cohorts", "sensitivity", "provenance"} | told
    copy.edit(CONFIG, "  public_key:", "  shift_days: 180\n  public_key:")
    # what was read stays: dates are shifted behind the checks that need the true ones
    assert copy.due() == criterion | HARMONISE | {"patients patients"}


def test_a_fact_of_the_study_s_own(copy):
    header, *rows = (copy.home / "resources/markers.tsv").read_text("utf-8").splitlines()
    # a marker that no source has yet
    row = next(row for row in rows if row.startswith("PLT\t")).split("\t")
    row[0], row[4] = "MPV", "32623-1"
    copy.add("config/markers.tsv", header, "\t".join(row))
    header = (copy.home / "resources/conversions.tsv").read_text("utf-8").splitlines()[0]
    unit = {
        "marker": "MPV",
        "unit": "10*9/L",
        "slope": "1",
        "intercept": "0",
        "source": "canonical",
    }
    copy.add(
        "config/conversions.tsv", header, "\t".join(unit.get(n, "") for n in header.split("\t"))
    )
    assert copy.due() == {"provenance"}
    row = next(row for row in rows if row.startswith("HSCRP\t"))
    assert "\tHigh-sensitivity C-reactive protein\t" in row
    copy.add("config/markers.tsv", row.replace("\tHigh-sensitivity", "\tHigh sensitivity"))
    # it chooses a cohort, too
    named = drawing("hs_crp", "changes_hs_crp", "specifications_primary")
    named |= drawn("forest", "missingness", "regression_to_the_mean")
    assert copy.due() == {"tables", "quality", "report", "provenance"} | named


def test_a_new_figure_draws_that_figure_only(copy):
    copy.add(
        "config/figures.tsv",
        "liver\tbefore_after\tas_published\tGGT|ALT\tall\tmonth_6|month_12\tLiver\t",
    )
    # some of a kind are drawn in one process: the last ones of the table and the new one
    assert copy.ran() == drawing("hs_crp") | RECORDED
    assert (copy.study / "results/figures/liver.svg").exists()


def test_a_new_cohort_and_comparison(copy):
    copy.add("config/cohorts.tsv", "hdl_low\tbaseline_below\tHDL\t1.0\tBaseline HDL < 1.0 mmol/L\t")
    copy.add(
        PLAN,
        "recommended\texploratory\tsecondary\tHDL\thdl_low\tmonth_6\tpaired_t"
        "\tmean_sem\t\tbh\t0.05",
    )
    # a place is compared that was not; and the cohort has a label
    places = {"cohorts", "compare_all", "assess_values"}
    # which lies within which others
    parts = {"small_groups", "tables"}
    told = {"assess_comparisons", "report", "provenance"} | drawn("forest")
    assert copy.due() == places | parts | told


def test_batches_of_one_panel_make_the_same_and_rerun_one_panel(copy):
    before = digests(copy.study)
    copy.edit(CONFIG, "seed: 1 ", "batch_size: 1\nseed: 1 ")
    assert {"derive_renal", "compare_renal", "figures_before_after_lipids"} <= copy.due()
    code, text = snakemake(copy.study, home=copy.home)
    assert code == 0, text
    # the record has the settings; the report prints it, and two files have their digest
    recorded = {
        "provenance.json",
        "ro-crate-metadata.json",
        "report/report.html",
        "report/report.sha256",
    }
    after = digests(copy.study)
    assert {
        name for name in before.keys() | after.keys() if before.get(name) != after.get(name)
    } == (recorded)
    # the logs of the larger batches are of jobs that are no more
    assert not (copy.study / "results/logs/derive/all.log").exists()
    copy.edit(*EDITS["code of a formula, same numbers"][:3])
    assert copy.due() == {"derive_renal", "sensitivity", "provenance"}


def test_what_a_study_no_longer_has_is_taken_away(copy):
    # what people put there stays
    own = copy.study / "results/figures/figure_9_by_hand.svg"
    own.write_text("<svg/>", encoding="utf-8")
    figures = copy.study / "config/figures.tsv"
    header, *_ = figures.read_text("utf-8").splitlines(keepends=True)
    figures.write_text(header, encoding="utf-8")
    # no transitions are counted for a figure, which is among what tables are made from
    assert copy.ran() == {"assess_values", "tables"} | RECORDED
    assert [path.name for path in (copy.study / "results/figures").iterdir()] == [own.name]
    (copy.study / "config/sources/site_c.yaml").unlink()
    copy.ran()
    assert not list((copy.study / "results").rglob("*site_c*"))
    assert copy.ran() == set()


def test_what_is_remembered_lies_with_the_study(copy):
    # called from anywhere: the next run finds it
    assert (copy.study / ".snakemake/labcohort.json").exists()
    assert not (copy.study.parent / ".snakemake").exists()


def test_jobs_run_in_the_python_of_the_run_whatever_a_shell_has_exported(copy, monkeypatch):
    monkeypatch.setenv("LABCOHORT_PYTHON", "/nowhere/python")
    copy.edit(*EDITS["a title of a figure"][:3])
    assert copy.ran() == drawing("figure_2_blood_pressure") | RECORDED


def test_a_lost_artefact_is_made_again_and_nothing_below_it(copy):
    (copy.study / "results/derived/lipid/1-of-1.parquet").unlink()
    assert copy.ran() == {"derive_all"}


def test_a_dry_run_lists_no_less_than_runs(copy):
    copy.edit(*EDITS["a row of the plan"][:3])
    code, text = snakemake(copy.study, "-n", home=copy.home)
    assert code == 0
    for rule in {job.split()[0] for job in RUN["a row of the plan"]}:
        assert re.search(rf"^{rule} +\d", text, re.MULTILINE), text
