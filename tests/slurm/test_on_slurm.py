"""The demo registry on a real Slurm of one node, held against the local run.

What ran there is what Slurm's own accounting says (sacct), what should have run is Snakemake's plan
of a local run, and the results are the local run's, byte by byte.
"""

import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.running import HOME, digests, make_demo, snakemake
from tests.slurm import cluster

pytestmark = pytest.mark.slurm

# an environment of its own: the plugin brings pandas, which Pandera takes for a wish
PYTHON = HOME / ".venv" / "slurm" / "bin" / "python"
LONGEST = 900  # seconds that a run may take
# too little even for the two Snakemake processes of a job, then enough
STARVED = "cohorts:mem_mb=60 if attempt == 1 else 1000"


@dataclass(frozen=True)
class Job:
    """A line of Slurm's accounting."""

    rule: str
    state: str
    memory: str


@pytest.fixture(scope="module")
def slurm() -> Iterator[Path]:
    """A cluster that is up; where its files are."""
    if not PYTHON.exists():
        pytest.skip("NO SLURM TEST: no environment with the plugin (make test-slurm makes it)")
    if reason := cluster.why_not():
        pytest.skip(f"NO SLURM TEST: {reason}")
    home = Path(mkdtemp(prefix="slurm-", dir="/tmp"))  # sockets need a short path
    try:
        told("up", home)
        yield home
    finally:
        told("down", home)
        left = [path for path in Path("/proc").glob("[0-9]*/environ") if _names(path, home)]
        shutil.rmtree(home)
    assert not left and not cluster.LINK.is_symlink(), "the cluster left something behind"


