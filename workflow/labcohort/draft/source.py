"""The draft of one source: the file's parts put together."""

from dataclasses import dataclass, field

from labcohort.draft.blocks import blocks_of
from labcohort.draft.claims import claims
from labcohort.draft.columns import Column, columns_of, long_roles
from labcohort.draft.dates import date_formats, date_score
from labcohort.draft.entries import Entry, guessed, remark
from labcohort.draft.facts import Facts
from labcohort.draft.guess import LIKELY, Guess
from labcohort.draft.patients import patient_entries
from labcohort.draft.people import SEX, KnownPatients, is_patient_table, person_column
from labcohort.draft.results import Table, long_entries, result_entries, wide_guess
from labcohort.draft.shape import Shape
from labcohort.draft.tables import LookedAt, has_messages
from labcohort.draft.visits import counted_visits, dated_visits, in_order, visit_column
from labcohort.draft.wanted import Wanted
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
    looked: LookedAt,
    file: Entry,
    facts: Facts,
    known: KnownPatients,
    wanted: Wanted,
    content: str | None,
) -> Draft:
    """The draft of a source with the key `file`; `content` (results, patients) where a person has
    said it.

    UserError where no column may be the persons', or nothing is as in an export.
    """
    shape = looked.shape
    columns = columns_of(shape, facts)
    content = content or looked.content
    said = list(looked.said)
    if has_messages(looked):
        from labcohort.draft.messages import message_entries

        kind = looked.form.how["type"]
        entries = message_entries(kind, content or "results", shape, columns, facts, known)
        content = content or "results"
    else:
        if content is None:
            _check_export(looked, facts, file.value)
        person = _person(columns, known, shape, file.value)
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
            found = patient_entries(columns, taken, wanted)
            entries += found if any(e.key == "attributes" for e in found) else _no_attribute(found)
        else:
            table = Table(shape, columns, facts, taken)
            entries += _results(table, looked.sheets, known, wanted)
    head = [
        Entry("content", content, is_guess=not has_messages(looked)),
        file,
        looked.format_entry(),
    ]
    files = f" of {looked.files:,} files" if looked.files > 1 else ""
    rest = "" if looked.form.is_whole else ", not all"
    read = f"{len(shape.rows):,} rows{files} were looked at{rest}"
    return Draft(head + entries, [*looked.form.remarks, *said, read])


def is_export(looked: LookedAt, facts: Facts) -> bool:
    """Whether a table has something of results or patients: prose, settings and programs have rows
    and columns as well, of a kind."""
    columns = columns_of(looked.shape, facts)
    return (
        has_messages(looked)
        or person_column(columns, KnownPatients(), len(looked.shape.rows)) is not None
        or any(c.candidate and c.candidate.score >= LIKELY and c.values for c in columns)
        or any(c.is_dates or SEX.search(c.own_name) for c in columns)
        or long_roles(columns, facts) is not None
    )


def _check_export(looked: LookedAt, facts: Facts, file: str) -> None:
    if not is_export(looked, facts):
        raise UserError(
            "nothing in the file is as in an export of results or patients",
            where=file,
            rule="a draft begins with a column of ids, of dates, or of a known analyte",
            do="look whether this is the right file; if it is, say what it holds:"
            " --content results",
        )


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


def _results(table: Table, sheets: list[str], known: KnownPatients, wanted: Wanted) -> list[Entry]:
    """Layout, dates, visits and claims, then numbers and analytes."""
    table.long = long_roles(table.columns, table.facts)
    visit: list[Entry] = []
    if table.long:
        entries = long_entries(table)
    else:
        open_names = [c.name for c in table.columns if c.name not in table.taken]
        table.blocks = blocks_of(open_names, table.facts)
        if table.blocks:
            said = f"0.85: {len(table.blocks.split)} columns are an analyte and a visit"
            entries = [Entry("layout", "blocks", remark(0.85, said)),
                       Entry("columns", table.blocks.columns, is_guess=False)]  # fmt: skip
        else:
            entries = [guessed("layout", wide_guess(table.columns))]
    labels = table.blocks.visits if table.blocks else []
    if not table.blocks:
        visit, labels = _visit(table, sheets)
    date, needs_visits = _date(table, known, wanted, bool(labels))
    visits = counted_visits(labels) if needs_visits else dated_visits(labels, wanted.anchors)
    if visits is None and table.blocks:
        visits = Entry("visits", {v: {} for v in labels}, comments={})
    found = claims(table.columns, table.taken, known)
    return [*entries, date, *visit, *([visits] if visits else []), *found, *result_entries(table)]


def _visit(table: Table, sheets: list[str]) -> tuple[list[Entry], list[str]]:
    """`visit` of a table with a row a visit or a result, and the visits' labels."""
    if len(sheets) > 1:
        said = remark(0.7, "0.70: sheets of the same columns")
        return [Entry("visit", {"sheet": True}, said)], sheets
    column = visit_column(table.columns, table.taken)
    if column is None:
        return [], []
    table.taken.add(column.name)
    said = remark(0.8, "0.80: by its name, and its texts repeat")
    return [Entry("visit", {"column": column.name}, said)], in_order(column.counts)


def _date(
    table: Table, known: KnownPatients, wanted: Wanted, has_visits: bool
) -> tuple[Entry, bool]:
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
    if has_visits:
        anchor = next(iter([*wanted.anchors, *known.dates]), "infusion_date")
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
