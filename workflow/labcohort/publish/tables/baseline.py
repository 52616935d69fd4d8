"""Table 1: what is known at baseline of groups that stand beside each other."""

from collections.abc import Iterator, Sequence

import polars as pl

from labcohort.publish.lists import commas
from labcohort.publish.names import panel_name
from labcohort.publish.tables.baseline_lines import (
    NOT_SHOWN,
    WITHHELD,
    Variable,
    compared_groups,
    first_compared,
    lines_of,
)
from labcohort.publish.tables.baseline_names import (
    ADVERSE_EVENTS,
    BELOW_60,
    group_name,
)
from labcohort.publish.tables.table import Column, Line, Printed
from labcohort.publish.text import within
from labcohort.publish.units import shown
from labcohort.publish.words import say
from labcohort.small_cells import is_few

# columns of the artefact -> as they are called where units are converted
CONVERTED = {name: f"baseline_{name}" for name in ("mean", "sd", "median", "q1", "q3")}


def printed(data: pl.DataFrame, table: dict, how: dict) -> Printed:
    """The table of schemas.baseline.Baseline that a row of config/tables.tsv asks for.

    `table` has table, kind, cohorts, title; `how` is settings.tables of the study.
    """
    cohorts = "|".join(name.strip() for name in table["cohorts"].split("|"))
    variables = list(_variables(_in_shown_units(data.filter(cohorts=cohorts), how)))
    groups = variables[0].rows
    columns = (
        Column(say(how, "Characteristic")),
        *(_group_column(group, how) for group in groups),
        Column(say(how, "Missing"), True, tuple(group_name(group, how) for group in groups)),
        *(
            _difference_column(row, groups[first_compared(groups)], how)
            for row in compared_groups(groups)
        ),
    )
    return Printed(
        name=table["table"],
        kind=table["kind"],
        title=table["title"],
        columns=columns,
        lines=tuple(_lines(variables, how)),
        footnotes=tuple(_footnotes(variables, cohorts.split("|"), how)),
    )


def _in_shown_units(data: pl.DataFrame, how: dict) -> pl.DataFrame:
    """The numbers of markers in the units in which the study shows them."""
    renamed = data.rename({"variable": "marker", **CONVERTED})
    back = {new: old for old, new in {"variable": "marker", **CONVERTED}.items()}
    return shown(renamed, how["units"]).rename(back)


def _variables(data: pl.DataFrame) -> Iterator[Variable]:
    """The variables in the artefact's order."""
    for (name,), rows in data.group_by("variable", maintain_order=True):
        every = rows.filter(pl.col("category").is_null()).to_dicts()
        counts: dict[str, list[int]] = {}
        for row in rows.filter(pl.col("category").is_not_null()).iter_rows(named=True):
            counts.setdefault(row["category"], []).append(row["count"])
        yield Variable(
            str(name), [row for row in every if row["members"] != NOT_SHOWN], every, counts
        )


def _group_column(row: dict, how: dict) -> Column:
    """A group's column; its cells are of a mean and SD, of a median and quartiles, or counts."""
    minimum = how["minimum_cell"]
    if is_few(row["n_members"], minimum):
        header = say(how, "{group} (n<{minimum})", group=group_name(row, how), minimum=minimum)
    else:
        header = say(how, "{group} (n={n})", group=group_name(row, how), n=row["n_members"])
    parts = (say(how, "mean, median or n"), say(how, "SD, Q1 or %"), say(how, "Q3"))
    return Column(header, True, parts)


def _difference_column(row: dict, first: dict, how: dict) -> Column:
    header = say(
        how,
        "Standardised difference, {first} less {second} (CI)",
        first=within(group_name(first, how)),
        second=within(group_name(row, how)),
    )
    return Column(header, True, (say(how, "difference"), say(how, "CI low"), say(how, "CI high")))


