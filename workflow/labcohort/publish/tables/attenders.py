"""Tables of kind attenders: baseline of those who came back against those who did not."""

import polars as pl

from labcohort.publish.lists import paragraph
from labcohort.publish.siblings import in_order
from labcohort.publish.tables.cells import (
    count_cell,
    grouped,
    interval_cell,
    marker_name,
    text_cell,
    withheld_note,
)
from labcohort.publish.tables.table import Cell, Column, Line, Printed
from labcohort.publish.units import shown_markers
from labcohort.publish.words import said, say, semicolons
from labcohort.rounding import rounded

COMPARISONS = ("followup_sets", "any_followup", "paired")
# decimals of an age in years, of a share in per cent, of a standardised difference
YEARS, PER_CENT, DIFFERENCE = 1, 1, 2


def printed(data: pl.DataFrame, table: dict, how: dict) -> Printed:
    """A table of the attenders (publish.withheld.attenders), the comparisons as groups of lines.

    Of those with and without a pair only the marker itself is shown, not their age and sex.
    """
    own = pl.col("comparison") != "paired"
    ranks = {name: rank for rank, name in enumerate(COMPARISONS)}
    frame = in_order(data.filter(own | (pl.col("variable") == pl.col("marker"))), how)
    times = {timepoint: rank for rank, timepoint in enumerate(how["orders"]["timepoint"])}
    markers = {marker: rank for rank, marker in enumerate(how["orders"]["marker"])}
    rows = sorted(
        frame.to_dicts(),
        key=lambda row: (
            ranks[row["comparison"]],
            row["comparison"] != "paired"
            and (times.get(row["group_a"], 0), times.get(row["group_b"], 0)),
            times.get(row["timepoint"], 0),
            # age and sex first
            markers.get(row["variable"], -1),
            row["variable"],
        ),
    )
    lines = grouped(
        rows, lambda row: _heading(row, how), lambda row, heading: _line(row, heading, how)
    )
    centre, spread = say(how, "mean"), say(how, "SD")
    columns = (
        Column(say(how, "Baseline characteristic")),
        Column(say(how, "Summary")),
        Column(say(how, "n, first group"), True, (say(how, "n, first group"),)),
        Column(say(how, "First group"), True, (centre, spread)),
        Column(say(how, "n, second group"), True, (say(how, "n, second group"),)),
        Column(say(how, "Second group"), True, (centre, spread)),
        Column(
            say(how, "Standardised difference (CI)"),
            True,
            (say(how, "standardised difference"), say(how, "CI low"), say(how, "CI high")),
        ),
    )
    return Printed(
        table["table"],
        table["kind"],
        table["title"],
        columns,
        lines,
        tuple(_notes(rows, how)),
    )


def _heading(row: dict, how: dict) -> str:
    """Which two groups are compared."""
    if row["comparison"] == "followup_sets":
        return say(
            how,
            "With results at {first} (first group) against those at {second} (second group)",
            first=how["timepoints"][row["group_a"]],
            second=how["timepoints"][row["group_b"]],
        )
    if row["comparison"] == "any_followup":
        return say(how, "Came to any follow-up (first group) against none (second group)")
    return say(
        how,
        "{timepoint}: with a pair of the marker (first group) against the marker at baseline alone"
        " (second group)",
        timepoint=how["timepoints"][row["timepoint"]],
    )


def _line(row: dict, heading: str, how: dict) -> Line:
    """One characteristic of two groups."""
    in_units, name, decimals = _shown(row, how)
    cells = (
        text_cell(name),
        text_cell(_form(row["scale"], how)),
        *_group(in_units, "a", decimals, how),
        *_group(in_units, "b", decimals, how),
        interval_cell(
            *(row[k] for k in ("standardised_difference", "sd_ci_low", "sd_ci_high")),
            DIFFERENCE,
            how,
        ),
    )
    notes = [said(how, row["note"])] if row["note"] else []
    if row["withheld"]:
        notes.append(say(how, "withheld: {why}", why=row["withheld"]))
    about = {k: row[k] for k in ("comparison", "variable", "timepoint") if row[k]}
    return Line(cells, semicolons(how, notes), about, heading)


def _shown(row: dict, how: dict) -> tuple[dict, str, int]:
    """A row in the unit to show, the name of its variable with the unit, and its decimals.

    On a logarithmic scale a unit with another zero is none: such stay in the canonical one.
    """
    if row["variable"] == "age":
        return row, say(how, "Age, years"), YEARS
    if row["scale"] == "share":
        per_cent = {k: None if row[k] is None else 100 * row[k] for k in ("mean_a", "mean_b")}
        return row | per_cent, say(how, "Men, %"), PER_CENT
    unit = how["units"].get(row["variable"])
    marker = how["markers"][row["variable"]]
    if unit is None or (row["scale"] == "log" and float(unit["intercept"]) != 0):
        return row, marker_name(marker, None), marker["decimals"]
    slope, intercept = float(unit["slope"]), float(unit["intercept"])
    # on a logarithmic scale an SD is a factor, the same in every unit
    spread = 1.0 if row["scale"] == "log" else slope
    changed = {
        f"{part}_{side}": None
        if row[f"{part}_{side}"] is None
        else row[f"{part}_{side}"] * by + add
        for side in "ab"
        for part, by, add in (("mean", slope, intercept), ("sd", spread, 0.0))
    }
    marker = shown_markers(how["markers"], how["units"])[row["variable"]]
    return row | changed, marker_name(marker, None), marker["decimals"]


def _form(scale: str, how: dict) -> str:
    """How a group is summarised."""
    return {
        "linear": say(how, "mean (SD)"),
        "log": say(how, "geometric mean (SD factor)"),
        "share": say(how, "share"),
    }[scale]


def _group(row: dict, side: str, decimals: int, how: dict) -> tuple[Cell, Cell]:
    """Number and summary of one of the groups."""
    mean, sd = row[f"mean_{side}"], row[f"sd_{side}"]
    text = rounded(mean, decimals)
    if sd is not None:
        # a factor has no unit, and so decimals of its own
        text += f" ({rounded(sd, 2 if row['scale'] == 'log' else decimals)})"
    return count_cell(row, f"n_{side}", how), Cell(text, (mean, sd), decimals)


def _notes(rows: list[dict], how: dict) -> list[str]:
    """What the groups and columns are."""
    return [
        paragraph(
            how,
            [
                say(
                    how,
                    "Baseline values; n: persons of the group who have the characteristic.",
                ),
                say(
                    how,
                    "Standardised difference: first group less second group in standard deviations,"
                    " with its {confidence} % confidence interval (CI); there is no threshold.",
                    confidence=f"{100 * how['confidence']:g}",
                ),
            ],
        ),
        say(
            how,
            "Age and sex of those with and without a pair of each marker are in attenders.csv.",
        ),
        *withheld_note(rows, how),
        say(how, "Numbers are rounded half away from zero."),
    ]
