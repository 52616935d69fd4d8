"""Which files a source is drafted from: the one that was named, or those of its folder."""

from pathlib import Path

from labcohort.draft.entries import Entry
from labcohort.draft.facts import Facts
from labcohort.draft.raw_files import NO_FILE, RawFiles, path_from_study, pattern_beside
from labcohort.draft.tables import LookedAt, has_messages, look_at, look_at_others
from labcohort.errors import UserError


def looked_at(
    groups: list[RawFiles], directory: Path, content: str | None, facts: Facts
) -> tuple[LookedAt, Entry]:
    """The table of the files with the key `file` that names them.

    `groups` are of one file or pattern, or those of a folder, of which one may be exports.
    UserError where no reader knows them, or they are no one source.
    """
    if len(groups) > 1:
        groups = _exports(groups, content, facts)
    (found,) = groups
    shown = str(found.first if found.pattern is None else found.pattern)
    first = look_at(found.first, shown, content, facts)
    joined, alike, looked = look_at_others(first, found.others, content or first.content, facts)
    if found.pattern is not None:
        _check_alike(found, looked - len(alike), looked)
        return joined, _pattern_entry(found.pattern, 1 + len(found.others), 1 + looked, directory)
    # what was not looked at is taken for alike: the run will tell
    own = alike + found.others[looked:]
    pattern = pattern_beside(found.first, own, has_messages(first))
    if pattern is None:
        return first, _file_entry(found.first, len(alike), directory)
    return joined, _pattern_entry(pattern, 1 + len(own), 1 + len(alike), directory)


def _file_entry(path: Path, alike: int, directory: Path) -> Entry:
    file, outside = path_from_study(path, directory)
    said = f"CHECK {alike} files beside it have the same columns: is it a pattern?" if alike else ""
    said = "; ".join(filter(None, (outside, said)))
    return Entry("file", file, said, is_guess=bool(said))


def _pattern_entry(pattern: Path, n: int, looked: int, directory: Path) -> Entry:
    file, outside = path_from_study(pattern, directory)
    some = "all" if looked == n else f"{looked:,} of them"
    said = f"CHECK {n:,} files match, {some} looked at; if only one is meant, write its path"
    return Entry("file", file, "; ".join(filter(None, (outside, said))))


def _exports(groups: list[RawFiles], content: str | None, facts: Facts) -> list[RawFiles]:
    """The one group of a folder that has files of results or patients."""
    from labcohort.draft.source import is_export

    found = []
    for group in groups:
        try:
            looked = look_at(group.first, "", content, facts)
        except UserError:
            continue
        if is_export(looked, facts):
            found.append(group)
    if len(found) == 1:
        return found
    ends = ", ".join(f"{g.pattern.name} ({1 + len(g.others)})" for g in found or groups)
    raise UserError(
        f"the folder holds exports of several kinds: {ends}" if found
        else f"the folder holds no export that a reader knows: {ends}",
        where=str(groups[0].pattern.parent),
        rule=NO_FILE,
        do="name one file, or the pattern of files of one kind in quotes",
    )  # fmt: skip


def _check_alike(found: RawFiles, other: int, looked: int) -> None:
    if other:
        raise UserError(
            f"{other:,} of {looked + 1:,} files cannot be read as the first of them is",
            where=str(found.pattern),
            rule="files of one source have one format, encoding and header",
            do="name one file, or a pattern in quotes that means files of one kind; each kind is a"
            " source of its own",
        )
