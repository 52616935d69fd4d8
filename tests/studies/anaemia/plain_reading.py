"""The anaemia study read by hand, for the independent check: no code of the workflow in it.

Exact fractions throughout, so that differences which are equal in decimals are equal here.
"""

import csv
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path

# canonical value of 1 in the reported unit: g/dL to g/L, haemoglobin as its monomer 16114.5 g/mol,
# iron 55.845 g/mol
FACTORS = {
    ("HGB", "g/dL"): "10", ("HGB", "mmol/L"): "16.1145", ("MCV", "fl"): "1", ("MCV", "fL"): "1",
    ("RETIC", "%"): "1", ("RETIC", "10*-3"): "0.1", ("PLT", "G/l"): "1", ("PLT", "10*9/L"): "1",
    ("FERRITIN", "ng/ml"): "1", ("FERRITIN", "µg/L"): "1", ("HSCRP", "mg/L"): "1",
    ("HSCRP", "mg/dL"): "10", ("IRON", "µg/dL"): "0.17906706", ("TIBC", "µmol/L"): "1",
    ("TSAT_REPORTED", "%"): "1",
}  # fmt: skip
LONG = {"Hb": "HGB", "MCV": "MCV", "Retikulozyten": "RETIC", "Thrombozyten": "PLT",
        "Ferritin": "FERRITIN", "CRP": "HSCRP"}  # fmt: skip
WIDE = ("HGB", "MCV", "RETIC", "PLT", "FERRITIN", "IRON", "TIBC", "TSAT_REPORTED", "HSCRP")
# of g/L: what no blood has
HIGHEST_HAEMOGLOBIN = 250
WINDOWS = {"baseline": (-28, 0, 0), "week_4": (18, 38, 28), "week_12": (63, 105, 84)}


@dataclass(frozen=True)
class Result:
    """One sound result; `low` and `high` are its laboratory's own range where it sent one."""

    marker: str
    person: str
    day: date
    value: Fraction
    is_limit: bool = False
    low: Fraction | None = None
    high: Fraction | None = None


@dataclass(frozen=True)
class Person:
    sex: str
    born: date
    start: date
    route: str
    is_eligible: bool


def people(folder: Path) -> dict[str, Person]:
    """Everyone in the patient table."""
    return {
        row["patient"]: Person(
            row["sex"],
            date.fromisoformat(row["born"]),
            date.fromisoformat(row["iron_start"]),
            row["route"],
            row["diagnosis"] == "IDA" and row["pregnant"] == "n",
        )
        for row in _records(folder / "patients.csv", "utf-8", ",")
    }


def results(folder: Path) -> list[Result]:
    """All sound results of known people, once each; repeats that contradict are left out."""
    known = people(folder)
    found: dict[tuple, set[Result]] = {}
    for result in [*_analyser(folder), *_clinic(folder)]:
        if result.person in known:
            found.setdefault((result.marker, result.person, result.day), set()).add(result)
    return [next(iter(same)) for same in found.values() if len(same) == 1]


def chosen(folder: Path) -> dict[tuple[str, str], dict[str, Result]]:
    """(marker, timepoint) -> person -> the result that stands for it, of the eligible."""
    known, own = people(folder), {}
    for result in results(folder):
        if known[result.person].is_eligible:
            own.setdefault(result.person, []).append(result)
    found: dict[tuple[str, str], dict[str, Result]] = {}
    for person, theirs in own.items():
        for timepoint, (first, last, target) in WINDOWS.items():
            days = {(r.day - known[person].start).days for r in theirs}
            inside = [day for day in days if first <= day <= last]
            if not inside:
                continue
            # one day for all markers: the nearest, of two the earlier; before iron the last
            visit = min(inside, key=lambda day, target=target: (abs(day - target), day))
            for result in theirs:
                if (result.day - known[person].start).days == visit:
                    found.setdefault((result.marker, timepoint), {})[person] = result
    return found


def _analyser(folder: Path) -> list[Result]:
    found = []
    for row in _records(folder / "analyser.csv", "cp1252", ";"):
        marker, text = LONG.get(row["Test"]), row["Ergebnis"].replace(",", ".")
        factor = FACTORS.get((marker, row["Einheit"]))
        try:
            day = datetime.strptime(row["Datum"], "%d.%m.%Y").date()
            number = Fraction(text.removeprefix("<"))
        except ValueError:
            continue
        if factor is None:
            continue
        value = number * Fraction(factor) / (2 if text.startswith("<") else 1)
        if marker == "HGB" and value > HIGHEST_HAEMOGLOBIN:
            continue
        ends = row["Normbereich"].replace(",", ".").split("-") if row["Normbereich"] else []
        low, high = (Fraction(e) * Fraction(factor) for e in ends) if ends else (None, None)
        found.append(Result(marker, row["Patient"], day, value, text.startswith("<"), low, high))
    return found


def _clinic(folder: Path) -> list[Result]:
    with (folder / "clinic.tsv").open(encoding="utf-8", newline="") as file:
        _, units, *rows = list(csv.reader(file, delimiter="\t"))
    found = []
    for patient, drawn, *texts in rows:
        own = {
            marker: Fraction(text) * Fraction(FACTORS[marker, unit])
            for marker, text, unit in zip(WIDE, texts, units[2:], strict=True)
            if text != "."
        }
        if own["IRON"] > own["TIBC"]:
            del own["IRON"], own["TIBC"]
        day = date.fromisoformat(drawn)
        found += [Result(marker, patient, day, value) for marker, value in own.items()]
    return found


def _records(path: Path, encoding: str, delimiter: str) -> list[dict]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))
