"""Formats of dates as their own values prove them, and as they are declared.

What each column allows is read off by hand.
"""

import random
import re
from types import SimpleNamespace

import polars as pl
import pytest
from labcohort.errors import UserError
from labcohort.harmonise.date_inference import FORMS, inferred_formats
from labcohort.harmonise.date_orders import read_differently
from labcohort.harmonise.dates import matches_a_format
from labcohort.study.rules.reading import RULES, _no_text_is_two_dates

from tests.running import SHARED

WHERE = "config/sources/a.yaml, date"


def inferred(*texts: str | None) -> list[str]:
    return inferred_formats(pl.Series(texts, dtype=pl.String), "Visit date", WHERE)


@pytest.mark.parametrize(
    ("texts", "formats"),
    [
        # a year of four digits first
        (["2019-05-06"], ["YYYY-M-D"]),
        (["2019/5/6", "2019/05/13"], ["YYYY/M/D"]),
        (["2019年5月6日"], ["YYYY年M月D日"]),
        # a 13 or more that can be no month
        (["5/6/2019", "13/7/2019"], ["D/M/YYYY"]),
        (["5/6/2019", "7/13/2019"], ["M/D/YYYY"]),
        (["05.06.2019", "31.12.2019"], ["D.M.YYYY"]),
        (["05-06-2019", "12-31-2019"], ["M-D-YYYY"]),
        # of years with two digits: one over 31, or a part of one digit that can be no year
        (["42/05/06", "19/05/17"], ["YY/M/D"]),
        (["5/6/19", "5/16/19"], ["M/D/YY"]),
        (["31/12/99"], ["D/M/YY"]),
        (["05/16/19"], ["M/D/YY"]),
        (["06-MAY-2019", "7-jun-2019"], ["D-MMM-YYYY"]),
        (["06-MAY-39"], ["D-MMM-YY"]),
        (["6-MAY-19"], ["D-MMM-YY"]),
        # with and without times
        (["2019-05-06", "2019-05-06 9:30"], ["YYYY-M-D", "YYYY-M-D h:mm"]),
        (
            ["2019-05-06T00:00:00.123+08:00", "2019-05-06T00:00:00Z"],
            ["YYYY-M-DTh:mm:ssZ", "YYYY-M-DTh:mm:ss.fZ"],
        ),
        (["5/6/2019 9:05 PM", "5/26/2019 12:05 AM"], ["M/D/YYYY h:mm a"]),
        (["20190506", "201905061230"], ["YYYYMMDD", "YYYYMMDDhhmm"]),
        (["20190506123000+0800"], ["YYYYMMDDhhmmssZ"]),
        # no day of the calendar, but no other order either: the cell is set aside later
        (["2019-02-30"], ["YYYY-M-D"]),
        (["", None, " 2019-05-06 "], ["YYYY-M-D"]),
        (["", None], []),
    ],
)
def test_what_the_values_prove(texts, formats):
    assert inferred(*texts) == formats


@pytest.mark.parametrize(
    ("texts", "what", "rule"),
    [
        (["5/6/2019", "6/7/2019"], "order of the dates in column 'Visit date' is not proved",
         "D/M/YYYY fits 2, M/D/YYYY fits 2"),
        (["19/05/06", "19/05/07"], "is not proved", "D/M/YY fits 2, YY/M/D fits 2"),
        (["06-MAY-19"], "is not proved", "D-MMM-YY fits 1, YY-MMM-D fits 1"),
        (["06 May 19"], "is not proved", "D MMM YY fits 1, YY MMM D fits 1"),
        # each order is excluded by a value
        (["14/6/2019", "7/13/2019"], "have no one form", "D/M/YYYY fits 1, M/D/YYYY fits 1"),
        (["2019-05-06", "13/5/2019"], "have no one form", "D/M/YYYY fits 1, YYYY-M-D fits 1"),
        (["2019-05-06", "pending"], "have no one form", "YYYY-M-D fits 1"),
        (["2019-13-05"], "have no one form", "no known form fits any"),
        (["1/1/0019", "13/1/0019"], "have no one form", "no known form fits any"),
        # numbers that count days or seconds
        (["43590", "43591"], "has numbers for dates", "numbers may count days"),
        (["43590.5"], "has numbers for dates", "numbers may count days"),
        (["1557100800"], "has numbers for dates", "numbers may count days"),
        (["1872720000000"], "has numbers for dates", "numbers may count days"),
    ],
)  # fmt: skip
def test_what_they_do_not_prove(texts, what, rule):
    with pytest.raises(UserError, match=what) as caught:
        inferred(*texts)
    assert rule in caught.value.rule
    assert caught.value.where.startswith((f"{WHERE}; row 1", f"{WHERE}; row 2"))
    assert "declare `formats`" in caught.value.do


def test_the_order_of_rows_changes_nothing():
    texts = [f"{day}/{month}/2019" for day in range(1, 14) for month in range(1, 12)]
    for seed in range(5):
        random.Random(seed).shuffle(texts)
        assert inferred(*texts) == ["D/M/YYYY"]


def test_days_up_to_12_are_refused_and_one_13th_proves():
    texts = [f"{day}/{month}/2019" for day in range(1, 13) for month in range(1, 13)]
    with pytest.raises(UserError, match="not proved"):
        inferred(*texts)
    assert inferred(*texts, "13/1/2019") == ["D/M/YYYY"]
    assert inferred(*texts, "1/13/2019") == ["M/D/YYYY"]
    with pytest.raises(UserError, match="no one form"):
        inferred(*texts, "13/1/2019", "1/13/2019")


