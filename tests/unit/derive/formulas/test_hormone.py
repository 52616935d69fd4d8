"""Free testosterone and free androgen index."""

import itertools
import math

import pytest
from labcohort.derive.evaluate import evaluate

USUAL = {"TESTO": 10.0, "SHBG": 40.0, "ALB": 43.0}


@pytest.mark.parametrize(
    ("testosterone", "expected"),
    # Vermeulen 1999's formula with albumin of 69 000 g/mol, worked in R 4.2.2
    [(10.0, 0.173884), (20.0, 0.381808)],
)
def test_free_testosterone(derive, testosterone, expected):
    row = derive("FREE_TESTO", **USUAL | {"TESTO": testosterone})
    assert row["value"] == pytest.approx(expected, abs=5e-7)


def test_free_and_bound_testosterone_add_up_to_the_total(samples):
    # the law of mass action that Vermeulen 1999 solves, over all that a laboratory sends
    totals = [1e-9, 1e-4, 0.02, 0.4, 1.5, 10.0, 35.0, 300.0, 1e5]
    grid = list(itertools.product(totals, [0.0, 0.3, 8.0, 40.0, 250.0, 1000.0], [5.0, 43.0, 80.0]))
    inputs = samples(
        TESTO=[t for t, _, _ in grid], SHBG=[s for _, s, _ in grid], ALB=[a for _, _, a in grid]
    )
    values = evaluate(inputs, ["FREE_TESTO"], {}, {})["value"].to_list()
    for (total, shbg, albumin), free in zip(grid, values, strict=True):
        on_albumin = 3.6e4 * albumin / 69000 * free
        on_shbg = shbg * free / (1 + free)  # Ks = 1e9 L/mol is 1 L/nmol
        assert 0 < free < total
        assert math.isclose(free + on_albumin + on_shbg, total, rel_tol=1e-14)


def test_no_testosterone_leaves_none_free(derive):
    assert derive("FREE_TESTO", **USUAL | {"TESTO": 0.0})["value"] == 0
    assert derive("FAI", **USUAL | {"TESTO": 0.0})["value"] == 0


@pytest.mark.parametrize(("testosterone", "expected"), [(10.0, 25.0), (20.0, 50.0)])
def test_free_androgen_index(derive, testosterone, expected):
    # by hand
    assert derive("FAI", TESTO=testosterone, SHBG=40.0)["value"] == expected


@pytest.mark.parametrize(
    ("marker", "numbers", "reason"),
    [
        ("FREE_TESTO", {"TESTO": -1.0}, "testosterone is below zero"),
        ("FREE_TESTO", {"SHBG": -1.0}, "SHBG is below zero"),
        ("FREE_TESTO", {"ALB": 0.0}, "albumin is not above zero"),
        # no usual albumin is put in its place
        ("FREE_TESTO", {"ALB": None}, "missing input: ALB"),
        ("FAI", {"TESTO": -1.0}, "testosterone is below zero"),
        ("FAI", {"SHBG": 0.0}, "SHBG is not above zero"),
    ],
)
def test_undefined(derive, marker, numbers, reason):
    row = derive(marker, **USUAL | numbers)
    assert (row["value"], row["reason"]) == (None, reason)
