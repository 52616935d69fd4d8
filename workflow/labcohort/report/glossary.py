"""Section: the words of the report that not every reader knows."""

from labcohort.publish.tables.table import Column
from labcohort.publish.words import say
from labcohort.report.blocks import Section, sheet
from labcohort.report.found import Found


def section(found: Found, how: dict) -> Section:
    """Terms and what they mean here."""
    terms = (
        (
            say(how, "Change from baseline"),
            say(how, "Value at follow-up less value at baseline of the same person."),
        ),
        (
            say(how, "p value"),
            say(
                how,
                "How often a difference this large or larger would come out if nothing differed"
                " from baseline.",
            ),
        ),
        (
            say(how, "Adjusted p"),
            say(how, "p value that takes account of the number of tests in its family."),
        ),
        (
            say(how, "Confidence interval (CI)"),
            say(how, "Range of values of the change that the data are compatible with."),
        ),
        (
            say(how, "SEM"),
            say(
                how,
                "Standard error of the mean: how exactly the mean is known, not how persons vary.",
            ),
        ),
        (
            say(how, "IQR"),
            say(how, "Interquartile range: the middle half of the persons lies in it."),
        ),
        (
            say(how, "Regression to the mean"),
            say(
                how, "Persons chosen for an extreme value lie nearer to the mean of all next time."
            ),
        ),
        (
            say(how, "Standardised difference"),
            say(how, "Difference of two groups in standard deviations."),
        ),
        (
            say(how, "Set aside"),
            say(
                how,
                "A result that breaks a rule and is used nowhere until somebody has looked at it.",
            ),
        ),
        (
            say(how, "SYNTHETIC"),
            say(how, "Made-up data of no real person."),
        ),
    )
    return Section(
        "glossary",
        say(how, "Glossary"),
        (
            sheet(
                "terms",
                say(how, "Terms"),
                (Column(say(how, "Term")), Column(say(how, "Meaning"))),
                terms,
            ),
        ),
    )