def test_a_message_names_three_rows_and_shows_nothing_but_dates():
    texts = ["5/6/2019", "13800138000", "110101199003070038", "Zhang San", "138-0013-8000"] * 2
    with pytest.raises(UserError) as caught:
        inferred_formats(pl.Series(texts), "d", WHERE, rows=range(11, 21))
    assert caught.value.where == (
        f"{WHERE}; row 12: a number of 11 digits, row 13: a number of 18 digits,"
        " row 14: a text of another kind"
    )
    shown = str(caught.value)
    assert not re.search("138|Zhang|1101", shown)


def test_inferred_formats_hold_all_of_the_texts():
    texts = pl.Series(["1/2/19", "1/22/19 9:05", "12/2/19 13:05:59"])
    frame = texts.to_frame("text")
    formats = inferred_formats(texts, "d", WHERE)
    assert formats == ["M/D/YY", "M/D/YY h:mm", "M/D/YY h:mm:ss"]
    assert frame.select(matches_a_format(pl.col("text"), formats).all()).item()


def test_no_form_stands_twice():
    assert len(set(FORMS)) == len(FORMS)


def test_dates_of_the_ipop_file_are_proved_to_be_as_its_documentation_says():
    # ../shared/data/README.md: "dates as m/d/yy, four with a time"
    path = SHARED / "ipop" / "clinical_tests.txt"
    if not path.is_file():
        pytest.skip("the iPOP files are not here (../shared/data/ipop)")
    lines = [line.split("\t") for line in path.read_text("ascii").splitlines()]
    place = lines[0].index("CollectionDate")
    dates = pl.Series([line[place] for line in lines[1:] if line[place] != "NA"])
    assert inferred_formats(dates, "CollectionDate", WHERE) == ["M/D/YY", "M/D/YY h:mm"]
    assert dates.str.contains(":").sum() == 4


def test_dates_of_the_smart_file_are_iso_some_with_a_time():
    path = SHARED / "smart" / "labs.txt"
    if not path.is_file():
        pytest.skip("the SMART files are not here (../shared/data/smart)")
    lines = [line.split("\t") for line in path.read_text("utf-8").splitlines()]
    dates = pl.Series([line[lines[0].index("DATE")] for line in lines[1:]])
    assert inferred_formats(dates, "DATE", WHERE) == ["YYYY-M-D", "YYYY-M-DTh:mm:ss"]


# ------------------------------------------------------------------------------------- declared


@pytest.mark.parametrize(
    ("formats", "text"),
    [
        (["M/D/YYYY", "D/M/YYYY"], "11/12/2010"),
        (["DD.MM.YYYY", "M.D.YYYY"], "05.04.2003"),
        (["YY/M/D", "D/M/YY"], "10/11/12"),
        (["DD-MMM-YY", "YY-MMM-DD"], "03-Apr-05"),
        (["M/D/YYYY h:mm", "D/M/YYYY h:mm"], "11/12/2010 9:30"),
        (["YYYYMMDD", "DDMMYYYY"], "20101112"),
        (["hl7", "DDMMYYYY"], "05042003"),
        (["excel", "excel_1904"], "20000"),
        (["YYYY-MM-DD", "sas", "stata_ms"], "1500000000"),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_declared_formats_that_read_one_text_as_two_days(formats, text, turned):
    one, other, found = read_differently(formats[::-1] if turned else formats)
    assert {one, other} <= {*formats}
    same_shape = re.sub("[0-9]", "0", found) == re.sub("[0-9]", "0", text)
    assert same_shape or found.isdigit()


@pytest.mark.parametrize(
    "formats",
    [
        [], ["M/D/YYYY"], ["D/M/YYYY", "DD/MM/YYYY"], ["M/D/YY", "M/D/YY h:mm", "M/D/YYYY"],
        ["YYYY-MM-DD", "D/M/YYYY"], ["iso", "YYYY-MM-DD", "YYYY-M-D h:mm"], ["hl7", "YYYYMMDD"],
        ["YYYY-MM-DD", "excel"], ["D/M/YYYY", "M.D.YYYY"], ["YYYY年M月D日", "YYYY/M/D"],
        ["YYYYMMDD", "YYYYMMDDhhmm"], ["stata", "sas"],
    ],
)  # fmt: skip
def test_declared_formats_that_do_not(formats):
    # counts of one day 0 and one unit are one count
    assert read_differently(formats) is None


@pytest.mark.parametrize(
    ("source", "where"),
    [
        ({"date": {"column": "d", "formats": ["M/D/YYYY", "D/M/YYYY"]}}, "at date"),
        ({"reported": {"column": "d", "formats": ["M/D/YYYY", "D/M/YYYY"]}}, "at reported"),
        ({"attributes": {"birth_date": {"dates": ["M/D/YY", "D/M/YY"]}}},
         "at attributes > birth_date"),
    ],
)  # fmt: skip
def test_a_study_may_not_declare_them(source, where):
    assert _no_text_is_two_dates in RULES
    with pytest.raises(UserError, match="read the same text as different days") as caught:
        _no_text_is_two_dates(SimpleNamespace(sources={"a": source}))
    assert caught.value.where == f"config/sources/a.yaml, {where}"
