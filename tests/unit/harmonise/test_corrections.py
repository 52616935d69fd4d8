"""Signed corrections of single values: made where they hold, and else the run stops."""

from datetime import date

import polars as pl
import pytest
from labcohort.errors import UserError
from labcohort.harmonise.cells import harmonise_cells
from labcohort.harmonise.corrections import corrected

from schemas.harmonised import Values


def correction(row: int = 2, **other) -> dict:
    """A row of config/corrections.tsv as the job is told it: HbA1c 7.1 was 1.7, mistyped."""
    return {
        "file": "raw/site.csv", "sheet": None, "row": row, "column": "result", "field": "value",
        "old": "1.7", "new": "7.1", "who": "A. Analyst",
    } | other  # fmt: skip


def harmonised(given, mapping, *corrections: dict):
    result = harmonise_cells(given, mapping | {"corrections": list(corrections)})
    Values.validate(result.values, lazy=True)
    return result


def test_a_corrected_value_is_used_and_says_so(cells, mapping):
    given = cells({"value_text": "1.7"}, {"value_text": "1.7"})
    result = harmonised(given, mapping, correction())
    assert result.values.select("row", "value_text", "value", "flag").rows() == [
        (2, "7.1", 7.1, "corrected_by_hand")
    ]
    # the other cell is as it was: below the hard limit
    assert result.quarantine.select("row", "rule").rows() == [(3, "hard_limit")]


def test_a_corrected_unit_goes_before_the_declared_one(cells, mapping):
    """Creatinine of 0.5 in a column declared umol/L was sent in mg/dL: 44.2 umol/L."""
    mapping["analytes"]["Crea"]["unit"] = "umol/L"
    given = cells(*[{"analyte": "Crea", "value_text": "0.5", "unit_text": "umol/L"}] * 2)
    by_hand = correction(field="unit", old="umol/L", new="mg/dL")
    result = harmonised(given, mapping, by_hand)
    assert result.values.select("row", "number", "unit", "value", "flag").rows() == [
        (2, 0.5, "mg/dL", pytest.approx(44.2), "corrected_by_hand")
    ]
    assert result.quarantine.select("row", "rule").rows() == [(3, "hard_limit")]


def test_a_missing_unit_may_be_corrected(cells, mapping):
    given = cells({"unit_text": None}, {})
    result = harmonised(given, mapping, correction(field="unit", old=None, new="%"))
    assert result.values.get_column("row").to_list() == [2, 3]


def test_a_corrected_date_is_used(cells, mapping):
    given = cells({"date_text": "2091-01-02"})
    result = harmonised(
        given, mapping, correction(field="date", old="2091-01-02", new="2019-01-02")
    )
    assert result.values.select("sample_date", "flag").rows() == [
        (date(2019, 1, 2), "corrected_by_hand")
    ]


def test_a_value_may_be_corrected_to_none(cells, mapping):
    result = harmonised(cells({"value_text": "1.7"}, {}), mapping, correction(new=None))
    assert result.unused.select("row", "fate").rows() == [(2, "missing")]


def test_a_corrected_value_meets_all_rules(cells, mapping):
    result = harmonised(cells({"value_text": "1.7"}), mapping, correction(new="71"))
    assert result.quarantine.get_column("rule").to_list() == ["hard_limit"]


def test_value_and_unit_of_one_cell_may_both_be_corrected(cells, mapping):
    given = cells({"value_text": "13", "unit_text": "%"})
    result = harmonised(
        given, mapping, correction(old="13", new="31"),
        correction(field="unit", old="%", new="mmol/mol"),
    )  # fmt: skip
    # worked numbers: 31 mmol/mol -> 4.98788 %
    assert result.values.item(0, "value") == pytest.approx(4.98788)


def test_places_in_sheets_are_told_apart(cells):
    given = cells(*({"file": "b.xlsx", "sheet": s, "row": 5, "value_text": "1.7"} for s in "XY"))
    made = corrected(given, [correction(5, file="b.xlsx", sheet="Y")])
    assert made.select("sheet", "value_text", "corrected").rows() == [
        ("X", "1.7", False), ("Y", "7.1", True),
    ]  # fmt: skip


def test_without_corrections_nothing_is_changed(cells):
    given = cells({}, {"value_text": "1.7"})
    made = corrected(given, [])
    assert made.drop("corrected", "unit_corrected").equals(given)
    assert not made.get_column("corrected").any()


def test_cells_keep_their_order(cells):
    given = cells(*[{"value_text": "1.7"}] * 9)
    shuffled = given.sample(fraction=1, shuffle=True, seed=1)
    made = corrected(shuffled, [correction(4), correction(7)])
    assert made.get_column("row").to_list() == shuffled.get_column("row").to_list()
    assert sorted(made.filter("corrected").get_column("row")) == [4, 7]


@pytest.mark.parametrize(
    ("field", "holds"), [("value", "1.70"), ("value", ""), ("unit", "% "), ("date", "2020-01-03")]
)
def test_a_correction_of_a_text_that_is_no_longer_there_stops(cells, field, holds):
    column = {"value": "value_text", "unit": "unit_text", "date": "date_text"}[field]
    old = {"value": "1.7", "unit": "%", "date": "2020-01-02"}[field]
    with pytest.raises(UserError, match=f"old {field} is not what the file now says") as e:
        corrected(cells({column: holds}), [correction(field=field, old=old)])
    assert e.value.where == (
        "config/corrections.tsv, the row of raw/site.csv, row 2, column 'result'"
    )
    # what the file holds is a patient's: it is in no message
    assert not holds.strip() or f"'{holds}'" not in str(e.value)


@pytest.mark.parametrize(
    "other",
    [{"row": 9}, {"column": "Result"}, {"file": "raw/Site.csv"}, {"sheet": "Visits"}],
)
def test_a_correction_of_no_cell_stops(cells, other):
    with pytest.raises(UserError, match="a place that holds no result") as caught:
        corrected(cells({"value_text": "1.7"}), [correction(**other)])
    assert caught.value.where.startswith("config/corrections.tsv, the row of raw/")


def test_a_message_calls_the_files_of_a_pattern_by_their_number(cells):
    given = cells({"value_text": "1.70", "file": "d/ROE_JANE.csv"})
    shown = {"d/ROE_JANE.csv": "d/*.csv (file 1)"}
    for file, name in (("d/ROE_JANE.csv", "d/*.csv (file 1)"),
                       ("d/ROE_JOHN.csv", "a file that the source does not have")):  # fmt: skip
        with pytest.raises(UserError) as caught:
            corrected(given, [correction(file=file)], shown)
        assert caught.value.where == (
            f"config/corrections.tsv, the row of {name}, row 2, column 'result'"
        )


def test_one_bad_row_among_good_ones_stops(cells):
    given = cells(*[{"value_text": "1.7"}] * 3)
    rows = [correction(2), correction(3, old="1.8"), correction(4)]
    with pytest.raises(UserError, match="old value is not what the file now says"):
        corrected(given, rows)
    assert isinstance(corrected(given, [rows[0], rows[2]]), pl.DataFrame)
