"""Captions as reStructuredText: what docutils and Jinja make of them is the plain text again."""

import re
from html import unescape

import pytest
from docutils.core import publish_parts
from jinja2 import Environment
from labcohort.report.captions import restructured


def read_back(text: str) -> list[str]:
    """Paragraphs as Snakemake's report shows a caption (snakemake.report.FileRecord.render)."""
    rendered = Environment(trim_blocks=True, lstrip_blocks=True).from_string(text).render()
    body = publish_parts(rendered, writer="html", settings_overrides={"report_level": 1})
    return [unescape(p) for p in re.findall(r"<p>(.*?)</p>", body["body"], re.DOTALL)]


@pytest.mark.parametrize(
    "paragraph",
    [
        "6 months: mean ± SEM, paired t test. Change from baseline; p not adjusted.",
        "a *b* c, `code`, |x| and insulin_ with <LOD and [1]_ or ** and back\\slash",
        "- not a list",
        "1. not a list either",
        "a) nor this",
        "(i) nor this",
        ".. not a comment",
        "Note:: not literal::",
        "{{ 1 + 1 }} {% if %} {# not a remark #}",
        "=====",
        ":field: no field",
        "#. not numbered",
        "| no line block",
        ">>> no doctest",
    ],
)
def test_a_paragraph_reads_as_it_was(paragraph):
    assert read_back(restructured([paragraph])) == [paragraph]


def test_paragraphs_stay_apart_and_lines_of_one_together():
    assert read_back(restructured(["One\n====", "", "two"])) == ["One ====", "two"]
