"""The heat map of values: whose share, and what is printed in its cells."""

import json

import pytest
from labcohort.publish.figures import missingness

HOW = {
    "title": "Values", "words": {}, "minimum_cell": 5,
    "markers": [
        {"marker": "HBA1C", "label": "HbA1c", "panel": "glycaemic"},
        {"marker": "FBS", "label": "Fasting blood sugar", "panel": "glycaemic"},
        {"marker": "ALT", "label": "ALT", "panel": "liver"},
    ],
    "timepoints": [
        {"timepoint": "baseline", "label": "Baseline"},
        {"timepoint": "month_6", "label": "6 months"},
    ],
}  # fmt: skip


def row(marker: str, timepoint: str, members: int, with_value: int) -> dict:
    return {"marker": marker, "timepoint": timepoint, "members": members, "with_value": with_value}


ROWS = [
    row("HBA1C", "baseline", 200, 150), row("HBA1C", "month_6", 0, 0),
    row("ALT", "baseline", 200, 199), row("ALT", "month_6", 0, 0),
]  # fmt: skip


@pytest.mark.parametrize(
    ("members", "with_value", "text"),
    [(200, 150, "75"), (1000, 996, ">99"), (1000, 1000, "100"), (1000, 4, "<1"), (1000, 0, "0"),
     (200, 1, "1"), (8, 1, "13"), (0, 0, "–")],
)  # fmt: skip
def test_all_and_none_are_said_of_all_and_none_only(members, with_value, text):
    # 1/200 = 0.5 and 1/8 = 12.5 per cent, half away from zero
    assert missingness.percent(row("X", "t", members, with_value)) == text


def test_each_marker_that_somebody_has_is_a_line_with_a_cell_a_timepoint():
    axes = missingness.draw(ROWS, HOW).axes[0]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["HbA1c", "ALT"]
    assert [t.get_text() for t in axes.get_xticklabels()] == [
        "Baseline\nn = 200", "6 months\nn = 0"
    ]  # fmt: skip
    # 199/200 = 99.5 per cent is not all
    assert [t.get_text() for t in axes.texts] == ["75", "–", ">99", "–"]


def test_the_order_is_that_of_the_markers_and_others_are_left_out(tmp_path):
    path = tmp_path / "validation.json"
    others = [row("WEIGHT", "baseline", 200, 3)]
    path.write_text(json.dumps({"missingness": [*ROWS[2:], *others, *ROWS[:2]]}))
    assert missingness.read({"validation": [str(path)]}, HOW) == ROWS
    assert missingness.source(ROWS, HOW).to_dicts() == ROWS


def test_a_study_without_values_draws_an_empty_map():
    drawn = missingness.draw([], HOW)
    assert drawn.axes[0].texts == [] or not [t for t in drawn.axes[0].texts if t.get_text()]
