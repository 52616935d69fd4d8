"""The day of each result: as the file dates it, or counted from a date of its person.

Expected days are counted on a calendar by hand; those of months by Python's own calendar, too.
"""

import calendar
from datetime import date, timedelta

import polars as pl
import pytest
from labcohort.errors import UserError
from labcohort.harmonise.cells import harmonise_cells
from labcohort.harmonise.corrections import corrected
from labcohort.harmonise.sample_dates import (
    dates_seen,
    proved_dates,
    with_anchor,
    with_sample_dates,
)

from schemas.quality import Quarantine

ONE, OTHER, UNDATED, STRANGER = (f"p{n:016x}" for n in (1, 2, 3, 4))
TOLD = {"missing": ["NA"], "decimal": "."}
INFUSION = date(2019, 8, 31)
PATIENTS = pl.DataFrame(
    {"person": [ONE, OTHER, UNDATED], "infusion_date": [INFUSION, date(2020, 2, 29), None]}
)
BY_VISIT = {
    "dates": {"from": "infusion_date"},
    "visits": {"screening": {"days": -14}, "0": {"months": 0}, "6": {"months": 6, "days": None}},
}
BY_VISIT["visits"]["6"].pop("days")


def dates_of(given: pl.DataFrame, how: dict, patients: pl.DataFrame | None) -> pl.DataFrame:
    """Cells with their dates, by what their own texts prove."""
    proved = proved_dates(dates_seen(given, how))
    return with_sample_dates(with_anchor(given, how, patients), how, proved)


