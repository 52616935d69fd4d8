"""Texts in the study's language."""

import pytest
from labcohort.publish.words import said, say

WORDS = {
    "no pairs": "无配对",
    "no test: {reason}": "未检验：{reason}",
    "{n} of {all} values": "{all}个值中的{n}个",
    "{n} of {all} values are limits": "{all}个值中有{n}个为限值",
    "shares rest on the same; a share describes": "比例基于相同数据；仅作描述",
    "{first}; {next}": "{first}；{next}",
}
HOW = {"words": WORDS}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no pairs", "无配对"),
        # what stands for a name is translated, too
        ("no test: no pairs", "未检验：无配对"),
        ("no test: bad luck", "未检验：bad luck"),
        # the text with the most words of its own is the one that is meant
        ("3 of 8 values are limits", "8个值中有3个为限值"),
        ("3 of 8 values", "8个值中的3个"),
        ("no pairs; unknown; no test: no pairs", "无配对；unknown；未检验：无配对"),
        # a text with a semicolon of its own
        (
            "shares rest on the same; a share describes; no pairs",
            "比例基于相同数据；仅作描述；无配对",
        ),
        ("unknown {text}", "unknown {text}"),
    ],
)
def test_a_text_that_an_earlier_stage_made(text, expected):
    assert said(HOW, text) == expected


def test_in_english_a_text_is_as_it_was_made():
    assert said({"words": {}}, "no pairs; no test: {x}") == "no pairs; no test: {x}"


def test_a_text_is_filled_in_and_stays_english_without_a_translation():
    assert say(HOW, "no test: {reason}", reason="x") == "未检验：x"
    assert say(HOW, "{n} pairs", n=3) == "3 pairs"
