"""Users' mistakes: each is said in one message, leaves nothing half-made, and can be mended."""

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from labcohort.check import check as check_here
from python_calamine import CalamineWorkbook

from tests.running import HOME, check, digests
from tests.running import snakemake as run

RAW = "resources/demo"
PATIENTS, SITE_A = f"{RAW}/patients.csv", f"{RAW}/site_a_results.csv"
SITE_B, SITE_C = f"{RAW}/site_b_visits.xlsx", f"{RAW}/site_c_visits.txt"
CONFIG, PLAN, VISITS = "config/config.yaml", "config/plan.tsv", "config/visits.tsv"
POST_HOC, TABLES = "config/post_hoc.tsv", "config/tables.tsv"
CORRECTIONS, RULES = "config/corrections.tsv", "config/rule_settings.tsv"
P_YAML = "config/sources/patients.yaml"
A_YAML, B_YAML, C_YAML = (f"config/sources/site_{site}.yaml" for site in "abc")

Change = Callable[[Path], object]


@dataclass(frozen=True)
class Mistake:
    """What a person did to a study, and what the message has to say.

    `says`: texts of the message; `failed`: the job that stops, as `stage/key` of its log, where
    the study could be loaded; `lost`: what that job may not leave below results/.
    """

    name: str
    change: Change
    says: tuple[str, ...]
    failed: str = ""
    lost: tuple[str, ...] = ()


# ------------------------------------------------------------------------------- changes of a study


def replaced(file: str, old: str, new: str) -> Change:
    """`old`, which stands in the file once, replaced."""

    def change(study: Path) -> None:
        data = (study / file).read_bytes()
        assert data.count(old.encode()) == 1, f"{old!r} stands {data.count(old.encode())} times"
        (study / file).write_bytes(data.replace(old.encode(), new.encode()))

    return change


def written(file: str, content: bytes) -> Change:
    return lambda study: (study / file).write_bytes(content)


def added(file: str, content: bytes) -> Change:
    return lambda study: (study / file).write_bytes((study / file).read_bytes() + content)


def removed(path: str) -> Change:
    def change(study: Path) -> None:
        shutil.rmtree(study / path) if (study / path).is_dir() else (study / path).unlink()

    return change


def renamed(old: str, new: str) -> Change:
    return lambda study: (study / old).rename(study / new)


def made_a_directory(file: str) -> Change:
    def change(study: Path) -> None:
        (study / file).unlink()
        (study / file).mkdir()

    return change


def broken_off(file: str, size: int) -> Change:
    """The first `size` bytes of the file, as after a copy that did not end."""
    return lambda study: os.truncate(study / file, size)


def unit_in_site_b(column: str, unit: str) -> Change:
    """Another unit in the workbook's row of units."""

    def change(study: Path) -> None:
        book = CalamineWorkbook.from_path(study / SITE_B)
        rows = book.get_sheet_by_name("Visits").to_python(skip_empty_area=False)
        rows[1][rows[0].index(column)] = unit
        with xlsxwriter.Workbook(study / SITE_B) as new:
            sheet = new.add_worksheet("Visits")
            for number, cells in enumerate(rows):
                sheet.write_row(number, 0, [None if cell == "" else cell for cell in cells])

    return change


# ----------------------------------------------------------------------------------------- mistakes

INGEST_B = ("ingested/site_b/1-of-1.parquet", "quality/ingest/site_b.ledger.tsv")
HARMONISE_B = (
    "harmonised/site_b/lipid/1-of-1.parquet",
    "restricted/harmonise/site_b/1-of-1.quarantine.parquet",
    "quality/harmonise/site_b/1-of-1.ledger.tsv",
)
SECONDARY = "as_published\texploratory\tsecondary\t"
TYPO_IN_PLAN = (f"{SECONDARY}SBP|DBP\tall\tmonth_6", f"{SECONDARY}SPB|DBP\tall\tmonth_6")
KEY = "public_key: labcohort demo key"
# the first patient of the table, of the other sex
TWICE = b"A-001,M,1973-09-12,type 2,2016-06-22,100,yes,none\n"
CORRECTION = (
    "source\tfile\tsha256\tsheet\trow\tcolumn\tfield\told\tnew\twho\twhy\tdate\n"
    f"site_a\t{SITE_A}\t\t\t2\tresult\tvalue\t-1\t1\tJ. Doe\tslip of the pen\t2026-01-31\n"
)

