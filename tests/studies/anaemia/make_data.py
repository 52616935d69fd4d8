"""Make the SYNTHETIC exports of the anaemia study: invented people, and defects planted on purpose.

To look at them: `python tests/studies/anaemia/make_data.py FOLDER`.
"""

import csv
import sys
from datetime import date, timedelta
from math import cos, exp, log, pi, sqrt
from pathlib import Path
from random import Random

SEED = 20240108
PEOPLE = 44
IN_BOTH = {22, 23}
LATE = 40
PATIENTS = ("patient", "sex", "born", "iron_start", "diagnosis", "route", "pregnant")
LONG = {
    "Hb": "g/dL", "MCV": "fl", "Retikulozyten": "%", "Thrombozyten": "G/l", "Ferritin": "ng/ml",
    "CRP": "mg/L",
}  # fmt: skip
WIDE = {
    "haemoglobin": "mmol/L", "mcv": "fL", "reticulocytes": "10*-3", "platelets": "10*9/L",
    "ferritin": "µg/L", "iron": "µg/dL", "tibc": "µmol/L", "saturation": "%", "crp": "mg/dL",
}  # fmt: skip
RANGES = {"Hb": {"f": "12,0-15,5", "m": "13,5-17,5"}, "Thrombozyten": {"f": "150-400"}}


class Draw:
    """Normal deviates from the one stream that Python promises to keep."""

    def __init__(self, seed: int):
        self.uniform = Random(seed).random

    def normal(self, mean: float, sd: float) -> float:
        u, v = 1.0 - self.uniform(), self.uniform()
        return mean + sd * sqrt(-2.0 * log(u)) * cos(2.0 * pi * v)

    def day(self, first: int, last: int) -> int:
        return first + int(self.uniform() * (last - first + 1))


def make(folder: Path) -> None:
    """Write patients.csv, analyser.csv and clinic.tsv to `folder`; always the same."""
    draw = Draw(SEED)
    people = [_person(draw, i) for i in range(PEOPLE)]
    visits = [(p, day, _values(draw, p, day)) for p in people for day in _days(draw, p)]
    folder.mkdir(parents=True, exist_ok=True)
    rows = [[*(str(p[column]) for column in PATIENTS), "SYNTHETIC"] for p in people]
    _write(folder / "patients.csv", ",", "utf-8", [[*PATIENTS, "remark"], *rows])
    _write(folder / "analyser.csv", ";", "cp1252", _long(visits))
    _write(folder / "clinic.tsv", "\t", "utf-8", _wide(visits))


def _person(draw: Draw, i: int) -> dict:
    sex = "f" if draw.uniform() < 0.65 else "m"
    route = "iv" if draw.uniform() < 0.35 else "po"
    return {
        "patient": f"Q{i + 1:03}",
        "sex": sex,
        "born": date(1962, 1, 1) + timedelta(days=draw.day(0, 13_000)),
        "iron_start": date(2024, 1, 8) + timedelta(days=draw.day(0, 120)),
        "diagnosis": "THAL" if i in (5, 30) else "IDA",
        "route": route,
        "pregnant": "y" if sex == "f" and i % 16 == 9 else "n",
        "haemoglobin": draw.normal(97 if sex == "f" else 106, 9),
        "ferritin": exp(draw.normal(2.1, 0.5)),
        "gain": draw.normal(31 if route == "iv" else 25, 6),
        "wide": i > 21,
        "both": i in IN_BOTH,
    }


def _days(draw: Draw, person: dict) -> list[int]:
    """Days of blood draws, counted from the start of iron: some twice, some at no timepoint."""
    days = {draw.day(-7, 0), draw.day(22, 33), draw.day(74, 95)}
    if draw.uniform() < 0.3:
        days.add(draw.day(-27, -12))
    if draw.uniform() < 0.2:
        days.add(draw.day(45, 60))
    if draw.uniform() < 0.25:
        days.add(draw.day(96, 104))
    if draw.uniform() < 0.15:
        days = {day for day in days if day < 60}
    return sorted(days)


