"""Where two settings of one job differ: rows are found again by what names them."""

import re
from collections import Counter
from collections.abc import Iterator

from labcohort.provenance import canonical_json

# what names a row of a table: as many of these, in turn, as tell all rows apart
NAMING = (
    ("rule",), ("check",), ("figure",), ("table",), ("file", "sheet", "row", "column", "field"),
    ("profile", "marker", "cohort", "timepoint"), ("analyte", "unit"), ("scheme", "category"),
    ("criterion", "subject"), ("alias",), ("source", "visit"), ("sex", "age_low", "age_high"),
    ("panel",), ("publication",), ("family",), ("test",), ("order",),
)  # fmt: skip
# a digest tells that something is another, and nothing else
DIGEST = re.compile(r"[0-9a-f]{8}|[0-9a-f]{12}|[0-9a-f]{16}|[0-9a-f]{64}")
LONGEST = 60

Difference = tuple[tuple[str, ...], str]


def differences(old: object, new: object, path: tuple[str, ...] = ()) -> Iterator[Difference]:
    """Each difference of two values of JSON: the way to it, and what it is, in words."""
    # as Snakemake compares them: 1 is another text than 1.0
    if canonical_json(old) == canonical_json(new):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _of_groups(old, new, path)
    elif isinstance(old, list) and isinstance(new, list):
        yield from (_of_rows if _are_rows(old, new) else _of_names)(old, new, path)
    elif _is_digest(old) and _is_digest(new):
        yield path, "changed"
    else:
        yield path, f"{said(old)} -> {said(new)}"


def _of_groups(old: dict, new: dict, path: tuple[str, ...]) -> Iterator[Difference]:
    for key in sorted(old.keys() | new.keys()):
        if key not in new:
            yield (*path, key), "removed"
        elif key not in old:
            yield (*path, key), "added"
        else:
            yield from differences(old[key], new[key], (*path, key))


def _of_rows(old: list[dict], new: list[dict], path: tuple[str, ...]) -> Iterator[Difference]:
    keys = _naming(old, new)
    before, after = ({_named(row, keys): row for row in rows} for rows in (old, new))
    if len(before) < len(old) or len(after) < len(new):
        # rows that nothing tells apart
        yield path, "changed"
        return
    for name in sorted(before.keys() | after.keys()):
        way = (*path, *name)
        if name not in after:
            yield way, "row removed"
        elif name not in before:
            yield way, "row added"
        else:
            yield from differences(before[name], after[name], way)
    kept = [[name for name in side if name in before and name in after] for side in (before, after)]
    if kept[0] != kept[1]:
        yield path, "another order of rows"


def _naming(old: list[dict], new: list[dict]) -> list[str]:
    """The fewest naming keys, in their order, that tell the rows apart on both sides."""
    keys: list[str] = []
    for group in NAMING:
        keys += [key for key in group if any(key in row for row in [*old, *new])]
        if keys and all(
            len({_named(row, keys) for row in rows}) == len(rows) for rows in (old, new)
        ):
            break
    return keys


def _named(row: dict, keys: list[str]) -> tuple[str, ...]:
    return tuple(f"{key} {said(row[key])}" for key in keys if row.get(key) is not None)


def _of_names(old: list, new: list, path: tuple[str, ...]) -> Iterator[Difference]:
    gone, come = (Counter(map(said, side)) for side in (old, new))
    for name in sorted(gone - come):
        yield path, f"{name} removed"
    for name in sorted(come - gone):
        yield path, f"{name} added"
    if gone == come:
        yield path, "another order"


def _are_rows(*lists: list) -> bool:
    return all(isinstance(row, dict) for rows in lists for row in rows)


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and bool(DIGEST.fullmatch(value))


def said(value: object) -> str:
    """A setting as people write it."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list) and not value:
        return "nothing"
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
