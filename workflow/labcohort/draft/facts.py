"""What is known of markers: their names, LOINC codes and units, the study's own among them."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from labcohort.harmonise.names import folded_name
from labcohort.harmonise.units import folded, known_units
from labcohort.study.own_facts import joined
from labcohort.study.tables import key_columns, read_table

TABLES = ("markers", "conversions", "aliases", "loinc", "reference_ranges")
REPORTED = "_REPORTED"


class Known(NamedTuple):
    """A name that means a marker; `is_ambiguous` where it may mean another thing as well."""

    marker: str
    name: str
    is_ambiguous: bool


@dataclass(frozen=True)
class Facts:
    """Rows of markers.tsv by code, of conversions.tsv, and names by their folded spelling."""

    markers: dict[str, dict]
    conversions: list[dict]
    loinc: dict[str, dict]
    names: dict[str, list[Known]] = field(default_factory=dict)
    ranges: list[dict] = field(default_factory=list)

    def usual(self, marker: str) -> tuple[float, float] | None:
        """The widest reference range of a marker's, None where none has both bounds or a high."""
        own = [row for row in self.ranges if row["marker"] == marker and row["high"] is not None]
        if not own:
            return None
        return min(row["low"] or 0.0 for row in own), max(row["high"] for row in own)

    def readable(self, marker: str) -> str | None:
        """The marker that a file's value is read as: a derived one as reported, else None."""
        if self.markers[marker]["kind"] == "measured":
            return marker
        return next((m for m in (marker + REPORTED,) if m in self.markers), None)

    def units(self, marker: str, analyte: str | None) -> dict[str, dict]:
        """Folded unit -> conversion row."""
        return known_units(self.conversions, marker, analyte)

    @cached_property
    def by_words(self) -> dict[tuple[str, ...], Known]:
        """Names of several words, by their words in alphabetical order."""
        found: dict[tuple[str, ...], Known] = {}
        for name, known in self.names.items():
            words = tuple(sorted(re.findall(r"\w+", name)))
            if len(words) > 1:
                found.setdefault(words, known[0])
        return found

    @cached_property
    def squeezed_units(self) -> set[str]:
        """Every spelling of a unit, without signs and case."""
        return {squeezed(unit) for unit in self.all_units}

    @cached_property
    def all_units(self) -> set[str]:
        """Every spelling of a unit, folded, but the bare number."""
        return {folded(row["unit"]) for row in self.conversions} - {"1", ""}


def squeezed(unit: str) -> str:
    """A unit as it is written in a column's name: `mg/dL` as mgdl."""
    return folded(unit).replace("/", "").replace("*", "").casefold()


def load_facts(home: Path, directory: Path) -> Facts:
    """Facts of the project in `home` and of the study in `directory`."""
    from schemas.resources import RESOURCES

    tables: dict[str, list[dict]] = {}
    for name in TABLES:
        rows, own = [], []
        # a project without a table of names knows the labels only
        if (home / "resources" / f"{name}.tsv").exists() and name in RESOURCES:
            file = f"resources/{name}.tsv"
            rows = read_table(home / file, file, RESOURCES[name])
        if (directory / "config" / f"{name}.tsv").exists() and name in RESOURCES:
            file = f"config/{name}.tsv"
            own = read_table(directory / file, file, RESOURCES[name])
        key = key_columns(RESOURCES[name]) if name in RESOURCES else ()
        tables[name] = joined(name, rows, own, key).rows if rows or own else []
    return facts_of(tables)


def facts_of(tables: dict[str, list[dict]]) -> Facts:
    """Facts of the rows of markers, conversions, aliases and loinc."""
    markers = {row["marker"]: row for row in tables["markers"]}
    loinc = {row["loinc"]: row for row in tables["loinc"]}
    for row in markers.values():
        if row["loinc"]:
            loinc.setdefault(row["loinc"], {"marker": row["marker"], "analyte": None})
    facts = Facts(markers, tables["conversions"], loinc, ranges=tables["reference_ranges"])
    for row in tables["aliases"]:
        _add(facts, row["marker"], row["alias"], row["ambiguous"] == "yes")
    for code, row in markers.items():
        for name in filter(None, (row["label"], row["label_zh"], code)):
            _add(facts, code, name, False)
    return facts


def _add(facts: Facts, marker: str, name: str, is_ambiguous: bool) -> None:
    known = facts.names.setdefault(folded_name(name), [])
    if marker not in {k.marker for k in known}:
        # what the table calls ambiguous stays so, also where a label says the same
        known.append(Known(marker, name, is_ambiguous))