MISTAKES = (
    # raw files
    Mistake("raw file missing", removed(SITE_B), (B_YAML, SITE_B, "not there")),
    Mistake(
        "no header",
        lambda study: written(SITE_A, (study / SITE_A).read_bytes().split(b"\n", 1)[1])(study),
        (f"{SITE_A}, row 1", "none of the declared columns"),
        "ingest/site_a",
        ("ingested/site_a/1-of-1.parquet",),
    ),
    Mistake(
        "ragged row",
        added(SITE_A, b"A-001,2016-06-17,29463-7,Body weight\n"),
        (f"{SITE_A}, row 7046", "4 cells", "7"),
        "ingest/site_a",
        ("ingested/site_a/1-of-1.parquet",),
    ),
    Mistake(
        "workbook broken off",
        broken_off(SITE_B, 20_000),
        (SITE_B, "not a readable workbook"),
        "ingest/site_b",
        INGEST_B,
    ),
    # how a source is read
    Mistake(
        "gb18030 declared utf-8",
        replaced(C_YAML, "gb18030,", "utf-8,"),
        (SITE_C, "not utf-8", "encoding"),
        "ingest/site_c",
        ("ingested/site_c/1-of-1.parquet",),
    ),
    Mistake(
        "utf-8 declared utf-16",
        replaced(A_YAML, "utf-8", "utf-16"),
        (SITE_A, "not utf-16", "encoding"),
        "ingest/site_a",
        ("ingested/site_a/1-of-1.parquet",),
    ),
    Mistake(
        "wrong sheet",
        replaced(B_YAML, "sheet: Visits", "sheet: Visit"),
        (SITE_B, "'Visit'", "'Visits'"),
        "ingest/site_b",
        INGEST_B,
    ),
    Mistake(
        "wrong column name, wide",
        replaced(B_YAML, "Weight:", "Wieght:"),
        (f"{SITE_B}, sheet Visits, row 1", "'Weight'", "not mapped", "'Wieght'"),
        "ingest/site_b",
        INGEST_B,
    ),
    Mistake(
        "unmapped column",
        replaced(B_YAML, "ignore: [Platelets]", ""),
        (f"{SITE_B}, sheet Visits, row 1", "'Platelets'", "not mapped"),
        "ingest/site_b",
        INGEST_B,
    ),
    Mistake(
        "unknown unit of a column",
        unit_in_site_b("Total cholesterol", "mg/deal"),
        (f"{SITE_B}, sheet Visits", "column 'Total cholesterol'", "'mg/deal'", "mg/dL"),
        "harmonise/site_b",
        HARMONISE_B,
    ),
    Mistake(
        "no unit of a column",
        unit_in_site_b("Total cholesterol", ""),
        (f"{SITE_B}, sheet Visits", "column 'Total cholesterol'", "no unit"),
        "harmonise/site_b",
        HARMONISE_B,
    ),
    Mistake(
        "unknown marker in a source",
        replaced(B_YAML, "HbA1c: HBA1C", "HbA1c: HBA1"),
        (B_YAML, "HbA1c", "'HBA1'", "'HBA1C'"),
    ),
    Mistake(
        "unknown key in a source",
        replaced(B_YAML, "ignore:", "ignored:"),
        (B_YAML, "'ignored'", "'ignore'"),
    ),
    Mistake("source broken", replaced(B_YAML, "sheet: Visits}", "sheet: Visits"), (B_YAML, "line")),
    # config.yaml
    Mistake("no config.yaml", removed(CONFIG), (CONFIG, "python workflow new")),
    Mistake("no config", removed("config"), ("config/", "no study")),
    Mistake(
        "unknown key", replaced(CONFIG, "ceiling:", "cieling:"), (CONFIG, "'cieling'", "'ceiling'")
    ),
    Mistake("no key file", replaced(CONFIG, KEY, "key_file: no/such.key"), (CONFIG, "no/such.key")),
    # tables
    Mistake(
        "unknown marker in the plan",
        replaced(PLAN, *TYPO_IN_PLAN),
        (f"{PLAN}, row 6", "'SPB'", "'SBP'"),
    ),
    Mistake(
        "unknown test",
        replaced(
            PLAN,
            f"{SECONDARY}BMI|WHR\tall\tmonth_6\tpaired_t",
            f"{SECONDARY}BMI|WHR\tall\tmonth_6\tpaired_tt",
        ),
        (f"{PLAN}, row 4, column 'test', value 'paired_tt'", "wilcoxon_signed_rank"),
    ),
    Mistake(
        "unknown flag to leave out",
        replaced(
            PLAN,
            "HOMA_IR\tall\tmonth_6\twilcoxon_signed_rank\tmedian_iqr\tinsulin_treated",
            "HOMA_IR\tall\tmonth_6\twilcoxon_signed_rank\tmedian_iqr\tinsulin_treted",
        ),
        (f"{PLAN}, row 30, column 'exclude'", "'insulin_treted'", "'insulin_treated'"),
    ),
    Mistake(
        "primary in a cohort chosen on a baseline value",
        replaced(
            PLAN,
            f"{SECONDARY}HSCRP\thscrp_ge_1_50\tmonth_6",
            "as_published\tinflammation\tprimary\tHSCRP\thscrp_ge_1_50\tmonth_6",
        ),
        (f"{PLAN}, row 26, column 'role'", "hscrp_ge_1_50", "regression to the mean", "secondary"),
    ),
    Mistake(
        "unknown rule for limits",
        replaced(CONFIG, "censored: lod_half ", "censored: lod_haf "),
        (CONFIG, "censored", "'lod_haf'", "'lod_half'"),
    ),
    Mistake(
        "overlapping windows",
        replaced(VISITS, "365\t60", "365\t160"),
        (VISITS, "month_6", "227", "month_12", "205", "overlap"),
    ),
)

