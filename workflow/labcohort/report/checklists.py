"""Sections: the items of STROBE and RECORD, answered as far as the run knows.

STROBE, cohort studies: von Elm E et al. Lancet 2007;370:1453-1457. RECORD: Benchimol EI et al.
PLoS Med 2015;12:e1001885. Each item is told in short words of our own.
"""

from labcohort.publish.tables.table import Column
from labcohort.publish.words import say
from labcohort.report.blocks import Paragraph, Section, sheet
from labcohort.report.found import Found


def section(found: Found, how: dict) -> Section:
    """Both checklists as tables: item, what it asks for, the answer."""
    columns = (
        Column(say(how, "Item")),
        Column(say(how, "What it asks for")),
        Column(say(how, "Answer")),
    )
    author = say(how, "author must write")
    rows = [
        [(item, asked, answer or author) for item, asked, answer in items]
        for items in (strobe(found, how), record(found, how))
    ]
    return Section(
        "checklists",
        say(how, "Reporting checklists"),
        (
            Paragraph(
                say(
                    how,
                    "Items are told in short words; the checklists themselves (von Elm 2007,"
                    " Benchimol 2015) have the full ones. An answer names the section of this"
                    " report that has it.",
                )
            ),
            sheet("strobe", say(how, "STROBE, cohort studies"), columns, rows[0]),
            sheet("record", say(how, "RECORD, routinely collected data"), columns, rows[1]),
        ),
    )


def strobe(found: Found, how: dict) -> list[tuple[str, str, str | None]]:
    """The 22 items: number, what it asks for, the answer (None: the author's)."""
    see = {
        "summary": say(how, "section In short"),
        "selection": say(how, "section Selection of persons"),
        "quality": say(how, "section Quality of the data"),
        "baseline": say(how, "section Baseline characteristics"),
        "results": say(how, "section Changes from baseline by panel"),
        "subgroups": say(how, "section Groups chosen on a baseline value"),
        "sensitivity": say(how, "section Sensitivity to the decisions"),
        "attenders": say(how, "section Who came back, and who did not"),
        "limitations": say(how, "section Limitations"),
        "methods": say(how, "section Methods, as they were run"),
    }
    if not found.tables_of("baseline"):
        see["baseline"] = None
    return [
        ("1a", say(how, "Design named in title or abstract"), None),
        ("1b", say(how, "Balanced abstract of what was done and found"), None),
        ("2", say(how, "Background and reasons"), None),
        ("3", say(how, "Aims and hypotheses stated beforehand"), None),
        (
            "4",
            say(how, "Key parts of the design early on"),
            say(how, "single group, before and after, no control group"),
        ),
        ("5", say(how, "Setting, places, dates"), None),
        (
            "6a",
            say(how, "Eligibility, sources, how persons were chosen and followed"),
            see["selection"],
        ),
        (
            "6b",
            say(how, "Matching"),
            say(how, "does not apply: no matched groups"),
        ),
        (
            "7",
            say(how, "Outcomes, exposures, confounders, criteria defined"),
            say(how, "markers: tables of results; the rest the author must write"),
        ),
        ("8", say(how, "Data sources and measurement of each variable"), see["quality"]),
        ("9", say(how, "Steps against bias"), see["limitations"]),
        ("10", say(how, "How the size of the study came about"), see["selection"]),
        ("11", say(how, "Handling of quantitative variables"), see["methods"]),
        ("12a", say(how, "All statistical methods"), see["methods"]),
        ("12b", say(how, "Methods for subgroups"), see["subgroups"]),
        (
            "12c",
            say(how, "Missing data"),
            say(how, "pairs complete at both visits only; counts lost stand in the tables"),
        ),
        ("12d", say(how, "Loss to follow-up"), see["attenders"]),
        ("12e", say(how, "Sensitivity analyses"), see["sensitivity"]),
        ("13a", say(how, "Numbers at each stage"), see["selection"]),
        ("13b", say(how, "Reasons for leaving at each stage"), see["selection"]),
        ("13c", say(how, "Flow diagram"), see["selection"] if found.pictures_of("flow") else None),
        ("14a", say(how, "Characteristics of the persons"), see["baseline"]),
        ("14b", say(how, "Missing values of each variable"), see["quality"]),
        ("14c", say(how, "Length of follow-up"), see["methods"]),
        ("15", say(how, "Outcome measures over time"), see["results"]),
        (
            "16a",
            say(how, "Unadjusted and adjusted estimates with intervals"),
            say(how, "{section}; not adjusted for confounders", section=see["results"]),
        ),
        ("16b", say(how, "Bounds of categories"), see["subgroups"]),
        (
            "16c",
            say(how, "Absolute risks where relative ones are given"),
            say(how, "does not apply: no risks are estimated"),
        ),
        ("17", say(how, "Other analyses"), see["sensitivity"]),
        ("18", say(how, "Key results"), see["summary"]),
        ("19", say(how, "Limitations"), see["limitations"]),
        ("20", say(how, "Cautious interpretation"), None),
        ("21", say(how, "How far the results hold elsewhere"), None),
        ("22", say(how, "Funding"), None),
    ]


def record(found: Found, how: dict) -> list[tuple[str, str, str | None]]:
    """The items that RECORD adds: number, what it asks for, the answer (None: the author's)."""
    return [
        ("RECORD 1.1", say(how, "Type and names of the data in title or abstract"), None),
        ("RECORD 1.2", say(how, "Region and time in title or abstract"), None),
        ("RECORD 1.3", say(how, "Linkage in title or abstract"), None),
        (
            "RECORD 6.1",
            say(how, "Codes or algorithms that choose the persons"),
            say(how, "section Methods, as they were run; config/eligibility.tsv"),
        ),
        ("RECORD 6.2", say(how, "Validation of these codes"), None),
        (
            "RECORD 6.3",
            say(how, "Diagram of the linkage, with numbers"),
            say(how, "sources are joined by the person's id; section Quality of the data"),
        ),
        (
            "RECORD 7.1",
            say(how, "Full list of codes of outcomes, exposures, confounders"),
            say(how, "config/sources/ (analytes of each source), resources/loinc.tsv"),
        ),
        ("RECORD 12.1", say(how, "Access of the investigators to the data"), None),
        (
            "RECORD 12.2",
            say(how, "Cleaning of the data"),
            say(how, "section Quality of the data; results/quality/validation.html"),
        ),
        ("RECORD 12.3", say(how, "Level and methods of linkage, and its quality"), None),
        (
            "RECORD 13.1",
            say(how, "Selection by quality, availability and linkage"),
            say(how, "section Selection of persons; section Quality of the data"),
        ),
        (
            "RECORD 19.1",
            say(how, "What it means that the data were not made for this question"),
            say(how, "section Limitations; the rest the author must write"),
        ),
        (
            "RECORD 22.1",
            say(how, "Access to protocol, raw data and code"),
            say(how, "section Provenance; the rest the author must write"),
        ),
    ]
