"""Numbers as printed (conventions: half away from zero on decimals; the rules for p)."""

import pytest
from labcohort.publish.text import (
    equation_text,
    interval_text,
    p_text,
    rounded,
    summary_text,
    unit_text,
    within,
)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (2.675, 2, "2.68"),  # below 2.675 in binary
        (1.005, 2, "1.01"),
        (0.125, 2, "0.13"),  # a tie in binary too: half-even would give 0.12
        (2.5, 0, "3"),
        (-2.5, 0, "-3"),
        (-2.675, 2, "-2.68"),
        (2.674999, 2, "2.67"),
        (-0.004, 2, "0.00"),
        (-0.005, 2, "-0.01"),
        (-0.0, 1, "0.0"),
        (0.0, 2, "0.00"),
        (7, 1, "7.0"),
        (99.995, 2, "100.00"),
        (1e-7, 3, "0.000"),
        (1.5e16, 0, "15000000000000000"),
        (123456.789, 1, "123456.8"),
        (None, 2, ""),
    ],
)
def test_rounding_is_half_away_from_zero_on_the_decimals_shown(value, decimals, text):
    assert rounded(value, decimals) == text


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (None, ""),
        (0.0, "<0.001"),
        (0.00099999, "<0.001"),
        (0.001, "0.001"),
        (0.0014999, "0.001"),
        (0.0015, "0.002"),
        (0.0449, "0.045"),
        (0.045, "0.0450"),
        (0.04996, "0.0500"),
        (0.05, "0.0500"),
        (0.055, "0.0550"),
        (0.0551, "0.055"),
        (0.0973, "0.097"),
        (0.9999, "1.000"),
        (1.0, "1.000"),
    ],
)
def test_p_in_print(p, text):
    assert p_text(p) == text


@pytest.mark.parametrize(
    ("p", "text"),
    [
        # AMA Manual of Style, 11th ed., 19.5: two digits, three below .01, <.001, >.99, no zero
        # before the point; digits are kept where rounding would make a p below .05 look otherwise
        (0.0009999, "<.001"),
        (0.001, ".001"),
        (0.0085, ".009"),
        (0.00994, ".010"),
        (0.01, ".01"),
        (0.016, ".02"),
        (0.044, ".04"),
        (0.046, ".046"),
        (0.049, ".049"),
        (0.0495, ".0495"),
        (0.04996, ".04996"),
        (0.05, ".05"),
        (0.0551, ".06"),
        (0.99, ".99"),
        (0.9901, ">.99"),
        (1.0, ">.99"),
        (None, ""),
    ],
)
def test_p_in_the_style_of_the_ama(p, text):
    assert p_text(p, {"p": "ama"}) == text


@pytest.mark.parametrize(
    ("p", "text"),
    [
        # NEJM, Statistical Reporting Guidelines: two decimals above 0.01, three from there to
        # 0.001, <0.001 below
        (0.0009999, "<0.001"),
        (0.001, "0.001"),
        (0.0095, "0.010"),
        (0.01, "0.010"),
        (0.0101, "0.01"),
        (0.0495, "0.05"),
        (0.05, "0.05"),
        (0.995, "1.00"),
        (1.0, "1.00"),
    ],
)
def test_p_in_the_style_of_the_nejm(p, text):
    assert p_text(p, {"p": "nejm"}) == text


def test_p_without_a_style_is_plain():
    assert p_text(0.0499) == p_text(0.0499, {"p": "plain"}) == "0.0499"


def visit(**numbers) -> dict:
    """A comparison's row of twenty pairs with these baseline numbers."""
    names = ("mean", "sem", "median", "iqr", "min", "max")
    return {f"baseline_{name}": numbers.get(name) for name in names} | {"n_pairs": 20}


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (visit(mean=7.765, sem=0.1) | {"summary": "mean_sem"}, "7.77 ± 0.10"),
        (visit(mean=7.0) | {"summary": "mean_sem"}, "7.00"),
        (visit() | {"summary": "mean_sem"}, ""),
        (visit(mean=1, median=5.86, iqr=6.855) | {"summary": "median_iqr"}, "5.86 [6.86]"),
        (
            visit(mean=1, median=5, min=4, max=6.5) | {"summary": "median_iqr"},
            "5.00 (4.00 to 6.50)",
        ),
        # extremes that are withheld
        (visit(mean=1, median=5) | {"summary": "median_iqr"}, "5.00"),
        (visit(mean=1, median=5, iqr=0.0) | {"summary": "median_iqr"}, "5.00 [0.00]"),
        (visit() | {"summary": "median_iqr", "n_pairs": 0}, ""),
        # half of the values or more below detection: what lies above is no summary of all
        (visit(max=9.0) | {"summary": "median_iqr"}, "<LOD"),
    ],
)
def test_centre_and_spread(row, text):
    assert summary_text(row, "baseline", 2) == text


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ((-0.25, -0.4, -0.1), "-0.25 (-0.40 to -0.10)"),
        ((-0.004, -0.5, 0.005), "0.00 (-0.50 to 0.01)"),
        ((1.5, None, None), "1.50"),
        ((None, None, None), ""),
    ],
)
def test_an_estimate_with_its_interval(numbers, text):
    assert interval_text(*numbers, 2, {"words": {}}) == text


def test_an_interval_in_chinese_has_no_english_word():
    words = {"{estimate} ({low} to {high})": "{estimate}（{low}～{high}）"}
    assert interval_text(1, 0, 2, 1, {"words": words}) == "1.0（0.0～2.0）"


def test_an_equation_by_the_name_of_its_method():
    how = {"words": {}, "methods": {"a": "Formula A", "b": "Formula B"}}
    assert equation_text("b", how) == "by Formula B"
    assert equation_text("a|b", how) == "by Formula A, Formula B"


@pytest.mark.parametrize(
    ("unit", "text"),
    [("mm[Hg]", "mmHg"), ("1", ""), (None, ""), ("umol/L", "µmol/L"), ("%", "%"), ("g/L", "g/L"),
     ("mL/min/{1.73_m2}", "mL/min/1.73 m²"), ("u[IU]/mL", "µIU/mL"), ("[IU]/L", "IU/L"),
     ("ug/dL", "µg/dL"), ("ug/L", "µg/L"), ("ukat/L", "µkat/L"), ("kg/m2", "kg/m²"),
     ("10*9/L", "10⁹/L"), ("10*-3", "10⁻³"), ("10*6/uL", "10⁶/µL"), ("mmol/mol", "mmol/mol"),
     ("U/L", "U/L"), ("mg/mmol", "mg/mmol")],
)  # fmt: skip
def test_units_as_they_are_printed(unit, text):
    assert unit_text(unit) == text


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("All patients", "all patients"),
        ("Baseline hs-CRP ≥ 1.50 mg/L", "baseline hs-CRP ≥ 1.50 mg/L"),
        ("CKD stage 2", "CKD stage 2"),
        ("6 months", "6 months"),
    ],
)
def test_a_label_within_a_sentence(label, shown):
    assert within(label) == shown
