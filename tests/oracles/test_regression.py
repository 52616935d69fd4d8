"""Means and medians under selection against R's numerical integration (see regression.R)."""

import csv
import shutil
import subprocess
from pathlib import Path

import pytest
from labcohort.assess.truncated_normal import selected_mean, selected_median

HERE = Path(__file__).parent
FILE = "regression_expected.csv"


def read(folder: Path) -> list[dict]:
    with (folder / FILE).open(newline="") as file:
        return list(csv.DictReader(file))


def ours(row: dict) -> tuple[float, float]:
    mu, sigma, r = (float(row[name]) for name in ("mu", "sigma", "r"))
    low, high = float(row["low"] or "-inf"), float(row["high"] or "inf")
    given = (mu, sigma, r, low, high, row["scale"] == "log")
    return float(selected_mean(*given)), float(selected_median(*given))


def numbers(row: dict) -> tuple[float, float]:
    return float(row["mean"]), float(row["median"])


@pytest.mark.parametrize(
    "row", read(HERE), ids=lambda row: "{scale} {low}..{high} r={r}".format(**row)
)
def test_agrees_with_r(row):
    # the median is searched to 1e-9 SD
    assert ours(row) == pytest.approx(numbers(row), rel=5e-9)


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="Rscript is not installed")
def test_r_makes_the_same_numbers_again(tmp_path):
    subprocess.run(
        ["Rscript", "--vanilla", HERE / "regression.R", tmp_path],
        check=True,
        capture_output=True,
        timeout=120,
    )
    again, kept = read(tmp_path), read(HERE)
    assert len(again) == len(kept) == 70
    for new, old in zip(again, kept, strict=True):
        assert numbers(new) == pytest.approx(numbers(old), rel=1e-9)
