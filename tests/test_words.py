"""The words that people read: no cause is claimed in the code's own texts, nor in their Chinese."""

import csv

import pytest

from tests.running import HOME
from tests.words import ALLOWED, CHINESE, ENGLISH, said, says_synthetic, scanned, text_of

PACKAGE = HOME / "workflow" / "labcohort"
# tables with texts that are printed as they are -> their columns
PRINTED = {
    "resources/markers.tsv": ("label", "label_zh"),
    "resources/ckd_stages.tsv": ("label", "label_zh"),
    "resources/methods.tsv": ("label", "label_zh"),
    "resources/chinese.tsv": ("english", "chinese"),
    "config/cohorts.tsv": ("label", "label_zh"),
    "config/visits.tsv": ("label", "label_zh"),
    "config/eligibility.tsv": ("label", "label_zh"),
    "config/figures.tsv": ("title", "title_zh"),
    "config/tables.tsv": ("title", "title_zh"),
}


@pytest.mark.parametrize(
    "text",
    [
        "HbA1c showed an improvement", "the effect of treatment", "a significant reduction",
        "Effective in 12 %", "caused by the infusion", "fell due to the cells", "a good response",
        "which led to lower values", "increased from 5 to 6", "responders", "decreasing trend",
        "thanks to the treatment", "the benefit", "efficacy", "has improved", "reduces",
        "疗效显著", "血糖改善", "治疗有效", "导致下降", "HbA1c降低了0.3", "应答率",
    ],
)  # fmt: skip
def test_a_planted_word_is_found(text):
    assert scanned(text, "here")


@pytest.mark.parametrize(
    "text",
    [
        "Change from baseline; the study has no control group.",
        "HbA1c fell from 7.77 to 7.52, and was lower in 120 of 215.", "effect size d_z",
        "Effect sizes and their intervals", "responsible person", "a level that rose",
        "G2: Mildly decreased", "基线后变化", "效应量（d_z）", "保留4位有效数字", "较基线下降",
    ],
)  # fmt: skip
def test_plain_words_pass(text):
    assert scanned(text, "here") == []


def test_an_allowed_phrase_hides_no_word_beside_it():
    found = scanned("the effect size of this effect", "here")
    assert [hit.word for hit in found] == ["effect"]
    assert "this effect" in found[0].around


@pytest.mark.parametrize("phrase", ALLOWED)
def test_each_allowed_phrase_has_its_reason_and_is_needed(phrase):
    assert ALLOWED[phrase]
    assert ENGLISH.search(phrase) or CHINESE.search(phrase)


def test_a_page_and_a_picture_are_read_without_their_tags(tmp_path):
    page = tmp_path / "page.html"
    page.write_text(
        "<style>.effect {}</style><p class='effect'>An <b>im</b>provement &amp; more</p>"
        "<svg><text>a reduction</text></svg>",
        "utf-8",
    )
    assert [hit.word for hit in scanned(text_of(page), "")] == ["improvement", "reduction"]
    # of letters that are drawn as paths the text stands in a comment
    picture = tmp_path / "picture.svg"
    picture.write_text("<svg><!-- the benefit --><path d='M 0 0'/></svg>", "utf-8")
    assert [hit.word for hit in scanned(text_of(picture), "")] == ["benefit"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,synthetic\n1,SYNTHETIC\n2,SYNTHETIC\n", True),
        ("a,synthetic\n1,SYNTHETIC\n2,\n", False),
        ("a\nSYNTHETIC\n", False),
        ("a,synthetic\n", True),
    ],
)
def test_a_table_says_in_every_line_that_it_is_synthetic(tmp_path, text, says):
    path = tmp_path / "table.csv"
    path.write_text(text, "utf-8")
    assert says_synthetic(path) == says


def test_what_the_code_says_claims_no_cause():
    texts = list(said(PACKAGE))
    assert len(texts) > 20
    assert [hit for where, text in texts for hit in scanned(text, where)] == []


def test_a_text_that_is_no_literal_is_refused(tmp_path):
    (tmp_path / "module.py").write_text("say(how, name)\n", "utf-8")
    with pytest.raises(ValueError, match="no literal"):
        list(said(tmp_path))


def test_what_is_passed_on_to_a_template_is_read_there(tmp_path):
    (tmp_path / "page.py").write_text("render(say=lambda text: say(how, text))\n", "utf-8")
    (tmp_path / "page.html.j2").write_text(
        "<p>{{ say('Of \\'all\\'') }}{{ say(\"It's\") }}", "utf-8"
    )
    assert [text for _, text in said(tmp_path)] == ["Of 'all'", "It's"]


@pytest.mark.parametrize("table", PRINTED)
def test_what_tables_have_printed_claims_no_cause(table):
    with (HOME / table).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    texts = [(row.get(column) or "") for row in rows for column in PRINTED[table]]
    assert [hit for text in texts for hit in scanned(text, table)] == []
