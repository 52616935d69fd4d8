"""Tables of kind sensitivity: comparisons under other decisions of the analysis."""

import polars as pl

from labcohort.publish.lists import commas, paragraph
from labcohort.publish.names import profile_name
from labcohort.publish.siblings import in_order
from labcohort.publish.tables.cells import (
    grouped,
    number_cell,
    test_name,
    text_cell,
    withheld_note,
)
from labcohort.publish.tables.table import Cell, Column, Line, Printed
from labcohort.publish.words import BETWEEN, said, say, semicolons
from labcohort.rounding import rounded

SHARES = ("same_sign", "below_alpha", "same_sign_below_alpha")
# parts of each row's note that stand below the table once, or in a column of its own
ELSEWHERE = (
    "shares are of the valid specifications",
    "independent: a share describes",
    "different results among",
)


def printed(data: pl.DataFrame, table: dict, how: dict) -> Printed:
    """A table of the sensitivity grid (publish.withheld.sensitivity), by profile of the plan."""
    rows = in_order(data, how).sort("profile", maintain_order=True).to_dicts()
    parts = say(how, "number"), say(how, "of"), say(how, "%")
    columns = (
        Column(say(how, "Marker")),
        Column(say(how, "Group")),
        Column(say(how, "Follow-up")),
        Column(say(how, "Test declared")),
        Column(say(how, "Specifications with a test"), True, (say(how, "number"), say(how, "of"))),
        Column(say(how, "Different results"), True, (say(how, "different results"),)),
        Column(say(how, "Sign as declared"), True, parts),
        Column(say(how, "p below alpha"), True, parts),
        Column(say(how, "Both"), True, parts),
        Column(say(how, "p crosses alpha by")),
    )
    lines = grouped(
        rows, lambda row: _heading(row, how), lambda row, heading: _line(row, heading, how)
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
    """By which profile of the plan the comparison is."""
    profile = profile_name(row["profile"], how)
    return say(how, "Profile of the plan: {profile}", profile=profile)


def _line(row: dict, heading: str, how: dict) -> Line:
    """One comparison's grid."""
    counted = row["n_valid"] is not None
    valid = f"{row['n_valid']}/{row['n_grid']}" if counted else say(how, "withheld")
    cells = (
        text_cell(how["markers"][row["marker"]]["label"]),
        text_cell(how["cohorts"][row["cohort"]]),
        text_cell(how["timepoints"][row["timepoint"]]),
        text_cell(test_name(how, row["reference_test"])),
        Cell(valid, (row["n_valid"], row["n_grid"]), 0),
        number_cell(row["n_distinct"], 0),
        *(_share(row, name) for name in SHARES),
        text_cell(levels_text(row["crosses_alpha_by"], how) or _none(row, how)),
    )
    about = {k: row[k] for k in ("profile", "family", "marker", "cohort", "timepoint")}
    return Line(cells, _note(row, how), about, heading)


def _share(row: dict, name: str) -> Cell:
    """A count of the valid specifications with its share, as `40/48 (83.3 %)`."""
    count, share = row[f"n_{name}"], row[f"share_{name}"]
    if share is None:
        return Cell("", (None, None, None), 1)
    text = f"{count}/{row['n_valid']} ({rounded(100 * share, 1)} %)"
    return Cell(text, (count, row["n_valid"], 100 * share), 1)


def _none(row: dict, how: dict) -> str:
    """What stands where no single decision carries p across alpha."""
    return say(how, "none") if row["n_valid"] else ""


def _note(row: dict, how: dict) -> str:
    """What varies over the grid, and the row's own note without what is said below the table."""
    own = [part for part in (row["note"] or "").split(BETWEEN) if part]
    kept = BETWEEN.join(part for part in own if not any(known in part for known in ELSEWHERE))
    parts = [
        say(how, "varied: {levels}", levels=levels_text(row["dimensions"], how)),
        *([said(how, kept)] if kept else []),
        *([say(how, "withheld: {why}", why=row["withheld"])] if row["withheld"] else []),
    ]
    return semicolons(how, parts)


def levels_text(text: str | None, how: dict) -> str:
    """Levels of decisions, as `censored: lod, sqrt2; window: ±30`, in words."""
    dimensions = {
        "equation": say(how, "equation"),
        "censored": say(how, "values below detection"),
        "window": say(how, "window in days"),
        "test": say(how, "test"),
    }
    shown = []
    for part in filter(None, (text or "").split(BETWEEN)):
        dimension, _, levels = part.partition(": ")
        listed = commas(how, (_level(level, how) for level in levels.split(", ")))
        shown.append(
            say(how, "{dimension}: {levels}", dimension=dimensions[dimension], levels=listed)
        )
    return semicolons(how, shown)


def _level(level: str, how: dict) -> str:
    """A level in words: a test, a rule of detection, equations; else as it is (a window)."""
    rules = {
        "lod_half": say(how, "half the limit"),
        "lod": say(how, "the limit"),
        "sqrt2": say(how, "the limit over √2"),
        "excluded": say(how, "left out"),
    }
    if level in rules:
        return rules[level]
    methods = " + ".join(how["methods"].get(name, name) for name in level.split(" + "))
    return test_name(how, methods)


def _notes(rows: list[dict], how: dict) -> list[str]:
    """What the shares are, and what they are not."""
    alphas = commas(
        how, (dict.fromkeys(f"{alpha:g}" for alpha in sorted({row["alpha"] for row in rows})))
    )
    return [
        say(
            how,
            "A specification is one set of decisions: each under “varied”, with every other."
            " Shares are of the specifications whose test is defined; alpha: {alpha}.",
            alpha=alphas,
        ),
        say(
            how,
            "Specifications rest on mostly the same values and are not independent: a share"
            " describes, it is no evidence.",
        ),
        paragraph(
            how,
            [
                say(
                    how,
                    "Different results: of specifications with the same pairs and statistic, one"
                    " counts.",
                ),
                say(
                    how,
                    "p crosses alpha by: what takes p to the other side of alpha, changed alone.",
                ),
            ],
        ),
        *withheld_note(rows, how),
        paragraph(
            how,
            [
                say(how, "Numbers are rounded half away from zero."),
                say(how, "Change from baseline; the study has no control group."),
            ],
        ),
    ]
