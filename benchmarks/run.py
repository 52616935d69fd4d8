"""Time and memory of the workflow, stage by stage, beside Polars reading the same file.

    python benchmarks/run.py 300 10000 [100000 1000000] [--directory DIRECTORY]
                            [--limit SECONDS] [--memory MIB]

For each N: a study of N patients is made (once; kept in DIRECTORY), then in the same run Polars
reads its results, the workflow runs cold and once more without work, and the peers compute the
same comparisons where they are installed, with numbers that must agree. Ratios of one run are the
figures to compare: walls vary with what else the machine does. DIRECTORY gets benchmark.json and
benchmark.md.
"""

import argparse
import json
import shlex
import shutil
import sys
from hashlib import sha256
from pathlib import Path

import psutil

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from benchmarks.agreement import TOLERANCE, largest_difference  # noqa: E402
from benchmarks.report import as_markdown  # noqa: E402
from benchmarks.running import Limits, run  # noqa: E402

STAGES = "ingest", "harmonise", "derive", "cohorts", "quality", "compare", "assess", "publish"
# persons of a bucket: some 4 million cells, which a job holds at a time
BUCKET = 45_500
PEERS_PYTHON = HERE / ".venv" / "bin" / "python"

# the workflow starts its jobs with the Python that it runs in itself
START = "import sys; sys.executable = sys.argv.pop(1); from snakemake.cli import main; main()"


