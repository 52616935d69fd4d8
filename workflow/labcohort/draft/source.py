"""The draft of one source: the file's parts put together."""

from dataclasses import dataclass, field

from labcohort.draft.blocks import blocks_of, visit_months
from labcohort.draft.columns import Column, columns_of, long_roles
from labcohort.draft.dates import date_formats, date_score
from labcohort.draft.entries import Entry, guessed, remark
from labcohort.draft.facts import Facts
from labcohort.draft.file_form import FileForm, is_messages
from labcohort.draft.guess import Guess
from labcohort.draft.patients import patient_entries
from labcohort.draft.people import KnownPatients, is_patient_table, person_column
from labcohort.draft.results import (
    Table,
    long_entries,
    result_entries,
    visit_column,
    wide_guess,
)
from labcohort.draft.shape import Shape, table_shape
from labcohort.errors import UserError
from labcohort.ingest.identifiers.scan import find_identifiers

# a day that no result is of: it has to be replaced, and is set aside if it is not
NO_DAY = "1900-01-01"


@dataclass
class Draft:
    """Entries of a source's YAML in their order, and what is said at its head."""

    entries: list[Entry]
    remarks: list[str] = field(default_factory=list)

    @property
    def content(self) -> str:
        return next(e.value for e in self.entries if e.key == "content")


def draft_of(
    form: FileForm, file: str, facts: Facts, known: KnownPatients, content: str | None
) -> Draft:
    """The draft of the file `file`; `content` (results, patients) where a person has said it.

    UserError where the file has no table with data, or no column that may be the persons'.
    """
    sheets, shape, said = _sheets(form, facts, file)
    columns = columns_of(shape, facts)
    if is_messages(form):
        from labcohort.draft.messages import message_entries

        entries = message_entries(form.how["type"], content or "results", shape, columns, facts)
        content = content or "results"
    else:
        person = _person(columns, known, shape, file)
        is_patients, why = is_patient_table(columns, person.value["column"])
        if content is not None:
            is_patients = content == "patients"
        content = "patients" if is_patients else "results"
        entries = [guessed("person", person), *_header_entries(shape)]
        dropped = _identifiers(shape, is_patients, person.value["column"])
        entries += dropped
        taken = {person.value["column"], *(c for e in dropped for c in e.value)}
        said.append(f"content: {why}")
        if is_patients:
            found = patient_entries(columns, taken)
            entries += found if any(e.key == "attributes" for e in found) else _no_attribute(found)
        else:
            table = Table(shape, columns, facts, taken)
            entries += _results(table, sheets, known)
    head = [
        Entry("content", content, is_guess=not is_messages(form)),
        Entry("file", file, is_guess=False),
        _format(form, sheets),
    ]
    read = f"{len(shape.rows):,} rows were looked at" + ("" if form.is_whole else ", not all")
    return Draft(head + entries, [*form.remarks, *said, read])


def _sheets(form: FileForm, facts: Facts, file: str) -> tuple[list[str], Shape, list[str]]:
    """The sheets with the data, the shape of their table, and remarks on the others."""
    records = form.how["type"] not in ("text", "xlsx", "xls")
    units = facts.all_units
    shapes = {s: table_shape(rows, units, records) for s, rows in form.sheets.items()}
    full = {s: shape for s, shape in shapes.items() if shape.rows and len(shape.columns) > 1}
    if not full:
        raise UserError(
            "the file has no table with data",
            where=file,
            rule="an export has a header with two columns or more, and rows below it",
            do="look whether this is the right file",
        )
    best = max(full, key=lambda s: len(full[s].rows) * len(full[s].columns))
    same = [s for s in full if full[s].columns == full[best].columns]
    shape = full[best]
    if len(same) > 1:
        rows = [row for s in same for row in full[s].rows]
        shape = Shape(
            shape.columns, rows, shape.header, shape.units_row, shape.ranges_row, shape.units
        )
    others = [s for s in shapes if s not in same]
    said = [f"sheets that are not read: {', '.join(map(str, others))}"] if others else []
    return [s for s in same if s is not None], shape, said


def _format(form: FileForm, sheets: list[str]) -> Entry:
    how = {k: v for k, v in form.how.items() if k != "sheets"}
    above = [f"{name}: {remark(g.score, g.said())}" for name, g in form.guesses]
    if len(sheets) == 1:
        how["sheet"] = sheets[0]
    elif sheets:
        how["sheets"] = sheets
        above.append("sheets: CHECK 0.80: they have the same columns")
    others = [name for name, rows in form.sheets.items() if name and rows and name not in sheets]
    if others:
        how["ignore_sheets"] = others
        above.append("ignore_sheets: CHECK 0.50: their columns are others")
    return Entry("format", how, above=above)


def _header_entries(shape: Shape) -> list[Entry]:
    pairs = (
        ("header", shape.header),
        ("units_row", shape.units_row),
        ("ranges_row", shape.ranges_row),
    )
    return [guessed(key, guess) for key, guess in pairs if guess]


def _person(columns: list[Column], known: KnownPatients, shape: Shape, file: str) -> Guess:
    found = person_column(columns, known, len(shape.rows))
    if found:
        return found
    # nothing is called so: the first column of texts that look like ids, for a person to correct
    for column in columns:
        if len(column.values) >= 0.9 * len(shape.rows) and not column.is_dates:
            return Guess({"column": column.name}, 0.1, "no column is called as an id is: the first")
    raise UserError(
        "no column may hold the persons' ids",
        where=file,
        rule="each row of an export says of whom it is",
        do="write config/sources/NAME.yaml by hand; `fill_down:` helps where an id stands once",
    )


