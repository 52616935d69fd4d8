"""Serum proteins, De Ritis ratio, FIB-4, APRI and fatty liver index."""

import polars as pl
import pytest
from labcohort.derive import registry
from labcohort.derive.evaluate import evaluate

ENZYMES = {"AST": 30.0, "ALT": 40.0, "PLT": 200.0}
FATTY = {"TG": 150 * 0.011293654, "GGT": 40.0, "WEIGHT": 76.8, "HEIGHT": 160.0, "WAIST": 105.0}


@pytest.mark.parametrize(("tp", "alb", "expected"), [(72.0, 44.0, 28.0), (65.0, 35.0, 30.0)])
def test_globulin(derive, tp, alb, expected):
    # by hand: 7.2 - 4.4 and 6.5 - 3.5 g/dL
    assert derive("GLOB", TP=tp, ALB=alb)["value"] == expected


@pytest.mark.parametrize(("tp", "alb", "expected"), [(72.0, 44.0, 44 / 28), (65.0, 35.0, 35 / 30)])
def test_albumin_globulin_ratio(derive, tp, alb, expected):
    # by hand
    assert derive("AG_RATIO", TP=tp, ALB=alb)["value"] == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("marker", ["GLOB", "AG_RATIO"])
@pytest.mark.parametrize(
    ("tp", "alb", "reason"),
    [
        (7.2, 44.0, "albumin is not below total protein"),
        (44.0, 44.0, "albumin is not below total protein"),
        (72.0, 0.0, "albumin is not above zero"),
    ],
)
def test_undefined_proteins(derive, marker, tp, alb, reason):
    row = derive(marker, TP=tp, ALB=alb)
    assert (row["value"], row["reason"]) == (None, reason)


def test_as_laboratories_report_it(ipop, samples):
    # Stanford iPOP: the laboratory's own globulin, in g/dL
    visits = ipop("TP", "ALB", "GLOB")
    assert len(visits) == 963
    tp, alb, reported = (pl.Series(test) for test in zip(*visits, strict=True))
    inputs = samples(TP=list(tp * 10), ALB=list(alb * 10))
    ours = evaluate(inputs, ["GLOB"], {}, {})["value"]
    assert (ours / 10 - reported).abs().max() < 1e-12


@pytest.mark.parametrize(
    # by hand
    ("ast", "alt", "expected"),
    [(24.0, 20.0, 1.2), (30.0, 45.0, 2 / 3), (0.0, 20.0, 0.0)],
)
def test_de_ritis_ratio(derive, ast, alt, expected):
    assert derive("DE_RITIS", AST=ast, ALT=alt)["value"] == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    ("age", "numbers", "expected"),
    # Sterling 2006's formula in R 4.2.2: 50 * 30 / (200 * sqrt(40)), 65 * 80 / (120 * sqrt(40))
    [(50, {}, 1.185854122563142), (65, {"AST": 80.0, "PLT": 120.0}, 6.8516015970314879)],
)
def test_fib_4(derive, age, numbers, expected):
    row = derive("FIB4", age=age, **ENZYMES | numbers)
    assert row["value"] == pytest.approx(expected, rel=1e-14)


def test_fib_4_below_35_years_is_flagged(derive):
    # McPherson 2017: not to be relied on below 35
    assert derive("FIB4", age=34, **ENZYMES)["flag"] == "age_below_35"
    assert derive("FIB4", age=35, **ENZYMES)["flag"] is None


@pytest.mark.parametrize(
    ("numbers", "limit", "expected", "flag"),
    [
        # by hand, with Wai 2003's upper limit where the laboratory has none
        ({}, None, 0.375, "ast_upper_limit_assumed"),
        ({"AST": 80.0, "PLT": 120.0}, None, 5 / 3, "ast_upper_limit_assumed"),
        ({}, 30.0, 0.5, None),
        ({}, 0.0, 0.375, "ast_upper_limit_assumed"),
    ],
)
def test_ast_platelet_ratio_index(derive, numbers, limit, expected, flag):
    row = derive("APRI", **ENZYMES | numbers | {registry.upper_limit_of("AST"): limit})
    assert row["value"] == pytest.approx(expected, rel=1e-14)
    assert row["flag"] == flag


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        # Bedogni 2006's equation in R 4.2.2; body mass index 30 and 24 kg/m2
        ({}, 80.4357),
        ({"TG": 1.1293654, "GGT": 20.0, "WEIGHT": 61.44, "WAIST": 85.0}, 20.3536),
    ],
)
def test_fatty_liver_index(derive, numbers, expected):
    assert derive("FLI", **FATTY | numbers)["value"] == pytest.approx(expected, abs=5e-5)


def test_fatty_liver_index_does_not_overflow(derive):
    # far outside of what lives: the limits of the logistic function
    assert derive("FLI", **FATTY | {"WAIST": 50_000.0})["value"] == 100
    assert derive("FLI", **FATTY | {"TG": 1e-300, "GGT": 1e-300})["value"] == pytest.approx(0)


@pytest.mark.parametrize(
    ("marker", "numbers", "reason"),
    [
        ("DE_RITIS", {"ALT": 0.0}, "ALT is not above zero"),
        ("DE_RITIS", {"AST": -1.0}, "AST is below zero"),
        ("FIB4", {"ALT": 0.0}, "ALT is not above zero"),
        ("FIB4", {"ALT": -4.0}, "ALT is not above zero"),
        ("FIB4", {"PLT": 0.0}, "platelets are not above zero"),
        ("FIB4", {"AST": -1.0}, "AST is below zero"),
        ("FIB4", {"age": -1.0}, "sample date is before the date of birth"),
        ("FIB4", {"age": None}, "missing input: birth date or age"),
        ("APRI", {"PLT": 0.0}, "platelets are not above zero"),
        ("APRI", {"AST": -1.0}, "AST is below zero"),
        ("APRI", {"PLT": None}, "missing input: PLT"),
        ("FLI", {"TG": 0.0}, "triglycerides are not above zero"),
        ("FLI", {"GGT": 0.0}, "GGT is not above zero"),
        ("FLI", {"WAIST": 0.0}, "waist circumference is not above zero"),
        ("FLI", {"HEIGHT": 0.0}, "height is not above zero"),
        ("FLI", {"HEIGHT": None}, "missing input: HEIGHT"),
    ],
)
def test_undefined(derive, marker, numbers, reason):
    usual = FATTY if marker == "FLI" else ENZYMES
    row = derive(marker, **usual | numbers)
    assert (row["value"], row["reason"], row["flag"]) == (None, reason, None)
