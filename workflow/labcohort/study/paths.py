"""Paths in a configuration: they stay inside the study's directory unless declared.

One rule, for a file and for each hit of a pattern: the place that it leads to, with `..` and links
followed, lies in the study's directory or in a folder under `data_folders` of config.yaml. A link
is no declaration: it is not seen by whoever reads the configuration, and it travels in archives
and repositories. A study whose data are reached by a link names the link: `data_folders: [data]`.
"""

from pathlib import Path

from labcohort.errors import UserError
from labcohort.ingest.source_names import shown_names

MAGIC = set("*?[")
DO = (
    "move the file into the study's directory, or declare its folder in config/config.yaml:"
    " data_folders: [FOLDER]"
)


def study_path(directory: Path, name: str, where: str, outside: list[str]) -> Path:
    """The path `name` of a configuration, from the study's `directory`; it need not exist.

    `where` is the place in the configuration, `outside` the declared folders. UserError where it
    leads elsewhere.
    """
    path = directory / name
    _check(path, directory, where, _allowed(directory, outside))
    return path


def study_paths(directory: Path, name: str, where: str, outside: list[str]) -> list[Path]:
    """All files that the pattern `name` means, sorted; `**` is any depth, links to folders below
    it are not followed, and what is hidden is not taken. A plain path gives itself.

    UserError where no file matches, or where one leads out of the allowed folders.
    """
    if not MAGIC & set(name) or _exists(directory / name):
        return [study_path(directory, name, where, outside)]
    allowed = _allowed(directory, outside)
    start, pattern = _split(directory, name)
    _check(start, directory, where, allowed)
    hits = [
        path
        for path in _glob(start, pattern, where)
        if not any(part.startswith(".") for part in path.relative_to(start).parts)
        and path.is_file()
    ]
    if not hits:
        raise UserError(
            "no file matches the pattern",
            where=where,
            rule="a pattern with *, ? or ** names one file at least; hidden ones do not count",
            do="put the exports there, or correct the pattern",
        )
    # the name of a hit may be a person's
    shown = shown_names(name, [str(path) for path in hits])
    for path in hits:
        _check(path, directory, where, allowed, shown[str(path)])
    return sorted(set(hits), key=lambda path: path.relative_to(start).parts)


def _split(directory: Path, name: str) -> tuple[Path, str]:
    """The folder before the first part with a magic sign, and the pattern below it."""
    parts = Path(name).parts
    first = next(i for i, part in enumerate(parts) if MAGIC & set(part))
    return directory.joinpath(*parts[:first]), str(Path(*parts[first:]))


def _glob(start: Path, pattern: str, where: str) -> list[Path]:
    try:
        if ".." in Path(pattern).parts:
            raise ValueError("`..` stands after a *")
        return list(start.glob(pattern))
    except ValueError as error:
        raise UserError(
            f"the pattern cannot be read: {error}",
            where=where,
            rule="* and ? stand for signs of a name, ** alone for folders of any depth",
            do="correct the pattern",
        ) from None


def _allowed(directory: Path, outside: list[str]) -> list[Path]:
    """The study's directory and the declared folders, as the places that they lead to."""
    where = "config/config.yaml, data_folders"
    folders = [(directory / name, f"{where}: {name}") for name in outside]
    for folder, place in folders:
        if not _resolved(folder, place).is_dir():
            raise UserError(
                "the declared folder is not there",
                where=place,
                rule="data_folders are folders from which a study may read besides its own",
                do="correct the path, or remove it",
            )
    return [_resolved(directory, where), *(_resolved(*folder) for folder in folders)]


def _check(
    path: Path, directory: Path, where: str, allowed: list[Path], shown: str | None = None
) -> None:
    """UserError where a path leads out; `shown` is what a hit of a pattern is called."""
    place = _resolved(path, where)
    if not any(place.is_relative_to(folder) for folder in allowed):
        if shown:
            way = f" by the link {shown}"
        else:
            way = "" if path == directory else _way_out(path, directory)
        raise UserError(
            f"the path leads out of the study's directory{way}",
            where=where,
            rule="paths of a configuration stay inside the study's directory, with `..` and links"
            " followed, or lie in a folder that data_folders declares",
            do=DO,
        )


def _way_out(path: Path, directory: Path) -> str:
    """By what a path leaves the study, as the end of a sentence."""
    if not path.is_relative_to(directory):
        return ": it is an absolute path"
    below = path.relative_to(directory).parts
    for end in range(1, len(below) + 1):
        if directory.joinpath(*below[:end]).is_symlink():
            return f" by the link {'/'.join(below[:end])}"
    return " by `..`"


def _resolved(path: Path, where: str) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        # links in a circle; a NUL
        raise UserError(
            "the path leads nowhere",
            where=where,
            rule="a path is one that the system can follow",
            do="correct the path, or the link in it",
        ) from None


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False
