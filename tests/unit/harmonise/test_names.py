"""Names of analytes as files spell them. Which are the same is read off by hand."""

import unicodedata

import pytest
from labcohort.errors import UserError
from labcohort.harmonise.names import (
    LOOK_ALIKES,
    FoldedName,
    difference,
    folded_name,
    match_names,
    names_of_codes,
)

CYRILLIC_A, CYRILLIC_ES = "\N{CYRILLIC CAPITAL LETTER A}", "\N{CYRILLIC SMALL LETTER ES}"


@pytest.mark.parametrize(
    ("one", "other", "how"),
    [
        ("HbA1c", "HBA1C", "case"),
        ("HDL-C", "HDL_C", "blanks"),
        ("HDL-C", "HDL C", "blanks"),
        ("HDL-C", "HDL–C", "blanks"),
        ("HDL-C", " HDL-C ", "blanks"),
        ("HDL-C", "HDL\u200b-C", "blanks"),
        ("Na", "Na.", "blanks"),
        ("A/G", "A.G", "blanks"),
        ("空腹血糖", "空腹 血糖", "blanks"),
        ("Glucose(mg/dL)", "Glucose (mg/dL)", "blanks"),
        ("γ-谷氨酰转移酶", "γ谷氨酰转移酶", "blanks"),
        ("ALT", "ＡＬＴ", "width"),
        ("血糖(空腹)", "血糖（空腹）", "width"),
        ("µmol", "μmol", "width"),
        ("HbA1c", f"Hb{CYRILLIC_A}1{CYRILLIC_ES}", "look-alike"),
        ("Testosterone", "\N{GREEK CAPITAL LETTER TAU}estosterone", "look-alike"),
        ("糖化血红蛋白HbA1c", f"糖化血红蛋白Hb{CYRILLIC_A}1c", "look-alike"),
        ("HDL-C", "hdl c", "case, blanks"),
        ("HDL-C", "ｈｄｌ＿ｃ", "case, blanks, width"),
    ],
)
def test_two_spellings_of_one_name(one, other, how):
    assert folded_name(one) == folded_name(other)
    assert difference(other, one) == difference(one, other) == how


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # a sign between letters is not nothing: AG is the anion gap, A/G a ratio
        ("A/G", "AG"),
        ("HDL-C", "HDLC"),
        ("LDL", "HDL"),
        ("K+", "K"),
        ("HbA1", "HbA1c"),
        # a Russian word is no Latin one, though each of its letters looks so: AST is not ACT
        ("АСТ", "ACT"),
        ("АЛТ", "AЛT"),
        # Greek letters that mean something
        ("γGT", "yGT"),
        ("αFP", "aFP"),
        ("μg", "ug"),
        ("μg", "mg"),
        ("白蛋白", "总蛋白"),
    ],
)
def test_two_names(one, other):
    assert folded_name(one) != folded_name(other)


def test_folding_twice_is_folding_once():
    for name in (
        "HDL-C",
        " Hb А1с (%)",
        "ＡＬＴ",
        "γ-谷氨酰转移酶",
        "Straße",
        "10⁹/L",
        "İ",
        "-",
        "",
    ):
        assert folded_name(folded_name(name)) == folded_name(name)


def test_look_alikes_are_foreign_letters_and_single_latin_ones():
    for foreign, latin in LOOK_ALIKES.items():
        assert unicodedata.name(foreign).startswith(("CYRILLIC ", "GREEK "))
        assert latin.isascii() and latin.isalpha() and len(latin) == 1
        assert foreign.isupper() == latin.isupper()


def test_a_name_is_matched_as_it_is_written_first():
    matches = match_names(["ALB", "Alb"], ["ALB", "Alb"])
    assert matches.keys == {"ALB": "ALB", "Alb": "Alb"}
    assert matches.folded == []


def test_a_folded_match_is_reported_with_how_it_differs():
    matches = match_names(["hdl_c", "HDL-C", "LDL", "CRP"], ["HDL-C", "LDL"])
    assert matches.keys == {"hdl_c": "HDL-C", "HDL-C": "HDL-C", "LDL": "LDL"}
    assert matches.folded == [FoldedName("hdl_c", "HDL-C", "case, blanks")]


def test_a_name_that_folds_to_two_keys_is_refused():
    with pytest.raises(UserError, match="'alb' may be 'ALB' or 'Alb'") as caught:
        match_names(["alb"], ["Alb", "ALB"], where="config/sources/a.yaml")
    assert caught.value.where == "config/sources/a.yaml"
    assert "list 'alb' too" in caught.value.do


def test_two_keys_that_mean_the_same_are_one():
    albumin, other = {"marker": "ALB"}, {"marker": "ALT"}
    assert match_names(["alb"], {"Alb": albumin, "ALB": albumin}).keys == {"alb": "ALB"}
    with pytest.raises(UserError):
        match_names(["alb"], {"Alb": albumin, "ALB": other})


def test_a_name_of_signs_alone_is_no_other():
    matches = match_names(["-", "_"], ["-"])
    assert matches.keys == {"-": "-"}


@pytest.mark.parametrize(
    ("pairs", "names"),
    [
        ([("A1", "HbA1c"), ("A1", "HbA1c"), ("C1", "Creatinine")],
         {"A1": "HbA1c", "C1": "Creatinine"}),
        # one name, however it is typed, and no name in some rows
        ([("A1", "HbA1c"), ("A1", "hba1c "), ("A1", "")], {"A1": "HbA1c"}),
        ([("A1", ""), ("A2", " ")], {}),
        # two names of one code, two codes of one name: serum, or urine
        ([("A1", "HbA1c"), ("A1", "Haemoglobin")], {}),
        ([("CR", "Creatinine"), ("UCR", "creatinine")], {}),
        # LOINC's 2161-8 is creatinine in urine, whatever a laboratory calls it
        ([("2161-8", "Creatinine")], {}),
    ],
)  # fmt: skip
def test_a_name_stands_for_a_code_where_each_belongs_to_the_other(pairs, names):
    assert names_of_codes(pairs) == names_of_codes(pairs[::-1]) == names


def test_the_order_of_names_and_keys_changes_nothing():
    names, keys = ["alt", "ALT ", "AST", "ast", "x", "y"], ["ALT", "AST"]
    assert match_names(names, keys) == match_names(names[::-1], keys[::-1])
