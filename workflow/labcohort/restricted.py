"""The folder for what holds lines of single persons or raw values: kept on the site."""

from pathlib import Path

README = """\
RESTRICTED: lines of single persons.

The files in this folder hold raw values of single persons, with their places in the files that
the laboratories sent, or one line a person. Persons stand under keyed pseudonyms, which protects
them from a reader, not from whoever has the key or the laboratory's files.

Do not publish these files, do not send them on by e-mail and do not put them under version
control; git ignores the folder. An extract for a laboratory goes to that laboratory alone.
Counts, rules and row numbers, which may be passed on, are in results/quality/.
"""


def make_restricted(folder: Path) -> Path:
    """Make the folder, with a README and with git told to ignore all in it; gives it back."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {".gitignore": "*\n", "README.txt": README}.items():
        path = folder / name
        # what stands there already keeps its time
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
    return folder
