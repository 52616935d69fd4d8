"""A study's own facts: tables in config/ with the columns of those in resources/.

Rows are added to the project's; a row about the same thing stands in place of the project's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from labcohort.errors import UserError
from labcohort.harmonise.units import folded

# where Pandera's key of a table is not what tells its rows apart
GROUPS = {"reference_ranges": ("marker",)}
SPELLED = {"conversions": ("unit",), "shown_units": ("unit",)}


@dataclass(frozen=True)
class Joined:
    """A table of facts: its rows, the place of each, and what a study's rows replace, in words."""

    rows: list[dict]
    places: list[str]
    replaced: list[str]


def joined(table: str, rows: list[dict], own: list[dict], key: tuple[str, ...]) -> Joined:
    """The project's `rows` of a table and a study's `own`, told apart by the columns `key`.

    A row that replaces another takes its place; the others follow in their order. A reference
    range replaces every one of its marker that shares a sex and an age with it.
    """
    by_key: dict[tuple, list[int]] = {}
    for index, row in enumerate(own):
        by_key.setdefault(_key(table, row, key), []).append(index)
    kept: list[tuple[dict, str]] = []
    placed: set[int] = set()
    replaced = []
    for number, row in enumerate(rows, 2):
        place = f"resources/{table}.tsv, row {number}"
        by = [i for i in by_key.get(_key(table, row, key), []) if _is_about(table, own[i], row)]
        kept += [(own[i], own_place(table, i)) for i in by if i not in placed]
        placed |= {*by}
        replaced += [_said(table, i, own[i], row, place, key) for i in by]
        if not by:
            kept.append((row, place))
    kept += [(row, own_place(table, i)) for i, row in enumerate(own) if i not in placed]
    return Joined([row for row, _ in kept], [place for _, place in kept], replaced)


def own_place(table: str, index: int) -> str:
    """Where a study's own row stands, counted from 0."""
    return f"config/{table}.tsv, row {index + 2}"


def rows_with_places(study, table: str) -> Iterator[tuple[str, dict]]:
    """Each row of a table of facts, where the study has it, with the place that it stands in."""
    places = study.places.get(table, [])
    for index, row in enumerate(study.tables.get(table, [])):
        known = index < len(places)
        yield places[index] if known else f"resources/{table}.tsv, row {index + 2}", row


def check_own_markers(rows: list[dict], own: list[dict]) -> None:
    """Refuse a study's marker without a formula, and what a formula of the project rests on.

    `rows` are the project's of markers.tsv, `own` the study's.
    """
    known = {row["marker"]: row for row in rows}
    for index, row in enumerate(own):
        where = own_place("markers", index)
        if row["marker"] in known:
            _check_replacement(row, known[row["marker"]], where)
        elif row["kind"] == "derived":
            raise UserError(
                f"{row['marker']} is derived, and no formula computes it",
                where=f"{where}, column 'kind'",
                rule="a study brings measured markers; a derived one is a function of the project",
                do="make it measured, or add it to the project (README, 'New derived marker')",
            )


def _check_replacement(own: dict, row: dict, where: str) -> None:
    """Refuse another kind or canonical unit of a marker of the project."""
    marker, kept = own["marker"], "formulas, limits and ranges of the project rest on it"
    if own["kind"] != row["kind"]:
        raise UserError(
            f"{marker} is {row['kind']} and cannot become {own['kind']}",
            where=f"{where}, column 'kind'",
            rule=f"the kind of a marker stays: {kept}",
            do="leave it as it is, or give your marker a code of its own",
        )
    if own["unit"] != row["unit"]:
        raise UserError(
            f"the canonical unit of {marker} is '{row['unit']}' and cannot become '{own['unit']}'",
            where=f"{where}, column 'unit'",
            rule=f"the canonical unit of a marker stays: {kept}",
            do="leave it as it is; `units:` in config/config.yaml shows a marker in another unit",
        )


def check_own_conversions(markers: list[dict], own: list[dict]) -> None:
    """Refuse a study's conversion that turns a canonical unit into something else."""
    units = {row["marker"]: row["unit"] for row in markers}
    for index, row in enumerate(own):
        unit = units.get(row["marker"])
        is_canonical = unit is not None and folded(row["unit"]) == folded(unit)
        if is_canonical and not row["analyte"] and (row["slope"], row["intercept"]) != (1, 0):
            raise UserError(
                f"'{row['unit']}' is the canonical unit of {row['marker']} and converts to itself",
                where=f"{own_place('conversions', index)}, column 'slope'",
                rule="canonical value = slope * value + intercept: slope 1, intercept 0",
                do="correct the row, or remove it",
            )


def _key(table: str, row: dict, key: tuple[str, ...]) -> tuple:
    spelled = SPELLED.get(table, ())
    columns = GROUPS.get(table, key)
    return tuple(folded(row[c]) if c in spelled else row[c] for c in columns)


def _is_about(table: str, own: dict, row: dict) -> bool:
    """Whether a study's row of the same key is about the same people, where the table has such."""
    if table != "reference_ranges":
        return True
    both = {own["sex"], row["sex"]}
    ages = [(r["age_low"] or 0, r["age_high"] or inf) for r in (own, row)]
    return (None in both or len(both) == 1) and (
        max(low for low, _ in ages) < min(high for _, high in ages)
    )


def _said(table: str, index: int, own: dict, row: dict, place: str, key: tuple[str, ...]) -> str:
    """What a study's row replaces, and in which columns the two differ."""
    cells = (own[c] for c in key if own[c] is not None)
    about = " ".join(f"{c:g}" if isinstance(c, float) else c for c in cells)
    columns = ", ".join(c for c in own if own[c] != row[c])
    return f"{own_place(table, index)} ({about}), stands in place of {place}" + (
        f": other {columns}" if columns else ": the same"
    )
