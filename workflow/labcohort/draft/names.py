"""Which marker a name of a file may mean: by LOINC, as a known name, or as one that is near."""

import re
import unicodedata
from difflib import SequenceMatcher, get_close_matches
from typing import NamedTuple

from labcohort.draft.facts import Facts, squeezed
from labcohort.harmonise.names import folded_name
from labcohort.harmonise.units import folded
from labcohort.ingest.header import BETWEEN_ROWS

LOINC = re.compile(r"^[0-9]{1,5}-[0-9]$")
# a unit at the end of a name: in brackets, or after a blank or `_`
IN_BRACKETS = re.compile(r"^(.*?\S)\s*[(（\[【]([^()（）\[\]【】]+(?:\([^()]*\))?)[)）\]】]$")
AFTER_BLANK = re.compile(r"^(.*\S)[ _,]+(\S+)$")
# what a name says of sample or report and not of the analyte
BESIDE = re.compile(
    r"^(?:serum|plasma|blood|ser|plas|serpl|bld|s|p|b|value|result|level|lab|test|fasting|fast"
    r"|total in serum|血清|血浆|测定|检测|结果)[ ]+|[ ,]+(?:serum|plasma|blood|ser|plas|serpl|bld"
    r"|value|result|level|conc|concentration|[a-z]?cnc|in serum or plasma|测定|检测|结果)$"
)
URINE = re.compile(
    r"\b(?:urine|urinary|ur|csf|fluid|stool)\b|^u[- ]|尿(?![素酸])|脑脊液|粪", re.IGNORECASE
)
# of NHANES: prefix of the component, S for the serum panel, SI for the twin in SI units
NHANES = re.compile(r"^LB[XD](?P<name>[A-Z0-9]{2,6}?)(?P<si>SI)?$")
# characters of a name that is compared, and how near its spelling and each of its words must be
LEAST, NEAR, NEAR_HAN, NEAR_WORD = 5, 0.86, 0.75, 0.75


class Candidate(NamedTuple):
    """A marker that a name may mean, with a score and why.

    `unit` is one that stands in the name; `analyte` what a LOINC code says the marker was
    measured as.
    """

    marker: str
    score: float
    reason: str
    unit: str | None = None
    analyte: str | None = None


def candidate(name: str, facts: Facts, is_near: bool = True) -> Candidate | None:
    """The best candidate for a name of the file, or None; `is_near`: also by spelling."""
    if LOINC.match(name):
        row = facts.loinc.get(name)
        if row:
            return Candidate(row["marker"], 1.0, "LOINC", None, row["analyte"])
        # a code that may mean the marker stands among the names; another is of another analyte
        return _known(name, facts, None, 1.0)
    found = [_known(name, facts, None, 1.0)]
    # below a group's heading stands the analyte's own name
    base, unit = _without_unit(name.rpartition(BETWEEN_ROWS)[2], facts)
    if base != name and not unit:
        found.append(_known(base, facts, None, 0.98))
    if unit:
        found.append(_known(base, facts, unit, 0.98))
    plain = _without_beside(folded_name(base))
    if plain != folded_name(base):
        found.append(_known(plain, facts, unit, 0.95))
    if (code := NHANES.match(name)) and not any(found):
        found.append(_nhanes(code, facts))
    found = [c for c in found if c] or [c for c in [_reordered(plain, facts, unit)] if c]
    if is_near and _is_comparable(base) and not NHANES.match(name):
        found = found or [c for c in [_near(plain, facts, unit)] if c]
    if not found:
        return None
    best = max(found, key=lambda c: c.score)
    if best.unit is None and BETWEEN_ROWS in name:
        best = best._replace(unit=_unit_of_heading(name, best.marker, facts))
    if URINE.search(name.replace("_", " ")) and "ACR" not in best.marker:
        return best._replace(score=min(best.score, 0.3), reason=best.reason + "; but of urine?")
    return best


