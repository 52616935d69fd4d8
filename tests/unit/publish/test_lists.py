"""Names in a sentence and sentences in a paragraph, in both languages."""

import pytest
from labcohort.publish.lists import commas, listed, paragraph

ENGLISH = {"language": "en", "words": {}}
CHINESE = {
    "language": "zh",
    "words": {"{first}, {next}": "{first}、{next}", "{first} and {last}": "{first}和{last}"},
}


@pytest.mark.parametrize(
    ("how", "commaed", "named"),
    [(ENGLISH, "a, b, c", "a, b and c"), (CHINESE, "a、b、c", "a、b和c")],
)
def test_names(how, commaed, named):
    assert commas(how, iter("abc")) == commaed
    assert listed(how, "abc") == named
    assert (listed(how, []), listed(how, ["a"])) == ("", "a")


@pytest.mark.parametrize(("how", "text"), [(ENGLISH, "A. B."), (CHINESE, "A.B.")])
def test_empty_sentences_leave_no_gap(how, text):
    assert paragraph(how, ["A.", "", "B."]) == text
