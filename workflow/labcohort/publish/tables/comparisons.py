"""Tables of kind comparisons: in the form of a publication."""

import polars as pl

from labcohort.publish.tables import of_comparisons as of
from labcohort.publish.tables.cells import p_cell, test_name, text_cell, with_unit
from labcohort.publish.tables.table import Column, Line, Printed
from labcohort.publish.words import say


def printed(data: pl.DataFrame, table: dict, how: dict) -> Printed:
    """A table (a row of config/tables.tsv) of comparisons (publish.withheld.comparisons)."""
    rows = of.rows_of(data, table, how)
    markers, unit = of.markers_of(rows, how)
    columns = (
        *of.named_columns(how),
        Column(say(how, "n pairs"), True, (say(how, "n pairs"),)),
        *of.summary_columns(rows, unit, how),
        of.interval_column(
            with_unit(say(how, "Mean change (CI)"), unit), say(how, "mean change"), how
        ),
        Column(say(how, "Test")),
        Column(say(how, "p"), True, (say(how, "p"),), is_p=True),
    )
    lines = tuple(_line(row, rows, markers[row["marker"]], unit, how) for row in rows)
    notes = [
        *of.first_notes(rows, table, how),
        say(how, "p values are two-sided and not adjusted for multiple testing."),
        say(
            how,
            "The interval of the mean change is the paired t test's, also in rows that show"
            " Wilcoxon's p.",
        ),
        *of.last_notes(rows, how),
    ]
    return Printed(table["table"], table["kind"], table["title"], columns, lines, tuple(notes))


def _line(row: dict, rows: list[dict], marker: dict, unit: str | None, how: dict) -> Line:
    """One comparison."""
    decimals = marker["decimals"]
    cells = (
        *of.named(row, marker, unit, how),
        of.pairs(row, how),
        *of.summaries(row, rows, decimals, how),
        of.interval(row, "change_mean", "change_ci", decimals, how),
        text_cell(test_name(how, row["test"])),
        p_cell(row["p_value"], how),
    )
    return Line(cells, of.note(row, how), of.about(row))
