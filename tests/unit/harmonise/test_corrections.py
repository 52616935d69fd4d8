"""Signed corrections of single values: made where they hold, and else the run stops."""

from datetime import date

import polars as pl
import pytest
from labcohort.errors import UserError
from labcohort.harmonise.cells import harmonise_cells
from labcohort.harmonise.corrections import corrected as corrected_cells
from labcohort.harmonise.corrections import held, refuse_unfound

from schemas.harmonised import Values


def correction(row: int = 2, **other) -> dict:
    """A row of config/corrections.tsv as the job is told it: HbA1c 7.1 was 1.7, mistyped."""
    return {
        "file": "raw/site.csv", "sheet": None, "row": row, "column": "result", "field": "value",
        "old": "1.7", "new": "7.1", "who": "A. Analyst",
    } | other  # fmt: skip


def corrected(given: pl.DataFrame, corrections: list[dict]) -> pl.DataFrame:
    """All cells of a source with the corrections made, each of which must be of one of them."""
    if corrections:
        refuse_unfound(held(given, corrections))
    return corrected_cells(given, corrections)


def harmonised(given, mapping, *corrections: dict):
    result = harmonise_cells(given, mapping | {"corrections": list(corrections)})
    Values.validate(result.values, lazy=True)
    return result


def test_a_corrected_value_is_used_and_says_so(cells, mapping):
    given = cells({"value_text": "1.7"}, {"value_text": "1.7"})
    result = harmonised(given, mapping, correction())
    assert result.values.select("row", "value_text", "value", "flag").rows() == [
        # the text stays the file's
        (2, "1.7", 7.1, "corrected_by_hand")
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
    assert made.select("sheet", "value_text", "value_corrected").rows() == [
        ("X", "1.7", False), ("Y", "7.1", True),
    ]  # fmt: skip


def test_without_corrections_nothing_is_changed(cells):
    given = cells({}, {"value_text": "1.7"})
    made = corrected(given, [])
    assert made.select(given.columns).equals(given)
    own = made.select(pl.col(pl.Boolean))
    assert own.columns == ["value_corrected", "unit_corrected", "date_corrected"]
    assert not own.to_numpy().any()


def test_cells_keep_their_order(cells):
    given = cells(*[{"value_text": "1.7"}] * 9)
    shuffled = given.sample(fraction=1, shuffle=True, seed=1)
    made = corrected(shuffled, [correction(4), correction(7)])
    assert made.get_column("row").to_list() == shuffled.get_column("row").to_list()
    assert sorted(made.filter("value_corrected").get_column("row")) == [4, 7]


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


def unread(given, mapping, *corrections: dict) -> UserError:
    """The message on a correction whose new text cannot be read; it names its own row."""
    with pytest.raises(UserError) as caught:
        harmonised(given, mapping, *corrections)
    assert caught.value.where == (
        "config/corrections.tsv, the row of raw/site.csv, row 2, column 'result'; column 'new'"
    )
    return caught.value


@pytest.mark.parametrize("new", ["7,1", "seven", "7.1 %", "1e400"])
def test_a_new_value_that_is_no_number_stops(cells, mapping, new):
    error = unread(cells({"value_text": "1.7"}, {}), mapping, correction(new=new))
    assert error.what == "a correction's new value cannot be read"
    assert "decimal: ." in error.rule
    # it may be a patient's
    assert new not in str(error)


def test_a_new_value_is_written_as_the_source_writes_its_own(cells, mapping):
    german = mapping | {"decimal": ",", "missing": ["k.A."]}
    given = cells({"value_text": "1,7"})
    fixed = harmonised(given, german, correction(old="1,7", new="<7,1"))
    assert fixed.values.select("comparator", "value").rows() == [("<", 7.1)]
    unread(given, german, correction(old="1,7", new="7.1"))
    none = harmonised(given, german, correction(old="1,7", new="k.A."))
    assert none.unused.get_column("fate").to_list() == ["missing"]


@pytest.mark.parametrize("layout", ["long", "wide"])
@pytest.mark.parametrize("own", [{}, {"unit": "%"}])
def test_a_new_unit_that_no_conversion_knows_stops(cells, mapping, layout, own):
    mapping["analytes"]["A1c"] |= own
    told = mapping | {"layout": layout}
    error = unread(cells({}, {}), told, correction(field="unit", old="%", new="mmol/mal"))
    assert error.what == (
        "a correction's new unit cannot be read: unknown unit 'mmol/mal' of HBA1C;"
        " nearest known: 'mmol/mol'"
    )
    assert error.rule == "a unit is never guessed; known: %, mmol/mol"


@pytest.mark.parametrize("own", [{}, {"unit": "%"}])
def test_a_correction_that_takes_the_unit_away_stops(cells, mapping, own):
    mapping["analytes"]["A1c"] |= own
    none = correction(field="unit", old="mg", new=None)
    error = unread(cells({"unit_text": "mg"}, {}), mapping, none)
    assert error.what.endswith(": HBA1C is left without a unit")


@pytest.mark.parametrize("new", ["02.01.2020", "2020-02-30", "soon", None])
def test_a_new_date_that_cannot_be_read_stops(cells, mapping, new):
    error = unread(cells({}, {}), mapping, correction(field="date", old="2020-01-02", new=new))
    assert error.what == "a correction's new date cannot be read"
    assert error.rule == "a new date is written as the source's are: YYYY-MM-DD"
    assert new is None or new not in str(error)


def test_a_corrected_date_proves_no_order_of_the_files_dates(cells, mapping):
    told = mapping | {"dates": {"column": "day"}}
    texts = ["25/06/2016", "05/06/2016", "04/05/2016"]
    given = cells(*({"date_text": text} for text in texts))

    def fix(old: str, new: str) -> dict:
        return correction(texts.index(old) + 2, field="date", old=old, new=new)

    fixed = harmonised(given, told, fix("05/06/2016", "03/04/2016"))
    days = fixed.values.sort("row").get_column("sample_date").to_list()
    assert days == [date(2016, 6, 25), date(2016, 4, 3), date(2016, 5, 4)]
    # without the one date that proves it, the file's order is open, whatever a person typed
    with pytest.raises(UserError, match="order of the dates in column 'day' is not proved") as e:
        harmonised(given, told, fix("25/06/2016", "26/06/2016"))
    assert e.value.where.startswith("raw/site.csv; row 3")
    # another form than the file's is the correction's fault
    with pytest.raises(UserError, match="new date cannot be read") as e:
        harmonised(given, told, fix("05/06/2016", "2016-04-03"))
    assert e.value.where.startswith("config/corrections.tsv, the row of raw/site.csv, row 3")
    # a file with no other date proves nothing: ISO holds
    alone = correction(field="date", old="25/06/2016", new="2016-06-26")
    fixed = harmonised(given.head(1), told, alone)
    assert fixed.values.get_column("sample_date").to_list() == [date(2016, 6, 26)]


def test_dates_that_are_counted_by_visit_cannot_be_corrected(cells, mapping):
    told = mapping | {"dates": {"from": "infusion_date"}, "visits": {"6": {"months": 6}}}
    patients = pl.DataFrame({"person": ["p0000000000000001"], "infusion_date": [date(2020, 1, 1)]})
    given = cells({"visit": "6", "date_text": None})
    fix = correction(field="date", old=None, new="2020-07-02")
    with pytest.raises(UserError, match="new date cannot be read") as caught:
        harmonise_cells(given, told | {"corrections": [fix]}, patients)
    assert "counted by visit" in caught.value.rule


def test_what_is_set_aside_is_the_text_of_the_file(cells, mapping):
    """Also of a value that is set aside later: derive takes it from value_text."""
    given = cells({"value_text": "1.7"}, {"value_text": "7.3"})
    result = harmonised(given, mapping, correction(new="71"))
    assert result.quarantine.select("raw_value", "rule").rows() == [("1.7", "hard_limit")]
    # the reason is about the value that was read
    assert result.quarantine.item(0, "reason").startswith("71.0 in canonical units")
    assert result.values.get_column("value_text").to_list() == ["7.3"]


def test_one_bad_row_among_good_ones_stops(cells):
    given = cells(*[{"value_text": "1.7"}] * 3)
    rows = [correction(2), correction(3, old="1.8"), correction(4)]
    with pytest.raises(UserError, match="old value is not what the file now says"):
        corrected(given, rows)
    assert isinstance(corrected(given, [rows[0], rows[2]]), pl.DataFrame)
