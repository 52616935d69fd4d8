"""Body mass index, waist-hip and waist-height ratio."""

import pytest


@pytest.mark.parametrize(
    ("weight", "height", "expected"),
    [
        # WHO TRS 894, Table 8.1: the classes begin at 18.5, 25 and 30
        (56.65625, 175.0, 18.5),
        (76.5625, 175.0, 25.0),
        (91.875, 175.0, 30.0),
    ],
)
def test_bmi_is_exact_at_the_edges_of_classes(derive, weight, height, expected):
    assert derive("BMI", WEIGHT=weight, HEIGHT=height)["value"] == expected


def test_bmi(derive):
    # 70 / 1.75^2 = 22.857142..., by hand
    assert derive("BMI", WEIGHT=70.0, HEIGHT=175.0)["value"] == pytest.approx(160 / 7, rel=1e-15)


@pytest.mark.parametrize(
    # 0.90 in men and 0.85 in women: cut-off points of WHO 2008, Table 1
    ("waist", "hip", "expected"),
    [(90.0, 100.0, 0.9), (85.0, 100.0, 0.85)],
)
def test_waist_hip_ratio(derive, waist, hip, expected):
    assert derive("WHR", WAIST=waist, HIP=hip)["value"] == expected


@pytest.mark.parametrize(
    # Ashwell and Hsieh 2005: the boundary value is 0.5; the other by hand, 17/33
    ("waist", "height", "expected"),
    [(90.0, 180.0, 0.5), (85.0, 165.0, 17 / 33)],
)
def test_waist_height_ratio(derive, waist, height, expected):
    value = derive("WHTR", WAIST=waist, HEIGHT=height)["value"]
    assert value == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    ("marker", "numbers", "reason"),
    [
        ("BMI", {"WEIGHT": 70.0, "HEIGHT": 0.0}, "height is not above zero"),
        ("BMI", {"WEIGHT": 0.0, "HEIGHT": 175.0}, "weight is not above zero"),
        ("WHR", {"WAIST": 90.0, "HIP": 0.0}, "hip circumference is not above zero"),
        ("WHR", {"WAIST": -1.0, "HIP": 90.0}, "waist circumference is not above zero"),
        ("WHTR", {"WAIST": 90.0, "HEIGHT": 0.0}, "height is not above zero"),
        ("WHTR", {"WAIST": 0.0, "HEIGHT": 175.0}, "waist circumference is not above zero"),
    ],
)
def test_undefined(derive, marker, numbers, reason):
    row = derive(marker, **numbers)
    assert (row["value"], row["reason"]) == (None, reason)
