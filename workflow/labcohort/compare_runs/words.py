"""The comparison of two runs in words."""

from labcohort.compare_runs.folders import COMPARISONS, Run
from labcohort.compare_runs.made_of import made_of
from labcohort.compare_runs.numbers import Crossing, changed_tables, crossings
from labcohort.compare_runs.rows import Cells, Changes, Name
from labcohort.why.differences import said

# of a comparison these say most; the others are counted, or told when asked for
FOREMOST = ("n_pairs", "change_mean", "change_median", "p_value", "p_adjusted")
# so many rows of the comparisons are told, and columns of a row
SHOWN, COLUMNS = 12, 5
# other tables mostly follow from these: their rows are told where they are so few
FEW = 3


def in_words(old: Run, new: Run, whole: bool) -> tuple[list[str], bool]:
    """The lines, and whether a printed number is other; `whole` tells every row and column."""
    lines = [f"old: {old.folder}", f"new: {new.folder}", *_notes(old, new), ""]
    crossed = crossings(old.tables[COMPARISONS], new.tables[COMPARISONS])
    if crossed:
        lines += ["SIGNIFICANCE CROSSES ALPHA", *map(_crossing, crossed), ""]
    if old.record and new.record:
        found = made_of(old.record, new.record)
        lines += ["made of" if found else "made of the same"]
        lines += [f"  {kind:<10}{line}" for kind, own in found.items() for line in own]
        lines.append("")
    tables = changed_tables(old.tables, new.tables)
    for name in sorted(tables, key=lambda name: (name != COMPARISONS, name)):
        numbers, words = tables[name]
        lines += [*_table(name, numbers, words, len(old.tables[name]), whole), ""]
    one_sided = sorted(old.tables.keys() ^ new.tables.keys())
    lines += [
        f"{name}.csv: only in the {'old' if name in old.tables else 'new'}, not compared"
        for name in one_sided
    ]
    differ = bool(one_sided) or any(numbers for numbers, _ in tables.values())
    if not differ:
        lines.append(f"no number of {len(old.tables)} tables changed")
    return lines, differ


def _notes(old: Run, new: Run) -> list[str]:
    notes = []
    for run, side in ((old, "old"), (new, "new")):
        if run.record is None:
            notes.append(
                f"the {side} has no provenance.json, it is of an older version: what it was made of"
                " is not known"
            )
        if run.failed:
            notes.append(f"the {side} is of the run before its last one, which failed")
    return notes


def _crossing(found: Crossing) -> str:
    what = "p" if found.column == "p_value" else "adjusted p"
    primary = ", the primary test" if found.primary else ""
    return (
        f"  {_row(found.name)}{primary}: {what} {found.old or 'none'} -> {found.new or 'none'}"
        f" (alpha {found.alpha})"
    )


def _table(name: str, numbers: Changes, words: Changes, rows: int, whole: bool) -> list[str]:
    lines = []
    for count, what in (
        (len(numbers.changed), f"of {rows} rows changed"),
        (len(numbers.gone), "only in the old"),
        (len(numbers.come), "only in the new"),
        (len(words.changed), "with another label"),
    ):
        if count:
            lines.append(f"{count} {what}")
    found = [f"{name}.csv: {', '.join(lines)}"]
    limit = SHOWN if name == COMPARISONS else FEW * (len(numbers.changed) <= FEW)
    # those first in which what says most is other
    ranked = sorted(numbers.changed, key=lambda change: not {*FOREMOST} & {*change[1]})
    told = ranked if whole else ranked[:limit]
    for row, cells in told:
        found.append(f"  {_row(row)}")
        found += _cells(cells, whole)
    if more := len(ranked) - len(told):
        found.append(f"  rows more: {more} (--all tells them)")
    for side, names in (("old", numbers.gone), ("new", numbers.come)):
        shown = names if whole else names[: limit or FEW]
        found += [f"  only in the {side}: {_row(row)}" for row in shown]
        if more := len(names) - len(shown):
            found.append(f"  more only in the {side}: {more}")
    return found


def _cells(cells: Cells, whole: bool) -> list[str]:
    """The columns that differ, old and new; the foremost, or the first, where not all are told."""
    ranked = [*(c for c in FOREMOST if c in cells), *(c for c in cells if c not in FOREMOST)]
    shown = ranked if whole else ranked[:COLUMNS]
    lines = [f"    {c}: {said(cells[c][0] or None)} -> {said(cells[c][1] or None)}" for c in shown]
    rest = len(ranked) - len(shown)
    return [*lines, *([f"    columns more: {rest}"] if rest else [])]


def _row(name: Name) -> str:
    return ", ".join(cell for cell in name if cell)
