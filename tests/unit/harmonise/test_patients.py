"""The patient table: attributes typed, identical rows one; contradictions are in test_identity."""

from datetime import date

import polars as pl
import pytest
from labcohort.errors import UserError
from labcohort.harmonise.patients import harmonise_patients

from schemas.harmonised import Patients
from schemas.quality import Quarantine

HOW = {
    "attributes": {
        "sex": {"column": "Sex", "codes": {"M": "male", "F": "female"}},
        "birth_date": {"column": "Born", "dates": ["D/M/YYYY", "YYYY-MM-DD"]},
        "dose": {"column": "Dose", "number": True},
        "events": {"column": "Events", "text": True},
    },
    "missing": ["NA"],
    "decimal": ".",
}
GOOD = {"Sex": "F", "Born": "5/6/1960", "Dose": "50", "Events": "none"}
ID = "p00000000000000a1"[:17]


@pytest.fixture
def table(cells):
    """The patient table's cells, from rows (person, row number, what differs from `GOOD`)."""

    def frame(*rows: tuple) -> pl.DataFrame:
        return cells(
            *(
                {"person": person, "row": row, "column": column, "analyte": column,
                 "value_text": text, "date_text": None, "unit_text": None}
                for person, row, other in rows
                for column, text in (GOOD | other).items()
            )
        )  # fmt: skip

    return frame


def test_attributes_are_typed(table):
    found = harmonise_patients(table((ID, 2, {"Dose": "70.5"})), HOW)
    assert Patients.validate(found.people, lazy=True).to_dicts() == [
        {
            "person": ID,
            "age": None,
            "birth_date": date(1960, 6, 5),
            "dose": 70.5,
            "events": "none",
            "sex": "female",
        }
    ]
    assert found.quarantine.is_empty()
    assert found.places.rows() == [(ID, "raw/site.csv", None, 2)]


@pytest.mark.parametrize("token", ["", "NA"])
@pytest.mark.parametrize(
    ("column", "attribute"),
    [("Sex", "sex"), ("Born", "birth_date"), ("Dose", "dose"), ("Events", "events")],
)
def test_a_missing_attribute_is_null_and_no_fault(table, column, attribute, token):
    found = harmonise_patients(table((ID, 2, {column: token})), HOW)
    assert found.people.item(0, attribute) is None
    assert found.quarantine.is_empty()


@pytest.mark.parametrize(
    ("column", "text", "attribute", "rule"),
    [
        ("Sex", "W", "sex", "unknown_code"),
        ("Sex", "m", "sex", "unknown_code"),
        ("Born", "1960", "birth_date", "undeclared_date_format"),
        ("Born", "31/2/1960", "birth_date", "invalid_date"),
        ("Dose", "much", "dose", "unparseable_value"),
    ],
)
def test_an_unreadable_attribute_is_null_and_set_aside(table, column, text, attribute, rule):
    found = harmonise_patients(table((ID, 2, {column: text})), HOW)
    assert found.people.item(0, attribute) is None
    record = Quarantine.validate(found.quarantine, lazy=True).row(0, named=True)
    assert (record["rule"], record["column"], record["raw_value"]) == (rule, column, text)
    assert (record["row"], record["marker"], record["person"]) == (2, None, ID)
    assert f"'{text}'" in record["reason"]


SHIFTED = {"privacy": {"shift_days": 180}}


@pytest.mark.parametrize(
    ("text", "form"), [("1960", "9999"), ("31/2/1960", "99/9/9999"), ("5 May 60", "9 aaa 99")]
)
def test_where_dates_are_shifted_no_reason_shows_a_true_one(table, text, form):
    given = table((ID, 2, {"Born": text}))
    records = harmonise_patients(given, HOW | SHIFTED).quarantine
    [reason] = records["reason"]
    assert f"'{form}'" in reason and text not in reason
    # the list is restricted, and has the file's own text to look for
    assert records.item(0, "raw_value") == text


def test_known_attributes_that_a_study_lacks_are_null(table):
    how = HOW | {"attributes": {"dose": HOW["attributes"]["dose"]}}
    people = harmonise_patients(table((ID, 2, {})), how).people
    assert people.schema == pl.Schema(
        {
            "person": pl.String,
            "age": pl.Float64,
            "birth_date": pl.Date,
            "dose": pl.Float64,
            "sex": pl.String,
        }
    )


