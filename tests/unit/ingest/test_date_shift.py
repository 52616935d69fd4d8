"""Dates shifted per person: intervals kept, the calendar lost."""

import hmac
from datetime import date, datetime

import polars as pl
import pytest
from labcohort.derive.age import age_at
from labcohort.ingest.date_shift import shift_days, shifted

KEY = b"a key of the tests, long enough"
PERSONS = pl.Series("person", [f"p{number:016x}" for number in range(20_000)])


def test_the_shift_comes_from_the_hmac_of_the_pseudonym():
    # RFC 2104 by the standard library; the first 64 bits as a share of the 60 days
    digest = hmac.new(KEY, b"date shift" + b"p00000000000000aa", "sha256").digest()
    share = int.from_bytes(digest[:8], "big") / 2**64
    expected = [*range(-30, 0), *range(1, 31)][int(share * 60)]
    assert shift_days(KEY, pl.Series(["p00000000000000aa"]), 30).to_list() == [expected]


@pytest.mark.parametrize("largest", [1, 7, 30])
def test_each_day_is_equally_likely_and_none_is_zero(largest):
    days = shift_days(KEY, PERSONS, largest)
    counts = days.value_counts()
    assert sorted(counts["days"]) == [*range(-largest, 0), *range(1, largest + 1)]
    # chi-squared with 2 * largest - 1 degrees of freedom: mean df, variance 2 df; five deviations
    due, freedom = len(PERSONS) / (2 * largest), 2 * largest - 1
    squared = sum((n - due) ** 2 / due for n in counts["count"])
    assert squared < freedom + 5 * (2 * freedom) ** 0.5


def test_the_same_person_has_the_same_shift_wherever_they_stand():
    days = shift_days(KEY, PERSONS, 180)
    again = shift_days(KEY, PERSONS.reverse(), 180).reverse()
    assert days.to_list() == again.to_list()
    twice = shift_days(KEY, pl.concat([PERSONS[:3], PERSONS[:3]]), 180).to_list()
    assert twice[:3] == twice[3:] == days[:3].to_list()


def test_another_key_gives_another_shift():
    ours, other = shift_days(KEY, PERSONS, 180), shift_days(KEY + b"!", PERSONS, 180)
    # of 360 days, one in 360 is the same by chance: 56 of 20,000
    assert 20 < (ours == other).sum() < 120


def test_nobody_has_no_shift():
    nobody = pl.Series("person", [None, PERSONS[0]], pl.String)
    assert shift_days(KEY, nobody, 30).to_list()[0] is None
    assert shift_days(KEY, nobody.head(1), 30).to_list() == [None]
    assert shift_days(KEY, nobody.head(0), 30).to_list() == []


@pytest.fixture
def frame() -> pl.DataFrame:
    """Two persons with birth, infusion and a result."""
    return pl.DataFrame(
        {
            "person": [PERSONS[1], PERSONS[1], PERSONS[2]],
            "birth_date": [date(1960, 2, 29), date(1960, 2, 29), date(1975, 12, 31)],
            "sample_date": [date(2019, 6, 1), date(2019, 12, 30), date(2020, 2, 28)],
            "reported": ["2019-06-01T23:59:59", "2019-12-31", None],
            "seen": [datetime(2019, 6, 1, 8), datetime(2019, 12, 30, 8), None],
        }
    )


def test_intervals_within_a_person_are_kept_to_the_day(frame):
    after = shifted(frame, ["birth_date", "sample_date", "reported"], KEY, 365)
    assert after.schema == frame.schema
    assert (after["sample_date"] != frame["sample_date"]).all()

    def lived(table: pl.DataFrame) -> list[int]:
        return (table["sample_date"] - table["birth_date"]).dt.total_days().to_list()

    assert lived(after) == lived(frame)
    first, second = after["sample_date"][:2]
    assert (second - first).days == 212  # 29 of June, 31 31 30 31 30, 30 of December


def test_the_time_of_day_stays(frame):
    after = shifted(frame, ["reported", "seen"], KEY, 30)
    days = shift_days(KEY, frame["person"], 30).to_list()
    moved = date.fromordinal(date(2019, 6, 1).toordinal() + days[0])
    assert after["reported"].to_list()[0] == f"{moved.isoformat()}T23:59:59"
    assert after["reported"].to_list()[2] is None
    assert after["seen"].to_list()[0] == datetime.combine(moved, datetime(2019, 6, 1, 8).time())
    assert after["sample_date"].to_list() == frame["sample_date"].to_list()


def test_a_shift_can_be_undone(frame):
    columns = ["birth_date", "sample_date", "reported", "seen"]
    there = shifted(frame, columns, KEY, 365)
    assert not there.equals(frame)
    assert shifted(there, columns, KEY, 365, back=True).equals(frame)


def test_completed_years_differ_by_one_at_most_and_seldom():
    people = pl.DataFrame({"person": PERSONS}).with_columns(
        birth_date=date(1950, 1, 1) + pl.duration(days=pl.int_range(pl.len())),
        sample_date=date(2019, 6, 1) + pl.duration(days=pl.int_range(pl.len()) * 37 % 700),
    )
    people = people.with_columns(pl.col("birth_date", "sample_date").cast(pl.Date))
    age = age_at(pl.col("birth_date"), pl.col("sample_date"))
    before = people.select(age).to_series()
    after = shifted(people, ["birth_date", "sample_date"], KEY, 180).select(age).to_series()
    difference = (after - before).abs()
    assert difference.max() <= 1
    # so many years are one of two numbers of days: only who is at a birthday to the day can differ
    assert 0 < (difference == 1).mean() < 2 / 365


def test_dates_of_nobody_become_null(frame):
    nobody = frame.with_columns(person=pl.lit(None, pl.String))
    after = shifted(nobody, ["sample_date", "reported"], KEY, 30)
    assert after["sample_date"].null_count() == after["reported"].null_count() == 3
