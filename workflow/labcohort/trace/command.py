"""The command: the pairs behind a comparison, each value with its place in the raw files."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from labcohort.errors import UserError, unknown
from labcohort.memory import Memory
from labcohort.provenance import Code
from labcohort.settings.stages import compare
from labcohort.study.load import Study, load_study
from labcohort.study.names import BASELINE, ROLES
from labcohort.trace.behind import Behind
from labcohort.trace.pairs import agreement, pairs_of
from labcohort.trace.words import as_table, as_text, heading, lines_of_pairs
from labcohort.why.command import down_to
from labcohort.why.jobs import study_jobs

USAGE = (
    "python workflow trace MARKER COHORT TIMEPOINT [--profile PROFILE] [--study DIRECTORY]"
    " [--csv FILE]"
)
RESTRICTED = "results/restricted"


@dataclass(frozen=True)
class Asked:
    """What the command line asks for."""

    marker: str
    cohort: str
    timepoint: str
    profile: str | None
    directory: Path
    csv: Path | None


def trace(arguments: list[str], home: Path) -> int:
    """Print it, or write it; exit code 0, or 1 for a mistake or pairs that do not agree."""
    try:
        asked = _asked(arguments)
        study = _study(asked.directory, home)
        planned = _planned(study, asked)
        panel = study.marker(asked.marker)["panel"]
        _check_access(asked.directory)
        if asked.csv:
            _check_restricted(asked)
        _check_made(asked.directory, home, panel)
        return _say(asked, study, planned, panel)
    except UserError as error:
        print(f"labcohort: {error}", file=sys.stderr)
        return 1


def _say(asked: Asked, study: Study, planned: dict, panel: str) -> int:
    """Print or write what stands behind the comparison."""
    results = asked.directory / "results"
    pairs = pairs_of(results, study.config["buckets"], panel, planned)
    behind = Behind(study, results, pairs.get_column("person"), asked.marker)
    lines = lines_of_pairs(pairs, planned, behind)
    agrees, said = agreement(pairs, _comparison(results, panel, planned), study.config)
    print("\n".join(heading(study, planned, pairs.height, lines)))
    if asked.csv:
        as_table(lines, study.config["synthetic"]).write_csv(asked.csv)
        print(f"{len(lines)} lines written")
    else:
        print("\n".join(as_text(lines)))
    print(said)
    if not agrees:
        print(f"labcohort: {said}", file=sys.stderr)
    return 0 if agrees else 1


def _asked(arguments: list[str]) -> Asked:
    rest, options = list(arguments), {}
    for name in ("--profile", "--study", "--csv"):
        if name in rest[:-1]:
            at = rest.index(name)
            options[name] = rest[at + 1]
            del rest[at : at + 2]
    if len(rest) != 3 or any(argument.startswith("-") for argument in rest):
        raise UserError(
            "these arguments cannot be read",
            where=" ".join(["trace", *arguments]),
            rule=USAGE,
            do="name a marker, a cohort and a follow-up, as HBA1C all month_6",
        )
    csv = options.get("--csv")
    return Asked(
        *rest,
        options.get("--profile"),
        Path(options.get("--study", ".")).resolve(),
        Path(csv).resolve() if csv else None,
    )


def _study(directory: Path, home: Path) -> Study:
    memory = Memory(directory / ".snakemake" / "labcohort.json")
    return load_study(directory, home, memory, Code(home, memory))


def _planned(study: Study, asked: Asked) -> dict:
    """The comparison that is asked for: of several of a plan the first by role and profile."""
    where = f"trace {asked.marker} {asked.cohort} {asked.timepoint}"
    known = {
        "marker": [row["marker"] for row in study.tables["markers"]],
        "cohort": [row["cohort"] for row in study.tables["cohorts"]],
        "timepoint": [t for t in study.timepoints if t != BASELINE],
        "profile": list(dict.fromkeys(row["profile"] for row in study.tables["plan"])),
    }
    for kind, names in known.items():
        name = getattr(asked, kind)
        if name is not None and name not in names:
            raise unknown("follow-up" if kind == "timepoint" else kind, name, names, where)
    plan = compare(study, study.marker(asked.marker)["panel"])["plan"]
    own = [row for row in plan if row["marker"] == asked.marker]
    found = [
        row
        for row in own
        if (row["cohort"], row["timepoint"]) == (asked.cohort, asked.timepoint)
        and asked.profile in (None, row["profile"])
    ]
    if not found:
        compared = {f"{r['cohort']} {r['timepoint']} --profile {r['profile']}" for r in own}
        raise UserError(
            f"{asked.marker} is not compared in {asked.cohort} at {asked.timepoint}"
            + (f" in profile {asked.profile}" if asked.profile else ""),
            where=where,
            rule="a comparison is one that config/plan.tsv or config/post_hoc.tsv names",
            do="ask for one of these: " + (", ".join(sorted(compared)) or "none of this marker"),
        )
    profiles = known["profile"]
    return min(found, key=lambda row: (profiles.index(row["profile"]), ROLES.index(row["role"])))


def _check_access(directory: Path) -> None:
    """The results lie here, and whoever asks may read lines of single persons."""
    folder = directory / RESTRICTED
    if not folder.is_dir():
        raise UserError(
            "the study has no results",
            where=str(folder),
            rule="what stands behind a number is read from the results of a run",
            do="run the study first: snakemake --directory STUDY --cores 4",
        )
    if not os.access(folder, os.R_OK | os.X_OK):
        raise UserError(
            "the folder of what stays on the site cannot be read",
            where=str(folder),
            rule="lines of single persons are for those who may read this folder",
            do="ask whoever is in charge of the data for access, or to trace it for you",
        )


def _check_restricted(asked: Asked) -> None:
    """A file with a line of each person stays where such files are."""
    folder = asked.directory / RESTRICTED
    if not asked.csv.is_relative_to(folder.resolve()) or not asked.csv.parent.is_dir():
        raise UserError(
            "the file would not lie in the folder of what stays on the site",
            where=str(asked.csv),
            rule=f"a file with lines of single persons lies in {RESTRICTED}/",
            do=f"name a file there: --csv {RESTRICTED}/{asked.marker}.csv",
        )


def _check_made(directory: Path, home: Path, panel: str) -> None:
    """The comparisons are those that the next run would make, and so is all above them."""
    target = f"results/comparisons/{panel}.parquet"
    jobs, _ = down_to(study_jobs(directory, home), target)
    due = sorted({job.name for job in jobs if job.due})
    if due:
        raise UserError(
            "the results are missing, or not of the configuration, code and files as they are now",
            where=f"{target}; to be done: {', '.join(due[:6])}" + (" …" if due[6:] else ""),
            rule="a number is traced through the results of one finished run",
            do=f"run the study again; python workflow why {target} says what changed",
        )


def _comparison(results: Path, panel: str, planned: dict) -> dict:
    """The primary test's row of the comparison."""
    keys = ("profile", "family", "marker", "cohort", "timepoint")
    rows = pl.read_parquet(results / "comparisons" / f"{panel}.parquet")
    own = [pl.col(key) == planned[key] for key in keys]
    return rows.filter(*own, pl.col("primary")).row(0, named=True)
