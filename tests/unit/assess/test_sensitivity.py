"""The grid of specifications and its shares, counted by hand; p by R 4.2.2 (t.test; wilcox.test
with exact = FALSE, correct = FALSE)."""

import numpy as np
import pytest
from labcohort.assess.grid import Sampling, Window, merged, windows
from labcohort.assess.sensitivity import CAVEAT, specifications, summary
from labcohort.compare.pairs import Pairs

ROW = {
    "profile": "recommended", "family": "primary", "marker": "HBA1C", "cohort": "all",
    "timepoint": "month_6", "test": "paired_t", "exclude": [], "alpha": 0.05,
}  # fmt: skip
NARROW, WIDE = Window(45, 45), Window(90, 90)
DETECTION = {"no_mean": 0.15, "no_median": 0.5}
FALLS = (-0.2, -0.3, -0.4, -0.3, -0.2, -0.4)


def visit(timepoint: str, target: int, before: int, after: int) -> dict:
    return {"timepoint": timepoint, "target_day": target, "before": before, "after": after}


VISITS = [
    visit("baseline", 0, 90, 0), visit("month_6", 182, 45, 45), visit("month_12", 365, 60, 60),
]  # fmt: skip


def pairs_of(*d: float, limits: tuple[int, int] = (0, 0), below: bool = True) -> Pairs:
    """Pairs with these differences; `limits`: how many values of each visit were sent as one."""
    sent = np.arange(len(d))[:, None] < np.array(limits)
    baseline = np.full(len(d), 8.0)
    counts = (len(d), len(d), len(d))
    return Pairs(baseline, baseline + d, *counts, {}, sent, sent & below)


def sampled(**by_rule: Pairs) -> dict[Sampling, Pairs]:
    return {Sampling(None, rule, NARROW): data for rule, data in by_rule.items()}


def only(data: Pairs) -> dict[Sampling, Pairs]:
    return {Sampling(None, None, NARROW): data}


def test_windows_are_the_declared_one_and_each_other_width():
    tried, skipped = windows(VISITS, "month_6", [90, 30, 45, 60])
    assert tried == [(45, 45), (30, 30), (60, 60), (90, 90)] and not skipped


def test_a_declared_window_may_be_uneven():
    visits = [VISITS[0], visit("month_6", 182, 30, 60)]
    tried, _ = windows(visits, "month_6", [30, 60])
    assert [str(window) for window in tried] == ["-30/+60", "±30", "±60"]


@pytest.mark.parametrize(
    ("widths", "timepoint", "met"),
    # month_6 from day 182 - 92 = 90; month_12 from 365 - 137 = 228, to which month_6 goes at 46
    [
        ([181, 182], "month_6", {182: "baseline, month_12", 181: "month_12"}),
        ([122, 123], "month_6", {123: "month_12"}),
        ([137, 138], "month_12", {138: "month_6"}),
    ],
)
def test_a_width_that_meets_another_window_is_not_tried_and_said(widths, timepoint, met):
    tried, skipped = windows(VISITS, timepoint, widths)
    assert skipped == [
        f"window ±{width} is not tried: it meets that of {others}"
        for width, others in sorted(met.items())
    ]
    assert [window.before for window in tried[1:]] == [w for w in widths if w not in met]


def test_a_rule_that_changes_no_pair_is_not_counted():
    below = sampled(lod_half=pairs_of(-0.1, 0.2), lod=pairs_of(-0.2, 0.2), excluded=pairs_of(0.2))
    assert merged(below) == below
    above = sampled(lod_half=pairs_of(0.3, 0.2), lod=pairs_of(0.3, 0.2), excluded=pairs_of(0.2))
    assert [key.censored for key in merged(above)] == ["lod_half", "excluded"]
    assert [key.censored for key in merged(sampled(lod_half=pairs_of(1), lod=pairs_of(1)))] == [
        None
    ]


def test_a_rule_counts_if_it_changes_pairs_anywhere_in_the_grid():
    samples = {
        Sampling(None, rule, window): pairs_of(1, 2) for rule in "ab" for window in (NARROW, WIDE)
    }
    assert {key.censored for key in merged(samples)} == {None}
    samples[Sampling(None, "b", WIDE)] = pairs_of(1, 3)
    assert merged(samples) == samples


