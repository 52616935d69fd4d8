"""Summaries, tests, estimates and effect sizes against R, sample by sample (see README.md)."""

import csv
import math
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest
from labcohort.compare.detectable import detectable_change
from labcohort.compare.effect_sizes import cohen_dz, rank_biserial
from labcohort.compare.exact import exact_signed_rank
from labcohort.compare.geometric import geometric_ratio, median_percent_change
from labcohort.compare.hodges_lehmann import hodges_lehmann
from labcohort.compare.normality import shapiro_wilk, skewness
from labcohort.compare.paired_t import paired_t
from labcohort.compare.summaries import summarise
from labcohort.compare.ties import clean_differences
from labcohort.compare.wilcoxon import wilcoxon_signed_rank

HERE = Path(__file__).parent
# R's pt stops at 1e-12, and log(1 - W) of shapiro.test has the digits that W near 1 has left.
RELATIVE = defaultdict(lambda: 1e-12, detectable=1e-11, shapiro_p=1e-10)
# Numbers without unit that may be next to zero, where they are differences of larger ones.
ABSOLUTE = defaultdict(float, skewness=1e-14, dz_ci95_low=1e-14, dz_ci95_high=1e-14)
MOST_PAIRS_OF_QSIGNRANK = 1000


def read_expected(folder: Path) -> dict[str, dict[str, float | None]]:
    expected = defaultdict(dict)
    with (folder / "paired_expected.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            expected[row["sample"]][row["quantity"]] = float(row["value"]) if row["value"] else None
    return dict(expected)


def read_samples(folder: Path) -> dict[str, tuple[list[float], list[float]]]:
    samples = defaultdict(lambda: ([], []))
    with (folder / "paired_samples.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            baseline, followup = samples[row["sample"]]
            baseline.append(float(row["baseline"]))
            followup.append(float(row["followup"]))
    return samples


SAMPLES = read_samples(HERE)
EXPECTED = read_expected(HERE)


def ours(baseline: list[float], followup: list[float]) -> dict[str, float | None]:
    d = clean_differences(baseline, followup)
    t, t_99 = paired_t(d), paired_t(d, confidence=0.99)
    signed_rank = wilcoxon_signed_rank(d)
    values = {
        "n": len(baseline),
        "t": t.statistic,
        "t_df": t.df,
        "t_p": t.p_value,
        "ci95_low": t.ci_low,
        "ci95_high": t.ci_high,
        "ci99_low": t_99.ci_low,
        "ci99_high": t_99.ci_high,
        "n_positive": signed_rank.n_positive,
        "n_negative": signed_rank.n_negative,
        "n_zero": signed_rank.n_zero,
        "n_tied": signed_rank.n_tied,
        "w_plus": signed_rank.w_plus,
        "w_minus": signed_rank.w_minus,
        "z": signed_rank.z,
        "wilcoxon_p": signed_rank.p_value,
    }
    values |= estimates(baseline, followup, d)
    for prefix, x in (("baseline", baseline), ("followup", followup), ("change", d)):
        type_6, type_7 = summarise(x), summarise(x, kind=7)
        for name in ("mean", "sd", "sem", "median", "minimum", "maximum"):
            values[f"{prefix}_{name}"] = getattr(type_6, name)
        for name in ("q1", "q3", "iqr"):
            values[f"{prefix}_{name}_type6"] = getattr(type_6, name)
            values[f"{prefix}_{name}_type7"] = getattr(type_7, name)
    return values


def estimates(baseline: list[float], followup: list[float], d) -> dict[str, float | None]:
    d_z = cohen_dz(d)
    r = rank_biserial(wilcoxon_signed_rank(d))
    ratio = geometric_ratio(baseline, followup)
    shape = shapiro_wilk(d)
    values = {
        "exact_p": exact_signed_rank(d).p_value,
        "hl": hodges_lehmann(d).estimate,
        "d_z": d_z.d_z,
        "dz_ci95_low": d_z.ci_low,
        "dz_ci95_high": d_z.ci_high,
        "rank_biserial": r.r,
        "rb_ci95_low": r.ci_low,
        "rb_ci95_high": r.ci_high,
        "ratio": ratio.ratio,
        "ratio_ci95_low": ratio.ci_low,
        "ratio_ci95_high": ratio.ci_high,
        "percent_change_median": median_percent_change(baseline, followup),
        "shapiro_w": shape.w,
        "shapiro_p": shape.p_value,
        "skewness": skewness(d),
        "detectable": detectable_change(len(d), summarise(d).sd),
    }
    if len(d) <= MOST_PAIRS_OF_QSIGNRANK:
        for level in (95, 99):
            interval = hodges_lehmann(d, level / 100)
            values[f"hl_ci{level}_low"] = interval.ci_low
            values[f"hl_ci{level}_high"] = interval.ci_high
    return values


def close(name: str, value: float | None, expected: float | None) -> bool:
    if value is None or expected is None:
        return value is expected
    return math.isclose(value, expected, rel_tol=RELATIVE[name], abs_tol=ABSOLUTE[name])


def differing(values: dict, expected: dict) -> dict:
    return {
        name: (values[name], expected[name])
        for name in expected
        if not close(name, values[name], expected[name])
    }


@pytest.mark.parametrize("sample", EXPECTED)
def test_agrees_with_r(sample):
    values, expected = ours(*SAMPLES[sample]), EXPECTED[sample]
    assert values.keys() == expected.keys()
    assert differing(values, expected) == {}


def test_the_samples_cover_what_they_should():
    def any_sample(condition) -> bool:
        return any(condition(e) for e in EXPECTED.values())

    def nonzero(e: dict) -> float:
        return e["n"] - e["n_zero"]

    assert len(EXPECTED) >= 40
    assert {0, 1, 2, 3, 4, 5} <= {e["n"] for e in EXPECTED.values()}
    assert any_sample(lambda e: e["n"] > 1 and e["n_zero"] == e["n"])
    assert any_sample(lambda e: e["change_sd"] == 0 and e["change_mean"] != 0)
    assert any_sample(lambda e: e["n_zero"] > 10 and e["n_tied"] > 10)
    assert any_sample(lambda e: e["n"] >= 1000)
    assert any_sample(lambda e: e["exact_p"] is None and e["wilcoxon_p"] is not None)
    # The exact p by full enumeration and, above 18 differences, by convolution.
    assert any_sample(lambda e: e["exact_p"] and 5 < nonzero(e) <= 18 and e["n_tied"])
    assert any_sample(lambda e: e["exact_p"] and nonzero(e) > 18 and e["n_tied"])
    assert any_sample(
        lambda e: e["ratio"] is not None and e["change_sd"] and not e["ratio_ci95_low"]
    )
    assert any_sample(lambda e: e["ratio"] is None and e["n"] > 1)
    assert any_sample(lambda e: e["hl"] is not None and e["hl"] != e["change_median"])


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="Rscript is not installed")
def test_r_makes_the_same_files_again(tmp_path):
    subprocess.run(
        ["Rscript", "--vanilla", HERE / "paired_samples.R", tmp_path],
        check=True,
        capture_output=True,
        timeout=120,
    )
    name = "paired_samples.csv"
    assert (tmp_path / name).read_bytes() == (HERE / name).read_bytes()
    again = read_expected(tmp_path)
    assert again.keys() == EXPECTED.keys()
    for sample, expected in EXPECTED.items():
        assert differing(again[sample], expected) == {}, sample
