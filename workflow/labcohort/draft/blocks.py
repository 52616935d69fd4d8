"""Columns that hold one analyte at several visits: `HbA1c_0`, `HbA1c_6`, `HbA1c_12`."""

import re
from collections import defaultdict
from dataclasses import dataclass

from labcohort.draft.facts import Facts
from labcohort.draft.names import candidate
from labcohort.ingest.header import BETWEEN_ROWS

SPLITS = (
    # of a header of two rows
    (re.compile(rf"^(?P<a>.+?)(?P<s>{BETWEEN_ROWS})(?P<v>.+)$"), True),
    (re.compile(rf"^(?P<v>.+?)(?P<s>{BETWEEN_ROWS})(?P<a>.+)$"), False),
    (re.compile(r"^(?P<a>.+?)(?P<s>[_ .\-])(?P<v>[^_ .\-]+)$"), True),
    (re.compile(r"^(?P<a>.*[^0-9_])(?P<s>)(?P<v>[0-9]{1,2})$"), True),
    (re.compile(r"^(?P<v>[^_ .\-]+?)(?P<s>[_ .\-])(?P<a>.+)$"), False),
)
VISIT = re.compile(
    r"^(?:[vtmwdpVTMWDP]?[0-9]{1,3}[mMwWdDyY]?|base(?:line)?|bl|pre|post|screen(?:ing)?|before|after"
    r"|follow.?up|fu[0-9]*|(?:month|visit|week|day|year)[ _]?[0-9]+|[0-9]+个?月|基线|治疗[前后]"
    r"|[0-9]{1,3}[ _]?(?:months?|mo|weeks?|wks?|days?|years?)"
    r"|随访[0-9]*)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Blocks:
    """`columns` of the YAML, its stems and visits, and which columns are of them."""

    columns: str
    stems: list[str]
    visits: list[str]
    split: dict[str, tuple[str, str]]


def blocks_of(names: list[str], facts: Facts) -> Blocks | None:
    """The form of the names that most columns have, where stems are analytes and endings visits."""
    found = []
    for pattern, analyte_first in SPLITS:
        groups: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
        for name in names:
            # a group heading is no part of an analyte's name
            if BETWEEN_ROWS in name and BETWEEN_ROWS not in pattern.pattern:
                continue
            if (split := pattern.match(name)) and VISIT.match(split.group("v")):
                groups[split.group("s")][name] = (split.group("a"), split.group("v"))
        for sign, split in groups.items():
            made = _blocks(sign, analyte_first, split, facts)
            if made:
                found.append(made)
    return max(found, key=lambda b: len(b.split), default=None)


def _blocks(sign: str, analyte_first: bool, split: dict, facts: Facts) -> Blocks | None:
    by_stem: dict[str, list[str]] = defaultdict(list)
    for stem, visit in split.values():
        by_stem[stem].append(visit)
    stems = {stem: visits for stem, visits in by_stem.items() if len(visits) > 1}
    known = [s for s in stems if (c := candidate(s, facts)) and c.score >= 0.6]
    if not known or (sign == "" and len(known) < 2):
        return None
    visits = list(dict.fromkeys(v for own in stems.values() for v in own))
    form = f"{{analyte}}{sign}{{visit}}" if analyte_first else f"{{visit}}{sign}{{analyte}}"
    own = {name: pair for name, pair in split.items() if pair[0] in stems}
    return Blocks(form, list(stems), visits, own)
