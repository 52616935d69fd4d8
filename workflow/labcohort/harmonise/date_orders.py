"""Formats of dates that read one text as different days."""

from collections.abc import Sequence
from itertools import combinations

import polars as pl

from labcohort.harmonise.date_formats import NAMED, TOKENS
from labcohort.harmonise.dates import parsed_date

# two days whose parts could be each other's, the first of parts with one digit
DAYS = (
    {"YYYY": "2003", "YY": "03", "MMM": "Apr", "MM": "04", "M": "4", "DD": "05", "D": "5"},
    {"YYYY": "2010", "YY": "10", "MMM": "Nov", "MM": "11", "M": "11", "DD": "12", "D": "12"},
)
TIME = {"hh": "09", "h": "9", "mm": "30", "ss": "15", "f": "5", "a": "AM", "Z": "Z"}
# counts of days and seconds, which all counts would read; a date of digits alone
COUNTS = ("20000", "1500000000")
COMPACT = "20101112"


def read_differently(formats: Sequence[str]) -> tuple[str, str, str] | None:
    """Two of the formats and a text that they read as different days; None where there is none."""
    texts = [*(t for name in formats for t in _written(name)), *COUNTS, COMPACT]
    frame = pl.DataFrame({"text": sorted(set(texts))})
    days = {name: frame.select(parsed_date(pl.col("text"), [name])).to_series() for name in formats}
    for one, other in combinations(days, 2):
        differ = frame.filter((days[one] != days[other]).fill_null(False))
        if differ.height:
            return one, other, differ.item(0, 0)
    return None


def _written(name: str) -> list[str]:
    """The two DAYS in a format."""
    if name in NAMED:
        return []
    return [_of_tokens(name, day | TIME) for day in DAYS]


def _of_tokens(name: str, parts: dict[str, str]) -> str:
    """A format with its tokens replaced; the longer ones go first, as in its pattern."""
    text = ""
    while name:
        token = next((token for token in TOKENS if name.startswith(token)), name[0])
        text, name = text + parts.get(token, token), name[len(token) :]
    return text
