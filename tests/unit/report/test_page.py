"""The page: one file without network, its structure, and the same bytes every time."""

from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from labcohort.publish.tables.table import Cell
from labcohort.report.page import page, sort_key

from tests.unit.report.made import HOW, found


class Seen(HTMLParser):
    """The tags of a page with their attributes, and the text within style and script."""

    def __init__(self, text: str):
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.inside: dict[str, str] = {}
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._open = tag

    def handle_endtag(self, tag):
        self._open = ""

    def handle_data(self, data):
        if self._open in ("style", "script"):
            self.inside[self._open] = self.inside.get(self._open, "") + data

    def of(self, name: str) -> list[dict]:
        return [attributes for tag, attributes in self.tags if tag == name]


@pytest.fixture(scope="module")
def seen() -> Seen:
    return Seen(page(found(), HOW))


def test_the_policy_allows_the_page_s_own_style_and_script_and_no_network(seen):
    [policy] = [m["content"] for m in seen.of("meta") if "http-equiv" in m]
    assert policy.startswith("default-src 'none'; img-src data:;")
    for kind in ("style", "script"):
        hashed = b64encode(sha256(seen.inside[kind].encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{hashed}'" in policy
    assert not any("style" in a or "onclick" in a for _, a in seen.tags)


def test_nothing_is_fetched(seen):
    used = [a[name] for _, a in seen.tags for name in ("src", "href") if name in a]
    assert used and all(link.startswith(("#", "data:")) for link in used)


def test_links_and_descriptions_lead_to_what_is_there_once(seen):
    ids = [a["id"] for _, a in seen.tags if "id" in a]
    assert len(ids) == len(set(ids))
    for _, attributes in seen.tags:
        asked = [
            attributes[n]
            for n in ("aria-labelledby", "aria-describedby", "aria-controls")
            if n in attributes
        ]
        asked += [attributes["href"][1:]] if "href" in attributes else []
        assert set(asked) <= set(ids)


def test_tables_have_captions_and_headers_with_scope(seen):
    assert len(seen.of("caption")) == len(seen.of("table")) > 5
    assert all(a.get("scope") in ("col", "row", "rowgroup") for a in seen.of("th"))


def test_a_page_of_made_up_data_says_so_and_another_does_not():
    text = page(found(), HOW)
    assert text.count('<p class="synthetic">SYNTHETIC') == 2
    assert "(SYNTHETIC)</title>" in text and '@top-right { content: "SYNTHETIC DATA"' in text
    # the word stands in the glossary
    assert page(found(), HOW | {"synthetic": False}).count("SYNTHETIC") == 1


def test_texts_are_escaped():
    text = page(found(), HOW | {"title": "<script>alert(1)</script>"})
    assert "<script>alert" not in text and "a note &lt;of&gt; this line" in text


def test_the_language_is_that_of_the_study():
    how = HOW | {"language": "zh", "words": {"In short": "概要", "Report": "报告"}}
    text = page(found(), how)
    assert '<html lang="zh">' in text and ">概要</h2>" in text and "<title>报告: " in text


def test_the_same_run_gives_the_same_bytes():
    assert page(found(), HOW) == page(found(), dict(reversed(HOW.items())))


@pytest.mark.parametrize(
    ("cell", "key"),
    [
        (Cell("7.77 ± 0.10", (7.7666666666666666, 0.1), 2), "7.766666666666667"),
        (Cell("<5", (None,)), ""),
        (Cell("text"), ""),
    ],
)
def test_a_cell_is_sorted_by_its_first_number(cell, key):
    assert sort_key(cell) == key
