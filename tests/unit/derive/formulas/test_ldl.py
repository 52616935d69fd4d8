"""Calculated LDL cholesterol: Friedewald, Sampson-NIH and Martin-Hopkins, in mg/dL."""

import itertools

import polars as pl
import pytest
from labcohort.derive.evaluate import evaluate
from labcohort.derive.formulas.ldl import ldl_martin_hopkins

CHOLESTEROL = 0.025862247  # mmol/L of 1 mg/dL
TRIGLYCERIDES = 0.011293654
EQUATIONS = ["LDL_FRIEDEWALD", "LDL_SAMPSON", "LDL_MARTIN_HOPKINS"]


def sent(tc: float, hdl: float, tg: float) -> dict[str, float]:
    """Results in mg/dL as they come out of a conversion, to 14 digits."""
    numbers = {"TC": tc * CHOLESTEROL, "HDL": hdl * CHOLESTEROL, "TG": tg * TRIGLYCERIDES}
    return {marker: float(f"{number:.14g}") for marker, number in numbers.items()}


@pytest.fixture
def mg_per_dl(derive):
    """The value in mg/dL for results in mg/dL."""
    return lambda marker, *results: derive(marker, **sent(*results))["value"] / CHOLESTEROL


@pytest.mark.parametrize(
    ("marker", "results", "expected"),
    [
        # by hand: 200 - 50 - 30, 180 - 40 - 20
        ("LDL_FRIEDEWALD", (200, 50, 150), 120),
        ("LDL_FRIEDEWALD", (180, 40, 100), 120),
        # R 4.2.2, from Sampson 2020's equation 2
        ("LDL_SAMPSON", (200, 50, 150), 123.397),
        ("LDL_SAMPSON", (180, 40, 100), 121.636),
        # Martin 2013: factors 5.7 (147-154, 130-159) and 4.8 (97-100, 130-159)
        ("LDL_MARTIN_HOPKINS", (200, 50, 150), 150 - 150 / 5.7),
        ("LDL_MARTIN_HOPKINS", (180, 40, 100), 140 - 100 / 4.8),
    ],
)
def test_worked_numbers(mg_per_dl, marker, results, expected):
    assert mg_per_dl(marker, *results) == pytest.approx(expected, abs=5e-4)


def test_friedewald_in_si_units_is_near(derive):
    # Friedewald with the guidelines' divisor of 2.2: 5.2 - 1.3 - 1.7 / 2.2 = 3.127 mmol/L
    row = derive("LDL_FRIEDEWALD", TC=5.2, HDL=1.3, TG=1.7)
    assert row["value"] == pytest.approx(3.127, abs=0.01)


def test_sampson_in_si_units_is_near(derive):
    # the equation as it is printed for mmol/L, with rounded constants
    tc, hdl, tg = 5.2, 1.3, 1.7
    printed = tc / 0.948 - hdl / 0.971 - (tg / 3.74 + tg * (tc - hdl) / 24.16 - tg**2 / 79.36)
    row = derive("LDL_SAMPSON", TC=tc, HDL=hdl, TG=tg)
    assert row["value"] == pytest.approx(printed - 0.244, abs=0.01)


@pytest.mark.parametrize(("marker", "limit"), [("LDL_FRIEDEWALD", 400), ("LDL_SAMPSON", 800)])
def test_the_limit_itself_is_computed(derive, marker, limit):
    reason = f"triglycerides are above {limit} mg/dL"
    assert derive(marker, **sent(300, 40, limit))["value"] is not None
    assert derive(marker, **sent(300, 40, limit - 0.1))["value"] is not None
    for above in (limit + 0.1, limit + 1, 3000):
        assert derive(marker, **sent(300, 40, above))["reason"] == reason


def test_every_whole_limit_survives_the_way_through_mmol(derive):
    # 4.5174616 mmol/L is 400 mg/dL; guidelines' 4.5 is below, 4.52 above
    for tg, computed in ((4.5, True), (4.5174616, True), (4.52, False)):
        row = derive("LDL_FRIEDEWALD", TC=8.0, HDL=1.0, TG=tg)
        assert (row["value"] is not None) == computed, tg


def test_a_negative_ldl_is_none(derive):
    # by hand: 95 - 38 - 76 = -19
    row = derive("LDL_FRIEDEWALD", **sent(95, 38, 380))
    assert (row["value"], row["reason"]) == (None, "the equation gives a negative LDL cholesterol")
    assert derive("LDL_FRIEDEWALD", **sent(126, 50, 380))["value"] == 0
    row = derive("LDL_SAMPSON", **sent(45, 38, 300))
    assert row["reason"] == "the equation gives a negative LDL cholesterol"
    row = derive("LDL_MARTIN_HOPKINS", **sent(60, 38, 380))
    assert row["reason"] == "the equation gives a negative LDL cholesterol"


@pytest.mark.parametrize("marker", EQUATIONS)
@pytest.mark.parametrize(
    ("numbers", "reason"),
    [
        ({"HDL": 0.0}, "HDL cholesterol is not above zero"),
        ({"HDL": 5.3}, "HDL cholesterol is above total cholesterol"),
        ({"TG": 0.0}, "triglycerides are not above zero"),
        ({"TG": -1.0}, "triglycerides are not above zero"),
        ({"TG": None}, "missing input: TG"),
    ],
)
def test_undefined(derive, marker, numbers, reason):
    row = derive(marker, **{"TC": 5.2, "HDL": 1.3, "TG": 1.7} | numbers)
    assert (row["value"], row["reason"]) == (None, reason)


