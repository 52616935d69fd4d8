"""Why jobs will run, or why a result is up to date, in words."""

import time
from collections.abc import Iterable

from labcohort.why.jobs import Job
from labcohort.why.settings import changed_code, changed_settings

# so many names of a list are said
SHOWN = 3
# jobs whose input are raw files, which their settings name
READERS = ("ingest", "delivery")


def in_words(jobs: list[Job], target: str | None) -> list[str]:
    """What the next run does of `jobs`, the last of which make the `target` (None: all)."""
    due = [job for job in jobs if job.due]
    lines = [line for job in due for line in [job.name, *_reasons(job), ""]]
    unsure = [job for job in jobs if not job.due and job.unrecorded]
    lines += [line for job in unsure for line in [job.name, *_unrecorded(job), ""]]
    if not due:
        what = f"{target} is" if target else f"all {len(jobs)} jobs are"
        return [*lines, f"{what} up to date", *(_up_to_date(jobs) if target else [])]
    of = f"{len(due)} of {len(jobs)} jobs" + (f" down to {target}" if target else "")
    return [*lines, f"the next run does {of}, at most: what comes out unchanged stops there"]


def _reasons(job: Job) -> list[str]:
    """Why a job will run, a line each."""
    found = [("missing", _some(job.missing))] if job.missing else []
    if job.incomplete:
        found.append(("incomplete", f"{_some(job.incomplete)}: a run was stopped"))
    if job.was and not job.unrecorded:
        found += [("setting", line) for line in changed_settings(job.was, job.now)]
        found += [("code", line) for line in changed_code(job.was, job.now)]
    if job.other_command:
        found.append(("code", f"the command of rule {job.rule}"))
    if not job.rule.startswith(READERS):
        sides = (("an input more: ", job.new_inputs), ("an input less: ", job.gone_inputs))
        found += [("input", f"{said}{_some(files)}") for said, files in sides if files]
    if job.newer:
        found.append(("input", f"changed since: {_some(job.newer)}"))
    for name, files in job.after.items():
        found.append(("input", f"{name} runs, and may change {_some(files, 1)}"))
    return [f"  {kind:<11}{line}" for kind, line in found] + _unrecorded(job)


def _unrecorded(job: Job) -> list[str]:
    """That some of a job's outputs have no record."""
    if not job.unrecorded:
        return []
    return [
        f"  {'record':<11}gone of {_some(job.unrecorded)}: changed settings or code go unseen;"
        " remove the file to have it made anew"
    ]


def _up_to_date(jobs: list[Job]) -> list[str]:
    """What a result that stays as it is was made of, by the last of `jobs`."""
    own = jobs[-1]
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(own.made)) if own.made else "?"
    # who sends a file a person names it after the person
    files = "its raw files" if own.rule.startswith(READERS) else _some(own.contents)
    code = own.now["code"]
    packages = ", ".join(f"{name} {version}" for name, version in sorted(code["packages"].items()))
    above = f"; so are the {len(jobs) - 1} jobs above it" if len(jobs) > 1 else ""
    return [
        f"  {'made':<11}by {own.name}, {when}",
        f"  {'of':<11}{files}",
        f"  {'by':<11}{len(code['modules'])} modules; {packages}",
        f"  {'unchanged':<11}its settings, code and inputs are the recorded ones{above}",
    ]


def _some(names: Iterable[str], shown: int = SHOWN) -> str:
    """The first of some names, and how many there are more."""
    names = list(names)
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more
