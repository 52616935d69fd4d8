"""Formulas of derived markers against R over grids of inputs (see README.md)."""

import csv
import math
import shutil
import subprocess
from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from labcohort.derive.evaluate import evaluate
from labcohort.derive.index import import_formulas

HERE = Path(__file__).parent
RESOURCES = HERE.parents[1] / "resources"
RELATIVE = 1e-12
# R's name -> the marker, its method and the marker whose unit the value has
FORMULAS = {
    "ckd_epi_2021": ("EGFR", "ckd_epi_2021", None),
    "ckd_epi_2009": ("EGFR", "ckd_epi_2009", None),
    "mdrd_4": ("EGFR", "mdrd_4", None),
    "cockcroft_gault": ("CRCL", "", None),
    "friedewald": ("LDL_FRIEDEWALD", "", "LDL"),
    "sampson": ("LDL_SAMPSON", "", "LDL"),
    "fatty_liver": ("FLI", "", None),
    "free_testosterone": ("FREE_TESTO", "", None),
}
# R's name -> the marker, and the unit of R's numbers
INPUTS = {
    "creatinine": ("CREAT", "mg/dL"),
    "weight": ("WEIGHT", "kg"),
    "height": ("HEIGHT", "cm"),
    "waist": ("WAIST", "cm"),
    "total": ("TC", "mg/dL"),
    "hdl": ("HDL", "mg/dL"),
    "triglycerides": ("TG", "mg/dL"),
    "ggt": ("GGT", "U/L"),
    "testosterone": ("TESTO", "nmol/L"),
    "shbg": ("SHBG", "nmol/L"),
    "albumin": ("ALB", "g/L"),
}

import_formulas()


def read_expected(folder: Path) -> list[dict[str, str]]:
    with (folder / "formulas_expected.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def read_slopes() -> dict[tuple[str, str], float]:
    with (RESOURCES / "conversions.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {(r["marker"], r["unit"]): float(r["slope"]) for r in rows if not r["analyte"]}


EXPECTED = read_expected(HERE)
SLOPES = read_slopes()


def number(text: str) -> float | None:
    return float(text) if text else None


def ours(formula: str, rows: list[dict[str, str]]) -> list[float | None]:
    """Values of the rows, in R's unit."""
    marker, method, unit_of = FORMULAS[formula]
    columns = {
        code: [float(r[name]) * SLOPES[code, unit] for r in rows]
        for name, (code, unit) in INPUTS.items()
        if rows[0][name]
    }
    people = {
        "person": [f"{i:05}" for i in range(len(rows))],
        "sample_date": [date(2020, 6, 30)] * len(rows),
        "sex": [r["sex"] or None for r in rows],
        "birth_date": [None] * len(rows),
        "age": [number(r["age"]) for r in rows],
    }
    inputs = pl.DataFrame(people | columns, schema_overrides={"sex": pl.String, "age": pl.Float64})
    values = evaluate(inputs, [marker], {marker: method} if method else {}, {})["value"].to_list()
    slope = SLOPES[unit_of, "mg/dL"] if unit_of else 1.0
    return [None if value is None else value / slope for value in values]


def close(value: float | None, expected: float | None) -> bool:
    if value is None or expected is None:
        return value is expected
    return math.isclose(value, expected, rel_tol=RELATIVE)


@pytest.mark.parametrize("formula", FORMULAS)
def test_agrees_with_r(formula):
    rows = [row for row in EXPECTED if row["formula"] == formula]
    values = ours(formula, rows)
    expected = [number(row["value"]) for row in rows]
    far = [(row, v) for row, v, e in zip(rows, values, expected, strict=True) if not close(v, e)]
    assert len(values) >= 100
    assert far == []


def test_the_grids_cover_what_they_should():
    assert set(FORMULAS) == {row["formula"] for row in EXPECTED}
    undefined = Counter(row["formula"] for row in EXPECTED if not row["value"])
    assert set(undefined) == {"friedewald", "sampson"}
    # at the limit itself an equation is computed
    for formula, limit in (("friedewald", "400"), ("sampson", "800")):
        rows = [r for r in EXPECTED if (r["formula"], r["triglycerides"]) == (formula, limit)]
        assert any(row["value"] for row in rows)


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="Rscript is not installed")
def test_r_makes_the_same_file_again(tmp_path):
    subprocess.run(
        ["Rscript", "--vanilla", HERE / "formulas.R", tmp_path],
        check=True,
        capture_output=True,
        timeout=120,
    )
    again = read_expected(tmp_path)
    inputs = [name for name in EXPECTED[0] if name not in ("value", "r_version")]
    assert [[r[n] for n in inputs] for r in again] == [[r[n] for n in inputs] for r in EXPECTED]
    assert all(
        close(number(a["value"]), number(e["value"])) for a, e in zip(again, EXPECTED, strict=True)
    )