@pytest.fixture
def dated(cells):
    """(day, rule) of cells under settings."""

    def read(how: dict, *given: dict, patients: pl.DataFrame | None = PATIENTS) -> list[tuple]:
        found = dates_of(corrected(cells(*given), []), TOLD | how, patients)
        assert found.height == len(given)
        return found.select("sample_date", "date_rule").rows()

    return read


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last."""
    years, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last))


# ------------------------------------------------------------------------ counted from an anchor


@pytest.mark.parametrize(
    ("visit", "person", "day"),
    [
        ("0", ONE, date(2019, 8, 31)),
        ("6", ONE, date(2020, 2, 29)),  # no 31 February: the last of the month
        ("6", OTHER, date(2020, 8, 29)),
        ("screening", ONE, date(2019, 8, 17)),
        ("screening", OTHER, date(2020, 2, 15)),
    ],
)
def test_a_visit_is_counted_from_the_persons_date(dated, visit, person, day):
    given = {"visit": visit, "person": person, "date_text": None}
    assert dated(BY_VISIT, given) == [(day, None)]


@pytest.mark.parametrize("months", [-13, -1, 0, 1, 5, 6, 12, 18, 120])
def test_months_of_a_column(dated, months):
    how = {"dates": {"from": "infusion_date", "unit": "months"}}
    given = [{"person": p, "date_text": f"{months:+d}"} for p in (ONE, OTHER)]
    assert dated(how, *given) == [
        (months_later(INFUSION, months), None), (months_later(date(2020, 2, 29), months), None),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["-400", "-1", "0", "+1", " 180 ", "180.0", "9999"])
def test_days_of_a_column(dated, text):
    how = {"dates": {"from": "infusion_date", "unit": "days"}}
    assert dated(how, {"date_text": text}) == [(INFUSION + timedelta(days=int(float(text))), None)]


@pytest.mark.parametrize(
    ("how", "given", "rule"),
    [
        (BY_VISIT, {"visit": "9"}, "unknown_visit"),
        (BY_VISIT, {"visit": None}, "unknown_visit"),
        (BY_VISIT, {"visit": "6", "person": UNDATED}, "no_anchor_date"),
        (BY_VISIT, {"visit": "6", "person": STRANGER}, "no_anchor_date"),
        ({"dates": {"from": "infusion_date", "unit": "days"}}, {"date_text": ""}, "missing_date"),
        ({"dates": {"from": "infusion_date", "unit": "days"}}, {"date_text": None}, "missing_date"),
        ({"dates": {"from": "infusion_date", "unit": "days"}}, {"date_text": "NA"}, "missing_date"),
        ({"dates": {"from": "infusion_date", "unit": "days"}}, {"date_text": "6.5"},
         "invalid_offset"),
        ({"dates": {"from": "infusion_date", "unit": "days"}}, {"date_text": "six"},
         "invalid_offset"),
        ({"dates": {"from": "infusion_date", "unit": "days"}}, {"date_text": "99999"},
         "invalid_offset"),
    ],
)  # fmt: skip
def test_a_day_that_cannot_be_counted_is_no_day(cells, dated, mapping, how, given, rule):
    assert dated(how, {"date_text": None} | given) == [(None, rule)]
    # and its cell is set aside, with a reason
    result = harmonise_cells(cells({"date_text": None} | given), mapping | how, PATIENTS)
    aside = Quarantine.validate(result.quarantine, lazy=True)
    assert aside.get_column("rule").to_list() == [rule]


def test_a_visit_without_a_date_is_counted_and_one_with_a_date_is_read(dated):
    how = {"dates": {"formats": ["D/M/YYYY"]}, "visits": BY_VISIT["visits"],
           "anchor": "infusion_date"}  # fmt: skip
    given = [{"visit": "6", "date_text": text} for text in ("1/3/2020", "", "2020-03-01")]
    assert dated(how, *given, {"visit": None, "date_text": ""}) == [
        (date(2020, 3, 1), None), (date(2020, 2, 29), None), (None, "undeclared_date_format"),
        (None, "missing_date"),
    ]  # fmt: skip


# ----------------------------------------------------------------------------------- as written


def test_all_results_of_one_day(dated):
    how = {"dates": {"on": "2019-05-06"}}
    # ingest writes the day of `on` into each cell
    assert dated(how, {"date_text": "2019-05-06"}) == [(date(2019, 5, 6), None)]


@pytest.mark.parametrize(
    ("text", "rule"),
    [("5/6/2019", None), ("", "missing_date"), (None, "missing_date"), ("  ", "missing_date"),
     ("NA", "missing_date"),
     ("2019-06-05", "undeclared_date_format"), ("31/6/2019", "invalid_date")],
)  # fmt: skip
def test_a_written_date(dated, text, rule):
    day = None if rule else date(2019, 6, 5)
    assert dated({"dates": {"formats": ["D/M/YYYY"]}}, {"date_text": text}) == [(day, rule)]


def test_without_formats_a_column_that_proves_its_order_is_read(dated):
    given = [{"date_text": text} for text in ("5/6/2019", "25/6/2019", "", "31/6/2019")]
    assert dated({"dates": {}}, *given) == [
        (date(2019, 6, 5), None), (date(2019, 6, 25), None), (None, "missing_date"),
        (None, "invalid_date"),
    ]  # fmt: skip


def test_without_formats_a_column_that_proves_nothing_stops(cells):
    given = corrected(cells({"date_text": "5/6/2019"}, {"date_text": "7/8/2019"}), [])
    with pytest.raises(UserError) as caught:
        dates_of(given, TOLD | {"dates": {"column": "Visit date"}}, None)
    assert caught.value.where.startswith("raw/site.csv; row 2: '5/6/2019'")
    assert "column 'Visit date'" in caught.value.what


def test_one_file_proves_nothing_of_another(cells):
    """25/06 is of June in its own file; 05/06 of the next may be of June or of May."""
    proved = {"date_text": "25/06/2016"}
    open_ = {"date_text": "05/06/2016", "file": "d/*.csv (file 2)"}
    how = TOLD | {"dates": {"column": "Visit date"}}
    with pytest.raises(UserError, match="not proved") as caught:
        dates_of(corrected(cells(proved, open_), []), how, None)
    assert caught.value.where.startswith("d/*.csv (file 2); row 3")
    # each is read in the order that it proves
    american = open_ | {"date_text": "06/25/2016"}
    found = dates_of(corrected(cells(proved, american, proved), []), how, None)
    assert found.get_column("sample_date").to_list() == [date(2016, 6, 25)] * 3
    assert found.get_column("date_rule").null_count() == 3


def test_one_sheet_proves_nothing_of_another(cells):
    given = [{"date_text": "25/06/2016", "sheet": "V0"}, {"date_text": "05/06/2016", "sheet": "V6"}]
    how = TOLD | {"dates": {"column": "Visit date"}}
    with pytest.raises(UserError, match="not proved") as caught:
        dates_of(corrected(cells(*given), []), how, None)
    assert caught.value.where.startswith("raw/site.csv, sheet V6; row 3")


def test_a_visits_column_of_dates_proves_nothing_of_anothers(cells):
    given = [{"date_text": "25/06/2016", "visit": "0"}, {"date_text": "01/02/2017", "visit": "6"}]
    how = TOLD | {"dates": {"column": "date_{visit}"}}
    how["date_columns"] = {"0": "date_0", "6": "date_6"}
    with pytest.raises(UserError, match="column 'date_6' is not proved"):
        dates_of(corrected(cells(*given), []), how, None)
    of_one_column = how | {"date_columns": {}}
    found = dates_of(corrected(cells(*given), []), of_one_column, None)
    assert found.get_column("sample_date").to_list() == [date(2016, 6, 25), date(2017, 2, 1)]


def test_a_column_without_any_date_proves_nothing_and_needs_no_proof(dated):
    assert dated({"dates": {}}, {"date_text": ""}) == [(None, "missing_date")]


# ---------------------------------------------------------------------- days that cannot be right


@pytest.mark.parametrize(
    ("day", "rule"), [("2020-03-01", None), ("2020-03-02", "after_export"), ("2091-01-01",
                                                                            "after_export")],
)  # fmt: skip
def test_no_result_is_of_after_the_export(dated, day, rule):
    how = {"dates": {"formats": ["YYYY-MM-DD"]}, "exported": "2020-03-01"}
    assert [found[1] for found in dated(how, {"date_text": day})] == [rule]


@pytest.mark.parametrize(
    ("visit", "day", "rule"),
    [
        ("6", "2019-08-30", "follow_up_before_anchor"),
        ("6", "2019-08-31", None),
        ("0", "2019-08-30", None),  # a baseline is before
        (None, "2019-08-30", None),
    ],
)
def test_a_follow_up_is_not_before_what_it_follows(cells, dated, mapping, visit, day, rule):
    how = {"dates": {"formats": ["YYYY-MM-DD"]}, "anchor": "infusion_date",
           "visits": {"0": {}, "6": {"follow_up": True}}}  # fmt: skip
    given = {"visit": visit, "date_text": day}
    assert [found[1] for found in dated(how, given)] == [rule]
    result = harmonise_cells(cells(given), mapping | how, PATIENTS)
    assert result.quarantine.get_column("rule").to_list() == ([rule] if rule else [])


def test_who_has_no_infusion_has_no_follow_up_before_it(dated):
    how = {"dates": {"formats": ["YYYY-MM-DD"]}, "anchor": "infusion_date",
           "visits": {"6": {"follow_up": True}}}  # fmt: skip
    given = {"visit": "6", "person": UNDATED, "date_text": "1999-01-01"}
    assert dated(how, given) == [(date(1999, 1, 1), None)]


DATED = {"dates": {"formats": ["D/M/YYYY"], "column": "Drawn"}}


@pytest.mark.parametrize(
    ("how", "given", "reason"),
    [
        (DATED, {"date_text": "2019.6.5"}, "date '2019.6.5' in column 'Drawn' has none of the"
         " declared formats: D/M/YYYY"),
        (DATED, {"date_text": "31/2/2019"}, "date '31/2/2019' in column 'Drawn' is no day of the"
         " calendar"),
        (DATED, {"date_text": ""}, "the row has no sample date in column 'Drawn'"),
        (DATED | {"exported": "2019-01-31"}, {"date_text": "1/2/2019"},
         "the sample date in column 'Drawn' is after the day of the export, 2019-01-31"),
        # a visit with a column of its own
        (DATED | {"date_columns": {"6": "Drawn {6}"}}, {"visit": "6", "date_text": "x"},
         "date 'x' in column 'Drawn {6}' has none of the declared formats: D/M/YYYY"),
        (DATED | {"anchor": "infusion_date", "visits": {"6": {"follow_up": True}}},
         {"visit": "6", "date_text": "1/1/2018"}, "the visit '6' is a follow-up, and its date in"
         " column 'Drawn' is before the person's infusion_date"),
        ({"dates": {"from": "infusion_date", "unit": "days", "column": "Day"}},
         {"date_text": "six"}, "'six' in column 'Day' is no whole number of days or months"),
        # where dates are shifted by a secret number of days no true one is told
        (DATED | {"privacy": {}}, {"date_text": "5-Jun-2019"}, "date '9-aaa-9999' in column 'Drawn'"
         " has none of the declared formats: D/M/YYYY"),
        (DATED | {"privacy": {}}, {"date_text": "31/2/2019"}, "date '99/9/9999' in column 'Drawn'"
         " is no day of the calendar"),
    ],
)  # fmt: skip
def test_a_reason_says_in_which_column_the_date_stands(cells, mapping, how, given, reason):
    """The record's place is that of the result."""
    record = harmonise_cells(cells(given), mapping | how, PATIENTS).quarantine.row(0, named=True)
    assert (record["column"], record["reason"]) == ("result", reason)


def test_a_reason_may_hold_a_format_with_braces(cells, mapping):
    how = {"dates": {"formats": ["{D}/M/YYYY"]}}
    result = harmonise_cells(cells({"date_text": "5/6/2019"}), mapping | how)
    assert result.quarantine.item(0, "reason") == (
        "date '5/6/2019' has none of the declared formats: {D}/M/YYYY"
    )
