"""Section: changes from baseline, panel by panel, with figures and tables of each profile."""

from labcohort.publish.names import panel_name
from labcohort.publish.words import say
from labcohort.report.blocks import Block, Heading, Paragraph, Picture, Section, Sheet
from labcohort.report.found import Found

TABLES = ("comparisons", "estimates")
# figures that have a section of their own elsewhere
ELSEWHERE = (
    "flow", "visit_timing", "quality", "missingness", "regression_to_the_mean", "transitions",
    "specifications",
)  # fmt: skip


def section(found: Found, how: dict) -> Section:
    """Each panel's figures, then its tables; first the figures that show several panels."""
    own = [picture for picture in found.pictures if picture.kind not in ELSEWHERE]
    blocks: list[Block] = [
        Paragraph(
            say(
                how,
                "Descriptives and test of each row are of the same pairs; every change is a change"
                " from baseline. Columns can be sorted, rows filtered.",
            )
        )
    ]
    several = [picture for picture in own if len(picture.panels) != 1]
    if several:
        blocks += [Heading(say(how, "Several panels")), *several]
    for panel in how["panels"]:
        shown = [*_pictures(own, panel), *_tables(found, panel, how)]
        if shown:
            blocks += [Heading(panel_name(panel, how)), *shown]
    return Section("results", say(how, "Changes from baseline by panel"), tuple(blocks))


def _pictures(own: list[Picture], panel: str) -> list[Picture]:
    return [picture for picture in own if picture.panels == (panel,)]


def _tables(found: Found, panel: str, how: dict) -> list[Sheet]:
    placed = how["placed"]
    return [Sheet(table) for table in found.tables_of(*TABLES) if placed.get(table.name) == panel]
