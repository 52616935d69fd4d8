"""Rows of two versions of a table: found again by what names them, and compared cell by cell."""

from collections.abc import Sequence
from dataclasses import dataclass

Row = dict[str, str]
Name = tuple[str, ...]
Cells = dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Changes:
    """What is other in a table: `keys` name its rows; `changed` are names with their columns that
    differ, old and new; `gone` and `come` are the names of rows that one side alone has."""

    keys: tuple[str, ...]
    changed: list[tuple[Name, Cells]]
    gone: list[Name]
    come: list[Name]

    def __bool__(self) -> bool:
        return bool(self.changed or self.gone or self.come)


def changes(old: Sequence[Row], new: Sequence[Row], keys: Sequence[str] = ()) -> Changes:
    """The differences of two versions of a table, whose rows are named by `keys`; where these are
    not there or do not tell all apart, by the fewest first columns that do. An empty cell and one
    that is not there are the same."""
    named = _naming(old, new, keys)
    before, after = _by_name(old, named), _by_name(new, named)
    found = []
    for name in before:
        if name in after and (cells := _cells(before[name], after[name])):
            found.append((name, cells))
    return Changes(
        named,
        found,
        [name for name in before if name not in after],
        [name for name in after if name not in before],
    )


def columns(rows: Sequence[Row]) -> list[str]:
    """The columns of a table, in their order."""
    return list(dict.fromkeys(name for row in rows for name in row))


def _naming(old: Sequence[Row], new: Sequence[Row], keys: Sequence[str]) -> tuple[str, ...]:
    known = [name for name in columns(old) if name in set(columns(new))] or columns([*old, *new])
    if keys and set(keys) <= set(known) and all(_tells_apart(rows, keys) for rows in (old, new)):
        return tuple(keys)
    for depth in range(1, len(known)):
        if all(_tells_apart(rows, known[:depth]) for rows in (old, new)):
            return tuple(known[:depth])
    return tuple(known)


def _tells_apart(rows: Sequence[Row], keys: Sequence[str]) -> bool:
    return len({_name(row, keys) for row in rows}) == len(rows)


def _name(row: Row, keys: Sequence[str]) -> Name:
    return tuple(row.get(key, "") for key in keys)


def _by_name(rows: Sequence[Row], keys: Sequence[str]) -> dict[Name, Row]:
    """Name -> row; of rows that nothing tells apart the later ones have a number."""
    found: dict[Name, Row] = {}
    for row in rows:
        name = whole = _name(row, keys)
        number = 1
        while name in found:
            number += 1
            name = (*whole, f"row {number} of these")
        found[name] = row
    return found


def _cells(old: Row, new: Row) -> Cells:
    return {
        name: (old.get(name, ""), new.get(name, ""))
        for name in columns([old, new])
        if old.get(name, "") != new.get(name, "")
    }
