"""Who works in a study's directory, by locks of the system, which end with their process.

Snakemake's own locks stay after a kill or a power cut and say nothing of whose they were.
"""

import fcntl
import socket
import sys
from pathlib import Path
from typing import IO

RUNS, JOBS = "labcohort.runs", "labcohort.jobs"


def enter(folder: Path) -> IO | None:
    """Be known as a run for as long as the file that this gives is open; where no other run is
    alive, wait for the jobs that a killed one left, and take its Snakemake locks away.

    `folder` is Snakemake's. Locks of a run on another host are left alone: some network file
    systems keep the system's locks to one host. None where the file system has no locks.
    """
    try:
        folder.mkdir(exist_ok=True)
        runs = (folder / RUNS).open("a+", encoding="utf-8")
        if _taken(runs, fcntl.LOCK_EX):
            _wait_for_jobs(folder)
            _take_over(folder, runs)
        fcntl.flock(runs, fcntl.LOCK_SH)
    except OSError:
        return None
    return runs


def work(folder: Path) -> IO | None:
    """Be known as a job for as long as the file that this gives is open: a run after one that was
    killed waits for it. None where it was started by hand, or the file system has no locks."""
    try:
        jobs = (folder / JOBS).open("a", encoding="utf-8")
        fcntl.flock(jobs, fcntl.LOCK_SH)
    except OSError:
        return None
    return jobs


def _taken(file: IO, kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait_for_jobs(folder: Path) -> None:
    """Wait until no job is alive: a late one would write over what this run makes."""
    with (folder / JOBS).open("a", encoding="utf-8") as jobs:
        if not _taken(jobs, fcntl.LOCK_EX):
            print("labcohort: waiting for the jobs of a run that was killed", file=sys.stderr)
            fcntl.flock(jobs, fcntl.LOCK_EX)


def _take_over(folder: Path, runs: IO) -> None:
    """Take away what a dead run of this host locked; from now on what is locked is of this host."""
    locks = list(folder.glob("locks/*.lock"))
    runs.seek(0)
    if locks and runs.read() != socket.gethostname():
        return
    for lock in locks:
        lock.unlink()
    runs.truncate(0)
    runs.write(socket.gethostname())
    runs.flush()