# day and month exchanged: two thirds of the dates are no days of the calendar
OTHER_ORDER = replaced(B_YAML, "DD/MM/YYYY", "MM/DD/YYYY")
# more of the same kinds, which need no run of their own
VARIANTS = (
    Mistake(
        "dates in another order",
        OTHER_ORDER,
        (f"{SITE_B}, sheet Visits, row", "invalid_date", "ceiling"),
    ),
    Mistake(
        "dates in another form",
        replaced(B_YAML, "DD/MM/YYYY", "DD.MM.YYYY"),
        ("written 99/99/9999; formats declared: DD.MM.YYYY", "do:    add the form to formats:"),
    ),
    Mistake(
        "patients' dates in another form",
        replaced(P_YAML, "birth_date, dates: [YYYY-MM-DD]", "birth_date, dates: [DD.MM.YYYY]"),
        ("written 9999-99-99; formats declared: DD.MM.YYYY", "to dates: of the attribute"),
    ),
    Mistake(
        "decimal sign that the file does not have",
        replaced(C_YAML, 'decimal: ","', 'decimal: "."'),
        ("written 9,99; decimal: of the source is now '.'", "do:    correct decimal:"),
    ),
    Mistake(
        "a raw file outside the study",
        replaced(B_YAML, f"file: {SITE_B}", "file: ../site_b.xlsx"),
        (B_YAML, "../site_b.xlsx", "data_folders"),
    ),
    Mistake(
        "a draft that nobody has confirmed",
        added(B_YAML, b"unconfirmed: [the unit of Albumin]\n"),
        (B_YAML, "unconfirmed", "the unit of Albumin"),
    ),
    Mistake(
        "a correction of what the file no longer says",
        written(CORRECTIONS, CORRECTION.encode()),
        (f"{CORRECTIONS}, the row of {SITE_A}, row 2", "old value is not what the file now says"),
    ),
    Mistake(
        "a correction of another file",
        written(CORRECTIONS, CORRECTION.replace("\t\t\t2", "\t00000000\t\t2").encode()),
        (f"{CORRECTIONS}, row 2, column 'sha256'", "not the one that is called so now"),
    ),
    Mistake(
        "a rule's setting without a rule",
        added(RULES, b"missing_shar\t\twarn\t0.5\ttried\n"),
        (f"{RULES}, row 3", "'missing_shar'", "'missing_share'"),
    ),
    Mistake(
        "no date format",
        replaced(B_YAML, "DD/MM/YYYY", "DD.MM"),
        (B_YAML, "'DD.MM'", "date"),
    ),
    Mistake(
        "unknown unit, declared",
        replaced(C_YAML, "{marker: TP, unit: g/L}", "{marker: TP, unit: g/xL}"),
        (C_YAML, "总蛋白(g/L)", "'g/xL' of TP"),
    ),
    Mistake(
        "config.yaml broken",
        replaced(CONFIG, "title: Demo", "title: Demo: the"),
        (f"{CONFIG}, line 3", "YAML"),
    ),
    Mistake("raw file empty", written(SITE_B, b""), (B_YAML, SITE_B, "empty")),
    Mistake("raw file is a directory", made_a_directory(SITE_B), (B_YAML, SITE_B, "directory")),
    Mistake(
        "wrong delimiter",
        replaced(A_YAML, '","', '";"'),
        (f"{SITE_A}, row 1", "none of the declared columns", "delimiter"),
    ),
    Mistake(
        "header only",
        lambda study: written(SITE_A, (study / SITE_A).read_bytes().split(b"\n")[0])(study),
        (SITE_A, "no data"),
    ),
    Mistake(
        "text called a workbook",
        written(SITE_B, b"Patient ID,Visit date\n"),
        (SITE_B, "not a readable workbook"),
    ),
    Mistake(
        "unknown encoding",
        replaced(A_YAML, "utf-8", "utf-9"),
        (SITE_A, "utf-9"),
    ),
    Mistake(
        "wrong column name, long",
        replaced(A_YAML, "column: collected", "column: Collected"),
        (f"{SITE_A}, row 1", "no column 'Collected'", "'collected'"),
    ),
    Mistake(
        "patients' dates in another order",
        replaced(P_YAML, "infusion_date, dates: [YYYY-MM-DD]", "infusion_date, dates: [D/M/YYYY]"),
        (f"{PATIENTS}, row 2", "infusion_date", "undeclared_date_format", "ceiling"),
    ),
    Mistake(
        "marker in small letters",
        replaced(B_YAML, "HbA1c: HBA1C", "HbA1c: hba1c"),
        (B_YAML, "HbA1c", "'hba1c'"),
    ),
    Mistake(
        "unknown key of an analyte",
        replaced(B_YAML, "HbA1c: HBA1C", "HbA1c: {marker: HBA1C, units: '%'}"),
        (B_YAML, "HbA1c", "'units'", "'unit'"),
    ),
    Mistake(
        "misspelt key that is needed",
        replaced(B_YAML, "layout:", "lay_out:"),
        (B_YAML, "'lay_out'", "'layout'"),
    ),
    Mistake(
        "unknown key of a format",
        replaced(B_YAML, "sheet:", "sheat:"),
        (B_YAML, "format", "'sheat'", "'sheet'"),
    ),
    Mistake(
        "number as a missing token",
        replaced(A_YAML, '["NA"]', "[-9, NA]"),
        (A_YAML, "missing", "'-9'", "quotes"),
    ),
    Mistake(
        "tab in YAML", replaced(B_YAML, "  Height:", "\tHeight:"), (f"{B_YAML}, line 12", "tab")
    ),
    Mistake(
        "source not UTF-8",
        written(C_YAML, "# C\ntitle: 研究".encode("gb18030")),
        (f"{C_YAML}, line 2", "UTF-8"),
    ),
    Mistake("source ends in .yml", renamed(B_YAML, "config/sources/site_b.yml"), ("site_b.yml",)),
    Mistake("source's name", renamed(B_YAML, "config/sources/Site B.yaml"), ("Site B.yaml",)),
    Mistake("no sources", removed("config/sources"), ("config/sources/", "no source")),
    Mistake("config.yaml is a directory", made_a_directory(CONFIG), (CONFIG,)),
    Mistake("config.yaml empty", written(CONFIG, b""), (CONFIG, "no settings")),
    Mistake("control character", added(CONFIG, b"\0"), (CONFIG, "line", "YAML")),
    Mistake("key that is a list", added(CONFIG, b"? [a, b]\n: 1\n"), (CONFIG, "line", "key")),
    Mistake("key twice", added(CONFIG, b"ceiling: 1\n"), (CONFIG, "line", "'ceiling'")),
    Mistake("key missing", replaced(CONFIG, "study: demo\n", ""), (CONFIG, "'study'", "missing")),
    Mistake(
        "unknown value",
        replaced(CONFIG, "rounding: half_up", "rounding: halfup"),
        (CONFIG, "egfr_rounding", "'halfup'", "'half_up'"),
    ),
    Mistake(
        "text for a number",
        replaced(CONFIG, "ceiling: 0.02", "ceiling: 2 %"),
        (CONFIG, "ceiling", "'2 %'", "a number"),
    ),
    Mistake("key file is a directory", replaced(CONFIG, KEY, "key_file: config"), (CONFIG,)),
    Mistake("no plan", removed(PLAN), (PLAN,)),
    Mistake(
        "a family with two corrections",
        replaced(
            PLAN,
            "recommended\tprimary\tprimary\tHBA1C\tall\tmonth_12\tpaired_t\tmean_sem\t\tholm",
            "recommended\tprimary\tprimary\tHBA1C\tall\tmonth_12\tpaired_t\tmean_sem\t\tbh",
        ),
        (f"{PLAN}, rows 28 and 29, column 'correction'", "primary", "holm", "bh"),
    ),
    Mistake(
        "post hoc what is planned",
        added(POST_HOC, b"recommended\tHBA1C\tall\tmonth_6\tpaired_t\tmean_sem\t\t0.05\n"),
        (f"{POST_HOC}, row 4", "HBA1C", "in the plan"),
    ),
    Mistake(
        "a table of a profile that is none",
        replaced(TABLES, "lipid\tcomparisons\tas_published", "lipid\tcomparisons\tas_publishd"),
        (f"{TABLES}, table lipid", "'as_publishd'", "'as_published'"),
    ),
    Mistake(
        "unit to show that is none of the marker's",
        replaced(CONFIG, "units: {} ", "units: {FBS: mg/deal} "),
        (f"{CONFIG}, units", "'mg/deal'", "mg/dL"),
    ),
    Mistake(
        "unknown publication",
        replaced(CONFIG, "published: chin_2025 ", "published: chin_2052 "),
        (f"{CONFIG}, published", "'chin_2052'", "'chin_2025'"),
    ),
    Mistake(
        "unknown method in the grid",
        replaced(CONFIG, "[ckd_epi_2021, ckd_epi_2009, mdrd_4]", "[ckd_epi_2021, mdrd4]"),
        (f"{CONFIG}, sensitivity > methods", "'mdrd4'", "'mdrd_4'"),
    ),
    Mistake(
        "wrong column of reference ranges",
        replaced(A_YAML, "column: reference_range", "column: reference_ranges"),
        (f"{SITE_A}, row 1", "no column 'reference_ranges'", "'reference_range'"),
    ),
    Mistake("plan not UTF-8", written(PLAN, "研究".encode("gb18030")), (PLAN, "UTF-8")),
)
# the mistake found before any job that is mended and run again
MENDED = "raw file missing"
PLACES = re.compile(r"\.(py|smk)\b|Traceback|line \d+, in ")


