"""Dates in declared formats.

Expected days are read off the text by hand; of counts they are those of the program that
counts so: XlsxWriter and calamine (Excel), ReadStat (Stata, SPSS, SAS), Python's clock (Unix).
"""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pyreadstat
import pytest
import xlsxwriter
from labcohort.errors import UserError
from labcohort.harmonise.dates import check_zone, matches_a_format, parsed_date, pattern_of
from python_calamine import CalamineWorkbook


def read(text: str | None, *formats: str, zone: str | None = None) -> date | None:
    frame = pl.DataFrame({"text": [text]}, schema={"text": pl.String})
    return frame.select(parsed_date(pl.col("text"), list(formats), zone)).item()


def has_form(text: str, *formats: str) -> bool:
    frame = pl.DataFrame({"text": [text]})
    return frame.select(matches_a_format(pl.col("text"), list(formats))).item()


@pytest.mark.parametrize(
    ("text", "date_format", "day"),
    [
        ("2019-05-06", "YYYY-MM-DD", date(2019, 5, 6)),
        ("2019/5/6", "YYYY/M/D", date(2019, 5, 6)),
        ("2019/05/06", "YYYY/M/D", date(2019, 5, 6)),
        ("5/6/2019", "D/M/YYYY", date(2019, 6, 5)),
        ("5/6/2019", "M/D/YYYY", date(2019, 5, 6)),
        ("05.06.2019", "DD.MM.YYYY", date(2019, 6, 5)),
        ("20190506", "YYYYMMDD", date(2019, 5, 6)),
        ("2019年5月6日", "YYYY年M月D日", date(2019, 5, 6)),
        ("29/2/2020", "D/M/YYYY", date(2020, 2, 29)),
        ("29/2/2000", "D/M/YYYY", date(2000, 2, 29)),
        ("5/6/19", "D/M/YY", date(2019, 6, 5)),
        ("1/2/68", "M/D/YY", date(2068, 1, 2)),
        ("1/2/69", "M/D/YY", date(1969, 1, 2)),
        ("1/2/99", "M/D/YY", date(1999, 1, 2)),
        ("1/2/00", "M/D/YY", date(2000, 1, 2)),
        ("1/2/19 9:05", "M/D/YY h:mm", date(2019, 1, 2)),
        ("1/2/19 23:59", "M/D/YY h:mm", date(2019, 1, 2)),
        ("2019-05-06 09:30:00", "YYYY-MM-DD hh:mm:ss", date(2019, 5, 6)),
        ("2019-05-06T09:30:00", "YYYY-MM-DDThh:mm:ss", date(2019, 5, 6)),
        ("2019-05-06 09:30:00.123456", "YYYY-MM-DD hh:mm:ss.f", date(2019, 5, 6)),
        ("2019-05-06T23:30:00Z", "YYYY-MM-DDThh:mm:ssZ", date(2019, 5, 6)),
        ("2019-05-06T23:30:00.5-0500", "YYYY-MM-DDThh:mm:ss.fZ", date(2019, 5, 6)),
        ("06-MAY-2019", "DD-MMM-YYYY", date(2019, 5, 6)),
        ("6 may 2019", "D MMM YYYY", date(2019, 5, 6)),
        ("Dec 31, 1999", "MMM D, YYYY", date(1999, 12, 31)),
        ("06MAY19", "DDMMMYY", date(2019, 5, 6)),
        ("5/6/2019 12:05 AM", "M/D/YYYY h:mm a", date(2019, 5, 6)),
        ("5/6/2019 9:05pm", "M/D/YYYY h:mma", date(2019, 5, 6)),
        # HL7 v2.5.1, 2A.22: YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ]
        ("201905062330", "YYYYMMDDhhmm", date(2019, 5, 6)),
        ("20190506233059-0500", "YYYYMMDDhhmmssZ", date(2019, 5, 6)),
        ("20190506", "hl7", date(2019, 5, 6)),
        ("201905062330+0800", "hl7", date(2019, 5, 6)),
        ("20190506233059.1234-0500", "hl7", date(2019, 5, 6)),
        ("2019-05-06", "iso", date(2019, 5, 6)),
        ("2019-05-06T23:30", "iso", date(2019, 5, 6)),
        ("2019-05-06 23:30:59.123+08:00", "iso", date(2019, 5, 6)),
    ],
)
def test_a_text_in_its_declared_format(text, date_format, day):
    assert read(text, date_format) == day
    assert has_form(text, date_format)


