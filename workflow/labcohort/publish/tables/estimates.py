"""Tables of kind estimates: with intervals, effect sizes and adjusted p."""

import polars as pl

from labcohort.publish.names import family_name
from labcohort.publish.tables import of_comparisons as of
from labcohort.publish.tables.cells import (
    p_cell,
    test_name,
    text_cell,
    with_unit,
    without_empty,
)
from labcohort.publish.tables.table import Cell, Column, Line, Printed
from labcohort.publish.text import p_text
from labcohort.publish.words import said, say, semicolons


def printed(data: pl.DataFrame, table: dict, how: dict) -> Printed:
    """A table (a row of config/tables.tsv) of comparisons (publish.withheld.comparisons)."""
    rows = of.rows_of(data, table, how)
    markers, unit = of.markers_of(rows, how)
    columns = (
        *of.named_columns(how),
        Column(say(how, "n pairs"), True, (say(how, "n pairs"),)),
        Column(say(how, "n lost"), True, (say(how, "n lost"),)),
        *of.summary_columns(rows, unit, how),
        of.interval_column(with_unit(say(how, "Change (CI)"), unit), say(how, "change"), how),
        of.interval_column(say(how, "Ratio (CI)"), say(how, "ratio"), how),
        of.interval_column(
            say(how, "Standardised change (CI)"), say(how, "standardised change"), how
        ),
        Column(say(how, "Test")),
        Column(say(how, "p"), True, (say(how, "p"),), is_p=True),
        Column(say(how, "Adjusted p"), True, (say(how, "adjusted p"),), is_p=True),
    )
    lines = [_line(row, rows, markers[row["marker"]], unit, how) for row in rows]
    ratio = say(how, "Ratio (CI)")
    columns, lines = without_empty(columns, lines, lambda column: column.header == ratio)
    notes = [
        *of.first_notes(rows, table, how),
        *_notes(rows, how),
        *of.last_notes(rows, how),
    ]
    return Printed(table["table"], table["kind"], table["title"], columns, lines, tuple(notes))


def _line(row: dict, rows: list[dict], marker: dict, unit: str | None, how: dict) -> Line:
    """One comparison, with the estimates that belong to its primary test."""
    decimals = marker["decimals"]
    of_t = row["test"] == "paired_t"
    change = ("change_mean", "change_ci") if of_t else ("hodges_lehmann", "hl_ci")
    effect = ("d_z", "dz_ci") if of_t else ("rank_biserial", "rb_ci")
    cells = (
        *of.named(row, marker, unit, how),
        of.pairs(row, how),
        of.lost_cell(row),
        *of.summaries(row, rows, decimals, how),
        of.interval(row, *change, decimals, how),
        of.interval(row, "geometric_ratio", "gr_ci", 2, how),
        of.interval(row, *effect, 2, how),
        text_cell(test_name(how, row["test"])),
        p_cell(row["p_value"], how),
        _adjusted(row, how),
    )
    return Line(cells, of.note(row, how), of.about(row))


def _adjusted(row: dict, how: dict) -> Cell:
    """The adjusted p with its method."""
    p = p_text(row["p_adjusted"], how)
    method = {"holm": say(how, "Holm"), "bh": say(how, "BH")}.get(row["correction"], "")
    return p_cell(row["p_adjusted"], how, f"{p} ({method})" if p else "")


def _notes(rows: list[dict], how: dict) -> list[str]:
    """What the columns mean, for the tests that the table shows."""
    tests = {row["test"] for row in rows}
    notes = []
    if "paired_t" in tests:
        notes.append(
            say(
                how,
                "Paired t: mean change; standardised change d_z, mean change over its SD.",
            )
        )
    if "wilcoxon_signed_rank" in tests:
        notes.append(
            say(
                how,
                "Wilcoxon: Hodges-Lehmann estimate of the change (zeros kept); standardised"
                " change: matched-pairs rank-biserial correlation.",
            )
        )
    if any(row["geometric_ratio"] is not None for row in rows):
        notes.append(
            say(how, "Ratio: geometric mean of follow-up over baseline, for skewed markers.")
        )
    families = {(row["family"], row["adjustment"]) for row in rows if row["adjustment"] is not None}
    listed = semicolons(
        how,
        (
            say(
                how,
                "{family}: {adjustment}",
                family=family_name(family, how),
                adjustment=said(how, adjustment),
            )
            for family, adjustment in sorted(families)
        ),
    )
    notes.append(
        say(
            how,
            "p values are two-sided; adjusted p by families of tests ({families}).",
            families=listed,
        )
    )
    if "bh" in {row["correction"] for row in rows}:
        notes.append(say(how, "BH: Benjamini-Hochberg."))
    if how["declared"]:
        notes.append(
            say(
                how,
                "The plan's families were declared {when}.",
                when=said(how, how["declared"]),
            )
        )
    return notes
