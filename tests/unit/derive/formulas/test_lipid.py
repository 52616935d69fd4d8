"""Ratios of cholesterol, non-HDL cholesterol and remnant cholesterol."""

import polars as pl
import pytest
from labcohort.derive.evaluate import evaluate

MMOL_PER_L = 0.025862247  # of cholesterol in mg/dL
TRIGLYCERIDES = 0.011293654  # mmol/L of triglycerides in mg/dL


@pytest.mark.parametrize(("tc", "hdl", "expected"), [(200.0, 50.0, 4.0), (180.0, 40.0, 4.5)])
def test_hdl_ratio_does_not_depend_on_the_unit(derive, tc, hdl, expected):
    # by hand, in mg/dL
    ratio = derive("HDL_RATIO", TC=tc * MMOL_PER_L, HDL=hdl * MMOL_PER_L)
    assert ratio["value"] == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(("tc", "hdl", "expected"), [(5.2, 1.3, 3.9), (4.7, 1.0, 3.7)])
def test_non_hdl(derive, tc, hdl, expected):
    # by hand
    assert derive("NON_HDL", TC=tc, HDL=hdl)["value"] == pytest.approx(expected, rel=1e-15)


def test_hdl_may_be_all_of_the_cholesterol(derive):
    assert derive("HDL_RATIO", TC=1.5, HDL=1.5)["value"] == 1
    assert derive("NON_HDL", TC=1.5, HDL=1.5)["value"] == 0


@pytest.mark.parametrize("marker", ["HDL_RATIO", "NON_HDL"])
@pytest.mark.parametrize(
    ("tc", "hdl", "reason"),
    [
        (5.0, 0.0, "HDL cholesterol is not above zero"),
        (1.4, 1.5, "HDL cholesterol is above total cholesterol"),
    ],
)
def test_undefined(derive, marker, tc, hdl, reason):
    row = derive(marker, TC=tc, HDL=hdl)
    assert (row["value"], row["reason"]) == (None, reason)


def test_as_laboratories_report_them(ipop, samples):
    # Stanford iPOP: the laboratory's own ratio (to one decimal) and non-HDL cholesterol (mg/dL)
    visits = ipop("CHOL", "HDL", "CHOLHDL", "NHDL")
    assert len(visits) == 962
    tc, hdl, ratio, non_hdl = (pl.Series(test) for test in zip(*visits, strict=True))
    inputs = samples(TC=list(tc * MMOL_PER_L), HDL=list(hdl * MMOL_PER_L))
    ours = evaluate(inputs, ["HDL_RATIO", "NON_HDL"], {}, {})
    assert (ours.filter(marker="HDL_RATIO")["value"] - ratio).abs().max() <= 0.05 + 1e-12
    off = (ours.filter(marker="NON_HDL")["value"] / MMOL_PER_L - non_hdl).abs() > 1e-9
    # two visits report a non-HDL cholesterol that is not total less HDL: by 23 and by 1 mg/dL
    assert off.sum() == 2


@pytest.mark.parametrize(
    ("tg", "hdl", "expected"),
    # log10(1.7 / 1.3) and log10(1.1), R 4.2.2
    [(1.7, 1.3, 0.11650556907143717), (1.1, 1.0, 0.04139268515822507), (1.3, 1.3, 0.0)],
)
def test_atherogenic_index_of_plasma(derive, tg, hdl, expected):
    assert derive("AIP", TG=tg, HDL=hdl)["value"] == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize(
    ("tg", "hdl", "reason"),
    [
        (0.0, 1.0, "triglycerides are not above zero"),
        (1.0, 0.0, "HDL cholesterol is not above zero"),
    ],
)
def test_index_of_what_has_no_logarithm(derive, tg, hdl, reason):
    row = derive("AIP", TG=tg, HDL=hdl)
    assert (row["value"], row["reason"]) == (None, reason)


@pytest.mark.parametrize(
    # by hand, in mg/dL
    ("tc", "hdl", "ldl", "expected"),
    [(200, 50, 120, 30), (180, 40, 115, 25)],
)
def test_remnant_cholesterol_by_measured_ldl(derive, tc, hdl, ldl, expected):
    row = derive(
        "REMNANT_C", "measured", TC=tc * MMOL_PER_L, HDL=hdl * MMOL_PER_L, LDL=ldl * MMOL_PER_L
    )
    assert row["value"] / MMOL_PER_L == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize(
    ("method", "remnant"),
    # non-HDL cholesterol of 150 mg/dL less the LDL of 200/50/150 by each equation: 120,
    # 123.397 and 123.684 (Friedewald 1972, Sampson 2020, Martin 2013)
    [("friedewald", 30.0), ("sampson", 26.603), ("martin_hopkins", 26.316)],
)
def test_remnant_cholesterol_by_calculated_ldl(derive, method, remnant):
    inputs = {"TC": 200 * MMOL_PER_L, "HDL": 50 * MMOL_PER_L, "TG": 150 * TRIGLYCERIDES}
    row = derive("REMNANT_C", method, **inputs)
    assert row["value"] / MMOL_PER_L == pytest.approx(remnant, abs=5e-4)


def test_remnant_cholesterol_by_friedewald_is_a_fifth_of_triglycerides(derive):
    row = derive("REMNANT_C", "friedewald", TC=6.1, HDL=1.2, TG=2.7)
    assert row["value"] / MMOL_PER_L == pytest.approx(2.7 / TRIGLYCERIDES / 5, rel=1e-13)


def test_a_remnant_of_nothing_is_zero(derive):
    # 5.2 - 1.3 - 3.9 is 4e-16 in binary, 5.1 - 1.2 - 3.9 is -4e-16
    for tc, hdl in ((5.2, 1.3), (5.1, 1.2)):
        assert derive("REMNANT_C", TC=tc, HDL=hdl, LDL=3.9)["value"] == 0


@pytest.mark.parametrize(
    ("method", "numbers", "reason"),
    [
        ("measured", {"LDL": 3.8}, "HDL and LDL cholesterol exceed total cholesterol"),
        ("measured", {"LDL": -0.1}, "LDL cholesterol is below zero"),
        ("measured", {"HDL": 5.1, "LDL": 1.0}, "HDL cholesterol is above total cholesterol"),
        ("measured", {}, "missing input: LDL"),
        ("friedewald", {"TG": 4.6}, "triglycerides are above 400 mg/dL"),
        ("sampson", {"TG": 9.1}, "triglycerides are above 800 mg/dL"),
        (
            "martin_hopkins",
            {"TG": 0.05},
            "triglycerides or non-HDL cholesterol lie outside the table of factors",
        ),
    ],
)
def test_undefined_remnants(derive, method, numbers, reason):
    row = derive("REMNANT_C", method, **{"TC": 5.0, "HDL": 1.3} | numbers)
    assert (row["value"], row["reason"]) == (None, reason)