def _values(draw: Draw, person: dict, day: int) -> dict[str, float]:
    """Values in g/L, fL, %, 10*9/L, ug/L, umol/L and mg/L."""
    t = min(max(day, 0) / 84, 1.2)
    saturation = max(3.0, draw.normal(7 + 15 * t, 2.5))
    tibc = draw.normal(80 - 14 * t, 5)
    return {
        "haemoglobin": draw.normal(person["haemoglobin"] + person["gain"] * t**0.7, 3),
        "mcv": draw.normal(71 + 12 * t, 2.5),
        "reticulocytes": max(0.3, draw.normal(1.1 + (2.0 if 10 < day < 45 else 0.4 * t), 0.4)),
        "platelets": draw.normal(390 - 90 * t, 40),
        "ferritin": person["ferritin"] * exp(draw.normal(1.5 * t, 0.25)),
        "iron": tibc * saturation / 100,
        "tibc": tibc,
        "saturation": saturation,
        "crp": exp(draw.normal(0.5, 0.6)),
    }


def _long(visits: list) -> list[list[str]]:
    """The analyser's rows, defects in the rows of Q001 to Q010."""
    names = ("haemoglobin", "mcv", "reticulocytes", "platelets", "ferritin", "crp")
    scale = {"haemoglobin": (0.1, 1), "mcv": (1, 1), "reticulocytes": (1, 2), "platelets": (1, 0),
             "ferritin": (1, 1), "crp": (1, 2)}  # fmt: skip
    rows = []
    for person, day, values in visits:
        # who is in both files has the first visits in this one and the last ones in the clinic's
        if person["wide"] and not (person["both"] and day < LATE):
            continue
        drawn = (person["iron_start"] + timedelta(days=day)).strftime("%d.%m.%Y")
        for test, name in zip(LONG, names, strict=True):
            slope, decimals = scale[name]
            number = slope * values[name]
            text = f"{number:.{decimals}f}".replace(".", ",")
            # the assay's limit of detection
            text = "<5,0" if test == "Ferritin" and number < 5 else text
            normal = RANGES.get(test, {}).get(person["sex"], "")
            rows.append([person["patient"], drawn, test, text, LONG[test], normal, "SYNTHETISCH"])
    _spoil(rows)
    return [["Patient", "Datum", "Test", "Ergebnis", "Einheit", "Normbereich", "Bemerkung"], *rows]


def _spoil(rows: list[list[str]]) -> None:
    """Plant the analyser's defects, each in its first row of that person and test."""

    def row(patient: str, test: str) -> list[str]:
        return next(r for r in rows if r[0] == patient and r[2] == test)

    row("Q001", "Hb")[4] = "mg%"
    row("Q002", "Hb")[3] = row("Q002", "Hb")[3].replace(",", "") + "0"
    row("Q003", "MCV")[1] = "31.02.2024"
    row("Q004", "Ferritin")[3] = "lipämisch"
    row("Q005", "CRP")[3] = "n.d."
    row("Q007", "Thrombozyten")[3] = "912"
    # sent twice, and sent twice with another value
    rows.append(row("Q008", "Hb").copy())
    other = row("Q009", "Hb").copy()
    other[3] = "15,9"
    rows.append(other)
    stranger = row("Q010", "MCV").copy()
    stranger[0] = "Q999"
    rows.append(stranger)
    rows.append([*row("Q010", "Hb")[:2], "Blutgruppe", "A pos", "", "", "SYNTHETISCH"])


def _wide(visits: list) -> list[list[str]]:
    """The clinic's rows, defects in those of Q031 and Q032."""
    scale = {"haemoglobin": (1 / 16.1145, 2), "mcv": (1, 1), "reticulocytes": (10, 1),
             "platelets": (1, 0), "ferritin": (1, 1), "iron": (55.845 / 10, 0), "tibc": (1, 1),
             "saturation": (1, 1), "crp": (0.1, 3)}  # fmt: skip
    rows = []
    for person, day, values in visits:
        if not person["wide"] or (person["both"] and day < LATE):
            continue
        drawn = (person["iron_start"] + timedelta(days=day)).isoformat()
        texts = [f"{scale[n][0] * values[n]:.{scale[n][1]}f}" for n in WIDE]
        rows.append([person["patient"], drawn, *texts])
    column = {name: i for i, name in enumerate(WIDE, 2)}
    first = {patient: next(r for r in rows if r[0] == patient) for patient in ("Q032", "Q033")}
    # more iron than the serum can bind
    first["Q032"][column["iron"]] = "640"
    first["Q033"][column["ferritin"]] = "."
    return [["patient", "drawn", *WIDE], ["", "", *WIDE.values()], *rows]


def _write(path: Path, delimiter: str, encoding: str, rows: list[list[str]]) -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter, lineterminator="\r\n").writerows(rows)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
