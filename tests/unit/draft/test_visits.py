"""Visits in the names of columns, as people write them."""

import pytest
from labcohort.draft.blocks import MONTHS, VISIT


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