def test_both_tests_of_each_sample_the_declared_specification_first():
    rows = specifications(ROW, only(pairs_of(*FALLS)), DETECTION)
    t, signed_rank = rows
    assert (t["test"], t["declared"]) == ("paired_t", True)
    assert t["statistic"] == pytest.approx(-8.2158383625775, rel=1e-12)
    assert t["p_value"] == pytest.approx(0.0004349774313, rel=1e-9)
    assert (signed_rank["test"], signed_rank["declared"]) == ("wilcoxon_signed_rank", False)
    assert signed_rank["p_value"] == pytest.approx(0.0264344539769, rel=1e-11)
    assert all(row["same_sign"] and row["below_alpha"] and row["n_pairs"] == 6 for row in rows)


def test_shares_and_crossings_of_a_pair_more_in_a_wider_window():
    # with a rise of 5: t = .603 (p .568), and W still falls more than it rises (p .234)
    samples = {
        Sampling(None, None, NARROW): pairs_of(*FALLS),
        Sampling(None, None, WIDE): pairs_of(*FALLS, 5),
    }
    rows = specifications(ROW, samples, DETECTION)
    assert [row["p_value"] for row in rows[2:]] == pytest.approx(
        [0.5684155284, 0.2342012833], rel=1e-9
    )
    row = summary(ROW, rows, ["window ±180 is not tried"])
    assert (row["n_grid"], row["n_valid"], row["n_distinct"]) == (4, 4, 4)
    assert (row["n_same_sign"], row["share_same_sign"]) == (3, 0.75)
    assert (row["n_below_alpha"], row["share_below_alpha"]) == (2, 0.5)
    assert (row["n_same_sign_below_alpha"], row["share_same_sign_below_alpha"]) == (2, 0.5)
    assert row["dimensions"] == "window: ±45, ±90; test: paired_t, wilcoxon_signed_rank"
    assert row["crosses_alpha_by"] == "window: ±90"
    assert row["note"] == f"{CAVEAT}; window ±180 is not tried"


def test_the_sign_is_that_of_the_planned_test():
    row = ROW | {"test": "wilcoxon_signed_rank"}
    rows = specifications(row, only(pairs_of(*FALLS, 5)), DETECTION)
    assert [(r["test"], r["same_sign"], r["declared"]) for r in rows] == [
        ("wilcoxon_signed_rank", True, True), ("paired_t", False, False),
    ]  # fmt: skip
    assert summary(row, rows)["share_same_sign"] == 0.5


def test_alpha_is_crossed_by_one_dimension_at_a_time_from_the_declared_level():
    # R: (-1, -2, -3) t p .0742, W p .109; with .0075 < alpha < .0432 the two tests of rises differ
    rises = pairs_of(0.1, 0.2, 0.3, 0.25, 0.4)
    samples = {
        Sampling("a", "lod_half", NARROW): rises,
        Sampling("a", "excluded", NARROW): pairs_of(-1, -2, -3),
        Sampling("b", "lod_half", NARROW): rises,
        Sampling("b", "excluded", NARROW): rises,
    }
    rows = specifications(ROW | {"alpha": 0.01}, samples, DETECTION)
    crosses = summary(ROW | {"alpha": 0.01}, rows)["crosses_alpha_by"]
    assert crosses == "censored: excluded; test: wilcoxon_signed_rank"


def test_results_that_repeat_each_other_are_counted_once_as_distinct():
    samples = {Sampling(None, None, window): pairs_of(*FALLS) for window in (NARROW, WIDE)}
    row = summary(ROW, specifications(ROW, samples, DETECTION))
    assert (row["n_grid"], row["n_valid"], row["n_distinct"]) == (4, 4, 2)
    assert "2 different results among 4 valid specifications" in row["note"]


