"""Baseline characteristics of groups of R's own cars, held against R."""

import csv
import shutil
import subprocess
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from labcohort.assess.baseline import Bucket, baseline

from schemas.baseline import Baseline
from schemas.cohort import Chosen, Membership
from schemas.frames import checked

HERE = Path(__file__).parent
FILES = ("baseline_sample.csv", "baseline_expected.csv")
NUMBERS = (
    "mean", "sd", "median", "q1", "q3", "standardised_difference", "sd_ci_low", "sd_ci_high",
)  # fmt: skip
SETS = {"am": ["0", "1"], "cyl": ["4", "6", "8"]}
HOW = {
    "sets": [[f"{by}_{level}" for level in levels] for by, levels in SETS.items()],
    "baseline": "baseline", "timepoints": ["month_6"], "age": False, "stages": None,
    "attributes": [
        {"attribute": "gear", "categories": ["3", "4", "5"]},
        {"attribute": "vs", "categories": ["0", "1"]},
    ],
    "adverse_events": False, "markers": ["mpg", "hp"], "log": ["hp"],
    "detection": {"no_mean": 0.15, "no_median": 0.5}, "quartiles": 6, "confidence": 0.95,
}  # fmt: skip


def table(name: str) -> list[dict]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def rows() -> dict[tuple[str, ...], dict]:
    """The cars as persons: their groups are cohorts, miles and horses are markers."""
    cars = table("baseline_sample.csv")
    members = [
        {"cohort": f"{by}_{car[by]}", "timepoint": "month_6", "person": car["car"]}
        for car in cars
        for by in SETS
    ]
    # of no cohort that is shown
    members.append({"cohort": "am_2", "timepoint": "month_6", "person": "no car"})
    values = [
        {"person": car["car"], "marker": marker, "timepoint": "baseline", "day": 0,
         "sample_date": date(2020, 6, 30), "value": float(car[marker])}
        for car in cars for marker in ("mpg", "hp") if car[marker]
    ]  # fmt: skip
    schema = {name: c.dtype.type for name, c in Chosen.to_schema().columns.items()}
    chosen = pl.DataFrame([dict.fromkeys(schema) | row for row in values], schema=schema)
    patients = pl.DataFrame(
        [{"person": car["car"], "gear": car["gear"] or None, "vs": car["vs"]} for car in cars]
    )
    bucket = Bucket(checked(Membership, members), patients)
    made = checked(Baseline, baseline([[chosen.lazy()]], [bucket], HOW))
    return {
        (*row["cohort"].split("_"), row["variable"], row["category"] or ""): row
        for row in made.iter_rows(named=True)
    }


EXPECTED = table("baseline_expected.csv")


@pytest.mark.parametrize(
    "expected",
    EXPECTED,
    ids=lambda row: "-".join(row[k] for k in ("by", "group", "variable", "category")),
)
def test_numbers_of_each_group_are_those_of_r(rows, expected):
    ours = rows[tuple(expected[k] for k in ("by", "group", "variable", "category"))]
    assert (ours["n_members"], ours["n"]) == (int(expected["n_members"]), int(expected["n"]))
    assert ours["n_missing"] == int(expected["n_members"]) - int(expected["n"])
    assert str(ours["count"] if ours["count"] is not None else "") == expected["count"]
    for name in NUMBERS:
        if expected[name]:
            assert ours[name] == pytest.approx(float(expected[name]), rel=1e-12, abs=1e-12), name
        else:
            assert ours[name] is None, name


def test_there_are_no_other_rows(rows):
    known = {tuple(row[k] for k in ("by", "group", "variable", "category")) for row in EXPECTED}
    assert rows.keys() == known


@pytest.mark.skipif(not shutil.which("Rscript"), reason="Rscript is not here")
def test_a_fresh_run_of_r_gives_the_same_files(tmp_path):
    subprocess.run(["Rscript", HERE / "baseline.R", tmp_path], check=True)
    for name in FILES:
        assert (tmp_path / name).read_text("utf-8") == (HERE / name).read_text("utf-8")