# --------------------------------------------------------------------------------- made and mended


@dataclass(frozen=True)
class Outcome:
    """A finished study that was spoilt, run, mended and run again."""

    code: int
    text: str
    left: dict[str, str]
    mended_code: int | None
    mended_text: str
    mended: dict[str, str]
    reports: str


@pytest.fixture(scope="module")
def outcomes(demo, tmp_path_factory) -> Iterator[dict[str, Future]]:
    """What became of each mistake, worked out two at a time."""

    def outcome(mistake: Mistake) -> Outcome:
        study = tmp_path_factory.mktemp("spoilt") / "study"
        shutil.copytree(demo, study)
        mistake.change(study)
        stage, _, key = mistake.failed.partition("/")
        # what a failed job says needs no look at all that comes after it
        made = {
            "ingest": f"ingested/{key}/1-of-1.parquet",
            "harmonise": f"harmonised/{key}/lipid/1-of-1.parquet",
        }
        targets = [f"results/{made[stage]}"] if stage else []
        code, text = run(study, *targets, cores=1)
        left = digests(study)
        reports = "".join(
            path.read_text("utf-8")
            for folder in ("results/logs", ".snakemake/log")
            for path in (study / folder).rglob("*.log")
        )
        for part in ("config", "resources"):
            shutil.rmtree(study / part, ignore_errors=True)
            shutil.copytree(demo / part, study / part)
        if not (mistake.failed or mistake.name == MENDED):
            # nothing ran, nothing is changed: one such study shows what all do
            return Outcome(code, text, left, None, "", digests(study), reports)
        mended_code, mended_text = run(study, *targets, cores=1)
        return Outcome(code, text, left, mended_code, mended_text, digests(study), reports)

    with ThreadPoolExecutor(2) as pool:
        yield {mistake.name: pool.submit(outcome, mistake) for mistake in MISTAKES}
        pool.shutdown(wait=True, cancel_futures=True)


