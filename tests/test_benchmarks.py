"""The benchmark's study is deterministic and sound, and its measures are what was spent."""

import csv
import json
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from benchmarks import agreement, generate, population, report, run, running
from tests.running import HOME, check

BENCHMARKS = HOME / "benchmarks"


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("benchmark") / "200"
    generate.generate(200, folder)
    return folder


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(study, tmp_path):
    for name, seed in (("again", 1), ("other", 2)):
        generate.generate(200, tmp_path / name, seed)
    for file in ("data/patients.csv", "data/results.csv"):
        assert (tmp_path / "again" / file).read_bytes() == (study / file).read_bytes()
        assert (tmp_path / "other" / file).read_bytes() != (study / file).read_bytes()


def test_a_smaller_study_has_the_first_patients_of_a_larger_one(study, tmp_path):
    generate.generate(150, tmp_path)
    for file in ("data/patients.csv", "data/results.csv"):
        first = [row for row in rows_of(study / file) if row["patient_id"] <= "P0000150"]
        assert rows_of(tmp_path / file) == first


def test_chunks_follow_one_another_in_one_file(monkeypatch, tmp_path):
    monkeypatch.setattr(generate, "CHUNK", 40)
    generate.generate(100, tmp_path)
    ids = [row["patient_id"] for row in rows_of(tmp_path / "data/patients.csv")]
    assert ids == [f"P{number:07}" for number in range(1, 101)]
    results = rows_of(tmp_path / "data/results.csv")
    assert {row["patient_id"] for row in results} == set(ids)
    assert "collected" not in {row["collected"] for row in results}  # one header


def test_results_are_printed_as_a_laboratory_prints_them(study):
    """Each in its unit and decimals; about 87 rows a person; no visit gives a marker twice."""
    rows = rows_of(study / "data/results.csv")
    assert 85 < len(rows) / 200 < 89
    assert Counter(row["unit"] == population.ANALYTES[row["analyte"]].unit for row in rows) == {
        True: len(rows)
    }
    for row in rows:
        how = population.ANALYTES[row["analyte"]]
        if row["result"] not in ("", "haemolysed"):
            assert len(row["result"].partition(".")[2]) == how.decimals, row
    assert max(Counter((r["patient_id"], r["collected"], r["analyte"]) for r in rows).values()) == 1
    assert any(row["result"].startswith("<") for row in rows)


def test_values_are_plausible(study):
    """Within the soft limits of resources/markers.tsv, and no part above its whole."""
    limits = pl.read_csv(HOME / "resources/markers.tsv", separator="\t", infer_schema=False)
    limits = {row["marker"]: row for row in limits.iter_rows(named=True)}
    samples: dict[tuple, dict[str, float]] = {}
    outside = Counter()
    for row in rows_of(study / "data/results.csv"):
        if row["result"][:1].isdigit():
            number = float(row["result"])
            samples.setdefault((row["patient_id"], row["collected"]), {})[row["analyte"]] = number
            of_marker = limits[row["analyte"]]
            within = float(of_marker["soft_low"]) <= number <= float(of_marker["soft_high"])
            outside[row["analyte"]] += not within
    assert max(outside.values()) < 0.01 * len(samples)
    for whole, part in (("TC", "LDL"), ("TC", "HDL"), ("TP", "ALB"), ("SBP", "DBP")):
        both = [s for s in samples.values() if {whole, part} <= s.keys()]
        assert len(both) > 500 and all(sample[whole] > sample[part] for sample in both)


def test_the_study_passes_the_check(study):
    code, text = check(study)
    assert code == 0, text
    assert "the configuration is valid" in text
    assert "unparseable" in text or "no value would be set aside" in text


def test_all_analytes_are_compared_in_all_patients():
    plan = rows_of_plan()
    compared = {m for row in plan if row["cohort"] == "all" for m in row["markers"].split("|")}
    assert compared >= population.ANALYTES.keys()


