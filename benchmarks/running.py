"""Run a program and say what it took: wall, CPU and peak memory of all its processes."""

import os
import resource
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

import psutil

EVERY = 0.2  # seconds between two looks at the memory


@dataclass(frozen=True)
class Limits:
    """Where a program is stopped: s of wall, MiB of memory of all its processes."""

    seconds: float = 3600
    memory: float = float("inf")


@dataclass(frozen=True)
class Took:
    """What a program took: s of wall and CPU, MiB of memory at the peak of all its processes.

    The memory is the largest sum of resident memory seen at looks EVERY seconds apart, or the
    kernel's figure for the largest of the processes; what processes share counts in each.
    `stopped` says at which limit the program was stopped, if any.
    """

    wall: float
    cpu: float
    peak: float
    code: int
    stopped: str
    output: Path

    def numbers(self) -> dict:
        """The measures, with a note where the program did not end by itself."""
        measured = {"wall": self.wall, "cpu": self.cpu, "peak": self.peak}
        return measured | ({"note": self.stopped} if self.stopped else {})

    def or_fail(self) -> "Took":
        """The same; SystemExit where the program failed."""
        if self.code:
            raise SystemExit(f"{self.output.name} failed:\n{self.output.read_text('utf-8')}")
        return self


def run(command: list, output: Path, limits: Limits = Limits()) -> Took:
    """Run the command in the folder of `output`, where what it prints goes; stop it at a limit.

    It runs in a session of its own, and is stopped with all that it has started.
    """
    start = time.monotonic()
    with output.open("wb") as file:  # a file, never a pipe: one closed early hangs Snakemake
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            cwd=output.parent,
            start_new_session=True,
        )
        watch = _Watch(process.pid, start, limits)
        watch.start()
        try:
            _, status, used = os.wait4(process.pid, 0)
        except KeyboardInterrupt:
            _stop(process.pid)
            raise
        finally:
            wall = time.monotonic() - start
            watch.ended.set()
            watch.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    cpu = used.ru_utime + used.ru_stime
    peak = max(watch.peak, _largest(used.ru_maxrss))
    return Took(wall, cpu, peak, process.returncode, watch.stopped, output)


def _largest(counted: int) -> float:
    """MiB of a program's largest process, of the kernel's count (KiB); 0 where that is not its own.

    Linux starts the count of a program at the most that the process which started it ever held.
    """
    ours = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return counted / 1024 if counted > ours else 0.0


class _Watch(Thread):
    """Notes the largest memory of a program until it ends, and stops it at a limit."""

    def __init__(self, pid: int, start: float, limits: Limits):
        super().__init__(daemon=True)
        self.pid, self.start_time, self.limits = pid, start, limits
        self.peak, self.stopped, self.ended = 0.0, "", Event()

    def run(self) -> None:
        while not self.ended.wait(EVERY):
            memory = _resident(self.pid) / 2**20
            self.peak = max(self.peak, memory)
            if memory > self.limits.memory:
                self.stopped = f"stopped at {self.limits.memory:,.0f} MiB"
            elif time.monotonic() - self.start_time > self.limits.seconds:
                self.stopped = f"stopped after {self.limits.seconds:,.0f} s"
            if self.stopped:
                return _stop(self.pid)


def _resident(pid: int) -> int:
    """Bytes of resident memory of a process and of all below it."""
    total = 0
    with suppress(psutil.NoSuchProcess):  # it ended meanwhile
        program = psutil.Process(pid)
        for process in [program, *program.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                total += process.memory_info().rss
    return total


def _stop(pid: int) -> None:
    """Kill a program and all that it has started."""
    with suppress(psutil.NoSuchProcess):
        program = psutil.Process(pid)
        # the program first: it would start others
        for process in [program, *program.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                process.kill()