def told(word: str, home: Path) -> None:
    """The cluster is brought up or down."""
    command = [sys.executable, cluster.__file__, word, str(home)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _names(environ: Path, home: Path) -> bool:
    """Whether a process that is still there was started as one of the cluster."""
    try:
        return f"SLURM_CONF={home}/".encode() in environ.read_bytes()
    except OSError:  # gone between the list and the look
        return False


@pytest.fixture(scope="module")
def planned(tmp_path_factory) -> Counter:
    """Jobs by rule in Snakemake's plan of a local run, without those that the main process does."""
    study = make_demo(tmp_path_factory.mktemp("planned"))
    code, text = snakemake(study, "--dry-run")
    assert code == 0, text
    table = re.search(r"^Job stats:\n.*\n-.*\n((?:\w+ +\d+\n)+)", text, re.MULTILINE)
    jobs = Counter({line.split()[0]: int(line.split()[1]) for line in table[1].splitlines()})
    local = re.compile(r"all|total|contents|provenance|crate|\w+_gate")
    return Counter({rule: n for rule, n in jobs.items() if not local.fullmatch(rule)})


@contextmanager
def running(study: Path, *arguments: str) -> Iterator[subprocess.Popen]:
    """A run of the study on the cluster, with its output in a file beside the study.

    It is stopped where the test has not waited for its end.
    """
    command = [str(PYTHON), "-m", "snakemake", "--snakefile", str(HOME / "Snakefile")]
    command += ["--directory", str(study), "--workflow-profile", str(HOME / "profiles" / "slurm")]
    # the default of 40 s is for clusters that others use too
    command += ["--slurm-init-seconds-before-status-checks", "5", *arguments]
    with said_by(study).open("ab") as output:
        process = subprocess.Popen(
            # a shell that starts tests in the background makes them deaf to INT
            ["env", "--default-signal=INT", f"XDG_CACHE_HOME={study.parent}", *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=study.parent,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(120)


def said_by(study: Path) -> Path:
    return study.with_name(f"{study.name}.output.txt")


def recorded(study: Path) -> list[Job]:
    """What Slurm's accounting has of the study's jobs, in the order in which they came."""
    fields = "--format=WorkDir%300,Comment%300,State%30,ReqMem"
    done = subprocess.run(
        ["sacct", "--allocations", "--noheader", "--parsable2", "--delimiter=\t", fields],
        capture_output=True,
        text=True,
        check=True,
    )
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    return [
        Job(comment.removeprefix("rule_").partition("_wildcards_")[0], state.split()[0], memory)
        for folder, comment, state, memory in rows
        if folder == str(study)
    ]


def completed(study: Path) -> Counter:
    return Counter(job.rule for job in recorded(study) if job.state == "COMPLETED")


def in_queue(rule: str) -> list[str]:
    """Numbers of the jobs of a rule that run now."""
    command = ["squeue", "--noheader", "--states=RUNNING", "--format=%i %k"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    rows = [line.split() for line in done.stdout.splitlines()]
    return [row[0] for row in rows if row[1:] and row[1].startswith(f"rule_{rule}")]


def awaited(holds: Callable[[], object], process: subprocess.Popen, study: Path):
    """What `holds` answers once it is true; the run must still be at work."""
    while not (answer := holds()):
        assert process.poll() is None, said_by(study).read_text("utf-8")
        time.sleep(0.2)
    return answer


def test_a_cluster_that_is_up_stays_as_it_is(slurm):
    def processes() -> dict[str, str]:
        return {path.name: path.read_text("utf-8") for path in slurm.glob("*.pid")}

    before = processes()
    assert {"munged.pid", "mariadbd.pid", "slurmdbd.pid", "slurmctld.pid"} <= before.keys()
    told("up", slurm)
    assert processes() == before


@pytest.fixture(scope="module")
def ran_there(slurm, tmp_path_factory) -> Path:
    """The demo, run on the cluster with one rule that gets too little memory at first."""
    study = make_demo(tmp_path_factory.mktemp("there"))
    with running(study, "--set-resources", STARVED) as process:
        assert process.wait(LONGEST) == 0, said_by(study).read_text("utf-8")
    return study


def test_every_job_ran_on_the_cluster_and_none_in_vain(ran_there, planned):
    assert completed(ran_there) == planned
    # a job that fails and does better the second time costs its time, and hides a fault
    failed = [job.rule for job in recorded(ran_there) if job.state != "COMPLETED"]
    assert failed == ["cohorts"]


def test_the_results_are_those_of_a_local_run(ran_there, demo):
    assert digests(ran_there) == digests(demo)


def test_a_job_that_was_killed_for_memory_is_retried_with_more(ran_there):
    first, second = [job for job in recorded(ran_there) if job.rule == "cohorts"]
    assert (first.memory, second.memory) == ("60M", "1000M")
    assert second.state == "COMPLETED"
    # Slurm's own words, in the log that is kept of a job that failed
    (log,) = (ran_there / ".snakemake" / "slurm_logs" / "rule_cohorts").rglob("*.log")
    assert re.search(r"[Ee]xceeded .*memory limit", log.read_text("utf-8"))


def test_every_job_asks_for_memory_and_time(ran_there):
    """Without them a job gets a node's whole memory, or is refused."""
    said = said_by(ran_there).read_text("utf-8")
    assert "No wall time information given" not in said
    assert "No job memory information" not in said
    asked = [int(job.memory.rstrip("M")) for job in recorded(ran_there)]
    # two Snakemake processes live in each job (the planted 60 MB apart)
    assert min(sorted(asked)[1:]) >= 300
    assert max(asked) < cluster.MEMORY_MB


def test_a_run_that_was_stopped_cancels_its_jobs_and_resumes(slurm, planned, demo, tmp_path):
    study = make_demo(tmp_path / "study")
    with running(study) as process:
        awaited(lambda: in_queue("derive"), process, study)
        process.send_signal(signal.SIGINT)
        assert process.wait(120) != 0
    states = {job.state for job in recorded(study)}
    assert "CANCELLED" in states and not states & {"RUNNING", "PENDING"}
    assert completed(study)["ingest"] == planned["ingest"] > 0

    # by sacct the plugin waits for ever for a job that was cancelled alone ("CANCELLED by 0")
    with running(study, "--slurm-status-command", "squeue") as process:
        (number, *_) = awaited(lambda: in_queue("compare"), process, study)
        subprocess.run(["scancel", number], check=True)
        assert process.wait(LONGEST) == 0, said_by(study).read_text("utf-8")
    assert digests(study) == digests(demo)
    # what was done before was not done again; the lost job was
    done = completed(study)
    assert done["ingest"] == planned["ingest"] and done >= planned
    lost = [job.rule for job in recorded(study) if job.state == "CANCELLED"][-1]
    assert lost.startswith("compare") and done[lost] == planned[lost] > 0