def message(text: str) -> list[str]:
    """Lines of the one message in an output: its first, and those indented below it."""
    starts = [match.start() for match in re.finditer("^labcohort: ", text, re.MULTILINE)]
    assert len(starts) == 1, text
    lines = text[starts[0] :].rstrip().splitlines()
    # a part may have several lines
    assert all(re.match(r"  (where|rule|do|log): | {4}\S| {9}\S", line) for line in lines[1:]), text
    parts = [line.split(":")[0].strip() for line in lines[1:] if not line.startswith(" " * 4)]
    assert parts[:3] == ["where", "rule", "do"], text
    return lines


def artefacts(results: dict[str, str]) -> dict[str, str]:
    """Without the gates between stages, which say nothing but that a stage is done."""
    return {path: digest for path, digest in results.items() if Path(path).name != "done"}


def names(mistakes) -> dict:
    return {"argvalues": mistakes, "ids": [mistake.name for mistake in mistakes]}


@pytest.mark.parametrize("mistake", **names(MISTAKES))
def test_one_message_says_what_where_which_rule_and_what_to_do(mistake, outcomes):
    result = outcomes[mistake.name].result()
    assert result.code == 1, result.text
    said = message(result.text)
    for expected in mistake.says:
        assert expected in "\n".join(said), result.text
    assert not PLACES.search(result.text), result.text
    if mistake.failed:
        bucket = ".1-of-1" if mistake.failed.startswith("harmonise/") else ""
        assert said[-1] == f"  log:   results/logs/{mistake.failed}{bucket}.log"


