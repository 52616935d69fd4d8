"""Exact McNemar test, adjusted p values and standardised differences against R (README.md)."""

import csv
import math
import shutil
import subprocess
from itertools import groupby
from pathlib import Path

import pytest
from labcohort.assess import standardised_difference
from labcohort.assess.multiplicity import benjamini_hochberg, holm
from labcohort.assess.proportions import mcnemar

HERE = Path(__file__).parent
SCRIPTS = ("proportions", "multiplicity", "standardised_difference")


def rows(script: str, folder: Path = HERE) -> list[dict[str, str]]:
    with (folder / f"{script}_expected.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def number(text: str) -> float | None:
    return float(text) if text else None


def test_exact_mcnemar_is_the_binomial_test():
    for row in rows("proportions"):
        found = mcnemar(int(row["first_only"]), int(row["second_only"])).p_value
        assert found == pytest.approx(float(row["mcnemar_p"]), rel=1e-12), row


FAMILIES = {k: list(g) for k, g in groupby(rows("multiplicity"), lambda row: row["family"])}


@pytest.mark.parametrize("family", FAMILIES)
def test_adjusted_p_values_are_those_of_p_adjust(family):
    table = FAMILIES[family]
    p_values = [number(row["p_value"]) for row in table]
    for method, found in (("holm", holm(p_values)), ("bh", benjamini_hochberg(p_values))):
        expected = [number(row[method]) for row in table]
        assert [p is None for p in found] == [p is None for p in expected]
        for ours, theirs in zip(found, expected, strict=True):
            assert ours is theirs is None or math.isclose(ours, theirs, rel_tol=1e-15)


@pytest.mark.parametrize("row", rows("standardised_difference"), ids=lambda row: row["sample"])
def test_standardised_differences(row):
    numbers = {k: number(v) for k, v in row.items() if k not in ("sample", "kind", "r_version")}
    n_a, n_b, confidence = int(numbers["n_a"]), int(numbers["n_b"]), numbers["confidence"]
    mean_a, mean_b = numbers["mean_a"], numbers["mean_b"]
    if row["kind"] == "share":
        counts = round(mean_a * n_a), n_a, round(mean_b * n_b), n_b
        found = standardised_difference.of_shares(*counts, confidence)
    else:
        sd_a, sd_b = numbers["sd_a"], numbers["sd_b"]
        found = standardised_difference.of_means(mean_a, sd_a, n_a, mean_b, sd_b, n_b, confidence)
    assert found.reason is None
    for name in ("difference", "ci_low", "ci_high"):
        assert getattr(found, name) == pytest.approx(numbers[name], rel=1e-12, abs=1e-13)


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="Rscript is not installed")
@pytest.mark.parametrize("script", SCRIPTS)
def test_r_makes_the_same_files_again(script, tmp_path):
    subprocess.run(
        ["Rscript", "--vanilla", HERE / f"{script}.R", tmp_path],
        check=True,
        capture_output=True,
        timeout=120,
    )
    again, committed = rows(script, tmp_path), rows(script)
    assert len(again) == len(committed)
    for new, old in zip(again, committed, strict=True):
        for column in old.keys() - {"r_version"}:
            if new[column] != old[column]:
                assert math.isclose(float(new[column]), float(old[column]), rel_tol=1e-12)
