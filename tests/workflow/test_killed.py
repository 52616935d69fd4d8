"""Killed at any stage: the same command goes on, and ends in the bytes of an undisturbed run."""

import os
import shutil
import signal
import subprocess
import sys
import time
from base64 import urlsafe_b64decode
from pathlib import Path

import psutil
import pytest

from tests.running import HOME, digests, snakemake

# what a run has just made when it is killed: one of each stage, and before the first
POINTS = {
    "start": ".snakemake/locks/*",
    "ingest": "results/ingested/*/*.parquet",
    "harmonise": "results/harmonised/*/*/*.parquet",
    "derive": "results/derived/*/*.parquet",
    "cohorts": "results/cohorts/*/*.parquet",
    "quality": "results/quality/validation.json",
    "compare": "results/comparisons/*.parquet",
    "assess": "results/assessments/*.parquet",
    "tables": "results/tables/*.csv",
    "figures": "results/figures/*.svg",
    "a gate": "results/*/done",
}


# an artefact whose job takes its time
LOST = "results/assessments/sensitivity.parquet"


def _started(study: Path) -> subprocess.Popen:
    """The command that `snakemake` runs, in a process group of its own."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(HOME / "Snakefile")]
    with study.with_name(f"{study.name}.output.txt").open("ab") as output:
        return subprocess.Popen(
            [*command, "--directory", str(study), "--cores", "2"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _said(study: Path) -> str:
    return study.with_name(f"{study.name}.output.txt").read_text("utf-8")


def _killed_at_next(study: Path, points: dict[str, str]) -> tuple[set[str], int]:
    """Run, and kill all as soon as something new of one of the `points` is there; which ones, and
    the exit code."""
    began = time.time_ns()
    run = _started(study)
    while run.poll() is None:
        new = {
            name
            for name, pattern in points.items()
            if any(path.stat().st_mtime_ns > began for path in _there(study, pattern))
        }
        if new:
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()
            return new, run.returncode
        time.sleep(0.002)
    return set(), run.returncode


def _there(study: Path, pattern: str) -> list[Path]:
    return [path for path in study.glob(pattern) if path.exists()]


def _incomplete(study: Path) -> list[Path]:
    """Outputs that are there and that Snakemake has marked as not finished."""
    marks = (study / ".snakemake/incomplete").glob("*")
    return [p for m in marks if (p := study / urlsafe_b64decode(m.name).decode()).exists()]


def _job(run: subprocess.Popen, study: Path) -> psutil.Process:
    """The process of the job of `LOST`, once it works."""
    log = study / "results/logs/assess/sensitivity.log"
    while not (log.exists() and "was ended" in log.read_text("utf-8")):
        assert run.poll() is None, "the run ended without the job"
        time.sleep(0.01)
    children = psutil.Process(run.pid).children(recursive=True)
    return next(child for child in children if LOST in child.cmdline())


@pytest.fixture
def lacking(demo, tmp_path) -> Path:
    """The finished demo without one artefact."""
    shutil.copytree(demo, tmp_path / "study")
    (tmp_path / "study" / LOST).unlink()
    return tmp_path / "study"


def test_killed_at_every_stage_it_goes_on_and_makes_the_same(demo, make_study):
    study = make_study()
    points, half_made = dict(POINTS), 0
    while True:
        reached, code = _killed_at_next(study, points)
        if not reached:
            break
        assert code == -signal.SIGKILL
        half_made += len(_incomplete(study))
        for name in reached:
            del points[name]
    assert code == 0, _said(study)
    assert not points, f"never reached: {list(points)}"
    # some of the kills were in the middle of a job's writing
    assert half_made
    assert digests(study) == digests(demo)
    assert not _incomplete(study) and not list(study.glob(".snakemake/locks/*"))


def test_a_run_waits_for_jobs_that_a_killed_one_left_and_never_robs_a_live_one(demo, lacking):
    study = lacking
    run = _started(study)
    job = _job(run, study)
    job.suspend()
    try:
        # while the run is alive, its directory is its own
        code, text = snakemake(study)
        assert code == 1 and "cannot be locked" in text
        assert list(study.glob(".snakemake/locks/*"))
        os.kill(run.pid, signal.SIGKILL)
        run.wait()
        again = _started(study)
        while "waiting for the jobs of a run that was killed" not in _said(study):
            assert again.poll() is None, _said(study)
            time.sleep(0.01)
        assert not psutil.Process(again.pid).children()
    finally:
        job.resume()
    assert again.wait(timeout=600) == 0, _said(study)
    assert digests(study) == digests(demo)


def test_a_job_that_is_killed_is_said_and_made_again(demo, lacking):
    study = lacking
    run = _started(study)
    _job(run, study).kill()
    assert run.wait(timeout=600) == 1
    said = _said(study)
    assert said.count("labcohort: sensitivity all was ended before it was done") == 1
    assert "Traceback" not in said and len(said) < 5000
    assert not (study / LOST).exists()
    code, text = snakemake(study)
    assert code == 0, text
    assert digests(study) == digests(demo)