def test_identical_rows_are_one_person(table):
    found = harmonise_patients(table((ID, 2, {}), ("p2", 3, {}), (ID, 4, {})), HOW)
    assert found.people.get_column("person").to_list() == [ID, "p2"]
    # the first row stands for both
    assert found.places.select("person", "row").rows() == [(ID, 2), ("p2", 3)]
    assert found.quarantine.is_empty()


def test_rows_that_read_the_same_are_one_person(table):
    found = harmonise_patients(table((ID, 2, {}), (ID, 3, {"Born": "1960-06-05"})), HOW)
    assert found.people.height == 1 and found.quarantine.is_empty()


def test_a_row_without_a_person_is_set_aside_cell_by_cell(table):
    found = harmonise_patients(table((ID, 2, {}), (None, 3, {"Dose": ""})), HOW)
    assert found.people.height == 1
    assert found.quarantine.select("row", "column", "rule").rows() == [
        (3, column, "missing_person") for column in ("Born", "Events", "Sex")
    ]


def test_patients_are_sorted_whatever_the_order_of_the_file(table):
    rows = [("p3", 2, {}), ("p1", 3, {}), ("p2", 4, {})]
    people = harmonise_patients(table(*rows), HOW).people
    assert people.get_column("person").to_list() == ["p1", "p2", "p3"]


@pytest.mark.parametrize("code", ["{}", "{M}", "{M: 1}"])
def test_braces_in_a_code_are_text(table, code):
    sex = {"column": "Sex", "codes": {code: "male", "F": "female"}}
    how = HOW | {"attributes": HOW["attributes"] | {"sex": sex}}
    found = harmonise_patients(table((ID, 2, {"Sex": code}), ("p2", 3, {"Sex": "{}?"})), how)
    assert found.people.item(0, "sex") == "male"
    assert found.quarantine.item(0, "reason") == (
        f"'{{}}?' is none of the declared codes: {code}, F"
    )


def test_thousands_are_read_as_the_source_declares_them(table):
    rows = [("p1", 2, {"Dose": "1,000"}), ("p2", 3, {"Dose": "1,000,000.5"})]
    found = harmonise_patients(table(*rows), HOW | {"thousands": ","})
    assert found.people.get_column("dose").to_list() == [1000.0, 1000000.5]
    assert found.quarantine.is_empty()
    # undeclared they are no number
    assert harmonise_patients(table(*rows), HOW).quarantine.height == 2


def test_a_table_without_any_row_that_is_asked_for_stops(cells):
    with pytest.raises(UserError, match="lists no person: no row is one of") as caught:
        harmonise_patients(cells().clear(), HOW)
    assert "`rows`" in caught.value.do


def test_a_table_in_which_no_row_names_a_person_stops(table):
    frame = table((None, 2, {}), (None, 3, {}))
    with pytest.raises(UserError, match="lists no person: no row has an id") as caught:
        harmonise_patients(frame, HOW)
    assert "`person`" in caught.value.do


# ------------------------------------------------------- dates of birth, against the other dates

DATED = HOW | {
    "attributes": {
        "birth_date": {"column": "Born", "dates": ["D/M/YY", "D/M/YYYY"]},
        "infusion_date": {"column": "Treated", "dates": ["YYYY-MM-DD"]},
        "seen": {"column": "Seen", "dates": ["YYYY-MM-DD"]},
    }
}


@pytest.fixture
def births(cells):
    """Births found in rows (person, born, treated, seen): the patients by person, and the rules."""

    def found(*rows: tuple, **more):
        frame = cells(
            *(
                {"person": person, "row": row, "column": column, "analyte": column,
                 "value_text": text, "date_text": None, "unit_text": None}
                for row, (person, *texts) in enumerate(rows, 2)
                for column, text in zip(("Born", "Treated", "Seen"), texts, strict=True)
            )
        )  # fmt: skip
        result = harmonise_patients(frame, DATED | more)
        aside = Quarantine.validate(result.quarantine, lazy=True)
        rules = aside.select("row", "rule", "reason").iter_rows()
        people = dict(result.people.select("person", "birth_date").iter_rows())
        return people, {row: (rule, reason) for row, rule, reason in rules}

    return found


