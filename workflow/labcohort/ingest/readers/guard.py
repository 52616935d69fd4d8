"""Read a file in a child process with limits, where compiled code meets unchecked bytes."""

import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

from labcohort.errors import UserError
from labcohort.ingest.readers.limits import check_row
from labcohort.ingest.readers.table import Area, Row, Table

# address space of a reader in a child process, in bytes
CHILD_MEMORY = 8 << 30
# seconds that it may take until it hands over its next rows: on the processor, and by the clock
# (for one that waits for itself)
CHILD_CPU = 300
CHILD_SILENCE = 900
# rows go to the parent in batches of so many cells or characters
BATCH_CELLS = 50_000
BATCH_TEXT = 4 << 20
# ASCII's record and unit separators
ROW_END, CELL_END = "\x1e", "\x1f"

# what a child runs; the parent's places of modules, for it may have been started in any way
_CHILD = """
import json, sys
job = json.load(sys.stdin)
sys.path[:] = job["modules"]
from labcohort.ingest.readers.guard import run_child
run_child(job)
"""


def isolated(
    function: Callable[[Path, str, dict], Iterator[Table]], path: Path, name: str, how: dict
) -> Iterator[Table]:
    """Tables that `function(path, name, how)` gives, read in a child process with limits.

    For readers whose compiled code meets bytes that nobody has checked. `function` stands at the
    top level of a module; `how` is plain JSON. Rows stream; each is held to `check_row`. A
    UserError of the child arrives as itself. UserError too where the child crashes, fails, or
    goes over CHILD_MEMORY, CHILD_CPU or CHILD_SILENCE.
    """
    ours, theirs = os.pipe()
    job = {
        "modules": sys.path,
        "entry": [function.__module__, function.__name__],
        "arguments": [str(path), name, how],
        "pipe": theirs,
    }
    with open(ours, "rb") as pipe:
        try:
            child = subprocess.Popen(
                # -I: a module in the working directory, a study's, stands for none of ours
                [sys.executable, "-I", "-c", _CHILD],
                stdin=subprocess.PIPE,
                # a library's complaint may show a raw value
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs],
                # a thread for each processor takes address space, and there is little to share
                env=os.environ | {"POLARS_MAX_THREADS": "2", "MALLOC_ARENA_MAX": "2"},
            )
        finally:
            os.close(theirs)
        try:
            # a child that is dead already is found so below
            with suppress(BrokenPipeError), child.stdin as instructions:
                instructions.write(json.dumps(job).encode())
            yield from _received(pipe, child, name, how["type"])
        finally:
            child.kill()
            child.wait()


def _received(pipe: BinaryIO, child: subprocess.Popen, name: str, kind: str) -> Iterator[Table]:
    """Tables from the child's messages: data alone, for pickles from it could run code."""
    messages = (json.loads(line) for line in pipe if line.endswith(b"\n"))
    waiting = None  # the table that follows

    def rows() -> Iterator[Row]:
        nonlocal waiting
        for word, *content in messages:
            if word == "rows":
                numbers, size = content
                body = pipe.read(size)
                if len(body) < size:
                    break
                yield from zip(numbers, _unpacked(body), strict=True)
            elif word == "refused":
                raise UserError(content[0], where=content[1], rule=content[2], do=content[3])
            elif word == "failed":
                raise _unreadable(name, kind, content[0])
            else:
                waiting = None if word == "end" else _announced(*content, rows())
                return
        raise _unreadable(name, kind, _death(child.wait()))

    for _ in rows():
        raise AssertionError("rows before the first table")
    while waiting is not None:
        table, waiting = waiting, None
        yield table
        for _ in table.rows:
            pass


def _announced(sheet: str | None, merged: list[list[int]], rows: Iterator[Row]) -> Table:
    return Table(sheet, rows, tuple(Area(*area) for area in merged))


def _unreadable(name: str, kind: str, why: str) -> UserError:
    return UserError(
        f"the file cannot be read as {kind}: {why}",
        where=name,
        rule=f"a reader has {CHILD_MEMORY >> 30} GiB of memory, and {CHILD_CPU} s for its next"
        " rows",
        do="open the file in the program that wrote it and save it again; check format > type",
    )


def _death(code: int) -> str:
    """How a child ended that did not say so itself."""
    if code == -signal.SIGXCPU or code == -signal.SIGALRM:
        return "its reader came to no end"
    return f"its reader broke off ({f'signal {-code}' if code < 0 else f'exit code {code}'})"


def run_child(job: dict) -> None:
    """The child's side of `isolated`: read under limits and send what is read."""
    _limit(CHILD_MEMORY)
    with open(job["pipe"], "wb") as pipe:

        def send(*message: object, body: bytes = b"") -> None:
            signal.setitimer(signal.ITIMER_REAL, 0)  # the parent may take its time
            pipe.write(json.dumps(message).encode() + b"\n" + body)
            pipe.flush()
            _wind_up()

        try:
            _wind_up()
            module, function = job["entry"]
            path, name, how = job["arguments"]
            read = getattr(import_module(module), function)
            for table in read(Path(path), name, how):
                send("table", table.sheet, table.merged)
                for batch in _batches(table.rows, name):
                    body = _packed([cells for _, cells in batch])
                    send("rows", [number for number, _ in batch], len(body), body=body)
            send("end")
        except UserError as error:
            send("refused", error.what, error.where, error.rule, error.do)
        except BaseException as error:  # a panic of Rust is no Exception
            send("failed", _fault(error))


def _batches(rows: Iterator[Row], name: str) -> Iterator[list[Row]]:
    batch, cells, size = [], 0, 0
    for row in rows:
        batch.append(row)
        size += check_row(*row, name)
        cells += len(row[1])
        if cells > BATCH_CELLS or size > BATCH_TEXT:
            yield batch
            batch, cells, size = [], 0, 0
    if batch:
        yield batch


def _packed(rows: list[list[str]]) -> bytes:
    """Rows as bytes: joined by separators where no cell has them (JSON costs five times that)."""
    text = ROW_END.join([CELL_END.join(cells) for cells in rows])
    ends = (len(rows) - 1, sum(map(len, rows)) - len(rows))
    if all(rows) and (text.count(ROW_END), text.count(CELL_END)) == ends:
        return b"T" + text.encode("utf-8", "surrogatepass")
    return b"J" + json.dumps(rows).encode()


def _unpacked(body: bytes) -> list[list[str]]:
    if body[:1] == b"J":
        return json.loads(body[1:])
    text = body[1:].decode("utf-8", "surrogatepass")
    return [row.split(CELL_END) for row in text.split(ROW_END)]


def _fault(error: BaseException) -> str:
    """An error's kind and where it arose, without its text, which may be a person's."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(frame.filename).name}, line {frame.lineno}"


def _limit(memory: int) -> None:
    """Limit the address space; write no memory to disk at a crash."""
    try:
        import resource
    except ImportError:
        return
    for limit, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0)):
        _lower(limit, most)


def _wind_up() -> None:
    """Give the reader its seconds until the next rows."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, CHILD_SILENCE)
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _lower(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + CHILD_CPU)


def _lower(limit: int, most: int) -> None:
    """Set a soft limit, under a hard one that may be lower."""
    import resource

    hard = resource.getrlimit(limit)[1]
    try:
        soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (soft, hard))
    except (ValueError, OSError):
        pass  # macOS knows the limit but may not set it
