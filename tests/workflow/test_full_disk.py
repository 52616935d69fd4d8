"""A full disk, a read-only results folder: one message; then the same command makes it all."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.running import digests, make_demo, snakemake


@pytest.fixture
def mounted() -> Iterator[Callable[[Path, str], None]]:
    """Mounts a file system in memory on a folder, or mounts it again with other options."""
    mounts: list[Path] = []

    def mount(folder: Path, options: str) -> None:
        if folder in mounts:
            command = ["mount", "-o", f"remount,{options}", str(folder)]
        else:
            folder.mkdir(exist_ok=True)
            command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"NOT TESTED: no file system can be mounted here: {done.stderr.strip()}")
        if folder not in mounts:
            mounts.append(folder)

    if shutil.which("mount") is None or os.geteuid():
        pytest.skip("NOT TESTED: a full disk needs a file system, and that the right to mount one")
    yield mount
    for folder in reversed(mounts):
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_disk_that_is_full_at_any_time(demo, tmp_path, mounted):
    study = tmp_path / "study"
    mounted(study, "size=2500k")
    make_demo(study)
    # full in an early stage, where Snakemake keeps its records, too; full again later
    for size in ("2500k", "5m"):
        mounted(study, f"size={size}")
        code, text = snakemake(study)
        assert code == 1
        assert "no space left" in text.lower()
        assert "Traceback" not in text and len(text) < 5000, text
        assert "fault in the workflow's own code" not in text
    mounted(study, "size=100m")
    code, text = snakemake(study)
    assert code == 0, text
    assert digests(study) == digests(demo)


def test_results_on_a_disk_that_is_full_or_read_only(demo, tmp_path, mounted):
    study = tmp_path / "study"
    shutil.copytree(demo, study)
    shutil.rmtree(study / "results")
    mounted(study / "results", "size=100m")
    shutil.copytree(demo / "results", study / "results", dirs_exist_ok=True)
    shutil.rmtree(study / "results/cohorts")
    used = shutil.disk_usage(study / "results").used
    mounted(study / "results", f"size={used // 1024 + 40}k")
    code, text = snakemake(study)
    assert code == 1
    assert text.count("labcohort: a file cannot be read or written: no space left on device") == 1
    assert "make room on that disk" in text and "results/logs/cohorts/1-of-1.log" in text
    assert "Traceback" not in text and len(text) < 5000, text
    # nothing half-written stands there
    assert not list((study / "results/cohorts").rglob("*.parquet"))

    mounted(study / "results", "size=100m,ro")
    code, text = snakemake(study)
    assert code == 1
    assert "labcohort: a file cannot be read or written: read-only file system" in text
    assert "Traceback" not in text and len(text) < 2000, text

    mounted(study / "results", "size=100m,rw")
    code, text = snakemake(study)
    assert code == 0, text
    assert digests(study) == digests(demo)
