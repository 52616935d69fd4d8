"""The canonical text of a job: all that its result depends on besides its input."""

from collections.abc import Sequence
from pathlib import Path

from labcohort.provenance import Code, canonical_json

JOBS = "labcohort.jobs"


def job_text(code: Code, *jobs: tuple[str, str, dict], files: Sequence[Path] = ()) -> str:
    """The canonical JSON of jobs (stage, key, settings) that one process does in turn, with a
    digest of all code that they run.

    `modules` of a job's settings are imported by name; `files` are those of ours that are read,
    templates.
    """
    adapters = dict.fromkeys(f"{JOBS}.{stage}" for stage, _, _ in jobs)
    named = dict.fromkeys(name for _, _, told in jobs for name in told.get("modules", ()))
    digest = code.digest("__main__", *adapters, *named, files=tuple(files))
    said = [{"stage": stage, "key": key, "settings": told} for stage, key, told in jobs]
    return canonical_json({"jobs": said, "code": digest})
