"""Exact p on mid-ranks against two R packages (see README.md)."""

import csv
import shutil
import subprocess
from pathlib import Path

import pytest
from labcohort.compare.exact import exact_signed_rank
from labcohort.compare.ties import clean_differences

from tests.oracles.test_paired_samples import SAMPLES

HERE = Path(__file__).parent
NAME = "exact_signed_rank_expected.csv"


def read(folder: Path) -> list[dict[str, str]]:
    with (folder / NAME).open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", read(HERE), ids=lambda row: row["sample"])
def test_agrees_with_coin_and_exactranktests(row):
    p = exact_signed_rank(clean_differences(*SAMPLES[row["sample"]])).p_value
    for package in ("coin", "exactranktests"):
        assert p == pytest.approx(float(row[f"{package}_p"]), rel=1e-13)


def test_the_samples_have_ties_and_zeros():
    assert len(read(HERE)) >= 20
    tied = {"n5_ties", "one_size_both_signs", "zeros_and_one_size", "sbp_fives_n30"}
    assert tied <= {row["sample"] for row in read(HERE)}


def _installed() -> bool:
    if shutil.which("Rscript") is None:
        return False
    packages = 'c("coin", "exactRankTests")'
    ask = f"quit(status = !all(sapply({packages}, requireNamespace, quietly = TRUE)))"
    return subprocess.run(["Rscript", "-e", ask], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not _installed(), reason="R with coin and exactRankTests is not installed")
def test_r_makes_the_same_numbers_again(tmp_path):
    shutil.copy(HERE / "paired_samples.csv", tmp_path)
    subprocess.run(
        ["Rscript", "--vanilla", HERE / "exact_signed_rank.R", tmp_path],
        check=True,
        capture_output=True,
        timeout=120,
    )
    for ours, theirs in zip(read(HERE), read(tmp_path), strict=True):
        assert ours["sample"] == theirs["sample"]
        for package in ("coin_p", "exactranktests_p"):
            assert float(theirs[package]) == pytest.approx(float(ours[package]), rel=1e-12)