def test_martin_hopkins_over_all_of_its_table(samples, tables):
    def factor(tg: int, non_hdl: int) -> float:
        # the table read plainly, cell by cell
        return next(
            cell["factor"]
            for cell in tables["martin_hopkins"]
            if cell["tg_low"] <= tg <= cell["tg_high"]
            and (cell["non_hdl_low"] or 0) <= non_hdl <= (cell["non_hdl_high"] or 10_000)
        )

    tgs = [7, 8, *range(45, 60), *range(95, 160, 3), *range(180, 300, 7), 399, 400, 401, 13975]
    grid = list(itertools.product(tgs, [60, 99, 100, 129, 130, 159, 160, 189, 190, 219, 220, 400]))
    results = [sent(non_hdl + 45, 45, tg) for tg, non_hdl in grid]
    inputs = samples(**{marker: [r[marker] for r in results] for marker in ("TC", "HDL", "TG")})
    ours = evaluate(inputs, ["LDL_MARTIN_HOPKINS"], {}, tables)["value"].to_list()
    plain = [non_hdl - tg / factor(tg, non_hdl) for tg, non_hdl in grid]
    assert [v is None for v in ours] == [p < 0 for p in plain]
    assert [v / CHOLESTEROL for v in ours if v is not None] == pytest.approx(
        [p for p in plain if p >= 0], rel=1e-11
    )


@pytest.mark.parametrize(
    ("tg", "non_hdl", "factor"),
    [
        # Martin 2013: 7-49 and 50-56, below 100 and 100-129
        (49.4, 90, 3.5),
        (49.5, 90, 4.0),
        (49, 99.4, 3.5),
        (49, 99.5, 3.4),
        # half to even would leave 132.5 in 127-132
        (132.5, 140, 5.4),
        (6.5, 90, 3.5),
    ],
)
def test_martin_hopkins_rounds_half_up_before_the_look_up(mg_per_dl, tg, non_hdl, factor):
    value = mg_per_dl("LDL_MARTIN_HOPKINS", non_hdl + 50, 50, tg)
    assert value == pytest.approx(non_hdl - tg / factor, rel=1e-11)


@pytest.mark.parametrize("tg", [4, 6.4, 13975.5])
def test_martin_hopkins_outside_its_table(derive, tg):
    row = derive("LDL_MARTIN_HOPKINS", **sent(3000, 50, tg))
    assert (row["value"], row["reason"]) == (
        None,
        "triglycerides or non-HDL cholesterol lie outside the table of factors",
    )


def test_martin_hopkins_above_400_is_flagged(derive):
    assert derive("LDL_MARTIN_HOPKINS", **sent(300, 50, 400))["flag"] is None
    assert derive("LDL_MARTIN_HOPKINS", **sent(300, 50, 401))["flag"] == "triglycerides_above_400"


def test_a_table_with_a_hole_gives_a_reason(samples, tables):
    cells = [c for c in tables["martin_hopkins"] if (c["tg_low"], c["non_hdl_low"]) != (147, 130)]
    inputs = samples(**{marker: [number] for marker, number in sent(200, 50, 150).items()})
    row = evaluate(inputs, ["LDL_MARTIN_HOPKINS"], {}, {"martin_hopkins": cells})
    assert row["reason"].to_list() == [
        "triglycerides or non-HDL cholesterol lie outside the table of factors"
    ]


def test_bounds_may_be_numbers_or_text(facts, tables):
    frame = pl.DataFrame({marker: [number] for marker, number in sent(200, 50, 150).items()})
    columns = [pl.col(marker) for marker in ("TC", "HDL", "TG")]
    values = [
        frame.select(ldl_martin_hopkins(*columns, cells).value).item()
        for cells in (facts("martin_hopkins"), tables["martin_hopkins"])
    ]
    assert values[0] == values[1] is not None


def test_measured_and_calculated_ldl_stay_apart(samples, tables):
    # a person without a measured LDL has none, however many can be calculated
    results = {marker: [number] for marker, number in sent(200, 50, 150).items()}
    values = evaluate(samples(**results), EQUATIONS, {}, tables)
    assert values["marker"].to_list() == sorted(EQUATIONS)
    assert values["value"].null_count() == 0


def test_martin_hopkins_of_no_samples(samples, tables):
    inputs = samples(TC=[5.0], HDL=[1.0], TG=[1.0]).clear()
    assert evaluate(inputs, ["LDL_MARTIN_HOPKINS"], {}, tables).is_empty()


@pytest.mark.parametrize("n", [1, 2, 6, 30, 31, 59, 60])
def test_martin_hopkins_of_as_many_samples_as_there_are_strata(samples, tables, n):
    # a column of the table's length must not be taken for one of the samples'
    inputs = samples(**{marker: [x] * n for marker, x in sent(200, 50, 150).items()})
    values = evaluate(inputs, ["LDL_MARTIN_HOPKINS"], {}, tables)["value"] / CHOLESTEROL
    assert values.to_list() == pytest.approx([150 - 150 / 5.7] * n)
