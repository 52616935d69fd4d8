"""A study of anaemia, by configuration alone: its own markers, units, ranges, visits and cohorts.

The numbers are held against a plain reading of the same files (anaemia/plain_reading.py: exact
fractions, the statistics module) and SciPy's tests.
"""

import csv
import re
import shutil
from fractions import Fraction
from math import sqrt
from pathlib import Path
from statistics import mean, median, quantiles, stdev

import polars as pl
import pytest

from tests.running import HOME, check, finished, snakemake
from tests.studies.anaemia.make_data import make
from tests.studies.anaemia.plain_reading import chosen, people, results
from tests.words import text_of

CONFIG = HOME / "tests/studies/anaemia/config"
with (CONFIG / "plan.tsv").open(encoding="utf-8", newline="") as plan:
    PLANNED = [
        (marker, row["cohort"], row["timepoint"], row["test"])
        for row in csv.DictReader(plan, delimiter="\t")
        for marker in row["markers"].split("|")
    ]


@pytest.fixture(scope="module")
def anaemia(tmp_path_factory) -> Path:
    """The study, run."""
    study = tmp_path_factory.mktemp("anaemia")
    shutil.copytree(CONFIG, study / "config")
    make(study / "data")
    return finished(study)


@pytest.fixture(scope="module")
def compared(anaemia) -> dict[tuple, dict]:
    """Rows of comparisons.csv by marker, cohort, timepoint and test."""
    rows = pl.read_csv(anaemia / "results/restricted/comparisons.csv", infer_schema_length=None)
    return {
        (r["marker"], r["cohort"], r["timepoint"], r["test"]): r for r in rows.iter_rows(named=True)
    }


@pytest.fixture(scope="module")
def pairs(anaemia):
    """Pairs (baseline, follow-up) of results of a marker in a cohort, by the plain reading."""
    found, known = chosen(anaemia / "data"), people(anaemia / "data")
    low = {p for p, r in found["FERRITIN", "baseline"].items() if r.value < 8}
    members = {
        "all": set(known),
        "female": {p for p, person in known.items() if person.sex == "f"},
        "male": {p for p, person in known.items() if person.sex == "m"},
        "intravenous": {p for p, person in known.items() if person.route == "iv"},
        "ferritin_lt_8": low,
    }

    def of(marker: str, cohort: str, timepoint: str) -> list[tuple]:
        before, after = found[marker, "baseline"], found[marker, timepoint]
        both = sorted(before.keys() & after.keys() & members[cohort])
        return [(before[p], after[p]) for p in both]

    return of


def found_file(study: Path, name: str) -> Path:
    """The one file of that name in the results."""
    (path,) = (study / "results").rglob(name)
    return path


def test_the_study_has_what_these_tests_ask_of_it(pairs):
    # anchors, sources and units meet in one comparison, and limits and ties occur
    assert len(pairs("HGB", "all", "week_12")) >= 30
    assert 10 <= len(pairs("FERRITIN", "ferritin_lt_8", "week_12")) < 25
    assert any(b.is_limit for b, _ in pairs("FERRITIN", "all", "week_12"))


@pytest.mark.parametrize(("marker", "cohort", "timepoint", "test"), PLANNED)
def test_numbers_are_those_of_a_plain_reading(compared, pairs, marker, cohort, timepoint, test):
    both = pairs(marker, cohort, timepoint)
    before = [float(b.value) for b, _ in both]
    after = [float(a.value) for _, a in both]
    changes = [float(a.value - b.value) for b, a in both]
    row = compared[marker, cohort, timepoint, test]
    expected = {"change_mean": mean(changes), "change_median": median(changes)}
    for visit, values in (("baseline", before), ("followup", after)):
        # Hyndman and Fan's type 6
        q1, _, q3 = quantiles(values, n=4, method="exclusive")
        expected |= {
            f"{visit}_mean": mean(values),
            f"{visit}_sem": stdev(values) / sqrt(len(values)),
            f"{visit}_median": median(values),
            f"{visit}_iqr": q3 - q1,
        }
    assert row["n_pairs"] == len(both) and row["primary"]
    assert row["n_censored"] == sum(r.is_limit for pair in both for r in pair)
    for name, value in expected.items():
        assert row[name] == pytest.approx(value, rel=1e-9), name


