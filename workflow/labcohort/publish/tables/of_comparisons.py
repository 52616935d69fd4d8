"""What tables of comparisons have in common: their rows, names, notes and footnotes."""

import polars as pl

from labcohort.publish.lists import commas, paragraph
from labcohort.publish.names import profile_name
from labcohort.publish.siblings import in_order
from labcohort.publish.tables.cells import (
    Cell,
    Column,
    closing_notes,
    count_cell,
    interval_cell,
    marker_name,
    number_cell,
    one_unit,
    text_cell,
    with_unit,
)
from labcohort.publish.text import equation_text, summary_text
from labcohort.publish.units import shown, shown_markers
from labcohort.publish.words import said, say, semicolons
from labcohort.study.names import POST_HOC


def rows_of(comparisons: pl.DataFrame, table: dict, how: dict) -> list[dict]:
    """The comparisons that a table shows, in the units to show and in reading order: primary tests
    of its profile and panel."""
    own = comparisons.filter(
        pl.col("primary"),
        pl.col("profile") == table["profile"],
        pl.col("panel") == table["panel"],
    )
    return shown(in_order(own.sort("profile", "family", "test"), how), how["units"]).to_dicts()


def markers_of(rows: list[dict], how: dict) -> tuple[dict[str, dict], str | None]:
    """The markers of some rows as they are shown, and the unit if all have one."""
    known = shown_markers(how["markers"], how["units"])
    own = {row["marker"]: known[row["marker"]] for row in rows}
    return own, one_unit(own.values())


def named_columns(how: dict) -> tuple[Column, ...]:
    """Headers of what a line is about."""
    return tuple(
        Column(text) for text in (say(how, "Marker"), say(how, "Group"), say(how, "Follow-up"))
    )


def named(row: dict, marker: dict, unit: str | None, how: dict) -> tuple[Cell, ...]:
    """What a line is about: marker, group and timepoint."""
    return (
        text_cell(marker_name(marker, unit)),
        text_cell(how["cohorts"][row["cohort"]]),
        text_cell(how["timepoints"][row["timepoint"]]),
    )


def about(row: dict) -> dict[str, str]:
    """What a line is about, by codes."""
    return {name: row[name] for name in ("profile", "family", "marker", "cohort", "timepoint")}


def pairs(row: dict, how: dict) -> Cell:
    """The number of pairs."""
    return count_cell(row, "n_pairs", how)


def summary_columns(rows: list[dict], unit: str | None, how: dict) -> tuple[Column, ...]:
    """Headers of both visits' summaries, and of their form where the rows have more than one."""
    forms = {row["summary"] for row in rows}
    if forms == {"mean_sem"}:
        parts = say(how, "mean"), say(how, "SEM")
    elif forms == {"median_iqr"}:
        parts = say(how, "median"), say(how, "IQR width")
    else:
        parts = say(how, "mean or median"), say(how, "SEM or IQR width")
    headers = say(how, "Baseline"), say(how, "At follow-up")
    visits = (Column(with_unit(header, unit), True, parts) for header in headers)
    form = (Column(say(how, "Summary")),) if len(forms) > 1 else ()
    return (*form, *visits)


def summaries(row: dict, rows: list[dict], decimals: int, how: dict) -> tuple[Cell, ...]:
    """Centre and spread of both visits, after the form where the rows have more than one."""
    form = {
        "mean_sem": say(how, "mean ± SEM"),
        "median_iqr": say(how, "median [IQR]"),
    }[row["summary"]]
    centre, spread = row["summary"].split("_")
    cells = [
        Cell(
            "" if row["n_pairs"] is None else summary_text(row, visit, decimals),
            (row[f"{visit}_{centre}"], row[f"{visit}_{spread}"]),
            decimals,
        )
        for visit in ("baseline", "followup")
    ]
    return (*((text_cell(form),) if len({r["summary"] for r in rows}) > 1 else ()), *cells)


