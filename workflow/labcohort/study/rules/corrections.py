"""The corrections of single values: each is of a source, of one of its files, and of a day."""

import re
from datetime import date

from labcohort.errors import UserError, unknown
from labcohort.ingest.source_names import NUMBERED
from labcohort.study.paths import MAGIC


def _corrections_name_sources(study) -> None:
    for where, row in _rows(study):
        if row["source"] not in study.result_sources:
            raise unknown("source", row["source"], study.result_sources, where)


def _corrections_name_files(study) -> None:
    for where, row in _rows(study):
        file = study.sources[row["source"]]["file"]
        numbered = re.fullmatch(re.escape(file) + NUMBERED, row["file"])
        if row["file"] == file or (MAGIC & set(file) and numbered):
            continue
        form = f"'{file} (file NUMBER)'" if MAGIC & set(file) else f"'{file}'"
        # the name of a file that is not called so may be a person's
        raise UserError(
            f"a correction is of a file that {row['source']} does not have",
            where=f"{where}, column 'file'",
            rule=f"files are called as in results/restricted/: {form}",
            do=f"copy it from results/restricted/files_{row['source']}.tsv",
        )


def _corrections_among_files_have_a_digest(study) -> None:
    for where, row in _rows(study):
        if row["sha256"] is None and row["file"] != study.sources[row["source"]]["file"]:
            raise UserError(
                "a correction of one file among several does not say which file was corrected",
                where=f"{where}, column 'sha256'",
                rule="a file that is added moves the numbers of those after it; sha256 tells the"
                " file that was corrected from the one that has its number now",
                do="copy the file's sha256_begins from"
                f" results/restricted/files_{row['source']}.tsv",
            )


def _corrections_are_of_a_day(study) -> None:
    for where, row in _rows(study):
        try:
            date.fromisoformat(row["date"])
        except ValueError:
            raise UserError(
                f"'{row['date']}' is no day of the calendar",
                where=f"{where}, column 'date'",
                rule="date is the day on which the correction was signed, as YYYY-MM-DD",
                do="correct the cell",
            ) from None


def _rows(study) -> list[tuple[str, dict]]:
    """Each correction with its row in words; the header is row 1."""
    rows = enumerate(study.tables["corrections"], 2)
    return [(f"config/corrections.tsv, row {number}", row) for number, row in rows]


RULES = (
    _corrections_name_sources,
    _corrections_name_files,
    _corrections_among_files_have_a_digest,
    _corrections_are_of_a_day,
)
