"""The levels of the sensitivity grid in words."""

from labcohort.publish.lists import commas
from labcohort.publish.text import TESTS
from labcohort.publish.words import said, say, semicolons


def decisions(text: str, how: dict) -> str:
    """`equation: mdrd_4; window: ±30, ±90` (schemas.sensitivity) as people read it."""
    return semicolons(how, (_dimension(part, how) for part in text.split("; ")))


def _dimension(part: str, how: dict) -> str:
    """One decision with its levels; one that is not known stands as it is."""
    name, _, levels = part.partition(": ")
    words = {
        "equation": say(how, "equation"),
        "censored": say(how, "results at a limit of detection"),
        "window": say(how, "days of the window"),
        "test": say(how, "test"),
    }
    shown = commas(how, (_level(level, how) for level in levels.split(", ")))
    return f"{words.get(name, name)}: {shown}"


def _level(level: str, how: dict) -> str:
    known = {
        "lod_half": say(how, "half the limit"),
        "lod": say(how, "the limit"),
        "sqrt2": say(how, "the limit divided by √2"),
        "excluded": say(how, "pairs left out"),
    } | {test: said(how, name) for test, name in TESTS.items()}
    return known.get(level) or how["methods"].get(level, level)