def interval_column(header: str, estimate: str, how: dict) -> Column:
    """A column of an estimate with its confidence interval."""
    return Column(header, True, (estimate, say(how, "CI low"), say(how, "CI high")))


def interval(row: dict, estimate: str, ends: str, decimals: int, how: dict) -> Cell:
    """An estimate of a row with its confidence interval."""
    return interval_cell(row[estimate], row[f"{ends}_low"], row[f"{ends}_high"], decimals, how)


def lost_cell(row: dict) -> Cell:
    """How many members are no pair."""
    return number_cell(row["n_lost"], 0)


def note(row: dict, how: dict) -> str:
    """The row's own note, and what its other columns have to say to a reader of few columns."""
    if row["withheld"] and row["n_pairs"] is None:
        return say(how, "withheld: {why}", why=row["withheld"])
    notes = [said(how, row["note"])] if row["note"] else []
    if row["lost"]:
        notes.append(say(how, "not paired: {reasons}", reasons=said(how, row["lost"])))
    if (row["agrees"] or "yes") != "yes":
        what = said(how, row["agrees"].removeprefix("no: "))
        notes.append(say(how, "the other test disagrees ({what})", what=what))
    if (row["profiles_agree"] or "yes") != "yes":
        what = said(how, row["profiles_agree"].removeprefix("no: "))
        notes.append(say(how, "another profile disagrees ({what})", what=what))
    if row["equation"]:
        notes.append(equation_text(row["equation"], how))
    if row["duplicate_of"]:
        labels = (how["markers"][m]["label"] for m in row["duplicate_of"].split("|"))
        notes.append(
            say(
                how,
                "of the same results as {markers}: no separate evidence",
                markers=commas(how, labels),
            )
        )
    if row["role"] == POST_HOC:
        notes.append(say(how, "post hoc: not in the plan"))
    return semicolons(how, notes)


def first_notes(rows: list[dict], table: dict, how: dict) -> list[str]:
    """What a reader has to know of the rows: pairs, tests, summaries."""
    notes = [
        paragraph(
            how,
            [
                say(
                    how,
                    "Profile of the plan: {profile}.",
                    profile=profile_name(table["profile"], how),
                ),
                say(
                    how,
                    "Descriptives and test of each row are of the same pairs (n pairs); changes are"
                    " changes from baseline, with their {confidence} % confidence interval (CI).",
                    confidence=f"{100 * how['confidence']:g}",
                ),
            ],
        )
    ]
    tests = {row["test"] for row in rows}
    if "paired_t" in tests:
        notes.append(say(how, "Paired t: two-sided paired t test."))
    if "wilcoxon_signed_rank" in tests:
        notes.append(say(how, "Wilcoxon: signed-rank test in the form of SPSS, two-sided."))
    forms = {row["summary"] for row in rows}
    if "mean_sem" in forms:
        notes.append(say(how, "a ± b: mean ± standard error of the mean (SEM)."))
    if "median_iqr" in forms:
        notes.append(
            say(
                how,
                "a [b]: median [width of the interquartile range, IQR]; under four pairs the median"
                " has no quartiles; <LOD: too many values are below detection.",
            )
        )
    return notes


def last_notes(rows: list[dict], how: dict) -> list[str]:
    """What a reader has to know of the groups, and of how numbers are printed."""
    notes = []
    if {row["cohort"] for row in rows} & set(how["staged"]):
        notes.append(
            say(
                how,
                "CKD stage by eGFR ({equation}) at baseline alone: a GFR category, not a diagnosis"
                " (KDIGO asks for three months and a marker of kidney damage).",
                equation=equation_text(how["equation"], how),
            )
        )
    if any(row["selected_on_baseline"] for row in rows):
        notes.append(
            say(
                how,
                "Groups chosen on a baseline value change by regression to the mean alone: see"
                " regression_to_the_mean.csv.",
            )
        )
    notes += closing_notes(rows, how)
    return notes
