"""Begin a study: a directory with the configuration that a person then decides and completes."""

import shutil
import sys
from pathlib import Path

from labcohort.errors import UserError

TEMPLATE = Path(__file__).parent / "study" / "template"


def new_study(directory: str) -> int:
    """Make the study and say what to do next; exit code 0, or 1 where it cannot be."""
    try:
        make_study(Path(directory))
    except UserError as error:
        print(f"labcohort: {error}", file=sys.stderr)
        return 1
    print(
        f"{directory}: a new study; what is to do, in this order\n"
        "  1. put the exports into it, as under data/, or name their folder (data_folders) in\n"
        f"     {directory}/config/config.yaml\n"
        f"  2. python workflow draft EXPORT --study {directory}\n"
        "     for each, the patient table first; confirm what the draft marks\n"
        "  3. python workflow key FILE, outside every repository, for the pseudonyms\n"
        f"  4. in {directory}/config: what config.yaml lists under `undecided`, and a row in\n"
        "     plan.tsv for each comparison; figures.tsv and tables.tsv may stay without rows\n"
        f"  5. python workflow check {directory}"
    )
    return 0


def make_study(directory: Path) -> None:
    """Write the template's files. UserError where the directory has anything in it already."""
    try:
        if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
            raise UserError(
                "the directory is not empty" if directory.is_dir() else "this is a file",
                where=str(directory),
                rule="a new study is written over nothing",
                do="name a directory that is not there yet, and move what the study reads into it"
                " afterwards",
            )
        # contents alone: the study's files get the rights that new files have here
        shutil.copytree(TEMPLATE, directory, dirs_exist_ok=True, copy_function=shutil.copyfile)
    except OSError as error:
        raise UserError(
            f"the study cannot be written: {error.strerror}",
            where=str(directory),
            do="name a directory in a place where you may write",
        ) from None
