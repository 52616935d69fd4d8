"""Tables beside comparisons.csv: labels beside codes, order, the word SYNTHETIC."""

import polars as pl
import pytest
from labcohort.publish.siblings import with_labels

HOW = {
    "synthetic": True,
    "markers": {
        "EGFR": {
            "label": "Estimated GFR",
            "unit": "mL/min/{1.73_m2}",
            "method": "CKD-EPI 2021",
        },
        "BUN": {"label": "Urea nitrogen", "unit": "mmol/L", "method": None},
    },
    "cohorts": {"all": "All patients", "ckd_3": "CKD stage 3"},
    "timepoints": {"month_6": "6 months", "month_12": "12 months"},
    "orders": {
        "marker": ["EGFR", "BUN"],
        "cohort": ["all", "ckd_3"],
        "timepoint": ["month_6", "month_12"],
    },
}
REGRESSION = pl.DataFrame(
    {
        "cohort": ["ckd_3", "ckd_3"],
        "timepoint": ["month_12", "month_6"],
        "marker": ["BUN", "BUN"],
        "selecting_marker": ["EGFR", None],
        "expected": [0.1 + 0.2, None],
    }
)


def test_labels_and_units_stand_beside_their_codes():
    table = with_labels(REGRESSION, HOW)
    assert table.columns == [
        "cohort", "cohort_label", "timepoint", "timepoint_label", "marker", "marker_label",
        "marker_unit", "selecting_marker", "selecting_marker_label", "selecting_marker_unit",
        "expected", "synthetic",
    ]  # fmt: skip
    assert table.row(1) == (
        "ckd_3", "CKD stage 3", "month_12", "12 months", "BUN", "Urea nitrogen", "mmol/L",
        "EGFR", "Estimated GFR, CKD-EPI 2021", "mL/min/{1.73_m2}", 0.1 + 0.2, "SYNTHETIC",
    )  # fmt: skip
    without = table.row(0, named=True)
    assert without["selecting_marker_label"] is without["selecting_marker_unit"] is None


def test_no_study_that_is_not_synthetic_says_so():
    assert set(with_labels(REGRESSION, HOW | {"synthetic": False})["synthetic"]) == {""}


def test_rows_stand_in_the_order_of_the_studys_tables():
    expected = [
        (marker, cohort, timepoint, i)
        for marker in ("EGFR", "BUN")
        for cohort in ("all", "ckd_3")
        for timepoint in ("month_6", "month_12")
        for i in (2, 1)
    ]
    frame = pl.DataFrame(expected, ["marker", "cohort", "timepoint", "i"], orient="row")
    shuffled = frame.filter(i=2).sample(fraction=1, shuffle=True, seed=1)
    shuffled = pl.concat([shuffled, frame.filter(i=1).sample(fraction=1, shuffle=True, seed=2)])
    assert with_labels(shuffled, HOW).select(frame.columns).rows() == expected


def test_rows_of_no_marker_come_first_and_as_they_were():
    frame = pl.DataFrame(
        {
            "marker": ["BUN", None, "EGFR", None],
            "variable": ["BUN", "sex_male", "age", "EGFR"],
            "timepoint": ["month_6", None, None, None],
        }
    )
    table = with_labels(frame, HOW)
    assert table["variable"].to_list() == ["sex_male", "EGFR", "age", "BUN"]
    assert table["variable_label"].to_list() == [
        "sex_male",
        "Estimated GFR, CKD-EPI 2021",
        "age",
        "Urea nitrogen",
    ]
    assert table["variable_unit"].to_list() == [None, "mL/min/{1.73_m2}", None, "mmol/L"]


def test_a_table_without_codes_keeps_its_rows():
    frame = pl.DataFrame({"profile": ["recommended", "as_published"], "n_tests": [1, 2]})
    table = with_labels(frame, HOW)
    assert table.columns == ["profile", "n_tests", "synthetic"]
    assert table["n_tests"].to_list() == [1, 2]


@pytest.mark.parametrize("rows", [0, 2])
def test_columns_without_any_value(rows):
    frame = REGRESSION.clear(rows)
    table = with_labels(frame, HOW)
    assert table.height == rows and table["marker_label"].null_count() == rows


def test_an_unknown_code_comes_last_under_its_own_name():
    frame = pl.DataFrame({"cohort": ["men", "ckd_3", "all"]})
    assert with_labels(frame, HOW)["cohort_label"].to_list() == [
        "All patients", "CKD stage 3", "men",
    ]  # fmt: skip
