"""The two rows of a planned comparison: what is tested, described, estimated and noted.

Numbers of whole rows are R's (tests/oracles/paired_expected.csv); `sleep` and the twelve patients
of compare/README.md are worked there with R 4.2.2, and the README's numbers are run by a test.
"""

import csv
import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import scipy.stats
from labcohort.compare.comparison import comparison
from labcohort.compare.pairs import Pairs

from schemas.comparison import Comparison

ORACLES = Path(__file__).parents[2] / "oracles"
T, WILCOXON = "paired_t", "wilcoxon_signed_rank"
SLEEP = (
    [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0],
    [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
)
TWELVE = (
    [9.2, 8.9, 6.4, 7.6, 7.7, 9.3, 8.7, 8.7, 9.1, 9.6, 7.0, 8.2],
    [9.0, 8.6, 6.4, 7.6, 7.4, 9.0, 8.4, 9.0, 9.1, 9.3, 6.5, 8.2],
)
HOW = {
    "panel": "glycaemic",
    "confidence": 0.95,
    "quartiles": 6,
    "censored": "lod_half",
    "detection": {"no_mean": 0.15, "no_median": 0.5},
    "exact_below": 25,
    "power": 0.8,
    "log": ["HSCRP"],
    "equations": {"EGFR": "ckd_epi_2021", "NON_HDL": "measured"},
}
PLANNED = {
    "profile": "recommended",
    "family": "primary",
    "role": "primary",
    "marker": "HBA1C",
    "cohort": "all",
    "timepoint": "month_6",
    "test": "paired_t",
    "summary": "mean_sem",
    "correction": "holm",
    "alpha": 0.05,
    "exclude": [],
    "selected_on_baseline": False,
    "duplicate_of": None,
}
# what a row has of its own test; all else is of the pairs
OF_THE_TEST = {
    "test", "primary", "statistic", "df", "p_value", "p_exact", "p_raw_double", "note",
}  # fmt: skip


def marks(n: int, *places: tuple[int, int]) -> np.ndarray:
    """True at (pair, visit) of n pairs."""
    found = np.zeros((n, 2), bool)
    for place in places:
        found[place] = True
    return found


def rows(baseline, followup, lost=None, below=(), above=(), how=HOW, **planned) -> dict[str, dict]:
    """Both rows of these pairs by their test, held against their schema.

    `below` and `above` are the (pair, visit) of values sent as a limit.
    """
    n, lost = len(baseline), lost or {}
    n_members = n + sum(lost.values())
    data = Pairs(
        np.array(baseline, float),
        np.array(followup, float),
        n_members=n_members,
        n_baseline=n,
        n_followup=n,
        lost=lost,
        limits=marks(n, *below, *above),
        below=marks(n, *below),
    )
    result = comparison(PLANNED | planned, data, how)
    schema = {name: c.dtype.type for name, c in Comparison.to_schema().columns.items()}
    Comparison.validate(pl.DataFrame(result, schema=schema, orient="row"), lazy=True)
    return {row["test"]: row for row in result}


def row(baseline, followup, **more) -> dict:
    """The row of the primary test, which is the t test unless said otherwise."""
    return next(r for r in rows(baseline, followup, **more).values() if r["primary"])


def ranks(baseline, followup, **more) -> dict:
    return rows(baseline, followup, **more)[WILCOXON]


def sample(name: str) -> tuple[list[float], list[float]]:
    """Visits of one of the oracle's samples."""
    with (ORACLES / "paired_samples.csv").open(newline="") as file:
        own = [r for r in csv.DictReader(file) if r["sample"] == name]
    return [float(r["baseline"]) for r in own], [float(r["followup"]) for r in own]


def r_says(name: str) -> dict[str, float | None]:
    with (ORACLES / "paired_expected.csv").open(newline="") as file:
        own = [r for r in csv.DictReader(file) if r["sample"] == name]
    return {r["quantity"]: float(r["value"]) if r["value"] else None for r in own}


def parts(note: str | None) -> list[str]:
    return note.split("; ") if note else []


@pytest.mark.parametrize("test", [T, WILCOXON])
def test_both_tests_have_a_row_and_the_plan_names_the_primary_one(test):
    both = rows(*SLEEP, test=test)
    assert list(both) == [T, WILCOXON]
    assert {name: r["primary"] for name, r in both.items()} == {T: test == T, WILCOXON: test != T}


def test_a_paired_t_test():
    result = row(*SLEEP)
    assert result["change_mean"] == pytest.approx(1.58, rel=1e-12)
    assert result["statistic"] == pytest.approx(4.0621, abs=5e-5)
    assert result["p_value"] == pytest.approx(0.002833, abs=5e-7)
    assert (result["df"], result["n_pairs"]) == (9, 10)
    assert result["p_exact"] is None
    assert result["note"] is None
    # t = mean / (SD / sqrt n), so the interval must be about the mean and hold no zero here
    assert result["change_ci_low"] + result["change_ci_high"] == pytest.approx(2 * 1.58)
    assert 0 < result["change_ci_low"] < 1.58


def test_a_wilcoxon_test_has_no_df():
    result = ranks(*SLEEP)
    assert result["p_value"] == pytest.approx(0.00763, abs=5e-6)
    assert result["statistic"] == result["z"] > 0
    assert result["df"] is None
    assert (result["n_positive"], result["n_negative"], result["n_zero"]) == (9, 0, 1)


# column of a comparison -> quantity of the oracle
QUANTITIES = {
    "n_pairs": "n", "change_mean": "change_mean", "change_sd": "change_sd",
    "change_ci_low": "ci95_low", "change_ci_high": "ci95_high", "change_median": "change_median",
    "hodges_lehmann": "hl", "hl_ci_low": "hl_ci95_low", "hl_ci_high": "hl_ci95_high",
    "d_z": "d_z", "dz_ci_low": "dz_ci95_low", "dz_ci_high": "dz_ci95_high",
    "rank_biserial": "rank_biserial", "rb_ci_low": "rb_ci95_low", "rb_ci_high": "rb_ci95_high",
    "geometric_ratio": "ratio", "gr_ci_low": "ratio_ci95_low", "gr_ci_high": "ratio_ci95_high",
    "percent_change_median": "percent_change_median", "n_positive": "n_positive",
    "n_negative": "n_negative", "n_zero": "n_zero", "n_ties": "n_tied", "w_plus": "w_plus",
    "w_minus": "w_minus", "z": "z", "shapiro_w": "shapiro_w", "shapiro_p": "shapiro_p",
    "skewness": "skewness", "detectable_change": "detectable",
} | {
    f"{visit}_{column}": f"{visit}_{name}"
    for visit in ("baseline", "followup")
    for column, name in {
        **dict.fromkeys(("mean", "sd", "sem", "median")), "min": "minimum", "max": "maximum",
        "q1": "q1_type6", "q3": "q3_type6", "iqr": "iqr_type6",
    }.items()
    for name in (name or column,)
}  # fmt: skip
OF_T = {"statistic": "t", "df": "t_df", "p_value": "t_p"}
OF_RANKS = {"statistic": "z", "p_value": "wilcoxon_p", "p_exact": "exact_p"}


@pytest.mark.parametrize(
    "name", ["student_sleep", "hba1c_percent_n24", "hba1c_percent_n47", "hscrp_n45", "outlier_up"]
)
def test_every_number_of_a_row_is_the_one_that_r_gives(name):
    both, expected = rows(*sample(name), marker="HSCRP"), r_says(name)
    for test, own in ((T, OF_T), (WILCOXON, OF_RANKS)):
        for column, quantity in (QUANTITIES | own).items():
            wanted = expected[quantity]
            wanted = wanted if wanted is None else pytest.approx(wanted, rel=1e-10, abs=1e-13)
            assert both[test][column] == wanted, (test, column)


def test_what_is_not_of_the_test_is_the_same_in_both_rows():
    both = rows(*TWELVE, lost={"no value at follow-up": 2}, below=[(0, 0)])
    different = {k for k in both[T] if both[T][k] != both[WILCOXON][k]}
    assert different <= OF_THE_TEST
    assert set(both[T]) == set(Comparison.to_schema().columns)


def test_descriptives_are_of_the_pairs_by_visit():
    result = row(*SLEEP)
    # sums 7.5 and 23.3; the middle two are 0.0 and 0.7, and 1.6 and 1.9
    assert result["baseline_mean"] == pytest.approx(0.75)
    assert result["followup_mean"] == pytest.approx(2.33)
    assert result["baseline_median"] == pytest.approx(0.35)
    assert result["followup_median"] == pytest.approx(1.75)
    assert (result["baseline_min"], result["baseline_max"]) == (-1.6, 3.7)
    assert (result["followup_min"], result["followup_max"]) == (-0.1, 5.5)


def test_quartiles_are_of_the_type_that_the_study_uses():
    # of 1..9 type 6 takes places 2.5 and 7.5, type 7 places 3 and 7
    nine = list(range(1, 10))
    result = row(nine, nine)
    assert (result["baseline_q1"], result["baseline_q3"], result["baseline_iqr"]) == (2.5, 7.5, 5)
    other = row(nine, nine, how=HOW | {"quartiles": 7})
    assert (other["baseline_q1"], other["baseline_q3"]) == (3, 7)


@pytest.mark.parametrize("interval", ["change_ci", "hl_ci", "dz_ci", "rb_ci", "gr_ci"])
def test_the_confidence_of_every_interval_is_that_of_the_study(interval):
    def width(confidence: float) -> float:
        how = HOW | {"confidence": confidence}
        result = row(*TWELVE, marker="HSCRP", how=how)
        return result[f"{interval}_high"] - result[f"{interval}_low"]

    assert width(0.5) < width(0.95)


def test_labels_of_the_plan_are_kept():
    given = {
        "profile": "as_published", "cohort": "ckd_3", "role": "secondary", "correction": "none",
        "family": "exploratory", "alpha": 0.01, "test": WILCOXON, "summary": "median_iqr",
    }  # fmt: skip
    for result in rows(*SLEEP, **given).values():
        kept = {k: result[k] for k in PLANNED if k in result and k != "test"}
        expected = {k: v for k, v in (PLANNED | given).items() if k not in ("test", "exclude")}
        assert kept == expected
        assert result["panel"] == "glycaemic"


def test_the_flags_left_out_are_told_by_who_is_lost():
    lost = {"insulin-treated": 3, "insulin treatment not known": 1, "no value at follow-up": 2}
    result = row(*SLEEP, lost=lost)
    assert (result["n_members"], result["n_pairs"], result["n_lost"]) == (16, 10, 6)
    assert result["lost"] == (
        "insulin-treated: 3; insulin treatment not known: 1; no value at follow-up: 2"
    )
    assert row(*SLEEP)["lost"] is None and row(*SLEEP)["n_lost"] == 0


@pytest.mark.parametrize(
    ("name", "agrees"),
    [
        ("student_sleep", "yes"),
        ("hba1c_percent_n24", "no: alpha"),
        ("outlier_up", "no: sign"),
        ("skewed_n2500", "no: sign and alpha"),
        # the mean change is zero: t = 0 has no sign
        ("mean_zero_skewed", "yes"),
        ("constant_n9_up", None),
        ("zeros_n12", None),
    ],
)
def test_whether_the_tests_agree(name, agrees):
    # by R's t, p, z and p of these samples
    assert {r["agrees"] for r in rows(*sample(name)).values()} == {agrees}


def test_the_tests_agree_at_the_alpha_of_the_plan():
    # the twelve: t test 0.0295, Wilcoxon 0.0480
    assert row(*TWELVE)["agrees"] == "yes"
    assert row(*TWELVE, alpha=0.04)["agrees"] == "no: alpha"


def test_ties_that_binary_breaks_are_told_beside_the_p_of_true_ties():
    result = ranks(*TWELVE)
    assert result["p_value"] == pytest.approx(0.04803, abs=5e-6)
    assert result["p_raw_double"] == pytest.approx(0.09089, abs=5e-6)
    assert "differences as they are in binary give p = 0.09089" in parts(result["note"])


def test_forty_seven_pairs_in_tenths_of_a_percent():
    before, after = sample("hba1c_percent_n47")
    result = ranks(before, after)
    raw = scipy.stats.wilcoxon(
        np.array(after) - np.array(before), correction=False, method="asymptotic"
    )
    assert result["p_value"] == pytest.approx(r_says("hba1c_percent_n47")["wilcoxon_p"], rel=1e-12)
    assert result["p_raw_double"] == pytest.approx(raw.pvalue, rel=1e-12)
    assert f"differences as they are in binary give p = {raw.pvalue:.4g}" in parts(result["note"])


def test_raw_differences_that_change_no_printed_digit_are_not_worth_a_word():
    # whole numbers have no false ties; a t test of the twelve moves in its last bits at most
    whole = ranks([5, 7, 9, 4, 6, 8], [6, 9, 9, 3, 8, 5])
    assert whole["p_raw_double"] == whole["p_value"]
    for result in (whole, rows(*TWELVE)[T]):
        assert "binary" not in (result["note"] or "")


def test_a_constant_change_that_binary_takes_for_a_spread():
    # 1.2 - 1.1 and 1.3 - 1.2 differ in binary and are the same change
    both = rows([1.1, 1.2, 1.3, 1.4], [1.2, 1.3, 1.4, 1.5])
    assert both[T]["p_value"] is None and both[T]["change_sd"] == 0
    assert parts(both[T]["note"])[0].startswith("no test: every difference is the same")
    # that of raw differences, 1e-40 or less, would rest on rounding errors alone
    assert both[T]["p_raw_double"] is None
    # ranks of four ties: W+ = 10 of variance 4 * 5 * 9 / 24 - (4³ - 4) / 48, z = 2
    assert both[WILCOXON]["z"] == pytest.approx(2)
    assert parts(both[WILCOXON]["note"])[0].startswith("no interval of the change: every diff")


def test_the_exact_p_stands_beside_the_wilcoxon_test_alone():
    both = rows(*TWELVE)
    assert both[WILCOXON]["p_exact"] == pytest.approx(0.0625)
    assert both[T]["p_exact"] is None


@pytest.mark.parametrize(("nonzero", "there"), [(24, True), (25, False)])
def test_the_exact_p_is_for_fewer_than_25_non_zero_differences(nonzero, there):
    # ten without a change do not count
    change = [(-1) ** i * (i + 1) for i in range(nonzero)] + [0] * 10
    before = [100.0] * len(change)
    after = [100.0 + d for d in change]
    result = ranks(before, after)
    exact = scipy.stats.wilcoxon([d for d in change if d], method="exact").pvalue
    assert result["p_exact"] == (pytest.approx(exact, rel=1e-12) if there else None)
    assert ranks(before, after, how=HOW | {"exact_below": 10})["p_exact"] is None


@pytest.mark.parametrize(
    ("nonzero", "said"),
    [
        (4, "4 non-zero differences: the exact p cannot fall below 0.125"),
        (5, "5 non-zero differences: the exact p cannot fall below 0.0625"),
        (6, None),
    ],
)
def test_so_few_differences_that_nothing_could_be_below_alpha(nonzero, said):
    after = [100.0 + (i + 1) * (i < nonzero) for i in range(12)]
    both = rows([100.0] * 12, after)
    found = [p for p in parts(both[WILCOXON]["note"]) if "non-zero" in p]
    assert found == ([said] if said else [])
    # a t test has no such floor
    assert "non-zero" not in (both[T]["note"] or "")


@pytest.mark.parametrize(
    ("baseline", "followup", "lost"),
    [
        ([], [], {}),
        ([], [], {"no value at baseline": 5}),
        ([7.0], [6.0], {}),
        ([7.0], [7.0], {}),
        ([7.0, 7.1], [6.0, 7.2], {}),
        ([7.0, 7.1], [7.0, 7.1], {}),
        ([7.0] * 9, [6.0] * 9, {}),
        ([7.0] * 9, [7.0] * 9, {}),
        ([0.0] * 9, [0.0] * 9, {}),
        ([0.0, 1.0, 2.0], [1.0, 0.0, 2.0], {}),
        ([-1.0, 2.0, 3.0, 5.0], [1.0, -2.0, 3.0, 8.0], {}),
        ([1e-9] * 4, [1e9, 1e-9, 1.0, 2.0], {}),
    ],
    ids=["nobody", "no pairs", "one", "one without change", "two", "two without change",
         "constant change", "no change", "all zero", "zeros", "negative", "extremes"],
)  # fmt: skip
@pytest.mark.parametrize("marker", ["HBA1C", "HSCRP"])
@pytest.mark.parametrize("below", [[], [(0, 0)]], ids=["measured", "below detection"])
def test_nothing_that_the_data_hold_stops_the_batch(baseline, followup, lost, marker, below):
    # `rows` holds each against the schema: no NaN, and a note where there is no p
    below = below if baseline else []
    both = rows(baseline, followup, lost=lost, marker=marker, below=below)
    assert len(both) == 2


@pytest.mark.parametrize("test", [T, WILCOXON])
@pytest.mark.parametrize(
    ("baseline", "lost"),
    [([], {"no value at baseline": 5}), ([7.0, 7.1], {}), ([], {})],
    ids=["no pairs", "no change", "nobody"],
)
def test_what_cannot_be_tested_says_why(test, baseline, lost):
    result = rows(baseline, baseline, lost=lost)[test]
    assert result["p_value"] is None and result["statistic"] is None
    assert result["note"].startswith("no test: ")
    nobody = "nobody is in this cohort at this timepoint"
    assert (nobody in result["note"]) == (not baseline and not lost)


def test_one_pair_has_no_t_test():
    both = rows([7.0], [6.0])
    assert parts(both[T]["note"])[0].startswith("no test: one pair only")
    # it would be defined, with an exact p of 1: nothing is tested of one pair
    assert parts(both[WILCOXON]["note"])[0] == "no test: one pair only"
    undefined = ("z", "p_value", "p_exact", "w_plus", "w_minus", "rank_biserial", "p_raw_double")
    assert [both[WILCOXON][k] for k in undefined] == [None] * len(undefined)
    assert both[WILCOXON]["n_negative"] == 1
    assert both[T]["change_mean"] == -1 and both[T]["change_sd"] is None


@pytest.mark.parametrize(("n", "noted"), [(1, True), (3, True), (4, False)])
def test_few_pairs_have_a_range_in_place_of_quartiles(n, noted):
    visits = [5, 6, 7, 8][:n], [6, 8, 7, 9][:n]
    result = row(*visits, summary="median_iqr")
    # a row of means shows no quartiles
    assert "fewer than 4 pairs" not in (row(*visits)["note"] or "")
    assert ("fewer than 4 pairs: range in place of quartiles" in (result["note"] or "")) == noted
    assert (result["baseline_iqr"] is None) == noted
    assert result["baseline_min"] == 5


def test_no_pairs_are_not_few_pairs():
    assert "fewer than" not in row([], [], lost={"no value at baseline": 3})["note"]


def test_limits_are_noted_with_their_number_and_rule():
    result = row(*SLEEP, below=[(0, 1), (1, 1)], above=[(2, 1)], how=HOW | {
        "detection": {"no_mean": 1, "no_median": 1}})  # fmt: skip
    assert result["note"] == ("3 of 20 values are, or rest on, a result sent as a limit (lod_half)")
    counted = ("n_censored", "n_below_baseline", "n_below_followup")
    assert [result[k] for k in counted] == [3, 0, 2]


TWENTY = [round(5 + 0.1 * i, 1) for i in range(20)], [round(5.2 + 0.11 * i, 2) for i in range(20)]
MEAN_BASED = (
    "baseline_mean", "baseline_sd", "baseline_sem", "followup_mean", "followup_sd", "followup_sem",
    "change_mean", "change_sd", "change_ci_low", "change_ci_high", "d_z", "dz_ci_low",
    "dz_ci_high", "shapiro_w", "shapiro_p", "skewness", "detectable_change", "geometric_ratio",
    "gr_ci_low", "gr_ci_high",
)  # fmt: skip


@pytest.mark.parametrize("visit", [0, 1])
@pytest.mark.parametrize("side", ["below", "above"])
def test_over_15_percent_of_limits_at_a_visit_leave_nothing_that_rests_on_a_mean(visit, side):
    both = rows(*TWENTY, marker="HSCRP", **{side: [(i, visit) for i in range(4)]})
    why = "over 15 % of the values of a visit rest on limits"
    for result in both.values():
        assert [k for k in MEAN_BASED if result[k] is not None] == []
        assert result["agrees"] is None
    of_t = ("p_value", "statistic", "df", "p_raw_double")
    assert [k for k in of_t if both[T][k] is not None] == []
    assert parts(both[T]["note"])[0] == f"no test: {why}"
    assert parts(both[WILCOXON]["note"])[0] == f"no interval of the change: {why}"
    # ranks stand, and so do medians
    full = rows(*TWENTY, marker="HSCRP")[WILCOXON]
    for name in ("p_value", "z", "rank_biserial", "hodges_lehmann", "change_median",
                 "percent_change_median", "baseline_median", "followup_iqr"):  # fmt: skip
        assert both[WILCOXON][name] == full[name] is not None


@pytest.mark.parametrize("visit", [0, 1])
def test_exactly_15_percent_of_limits_still_have_a_mean(visit):
    result = row(*TWENTY, marker="HSCRP", below=[(i, visit) for i in range(3)])
    assert [k for k in MEAN_BASED if result[k] is None] == []
    assert result["p_value"] is not None


def test_the_shares_of_the_two_visits_are_not_added():
    # 3 of 20 at each visit
    both_visits = [(i, visit) for i in range(3) for visit in (0, 1)]
    assert row(*TWENTY, below=both_visits)["change_mean"] is not None


NO_MEDIAN = "50 % of the values of a visit or more are below detection: no median"


@pytest.mark.parametrize(("visit", "here", "there"), [
    (0, "baseline", "followup"), (1, "followup", "baseline")])  # fmt: skip
def test_half_of_a_visit_below_detection_has_no_median_then(visit, here, there):
    for result in rows(*TWENTY, marker="HSCRP", below=[(i, visit) for i in range(10)]).values():
        hidden = {k for k in ("median", "q1", "q3", "iqr", "min", "max")
                  if result[f"{here}_{k}"] is None}  # fmt: skip
        # the upper quartile and the largest value are measured ones
        assert hidden == {"median", "q1", "iqr", "min"}
        assert result[f"{there}_median"] is not None and result[f"{there}_iqr"] is not None
        changes = ("change_median", "hodges_lehmann", "hl_ci_low", "percent_change_median")
        assert [k for k in changes if result[k] is not None] == []
        assert NO_MEDIAN in parts(result["note"])


def test_a_little_less_than_half_below_detection_has_its_median():
    result = ranks(*TWENTY, below=[(i, 0) for i in range(9)])
    assert result["baseline_median"] == pytest.approx(5.95)
    assert NO_MEDIAN not in parts(result["note"])


def test_a_limit_above_hides_no_median():
    result = ranks(*TWENTY, above=[(i, 0) for i in range(20)])
    assert result["baseline_median"] is not None and result["n_below_baseline"] == 0


def test_the_study_sets_the_thresholds():
    how = HOW | {"detection": {"no_mean": 0.3, "no_median": 0.25}}
    result = row(*TWENTY, below=[(i, 0) for i in range(5)], how=how)
    assert result["baseline_mean"] is not None and result["baseline_median"] is None
    stricter = row(*TWENTY, below=[(0, 0)], how=HOW | {"detection": {"no_mean": 0, "no_median": 1}})
    assert stricter["baseline_mean"] is None
    assert "over 0 % of the values" in stricter["note"]


def test_a_ratio_is_of_skewed_markers_only():
    skewed, other = row(*TWELVE, marker="HSCRP"), row(*TWELVE, marker="HBA1C")
    # exp of the mean log ratio
    logs = [math.log(after / before) for before, after in zip(*TWELVE, strict=True)]
    assert skewed["geometric_ratio"] == pytest.approx(math.exp(sum(logs) / 12), rel=1e-12)
    assert skewed["gr_ci_low"] < skewed["geometric_ratio"] < skewed["gr_ci_high"]
    assert skewed["percent_change_median"] is not None
    of_ratios = ("geometric_ratio", "gr_ci_low", "gr_ci_high", "percent_change_median")
    assert [other[k] for k in of_ratios] == [None] * 4


def test_a_skewed_marker_with_a_zero_says_why_it_has_no_ratio():
    result = row([0.0, 1.0, 2.0, 3.0, 5.0], [1.0, 1.5, 2.5, 2.0, 4.0], marker="HSCRP")
    assert result["geometric_ratio"] is None
    assert "geometric ratio: one value is zero or less: there is no logarithm" in result["note"]
    assert "geometric ratio" not in (row(*SLEEP)["note"] or "")


def test_the_detectable_change_is_of_this_size_power_and_alpha():
    # R's power.t.test(n = 10, sd = 1.229995, power = .8, type = "paired", strict = TRUE)
    assert row(*SLEEP)["detectable_change"] == pytest.approx(1.2250771882303404, rel=1e-10)
    more_power = row(*SLEEP, how=HOW | {"power": 0.9})["detectable_change"]
    stricter = row(*SLEEP, alpha=0.01)["detectable_change"]
    assert min(more_power, stricter) > row(*SLEEP)["detectable_change"]


@pytest.mark.parametrize("selected", [True, False])
def test_a_cohort_chosen_on_a_baseline_value_is_told(selected):
    both = rows(*SLEEP, selected_on_baseline=selected)
    assert {r["selected_on_baseline"] for r in both.values()} == {selected}


def test_what_a_marker_is_computed_from_is_told():
    both = rows(*SLEEP, marker="HOMA_IR", duplicate_of="FBS|INSULIN")
    assert {r["duplicate_of"] for r in both.values()} == {"FBS|INSULIN"}


def test_the_equation_of_a_marker_has_its_column():
    assert row(*SLEEP, marker="EGFR")["equation"] == "ckd_epi_2021"
    assert row(*SLEEP, marker="EGFR")["note"] is None
    assert row(*SLEEP)["equation"] is None


def test_what_is_post_hoc_has_the_same_rows():
    given = {"family": "post_hoc", "role": "post_hoc", "correction": "none"}
    post_hoc, planned = row(*SLEEP, **given), row(*SLEEP)
    assert {k: post_hoc[k] for k in given} == given
    assert {k: v for k, v in post_hoc.items() if k not in given} == {
        k: v for k, v in planned.items() if k not in given
    }


def test_coarse_data_whose_interval_and_p_disagree():
    # as many without a change as ties keep the interval (zeros kept) at zero; p drops the zeros
    after = [100.0] * 11 + [101.0] * 6
    result = ranks([100.0] * 17, after)
    assert result["p_value"] < 0.05
    assert result["hl_ci_low"] <= 0 <= result["hl_ci_high"]
    assert any(part.startswith("coarse data:") for part in parts(result["note"]))


def test_notes_stand_one_after_the_other():
    how = HOW | {"detection": {"no_mean": 1, "no_median": 1}}
    notes = parts(row([7.0], [6.0], below=[(0, 1)], how=how, summary="median_iqr")["note"])
    assert [part.split(":")[0] for part in notes] == [
        "no test",
        "fewer than 4 pairs",
        "1 of 2 values are, or rest on, a result sent as a limit (lod_half)",
        "100 % of the values of a visit or more are below detection",
        "no Hodges-Lehmann interval",
        "no Shapiro-Wilk",
    ]


def test_the_order_of_the_pairs_changes_nothing():
    order = [3, 1, 4, 0, 5, 9, 2, 6, 8, 7]
    shuffled = [[visit[i] for i in order] for visit in SLEEP]
    for test in (T, WILCOXON):
        one, other = rows(*SLEEP)[test], rows(*shuffled)[test]
        numbers = [name for name, value in one.items() if isinstance(value, float)]
        assert [other[k] for k in numbers] == pytest.approx([one[k] for k in numbers], rel=1e-12)
        assert {k: v for k, v in other.items() if k not in numbers} == {
            k: v for k, v in one.items() if k not in numbers
        }
