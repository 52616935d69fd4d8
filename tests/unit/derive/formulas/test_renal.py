"""Equations of eGFR, creatinine clearance, GFR categories and CKD stages."""

import itertools
from datetime import date

import polars as pl
import pytest
from labcohort.derive.evaluate import evaluate
from labcohort.derive.formulas.renal import ckd_stage, gfr_category

METHODS = {"EGFR": "ckd_epi_2021"}


def four_equations(creatinine: float, age: float, sex: str) -> float:
    """CKD-EPI 2021 with creatinine in mg/dL, as the NKF and NIDDK print it: four equations."""
    if sex == "female" and creatinine <= 0.7:
        return 142 * (creatinine / 0.7) ** -0.241 * 0.9938**age * 1.012
    if sex == "female":
        return 142 * (creatinine / 0.7) ** -1.200 * 0.9938**age * 1.012
    if creatinine <= 0.9:
        return 142 * (creatinine / 0.9) ** -0.302 * 0.9938**age
    return 142 * (creatinine / 0.9) ** -1.200 * 0.9938**age


def test_ckd_epi_2021_over_a_grid(samples, tables):
    creatinine = [0.3, 0.5, 0.69, 0.7, 0.71, 0.89, 0.9, 0.91, 1.0, 1.4, 2.5, 6.0, 14.0, 40.0]
    grid = list(
        itertools.product(creatinine, [18.0, 18.5, 40.0, 64.0, 90.0, 110.0], ["male", "female"])
    )
    inputs = samples(
        CREAT=[c * 88.4 for c, _, _ in grid],
        age=[a for _, a, _ in grid],
        sex=[s for _, _, s in grid],
    )
    values = evaluate(inputs, ["EGFR"], METHODS, tables)["value"].to_list()
    assert values == pytest.approx([four_equations(*row) for row in grid], rel=1e-13)


@pytest.mark.parametrize(
    ("sex", "age", "creatinine", "expected"),
    [
        # R 4.2.2, from the four equations with creatinine [umol/L] / 88.4
        ("male", 25, 45, 144.378590386737),
        ("female", 25, 45, 132.825994058294),
        ("male", 60, 88.4, 86.162620779669),
        ("female", 60, 88.4, 64.495000353945),
        ("male", 70, 150, 42.928136030944),
        ("female", 70, 150, 32.132845118416),
        ("male", 45, 800, 6.727733003849),
        ("female", 85, 800, 3.926771165974),
        ("female", 18, 62, 128.186136704365),
        ("male", 53.5, 110, 69.015548748259),
    ],
)
def test_ckd_epi_2021_against_r(derive, sex, age, creatinine, expected):
    row = derive("EGFR", sex=sex, age=age, CREAT=creatinine)
    assert row["value"] == pytest.approx(expected, rel=1e-13, abs=5e-13)


def test_only_age_and_sex_are_left_where_creatinine_is_kappa(derive):
    # 142 * 0.9938^50 by hand; kappa is 0.9 mg/dL in men and 0.7 in women, with 1.2 % on top
    assert derive("EGFR", sex="male", CREAT=79.56)["value"] == pytest.approx(104.049, abs=5e-4)
    assert derive("EGFR", sex="female", CREAT=61.88)["value"] == pytest.approx(105.298, abs=5e-4)


# creatinine of 0.9 mg/dL in a man and 0.7 in a woman, both of 50 years
MAN = {"sex": "male", "CREAT": 79.56, "WEIGHT": 70.0}
WOMAN = {"sex": "female", "CREAT": 61.88, "WEIGHT": 60.0}


@pytest.mark.parametrize(
    ("method", "man", "woman"),
    # R 4.2.2, from the equations of Levey 2009 (no race term) and Levey 2006 (175)
    [("ckd_epi_2009", 99.2388, 101.025), ("mdrd_4", 89.3205, 88.5743)],
)
def test_other_equations(derive, method, man, woman):
    assert derive("EGFR", method, **MAN)["value"] == pytest.approx(man, abs=5e-4)
    assert derive("EGFR", method, **WOMAN)["value"] == pytest.approx(woman, abs=5e-4)