def rows_of_plan() -> list[dict[str, str]]:
    with (BENCHMARKS / "study/config/plan.tsv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


SPEND = """
import sys, time
held = bytearray(200 * 2**20)
held[::4096] = b"x" * len(held[::4096])
while time.process_time() < 0.5: pass
sys.exit(3)
"""


def test_a_job_is_measured_and_keeps_its_exit_code(tmp_path):
    """A program that says how much it takes: 200 MiB, half a second of CPU."""
    measures = tmp_path / "measures.jsonl"
    measure = [sys.executable, "-S", "-E", BENCHMARKS / "measure.py", measures]
    command = [sys.executable, "-c", SPEND, "--log", "results/logs/derive/lipid.log"]
    done = subprocess.run([*measure, *command], check=False, timeout=60)
    assert done.returncode == 3
    line = json.loads(measures.read_text("utf-8"))
    assert line["name"] == "derive/lipid"
    assert 200 < line["peak"] < 260
    assert 0.5 <= line["cpu"] < 0.8
    assert line["wall"] >= line["cpu"] * 0.95


def test_a_program_is_measured_with_what_it_starts(tmp_path):
    """Two processes of 200 MiB at once are 400 MiB and what Python takes; their CPU is added."""
    body = SPEND.replace("sys.exit(3)", "time.sleep(1)")
    both = f"import subprocess, sys; body = {body!r}\n"
    both += "run = [subprocess.Popen([sys.executable, '-c', body]) for _ in range(2)]\n"
    both += "[one.wait() for one in run]"
    # what starts a program is not part of it, however much it has held
    b"x" * (1000 * 2**20)
    took = running.run([sys.executable, "-c", both], tmp_path / "out.txt").or_fail()
    assert 400 < took.peak < 600
    assert 1.0 <= took.cpu < 1.6
    assert not took.stopped and took.wall > 1


@pytest.mark.parametrize(
    ("limits", "why", "minute"),
    [
        (running.Limits(seconds=1.5), "after 2 s", "61.25"),
        (running.Limits(memory=150), "at 150 MiB", "61.75"),
    ],
)
def test_a_program_over_a_limit_is_stopped_with_what_it_started(tmp_path, limits, why, minute):
    """A program that holds 200 MiB and starts another that would sleep for a minute."""
    body = f"import subprocess; held = b'x' * (200 << 20); subprocess.run(['sleep', '{minute}'])"
    start = time.monotonic()
    took = running.run([sys.executable, "-c", body], tmp_path / "out.txt", limits)
    assert time.monotonic() - start < 30
    assert took.numbers()["note"] == f"stopped {why}"
    # the system takes its time on a busy machine
    until = time.monotonic() + 20
    while f"sleep {minute}" in _running() and time.monotonic() < until:
        time.sleep(0.5)
    assert f"sleep {minute}" not in _running()


def _running() -> list[str]:
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    return listed.stdout.splitlines()


def test_jobs_of_a_stage_beside_one_another_take_the_time_once():
    jobs = [
        {"name": "derive/lipid", "start": 10.0, "wall": 4.0, "cpu": 3.0, "peak": 100.0},
        {"name": "derive/liver", "start": 11.0, "wall": 5.0, "cpu": 4.5, "peak": 300.0},
        {"name": "derive/renal", "start": 30.0, "wall": 1.0, "cpu": 0.5, "peak": 90.0},
        {"name": "cohorts/all", "start": 17.0, "wall": 2.0, "cpu": 1.0, "peak": 50.0},
    ]
    assert run.by_stage(jobs) == [
        {"what": "  derive", "jobs": 3, "wall": 7.0, "cpu": 8.0, "peak": 300.0},
        {"what": "  cohorts", "jobs": 1, "wall": 2.0, "cpu": 1.0, "peak": 50.0},
    ]


def test_a_line_of_the_table_says_what_was_measured():
    row = {"what": "R", "wall": 1234.56, "cpu": 7.0, "peak": 812.4, "ratio": 12.04}
    text = report.as_markdown([{"patients": 10_000, "bytes": 30e6, "buckets": 4, "rows": [row]}])
    assert text.startswith("### 10,000 patients (30.0 MB, 4 buckets)\n")
    assert text.endswith("| R |  | 1,234.6 | 7.0 | 812 | 12.0 |\n")


@pytest.fixture(scope="module")
def measured(tmp_path_factory) -> dict:
    """What the command says of 200 patients."""
    folder = tmp_path_factory.mktemp("measured")
    command = [sys.executable, BENCHMARKS / "run.py", "200", "--directory", folder]
    with (folder / "printed.txt").open("wb") as file:
        done = subprocess.run(
            [*command, "--peers-python", folder / "none"],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            timeout=600,
            check=False,
        )
    assert done.returncode == 0, (folder / "printed.txt").read_text("utf-8")
    (one,) = json.loads((folder / "benchmark.json").read_text("utf-8"))
    return one | {"folder": folder}


def test_the_command_measures_every_stage(measured):
    """The jobs of all stages are those that Snakemake says it ran, its gates apart."""
    rows = {row["what"].strip(): row for row in measured["rows"]}
    assert rows.keys() >= {"Polars reading", *run.STAGES, "labcohort, cold", "no-op"}
    logs = list((measured["folder"] / "200/results/logs").rglob("*.log"))
    cold = rows["labcohort, cold"]
    assert cold["jobs"] == sum(rows[stage]["jobs"] for stage in run.STAGES) == len(logs)
    assert sum(rows[stage]["cpu"] for stage in run.STAGES) < cold["cpu"]
    assert cold["ratio"] == pytest.approx(cold["wall"] / rows["Polars reading"]["wall"])
    assert rows["no-op"]["cpu"] < cold["cpu"] / 3
    assert rows["pandas + SciPy, statistics alone"]["note"] == "not installed"


@pytest.mark.skipif(not shutil.which("Rscript"), reason="R is not here")
def test_r_computes_the_same_numbers_and_another_number_is_seen(measured, tmp_path):
    """R's t.test, wilcox.test and quantile on the raw file, against the workflow's tables."""
    (row,) = [row for row in measured["rows"] if row["what"].startswith("R,")]
    assert row["difference"] <= agreement.TOLERANCE
    peer = pl.read_csv(measured["folder"] / "200/peer.csv")
    assert peer.height == 2 * len(population.ANALYTES)
    comparisons = measured["folder"] / "200/results/restricted/comparisons.csv"
    for name in agreement.NUMBERS:
        moved = peer.with_columns(pl.col(name) * (1 + 3e-9 * (pl.col("marker") == "TG")))
        moved.write_csv(tmp_path / "moved.csv", float_scientific=True, float_precision=16)
        difference = agreement.largest_difference(tmp_path / "moved.csv", comparisons)
        assert difference == pytest.approx(3e-9, rel=0.01), name
    peer.with_columns(t_p=pl.lit(None, pl.Float64)).write_csv(tmp_path / "moved.csv")
    assert agreement.largest_difference(tmp_path / "moved.csv", comparisons) == float("inf")
