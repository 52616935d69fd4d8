"""Section: who was selected, step by step."""

from labcohort.publish.lists import paragraph
from labcohort.publish.tables.table import Cell, Column
from labcohort.publish.words import said, say
from labcohort.report.blocks import Paragraph, Picture, Section, Sheet, count, sheet
from labcohort.report.found import Found
from labcohort.small_cells import FEW, is_few


def section(found: Found, how: dict) -> Section:
    """The flow of selection as a table, with its figures."""
    pictures: list[Picture] = found.pictures_of("flow", "visit_timing")
    return Section(
        "selection",
        say(how, "Selection of persons"),
        (
            Paragraph(overlap(found, how)),
            *pictures,
            _flow(found, how),
        ),
    )


def _flow(found: Found, how: dict) -> Sheet:
    """The lines of selection_flow.csv; what that table withholds is withheld here."""
    names = ("entered", "excluded", "remained")
    rows = [
        (said(how, row["step"]), *(_cell(row, name, how) for name in names)) for row in found.flow
    ]
    headers = (say(how, "Entered"), say(how, "Excluded"), say(how, "Remained"))
    return sheet(
        "flow",
        say(how, "Persons at each step of the selection"),
        (Column(say(how, "Step")), *(Column(header, numeric=True) for header in headers)),
        rows,
        (
            say(
                how,
                "The first criterion that a person fails is the reason. Counts of 1 to"
                " {most} persons are withheld, with those that would give them away.",
                most=how["minimum_cell"] - 1,
            ),
        )
        if how["minimum_cell"] > 1
        else (),
    )


def _cell(row: dict, name: str, how: dict) -> Cell:
    if row[name] is None and row["withheld"]:
        return Cell(say(how, "withheld"))
    return count(row[name])


def overlap(found: Found, how: dict) -> str:
    """How many persons stand in two sets of follow-up."""
    said_of = []
    for pair, n in found.sizes.items():
        first, both, second = pair.partition(" & ")
        if both:
            few = is_few(n, how["minimum_cell"])
            said_of.append(
                say(
                    how,
                    "Persons with results both at {first} and at {second}: {n}.",
                    first=how["timepoints"][first],
                    second=how["timepoints"][second],
                    n=FEW.format(minimum=how["minimum_cell"]) if few else n,
                )
            )
    if said_of:
        said_of.append(
            say(
                how,
                "Each follow-up is compared with the baseline of its own persons; no course over"
                " time can be read across follow-ups of different persons.",
            )
        )
    return paragraph(how, said_of)
