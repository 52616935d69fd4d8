"""A user's mistake, said once and so that it can be mended."""

from collections.abc import Iterable
from difflib import get_close_matches


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
