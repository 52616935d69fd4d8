"""Section: those who came back against those who did not."""

from labcohort.publish.words import say
from labcohort.report.blocks import Paragraph, Section, Sheet
from labcohort.report.found import Found


def section(found: Found, how: dict) -> Section:
    """The tables of kind attenders."""
    tables = [Sheet(table) for table in found.tables_of("attenders")]
    none = Paragraph(
        say(
            how,
            "The study asks for no table of this kind (config/tables.tsv, {kind}).",
            kind="attenders",
        )
    )
    said = Paragraph(
        say(
            how,
            "Changes are known only of those who came back. Where they differ at baseline from"
            " those who did not, the changes may not hold for all.",
        )
    )
    title = say(how, "Who came back, and who did not")
    return Section("attenders", title, (said, *(tables or [none])))
