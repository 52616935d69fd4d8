"""Which columns of a table hold results, by the names that the source's YAML gives."""

import re
from typing import NamedTuple

from labcohort.errors import UserError
from labcohort.harmonise.names import match_names

# a unit at the end of a header, as in `HbA1c (%)` or `肌酐[μmol/L]`
UNIT_AT_END = re.compile(r"^(.*?\S)\s*[(（\[]([^()（）\[\]]+(?:\([^()]*\))?)[)）\]]$")


class Match(NamedTuple):
    """What a column of results holds: `key` of the YAML, analyte as the cells name it, visit and
    the unit in its header."""

    key: str
    analyte: str
    visit: str | None
    unit: str | None


class Mapping:
    """The columns that the settings `how` of a source name, and those of a header that they mean.

    `other` are columns without results of their own: context, persons, dates, units, dropped.
    """

    def __init__(self, how: dict):
        self.how = how
        self.listed = [*how.get("results", []), *how.get("ignore", [])]
        self.other = {
            *self.needed(),
            how["person"]["column"],
            *how["person"].get("same", []),
            *how.get("columns_of", {}).values(),
            *how.get("context", []),
            *how.get("drop", []),
        }
        self.other -= set(self.listed)

    def needed(self) -> list[str]:
        """Columns beside those of results without which the table cannot be read."""
        how = self.how
        own = how.get("own_columns", {}).values()
        return [
            *(how[key] for key in ("date", "analyte", "value", "unit", "place") if how.get(key)),
            *how.get("range", {}).values(),
            *how.get("date_columns", {}).values(),
            *(entry["unit_column"] for entry in own if "unit_column" in entry),
            *(entry["below"]["column"] for entry in own if "below" in entry),
            *([how["rows"]["column"]] if "rows" in how else []),
        ]

    def declared(self) -> set[str]:
        """Names of columns that the YAML gives."""
        visits = self.how["visits"] if "columns" in self.how else []
        in_blocks = {self._column(key, visit) for key in self.listed for visit in visits}
        return {*self.other, *self.listed, *in_blocks}

    def columns(self, header: list[str], where: str) -> dict[str, Match]:
        """Column of the header -> what it holds, for the columns of results.

        A name is matched as it is written, else with case, blanks and look-alike letters folded.
        """
        open_names = [column for column in header if column not in self.other]
        parts = {column: self._parts(column) for column in open_names}
        # the whole name goes before its parts: a column may be listed with its unit or its visit
        whole = match_names(open_names, self.listed).keys
        bases = sorted({base for split in parts.values() for base, _, _ in split})
        known = match_names(bases, self.listed).keys
        found = {}
        for column in open_names:
            if column in whole:
                found[column] = Match(whole[column], column, None, None)
                continue
            for base, visit, unit in parts[column]:
                if base in known:
                    found[column] = Match(known[base], base, visit, unit)
                    break
        self._refuse_twice(found, where)
        return found

    def missing(self, found: set[Match]) -> list[str]:
        """Keys that the YAML itself lists and no column of the header holds."""
        keys = {match.key for match in found}
        return [key for key in self.how.get("required", self.listed) if key not in keys]

    def date_column(self, visit: str | None) -> str | None:
        """The column of a visit's date, or of all dates."""
        return self.how.get("date_columns", {}).get(visit, self.how.get("date"))

    def _column(self, key: str, visit: str) -> str:
        return self.how["columns"].replace("{analyte}", key).replace("{visit}", visit)

    def _parts(self, column: str) -> list[tuple[str, str | None, str | None]]:
        """What a column's name may say: (analyte, visit, unit)."""
        unit = None
        if self.how.get("units_in_header") and (ending := UNIT_AT_END.match(column)):
            column, unit = ending.groups()
        if "columns" not in self.how:
            return [(column, None, unit)]
        before, between, after = re.split(r"\{analyte\}|\{visit\}", self.how["columns"])
        analyte_first = self.how["columns"].index("{analyte}") < self.how["columns"].index(
            "{visit}"
        )
        splits = []
        # a visit's label may be the end of another's: the longest goes first
        for visit in sorted(self.how["visits"], key=len, reverse=True):
            start, end = (
                (before, between + visit + after)
                if analyte_first
                else (before + visit + between, after)
            )
            inside = len(column) > len(start) + len(end)
            if inside and column.startswith(start) and column.endswith(end):
                splits.append((column[len(start) : len(column) - len(end)], visit, unit))
        return splits

    def _refuse_twice(self, found: dict[str, Match], where: str) -> None:
        """Refuse two columns that would be one: the same analyte of the same visit."""
        seen: dict[tuple, str] = {}
        for column, match in found.items():
            first = seen.setdefault((match.key, match.visit), column)
            if first != column:
                raise UserError(
                    f"the columns '{first}' and '{column}' are both read as '{match.key}'",
                    where=where,
                    rule="a column of results has a key of its own in the source's YAML",
                    do="list both columns as they are written in the header",
                )
