"""Section: groups chosen on a baseline value, with what regression to the mean alone brings."""

from labcohort.publish.tables.table import Cell, Column
from labcohort.publish.text import interval_text, unit_text
from labcohort.publish.words import said, say, semicolons
from labcohort.report.blocks import Block, Paragraph, Section, Sheet, sheet
from labcohort.report.found import Found
from labcohort.small_cells import is_few

KEY = ("cohort", "marker", "timepoint", "rho_source", "reliability_source")


def section(found: Found, how: dict) -> Section:
    """Why such groups change by themselves, the figures, and the table of both estimates."""
    blocks: list[Block] = []
    if found.regression:
        blocks += [
            Paragraph(
                say(
                    how,
                    "A group that is chosen because a value is high, or low, at baseline lies"
                    " nearer to the mean of all at the next measurement, whatever happens between"
                    " (regression to the mean). The table sets the change that was observed beside"
                    " the change that this alone would bring, by two estimators. The difference"
                    " contains the change of the whole cohort and is not to be read as that of a"
                    " treatment.",
                )
            ),
            *found.pictures_of("regression_to_the_mean", "transitions"),
            regression_table(found.regression, how),
        ]
    else:
        blocks += [
            *found.pictures_of("transitions"),
            Paragraph(say(how, "No group of the plan is chosen on a baseline value.")),
        ]
    return Section("subgroups", say(how, "Groups chosen on a baseline value"), tuple(blocks))


def regression_table(rows: list[dict], how: dict) -> Sheet:
    """Observed mean change beside both expectations (schemas.regression), a line a marker.

    Lines that results/tables/regression_to_the_mean.csv withholds hold no number, and no n.
    """
    lines, notes = [], []
    groups: dict[tuple, dict[str, dict]] = {}
    for row in rows:
        if row["statistic"] == "mean":
            key = tuple(row[name] for name in KEY)
            groups.setdefault(key, {})[row["estimator"]] = row
    for own in sorted(groups.values(), key=lambda own: _rank(next(iter(own.values())), how)):
        lines.append(_line(own, how))
        notes.append(_note(own, how))
    headers = (
        say(how, "n in the group"),
        say(how, "Observed change (CI)"),
        say(how, "Expected, normal model (CI)"),
        say(how, "Expected, time-reversed (CI)"),
        say(how, "Observed less expected, normal model (CI)"),
        say(how, "Observed less expected, time-reversed (CI)"),
    )
    return sheet(
        "regression",
        say(how, "Mean change of groups chosen on a baseline value, and regression to the mean"),
        (
            Column(say(how, "Group")),
            Column(say(how, "Marker")),
            Column(say(how, "Follow-up")),
            *(Column(header, numeric=True) for header in headers),
        ),
        lines,
        (
            say(
                how,
                "Mean changes with {level} % confidence intervals (CI) of a bootstrap of persons."
                " Medians are in results/tables/regression_to_the_mean.csv.",
                level=f"{100 * how['confidence']:g}",
            ),
            say(
                how,
                "Normal model: expectation of a truncated normal distribution. Time-reversed: the"
                " change, seen backwards, of those who are in the band at follow-up.",
            ),
        ),
        notes,
    )


def _rank(row: dict, how: dict) -> tuple:
    places = [how["orders"][name].index(row[name]) for name in ("cohort", "marker", "timepoint")]
    return *places, row["rho_source"], row["reliability_source"] or ""


def _line(own: dict[str, dict], how: dict) -> tuple:
    row = next(iter(own.values()))
    marker = how["markers"][row["marker"]]
    unit = unit_text(marker["unit"])
    hidden = _is_hidden(row, how)
    normal, reversed_ = own.get("truncated_normal"), own.get("time_reversed")
    n = "" if row["n_selected"] is None else str(row["n_selected"])
    return (
        how["cohorts"][row["cohort"]],
        marker["label"] + (f", {unit}" if unit else ""),
        how["timepoints"][row["timepoint"]],
        Cell(say(how, "withheld") if hidden else n, () if hidden or not n else (float(n),), 0),
        *(
            Cell("") if hidden else _interval(of, name, how)
            for of, name in (
                (row, "observed"),
                (normal, "expected"),
                (reversed_, "expected"),
                (normal, "difference"),
                (reversed_, "difference"),
            )
        ),
    )


def _is_hidden(row: dict, how: dict) -> bool:
    withheld = row["withheld"] is not None and row["observed"] is None
    return withheld or is_few(row["n_selected"], how["minimum_cell"])


def _interval(row: dict | None, name: str, how: dict) -> Cell:
    """A change in the unit to show; a distance takes the slope of the unit alone."""
    if row is None or row[name] is None:
        return Cell("")
    slope = float(how["units"].get(row["marker"], {"slope": 1})["slope"])
    parts = (row[name], row[f"{name}_ci_low"], row[f"{name}_ci_high"])
    shown = tuple(None if part is None else slope * part for part in parts)
    decimals = how["markers"][row["marker"]]["decimals"]
    return Cell(interval_text(*shown, decimals, how), shown, decimals)


def _note(own: dict[str, dict], how: dict) -> str:
    row = next(iter(own.values()))
    if _is_hidden(row, how):
        few = say(how, "fewer than {minimum} persons", minimum=how["minimum_cell"])
        return row["withheld"] or few
    notes = list(dict.fromkeys(said(how, r["note"]) for r in own.values() if r["note"]))
    if row["rho_source"] == "external":
        source = row["reliability_source"]
        notes.insert(0, say(how, "reliability from outside the study: {source}", source=source))
    return semicolons(how, notes)