@pytest.mark.parametrize(("marker", "cohort", "timepoint", "test"), PLANNED)
def test_tests_are_those_of_scipy(compared, pairs, marker, cohort, timepoint, test):
    from scipy.stats import rankdata, ttest_rel, wilcoxon

    both = pairs(marker, cohort, timepoint)
    before, after = ([float(r.value) for r in side] for side in zip(*both, strict=True))
    t = ttest_rel(after, before)
    row = compared[marker, cohort, timepoint, "paired_t"]
    assert row["statistic"] == pytest.approx(t.statistic, rel=1e-9)
    assert row["p_value"] == pytest.approx(t.pvalue, rel=1e-8)
    # ranks of exact differences: whole numbers in the place of sizes, so that ties are ties
    changes = [a.value - b.value for b, a in both if a.value != b.value]
    ranks = rankdata([sorted({abs(c) for c in changes}).index(abs(c)) for c in changes])
    plus = sum(rank for rank, c in zip(ranks, changes, strict=True) if c > 0)
    row = compared[marker, cohort, timepoint, "wilcoxon_signed_rank"]
    assert row["w_plus"] == plus and row["n_zero"] == len(both) - len(changes)
    signed = [rank * (1 if c > 0 else -1) for rank, c in zip(ranks, changes, strict=True)]
    p = wilcoxon(signed, correction=False, method="asymptotic").pvalue
    assert row["p_value"] == pytest.approx(p, rel=1e-8)


@pytest.mark.parametrize("marker", ["HGB", "FERRITIN", "MCV", "PLT", "TSAT_REPORTED"])
def test_shares_in_range_are_by_the_study_s_own_ranges(anaemia, pairs, marker):
    place = {"marker": marker, "cohort": "all", "timepoint": "week_12"}
    rows = pl.read_parquet(anaemia / "results/assessments/in_range.parquet").filter(**place)
    known = people(anaemia / "data")
    decimals = {"HGB": 1, "FERRITIN": 1, "MCV": 1, "PLT": 0, "TSAT_REPORTED": 1}[marker]

    def in_range(result) -> bool:
        person = known[result.person]
        years = result.day.year - person.born.year
        years -= (result.day.month, result.day.day) < (person.born.month, person.born.day)
        # WHO 2024 (haemoglobin), WHO 2020 (ferritin), as printed in the sources that the table
        # names (the others)
        low, high = {
            "HGB": (130 if person.sex == "m" else 120, None),
            "FERRITIN": (15, None if years >= 60 else 200 if person.sex == "m" else 150),
            "MCV": (80, 100),
            "PLT": (150, 400),
            "TSAT_REPORTED": (20, 50),
        }[marker]
        if result.low is not None:
            low, high = result.low, result.high
        # as it is printed, halves away from zero
        value = Fraction(int(result.value * 10**decimals + Fraction(1, 2)), 10**decimals)
        return low <= value and (high is None or value <= high)

    both = pairs(marker, "all", "week_12")
    (row,) = rows.to_dicts()
    assert row["n_judged"] == len(both)
    assert row["in_in"] + row["in_out"] == sum(in_range(b) for b, _ in both)
    assert row["in_in"] + row["out_in"] == sum(in_range(a) for _, a in both)
    assert 0 < row["in_in"] + row["out_in"] <= len(both)
    # the table has the same, or nothing where one of the four is of one to four persons
    table = pl.read_csv(anaemia / "results/tables/in_range.csv", infer_schema_length=None)
    (printed,) = table.filter(**place).to_dicts()
    square = ("in_in", "in_out", "out_in", "out_out")
    few = any(0 < row[name] < 5 for name in square)
    assert [printed[name] for name in square] == [None if few else row[name] for name in square]


def rows_of(study: Path, patient: str, test: str) -> list[int]:
    """Row numbers of the analyser's results of a patient and test."""
    lines = (study / "data/analyser.csv").read_text("cp1252").split("\n")
    return [
        n for n, line in enumerate(lines, 1) if line.startswith(patient) and f";{test};" in line
    ]


def test_each_planted_defect_meets_its_fate_and_no_other_cell_is_set_aside(anaemia):
    # what anaemia/make_data.py spoils: the first result of that person and test; repeats are last
    first = {
        ("Q001", "Hb"): "unknown_unit",
        ("Q002", "Hb"): "hard_limit",
        ("Q003", "MCV"): "invalid_date",
        ("Q004", "Ferritin"): "unparseable_value",
        ("Q009", "Hb"): "contradictory_repeat",
        ("Q999", "MCV"): "unknown_person",
    }
    expected = {
        ("analyser", rows_of(anaemia, *who)[0], "Ergebnis", rule) for who, rule in first.items()
    }
    last = rows_of(anaemia, "Q009", "Hb")[-1]
    expected.add(("analyser", last, "Ergebnis", "contradictory_repeat"))
    lines = (anaemia / "data/clinic.tsv").read_text("utf-8").split("\n")
    iron = next(n for n, line in enumerate(lines, 1) if line.startswith("Q032"))
    expected |= {("clinic", iron, column, "iron_above_capacity") for column in ("iron", "tibc")}
    quarantine = pl.read_parquet(found_file(anaemia, "quarantine.parquet"))
    assert set(quarantine.select("source", "row", "column", "rule").iter_rows()) == expected
    assert quarantine.height == len(expected) == 9
    repeats = pl.read_parquet(found_file(anaemia, "duplicates.parquet"))
    twice = rows_of(anaemia, "Q008", "Hb")
    assert set(repeats.select("row", "kept_row").iter_rows()) == {(twice[-1], twice[0])}


