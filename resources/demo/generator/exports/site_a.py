"""Site A: long CSV, one row a result, LOINC codes, SI units, its own ranges, ISO dates."""

import csv
from collections.abc import Sequence
from pathlib import Path

from ..analytes import SITE_A
from ..person import Person
from .rows import Row

FILE = "site_a_results.csv"
RANGE = "reference_range"
COLUMNS = ("patient_id", "collected", "loinc", "test", "result", "unit", RANGE)
FIRST_ROW = 2
LOINC = {
    "WEIGHT": ("29463-7", "Body weight"),
    "HEIGHT": ("8302-2", "Body height"),
    "WAIST": ("8280-0", "Waist circumference"),
    "HIP": ("62409-8", "Hip circumference"),
    "SBP": ("8480-6", "Systolic blood pressure"),
    "DBP": ("8462-4", "Diastolic blood pressure"),
    "HBA1C": ("4548-4", "Hemoglobin A1c"),
    "FBS": ("14771-0", "Fasting glucose"),
    "INSULIN": ("20448-7", "Insulin, fasting"),
    "TC": ("14647-2", "Cholesterol"),
    "TG": ("14927-8", "Triglyceride"),
    "HDL": ("14646-4", "HDL cholesterol"),
    "LDL": ("22748-8", "LDL cholesterol"),
    "GGT": ("2324-2", "Gamma glutamyl transferase"),
    "ALT": ("1742-6", "Alanine aminotransferase"),
    "AST": ("1920-8", "Aspartate aminotransferase"),
    "ALP": ("6768-6", "Alkaline phosphatase"),
    "TP": ("2885-2", "Protein, total"),
    "ALB": ("1751-7", "Albumin"),
    "CREAT": ("14682-9", "Creatinine"),
    "BUN": ("14937-7", "Urea nitrogen"),
    "UA": ("14933-6", "Urate"),
    "TESTO": ("14913-8", "Testosterone"),
    "E2": ("14715-7", "Estradiol"),
    "LH": ("10501-5", "Luteinizing hormone"),
    "FSH": ("15067-2", "Follicle stimulating hormone"),
    "IGF1": ("2484-4", "Insulin-like growth factor 1"),
    "DHEAS": ("14688-6", "DHEA sulfate"),
    "HSCRP": ("30522-7", "C reactive protein, high sensitivity"),
}
# The laboratory's own ranges in its units, of men and of women; none of body measures,
# and none of women for what changes with the cycle. Invented, as a laboratory's may differ.
RANGES = {
    "HBA1C": ("4.0-6.0", "4.0-6.0"),
    "FBS": ("3.9-6.1", "3.9-6.1"),
    "INSULIN": ("2.6-24.9", "2.6-24.9"),
    "TC": ("<5.2", "<5.2"),
    "TG": ("<1.7", "<1.7"),
    "HDL": (">1.0", ">1.2"),
    "LDL": ("<3.4", "<3.4"),
    "GGT": ("<60", "<40"),
    "ALT": ("<45", "<35"),
    "AST": ("10-40", "10-35"),
    "ALP": ("40-130", "35-115"),
    "TP": ("64-83", "64-83"),
    "ALB": ("35-52", "35-52"),
    "CREAT": ("62-106", "45-84"),
    "BUN": ("2.9-7.1", "2.9-7.1"),
    "UA": ("210-420", "145-360"),
    "TESTO": ("8.6-29.0", "0.3-1.7"),
    "E2": ("40-160", ""),
    "LH": ("1.7-8.6", ""),
    "FSH": ("1.5-12.4", ""),
    "IGF1": ("60-220", "60-220"),
    "DHEAS": ("1.0-11.5", "0.5-7.5"),
    "HSCRP": ("<3.00", "<3.00"),
}
MARKERS = {loinc: marker for marker, (loinc, _) in LOINC.items()}


def rows(people: Sequence[Person]) -> list[Row]:
    """One row a result; a marker that was not tested has no row."""
    return [
        Row(
            person.patient_id,
            visit.day,
            cells(person.patient_id, visit.day.isoformat(), marker, str(visit.results[marker])),
        )
        for person in people
        for visit in person.visits
        for marker in LOINC
        if marker in visit.results
    ]


def cells(patient_id: str, collected: str, marker: str, result: str) -> dict[str, str]:
    loinc, test = LOINC[marker]
    values = (patient_id, collected, loinc, test, result, SITE_A[marker].unit)
    return dict(zip(COLUMNS[:-1], values, strict=True))


def reference_range(cells: dict[str, str], men: set[str], women: set[str]) -> str:
    """The range that is printed beside a result; empty for none and for an unknown sex."""
    of_men, of_women = RANGES.get(MARKERS.get(cells["loinc"], ""), ("", ""))
    if cells["patient_id"] in men:
        return of_men
    if cells["patient_id"] in women:
        return of_women
    return of_men if of_men == of_women else ""


def write(folder: Path, rows: Sequence[Row], people: Sequence[Person]) -> None:
    men = {person.patient_id for person in people if person.is_male}
    women = {person.patient_id for person in people} - men
    with (folder / FILE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(
            row.cells | {RANGE: reference_range(row.cells, men, women)} for row in rows
        )