def test_a_specification_without_a_test_is_in_no_share():
    samples = {
        Sampling(None, None, NARROW): pairs_of(*FALLS),
        # t has no spread to test against; the signed-rank test is defined
        Sampling(None, None, WIDE): pairs_of(-1, -1, -1),
        Sampling(None, None, Window(30, 30)): pairs_of(),
    }
    rows = specifications(ROW, samples, DETECTION)
    assert [row["same_sign"] for row in rows] == [True, True, None, True, None, None]
    row = summary(ROW, rows)
    assert (row["n_grid"], row["n_valid"], row["n_same_sign"], row["n_below_alpha"]) == (6, 3, 3, 2)
    assert row["share_below_alpha"] == pytest.approx(2 / 3)
    assert "2 of 6 without a test: no pairs" in row["note"]
    assert "1 of 6 without a test: every difference is the same" in row["note"]


def test_an_undefined_declared_test_has_no_sign_to_compare_with():
    samples = {
        Sampling(None, None, NARROW): pairs_of(),
        Sampling(None, None, WIDE): pairs_of(*FALLS),
    }
    row = summary(ROW, specifications(ROW, samples, DETECTION))
    assert (
        row["n_same_sign"] is row["share_same_sign"] is row["share_same_sign_below_alpha"] is None
    )
    assert (row["n_valid"], row["n_below_alpha"], row["share_below_alpha"]) == (2, 2, 1.0)
    assert row["crosses_alpha_by"] is None
    assert "the declared specification has no test (no pairs)" in row["note"]


@pytest.mark.parametrize("below", [True, False])
@pytest.mark.parametrize("limits", [(4, 0), (0, 4)])
def test_over_15_percent_of_limits_at_a_visit_leave_no_t(limits, below):
    t, signed_rank = specifications(
        ROW, only(pairs_of(*range(1, 21), limits=limits, below=below)), DETECTION
    )
    assert t["statistic"] is t["p_value"] is t["same_sign"] is t["below_alpha"] is None
    assert t["reason"] == "over 15 % of the values of a visit rest on limits"
    assert (t["n_pairs"], t["declared"]) == (20, True)
    # ranks stand: R's wilcox.test of 1 to 20
    assert signed_rank["p_value"] == pytest.approx(8.8574576878635474e-05, rel=1e-9)
    assert signed_rank["reason"] is None


def test_exactly_15_percent_of_limits_have_a_t_and_the_study_sets_the_share():
    limited = only(pairs_of(*range(1, 21), limits=(3, 3)))
    assert specifications(ROW, limited, DETECTION)[0]["p_value"] is not None
    stricter = specifications(ROW, limited, DETECTION | {"no_mean": 0.1})
    assert stricter[0]["reason"] == "over 10 % of the values of a visit rest on limits"


def test_a_forbidden_t_is_counted_in_the_grid_and_in_no_share():
    half = pairs_of(*FALLS, limits=(1, 0))
    samples = sampled(lod_half=half, excluded=pairs_of(*FALLS[1:]))
    rows = specifications(ROW | {"test": "wilcoxon_signed_rank"}, samples, DETECTION)
    row = summary(ROW | {"test": "wilcoxon_signed_rank"}, rows)
    assert (row["n_grid"], row["n_valid"], row["n_below_alpha"]) == (4, 3, 3)
    why = "over 15 % of the values of a visit rest on limits"
    assert f"1 of 4 without a test: {why}" in row["note"]
    # where it is the declared test, there is no sign to compare with
    row = summary(ROW, specifications(ROW, samples, DETECTION))
    assert row["share_same_sign"] is None
    assert f"the declared specification has no test ({why})" in row["note"]


def test_no_valid_specification_gives_no_share():
    row = summary(ROW, specifications(ROW, only(pairs_of()), DETECTION))
    assert (row["n_grid"], row["n_valid"], row["n_below_alpha"]) == (2, 0, 0)
    assert row["share_same_sign"] is row["share_below_alpha"] is None


def test_a_statistic_of_zero_has_a_sign_of_its_own():
    rows = specifications(ROW, only(pairs_of(-1, 1)), DETECTION)
    assert [row["same_sign"] for row in rows] == [True, True]
    moved = only(pairs_of(-1, 1)) | {Sampling(None, None, WIDE): pairs_of(-1, 2)}
    assert [row["same_sign"] for row in specifications(ROW, moved, DETECTION)] == [
        True,
        True,
        False,
        False,
    ]