def benchmark(
    patients: int, study: Path, home: Path, peers_python: Path, cores: int, limits: Limits
) -> dict:
    """All measures of a study of so many patients; it is made where it is not there."""
    make(patients, study)
    results = study / "data" / "results.csv"
    read = run([sys.executable, HERE / "peers/polars_read.py", results], study / "read.txt", limits)
    rows = [{"what": "Polars reading", **read.numbers()}]
    buckets = -(-patients // BUCKET)
    rows += workflow(study, home, cores, buckets, limits)
    rows += peers(study, peers_python, limits)
    for row in rows:
        row["ratio"] = row["wall"] / read.wall if "wall" in row else None
    size = results.stat().st_size
    return {"patients": patients, "bytes": size, "buckets": buckets, "rows": rows}


def make(patients: int, study: Path) -> None:
    """Generate the study, unless the same generator has made it before."""
    sources = [HERE / "generate.py", HERE / "population.py", *sorted((HERE / "study").rglob("*.*"))]
    made_by = [patients, *(sha256(path.read_bytes()).hexdigest() for path in sources)]
    stamp = study / "made_by.json"
    if stamp.exists() and json.loads(stamp.read_text("utf-8")) == made_by:
        return
    shutil.rmtree(study, ignore_errors=True)
    study.mkdir(parents=True)
    run([sys.executable, HERE / "generate.py", patients, study], study / "made.txt").or_fail()
    stamp.write_text(json.dumps(made_by), encoding="utf-8")


def workflow(study: Path, home: Path, cores: int, buckets: int, limits: Limits) -> list[dict]:
    """A cold run, stage by stage and in all, and a run without work."""
    for old in ("results", ".snakemake"):
        shutil.rmtree(study / old, ignore_errors=True)
    measures = study / "measures.jsonl"
    measures.unlink(missing_ok=True)
    command = _snakemake(study, home, cores, buckets, measures)
    cold = run(command, study / "cold.txt", limits)
    if not measures.exists():
        raise SystemExit(f"the workflow ran no job: {cold.output} says why")
    jobs = [json.loads(line) for line in measures.read_text("utf-8").splitlines()]
    rows = by_stage(jobs)
    own = {"cpu": cold.cpu - sum(job["cpu"] for job in jobs)}
    rows += [{"what": "Snakemake itself", **own}] if not cold.stopped else []
    rows.append({"what": "labcohort, cold", "jobs": len(jobs), **cold.numbers()})
    if not cold.stopped:
        cold.or_fail()
        noop = run(command, study / "noop.txt", limits).or_fail()
        rows.append({"what": "no-op", **noop.numbers()})
    return rows


def _snakemake(study: Path, home: Path, cores: int, buckets: int, measures: Path) -> list:
    """The command of a run whose jobs are measured: measure.py is what it takes for Python."""
    python = study / "measured-python"
    measure = [sys.executable, "-S", "-E", HERE / "measure.py", measures, sys.executable]
    python.write_text("#!/bin/sh\nexec " + shlex.join(map(str, measure)) + ' "$@"\n')
    python.chmod(0o755)
    arguments = ["--snakefile", home / "Snakefile", "--directory", study, "--cores", cores]
    arguments += ["--set-scatter", f"buckets={buckets}"]
    return [sys.executable, "-c", START, python, *arguments]


def by_stage(jobs: list[dict]) -> list[dict]:
    """A stage's jobs: time in which any of them ran, CPU of all, memory of the largest."""
    rows = []
    for stage in STAGES:
        of_stage = [job for job in jobs if job["name"].split("/")[0] == stage]
        if of_stage:
            row = {"what": f"  {stage}", "jobs": len(of_stage)}
            row["wall"] = _covered([(job["start"], job["start"] + job["wall"]) for job in of_stage])
            row["cpu"] = sum(job["cpu"] for job in of_stage)
            row["peak"] = max(job["peak"] for job in of_stage)
            rows.append(row)
    return rows


def _covered(spans: list[tuple[float, float]]) -> float:
    """Length of what the spans cover together."""
    covered, until = 0.0, float("-inf")
    for start, end in sorted(spans):
        covered += max(0.0, end - max(start, until))
        until = max(until, end)
    return covered


def peers(study: Path, peers_python: Path, limits: Limits) -> list[dict]:
    """What the peers took, where they are installed; SystemExit where their numbers are others."""
    commands = {
        "pandas + SciPy, statistics alone": [peers_python, HERE / "peers" / "pandas_peer.py"],
        "R, statistics alone": [shutil.which("Rscript"), HERE / "peers" / "peer.R"],
    }
    comparisons = study / "results" / "restricted" / "comparisons.csv"
    rows = []
    for what, command in commands.items():
        if not command[0] or not Path(command[0]).exists():
            rows.append({"what": what, "note": "not installed"})
            continue
        out = study / f"{Path(command[1]).stem}.csv"
        files = [study / "data" / "results.csv", study / "data" / "patients.csv", out]
        took = run([*command, *files], out.with_suffix(".txt"), limits)
        row = {"what": what, **took.numbers()}
        if not took.stopped:
            took.or_fail()
        if not took.stopped and comparisons.exists():  # the workflow may have been stopped
            row["difference"] = largest_difference(out, comparisons)
            if row["difference"] > TOLERANCE:
                raise SystemExit(f"{what}: a number differs by {row['difference']:.1e} (relative)")
        rows.append(row)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("patients", type=int, nargs="+")
    parser.add_argument("--directory", type=Path, default=HERE / "results")
    parser.add_argument("--home", type=Path, default=HERE.parent, help="the workflow")
    parser.add_argument("--peers-python", type=Path, default=PEERS_PYTHON)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--limit", type=float, default=3600, help="seconds a program may take")
    memory = psutil.virtual_memory().available / 2**20
    parser.add_argument("--memory", type=float, default=0.7 * memory, help="MiB it may take")
    given = parser.parse_args()
    directory = given.directory.resolve()
    home, peers_python = given.home.absolute(), given.peers_python.absolute()
    limits = Limits(given.limit, given.memory)
    measured = []
    for patients in given.patients:
        study = directory / str(patients)
        measured.append(benchmark(patients, study, home, peers_python, given.cores, limits))
        (directory / "benchmark.json").write_text(json.dumps(measured, indent=1), encoding="utf-8")
        (directory / "benchmark.md").write_text(as_markdown(measured), encoding="utf-8")
        print(as_markdown(measured[-1:]), flush=True)


if __name__ == "__main__":
    main()
