"""The table of a raw file with its format, and those of other files that have the same."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from labcohort.draft.entries import Entry, remark
from labcohort.draft.facts import Facts
from labcohort.draft.file_form import CELLS, FileForm, file_form, is_messages
from labcohort.draft.shape import Shape, table_shape
from labcohort.errors import UserError

# files of a folder that are looked at; those of programs are read in a process of their own each
LOOKED_AT, OF_PROGRAMS = 200, 20


@dataclass
class LookedAt:
    """A file's form, its table, the sheets that have it, and remarks on what else there is.

    `files`: how many files' rows the table has; `content`: what messages hold, where no one said.
    """

    form: FileForm
    sheets: list[str]
    shape: Shape
    said: list[str] = field(default_factory=list)
    files: int = 1
    content: str | None = None

    def format_entry(self) -> Entry:
        """`format`, with the reasons above it."""
        how = {k: v for k, v in self.form.how.items() if k != "sheets"}
        above = [f"{name}: {remark(g.score, g.said())}" for name, g in self.form.guesses]
        if len(self.sheets) == 1:
            how["sheet"] = self.sheets[0]
        elif self.sheets:
            how["sheets"] = self.sheets
            above.append("sheets: CHECK 0.80: they have the same columns")
        others = [s for s, rows in self.form.sheets.items() if s and rows and s not in self.sheets]
        if others:
            how["ignore_sheets"] = others
            above.append("ignore_sheets: CHECK 0.50: their columns are others")
        return Entry("format", how, above=above)


def look_at(path: Path, shown: str, content: str | None, facts: Facts) -> LookedAt:
    """The form and table of a file, called `shown` in messages.

    UserError where no reader knows the file, or it has no table with data.
    """
    form = file_form(path, shown, content)
    records = form.how["type"] not in ("text", "xlsx", "xls")
    units = facts.all_units
    shapes = {s: table_shape(rows, units, records) for s, rows in form.sheets.items()}
    full = {s: shape for s, shape in shapes.items() if shape.rows and len(shape.columns) > 1}
    if not full and is_messages(form) and content is None:
        return replace(look_at(path, shown, "patients", facts), content="patients")
    if not full:
        raise UserError(
            "the file has no table with data",
            where=shown,
            rule="an export has a header with two columns or more, and rows below it",
            do="look whether this is the right file",
        )
    best = max(full, key=lambda s: len(full[s].rows) * len(full[s].columns))
    same = [s for s in full if full[s].columns == full[best].columns]
    shape = full[best]
    if len(same) > 1:
        shape = _with_rows(shape, [row for s in same for row in full[s].rows])
    others = [s for s in shapes if s not in same]
    said = [f"sheets that are not read: {', '.join(map(str, others))}"] if others else []
    return LookedAt(form, [s for s in same if s is not None], shape, said)


def look_at_others(
    first: LookedAt, paths: list[Path], content: str | None, facts: Facts
) -> tuple[LookedAt, list[Path], int]:
    """`first` with the rows of those of `paths` that have its form and columns, these paths, and
    how many were looked at: no more than LOOKED_AT, and none once there are CELLS cells."""
    most = LOOKED_AT if first.form.how["type"] in ("text", "hl7", "fhir") else OF_PROGRAMS
    found, alike, looked = first, [], 0
    for path in paths[:most]:
        if len(found.shape.rows) * len(found.shape.columns) > CELLS:
            break
        looked += 1
        try:
            other = look_at(path, "", content, facts)
        except (UserError, OSError):
            continue
        joined = _joined(found, other)
        if joined is not None:
            found = joined
            alike.append(path)
    return found, alike, looked


def _joined(one: LookedAt, other: LookedAt) -> LookedAt | None:
    """Both as one table; None where one YAML cannot read both."""
    how = _joined_format(one, other)
    if how is None or one.sheets != other.sheets or not _same_shape(one.shape, other.shape):
        return None
    guesses = one.form.guesses
    if how.get("encoding") != one.form.how.get("encoding"):
        guesses = other.form.guesses
    form = FileForm(how, guesses, one.form.remarks, one.form.sheets,
                    one.form.is_whole and other.form.is_whole)  # fmt: skip
    shape = _with_rows(one.shape, one.shape.rows + other.shape.rows)
    return replace(one, form=form, shape=shape, files=one.files + 1)


def _joined_format(one: LookedAt, other: LookedAt) -> dict | None:
    """The `format` of both: their encodings may differ where one of them is ASCII, and those of
    messages, which say their own."""
    apart = ("encoding", "ignore_messages", "sheets")
    ours, theirs = one.form.how, other.form.how
    how = {k: v for k, v in ours.items() if k not in apart}
    if how != {k: v for k, v in theirs.items() if k not in apart}:
        return None
    if "encoding" in ours:
        encodings = [ours["encoding"], theirs.get("encoding", ours["encoding"])]
        if encodings[0] != encodings[1]:
            plain = [_is_ascii(one), _is_ascii(other)]
            if not any(plain) and ours["type"] != "hl7":
                return None
            encodings = encodings[plain[0] :] if any(plain) else []
        how |= {"encoding": encodings[0]} if encodings else {}
    if "sheets" in ours:
        how["sheets"] = ours["sheets"]
    others = {*ours.get("ignore_messages", []), *theirs.get("ignore_messages", [])}
    order = [*ours, *theirs]
    how |= {"ignore_messages": sorted(others)} if others else {}
    return {k: how[k] for k in dict.fromkeys(order) if k in how}


def _is_ascii(looked: LookedAt) -> bool:
    return looked.form.how["encoding"] == "utf-8" and all(
        cell.isascii()
        for rows in looked.form.sheets.values()
        for _, cells in rows
        for cell in cells
    )


def _same_shape(one: Shape, other: Shape) -> bool:
    keys = ("header", "units_row", "ranges_row")
    places = [[g and g.value for g in (getattr(s, k) for k in keys)] for s in (one, other)]
    return one.columns == other.columns and places[0] == places[1] and one.units == other.units


def _with_rows(shape: Shape, rows: list) -> Shape:
    return Shape(shape.columns, rows, shape.header, shape.units_row, shape.ranges_row, shape.units)


def has_messages(looked: LookedAt) -> bool:
    """Whether the files hold records of a known form."""
    return is_messages(looked.form)
