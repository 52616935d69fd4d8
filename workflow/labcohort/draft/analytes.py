"""Analytes of a file to markers: which, in which unit, and what speaks against it."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median

from labcohort.draft.cells import as_float, is_number, is_token
from labcohort.draft.facts import Facts
from labcohort.draft.guess import LIKELY, SURE
from labcohort.draft.names import Candidate
from labcohort.draft.units import FEWEST, fitting_units, plausible_unit, written_unit
from labcohort.harmonise.units import folded

NITROGEN = re.compile(r"nitrogen|n\b|bun|尿素氮|sbu", re.IGNORECASE)
UREA = re.compile(r"urea|harnstoff|尿素", re.IGNORECASE)

# medians of two columns of one marker differ by their rounding, and by factors of other digits
EQUAL = 0.03


@dataclass
class Analyte:
    """An analyte as a file has it: its key, texts of its results, and units as they are written.

    `units`: text of a unit -> results with it, where each row has its own; `unit`: the one unit
    of the row under the header (`in_row`) or of the name; `twin_unit`: the only one in which the
    column is what its `twin` is (in words).
    """

    name: str
    candidate: Candidate | None
    values: list[str] = field(default_factory=list)
    units: Counter | None = None
    unit: str | None = None
    in_row: bool = False
    twin: str = ""
    twin_unit: str = ""


@dataclass
class Decision:
    """What is proposed for an analyte: an entry of `analytes`, or (None) that it is ignored.

    `spellings` are units of the rows -> spelling that conversions.tsv has.
    """

    entry: str | dict | None
    score: float
    comment: str
    marker: str | None = None
    spellings: dict[str, str] = field(default_factory=dict)


def decide(analyte: Analyte, decimal: str, thousands: str | None, facts: Facts) -> Decision:
    """The proposal for one analyte: a marker only where the unit is known or proposed."""
    found = analyte.candidate
    if found is None:
        return Decision(None, 1.0, "")
    said = f"{found.marker} {found.score:.2f}: {found.reason}"
    if found.score < LIKELY:
        return Decision(None, found.score, f"perhaps {said}")
    marker = facts.readable(found.marker)
    if marker is None:
        return Decision(None, found.score, f"{found.marker} is computed here, not read")
    texts = [v for v in analyte.values if not is_token(v)]
    numeric = sum(map(is_number, texts))
    if texts and numeric < 0.5 * len(texts):
        return Decision(None, 0.5, f"perhaps {said}; but {numeric:,} of {len(texts):,} are numbers")
    if numeric < 0.98 * len(texts):
        said += f"; {len(texts) - numeric:,} of {len(texts):,} are no numbers"
    kind = _measured_as(marker, analyte, facts)
    entry = {"marker": marker} | ({"analyte": kind} if kind else {})
    if analyte.units is not None and any(analyte.units):
        return _by_rows(analyte, entry, found.score, said, facts)
    if analyte.unit:
        return _by_name(analyte, entry, found.score, said, facts)
    numbers = numbers_of(texts, decimal, thousands)
    if unit := analyte.twin_unit:
        said += f"; no unit is given; its values are those of {analyte.twin}"
        return Decision(entry | {"unit": unit}, min(found.score, 0.88), said, marker)
    return _by_values(numbers, entry, found.score, said, facts)


def numbers_of(texts: Iterable[str], decimal: str, thousands: str | None) -> list[float]:
    """The numbers of results' texts."""
    read = (as_float(v, decimal, thousands) for v in texts if is_number(v))
    return [number for number in read if number is not None]


def find_twins(analytes: Iterable[Analyte], decimal: str, facts: Facts) -> None:
    """Units of two columns that hold one marker in two units: those in which they are equal."""
    by_marker: dict[str, list[Analyte]] = {}
    for analyte in analytes:
        found = analyte.candidate
        is_open = found and found.score >= LIKELY and not analyte.unit and analyte.units is None
        if is_open and (marker := facts.readable(found.marker)):
            by_marker.setdefault(marker, []).append(analyte)
    for marker, (one, other, *more) in ((m, a) for m, a in by_marker.items() if len(a) > 1):
        numbers = [numbers_of(a.values, decimal, None) for a in (one, other)]
        if more or min(map(len, numbers)) < FEWEST:
            continue
        kinds = [
            fitting_units(marker, _measured_as(marker, a, facts), own, facts)
            for a, own in zip((one, other), numbers, strict=True)
        ]
        middles = [median(own) for own in numbers]
        equal = [
            (unit, twin)
            for (slope, start), unit in kinds[0].items()
            for (slope_2, start_2), twin in kinds[1].items()
            if abs((slope * middles[0] + start) / (slope_2 * middles[1] + start_2) - 1) < EQUAL
        ]
        if len(equal) == 1 and equal[0][0] != equal[0][1]:
            (one.twin_unit, other.twin_unit) = equal[0]
            one.twin, other.twin = (f"'{a.name}' if that is in {a.twin_unit}" for a in (other, one))