@pytest.mark.parametrize(
    ("text", "date_format"),
    [
        ("5/6/19", "D/M/YYYY"),
        ("2019-5-6", "YYYY-MM-DD"),
        ("2019-05-06", "YYYY/MM/DD"),
        ("2019-05-06 09:30", "YYYY-MM-DD"),
        ("1/2/19 9:05", "M/D/YY hh:mm"),
        ("02x01x2019", "DD.MM.YYYY"),
        (" 2019-05-06", "YYYY-MM-DD"),
        ("２０１９-05-06", "YYYY-MM-DD"),
        ("43590", "YYYY-MM-DD"),
        ("2019-05-06T23:30:00", "YYYY-MM-DDThh:mm:ssZ"),
        ("2019-05-06T23:30:00 CET", "YYYY-MM-DDThh:mm:ss Z"),
        ("06-MAI-2019", "DD-MMM-YYYY"),
        ("06-JUNE-2019", "DD-MMM-YYYY"),
        ("2019-05", "iso"),
        ("201905", "hl7"),
        ("20190506T2330", "hl7"),
        ("43,590", "excel"),
        ("-1", "excel"),
        ("4.359e4", "excel"),
        ("2019-05-06", "excel"),
        ("", "excel"),
        ("", "YYYY-MM-DD"),
    ],
)
def test_a_text_in_no_declared_format(text, date_format):
    assert read(text, date_format) is None
    assert not has_form(text, date_format)


@pytest.mark.parametrize(
    "text",
    ["29/2/2019", "29/2/1900", "31/4/2020", "0/1/2020", "1/13/2020", "32/1/2020", "1/0/2020"],
)
def test_the_form_without_a_day_of_the_calendar(text):
    assert read(text, "D/M/YYYY") is None
    assert has_form(text, "D/M/YYYY")


def test_several_formats_are_tried_in_their_order():
    assert read("2019-05-06", "D/M/YYYY", "YYYY-MM-DD") == date(2019, 5, 6)
    assert read("5/6/2019", "D/M/YYYY", "M/D/YYYY") == date(2019, 6, 5)
    assert read("5/6/2019", "M/D/YYYY", "D/M/YYYY") == date(2019, 5, 6)


def test_no_text_is_no_date():
    assert read(None, "YYYY-MM-DD") is None


@pytest.mark.parametrize(
    "date_format",
    [
        "YYYY-MM", "DD/MM", "YYYY", "", "h:mm", "YYYY-YY-MM-DD", "YYYY-MM-DD M", "yyyy-mm-dd",
        "Excel", "YYYY-MM-MMM-DD", "YYYY-MM-DD hh:mm h",
    ],
)  # fmt: skip
def test_a_format_without_one_day_month_and_year(date_format):
    with pytest.raises(UserError, match="is no date format") as caught:
        pattern_of(date_format)
    assert f"'{date_format}'" in caught.value.what


@pytest.mark.parametrize(
    ("text", "date_format", "zone", "day"),
    [
        # 23:30 in Greenwich is half past seven of the next morning in Shanghai (UTC+8)
        ("2019-05-06T23:30:00Z", "iso", "Asia/Shanghai", date(2019, 5, 7)),
        ("2019-05-06T23:30:00+08:00", "iso", "Asia/Shanghai", date(2019, 5, 6)),
        ("2019-05-06T07:59:00+08", "iso", "UTC", date(2019, 5, 5)),
        ("2019-05-06T08:00:00+08", "iso", "UTC", date(2019, 5, 6)),
        # India is half an hour off the whole hours
        ("201905061829Z", "hl7", "Asia/Kolkata", date(2019, 5, 6)),
        ("201905061830Z", "hl7", "Asia/Kolkata", date(2019, 5, 7)),
        # New York: UTC-5 in January, UTC-4 in July
        ("2019-01-06T04:30:00Z", "iso", "America/New_York", date(2019, 1, 5)),
        ("2019-07-06T04:30:00Z", "iso", "America/New_York", date(2019, 7, 6)),
        ("2019-05-06T20:30:00-0500", "YYYY-MM-DDThh:mm:ssZ", "UTC", date(2019, 5, 7)),
        ("2019-12-31 4:30 PM Z", "YYYY-MM-DD h:mm a Z", "Asia/Shanghai", date(2020, 1, 1)),
        # twelve at night is hour 0, twelve at noon hour 12
        ("2019-12-31 12:30 AM Z", "YYYY-MM-DD h:mm a Z", "America/New_York", date(2019, 12, 30)),
        ("2019-12-31 12:30 PM Z", "YYYY-MM-DD h:mm a Z", "America/New_York", date(2019, 12, 31)),
        ("2019-12-31 12:30 PM Z", "YYYY-MM-DD h:mm a Z", "Asia/Shanghai", date(2019, 12, 31)),
        # a time without a zone is as it was written
        ("2019-05-06T23:30:00", "iso", "Asia/Shanghai", date(2019, 5, 6)),
        ("2019-05-06", "iso", "Asia/Shanghai", date(2019, 5, 6)),
        # no such hour, no such zone
        ("2019-05-06T33:30:00Z", "iso", "UTC", None),
        ("2019-05-06T13:30:00+19:00", "iso", "UTC", None),
    ],
)
def test_a_time_with_a_zone_is_turned_to_the_declared_one(text, date_format, zone, day):
    assert read(text, date_format, zone=zone) == day
    assert has_form(text, date_format)