@pytest.mark.parametrize("mistake", **names(MISTAKES))
def test_nothing_is_left_half_made(mistake, outcomes, demo):
    result, whole = outcomes[mistake.name].result(), digests(demo)
    lost = set(mistake.lost)
    assert lost <= set(whole)
    # what is there is whole: the old artefact, and never one of the failed job
    assert not lost & set(result.left)
    if mistake.failed:
        stage, key = mistake.failed.split("/")
        assert not any(path.startswith(f"{stage}d/{key}") for path in result.left)
    else:
        assert result.left == whole


@pytest.mark.parametrize("mistake", **names(MISTAKES))
def test_mended_the_same_command_gives_the_same_bytes(mistake, outcomes, demo):
    result = outcomes[mistake.name].result()
    assert result.mended_code in (0, None), result.mended_text
    assert artefacts(result.mended) == artefacts(digests(demo))


@pytest.mark.parametrize("mistake", **names(MISTAKES + VARIANTS))
def test_a_check_finds_it_without_a_run(mistake, make_study, capsys):
    study = make_study()
    mistake.change(study)
    assert check_here(study, HOME) == 1
    said = "\n".join(message(capsys.readouterr().err))
    for expected in mistake.says:
        assert expected in said


def test_check_ends_with_1_for_a_mistake_and_0_without(make_study):
    study = make_study()
    code, text = check(study)
    # and what would be set aside, in lines below
    assert code == 0 and "the configuration is valid" in text.splitlines()[0], text
    replaced(PLAN, *TYPO_IN_PLAN)(study)
    code, text = check(study)
    assert code == 1
    assert not PLACES.search(text)
    message(text)


