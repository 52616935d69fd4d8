"""The SMART sample patients by configuration alone, held against a plain reading of the files."""

import csv
from collections import defaultdict
from datetime import date
from fractions import Fraction
from pathlib import Path
from statistics import median

import polars as pl
import pytest
import yaml

from tests.running import SHARED, check, finished, make_smart

FILES = SHARED / "smart"
# codes that the study uses -> marker: what LOINC says that they are
USED = {
    "2085-9": "HDL",
    "2571-8": "TG",
    "2093-3": "TC",
    "13457-7": "LDL",
    "18262-6": "LDL",
    "2160-0": "CREAT",
    "38483-4": "CREAT",
    "3094-0": "BUN",
    "6299-2": "BUN",
    "3084-1": "UA",
    "9318-7": "UACR",
    "2885-2": "TP",
    "1751-7": "ALB",
    "1742-6": "ALT",
    "1920-8": "AST",
    "6768-6": "ALP",
    "26515-7": "PLT",
    "4548-4": "HBA1C",
    "1558-6": "FBS",
    "30522-7": "HSCRP",
    "2986-8": "TESTO",
}
VITALS = {"WEIGHT": "WEIGHT", "HEIGHT": "HEIGHT", "SYSTOLIC": "SBP", "DIASTOLIC": "DBP"}
# no results: ids, times, and where blood pressure was taken
NO_RESULT = {"ID", "PID", "TIMESTAMP", "START_DATE", "END_DATE", "ENCOUNTER_TYPE"}
NO_RESULT |= {"BP_SITE", "BP_METHOD", "BP_POSITION"}
IDENTIFYING = ["apartment", "street", "cell", "pcode", "home", "email", "lname", "fname"]


