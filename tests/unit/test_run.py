"""What a run of Snakemake leaves besides its outputs."""

import asyncio
import os
from types import SimpleNamespace

import pytest
from labcohort import run
from labcohort.run import EARLIER, mark_earlier, remembered
from snakemake.cli import get_argument_parser


def test_after_a_failed_run_tables_and_figures_say_that_they_are_of_an_earlier_one(tmp_path):
    for folder in ("tables", "figures"):
        (tmp_path / folder).mkdir()
    (tmp_path / "tables" / "comparisons.csv").write_text("x")
    mark_earlier(tmp_path, failed=True)
    mark_earlier(tmp_path, failed=True)
    assert "of an earlier run" in (tmp_path / "tables" / EARLIER).read_text()
    # an empty folder holds nothing that could be taken for current
    assert not (tmp_path / "figures" / EARLIER).exists()
    mark_earlier(tmp_path, failed=False)
    assert sorted(p.name for p in tmp_path.rglob("*.*")) == ["comparisons.csv"]


def test_a_study_without_results_is_left_alone(tmp_path):
    mark_earlier(tmp_path, failed=True)
    assert not list(tmp_path.iterdir())


def test_a_checksum_is_worked_out_once_as_long_as_the_file_is_the_same(tmp_path):
    path = tmp_path / "file"
    file = SimpleNamespace(file=str(path))
    asked = []

    async def checksum(file, threshold, force=False):
        asked.append(threshold)
        return path.read_text("utf-8") if path.exists() else None

    answer = remembered(checksum)

    def told(*how, **more) -> str | None:
        return asyncio.run(answer(file, *how, **more))

    assert told(9) is None and told(9) is None
    path.write_text("one", encoding="utf-8")
    assert [told(9), told(9), told(5), told(9, force=True)] == ["one"] * 4
    assert asked == [9, 9, 9, 5, 9]
    before = path.stat()
    path.write_text("two", encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert told(9) == "two"


@pytest.mark.parametrize(("jobs", "seconds", "stays"), [(100, 1, False), (100, 60, True)])
def test_only_a_limit_of_jobs_that_was_asked_for_stays(jobs, seconds, stays):
    limit = SimpleNamespace(max_jobs=jobs, timespan=seconds)
    scheduler = SimpleNamespace(job_rate_limiter=limit)
    run.unlimited(scheduler)
    assert scheduler.job_rate_limiter is (limit if stays else None)


def test_snakemakes_own_limit_is_the_one_that_is_taken_off():
    """As its command line has it where nothing is said."""
    limit = get_argument_parser().get_default("max_jobs_per_timespan")
    assert limit == "100/1s"
