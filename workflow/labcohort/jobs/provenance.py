"""Job `provenance`: what the run was made of."""

from labcohort.json_files import write_json
from labcohort.provenance_record.given_files import HOME, read_given
from labcohort.provenance_record.record import record
from labcohort.provenance_record.revision import revision
from schemas.provenance import check_provenance

LISTS = ("files",)


def main(paths: dict, key: str, settings: dict) -> str:
    """Write the record; the line to report."""
    # the revision is asked for here, and is in no setting: a commit alone reruns nothing
    made = record(settings, read_given(settings["files"]), paths["files"], revision(HOME))
    check_provenance(made)
    write_json(paths["provenance"], made)
    return f"{len(made['inputs'])} raw files, {len(made['code'])} modules"