def _lines(variables: Sequence[Variable], how: dict) -> Iterator[Line]:
    """The lines with their headings: persons, then the markers panel by panel."""
    for heading, own in _under_headings(variables, how):
        for line in (line for variable in own for line in lines_of(variable, variables, how)):
            yield Line(line.cells, line.note, line.about, heading)
            heading = ""


def _under_headings(variables: Sequence[Variable], how: dict) -> list[tuple[str, list[Variable]]]:
    """Heading -> the variables below it."""
    stages = how["characteristics"]["stages"] or {"marker": None, "panel": None}
    panels: dict[str, list[Variable]] = {}
    for variable in variables:
        if variable.name in how["markers"]:
            panels.setdefault(how["markers"][variable.name]["panel"], []).append(variable)
    staged = [v for v in variables if v.name in (stages["marker"], BELOW_60)]
    if staged:
        panels.setdefault(stages["panel"], []).extend(staged)
    events = [v for v in variables if v.name == ADVERSE_EVENTS]
    known = {v.name for own in (*panels.values(), events) for v in own}
    persons = [v for v in variables if v.name not in known]
    groups = [
        (say(how, "Patients"), persons),
        *((panel_name(panel, how), own) for panel, own in panels.items()),
        (say(how, "After baseline"), events),
    ]
    return [(heading, own) for heading, own in groups if own]


def _footnotes(variables: Sequence[Variable], cohorts: Sequence[str], how: dict) -> Iterator[str]:
    """What a reader has to know of the table, from what it shows."""
    groups, names = variables[0].rows, {v.name for v in variables}
    scales = {v.rows[0]["scale"] for v in variables}
    if len(cohorts) == 1:
        yield say(
            how,
            "{group}: eligible, with a result at any timepoint; beside them those with a result at"
            " each follow-up. All values are of baseline.",
            group=how["cohorts"][cohorts[0]],
        )
    else:
        yield say(
            how, "Groups: eligible, with a result at any follow-up. All values are of baseline."
        )
    if "log" in scales:
        yield say(how, "Q1, Q3: first and third quartile, given for skewed markers.")
    yield say(how, "Percentages are of those with a value. Missing: without one, by group.")
    if compared_groups(groups):
        yield say(
            how,
            "Standardised difference: in standard deviations (of logarithms for skewed markers),"
            " with the {level} % confidence interval (CI); of more than two categories the"
            " multinomial form of Yang and Dalton (2012), without sign or interval. No test is"
            " made, and no threshold says what matters.",
            level=f"{100 * how['confidence']:g}",
        )
    if set(cohorts) & set(how["characteristics"]["selected"]):
        yield say(
            how,
            "Groups chosen on a baseline value differ in it, and in what goes with it, by their"
            " definition.",
        )
    stages = how["characteristics"]["stages"]
    if stages and stages["marker"] in names:
        methods = (stages["equation"] or "").split("|")
        yield say(
            how,
            "{stage} ({equation}) at baseline alone: a GFR category, not a diagnosis (KDIGO asks"
            " for three months and a marker of kidney damage). eGFR below 60: n of the N with an"
            " eGFR at baseline, by the same rounding.",
            stage=stages["label"],
            equation=commas(how, (how["methods"][method] for method in methods)),
        )
    if how["characteristics"]["excludes"]:
        yield say(
            how, "Values that the plan leaves out of comparisons for their flags are counted here."
        )
    if ADVERSE_EVENTS in names:
        yield say(
            how, "Adverse events: as the patient table records them, without a date or a timepoint."
        )
    if _withholds(variables, how):
        yield say(
            how,
            "–: not defined, or withheld: counts of 1 to {most} persons, numbers of fewer than"
            " {minimum}, and those that would tell them.",
            most=how["minimum_cell"] - 1,
            minimum=how["minimum_cell"],
        )


def _withholds(variables: Sequence[Variable], how: dict) -> bool:
    """Whether anything of the table is not printed."""
    cells = (cell.text for line in _lines(variables, how) for cell in line.cells[1:])
    return any(WITHHELD in text for text in cells)
