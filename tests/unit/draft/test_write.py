"""A draft's YAML says what was meant, whatever names a file has. It is read back by PyYAML."""

import random

import pytest
import yaml
from labcohort.draft.entries import Entry
from labcohort.draft.write import flow, scalar, yaml_text
from labcohort.study.yaml_files import parse_yaml

NASTY = ["", " ", "yes", "no", "null", "~", "1", "1e5", "0x1f", "2020-01-01", "a: b", "a #b", "- a",
         "{a}", "[a", "a, b", "'", '"', "\\", "é", "肌酐(μmol/L)", "a\nb", "a\tb", "\x85", "\u2028",
         "\x7f", "😀", "%", "@a", "`a", "&a", "*a", "!a", "|", ">", "?", "a.", ".inf", "on", "N",
         "12:30", "=", "<<"]  # fmt: skip


@pytest.mark.parametrize("text", NASTY)
def test_texts_stay_themselves(text):
    assert yaml.safe_load(scalar(text)) == text
    assert parse_yaml(f"a: [{scalar(text)}]\n".encode(), "draft") == {"a": [text]}


@pytest.mark.parametrize("seed", range(60))
def test_any_names_and_comments(seed):
    draw = random.Random(seed)
    signs = "".join(NASTY) + "abcXYZ 0123456789"
    words = ["".join(draw.choices(signs, k=draw.randint(1, 12))) for _ in range(8)]
    names = {word: draw.choice([word, words, {"marker": word}]) for word in words[:5]}
    comment = "".join(draw.choices(signs, k=20))
    entries = [
        Entry("analytes", names, comment, [comment], {name: comment for name in names}),
        Entry("ignore", list(names), comment, comments={name: comment for name in names}),
        Entry("missing", list(names) * 3 + ["x" * 200], comment),
    ]
    text = yaml_text(entries, [comment])
    assert parse_yaml(text.encode(), "draft") == {
        "analytes": names, "ignore": list(names), "missing": list(names) * 3 + ["x" * 200],
    }  # fmt: skip


def test_values_on_a_line():
    value = {"column": "date", "formats": ["D/M/YYYY", "excel"], "labels": True, "limit": 0.15}
    assert yaml.safe_load(flow(value)) == value