def without_twins(decisions: dict[str, Decision]) -> None:
    """Of columns of one marker in one row, keep the surest: two would contradict each other."""
    best: dict[str, str] = {}
    for name, decision in decisions.items():
        if decision.entry is None:
            continue
        first = best.setdefault(decision.marker, name)
        if first != name and decision.score > decisions[first].score:
            best[decision.marker] = name
    for name, decision in decisions.items():
        kept = best.get(decision.marker) if decision.entry is not None else None
        if kept not in (None, name):
            said = f"also {decision.comment}; '{kept}' is taken for {decision.marker}"
            decisions[name] = Decision(None, min(decision.score, 0.85), said)


def _plain(entry: dict) -> str | dict:
    return entry["marker"] if len(entry) == 1 else entry


def _measured_as(marker: str, analyte: Analyte, facts: Facts) -> str | None:
    """The `analyte` of a marker that has several: as its LOINC code or its name says."""
    if analyte.candidate.analyte:
        return analyte.candidate.analyte
    kinds = {row["analyte"] for row in facts.conversions if row["marker"] == marker} - {None}
    if kinds == {"urea", "urea_nitrogen"}:
        is_urea = UREA.search(analyte.name) and not NITROGEN.search(analyte.name)
        return "urea" if is_urea else "urea_nitrogen"
    return None


def _by_rows(analyte: Analyte, entry: dict, score: float, said: str, facts: Facts) -> Decision:
    """Each row has its own unit."""
    known, spellings, bad = 0, {}, Counter()
    for text, n in sorted(analyte.units.items()):
        unit = written_unit(entry["marker"], entry.get("analyte"), text, facts) if text else None
        if unit is None:
            bad[text or "no unit"] += n
            continue
        known += n
        if unit != text:
            spellings[text] = unit
    if bad:
        said += "; unknown unit: " + ", ".join(f"{u} ({n:,} rows)" for u, n in bad.most_common(4))
        score = min(score, 0.6)
    if known < 0.5 * (known + bad.total()):
        return Decision(None, score, f"perhaps {said}")
    return Decision(_plain(entry), score, said, entry["marker"], spellings)


def _by_name(analyte: Analyte, entry: dict, score: float, said: str, facts: Facts) -> Decision:
    """One unit stands in the name of a column, or in the row under it."""
    marker, text = entry["marker"], analyte.unit
    unit = written_unit(marker, entry.get("analyte"), text, facts)
    if unit is None and "analyte" not in entry:
        kinds = {row["analyte"] for row in facts.conversions if row["marker"] == marker} - {None}
        fitting = [kind for kind in sorted(kinds) if folded(text) in facts.units(marker, kind)]
        if len(fitting) == 1:
            entry, unit, score = entry | {"analyte": fitting[0]}, text, min(score, 0.6)
            said += f"; in {text} measured as {fitting[0]}?"
    if unit is None:
        return Decision(None, 0.5, f"perhaps {said}; but no conversion knows its unit '{text}'")
    if unit != text:
        said, score = f"{said}; the file writes {text}", min(score, 0.85)
    if unit != text or not analyte.in_row:
        entry = entry | {"unit": unit}
    return Decision(_plain(entry), score, said, marker)


def _by_values(
    numbers: Iterable[float], entry: dict, score: float, said: str, facts: Facts
) -> Decision:
    """Nothing says the unit."""
    numbers = list(numbers)
    only = {folded(u) for u in facts.units(entry["marker"], entry.get("analyte"))}
    if len(only) == 1:
        return Decision(entry | {"unit": only.pop()}, score, said, entry["marker"])
    unit = plausible_unit(entry["marker"], entry.get("analyte"), numbers, facts)
    if unit is None:
        return Decision(None, 0.5, f"perhaps {said}; in no unit are its values plausible")
    if unit.value is None:
        return Decision(None, 0.5, f"perhaps {said}; unit? {unit.said()}")
    score = min(score, unit.score)
    said = f"{said}; unit {unit.said()}"
    return Decision(entry | {"unit": unit.value}, min(score, SURE - 0.05), said, entry["marker"])
