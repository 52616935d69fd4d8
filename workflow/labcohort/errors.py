"""A user's mistake, said once and so that it can be mended."""

import errno
import os
import re
from collections.abc import Iterable
from difflib import get_close_matches

# what the system refuses -> what to do about it
REFUSALS = {
    errno.ENOSPC: "make room on that disk",
    errno.EDQUOT: "make room within the quota, or have it raised",
    errno.EROFS: "mount that file system so that it can be written",
    errno.EACCES: "give whoever runs this the right to it",
    errno.EPERM: "give whoever runs this the right to it",
}


class UserError(Exception):
    """Something in the study's files or settings that a person has to mend.

    Parameters
    ----------
    what : the fault in one sentence.
    where : the file and, as far as known, sheet, row, column and value.
    rule : the rule that it breaks.
    do : what to do about it.

    Each of the last three may have several lines.
    """

    def __init__(self, what: str, *, where: str = "", rule: str = "", do: str = ""):
        self.what, self.where, self.rule, self.do = what, where, rule, do
        super().__init__(what)

    def __str__(self) -> str:
        lines = [self.what]
        for name in ("where", "rule", "do"):
            if text := getattr(self, name):
                lines.append(f"  {name + ':':<6} " + text.replace("\n", "\n" + " " * 9))
        return "\n".join(lines)


def refused(error: Exception, where: str) -> UserError | None:
    """The error for what the system refuses, as to write on a full disk; None for other faults.

    `where` stands for the place where the system names no file. Polars tells the system's number
    in its text alone.
    """
    said = re.search(r"\(os error (\d+)\)", str(error))
    number = getattr(error, "errno", None) or (int(said[1]) if said else None)
    if number not in REFUSALS:
        return None
    return UserError(
        f"a file cannot be read or written: {os.strerror(number).lower()}",
        where=str(getattr(error, "filename", None) or where),
        rule="a run reads the study's directory and writes its results/ and .snakemake/",
        do=f"{REFUSALS[number]}, and run again: what is finished is kept",
    )


def nearest(name: str, known: Iterable[str]) -> str:
    """The known names most like `name`, quoted for a message ('' where none is near)."""
    folded = {k.casefold(): k for k in known}
    close = get_close_matches(name.casefold(), folded, n=3, cutoff=0.5)
    return "; nearest known: " + ", ".join(f"'{folded[c]}'" for c in close) if close else ""


def unknown(kind: str, name: str, known: Iterable[str], where: str) -> UserError:
    """The error for a name that nothing defines, with the nearest names that exist."""
    known = list(known)
    return UserError(
        f"unknown {kind} '{name}'{nearest(name, known)}",
        where=where,
        rule=f"a {kind} must be one that the study defines",
        do=f"correct the name, or define it; known: {', '.join(sorted(known)[:40])}",
    )


def place(file: str, sheet: str | None = None, row: int | None = None, column: str = "") -> str:
    """A place in a raw file as people write it: file, sheet, row, column."""
    parts = [file]
    if sheet:
        parts.append(f"sheet {sheet}")
    if row is not None:
        parts.append(f"row {row}")
    if column:
        parts.append(f"column '{column}'")
    return ", ".join(parts)
