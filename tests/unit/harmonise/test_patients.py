"""The patient table: attributes typed, identical rows one; contradictions are in test_identity."""

from datetime import date

import polars as pl
import pytest
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
