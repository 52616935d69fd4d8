"""In which unit values are: as it is written, else where only one unit makes them plausible."""

import re
from collections.abc import Sequence
from statistics import median

from labcohort.draft.facts import Facts
from labcohort.draft.guess import Guess
from labcohort.harmonise.units import folded

# of the values that must lie within a marker's soft limits for a unit to be possible
INSIDE = 0.8
FEWEST = 5
# a median is near a reference range that it is in, or beyond by this factor: patients are ill
NEAR = 1.3
SPELLINGS = (
    (re.compile(r"^(?:units?|iu|u)(?=/)", re.IGNORECASE), "u"),
    (re.compile(r"^mc(?=[a-z])", re.IGNORECASE), "u"),
    (re.compile(r"\[iu\]|iu|units", re.IGNORECASE), "u"),
    (re.compile(r"[\s.]+"), ""),
    (re.compile(r"litre|liter", re.IGNORECASE), "l"),
)


def written_unit(marker: str, analyte: str | None, text: str, facts: Facts) -> str | None:
    """A unit of conversions.tsv that a written one is: the same, or another spelling of one."""
    known = facts.units(marker, analyte)
    if folded(text) in known:
        return text
    meant = _plain(text)
    same = [unit for unit in known if _plain(unit) == meant]
    kinds = {(known[u]["slope"], known[u]["intercept"]) for u in same}
    return known[same[0]]["unit"] if len(kinds) == 1 else None


def plausible_unit(
    marker: str, analyte: str | None, numbers: Sequence[float], facts: Facts
) -> Guess | None:
    """The unit in which the values are plausible: median and INSIDE of them in the soft limits.

    Of several, the one in which the median is near a reference range; where that leaves none or
    several the value is None and `others` are they. None where no unit is plausible, or there are
    too few values or no limits.
    """
    row = facts.markers[marker]
    low, high = row["soft_low"], row["soft_high"]
    fitting = fitting_units(marker, analyte, numbers, facts)
    if not fitting:
        return None
    limits = f"within {low:g}-{high:g} {row['unit']}"
    first, *others = fitting.values()
    if not others:
        return Guess(first, 0.7, f"no unit is given; {first} alone puts the values {limits}")
    usual = facts.usual(marker)
    middle = median(numbers)
    inside = [
        unit for (slope, start), unit in fitting.items()
        if usual and usual[0] / NEAR <= slope * middle + start <= usual[1] * NEAR
    ]  # fmt: skip
    if len(inside) == 1:
        said = f"no unit is given; in {inside[0]} alone the median is near a reference range"
        return Guess(inside[0], 0.5, said, tuple(u for u in fitting.values() if u != inside[0]))
    return Guess(None, 0.3, f"no unit is given; several put the values {limits}", (first, *others))


def fitting_units(
    marker: str, analyte: str | None, numbers: Sequence[float], facts: Facts
) -> dict[tuple[float, float], str]:
    """(slope, intercept) -> the first spelling of each unit in which the values are plausible."""
    row = facts.markers[marker]
    low, high = row["soft_low"], row["soft_high"]
    if len(numbers) < FEWEST or low is None or high is None:
        return {}
    fitting: dict[tuple, str] = {}
    for unit in facts.units(marker, analyte).values():
        kind = (unit["slope"], unit["intercept"])
        values = [kind[0] * number + kind[1] for number in numbers]
        inside = sum(low <= value <= high for value in values) / len(values)
        if low <= median(values) <= high and inside >= INSIDE:
            fitting.setdefault(kind, unit["unit"])
    return fitting


def _plain(unit: str) -> str:
    text = folded(unit)
    for pattern, spelled in SPELLINGS:
        text = pattern.sub(spelled, text)
    return text.casefold()
