"""Job `crate`: the run as a Workflow Run RO-Crate, with the workflow's rules beside it."""

import hashlib
import json
from pathlib import Path

from labcohort.crate.workflow_run import workflow_run
from labcohort.json_files import write_json
from labcohort.provenance_record.given_files import read_given

LISTS = ("read", "workflow")
# where the workflow's own files lie in the crate
FOLDER = "workflow"


def main(paths: dict, key: str, settings: dict) -> str:
    """Write the description, and copies of the workflow's rules; the line to report."""
    root = Path(paths["crate"]).parent
    given = read_given(settings["files"])
    copies = [Path(path) for path in paths["workflow"]]
    for path in copies:
        path.write_bytes(given[path.relative_to(root / FOLDER).as_posix()])
    record = json.loads(Path(paths["provenance"]).read_text("utf-8"))
    read = sorted(Path(path) for path in [paths["provenance"], *paths["read"]])
    made = [_described(path, root) for path in read]
    write_json(
        paths["crate"],
        workflow_run(record, settings, [_described(path, root) for path in copies], made),
    )
    return f"{len(made)} results, {len(record['inputs'])} raw files by their hash"


def _described(path: Path, root: Path) -> dict:
    """A file's path from the crate's root, its size in bytes and its SHA-256."""
    data = path.read_bytes()
    return {
        "path": path.relative_to(root).as_posix(),
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