def _known(name: str, facts: Facts, unit: str | None, share: float) -> Candidate | None:
    known = facts.names.get(folded_name(name), [])
    if not known:
        return None
    # several markers of one name: the one that the table gives first, for a person to judge
    others = [k.marker for k in known[1:]]
    first = known[0]
    said = f"known name '{first.name}'" if first.name != name else "known name"
    if first.is_ambiguous or others:
        what = f", or {', '.join(others)}" if others else ""
        return Candidate(first.marker, 0.6 * share, f"{said}, ambiguous{what}", unit)
    return Candidate(first.marker, 0.97 * share, said, unit)


def _without_unit(name: str, facts: Facts) -> tuple[str, str | None]:
    """A name and the unit at its end, where there is one that some marker has."""
    plain = unicodedata.normalize("NFKC", name)
    if ending := IN_BRACKETS.match(plain):
        base, inside = ending.group(1), ending.group(2).strip()
        if squeezed(inside) in facts.squeezed_units or re.search("[/%]|^[^a-z]*$", inside):
            return base, inside
        return f"{base} {inside}", None
    if (ending := AFTER_BLANK.match(plain)) and squeezed(ending.group(2)) in facts.squeezed_units:
        return ending.group(1), ending.group(2)
    return name, None


def _unit_of_heading(name: str, marker: str, facts: Facts) -> str | None:
    """The unit that ends a group's heading, where it is one of the marker's."""
    _, unit = _without_unit(name.rpartition(BETWEEN_ROWS)[0], facts)
    return unit if unit and folded(unit) in facts.units(marker, None) else None


def _without_beside(text: str) -> str:
    before = None
    while before != text:
        before, text = text, BESIDE.sub("", text).strip(" ,")
    return text


def _nhanes(code: re.Match, facts: Facts) -> Candidate | None:
    """A variable of NHANES: its US twin is known, or what stands after LBX or LBXS is a name."""
    own, said = code.group("name"), "a variable as NHANES names them"
    for name in (f"LBX{own}", f"LBD{own}", f"LBX{own}SI", f"LBD{own}D"):
        if known := facts.names.get(folded_name(name)):
            score = 0.6 if known[0].is_ambiguous else 0.85
            return Candidate(known[0].marker, score, f"twin of {known[0].name}")
    for name in (own, own.removeprefix("S")):
        if len(name) > 1 and (known := facts.names.get(folded_name(name))):
            return Candidate(known[0].marker, 0.6, f"{said}: {name}")
    return None


def _reordered(plain: str, facts: Facts, unit: str | None) -> Candidate | None:
    """The same words in another order: `cholesterol, total`."""
    known = facts.by_words.get(tuple(sorted(re.findall(r"\w+", plain))))
    return known and Candidate(known.marker, 0.85, f"the words of '{known.name}'", unit)


def _near(plain: str, facts: Facts, unit: str | None) -> Candidate | None:
    """The nearest spelling, each word near its like; short codes are too alike to be compared."""
    close = get_close_matches(plain, facts.names, n=3, cutoff=NEAR if plain.isascii() else NEAR_HAN)
    for name in close:
        if all(_ratio(*words) >= NEAR_WORD for words in _word_pairs(plain, name)):
            known = facts.names[name][0]
            score = 0.8 * _ratio(plain, name)
            return Candidate(known.marker, score, f"spelled nearly as '{known.name}'", unit)
    return None


def _is_comparable(name: str) -> bool:
    """Whether a name is words: of codes of capitals and digits two are alike and not the same."""
    words = not name.isascii() or any(c.islower() for c in name) or re.search("[ _]", name)
    return len(name) >= (LEAST if name.isascii() else 3) and bool(words)


def _word_pairs(one: str, other: str) -> list[tuple[str, str]]:
    ours, theirs = one.split(), other.split()
    return list(zip(ours, theirs, strict=True)) if len(ours) == len(theirs) else [("", "x")]


def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).ratio()
