"""What a run of Snakemake needs of us besides rules: records kept, failures said, gates true."""

import errno
import logging
import os
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from labcohort.errors import UserError, refused

# Snakemake's own words about a failed job; the job's message says it better
NOISE = (
    "CalledProcessError",
    "Removing output files of failed job",
    "Shutting down, this might take some time",
    "Exiting because a job execution failed",
    "At least one job did not complete successfully",
    "Select jobs to execute",
    "Execute ",
    "DAG of jobs will be updated after completion",
    "Updating checkpoint dependencies",
    "Assuming unrestricted shared filesystem usage",
    "Using shell:",
    "Rules claiming more threads",
    "Complete log(s)",
    "Provided cores",
    # after it the place of a failed job's log would not be the last line
    "Elapsed time",
)
# what stands in results/README.md
CONTENTS = """# What lies where

| | |
|---|---|
| `report/` | `report.html`: all of it in one page |
| `tables/` | what was compared and found, of groups: CSV, XLSX, DOCX and HTML |
| `figures/` | the figures as SVG, PDF and PNG, each with its data (CSV) and its caption (TXT) |
| `quality/` | the validation report, and the counts: where every result cell went |
| `provenance.json` | what all of it was made of: raw files by digest, decisions, code, packages |
| `ro-crate-metadata.json` | the run and its files as a Workflow Run RO-Crate; `workflow/` has its rules |
| `restricted/` | raw values and lines of single persons: set aside, flagged, drawn. Stays here |
| `ingested/` `harmonised/` `derived/` `cohorts/` `comparisons/` `assessments/` | the stages between, as Parquet. Lines of single persons: stay here |
| `surveyed/` | of a study in several buckets of persons: what all together tell of a source |
| `logs/` | what each job said |

A run makes all of this from the configuration and the raw files; edit those, not these files.
"""  # noqa: E501
# beside the report, tables and figures that the last run, which failed, has not made
EARLIER = "OF_AN_EARLIER_RUN.txt"
NOISY_EVENTS = ("JOB_FINISHED", "JOB_STARTED")
started = time.time()


class _Quiet(logging.Filter):
    """Drop lines that say nothing to the person at the terminal; the log file keeps them."""

    def filter(self, record: logging.LogRecord) -> bool:
        event = getattr(getattr(record, "event", None), "name", "")
        text = record.getMessage()
        return event not in NOISY_EVENTS and not any(
            line.lstrip().startswith(NOISE) for line in text.splitlines()
        )


def quiet(logger: logging.Logger) -> None:
    """Keep Snakemake's terminal lines to progress and results (not with --verbose)."""
    # where its log cannot be written, on a full disk, each line would print pages about that
    logging.raiseExceptions = False
    for handler in logger.handlers:
        if handler.name == "DefaultStreamHandler" and logger.level > logging.DEBUG:
            handler.addFilter(_Quiet())


def remembered(checksum: Callable) -> Callable:
    """Snakemake's `checksum` of a file, worked out once as long as the file is the same by size,
    times and inode.

    Snakemake reads each input of a job anew for each of its outputs, once the job is done: of a
    registry hundreds of gigabytes.
    """
    known = {}

    async def answer(file, *asked, **more):
        try:
            stat = os.stat(file.file)
        except OSError:
            return await checksum(file, *asked, **more)
        now = (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)
        key = (file.file, asked, tuple(sorted(more.items())))
        if key not in known or known[key][0] != now:
            known[key] = now, await checksum(file, *asked, **more)
        return known[key][1]

    return answer


def unlimited(scheduler: object) -> None:
    """Take Snakemake's own limit of 100 jobs a second off its scheduler; one asked for stays.

    To hold it Snakemake looks at all that is ready a second after each look: with every job that
    ends there is one look a second more, in the end dozens a second.
    """
    limit = scheduler.job_rate_limiter
    if limit and (limit.max_jobs, limit.timespan) == (100, 1):
        scheduler.job_rate_limiter = None


