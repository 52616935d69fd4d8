"""Visits in the names of columns and in their labels, as people write them."""

import pytest
from labcohort.draft.blocks import VISIT
from labcohort.draft.visits import MONTHS, dated_visits, in_order, visit_times

ANCHOR = ("infusion_date",)


@pytest.mark.parametrize(
    "label",
    ["Baseline", "6 months", "12 months", "Month 6", "12 wks", "4_weeks", "V1", "0", "6m", "6个月"],
)
def test_a_label_of_a_visit(label):
    assert VISIT.match(label)


@pytest.mark.parametrize("label", ["months", "HbA1c", "LDL", "fasting"])
def test_what_is_no_visit(label):
    assert not VISIT.match(label)


@pytest.mark.parametrize(("label", "months"), [("6 months", "6"), ("Month 12", "12"), ("6m", "6")])
def test_months_of_a_label(label, months):
    assert MONTHS.match(label).group(1) == months


def test_a_label_in_weeks_is_no_number_of_months():
    assert not MONTHS.match("6 weeks")


@pytest.mark.parametrize(
    ("label", "time"),
    [
        ("V1 Baseline", {"months": 0}),
        ("baseline_arm_1", {"months": 0}),
        ("month_6_arm_1", {"months": 6}),
        ("V2 Month 6", {"months": 6}),
        ("治疗后12个月", {"months": 12}),
        ("Week 26", {"days": 182}),
        ("Day 7", {"days": 7}),
        ("2 years", {"months": 24}),
        ("V2", {}),
        ("End of trial", {}),
        ("mobile clinic 3", {}),
    ],
)
def test_time_within_a_label(label, time):
    assert visit_times([label])[label].value == time


@pytest.mark.parametrize(
    ("labels", "first"),
    [
        (["Baseline", "Month 6", "Month 12"], {"Baseline"}),
        (["Screening", "V0 Baseline", "W12"], {"Screening", "V0 Baseline"}),
        (["V2", "V10", "V1"], {"V1"}),
        (["6个月", "基线", "12个月"], {"基线"}),
        (["month_6_arm_1", "baseline_arm_1"], {"baseline_arm_1"}),
        (["pre", "post"], {"pre"}),
    ],
)
def test_all_but_the_first_visit_are_follow_ups(labels, first):
    entry = dated_visits(labels, ANCHOR)
    assert {v for v, how in entry.value.items() if how == {}} == first
    later = {v for v, how in entry.value.items() if how == {"follow_up": True}}
    assert later == set(labels) - first
    assert all(entry.comments[v].startswith("CHECK") for v in later)


def test_a_visit_at_any_time_is_left_to_a_person():
    entry = dated_visits(["Baseline", "Month 6", "Unscheduled"], ANCHOR)
    assert entry.value["Unscheduled"] == {}
    assert entry.comments["Unscheduled"].startswith("CHECK")


def test_without_an_anchor_or_a_first_visit_there_are_no_follow_ups():
    assert dated_visits(["Baseline", "Month 6"], ()) is None
    assert dated_visits(["ward", "clinic"], ANCHOR) is None


def test_visits_in_the_order_of_time():
    labels = ["month_12_arm_1", "month_6_arm_1", "baseline_arm_1"]
    assert in_order(labels) == ["baseline_arm_1", "month_6_arm_1", "month_12_arm_1"]
