"""What a single text may be: a number, a date, a range, a missing token."""

import re
from functools import lru_cache

SIGN = r"(?:<=|>=|<|>|≤|≥|≦|≧)?\s*"
COMPARATORS = "<>=≤≥≦≧ "
GROUPED = re.compile(
    rf"^{SIGN}[+-]?[1-9][0-9]{{0,2}}(?P<sign>[,.' \u00a0\u2019])[0-9]{{3}}"
    r"(?:(?P=sign)[0-9]{3})*(?:[.,][0-9]+)?$"
)
NUMBER = re.compile(rf"^{SIGN}[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?$")
MARKED = re.compile(r"^(.*[0-9])\s*([HLhl*↑↓]{1,2})$")
RANGE = re.compile(
    r"^[0-9.,]+\s*(?:-|–|—|~|～|\.\.|to)\s*[0-9.,]+$|^(?:<|>|≤|≥|<=|>=|up to )\s*[0-9.,]+$"
)
DATE = re.compile(
    r"^(?:[0-9]{4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?|[0-9]{1,2}[-/.][0-9]{1,2}[-/.](?:[0-9]{4}|[0-9]{2})"
    r"|[0-9]{1,2}[- ]?[A-Za-z]{3}[- ]?[0-9]{2,4}|[A-Za-z]{3} [0-9]{1,2}, [0-9]{4})"
    r"(?:[T ][0-9]{1,2}:[0-9]{2}.*)?$"
)
PLAIN_DATE = re.compile(
    r"^(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[0-9]{4,6})?$"
)
# texts that laboratories and programs write for: no value
TOKENS = {
    "na", "n/a", "n.a.", "nan", "null", "none", "nil", ".", "..", "-", "--", "---", "/", "\\", "*",
    "?", "n.d.", "n.d", "nd", "nt", "not done", "not tested", "not available", "missing", "unknown",
    "no result", "pending", "#n/a", "k.a.", "entf.", "未查", "未测", "未检", "未做", "无", "缺失",
    "缺", "—", "–", "－", "／",
}  # fmt: skip


@lru_cache(maxsize=200_000)
def is_number(text: str) -> bool:
    """Whether a text is a result: a number, perhaps with a comparator or a sign of thousands."""
    return bool(NUMBER.match(text) or GROUPED.match(text))


@lru_cache(maxsize=200_000)
def is_date(text: str) -> bool:
    """Whether a text has the form of a date that is no plain number."""
    return bool(DATE.match(text))


def is_plain_date(text: str) -> bool:
    """Whether a text may be a date of digits alone (YYYYMMDD, with a time or not)."""
    return bool(PLAIN_DATE.match(text))


def is_range(text: str) -> bool:
    """Whether a text has the form of a reference range."""
    return bool(RANGE.match(text))


def is_token(text: str) -> bool:
    """Whether a text is one that commonly means: no value."""
    return text.casefold() in TOKENS


def as_float(text: str, decimal: str = ".", thousands: str | None = None) -> float | None:
    """The number of a result's text, its comparator dropped; None where it is none."""
    plain = text.lstrip(COMPARATORS)
    if thousands:
        plain = plain.replace(thousands, "")
    try:
        return float(plain.replace(decimal, "."))
    except ValueError:
        return None