def test_cockcroft_gault(derive):
    # by hand: 90 * 70 / (72 * 0.9), and 90 * 60 / (72 * 0.7) * 0.85
    assert derive("CRCL", **MAN)["value"] == pytest.approx(6300 / 64.8, rel=1e-14)
    assert derive("CRCL", **WOMAN)["value"] == pytest.approx(4590 / 50.4, rel=1e-14)


def test_cockcroft_gault_in_umol_is_near(derive):
    # the shortcut for umol/L, with its rounded 1.23 and 1.04
    assert derive("CRCL", **MAN)["value"] == pytest.approx(90 * 70 * 1.23 / 79.56, rel=4e-3)
    assert derive("CRCL", **WOMAN)["value"] == pytest.approx(90 * 60 * 1.04 / 61.88, rel=4e-3)


def test_the_laboratory_s_own_egfr(derive):
    row = derive("EGFR", "reported", EGFR_REPORTED=59.0, CREAT=80.0, sex=None, age=None)
    assert (row["value"], row["reason"]) == (59.0, None)
    assert derive("EGFR", "reported", CREAT=80.0, EGFR_REPORTED=-1.0)["reason"] == (
        "the reported eGFR is below zero"
    )


def test_a_stage_is_of_the_chosen_equation(samples, tables):
    # 104 mL/min/1.73 m2 by CKD-EPI 2021, 89.3 by MDRD
    inputs = samples(**{name: [value] for name, value in MAN.items()})
    stages = {
        method: evaluate(inputs, ["CKD_STAGE"], {"EGFR": method}, tables)["category"].item()
        for method in ("ckd_epi_2021", "mdrd_4")
    }
    assert stages == {"ckd_epi_2021": "1", "mdrd_4": "2"}


@pytest.mark.parametrize(
    ("numbers", "reason"),
    [
        ({"WEIGHT": 0.0}, "weight is not above zero"),
        ({"WEIGHT": None}, "missing input: WEIGHT"),
        ({"CREAT": 0.0}, "creatinine is not above zero"),
        ({"age": 17.0}, "age is below 18 years"),
        ({"age": 140.0}, "age is not below 140 years"),
        ({"sex": "other"}, "sex is neither male nor female"),
    ],
)
def test_undefined_clearance(derive, numbers, reason):
    row = derive("CRCL", **MAN | numbers)
    assert (row["value"], row["reason"]) == (None, reason)


@pytest.mark.parametrize("method", ["ckd_epi_2009", "mdrd_4"])
@pytest.mark.parametrize(
    ("numbers", "reason"),
    [
        ({"CREAT": 0.0}, "creatinine is not above zero"),
        ({"age": 17.0}, "age is below 18 years"),
        ({"sex": None}, "missing input: sex"),
    ],
)
def test_undefined_by_other_equations(derive, method, numbers, reason):
    row = derive("EGFR", method, **MAN | numbers)
    assert (row["value"], row["reason"]) == (None, reason)


@pytest.mark.parametrize(
    ("numbers", "reason"),
    [
        ({"CREAT": 0.0}, "creatinine is not above zero"),
        ({"CREAT": -80.0}, "creatinine is not above zero"),
        ({"CREAT": 80.0, "age": 17.99}, "age is below 18 years"),
        ({"CREAT": 80.0, "age": -1.0}, "sample date is before the date of birth"),
        ({"CREAT": 80.0, "sex": "other"}, "sex is neither male nor female"),
        ({"CREAT": 80.0, "sex": None}, "missing input: sex"),
        ({"CREAT": 80.0, "age": None}, "missing input: birth date or age"),
    ],
)
@pytest.mark.parametrize("marker", ["EGFR", "GFR_CATEGORY", "CKD_STAGE"])
def test_undefined(derive, marker, numbers, reason):
    row = derive(marker, **numbers)
    assert (row["value"], row["category"], row["reason"]) == (None, None, reason)


def test_eighteen_is_adult(derive):
    assert derive("EGFR", CREAT=80.0, age=18.0)["reason"] is None


