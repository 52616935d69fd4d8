"""Columns of a file that its mapping does not name: what each may be, and the line to add."""

import json
from collections.abc import Iterable, Mapping

from labcohort.errors import UserError, nearest
from labcohort.harmonise.names import folded_name
from labcohort.ingest.identifiers.words import kind_by_header
from labcohort.ingest.mapping import UNIT_AT_END

# columns that a message lists
LISTED = 30


def meant_marker(name: str, markers: Mapping[str, str]) -> str | None:
    """The marker that a name means, with or without a unit at its end, or None.

    `markers` are LOINC codes and folded names (`labcohort.harmonise.names`) -> marker.
    """
    plain = UNIT_AT_END.sub(r"\1", name)
    return markers.get(name) or markers.get(folded_name(name)) or markers.get(folded_name(plain))


def unmapped_columns(columns: list[str], declared: Iterable[str], how: dict, where: str):
    """The error for columns that nothing maps: a result in them would be lost unseen.

    `declared` are the names of the YAML, for the nearest; `how` is the job's settings, with
    `names_of_markers` (of `meant_marker`) where a study is checked.
    """
    declared, of_results = sorted(declared), "layout" in how
    keys = f"{'analytes, context' if of_results else 'attributes'}, ignore or drop"
    lines = [f"'{c}'{_advice(c, declared, how)}" for c in columns[:LISTED]]
    if len(columns) > LISTED:
        lines.append(f"and {len(columns) - LISTED} more")
    many = "1 column is" if len(columns) == 1 else f"{len(columns)} columns are"
    check = "" if "names_of_markers" in how or not of_results else (
        "; `python workflow check` says which have the name of a marker"
    )  # fmt: skip
    return UserError(
        "\n    ".join([f"{many} not mapped:", *lines]),
        where=where,
        rule=f"each column is named in the source's YAML, under {keys}",
        do=f"list each of them under {keys}{check}",
    )


def _advice(column: str, declared: list[str], how: dict) -> str:
    """What a column may be by its name, as the end of a sentence."""
    quoted = json.dumps(column, ensure_ascii=False)
    kind, _ = kind_by_header(column, "layout" not in how)
    if kind:
        return f" looks like a direct identifier ({kind}): under drop, - {quoted}"
    marker = meant_marker(column, how.get("names_of_markers", {}))
    if marker and "layout" in how:
        near = nearest(column, declared)
        return f" is a name of {marker}: under analytes, {quoted}: {marker}{near}"
    return nearest(column, declared)
