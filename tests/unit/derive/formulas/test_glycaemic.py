"""HOMA, QUICKI, TyG index and estimated average glucose."""

import pytest

MG_PER_DL = 0.055507449  # mmol/L of glucose
UNTREATED = {"insulin_treated": "no"}


@pytest.mark.parametrize(
    ("fbs", "insulin", "expected"),
    [
        # Matthews 1985: normal weight and age under 35 have 4.5 mmol/L and 5 uU/mL, and so 1
        (4.5, 5.0, 1.0),
        # by hand
        (5.0, 10.0, 20 / 9),
        (5.0, 0.0, 0.0),
    ],
)
def test_homa_ir(derive, fbs, insulin, expected):
    row = derive("HOMA_IR", FBS=fbs, INSULIN=insulin)
    assert row["value"] == pytest.approx(expected, rel=1e-15)
    assert row["reason"] is None


def test_glucose_in_mg_per_dl_over_405_differs_by_less_than_0_1_percent(derive):
    # the other printed form, glucose [mg/dL] * insulin / 405, rounds 18.0156 to 18
    row = derive("HOMA_IR", FBS=90 * MG_PER_DL, INSULIN=10.0)
    assert row["value"] == pytest.approx(90 * 10 / 405, rel=1e-3)


@pytest.mark.parametrize(
    ("fbs", "insulin", "expected"),
    [
        # Matthews 1985: 100 % at 4.5 mmol/L and 5 uU/mL
        (4.5, 5.0, 100.0),
        # by hand
        (5.0, 10.0, 400 / 3),
        (5.0, 0.0, 0.0),
        (3.6, 8.0, 1600.0),
    ],
)
def test_homa_b(derive, fbs, insulin, expected):
    row = derive("HOMA_B", FBS=fbs, INSULIN=insulin)
    assert row["value"] == pytest.approx(expected, rel=1e-14)


def test_homa_b_has_a_pole(derive):
    for fbs in (3.5, 63 * MG_PER_DL, 2.0):
        row = derive("HOMA_B", FBS=fbs, INSULIN=8.0)
        assert (row["value"], row["reason"]) == (None, "fasting glucose is not above 3.5 mmol/L")
    assert derive("HOMA_B", FBS=3.999, INSULIN=8.0, **UNTREATED)["flag"] == "near_pole"
    assert derive("HOMA_B", FBS=4.0, INSULIN=8.0, **UNTREATED)["flag"] is None


@pytest.mark.parametrize(
    ("fbs", "insulin", "expected"),
    [
        # Katz 2000's equation, in R 4.2.2: 1 / (log10(insulin) + log10(glucose in mg/dL))
        (90 * MG_PER_DL, 10.0, 0.33849624626442276),
        (81 * MG_PER_DL, 5.0, 0.38351572360666225),
        # by hand: log10 of 100 is 2
        (100 * MG_PER_DL, 1.0, 0.5),
        (100 * MG_PER_DL, 0.1, 1.0),
    ],
)
def test_quicki(derive, fbs, insulin, expected):
    row = derive("QUICKI", FBS=fbs, INSULIN=insulin)
    assert row["value"] == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize(
    ("tg", "glucose", "expected"),
    # log(150 * 100 / 2) and log(100 * 90 / 2), R 4.2.2
    [(150, 100, 8.92265829952402), (100, 90, 8.41183267575841)],
)
def test_tyg_halves_inside_the_logarithm(derive, tg, glucose, expected):
    row = derive("TYG", TG=tg * 0.011293654, FBS=glucose * MG_PER_DL)
    assert row["value"] == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(
    # the paper's table in mmol/L, which follows its line in mg/dL and not the printed one
    ("hba1c", "expected"),
    [(5, 5.4), (6, 7.0), (7, 8.6), (8, 10.2), (9, 11.8), (10, 13.4), (11, 14.9), (12, 16.5)],
)
def test_estimated_average_glucose(derive, hba1c, expected):
    assert derive("EAG", HBA1C=hba1c)["value"] == pytest.approx(expected, abs=0.1)


def test_estimated_average_glucose_is_the_printed_line(derive):
    # by hand: 1.59 * 4 - 2.59 and 1.59 * 5 - 2.59
    assert derive("EAG", HBA1C=4.0)["value"] == pytest.approx(3.77, rel=1e-14)
    assert derive("EAG", HBA1C=5.0)["value"] == pytest.approx(5.36, rel=1e-14)


@pytest.mark.parametrize("marker", ["HOMA_IR", "HOMA_B", "QUICKI"])
@pytest.mark.parametrize(
    ("treated", "flag"),
    [("yes", "insulin_treated"), ("no", None), (None, "insulin_unknown")],
)
def test_treatment_with_insulin_is_flagged(derive, marker, treated, flag):
    row = derive(marker, FBS=6.0, INSULIN=10.0, insulin_treated=treated)
    assert row["flag"] == flag and row["value"] is not None


@pytest.mark.parametrize("marker", ["HOMA_IR", "HOMA_B"])
def test_an_insulin_of_zero_is_kept_and_flagged(derive, marker):
    row = derive(marker, FBS=6.0, INSULIN=0.0, **UNTREATED)
    assert (row["value"], row["flag"]) == (0.0, "insulin_zero")


@pytest.mark.parametrize(
    ("marker", "numbers", "reason"),
    [
        ("HOMA_IR", {"FBS": 0.0, "INSULIN": 5.0}, "fasting glucose is not above zero"),
        ("HOMA_IR", {"FBS": 5.0, "INSULIN": -1.0}, "fasting insulin is below zero"),
        ("HOMA_B", {"FBS": 0.0, "INSULIN": 5.0}, "fasting glucose is not above zero"),
        ("HOMA_B", {"FBS": 5.0, "INSULIN": -1.0}, "fasting insulin is below zero"),
        ("QUICKI", {"FBS": 0.0, "INSULIN": 5.0}, "fasting glucose is not above zero"),
        ("QUICKI", {"FBS": 5.0, "INSULIN": 0.0}, "fasting insulin is not above zero"),
        # the product is 1 (in binary a little off), and below
        (
            "QUICKI",
            {"FBS": 100 * MG_PER_DL, "INSULIN": 0.01},
            "glucose times insulin is too small for a logarithm",
        ),
        (
            "QUICKI",
            {"FBS": 50 * MG_PER_DL, "INSULIN": 0.01},
            "glucose times insulin is too small for a logarithm",
        ),
        ("TYG", {"TG": 0.0, "FBS": 5.0}, "triglycerides are not above zero"),
        ("TYG", {"TG": 1.0, "FBS": -5.0}, "fasting glucose is not above zero"),
        ("EAG", {"HBA1C": 1.6}, "HbA1c is too low for the equation"),
    ],
)
def test_undefined(derive, marker, numbers, reason):
    row = derive(marker, **numbers)
    assert (row["value"], row["reason"], row["flag"]) == (None, reason, None)