# by hand: the person is 0 to 120 years old on 2016-06-22 in the century that is written down
@pytest.mark.parametrize(
    ("born", "year"),
    [("5/6/60", 1960), ("5/6/73", 1973), ("5/6/68", 1968), ("5/6/17", 1917), ("23/6/16", 1916),
     ("5/6/99", 1999), ("29/2/20", 1920), ("22/6/1950", 1950), ("29/2/2000", 2000)],
)  # fmt: skip
def test_the_century_of_a_birth_is_the_one_in_which_the_person_could_be_there(births, born, year):
    people, aside = births(("p1", born, "2016-06-22", ""))
    assert people["p1"].year == year and not aside
    assert (people["p1"].day, people["p1"].month) == tuple(map(int, born.split("/")[:2]))


@pytest.mark.parametrize(
    ("born", "treated", "why"),
    [
        ("5/6/05", "2016-06-22", "both centuries fit the other dates"),  # 11 or 111 years
        ("22/6/16", "2016-06-22", "both centuries fit the other dates"),  # on the day, or 100
        ("5/6/60", "1950-06-22", "no century fits the other dates"),
        ("5/6/10", "2131-06-22", "no century fits the other dates"),  # 121 or 221 years
    ],
)
def test_a_century_that_is_not_proved_is_set_aside(births, born, treated, why):
    people, aside = births(("p1", born, treated, ""))
    assert people == {"p1": None}
    rule, reason = aside[2]
    assert rule == "invalid_date" and why in reason and f"'{born}'" in reason


def test_a_birth_without_a_century_shows_its_form_where_dates_are_shifted(births):
    _, aside = births(("p1", "5/6/05", "2016-06-22", ""), **SHIFTED)
    assert aside[2][1].startswith("'9/9/99' has a year of two digits")


def test_a_leap_day_is_of_the_one_century_that_has_it(births):
    # 1900 was no leap year
    people, aside = births(("p1", "29/2/00", "2016-06-22", ""))
    assert people == {"p1": date(2000, 2, 29)} and not aside


def test_who_has_no_other_date_is_held_against_the_latest_of_the_table(births):
    people, aside = births(
        ("p1", "5/6/40", "", ""), ("p2", "5/6/50", "2016-06-22", "2018-01-31"),
        ("p3", "5/6/17", "", ""), ("p4", "5/6/18", "", ""),
    )  # fmt: skip
    # in 2018 p3 is one year old or 101; p4 is not born in June 2018
    assert people == {
        "p1": date(1940, 6, 5), "p2": date(1950, 6, 5), "p3": None, "p4": date(1918, 6, 5),
    }  # fmt: skip
    assert set(aside) == {4}


def test_without_any_other_date_no_century_is_guessed(births):
    people, aside = births(("p1", "5/6/60", "", ""), ("p2", "5/6/1960", "", ""))
    assert people == {"p1": None, "p2": date(1960, 6, 5)}
    assert aside[2][0] == "invalid_date" and "no other date" in aside[2][1]


def test_a_birth_after_another_date_of_the_person_is_set_aside(births):
    people, aside = births(
        ("p1", "23/6/2016", "2016-06-22", "2018-01-31"),
        ("p2", "22/6/2016", "2016-06-22", ""),  # born on the day
        ("p3", "1/2/2018", "2019-06-22", "2018-01-31"),
        ("p4", "1/2/2018", "", ""),
    )
    assert people == {
        "p1": None, "p2": date(2016, 6, 22), "p3": None, "p4": date(2018, 2, 1),
    }  # fmt: skip
    words = "the birth date is after the person's "
    assert aside == {
        2: ("birth_after", words + "infusion_date"), 4: ("birth_after", words + "seen"),
    }  # fmt: skip


@pytest.mark.parametrize("turned", [False, True])
def test_the_other_date_may_stand_in_another_row_of_the_person(births, turned):
    rows = [("p1", "5/6/60", "", ""), ("p1", "", "1985-06-22", ""), ("p2", "", "2070-01-01", "")]
    people, aside = births(*(rows[::-1] if turned else rows))
    assert people["p1"] == date(1960, 6, 5) and not aside
