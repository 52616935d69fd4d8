"""What changes over time: reference change values of publications, and rows made by hand."""

import math
from datetime import date, timedelta

import polars as pl
import pytest
from labcohort.derive.longitudinal import Z, log_reference_change, with_flags_over_time

DAY = date(2020, 1, 1)
SCHEMA = {
    "marker": pl.String, "person": pl.String, "sample_date": pl.Date, "value": pl.Float64,
    "comparator": pl.String, "flag": pl.String,
}  # fmt: skip
# 1.96 √2 √(ln 1.0025 + ln 1.000625) = 0.1548: a ratio of 1.167 up, of 0.857 down
CREAT = {"marker": "CREAT", "cv_within": 5.0, "cv_analytical": None}


# Strage EM et al. BMC Vet Res 2021;17:34, table 4: CVI, CVA, and both reference change values in
# per cent of the first result, of HOMA-IR (all, lean) and insulin (all, lean) in cats
@pytest.mark.parametrize(
    ("within", "analytical", "up", "down"),
    [(51.0, 7.4, 385, 26), (38.2, 7.4, 284, 35), (48.7, 6.6, 364, 27), (38.0, 6.6, 281, 36)],
)
def test_published_asymmetric_reference_change_values(within, analytical, up, down):
    change = log_reference_change(within, analytical)
    assert (round(100 * math.exp(change)), round(100 * math.exp(-change))) == (up, down)


def test_without_the_logarithm_it_is_the_critical_difference():
    # Macy EM et al. Clin Chem 1997;43:52-58 (CRP): CVA 5.2 %, CVI 42.2 %, difference 118 %
    assert round(Z * math.hypot(5.2, 42.2)) == 118
    # of small coefficients both are the same: 1.96 √2 √(0.5² + 0.2²) = 1.4927 %
    assert 100 * log_reference_change(0.5, 0.2) == pytest.approx(1.4927, abs=5e-5)


def test_an_unknown_imprecision_is_half_of_the_variation_within():
    assert log_reference_change(10, None) == log_reference_change(10, 5)
    assert log_reference_change(10, 0) < log_reference_change(10, None)


def results(*values: float | str, marker: str = "CREAT", **more) -> pl.DataFrame:
    """One result a month; a text is a limit."""
    rows = []
    for month, value in enumerate(values):
        limit = isinstance(value, str)
        rows.append(
            {
                "marker": marker, "person": "p1", "sample_date": DAY + timedelta(30 * month),
                "value": float(value[1:]) if limit else float(value),
                "comparator": value[0] if limit else None, "flag": None,
            } | more
        )  # fmt: skip
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def people(**columns) -> pl.DataFrame:
    given = {"person": ["p1", "p2"], "birth_date": [None] * 2, "age": [50.0] * 2} | columns
    types = {"birth_date": pl.Date, "age": pl.Float64}
    return pl.DataFrame(given, schema_overrides=types)


def flags(given: pl.DataFrame, variation=(CREAT,), patients: pl.DataFrame | None = None) -> list:
    found = with_flags_over_time(given, people() if patients is None else patients, list(variation))
    assert found.drop("flag").equals(given.drop("flag"))
    return found.get_column("flag").to_list()


JUMP = "delta_check"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((100, 116), [None, None]),
        ((100, 117), [None, JUMP]),
        # the band is not the same in both directions
        ((100, 86), [None, None]),
        ((100, 85), [None, JUMP]),
        # each against the one before it, not against the first
        ((100, 110, 120, 130), [None] * 4),
        ((100, 130, 131), [None, JUMP, None]),
        # a limit and a zero are no numbers to compare with, and stand between no others
        ((100, "<10", 105), [None] * 3),
        ((100, 0, 130), [None, None, JUMP]),
        ((100,), [None]),
    ],
)
def test_jumps_beyond_the_reference_change_value(values, expected):
    assert flags(results(*values)) == expected


SPIKE = "delta_check|isolated_spike"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((7.1, 71, 7.3), [None, SPIKE, JUMP]),
        ((90, 9, 90), [None, SPIKE, JUMP]),
        ((90, 900, 90, 900, 90), [None, SPIKE, SPIKE, SPIKE, JUMP]),
        # a change that stays, or that returns to another level
        ((7.1, 71, 70), [None, JUMP, None]),
        ((7.1, 71, 14), [None, JUMP, JUMP]),
        # nearer to no slip than to one of ten: 3.16 is the square root of 10
        ((100, 310, 100), [None, JUMP, JUMP]),
        ((100, 320, 100), [None, SPIKE, JUMP]),
        # the last and the first cannot be known to return
        ((71, 7.1, 7.1), [None, JUMP, None]),
    ],
)
def test_a_spike_that_returns_at_once(values, expected):
    assert flags(results(*values)) == expected


def test_persons_and_markers_are_apart_and_a_marker_without_a_coefficient_is_not_judged():
    given = pl.concat([
        results(100), results(200, person="p2"), results(300, marker="UA"),
        results(900, marker="UA", sample_date=DAY + timedelta(9)),
    ])  # fmt: skip
    assert flags(given) == [None] * 4
    assert flags(given, [{**CREAT, "marker": "UA"}]) == [None, None, None, JUMP]


def test_the_order_of_the_rows_does_not_matter_and_flags_are_added():
    given = results(100, 200, 100, flag="soft_high")
    assert flags(given.reverse()) == [f"soft_high|{JUMP}", f"soft_high|{JUMP}", "soft_high"]


def test_a_wide_band_is_no_spike_within():
    # CVI 60 %: ln 1.36 + ln 1.09 = 0.3937, a ratio of 5.69; four times is within it
    wide = {"marker": "CREAT", "cv_within": 60.0, "cv_analytical": None}
    assert flags(results(1, 5.6, 1), [wide]) == [None] * 3
    assert flags(results(1, 5.8, 1), [wide]) == [None, SPIKE, JUMP]


def heights(*values: float | str, **patients) -> list:
    return flags(results(*values, marker="HEIGHT"), (), people(**patients))


CHANGED = "height_changed"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((170, 173), [None, None]),
        # 1.73 and 1.70 m in cm, with the dust of binary fractions
        ((170, 1.73 * 100), [None, None]),
        ((170, 173.1), [CHANGED, CHANGED]),
        ((170, 170, 160, 170, 170), [None, CHANGED, CHANGED, CHANGED, None]),
        ((173.5, 172, 170.5, 169), [None] * 4),
    ],
)
def test_the_height_of_an_adult(values, expected):
    assert heights(*values) == expected


@pytest.mark.parametrize(
    ("patients", "expected"),
    [
        ({"birth_date": [date(2002, 1, 2), None]}, [None, None]),
        # 18 years on the day of the first height
        ({"birth_date": [date(2002, 1, 1), None]}, [CHANGED, CHANGED]),
        ({"age": [17.0, None]}, [None, None]),
        ({"age": [None, None]}, [CHANGED, CHANGED]),
    ],
)
def test_a_child_grows(patients, expected):
    assert heights(160, 165, **patients) == expected


def test_nothing_to_judge():
    assert flags(results(1, 2, marker="UA")) == [None, None]
    assert flags(results(1).clear()) == []
