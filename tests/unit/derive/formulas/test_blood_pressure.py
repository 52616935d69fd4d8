"""Pulse pressure and mean arterial pressure."""

import pytest


@pytest.mark.parametrize(
    # by hand
    ("sbp", "dbp", "pulse", "mean"),
    [(120.0, 80.0, 40.0, 280 / 3), (140.0, 90.0, 50.0, 320 / 3), (151.0, 67.0, 84.0, 95.0)],
)
def test_pressures(derive, sbp, dbp, pulse, mean):
    assert derive("PULSE_PRESSURE", SBP=sbp, DBP=dbp)["value"] == pulse
    assert derive("MAP", SBP=sbp, DBP=dbp)["value"] == pytest.approx(mean, rel=1e-15)


@pytest.mark.parametrize(("marker", "expected"), [("PULSE_PRESSURE", 0.0), ("MAP", 90.0)])
def test_equal_pressures_are_kept_and_flagged(derive, marker, expected):
    row = derive(marker, SBP=90.0, DBP=90.0)
    assert (row["value"], row["reason"], row["flag"]) == (expected, None, "pressures_equal")
    assert derive(marker, SBP=91.0, DBP=90.0)["flag"] is None


@pytest.mark.parametrize("marker", ["PULSE_PRESSURE", "MAP"])
@pytest.mark.parametrize(
    ("sbp", "dbp", "reason"),
    [
        (80.0, 80.5, "diastolic pressure is above systolic pressure"),
        (120.0, 0.0, "diastolic pressure is not above zero"),
    ],
)
def test_undefined(derive, marker, sbp, dbp, reason):
    row = derive(marker, SBP=sbp, DBP=dbp)
    assert (row["value"], row["reason"], row["flag"]) == (None, reason, None)
