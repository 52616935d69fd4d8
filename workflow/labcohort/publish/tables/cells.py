"""Columns and cells that several kinds of tables have."""

from collections.abc import Callable, Iterable, Sequence

from labcohort.publish.lists import paragraph
from labcohort.publish.tables.table import Cell, Column, Line
from labcohort.publish.text import SHORT_TESTS, interval_text, p_text, unit_text
from labcohort.publish.withheld import few_persons
from labcohort.publish.words import say
from labcohort.rounding import rounded
from labcohort.small_cells import FEW


def text_cell(text: str | None) -> Cell:
    """A cell without numbers."""
    return Cell(text or "")


def number_cell(value: float | None, decimals: int) -> Cell:
    """A cell of one number; empty where it is undefined or withheld."""
    return Cell(rounded(value, decimals), (value,), decimals)


def count_cell(row: dict, name: str, how: dict) -> Cell:
    """A cell of a number of persons; where it is withheld `<5`, or a word if it is a complement."""
    if row[name] is not None:
        return number_cell(row[name], 0)
    if row["withheld"] is None:
        return Cell("", (None,), 0)
    few = row["withheld"] == few_persons(how)
    text = FEW.format(minimum=how["minimum_cell"]) if few else say(how, "withheld")
    return Cell(text, (None,), 0)


def interval_cell(
    estimate: float | None, low: float | None, high: float | None, decimals: int, how: dict
) -> Cell:
    """A cell of an estimate with the ends of its confidence interval."""
    text = interval_text(estimate, low, high, decimals, how)
    return Cell(text, (estimate, low, high), decimals)


def p_cell(p: float | None, how: dict, text: str | None = None) -> Cell:
    """A cell of a p value; `text` where it says more than the number."""
    shown = p_text(p, how)
    decimals = len(shown.partition(".")[2]) if shown else None
    return Cell(shown if text is None else text, (p,), decimals)


def test_name(how: dict, test: str) -> str:
    """The short name of a test."""
    return {
        "paired_t": say(how, "paired t"),
        "wilcoxon_signed_rank": say(how, "Wilcoxon"),
    }.get(test, SHORT_TESTS.get(test, test))


def one_unit(markers: Iterable[dict]) -> str | None:
    """The printed unit of markers that all have the same; None where they differ."""
    units = {unit_text(marker["unit"]) for marker in markers}
    return units.pop() if len(units) == 1 else None


def with_unit(header: str, unit: str | None) -> str:
    """A header, with the unit where one holds for the column."""
    return f"{header}, {unit}" if unit else header


def marker_name(marker: dict, unit: str | None) -> str:
    """The label of a marker, with its unit where the column has none (`unit` is None)."""
    own = unit_text(marker["unit"])
    return f"{marker['label']}, {own}" if own and unit is None else marker["label"]


def without_empty(
    columns: Sequence[Column], lines: Sequence[Line], may_go: Callable[[Column], bool]
) -> tuple[tuple[Column, ...], tuple[Line, ...]]:
    """Columns and lines without the columns that are empty in all lines, of those that may go."""
    kept = [
        i
        for i, column in enumerate(columns)
        if not may_go(column) or any(line.cells[i].text for line in lines)
    ]
    return (
        tuple(columns[i] for i in kept),
        tuple(
            Line(tuple(line.cells[i] for i in kept), line.note, line.about, line.heading)
            for line in lines
        ),
    )


def p_note(how: dict) -> str:
    """The style in which p values are written, and how numbers are rounded."""
    style = {
        "plain": say(how, "p values have three decimals, four between .045 and .055."),
        "ama": say(how, "p values are written as in the AMA Manual of Style (11th edition)."),
        "nejm": say(how, "p values are written as the New England Journal of Medicine asks."),
    }[how["p"]]
    return paragraph(how, [style, say(how, "Numbers are rounded half away from zero.")])


def grouped(
    rows: Iterable[dict], heading: Callable[[dict], str], line: Callable[[dict, str], Line]
) -> tuple[Line, ...]:
    """The lines of rows; what stands above a group of them stands at the first of it."""
    lines, before = [], ""
    for row in rows:
        own = heading(row)
        lines.append(line(row, own if own != before else ""))
        before = own
    return tuple(lines)


def closing_notes(rows: Iterable[dict], how: dict) -> list[str]:
    """What tables of changes with a p value end with."""
    return [
        *withheld_note(rows, how),
        p_note(how),
        say(how, "Change from baseline; the study has no control group."),
    ]


def withheld_note(rows: Iterable[dict], how: dict) -> list[str]:
    """A footnote on what is withheld, where something is."""
    if not any(row["withheld"] for row in rows):
        return []
    return [
        say(
            how,
            "Groups of fewer than {minimum} persons are withheld, with those by which they could"
            " be told.",
            minimum=how["minimum_cell"],
        )
    ]