def failures(logs: Path) -> str:
    """The messages of the jobs that failed since this process began, and where their logs are."""
    said = []
    for path in sorted(logs.rglob("*.log")):
        if path.stat().st_mtime >= started - 1:
            text = path.read_text("utf-8", errors="replace").rstrip()
            if text.startswith("labcohort: "):
                said.append(f"{text}\n  log:   {path}")
    return "\n\n".join(said)


def mark_earlier(results: Path, failed: bool) -> None:
    """Say beside what people read that it is of an earlier run, after one that failed; or no more.

    A run that stops at the validation leaves what the run before it made.
    """
    for folder in (results / part for part in ("report", "tables", "figures")):
        note = folder / EARLIER
        if not failed:
            note.unlink(missing_ok=True)
        elif folder.is_dir() and any(path.name != EARLIER for path in folder.iterdir()):
            # on a full disk its name says it
            with suppress(OSError):
                note.write_text(
                    "The last run failed. The files here are of an earlier run, and not of the"
                    " data and settings as they are now.\n",
                    encoding="utf-8",
                )


def stale(results: Path, metadata: Path, made: Callable[[str], bool]) -> list[Path]:
    """Files below `results` that a run recorded as its own, and that no rule makes any more: those
    of a site, cohort, figure or batch that is gone; and the logs of their jobs. What people put
    there has no record."""
    # every run looks: names first, which cost nothing, and the disk for the few that are left
    left = (path for path in sorted(results.rglob("*")) if not made(str(path)))
    files = [path for path in left if path.is_file()]
    return [f for f in files if results / "logs" in f.parents or _record(metadata, f).exists()]


def remove(files: list[Path], metadata: Path) -> int:
    """Take the files away, their records, and folders that are then empty; how many they were."""
    for path in files:
        path.unlink(missing_ok=True)
        _record(metadata, path).unlink(missing_ok=True)
        for folder in path.parents[:-2]:
            if not any(folder.iterdir()):
                folder.rmdir()
    return len(files)


def _record(metadata: Path, file: Path) -> Path:
    """Where Snakemake keeps its record of an output file."""
    return metadata / urlsafe_b64encode(str(file).encode()).decode()


def refuse_unrecorded(results: Path, metadata: Path) -> None:
    """Refuse results that Snakemake has no records of: it would call stale files up to date."""
    made = any(results.glob("ingested/*/*.parquet"))
    # a run that was killed in its first jobs has left marks of what is incomplete, and no record
    kept = (metadata, metadata.with_name("incomplete"))
    recorded = any(folder.is_dir() and any(folder.iterdir()) for folder in kept)
    if made and not recorded:
        raise UserError(
            "there are results, but Snakemake's records of how they were made are gone",
            where=f"{results}/ and {metadata}/",
            rule="without its records a change of settings or code would go unseen",
            do=f"remove or rename {results}/ and run again: all is made anew",
        )


def refuse_cache(asked: bool) -> None:
    """Refuse Snakemake's cache between workflows where it is asked for (`--cache`)."""
    if asked:
        raise UserError(
            "--cache: no result goes into a store that workflows share",
            where="the command line, or the profile that it names",
            rule="Snakemake's store has a key that leaves out wildcards and imported code, and it"
            " can be written by everybody: it would hold patients' data, and could serve those"
            " of another study",
            do="run without --cache: what is unchanged is not run again in any case",
        )


def refuse_unwritable(*folders: Path) -> None:
    """Refuse folders that a run cannot write to, made where they are missing."""
    for folder in folders:
        try:
            folder.mkdir(exist_ok=True)
            if not os.access(folder, os.W_OK):
                sealed = os.statvfs(folder).f_flag & os.ST_RDONLY
                raise OSError(errno.EROFS if sealed else errno.EACCES, "", str(folder))
        except OSError as error:
            raise refused(error, str(folder)) or error from error


def open_gates(results: Path, artefacts: dict[str, list[str]]) -> None:
    """Take away the gate file of each stage that lacks an artefact, as after a failed run.

    Snakemake does not remake a missing intermediate file whose consumers are there: without
    this, the run after a failed one would find "nothing to be done".
    """
    for stage, files in artefacts.items():
        if not all((results.parent / file).exists() for file in files):
            (results / stage / "done").unlink(missing_ok=True)
