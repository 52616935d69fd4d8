"""What a row of results says of its person, held against the patient table.

Two people whose rows carry one id: expected is what a reader of both files would see.
"""

from datetime import date

import polars as pl
import pytest
from labcohort.harmonise.cells import harmonise_cells
from labcohort.harmonise.claims import place_texts

from schemas.harmonised import Values
from schemas.quality import Quarantine

WOMAN, MAN, STRANGER = (f"p{n:016x}" for n in (1, 2, 3))
CLAIMS = {
    "sex": {"column": "Sex", "codes": {"M": "male", "F": "female"}},
    "birth_date": {"column": "Born", "formats": ["D/M/YYYY"]},
}
PATIENTS = pl.DataFrame(
    {
        "person": [WOMAN, MAN],
        "sex": ["female", None],
        "birth_date": [date(1960, 6, 5), date(1970, 1, 2)],
    }
)
PLACES = pl.DataFrame(
    {"person": [WOMAN, MAN], "file": ["p.csv", "p.xlsx"], "sheet": [None, "Old"], "row": [2, 9]},
    schema_overrides={"sheet": pl.String},
)


@pytest.fixture
def judged(cells, mapping):
    """Row -> reason of the rows that are set aside as another person's; `None` of the others."""

    def judge(*given: dict, claims: dict = CLAIMS) -> dict[int, str | None]:
        how = mapping | {"claims": claims}
        result = harmonise_cells(cells(*given), how, PATIENTS, place_texts(PLACES))
        Values.validate(result.values, lazy=True)
        aside = Quarantine.validate(result.quarantine, lazy=True)
        assert set(aside.get_column("rule")) <= {"one_id_two_people"}
        return dict.fromkeys(result.values.get_column("row").to_list()) | dict(
            aside.select("row", "reason").iter_rows()
        )

    return judge


@pytest.mark.parametrize(
    ("said", "which"),
    [
        ({"sex_text": "F", "birth_text": "5/6/1960"}, None),
        ({"sex_text": "M", "birth_text": "5/6/1960"}, "sex"),
        ({"sex_text": "F", "birth_text": "6/5/1960"}, "date of birth"),
        ({"sex_text": "M", "birth_text": "6/5/1960"}, "sex and date of birth"),
        # what the row leaves out, or says in no code and no format, contradicts nothing
        ({"sex_text": "", "birth_text": ""}, None),
        ({"sex_text": None, "birth_text": None}, None),
        ({"sex_text": "?", "birth_text": "1960"}, None),
        ({"sex_text": "", "birth_text": "6/5/1960"}, "date of birth"),
    ],
)
def test_a_row_of_another_person_is_set_aside(judged, said, which):
    reason = f"the {which} of this row is not that of the id's person in p.csv, row 2"
    assert judged({"person": WOMAN} | said) == {2: reason if which else None}


@pytest.mark.parametrize(
    ("said", "flag"),
    [
        ({"sex_text": "F", "birth_text": "5/6/1960"}, None),
        ({"sex_text": " F ", "birth_text": " 5/6/1960"}, None),
        # another form than the declared one claims nothing, and is counted
        ({"sex_text": "F", "birth_text": "1960/06/05"}, "unreadable_claim"),
        ({"sex_text": "f", "birth_text": "5/6/1960"}, "unreadable_claim"),
        ({"sex_text": "?", "birth_text": ""}, "unreadable_claim"),
        ({"sex_text": "", "birth_text": None}, None),
        # a declared missing text says nothing
        ({"sex_text": "NA", "birth_text": "-"}, None),
    ],
)
def test_a_claim_that_cannot_be_read_is_flagged(cells, mapping, said, flag):
    given = cells({"person": WOMAN} | said)
    result = harmonise_cells(given, mapping | {"claims": CLAIMS}, PATIENTS, place_texts(PLACES))
    assert result.values.get_column("flag").to_list() == [flag]


def test_the_reason_names_the_sheet_of_the_patient_table(judged):
    said = {"person": MAN, "birth_text": "3/1/1970"}
    assert judged(said)[2].endswith("person in p.xlsx, sheet Old, row 9")


@pytest.mark.parametrize("person", [MAN, STRANGER])
def test_what_the_patient_table_does_not_know_contradicts_nothing(judged, person):
    assert judged({"person": person, "sex_text": "F"}) == {2: None}


def test_one_claim_alone_may_be_declared(judged):
    said = {"person": WOMAN, "sex_text": "M", "birth_text": "6/5/1960"}
    only_birth = judged(said, claims={"birth_date": CLAIMS["birth_date"]})
    assert only_birth[2].startswith("the date of birth of this row")
    assert judged(said, claims={"sex": CLAIMS["sex"]})[2].startswith("the sex of this row")


def test_only_the_rows_of_the_other_person_go(judged):
    good, bad = ({"person": WOMAN, "sex_text": sex} for sex in "FM")
    assert [row for row, why in judged(good, bad, good, bad).items() if why] == [3, 5]


def test_without_claims_nothing_is_compared(cells, mapping):
    result = harmonise_cells(cells({"person": WOMAN, "sex_text": "M"}), mapping)
    assert result.quarantine.is_empty()


def test_no_reason_says_who(judged):
    reason = judged({"person": WOMAN, "sex_text": "M", "birth_text": "6/5/1960"})[2]
    assert not any(text in reason for text in (WOMAN, "1960", "male", "'M'"))


@pytest.mark.parametrize(("born", "other"), [("5/6/60", False), ("5/6/61", True), ("6/5/60", True)])
def test_a_birth_with_two_digits_of_the_year_claims_no_century(judged, born, other):
    """60 is of 1960 or of 2060 by the calendar alone; the woman was born in 1960."""
    claims = {"birth_date": {"column": "Born", "formats": ["D/M/YY"]}}
    given = {"person": WOMAN, "birth_text": born}
    (reason,) = judged(given, claims=claims).values()
    assert (reason is not None) == other