def test_a_zone_is_one_of_the_time_zone_database():
    check_zone("Asia/Shanghai", "here")
    with pytest.raises(UserError, match="'Asia/Peking' is no time zone") as caught:
        check_zone("Asia/Peking", "config/sources/a.yaml, date > zone")
    assert caught.value.where == "config/sources/a.yaml, date > zone"


@pytest.mark.parametrize(("name", "system"), [("excel", False), ("excel_1904", True)])
def test_day_numbers_of_excel_are_the_days_that_a_workbook_shows(name, system, tmp_path):
    numbers = [61, 1000, 36526, 43590, 43590.999, 2900000]
    path = tmp_path / "days.xlsx"
    book = xlsxwriter.Workbook(path, {"date_1904": system})
    sheet, form = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
    for row, number in enumerate(numbers):
        sheet.write_number(row, 0, number, form)
    book.close()
    shown = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    days = [cell.date() if isinstance(cell, datetime) else cell for (cell,) in shown]
    assert [read(str(number), name) for number in numbers] == days


def test_excel_has_a_29_february_1900_that_no_calendar_has():
    # Microsoft, "Excel incorrectly assumes that the year 1900 is a leap year": 1 is 1 January
    # 1900, 60 is shown as 29 February 1900, 61 as 1 March
    days = [read(text, "excel") for text in ("1", "59", "60", "60.5", "61", "0", "0.5")]
    assert days == [
        date(1900, 1, 1), date(1900, 2, 28), None, None, date(1900, 3, 1), None, None,
    ]  # fmt: skip
    assert has_form("60", "excel")


@pytest.mark.parametrize(
    ("ending", "day_format", "time_format"),
    [("dta", "stata", "stata_ms"), ("sav", "spss", "spss"), ("xpt", "sas", "sas_seconds")],
)
def test_counts_of_statistical_packages_as_readstat_writes_them(
    ending, day_format, time_format, tmp_path
):
    times = [datetime(2019, 5, 6, 9, 30), datetime(1955, 1, 2, 23, 59), datetime(1960, 1, 1)]
    path = str(tmp_path / f"x.{ending}")
    write = {"dta": "write_dta", "sav": "write_sav", "xpt": "write_xport"}[ending]
    frame = pl.DataFrame({"d": [t.date() for t in times], "t": times})
    getattr(pyreadstat, write)(frame, path)
    raw, _ = getattr(pyreadstat, write.replace("write", "read"))(
        path, disable_datetime_conversion=True, output_format="polars"
    )
    for (day, time), written in zip(raw.rows(), times, strict=True):
        assert read(str(day), day_format) == written.date()
        assert read(f"{time:.0f}", time_format) == written.date()
        assert read(f"{time:.3f}", time_format) == written.date()


@pytest.mark.parametrize("seconds", [0, 86399, 86400, -1, 1557185399, 4102444799])
def test_unix_seconds_are_of_utc_unless_a_zone_is_declared(seconds):
    instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    assert read(str(seconds), "unix") == instant.date()
    shanghai = (instant + timedelta(hours=8)).date()
    # Shanghai has kept UTC+8 since 1991, and did so in 1970
    assert read(str(seconds), "unix", zone="Asia/Shanghai") == shanghai


@pytest.mark.parametrize("name", ["excel", "excel_1904", "stata", "sas", "spss", "unix"])
def test_a_count_beyond_the_calendar_is_no_day(name):
    assert read("9" * 30, name) is None
    assert has_form("9" * 30, name)


def test_without_a_format_nothing_is_a_date():
    assert read("2019-05-06") is None
    assert has_form("2019-05-06") is False