def test_no_id_of_a_person_is_printed_or_logged(outcomes):
    result = outcomes["no header"].result()
    assert "A-001" not in result.text + result.reports


# ---------------------------------------------------------- mistakes that only the whole run shows


def ran(text: str) -> set[str]:
    """The jobs of an output, as `stage key`."""
    return {
        " ".join(job) for job in re.findall(r"^([a-z_]+) ([a-z_]+): (?!done)", text, re.MULTILINE)
    }


def test_a_critical_source_stops_the_run_after_the_report(demo, tmp_path):
    study = shutil.copytree(demo, tmp_path / "study")
    for stage in ("comparisons", "assessments", "tables", "figures"):
        shutil.rmtree(study / "results" / stage)
    source = (study / B_YAML).read_bytes()
    OTHER_ORDER(study)
    code, text = run(study)
    # one message, of the gate; the report is whole, and no number was computed
    assert code == 1
    said = message(text)
    assert said[-1] == "  log:   results/logs/quality/gate.log"
    places = ("site_b, set_aside_share", "invalid_date", f"(first in {SITE_B}, sheet Visits, row")
    for expected in (*places, "do:    invalid_date: ", "results/quality/validation.html", RULES):
        assert expected in "\n".join(said)
    assert "site_a" not in said[0] and "site_c" not in said[0]
    assert not PLACES.search(text), text
    for stage in ("comparisons", "assessments", "tables", "figures"):
        assert not [path for path in (study / "results" / stage).rglob("*") if path.is_file()]
    assert not (study / "results/quality/done").exists()
    assert (study / "results/quality/validation.html").read_text("utf-8").endswith("</html>")
    report = json.loads((study / "results/quality/validation.json").read_text("utf-8"))
    assert report["verdict"] == "critical"
    assert {of["source"]: of["verdict"] for of in report["sources"]}["site_b"] == "critical"
    # what may be set aside is a decision of the study: nothing is read or computed anew for it
    given = (study / RULES).read_bytes()
    rows = [f"{rule}\tsite_b\twarn\t1\ttried\n" for rule in critical_rules(report)]
    added(RULES, "".join(rows).encode())(study)
    code, text = run(study, "results/quality/done")
    assert code == 0, text
    assert ran(text) == {"quality all", "validate all", "gate all"}
    # mended, the same command goes on to the same bytes
    (study / RULES).write_bytes(given)
    (study / B_YAML).write_bytes(source)
    code, text = run(study)
    assert code == 0, text
    assert artefacts(digests(study)) == artefacts(digests(demo))


def critical_rules(report: dict) -> list[str]:
    return [rule["rule"] for rule in report["rules"] if rule["verdict"] == "critical"]


