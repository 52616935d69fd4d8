"""The command: say why the next run would make a result anew, or why it is up to date."""

import sys
from pathlib import Path

from labcohort.errors import UserError, nearest
from labcohort.why.jobs import Job, study_jobs
from labcohort.why.words import in_words

USAGE = "python workflow why [RESULT|RULE] [--study DIRECTORY]"


def why(arguments: list[str], home: Path) -> int:
    """Print it; exit code 0, or 1 for a mistake in the study or the arguments."""
    here = Path.cwd()
    try:
        target, directory = _options(arguments)
        jobs = study_jobs(directory.resolve(), home)
        lines = in_words(*down_to(jobs, target, here, directory))
    except UserError as error:
        print(f"labcohort: {error}", file=sys.stderr)
        return 1
    print("\n".join(lines))
    return 0


def down_to(
    jobs: list[Job], target: str | None, here: Path = Path(), directory: Path = Path()
) -> tuple[list[Job], str | None]:
    """The jobs that make the target, a file or a rule, and those above them; and its name.

    A path may also be one from `here` into the study's `directory`.
    """
    if target is None:
        return jobs, None
    path = (here / target).resolve()
    root = (here / directory).resolve()
    file = str(path.relative_to(root)) if path.is_relative_to(root) else target
    asked = [job for job in jobs if file in job.outputs]
    asked = asked or [job for job in jobs if target in (job.name, job.rule, _stage(job))]
    if not asked:
        known = {job.rule for job in jobs} | {file for job in jobs for file in job.outputs}
        raise UserError(
            f"nothing makes '{target}'{nearest(target, known)}",
            where=f"the rules and results of {directory}",
            rule=USAGE,
            do=f"name a file below results/, or a rule: {', '.join(sorted({*map(_stage, jobs)}))}",
        )
    wanted, needed = {id(job) for job in asked}, {f for job in asked for f in job.contents}
    for job in reversed(jobs):
        if needed & {*job.outputs}:
            wanted.add(id(job))
            needed |= {*job.contents}
    return [job for job in jobs if id(job) in wanted], file if file in asked[0].outputs else target


def _stage(job: Job) -> str:
    """What a job's rule is called without the name of its batch."""
    stages = {each["stage"] for each in job.now["jobs"]}
    return next((stage for stage in stages if job.rule.startswith(stage)), job.rule)


def _options(arguments: list[str]) -> tuple[str | None, Path]:
    rest = list(arguments)
    directory = "."
    if "--study" in rest[:-1]:
        at = rest.index("--study")
        directory = rest[at + 1]
        del rest[at : at + 2]
    if len(rest) > 1 or any(argument.startswith("-") for argument in rest):
        raise UserError(
            "these arguments cannot be read",
            where=" ".join(["why", *arguments]),
            rule=USAGE,
            do="name one result or rule, or none for all",
        )
    return (rest[0] if rest else None), Path(directory)