@pytest.mark.parametrize(
    # by the calendar; whoever is born on a leap day is of age on 1 March of a common year
    ("birth", "eve", "birthday"),
    [
        (date(2002, 3, 1), date(2020, 2, 29), date(2020, 3, 1)),
        (date(2003, 3, 1), date(2021, 2, 28), date(2021, 3, 1)),
        (date(2004, 2, 29), date(2022, 2, 28), date(2022, 3, 1)),
        (date(2002, 2, 28), date(2020, 2, 27), date(2020, 2, 28)),
        (date(2002, 12, 31), date(2020, 12, 30), date(2020, 12, 31)),
    ],
)
def test_of_age_from_the_birthday_on(derive, birth, eve, birthday):
    at = {"CREAT": 80.0, "birth_date": birth, "age": None}
    assert derive("EGFR", sample_date=eve, **at)["reason"] == "age is below 18 years"
    assert derive("EGFR", sample_date=birthday, **at)["reason"] is None


# KDIGO 2024, Table 2, and KDOQI 2002, Table 10: bands of whole numbers, 60-89, 45-59 and so on.
AS_REPORTED = [
    (120.0, "G1", "1"),
    (90.0, "G1", "1"),
    (89.5, "G1", "1"),
    (89.4, "G2", "2"),
    (60.0, "G2", "2"),
    (59.6, "G2", "2"),
    (59.5, "G2", "2"),
    (59.4, "G3a", "3"),
    (45.0, "G3a", "3"),
    # half to even would make these two 44 and 14
    (44.5, "G3a", "3"),
    (14.5, "G4", "4"),
    (44.4, "G3b", "3"),
    (30.0, "G3b", "3"),
    (29.5, "G3b", "3"),
    (29.4, "G4", "4"),
    (15.0, "G4", "4"),
    (14.4, "G5", "5"),
    (0.2, "G5", "5"),
]
UNROUNDED = [
    (90.0, "G1", "1"),
    (89.999, "G2", "2"),
    (60.0, "G2", "2"),
    (59.6, "G3a", "3"),
    (59.5, "G3a", "3"),
    (45.0, "G3a", "3"),
    (44.5, "G3b", "3"),
    (30.0, "G3b", "3"),
    (29.9, "G4", "4"),
    (15.0, "G4", "4"),
    (14.5, "G5", "5"),
]
ORDER = ["G1", "G2", "G3a", "G3b", "G4", "G5"]


@pytest.mark.parametrize(("rounding", "expected"), [("half_up", AS_REPORTED), ("none", UNROUNDED)])
def test_categories_and_stages(tables, rounding, expected):
    frame = pl.DataFrame({"EGFR": [egfr for egfr, _, _ in expected]})
    category = gfr_category(pl.col("EGFR"), tables["ckd_stages"], rounding)
    stage = ckd_stage(pl.col("EGFR"), tables["ckd_stages"], rounding)
    result = frame.select(
        "EGFR",
        category=category.category,
        stage=stage.category,
        rank=category.value,
        number=stage.value,
    )
    assert result.select("EGFR", "category", "stage").rows() == expected
    assert result["rank"].to_list() == [ORDER.index(c) + 1 for _, c, _ in expected]
    assert result["number"].to_list() == [int(s) for _, _, s in expected]


def test_bands_may_be_numbers_or_text(tables):
    typed = [
        row | {"low": float(row["low"]), "high": float(row["high"]) if row["high"] else None}
        for row in tables["ckd_stages"]
    ]
    frame = pl.DataFrame({"EGFR": [100.0, 50.0]})
    formula = gfr_category(pl.col("EGFR"), typed, "half_up")
    assert frame.select(formula.category.alias("c"))["c"].to_list() == ["G1", "G3a"]


def test_a_gap_between_bands_is_a_reason_and_no_category(samples, tables):
    stages = [s for s in tables["ckd_stages"] if s["category"] not in ("G1", "G2")]
    given = {"ckd_stages": stages, "egfr_rounding": "none"}
    row = evaluate(samples(CREAT=[50.0]), ["GFR_CATEGORY"], METHODS, given).row(0, named=True)
    assert (row["value"], row["category"]) == (None, None)
    assert row["reason"] == "eGFR lies in no category"


def test_unknown_rounding_or_scheme(tables):
    with pytest.raises(ValueError, match="half_even"):
        gfr_category(pl.col("EGFR"), tables["ckd_stages"], "half_even")
    with pytest.raises(ValueError, match="kdoqi"):
        ckd_stage(pl.col("EGFR"), [], "none")