def test_an_id_of_two_people_is_set_aside_and_the_run_goes_on(demo, tmp_path):
    study = shutil.copytree(demo, tmp_path / "study")
    added(PATIENTS, TWICE)(study)
    code, text = run(study, "results/quality/done")
    assert code == 0, text
    columns = ["source", "file", "row", "column"]
    bad = pl.read_csv(study / "results/restricted/set_aside.csv", infer_schema=False)
    of = bad.filter(pl.col("rule") == "one_id_two_people")
    # both rows, each with the place of the other
    assert of.select(columns).rows() == [
        ("patients", PATIENTS, "2", "sex"),
        ("patients", PATIENTS, "343", "sex"),
    ]
    assert "row 343" in of["reason"][0] and "row 2" in of["reason"][1]
    # whose results they are nobody knows: each is set aside, but for those that were before
    with (study / SITE_A).open(encoding="utf-8") as file:
        results = sum(line.startswith("A-001,") for line in file)
    before = pl.read_csv(demo / "results/restricted/set_aside.csv", infer_schema=False)
    unknown = [f.filter(pl.col("rule") == "person_set_aside").height for f in (before, bad)]
    assert unknown[0] == 0 < unknown[1] <= results
    folder = study / "results"
    paths = [*(folder / "quality").rglob("*"), *(folder / "logs").rglob("*")]
    shown = text + "".join(path.read_text("utf-8") for path in paths if path.is_file())
    assert "A-001" not in shown


# ------------------------------------------------------------------------ around a study's contents


def test_a_setting_of_the_command_line_is_checked_as_the_file_is(demo, tmp_path):
    study = shutil.copytree(demo, tmp_path / "study")
    for setting, expected in (("unknown=1", "'unknown'"), ("ceiling=x", "'x' is not a number")):
        code, text = run(study, "--config", setting)
        assert code == 1
        said = "\n".join(message(text))
        assert expected in said
        assert f"--config {setting}" in said
        assert not PLACES.search(text)


def test_results_without_records_are_refused_until_they_are_removed(demo, tmp_path):
    study = shutil.copytree(demo, tmp_path / "study")
    shutil.rmtree(study / ".snakemake")
    code, text = run(study)
    assert code == 1
    assert "results/" in message(text)[3]
    assert not PLACES.search(text)
    assert digests(study) == digests(demo)
    shutil.rmtree(study / "results")
    code, text = run(study, "results/ingested/site_b/1-of-1.parquet")
    assert code == 0, text
    path = Path("results/ingested/site_b/1-of-1.parquet")
    assert (study / path).read_bytes() == (demo / path).read_bytes()


def test_results_that_cannot_be_written(make_study):
    study = make_study()
    (study / "results").mkdir(mode=0o555)
    if os.access(study / "results", os.W_OK):
        pytest.skip("this user writes where permissions forbid it")
    code, text = run(study, "results/ingested/site_b/1-of-1.parquet")
    assert code == 1
    message(text)
    (study / "results").chmod(0o755)
    assert run(study, "results/ingested/site_b/1-of-1.parquet")[0] == 0


def test_a_path_with_blanks_quotes_and_signs_of_other_scripts(make_study, demo):
    study = make_study("研究 'α' of {demo} $HOME & co")
    assert check(study)[0] == 0
    path = Path("results/ingested/site_b/1-of-1.parquet")
    code, text = run(study, str(path))
    assert code == 0, text
    assert pl.read_parquet(study / path).equals(pl.read_parquet(demo / path))


def test_a_raw_file_with_blanks_and_signs_of_other_scripts(make_study):
    study = make_study()
    name = "visits of site b (2024) $HOME 'α' 访视.xlsx"
    (study / SITE_B).rename(study / RAW / name)
    replaced(B_YAML, f"file: {SITE_B}", f'file: "{RAW}/{name}"')(study)
    code, text = run(study, "results/ingested/site_b/1-of-1.parquet")
    assert code == 0, text
    assert (
        pl.read_parquet(study / "results/ingested/site_b/1-of-1.parquet")["file"][0]
        == f"{RAW}/{name}"
    )
