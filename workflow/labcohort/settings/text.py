"""The canonical text of a job: all that its result depends on besides its input."""

from collections.abc import Sequence
from pathlib import Path

from labcohort.provenance import Code, canonical_json

JOBS = "labcohort.jobs"


def job_text(
    code: Code,
    stage: str,
    key: str,
    settings: dict,
    modules: Sequence[str] = (),
    files: Sequence[Path] = (),
) -> str:
    """The canonical JSON of a job: its stage, key, settings, and a digest of all code it runs.

    `modules` are those that the job imports by name, `files` those of ours that it reads.
    """
    digest = code.digest("__main__", f"{JOBS}.{stage}", *modules, files=tuple(files))
    return canonical_json({"stage": stage, "key": key, "settings": settings, "code": digest})
