"""How the format of a date is written, and the regular expression that it is."""

import re

from labcohort.errors import UserError

# how a format is written in a source's YAML -> what it matches; longer spellings first
TOKENS = {
    "YYYY": r"(?P<year>[0-9]{4})",
    "YY": r"(?P<short>[0-9]{2})",
    "MMM": r"(?P<month_name>(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))",
    "MM": r"(?P<month>[0-9]{2})",
    "M": r"(?P<month>[0-9]{1,2})",
    "DD": r"(?P<day>[0-9]{2})",
    "D": r"(?P<day>[0-9]{1,2})",
    "hh": r"(?P<hour>[0-9]{2})",
    "h": r"(?P<hour>[0-9]{1,2})",
    "mm": r"(?P<minute>[0-9]{2})",
    "ss": r"(?P<second>[0-9]{2})",
    "f": r"(?P<fraction>[0-9]+)",
    "a": r"(?P<half>(?i:am|pm))",
    "Z": r"(?P<zone>Z|[+-][0-9]{2}(?::?[0-9]{2})?)",
}
# times of any precision, as HL7 v2 (2.A.76 TS) and ISO 8601 (FHIR dateTime) write them
NAMED = {
    "iso": TOKENS["YYYY"] + "-" + TOKENS["MM"] + "-" + TOKENS["DD"]
    + f"(?:[T ]{TOKENS['hh']}:{TOKENS['mm']}(?::{TOKENS['ss']}(?:[.]{TOKENS['f']})?)?"
    + f"{TOKENS['Z']}?)?",
    "hl7": TOKENS["YYYY"] + TOKENS["MM"] + TOKENS["DD"]
    + f"(?:{TOKENS['hh']}(?:{TOKENS['mm']}(?:{TOKENS['ss']}(?:[.]{TOKENS['f']})?)?)?)?"
    + f"{TOKENS['Z']}?",
    "excel": r"[0-9]+(?:[.][0-9]*)?",
    "excel_1904": r"[0-9]+(?:[.][0-9]*)?",
    **dict.fromkeys(
        ["stata", "stata_ms", "sas", "sas_seconds", "spss", "unix"], r"-?[0-9]+(?:[.][0-9]*)?"
    ),
}  # fmt: skip


def pattern_of(date_format: str, where: str = "the source's YAML") -> str:
    """Regular expression of a format such as `D/M/YYYY`, `M/D/YY h:mm`, `iso` or `excel`.

    UserError, with `where` the format stands, if it has not one day, one month and one year.
    """
    return f"^{unanchored_pattern(date_format, where)}$"


def unanchored_pattern(date_format: str, where: str = "the source's YAML") -> str:
    """As `pattern_of`, without the anchors at both ends."""
    if date_format in NAMED:
        return NAMED[date_format]
    parts, rest = [], date_format
    while rest:
        token = next((token for token in TOKENS if rest.startswith(token)), None)
        parts.append(TOKENS[token] if token else re.escape(rest[0]))
        rest = rest[len(token) if token else 1 :]
    pattern = "".join(parts)
    named = re.findall(r"\?P<([a-z_]+)>", pattern)
    years, months = (
        sum(name in kinds for name in named)
        for kinds in (("year", "short"), ("month", "month_name"))
    )
    if (years, months, named.count("day")) != (1, 1, 1) or len(set(named)) != len(named):
        raise UserError(
            f"'{date_format}' is no date format",
            where=where,
            rule="a format has a year (YYYY or YY), a month (MM, M or MMM) and a day (DD or D), or"
            f" is one of {', '.join(NAMED)}; a time (h:mm:ss.f, a for AM and PM) and a zone (Z) are"
            " read and cut",
            do="write for instance YYYY-MM-DD, D/M/YYYY, M/D/YY h:mm or YYYYMMDDhhmmssZ",
        )
    return pattern