def _identifiers(shape: Shape, is_patients: bool, person: str) -> list[Entry]:
    """`drop`: the columns with direct identifiers, as the run would find them."""
    width = len(shape.columns)
    rows = [row for row in shape.rows if len(row[1]) == width]
    found = find_identifiers(shape.columns, rows, patients=is_patients, exempt={person})
    if not found:
        return []
    kinds = {f.column: f"{f.kind}, by its {f.by}" for f in found}
    return [Entry("drop", list(kinds), comments=kinds)]


def _no_attribute(found: list[Entry]) -> list[Entry]:
    """A patient table whose columns are all unclear keeps one of them, as text."""
    (ignored,) = found
    first, *rest = ignored.value
    entry = {"note": {"column": first, "text": True}}
    asked = Entry(
        "attributes", entry, comments={"note": remark(0.0, "no column is clear: name them")}
    )
    return [asked, Entry("ignore", rest, comments=ignored.comments)] if rest else [asked]


def _results(table: Table, sheets: list[str], known: KnownPatients) -> list[Entry]:
    """Layout, dates and visits, then numbers and analytes."""
    table.long = long_roles(table.columns, table.facts)
    if table.long:
        entries = long_entries(table)
        visits: list[Entry] = []
    else:
        open_names = [c.name for c in table.columns if c.name not in table.taken]
        table.blocks = blocks_of(open_names, table.facts)
        if table.blocks:
            said = f"0.85: {len(table.blocks.split)} columns are an analyte and a visit"
            entries = [Entry("layout", "blocks", remark(0.85, said)),
                       Entry("columns", table.blocks.columns, is_guess=False)]  # fmt: skip
            visits = [_visits(table.blocks.visits)]
        else:
            entries = [guessed("layout", wide_guess(table.columns))]
            visits = _visit_entries(table, sheets)
    date, needs_visits = _date(table, known, visits)
    kept = visits if needs_visits or table.blocks else [v for v in visits if v.key == "visit"]
    if table.blocks and not needs_visits:
        kept = [Entry("visits", {v: {} for v in table.blocks.visits}, comments={})]
    return [*entries, date, *kept, *result_entries(table)]


def _visit_entries(table: Table, sheets: list[str]) -> list[Entry]:
    """`visit` and `visits` of a table with a row a visit."""
    if len(sheets) > 1:
        said = remark(0.7, "0.70: sheets of the same columns")
        return [Entry("visit", {"sheet": True}, said), _visits(sheets)]
    column = visit_column(table.columns, table.taken)
    if column is None:
        return []
    table.taken.add(column.name)
    said = remark(0.8, "0.80: by its name, and its texts repeat")
    return [Entry("visit", {"column": column.name}, said), _visits(sorted(column.counts))]


def _visits(labels: list[str]) -> Entry:
    months = visit_months(labels)
    comments = {v: remark(0.0, g.said()) for v, g in months.items()}
    return Entry("visits", {v: g.value for v, g in months.items()}, comments=comments)


def _date(table: Table, known: KnownPatients, visits: list[Entry]) -> tuple[Entry, bool]:
    """`date`, and whether it is counted by the visits."""
    dated = [
        (date_score(c.name), c) for c in table.columns if c.is_dates and c.name not in table.taken
    ]
    dated = [(score, c) for score, c in dated if score > 0]
    if table.blocks and (block := _block_dates(table)):
        return block, False
    if dated:
        best, column = max(dated, key=lambda pair: pair[0])
        table.taken.add(column.name)
        formats = date_formats(column.values)
        how = {"column": column.name} | ({"formats": formats.value} if formats.value else {})
        others = [c.name for _, c in dated if c is not column]
        or_others = f", or {', '.join(others)}" if others else ""
        said = f"{best:.2f}: by name{or_others}; formats {formats.said()}"
        if not formats.value:
            said += "; write `formats:` as the laboratory says"
        return Entry("date", how, remark(min(best, formats.score), said)), False
    if any(v.key == "visits" for v in visits):
        anchor = known.dates[0] if known.dates else "infusion_date"
        said = "no column of dates: counted from this date of the patients, by the visits' months"
        return Entry("date", {"from": anchor}, remark(0.3, said)), True
    said = "no column of dates: write the day of all results, or the column"
    return Entry("date", {"on": NO_DAY}, remark(0.0, said)), False


def _block_dates(table: Table) -> Entry | None:
    """The columns of dates of a table of blocks: `date_0`, `date_6`."""
    columns = [c for c in table.columns if c.is_dates and c.name in table.blocks.split]
    stems = {table.blocks.split[c.name][0] for c in columns}
    if not stems:
        return None
    stem = max(sorted(stems), key=date_score)
    own = [c for c in columns if table.blocks.split[c.name][0] == stem]
    table.taken |= {c.name for c in columns}
    formats = date_formats([v for c in own for v in c.values])
    column = table.blocks.columns.replace("{analyte}", stem)
    how = {"column": column} | ({"formats": formats.value} if formats.value else {})
    return Entry("date", how, remark(formats.score, f"of each visit; formats {formats.said()}"))
