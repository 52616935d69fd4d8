"""What artefacts, messages and reports call the files of a source."""

# what ends the name of one of several files, as a regular expression
NUMBERED = r" \(file [0-9]+\)$"


def shown_names(pattern: str, files: list[str]) -> dict[str, str]:
    """File -> what it is called; of a pattern its number in the order of names.

    Who sends a file a person names it after the person. Numbers have leading zeros, so that their
    order as texts is that of the names.
    """
    if files == [pattern]:
        return {pattern: pattern}
    digits = len(str(len(files)))
    return {file: f"{pattern} (file {n:0{digits}})" for n, file in enumerate(sorted(files), 1)}


def by_shown_name(pattern: str, files: dict[str, str]) -> dict[str, str]:
    """What each file is called -> what `files` says of it, as its digest."""
    return {shown: files[file] for file, shown in shown_names(pattern, list(files)).items()}


def named_alone(name: str) -> str:
    """The name of a file or pattern; of one with an absolute path, which tells of the machine, the
    last part."""
    return name.rpartition("/")[2] if name.startswith("/") else name


def listed_files(pattern: str, digests: dict[str, str]):
    """What each file is called, its path from the study's directory, and the first 16 digits of
    its SHA-256, as a polars frame; `digests` is path -> those digits."""
    import polars as pl

    from labcohort.spreadsheet import inert

    shown = shown_names(pattern, list(digests))
    rows = [(shown[path], path, digests[path]) for path in shown]
    return inert(pl.DataFrame(rows, schema=["file", "path", "sha256_begins"], orient="row"))
