"""Section: the persons at baseline."""

from labcohort.publish.words import say
from labcohort.report.blocks import Paragraph, Section, Sheet
from labcohort.report.found import Found


def section(found: Found, how: dict) -> Section:
    """The tables of kind baseline."""
    tables = [Sheet(table) for table in found.tables_of("baseline")]
    none = Paragraph(
        say(
            how,
            "The study asks for no table of this kind (config/tables.tsv, {kind}).",
            kind="baseline",
        )
    )
    return Section(
        "baseline", say(how, "Baseline characteristics"), tuple(tables) if tables else (none,)
    )
