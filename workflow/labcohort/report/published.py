"""Section: what a publication reports against what this run finds."""

from labcohort.publish.tables.table import Column
from labcohort.publish.words import say
from labcohort.report.blocks import Block, Paragraph, Section, Sheet, count, sheet
from labcohort.report.found import Found
from schemas.scorecard import VERDICTS


def section(found: Found, how: dict) -> Section:
    """Counts of the scorecard's verdicts, and its table."""
    title = say(how, "Published against recomputed")
    if not found.scorecard:
        said = say(how, "The study names no publication that it is held against.")
        return Section("published", title, (Paragraph(said),))
    blocks: list[Block] = [verdicts(found.scorecard, how)]
    if how["synthetic"]:
        blocks.append(
            Paragraph(
                say(
                    how,
                    "The data are made up: the verdicts are about a demonstration, and say nothing"
                    " about the publication.",
                ),
                "warn",
            )
        )
    blocks += [Sheet(table) for table in found.tables_of("scorecard")]
    return Section("published", title, tuple(blocks))


def verdicts(scorecard: list[dict], how: dict) -> Sheet:
    """How many published results have which verdict."""
    words = {
        "reproduced": say(how, "reproduced"),
        "same direction": say(how, "same direction"),
        "contradicts": say(how, "contradicts"),
        "not comparable": say(how, "not comparable"),
    }
    counts = {v: sum(row["verdict"] == v for row in scorecard) for v in VERDICTS}
    withheld = sum(row["verdict"] is None for row in scorecard)
    return sheet(
        "verdicts",
        say(how, "Published results by verdict"),
        (Column(say(how, "Verdict")), Column(say(how, "Published results"), numeric=True)),
        [
            *((words[verdict], count(n)) for verdict, n in counts.items()),
            *([(say(how, "withheld"), count(withheld))] if withheld else []),
        ],
    )
