"""What each column of a table is by its name and values, and the roles of a table of results."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from labcohort.draft.cells import is_range, is_token
from labcohort.draft.dates import is_dates
from labcohort.draft.facts import Facts
from labcohort.draft.names import Candidate, candidate
from labcohort.draft.numbers import is_numeric
from labcohort.draft.shape import Shape
from labcohort.harmonise.units import folded
from labcohort.ingest.header import BETWEEN_ROWS

ANALYTE = re.compile(
    r"loinc|analyte|^test|test.?(?:name|code)|parameter|component|^item|observation|assay|marker|investigation"
    r"|analyse|untersuchung|项目|指标|检验名称", re.IGNORECASE)  # fmt: skip
VALUE = re.compile(
    r"value|result|ergebnis|wert$|valeur|valor|numeric|结果|数值|测定值", re.IGNORECASE
)
UNIT = re.compile(r"unit|einheit|unité|unidad|单位", re.IGNORECASE)
RANGE = re.compile(r"range|reference|^ref|normbereich|参考|正常值", re.IGNORECASE)
LOW = re.compile(r"(?:^|[_ .])(?:low|lower|lo|min)(?:$|[_ .])|下限", re.IGNORECASE)
HIGH = re.compile(r"(?:^|[_ .])(?:high|upper|hi|max)(?:$|[_ .])|上限", re.IGNORECASE)
STATUS = re.compile(r"status|状态", re.IGNORECASE)
STATUS_CODES = {
    "p": "preliminary", "preliminary": "preliminary", "r": "preliminary", "prelim": "preliminary",
    "f": "final", "final": "final", "c": "corrected", "corrected": "corrected",
    "amended": "corrected", "x": "cancelled", "cancelled": "cancelled", "canceled": "cancelled",
    "w": "withdrawn", "d": "withdrawn", "entered-in-error": "withdrawn",
}  # fmt: skip

# texts of a column that are looked up as analytes
OFTEN = 300


@dataclass(frozen=True)
class Column:
    """A column: its filled cells, and the marker that its name may mean."""

    name: str
    values: list[str]
    candidate: Candidate | None

    @property
    def own_name(self) -> str:
        """The name below a group's heading."""
        return self.name.rpartition(BETWEEN_ROWS)[2]

    @cached_property
    def counts(self) -> Counter:
        return Counter(self.values)

    @cached_property
    def is_numeric(self) -> bool:
        return is_numeric(self.counts)

    @cached_property
    def is_dates(self) -> bool:
        return is_dates(self.name, self.counts)

    @cached_property
    def is_categorical(self) -> bool:
        """Few texts, each of them of many rows: no column of names, ids or remarks."""
        n, kinds = len(self.values), len(self.counts)
        repeated = sum(count for count in self.counts.values() if count > 1)
        return 0 < kinds <= 12 and repeated >= 0.9 * n and kinds <= max(3, n / 4)


@dataclass(frozen=True)
class LongRoles:
    """Columns of a table of one result a row; `score` is how well they fit."""

    score: float
    analyte: str
    value: str
    names: str | None = None
    unit: str | None = None
    range: dict | None = None


def columns_of(shape: Shape, facts: Facts) -> list[Column]:
    """The columns of a table that have a name."""
    return [Column(n, shape.values(n), candidate(n, facts)) for n in shape.columns if n]


def long_roles(columns: list[Column], facts: Facts) -> LongRoles | None:
    """The columns of analyte, value and unit, where a table has one result a row."""
    analytes = [(s, c) for c in columns if (s := _analyte_score(c, facts)) >= 0.5]
    values = [(s, c) for c in columns if (s := _value_score(c)) >= 0.4]
    if not analytes or not values:
        return None
    wide = sum(
        c.candidate is not None and c.candidate.score >= 0.6 and c.is_numeric for c in columns
    )
    if wide >= 3:
        return None
    (score, analyte), (value_score, value) = (
        max(x, key=lambda p: p[0]) for x in (analytes, values)
    )
    units = [(s, c) for c in columns if (s := _unit_score(c, facts)) >= 0.5]
    names = [c for s, c in analytes if c is not analyte]
    return LongRoles(
        min(0.99, 0.5 * score + 0.3 * value_score + (0.2 if units else 0)),
        analyte.name,
        value.name,
        names[0].name if names else None,
        max(units, key=lambda p: p[0])[1].name if units else None,
        _range(columns),
    )


def _analyte_score(column: Column, facts: Facts) -> float:
    """Share of a column's texts that are known analytes, weighed with its name and repeats."""
    if column.is_numeric or column.is_dates or len(column.counts) < 2:
        return 0.0
    if len(column.counts) > 0.5 * len(column.values) and len(column.values) > 20:
        return 0.0
    # ids and remarks are texts as well: no search for what is spelled nearly so
    often = column.counts.most_common(OFTEN)
    found = [(candidate(text, facts, is_near=False), n) for text, n in often]
    known = sum(n for c, n in found if c and c.score >= 0.6)
    share = known / sum(n for _, n in found)
    # a code goes before a name that says the same
    codes = 0.1 if all(re.search("[0-9]", t) or t.isupper() for t in column.counts) else 0.0
    return min(
        1.0, 0.6 * share + (0.4 if ANALYTE.search(column.name) else 0) + (codes if share else 0)
    )


def _value_score(column: Column) -> float:
    if column.is_dates or LOW.search(column.name) or HIGH.search(column.name):
        return 0.0
    named = 0.6 if VALUE.search(column.name) else 0.0
    return named + (0.4 if column.is_numeric else 0.0) if named or column.is_numeric else 0.0


def _unit_score(column: Column, facts: Facts) -> float:
    if not column.values or column.is_numeric:
        return 0.0
    known = facts.all_units
    units = sum(n for text, n in column.counts.items() if folded(text) in known)
    return 0.6 * units / len(column.values) + (0.5 if UNIT.search(column.name) else 0.0)


def _range(columns: list[Column]) -> dict | None:
    for column in columns:
        filled = [v for v in column.values if not is_token(v)]
        if filled and RANGE.search(column.name) and sum(map(is_range, filled)) > 0.5 * len(filled):
            return {"column": column.name}
    low = next((c.name for c in columns if LOW.search(c.name) and c.is_numeric), None)
    high = next((c.name for c in columns if HIGH.search(c.name) and c.is_numeric), None)
    if not low or not high:
        return None
    # bounds of 0 and 0 stand for: no range
    empty = next(c for c in columns if c.name == high).counts["0"]
    filled = len(next(c for c in columns if c.name == high).values)
    return {"low": low, "high": high} if empty < 0.02 * filled else None


def status_codes(column: Column) -> dict[str, str] | None:
    """Codes of a column of the state of results, where all its texts are known ones."""
    if not STATUS.search(column.name) or not column.values:
        return None
    codes = {text: STATUS_CODES.get(text.casefold()) for text in sorted(column.counts)}
    return codes if all(codes.values()) else None
