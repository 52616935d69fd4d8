"""Printed numbers of two runs, and p values that cross alpha."""

import pytest
from labcohort.compare_runs.numbers import changed_tables, crossings

ROW = {
    "profile": "recommended", "family": "primary", "marker": "HBA1C", "label": "HbA1c",
    "cohort": "all", "timepoint": "month_6", "test": "paired_t", "primary": "true",
    "alpha": "0.05", "p_value": "0.04", "p_adjusted": "0.2",
}  # fmt: skip
NAME = ("recommended", "primary", "HBA1C", "all", "month_6", "paired_t")


@pytest.mark.parametrize(
    ("now", "crossed"),
    [
        ({"p_value": "0.06"}, [("p_value", "0.04", "0.06", "0.05")]),
        ({"p_value": "0.03"}, []),
        # alpha itself is not below alpha
        ({"p_value": "0.05"}, [("p_value", "0.04", "0.05", "0.05")]),
        ({"p_value": ""}, [("p_value", "0.04", "", "0.05")]),
        ({"p_adjusted": "0.001"}, [("p_adjusted", "0.2", "0.001", "0.05")]),
        ({"alpha": "0.01"}, [("p_value", "0.04", "0.04", "0.05 -> 0.01")]),
        ({"p_value": "4e-05"}, []),
    ],
)
def test_a_p_value_on_another_side_of_alpha(now, crossed):
    found = crossings([ROW], [ROW | now])
    assert [(c.column, c.old, c.new, c.alpha) for c in found] == crossed
    assert all(c.name == NAME and c.primary for c in found)


def test_the_primary_tests_come_first_and_new_rows_cross_nothing():
    other = ROW | {"test": "wilcoxon_signed_rank", "primary": "false"}
    late = {"p_value": "0.5"}
    found = crossings([other, ROW], [other | late, ROW | late, ROW | late | {"marker": "FBS"}])
    assert [(c.primary, c.name[-1]) for c in found] == [
        (True, "paired_t"),
        (False, "wilcoxon_signed_rank"),
    ]


def test_of_the_primary_tests_the_foremost_roles_come_first():
    rows = [ROW | {"marker": role, "role": role} for role in ("post_hoc", "secondary", "primary")]
    found = crossings(rows, [row | {"p_value": "0.5"} for row in rows])
    assert [crossing.name[2] for crossing in found] == ["primary", "secondary", "post_hoc"]


def test_a_label_is_no_number():
    numbers, words = changed_tables(
        {"comparisons": [ROW]}, {"comparisons": [ROW | {"label": "A1c"}]}
    )["comparisons"]
    assert not numbers
    assert words.changed == [(NAME, {"label": ("HbA1c", "A1c")})]


def test_a_table_as_people_read_it_is_compared_by_marker_group_and_follow_up():
    row = {"Marker": "BMI, kg/m²", "Group": "Men", "Follow-up": "6 months", "p": "0.850"}
    found = changed_tables({"t": [row]}, {"t": [row | {"p": "0.851"}], "more": [row]})
    assert found.keys() == {"t"}
    assert found["t"][0].changed == [(("BMI, kg/m²", "Men", "6 months"), {"p": ("0.850", "0.851")})]
