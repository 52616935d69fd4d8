"""Tables of kind scorecard: published results beside those of this run."""

from collections import Counter

import polars as pl

from labcohort.publish.lists import commas, paragraph
from labcohort.publish.siblings import in_order
from labcohort.publish.tables.cells import (
    closing_notes,
    count_cell,
    marker_name,
    p_cell,
    test_name,
    text_cell,
)
from labcohort.publish.tables.table import Column, Line, Printed
from labcohort.publish.words import said, say

VISITS = ("baseline", "followup")


def printed(data: pl.DataFrame, table: dict, how: dict) -> Printed:
    """A table of the scorecard (publish.withheld.scorecard).

    Numbers are in the units of the publication's rows, which are the canonical ones.
    """
    rows = in_order(data, how).to_dicts()
    columns = (
        Column(say(how, "Marker")),
        Column(say(how, "Group")),
        Column(say(how, "Follow-up")),
        Column(say(how, "Test")),
        Column(say(how, "Published: baseline → follow-up")),
        Column(say(how, "Here: baseline → follow-up")),
        Column(say(how, "Published finding")),
        Column(say(how, "Finding here")),
        Column(say(how, "n pairs"), True, (say(how, "n pairs"),)),
        Column(say(how, "p"), True, (say(how, "p"),), is_p=True),
        Column(say(how, "Verdict")),
    )
    lines = tuple(_line(row, how) for row in rows)
    return Printed(
        table["table"], table["kind"], table["title"], columns, lines, tuple(_notes(rows, how))
    )


def _line(row: dict, how: dict) -> Line:
    """One published result."""
    marker = how["markers"][row["marker"]]
    cells = (
        text_cell(marker_name(marker, None)),
        text_cell(how["cohorts"].get(row["cohort"], row["cohort"])),
        text_cell(how["timepoints"].get(row["timepoint"], row["timepoint"])),
        text_cell(test_name(how, row["test"])),
        text_cell(_numbers(row, "published")),
        text_cell(_numbers(row, "ours")),
        text_cell(_finding(row, "published", how)),
        text_cell(_finding(row, "ours", how)),
        count_cell(row, "n_pairs", how),
        p_cell(row["p_value"], how),
        text_cell(_verdict(row["verdict"], how)),
    )
    note = said(how, row["why"]) if row["why"] else say(how, "withheld: {why}", why=row["withheld"])
    about = {name: row[name] for name in ("marker", "cohort", "timepoint")}
    return Line(cells, note, about)


def _numbers(row: dict, whose: str) -> str:
    """Centre and spread before and after; '' where a source prints none."""
    before, after = (row[f"{whose}_{visit}"] for visit in VISITS)
    return f"{before or ''} → {after or ''}" if before or after else ""


def _finding(row: dict, whose: str, how: dict) -> str:
    """Significance and direction, in words."""
    significant = {
        "yes": say(how, "significant"),
        "no": say(how, "not significant"),
    }.get(row[f"{whose}_significant"], "")
    direction = {
        "down": say(how, "lower"),
        "up": say(how, "higher"),
        # of a source it says no more than that p was not below alpha
        "none": say(how, "no difference") if whose == "ours" else "",
    }.get(row[f"{whose}_direction"], "")
    found = commas(how, (text for text in (direction, significant) if text))
    return found or (say(how, "not stated") if whose == "published" else "")


def _verdict(verdict: str | None, how: dict) -> str:
    """A verdict in words; of a group that is withheld there is none."""
    return {
        "reproduced": say(how, "reproduced"),
        "same direction": say(how, "same direction"),
        "contradicts": say(how, "contradicts"),
        "not comparable": say(how, "not comparable"),
        None: say(how, "withheld"),
    }[verdict]


def _notes(rows: list[dict], how: dict) -> list[str]:
    """How many of which verdict, what they mean, and what they are about."""
    counts = Counter(row["verdict"] for row in rows)
    listed = commas(
        how,
        (
            say(how, "{number} {verdict}", number=counts[verdict], verdict=_verdict(verdict, how))
            for verdict in ("reproduced", "same direction", "contradicts", "not comparable", None)
            if counts[verdict]
        ),
    )
    notes = [
        say(how, "{number} published results: {counts}.", number=len(rows), counts=listed),
        paragraph(
            how,
            [
                say(
                    how,
                    "Reproduced: every printed number is found here, rounded as printed there, and"
                    " neither significance nor direction contradicts.",
                ),
                say(
                    how,
                    "Same direction: the source prints no number, and what it says of significance"
                    " and direction holds here.",
                ),
            ],
        ),
        say(how, "Under each row is what its verdict rests on; p values are not adjusted."),
    ]
    if how["synthetic"]:
        notes.append(
            say(
                how,
                "SYNTHETIC data: a verdict is about a made-up demo registry, not about the"
                " publication.",
            )
        )
    notes += closing_notes(rows, how)
    return notes
