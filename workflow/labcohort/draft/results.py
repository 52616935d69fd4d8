"""A table of results: its layout, where its parts stand, and its analytes."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from labcohort.draft.analytes import Analyte, Decision, decide, find_twins, without_twins
from labcohort.draft.beside import below_hint, is_beside
from labcohort.draft.blocks import Blocks
from labcohort.draft.cells import is_token
from labcohort.draft.columns import Column, LongRoles, status_codes
from labcohort.draft.dates import REPORTED, date_formats
from labcohort.draft.entries import Entry, guessed, remark
from labcohort.draft.facts import Facts
from labcohort.draft.guess import Guess
from labcohort.draft.names import candidate
from labcohort.draft.numbers import decimal_sign, marks, missing_tokens, sentinels, thousands_sign
from labcohort.draft.shape import Shape


@dataclass
class Table:
    """A table of results and what has been found of it so far."""

    shape: Shape
    columns: list[Column]
    facts: Facts
    # columns that are spoken for: persons, dates, visits, dropped
    taken: set[str]
    long: LongRoles | None = None
    blocks: Blocks | None = None
    entries: list[Entry] = field(default_factory=list)

    def column(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)


def result_entries(table: Table) -> list[Entry]:
    """Entries of numbers, analytes and what is ignored, after those of layout and dates."""
    analytes = _long_analytes(table) if table.long else _wide_analytes(table)
    numbers, decimal, thousands = _number_entries(
        [a.values for a in analytes.values() if a.candidate and a.candidate.score >= 0.5]
        or [a.values for a in analytes.values()]
    )
    if not table.long:
        find_twins(analytes.values(), decimal, table.facts)
    decisions = {n: decide(a, decimal, thousands, table.facts) for n, a in analytes.items()}
    if not table.long:
        without_twins(decisions)
    entries = [*numbers, *_spellings(decisions), *_context(table, analytes)]
    return entries + analyte_entries(decisions, table)


def long_entries(table: Table) -> list[Entry]:
    """Columns of a table with one result a row."""
    roles = table.long
    said = f"{roles.score:.2f}: a column of analytes that repeat, and one of their values"
    entries = [Entry("layout", "long", remark(roles.score, said))]
    entries += [
        Entry(key, value, is_guess=False)
        for key, value in (("analyte", roles.analyte), ("value", roles.value), ("unit", roles.unit),
                           ("range", roles.range))
        if value is not None
    ]  # fmt: skip
    found: dict[str, Entry] = {}
    for column in table.columns:
        if codes := status_codes(column):
            said = remark(0.85, "0.85: by its name and texts")
            found.setdefault(
                "status", Entry("status", {"column": column.name, "codes": codes}, said)
            )
        reported = column.is_dates and REPORTED.search(column.name)
        if reported and (formats := date_formats(column.values).value):
            how = {"column": column.name, "formats": formats}
            found.setdefault("reported", Entry("reported", how, remark(0.7, "0.70: by its name")))
    return [*entries, *found.values()]


def analyte_entries(decisions: dict[str, Decision], table: Table) -> list[Entry]:
    """`analytes` and `ignore` of the decisions."""
    order = {marker: n for n, marker in enumerate(table.facts.markers)}
    mapped = {n: d for n, d in decisions.items() if d.entry is not None}
    names = sorted(mapped, key=lambda n: (order[mapped[n].marker], n)) if table.long else [*mapped]
    comments = {n: remark(d.score, d.comment) for n, d in mapped.items()}
    ignored = {n: d.comment for n, d in decisions.items() if d.entry is None}
    ignored = dict(sorted(ignored.items())) if table.long else ignored
    said = {n: remark(0.0, text) for n, text in ignored.items() if text}
    entries = []
    if mapped:
        entries.append(Entry("analytes", {n: mapped[n].entry for n in names}, comments=comments))
    else:
        # the schema asks for one of the two, and LOINC codes are never another analyte
        nothing = remark(0.0, "no analyte was known by name: map them below")
        entries.append(Entry("recognise", ["loinc"], nothing))
    asked, plain = [n for n in ignored if n in said], [n for n in ignored if n not in said]
    if ignored:
        above = [] if not asked else [f"{len(asked)} of these may be wanted: see their comments"]
        entries.append(Entry("ignore", asked + plain, comments=said, above=above))
    return entries


def _long_analytes(table: Table) -> dict[str, Analyte]:
    roles, shape = table.long, table.shape
    at = {key: shape.columns.index(name) for key in ("analyte", "value", "unit", "names")
          if (name := getattr(roles, key))}  # fmt: skip
    values, units, names = defaultdict(list), defaultdict(Counter), {}
    for _, cells in shape.rows:
        if len(cells) < len(shape.columns) or not (key := cells[at["analyte"]]):
            continue
        if value := cells[at["value"]]:
            values[key].append(value)
        if "unit" in at and value and not is_token(value):
            units[key][cells[at["unit"]]] += 1
        if "names" in at:
            names.setdefault(key, cells[at["names"]])
        values.setdefault(key, [])
    return {
        key: Analyte(key, _code_or_name(key, names.get(key, ""), table.facts), own, units.get(key))
        for key, own in sorted(values.items())
    }


def _code_or_name(code: str, name: str, facts: Facts):
    """What a code means, else the name beside it: that of an unknown code is only a hint."""
    found = candidate(code, facts)
    if found or not name:
        return found
    found = candidate(name, facts)
    if found and re.fullmatch("[0-9]{1,5}-[0-9]", code):
        said = f"'{name}' beside a LOINC code of another analyte, specimen or property"
        return found._replace(score=min(found.score, 0.5), reason=said)
    return found and found._replace(reason=f"{found.reason}, of the name beside it")


def _wide_analytes(table: Table) -> dict[str, Analyte]:
    """A column an analyte, or (of blocks) a stem."""
    units = table.shape.units or {}
    found: dict[str, Analyte] = {}
    for column in table.columns:
        stem = table.blocks.split.get(column.name, (None,))[0] if table.blocks else column.name
        if column.name in table.taken or stem is None or column.is_dates:
            continue
        known = candidate(stem, table.facts)
        if known is None and (is_beside(column) or (column.values and not column.is_numeric)):
            continue
        if known and column.values and not column.is_numeric and known.score < 0.9:
            continue
        own = found.setdefault(stem, Analyte(stem, known))
        own.values += column.values
        written = units.get(column.name, "")
        own.unit, own.in_row = written or (known.unit if known else None), bool(written)
    return found


def _number_entries(columns: list[list[str]]) -> tuple[list[Entry], str, str | None]:
    """Entries of how numbers are written; the decimal sign and that of thousands."""
    decimal, thousands = decimal_sign(columns), None
    grouped = thousands_sign(columns, decimal.value)
    # the point is what a source has that says nothing
    entries = [] if decimal.value == "." and not decimal.others else [guessed("decimal", decimal)]
    if grouped:
        thousands = grouped.value
        entries.append(guessed("thousands", grouped))
    tokens, numbers = missing_tokens(columns), sentinels(columns, decimal.value)
    if tokens or numbers:
        both = [g for g in (tokens, numbers) if g]
        said = " | ".join(g.said() for g in both)
        values = [v for g in both for v in g.value]
        entries.append(Entry("missing", values, remark(min(g.score for g in both), said)))
    if following := marks(columns):
        entries.append(guessed("marks", following))
    return entries, decimal.value, thousands


def _spellings(decisions: dict[str, Decision]) -> list[Entry]:
    """`units`: spellings of the rows that are another's of conversions.tsv, where one holds for
    all."""
    found: dict[str, set[str]] = defaultdict(set)
    for decision in decisions.values():
        for text, unit in decision.spellings.items():
            found[text].add(unit)
    units = {text: min(own) for text, own in sorted(found.items()) if len(own) == 1}
    said = remark(0.8, "0.80: other spellings of known units")
    return [Entry("units", units, said, comments={})] if units else []


def _context(table: Table, analytes: dict[str, Analyte]) -> list[Entry]:
    """Columns of a wide table that are no results: flags, texts, other dates."""
    if table.long:
        return []
    in_blocks = table.blocks.split if table.blocks else {}
    beside = [
        c.name
        for c in table.columns
        if c.name not in table.taken and c.name not in analytes and c.name not in in_blocks
    ]
    hints = {n: hint for n in beside if (hint := below_hint(table, table.column(n), analytes))}
    numbers = [n for n in beside if n not in hints and _may_hold_results(table.column(n))]
    hints |= {
        n: remark(0.3, "it holds numbers: results in it would not be counted") for n in numbers
    }
    return [Entry("context", beside, comments=hints, is_guess=bool(numbers))] if beside else []


def _may_hold_results(column: Column) -> bool:
    """Whether a column holds numbers of some variety, as results do and flags do not."""
    return column.is_numeric and len(column.counts) > 5


def wide_guess(columns: list[Column]) -> Guess:
    """That a table has a row a visit, with how many columns speak for it."""
    known = sum(c.candidate is not None and c.candidate.score >= 0.6 for c in columns)
    return Guess("wide", 0.95 if known > 2 else 0.6, f"{known} columns are called as analytes are")
