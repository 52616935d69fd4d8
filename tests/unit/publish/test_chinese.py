"""resources/chinese.tsv has all that is printed, and nothing that is not."""

import ast
import csv
import re
from pathlib import Path

import pytest
from labcohort.publish.words import say

HOME = Path(__file__).resolve().parents[3]
NAMES = re.compile(r"\{(\w*)[^}]*\}")
# {{ say("…") }} in a template
IN_TEMPLATE = re.compile(r"""\bsay\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")

SAY = re.compile(r"\bsay\(")


def said_in(text: str) -> list[str]:
    """First texts of all calls of `say` in a module."""
    tree = ast.parse(text)
    # a `say` that a template is given says what its one argument is: the template's texts are read
    given = {
        ast.dump(node.body): node.args.args[0].arg
        for node in ast.walk(tree)
        if isinstance(node, ast.Lambda) and node.args.args
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say":
            words = node.args[1]
            if isinstance(words, ast.Name) and words.id == given.get(ast.dump(node)):
                continue
            assert isinstance(words, ast.Constant), ast.unparse(node)
            found.append(words.value)
    return found


def said() -> set[str]:
    """All texts that any module or template prints."""
    package = HOME / "workflow/labcohort"
    found = [t for path in package.rglob("*.py") for t in said_in(path.read_text("utf-8"))]
    for path in package.rglob("*.j2"):
        text = path.read_text("utf-8")
        literal = IN_TEMPLATE.findall(text)
        assert len(literal) == len(SAY.findall(text)), f"{path.name} says what is no literal"
        found += map(ast.literal_eval, literal)
    return set(found)


def catalogue() -> dict[str, str]:
    with (HOME / "resources/chinese.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]
    return dict(rows)


def test_all_that_is_printed_has_its_chinese():
    assert sorted(said() - catalogue().keys()) == []


def test_no_text_begins_or_ends_with_a_blank():
    # of a table's cells these are taken away: such a text would never be found
    texts = [text for pair in catalogue().items() for text in pair] + list(said())
    assert [text for text in texts if text != text.strip()] == []


def test_the_names_to_fill_in_are_the_same():
    for english, chinese in catalogue().items():
        assert sorted(NAMES.findall(english)) == sorted(NAMES.findall(chinese)), english


def test_a_text_is_said_in_the_language_of_the_study():
    how = {"words": {"{n} pairs": "{n}对"}}
    assert say(how, "{n} pairs", n=3) == "3对"
    assert say(how, "no pairs") == "no pairs"


@pytest.mark.parametrize("text", ['say(how, "a {n}", n=1)', "say(how, 'a {n}')"])
def test_what_is_said_is_found(text):
    assert said_in(text) == ["a {n}"]
    assert [ast.literal_eval(t) for t in IN_TEMPLATE.findall("{{ say('x \"y\"') }}")] == ['x "y"']


def test_what_is_said_of_a_variable_is_refused_but_in_a_template_s_own_say():
    assert said_in("page(say=lambda text, **values: say(how, text, **values))") == []
    for wrong in ("say(how, text)", "lambda text: say(how, other)"):
        with pytest.raises(AssertionError):
            said_in(wrong)