def test_every_cell_has_one_fate(anaemia):
    ledger = pl.read_csv(anaemia / "results/quality/ledger.tsv", separator="\t")
    lines = (anaemia / "data/analyser.csv").read_text("cp1252").splitlines()
    visits = (anaemia / "data/clinic.tsv").read_text("utf-8").splitlines()
    read = {"analyser": len(lines) - 1, "clinic": 9 * (len(visits) - 2)}
    for source, cells in read.items():
        own = ledger.filter(pl.col("source") == source)
        entered = own.filter(pl.col("kind") == "in", pl.col("stage") == "ingest")
        assert entered["cells"].sum() == cells
        fates = own.filter(pl.col("kind") == "fate")["cells"].sum()
        used = own.filter(pl.col("stage") == "cohorts", pl.col("kind") == "out")["cells"].sum()
        assert fates + used == cells
    missing = ledger.filter(pl.col("fate") == "missing")
    assert dict(missing.select("source", "cells").iter_rows()) == {"analyser": 1, "clinic": 1}
    ignored = ledger.filter(pl.col("fate") == "ignored")
    assert ignored.select("reason", "cells").rows() == [("Blutgruppe", 1)]


def test_a_limit_that_the_study_sets_flags_what_the_project_s_does_not(anaemia):
    flags = pl.read_csv(anaemia / "results/quality/flags.tsv", separator="\t")
    found = flags.filter(pl.col("marker") == "PLT", pl.col("flag") == "soft_high")
    known = people(anaemia / "data")
    above = [r for r in results(anaemia / "data") if r.marker == "PLT" and r.value > 700]
    assert found["n"].to_list() == [len(above)] == [1] and above[0].person in known
    # the project's own limit would have let it pass
    with (HOME / "resources/markers.tsv").open(encoding="utf-8", newline="") as file:
        limits = {r["marker"]: r["soft_high"] for r in csv.DictReader(file, delimiter="\t")}
    assert above[0].value < float(limits["PLT"])


def test_tables_and_figures_are_of_this_study_alone(anaemia):
    tables, figures = anaemia / "results/tables", anaemia / "results/figures"
    shown = (tables / "blood_count.csv").read_text("utf-8")
    # printed in the unit that the study asks for
    assert "Haemoglobin, g/dL" in shown and "10⁹/L" in shown
    assert "Ferritin, µg/L" in (tables / "iron_stores.csv").read_text("utf-8")
    assert {path.stem for path in figures.glob("*.svg")} == {
        "iron_and_blood",
        "haemoglobin_of_women",
    }
    for path in [*tables.iterdir(), *figures.glob("*.svg")]:
        text = text_of(path)
        # a table without rows has nothing to mark
        assert "SYNTHETIC" in text or path.name == "scorecard.csv", path
        assert not re.search(r"\bCKD|\beGFR|diabet|infus|insulin|HOMA|HbA1c", text, re.I), path


def test_the_scorecard_of_a_study_without_a_publication_is_empty(anaemia):
    lines = (anaemia / "results/tables/scorecard.csv").read_text("utf-8").splitlines()
    assert len(lines) == 1 and lines[0].startswith("publication,marker")


def test_check_lists_what_stands_in_place_of_the_project_s_facts(anaemia):
    code, text = check(anaemia)
    assert code == 0, text
    (replaced,) = [line for line in text.splitlines() if "config/markers.tsv" in line]
    assert re.fullmatch(
        r"  config/markers\.tsv, row 9 \(PLT\), stands in place of resources/markers\.tsv,"
        r" row \d+: other panel, soft_high, source",
        replaced,
    )
    assert len([line for line in text.splitlines() if "in place of" in line]) == 2


def test_a_label_of_the_study_s_own_marker_reprints_and_recomputes_nothing(anaemia, tmp_path):
    study = tmp_path / "anaemia"
    shutil.copytree(anaemia, study)
    path = study / "config/markers.tsv"
    path.write_text(path.read_text("utf-8").replace("\tHaemoglobin\t", "\tHemoglobin\t"), "utf-8")
    code, text = snakemake(study)
    assert code == 0, text
    ran = re.findall(r"^(\w+) (\w+): ", text, re.MULTILINE)
    assert {("tables", "all"), ("figure", "iron_and_blood")} <= {*ran}
    computing = ("ingest", "harmonise", "derive", "cohorts", "compare", "regression", "sensitivity")
    assert not [job for job in ran if job[0] in computing]
    assert "Hemoglobin, g/dL" in (study / "results/tables/blood_count.csv").read_text("utf-8")
