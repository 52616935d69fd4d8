"""Section: the comparisons under other decisions."""

from labcohort.publish.names import profile_name
from labcohort.publish.words import say
from labcohort.report.blocks import Block, Items, Paragraph, Section, Sheet
from labcohort.report.compared import subject
from labcohort.report.decisions import decisions
from labcohort.report.found import Found


def section(found: Found, how: dict) -> Section:
    """What the grid is, how far it agrees with the plan, its figures and tables."""
    blocks: list[Block] = [
        Paragraph(
            say(
                how,
                "Each comparison was made again under every combination of the other decisions"
                " that were declared for it (equation, results at a limit of detection, windows of"
                " the visits, test). The combinations share their persons: they are not"
                " independent, and a share of them is no evidence by itself.",
            )
        )
    ]
    if found.sensitivity:
        crossing = [row for row in found.sensitivity if row["crosses_alpha_by"]]
        blocks.append(Paragraph(_counted(found.sensitivity, crossing, how)))
        if crossing:
            blocks.append(Items(tuple(_said(row, how) for row in crossing)))
    blocks += found.pictures_of("specifications")
    blocks += [Sheet(table) for table in found.tables_of("sensitivity")]
    return Section("sensitivity", say(how, "Sensitivity to the decisions"), tuple(blocks))


def _counted(rows: list[dict], crossing: list[dict], how: dict) -> str:
    """How many comparisons were put through the grid, and how many depend on one decision."""
    return say(
        how,
        "{all} comparisons; in {crossing} of them p comes to lie on the other side of alpha when"
        " one decision alone is changed.",
        all=len(rows),
        crossing=len(crossing),
    )


def _said(row: dict, how: dict) -> str:
    """By which decision one comparison crosses alpha, and how many of its specifications lie
    below."""
    return say(
        how,
        "{subject} ({profile}): by {levels}; {below} of {valid} combinations have p below {alpha}.",
        subject=subject(row, how),
        profile=profile_name(row["profile"], how),
        levels=decisions(row["crosses_alpha_by"], how),
        below=row["n_below_alpha"],
        valid=row["n_valid"],
        alpha=f"{row['alpha']:g}",
    )