def rows_of(name: str) -> list[dict[str, str]]:
    if not FILES.is_dir():
        pytest.skip("the files are not here (../shared/data/smart)")
    with (FILES / name).open(encoding="ascii", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@pytest.fixture(scope="module")
def smart(tmp_path_factory) -> Path:
    """The study, run."""
    return finished(make_smart(tmp_path_factory.mktemp("smart")))


@pytest.fixture(scope="module")
def ledger(smart) -> pl.DataFrame:
    return pl.read_csv(smart / "results/quality/ledger.tsv", separator="\t")


def cells(rows: pl.DataFrame, **where: str) -> int:
    return rows.filter(**where)["cells"].sum()


@pytest.fixture(scope="module")
def plain() -> dict[tuple[str, str, str], list[str]]:
    """Texts of the results of (person, marker, day), in the order of the files."""
    found = defaultdict(list)
    for row in rows_of("labs.txt"):
        if row["LOINC"] in USED:
            found[row["PID"], USED[row["LOINC"]], row["DATE"][:10]].append(row["VALUE"])
    for row in rows_of("vitals.txt"):
        for column, marker in VITALS.items():
            if row[column]:
                found[row["PID"], marker, row["TIMESTAMP"][:10]].append(row[column])
    return dict(found)


def test_every_row_of_the_laboratory_has_one_fate(ledger):
    codes = [row["LOINC"] for row in rows_of("labs.txt")]
    own = ledger.filter(source="laboratory")
    assert cells(own, stage="ingest", kind="in") == len(codes) == 3513
    used = [code for code in codes if code in USED]
    assert cells(own, fate="ignored") == len(codes) - len(used)
    assert cells(own, stage="harmonise", kind="out") == len(used) == 877
    assert cells(own, fate="set_aside") == cells(own, fate="missing") == 0


def test_every_cell_of_the_visits_has_one_fate(ledger):
    rows = rows_of("vitals.txt")
    columns = [column for column in rows[0] if column not in NO_RESULT]
    own = ledger.filter(source="vitals")
    assert cells(own, stage="ingest", kind="in") == len(rows) * len(columns) == 10_360
    assert cells(own, fate="ignored") == len(rows) * (len(columns) - len(VITALS))
    filled = sum(bool(row[column]) for row in rows for column in VITALS)
    assert cells(own, fate="missing") == len(rows) * len(VITALS) - filled
    assert cells(own, stage="harmonise", kind="out") == filled


def test_each_stage_gives_out_what_came_in_less_what_has_a_fate(ledger):
    for (source, stage), own in ledger.group_by("source", "stage"):
        balance = cells(own, kind="fate") + cells(own, kind="out")
        assert cells(own, kind="in") == balance, (source, stage)


def test_repeats_of_a_day_are_settled_by_the_declared_rule(smart, ledger, plain):
    # the sample itself has 145 of them, most of tests that are not used
    days = [(row["PID"], row["DATE"], row["LOINC"]) for row in rows_of("labs.txt")]
    assert len(days) - len(set(days)) == 145
    several = {key: texts for key, texts in plain.items() if len(texts) > 1}
    assert cells(ledger, fate="duplicate") == sum(len(t) - 1 for t in several.values()) > 20
    assert cells(ledger, stage="derive", kind="out") == len(plain)
    # and what stands for those of a day is their mean, in the unit of the file
    derived = pl.read_parquet(smart / "results/derived/blood_pressure/1-of-1.parquet")
    ours = derived.filter(marker="SBP")["value"].sort().to_list()
    means = sorted(mean_of(texts) for (_, marker, _), texts in plain.items() if marker == "SBP")
    assert ours == pytest.approx([float(mean) for mean in means], rel=1e-12)


def mean_of(texts: list[str]) -> Fraction:
    """Mean of the distinct values: what stands twice on one day counts as one result, repeated."""
    distinct = {Fraction(text) for text in texts}
    return sum(distinct) / len(distinct)


@pytest.mark.parametrize(("code", "marker"), [("1742-6", "ALT"), ("1920-8", "AST")])
def test_both_spellings_of_a_unit_are_one(smart, code, marker):
    rows = [row for row in rows_of("labs.txt") if row["LOINC"] == code]
    assert {row["UNITS"] for row in rows} == {"U/L", "UNITS/L"}
    values = pl.read_parquet(smart / "results/harmonised/laboratory/liver/1-of-1.parquet")
    ours = values.filter(marker=marker)["value"].sort().to_list()
    assert ours == sorted(float(row["VALUE"]) for row in rows)


def pairs_of(plain, marker: str, target: int) -> list[tuple[Fraction, Fraction]]:
    """First result of each person, and the one nearest to day `target`, within 90 days."""
    series = defaultdict(list)
    for (person, name, day), texts in plain.items():
        if name == marker:
            series[person].append((date.fromisoformat(day), mean_of(texts)))
    found = []
    for results in series.values():
        first, *later = sorted(results)
        near = [
            (abs((day - first[0]).days - target), day, value)
            for day, value in later
            if abs((day - first[0]).days - target) <= 90
        ]
        if near:
            found.append((first[1], min(near)[2]))
    return found


@pytest.mark.parametrize(("timepoint", "target"), [("month_6", 182), ("month_12", 365)])
@pytest.mark.parametrize(
    ("marker", "slope"), [("SBP", 1.0), ("WEIGHT", 1.0), ("CREAT", 88.4), ("TC", 0.025862247)]
)
def test_before_and_after_are_those_of_a_plain_reading(
    smart, plain, marker, slope, timepoint, target
):
    pairs = pairs_of(plain, marker, target)
    rows = pl.read_csv(smart / "results/restricted/comparisons.csv", infer_schema_length=None)
    row = rows.filter(marker=marker, timepoint=timepoint, cohort="all", primary=True)
    assert row["n_pairs"].item() == len(pairs) > 0
    for column, side in (("baseline_median", 0), ("followup_median", 1)):
        expected = float(median(pair[side] for pair in pairs)) * slope
        assert row[column].item() == pytest.approx(expected, rel=1e-9), column


@pytest.fixture
def undropped(tmp_path) -> Path:
    """The study with the identifying columns under `ignore` in place of `drop`."""
    study = make_smart(tmp_path / "smart")
    path = study / "config/sources/patients.yaml"
    source = yaml.safe_load(path.read_text("utf-8"))
    source["ignore"] += source.pop("drop")
    source["person"] = {"column": "PID"}
    path.write_text(yaml.safe_dump(source), "utf-8")
    return study


def test_identifying_columns_are_refused_each_by_name_and_none_of_their_values_shown(undropped):
    code, text = check(undropped)
    assert code == 1 and "Traceback" not in text
    for column in IDENTIFYING:
        assert f"'{column}'" in text and f'"{column}"' in text  # named, and in the line to copy
    rows = rows_of("patients.txt")
    values = {row[column].strip() for row in rows for column in (*IDENTIFYING, "PID")}
    shown = [v for v in values if len(v) > 3 and v.casefold() in text.casefold()]
    assert shown == []


def test_no_name_or_address_reaches_a_result(smart):
    rows = rows_of("patients.txt")
    values = {row[column] for row in rows for column in ("street", "email", "cell", "home", "PID")}
    values = {value for value in values if len(value) > 5}
    assert len(values) > 150
    texts = [p for p in smart.glob("results/**/*") if p.suffix in (".tsv", ".csv", ".json", ".log")]
    assert len(texts) > 20
    for path in texts:
        text = path.read_text("utf-8")
        assert not [value for value in values if value in text], path.name
    for path in smart.glob("results/**/*.parquet"):
        frame = pl.read_parquet(path)
        for column in frame.select(pl.col(pl.String)).iter_columns():
            assert values.isdisjoint(column.unique()), (path.name, column.name)
