"""What is shown of texts that could not be read: their form, and the key that reads them."""

import polars as pl
import pytest
from labcohort.harmonise.seen_forms import form_of, seen_dates, seen_numbers


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("31.12.2019", "99.99.9999"),
        ("3-Jan-19 7:05", "9-aaa-99 9:99"),
        ("２０１９年5月", "9999a9a"),
        ("seen by Dr Émile Duprès on Monday", "aaaa aa aa aaaaa aaaaaa aa aaa"),
    ],
)
def test_a_form_has_no_digit_and_no_letter_of_the_text(text, form):
    assert pl.select(form_of(pl.lit(text))).item() == form


def test_dates_are_told_by_the_form_that_most_have_beside_the_declared_ones():
    texts = pl.Series(["31.12.2019", "2019", "01.02.2020"])
    said = "most of these dates are written 99.99.9999; formats declared: D/M/YYYY, iso"
    assert seen_dates(texts, ["D/M/YYYY", "iso"]) == said
    assert seen_dates(texts, []).endswith("none, for the column proves its own")


@pytest.mark.parametrize(
    ("texts", "decimal", "said"),
    [
        # 5,123 beside 5,1 is no group of thousands
        (["5,1", "5,2", "5,123"], ".", "written 9,9; decimal: of the source is now '.'"),
        (["1.5", "0.7"], ",", "written 9.9; decimal: of the source is now ','"),
        (["1,500", "2,500"], ".", "written 9,999; thousands: of the source is now 'none'"),
    ],
)
def test_the_key_that_reads_the_numbers_is_named(texts, decimal, said):
    assert seen_numbers(pl.Series(texts), decimal) == f"most of these numbers are {said}"


@pytest.mark.parametrize("texts", [["haemolysed", "5,1", "clotted"], ["see note"]])
def test_other_texts_are_not_shown(texts):
    assert seen_numbers(pl.Series(texts), ".") == ""
