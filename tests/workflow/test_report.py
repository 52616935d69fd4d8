"""The report in a browser, from a file and without network; and Snakemake's own report."""

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from labcohort.report.page import page

from tests.browser import Browser
from tests.running import snakemake
from tests.unit.report.made import HOW, found, table

# of text and its ground, by WCAG 2.2 (1.4.3): the ratio of their relative luminances
CONTRAST = """
(() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgb = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return Array.from(canvas.getImageData(0, 0, 1, 1).data);
  };
  const luminance = ([r, g, b]) => {
    const of = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    return 0.2126 * of(r) + 0.7152 * of(g) + 0.0722 * of(b);
  };
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const colour = rgb(getComputedStyle(e).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const ratio = (one, other) => {
    const [a, b] = [luminance(one), luminance(other)].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  };
  const own = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
  const found = [...document.body.querySelectorAll("*")]
    .filter((e) => own(e) && e.tagName !== "SCRIPT")
    .map((e) => [ratio(rgb(getComputedStyle(e).color), ground(e)), e.tagName, e.className]);
  for (const button of document.querySelectorAll("thead button")) {
    const arrow = rgb(getComputedStyle(button, "::after").color);
    found.push([ratio(arrow, ground(button)), "::after", ""]);
  }
  return found.sort((a, b) => a[0] - b[0])[0];
})()
"""
# the visible lines of a table, below their headings
LINES = """
[...document.querySelectorAll("#rows-NAME tbody")].filter((b) => !b.hidden)
  .map((b) => b.className ? "# " + b.textContent.trim() : b.rows[0].cells[COLUMN].textContent)
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory) -> Iterator[Browser]:
    opened = Browser(tmp_path_factory.mktemp("browser"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A small report of made-up tables."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    tables = [table(), table("renal", "estimates", 3)]
    path.write_text(page(found(tables=tables), HOW), "utf-8")
    return path


@pytest.fixture(params=["made", "demo"])
def report(request) -> Path:
    if request.param == "made":
        return request.getfixturevalue("made")
    return request.getfixturevalue("demo") / "results/report/report.html"


def lines(browser: Browser, name: str = "glycaemic", column: int = 0) -> list[str]:
    return browser.run(LINES.replace("NAME", name).replace("COLUMN", str(column)))


def focused(browser: Browser) -> str:
    return browser.run("document.activeElement.outerHTML.slice(0, 200)")


def test_it_opens_without_network_and_without_complaint(browser, report):
    browser.open(report)
    methods = [event.get("method") for event in browser.events]
    assert "Runtime.exceptionThrown" not in methods
    assert "Log.entryAdded" not in methods and "Runtime.consoleAPICalled" not in methods
    asked = [
        event["params"]["request"]["url"]
        for event in browser.events
        if event.get("method") == "Network.requestWillBeSent"
    ]
    assert report.as_uri() in asked
    assert all(url.startswith(("file:", "data:")) for url in asked)


def test_the_policy_stops_what_would_ask_the_network(browser, made):
    browser.open(made)
    browser.run(
        "document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.1:9/x.png'}))"
    )
    browser.run("new Promise((done) => setTimeout(done, 200))")
    said = [
        event["params"]["entry"]["text"]
        for event in browser.events
        if event.get("method") == "Log.entryAdded"
    ]
    assert any("Content Security Policy" in text for text in said)


def test_a_click_sorts_by_the_numbers_and_a_second_one_turns_them(browser, made):
    browser.open(made)
    header = "#rows-renal thead th:nth-child(2)"
    numbers = ["# Group one", "1", "# Group two", "2", "3"]
    assert lines(browser, "renal", 1) == numbers
    browser.click(f"{header} button")
    assert lines(browser, "renal", 1) == numbers
    assert browser.run(f"document.querySelector('{header}').ariaSort") == "ascending"
    browser.click(f"{header} button")
    assert lines(browser, "renal", 1) == ["# Group one", "1", "# Group two", "3", "2"]
    assert browser.run(f"document.querySelector('{header}').ariaSort") == "descending"
    assert browser.run("document.querySelectorAll('[aria-sort]').length") == 1


def test_numbers_are_not_sorted_as_texts(browser, made):
    browser.open(made)
    for _ in range(2):
        browser.click("#rows-glycaemic thead th:nth-child(2) button")
    shown = lines(browser, column=1)
    # as texts 10 would come last but one
    assert shown == ["# Group one", *"54321", "# Group two", "10", *"9876"]
    # a note stays with its line
    note = "[...document.querySelectorAll('#rows-glycaemic .note')].map(n => "
    assert browser.run(note + "n.closest('tbody').rows[0].cells[1].textContent)") == ["2"]


def test_the_keyboard_sorts_and_filters(browser, made):
    browser.open(made)
    browser.run("document.querySelector('#table-glycaemic input').focus()")
    browser.insert("group two")
    assert lines(browser) == ["# Group two", *(f"Marker {x}" for x in "fghij")]
    said = "document.querySelector('#table-glycaemic [role=status]').textContent"
    assert browser.run(said) == "5 of 10 rows"
    browser.insert(" marker")
    assert browser.run(said) == "5 of 10 rows"
    browser.insert(" nothing")
    assert lines(browser) == [] and browser.run(said) == "0 of 10 rows"
    browser.run(
        "(() => { const i = document.activeElement; i.value = '';"
        " i.dispatchEvent(new Event('input')); })()"
    )
    assert len(lines(browser)) == 12 and browser.run(said) == ""
    # the box that scrolls, then the two headers
    for _ in range(3):
        browser.press("Tab")
    assert "n pairs" in focused(browser)
    browser.press("Enter", "\r")
    browser.press(" ", " ")
    assert lines(browser, column=1)[1:6] == [*"54321"]
    visible = browser.run("getComputedStyle(document.activeElement).outlineStyle")
    assert visible == "solid"


def test_the_first_tab_leads_past_the_navigation(browser, made):
    browser.open(made)
    browser.press("Tab")
    assert "Skip to the content" in focused(browser)
    browser.press("Enter", "\r")
    assert browser.run("document.activeElement.id") == "content"


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_the_page_itself_never_scrolls_sideways(browser, report, width):
    browser.open(report, width)
    assert browser.run("document.documentElement.scrollWidth") <= width


def test_text_stands_out_from_its_ground(browser, report):
    browser.open(report)
    ratio, *where = browser.run(CONTRAST)
    assert ratio >= 4.5, where


def test_images_have_a_text_and_headings_their_order(browser, report):
    browser.open(report)
    images = browser.run("[...document.images].map((i) => [i.alt, i.naturalWidth])")
    assert images and all(alt and width for alt, width in images)
    levels = browser.run(
        "[...document.querySelectorAll('h1,h2,h3,h4')].map((h) => Number(h.tagName[1]))"
    )
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - level <= 1 for level, after in pairwise(levels))
    landmarks = browser.run(
        "['header', 'nav', 'main', 'footer'].map((n) => document.querySelectorAll(n).length)"
    )
    assert landmarks == [1, 1, 1, 1]


def test_it_prints(browser, made):
    browser.open(made)
    assert browser.pdf().startswith(b"%PDF")
    browser.call("Emulation.setEmulatedMedia", media="print")
    shown = "getComputedStyle(document.querySelector('{}')).display"
    assert browser.run(shown.format("nav")) == "none"
    assert browser.run(shown.format("thead")) == "table-header-group"
    # as boxes of their own they are missing from headers that are repeated on a next sheet
    assert browser.run(shown.format("thead button")) == "contents"
    browser.call("Emulation.setEmulatedMedia", media="")


def test_the_demo_s_report_has_its_known_numbers(demo):
    """Persons, and centres that the study prints (resources/published_results.tsv)."""
    text = (demo / "results/report/report.html").read_text("utf-8")
    for known in ("301 persons meet every criterion", "218 at 6 months", "83 at 12 months"):
        assert known in text
    assert "7.77 ± 0.10" in text and "5.86 [6.85]" in text
    assert 200_000 < len(text.encode()) < 10_000_000


def test_the_demo_s_report_names_no_person(demo):
    """No pseudonym, and none of the registry's own ids."""
    text = (demo / "results/report/report.html").read_text("utf-8")
    with (demo / "resources/demo/patients.csv").open(encoding="utf-8-sig") as file:
        ids = [line.split(",")[0] for line in file][1:]
    assert len(ids) > 300 and not [own for own in ids if re.search(rf"\b{re.escape(own)}\b", text)]


def test_snakemake_s_own_report_shows_the_same_figures_with_their_captions(demo, browser, tmp_path):
    path = tmp_path / "snakemake.html"
    code, said = snakemake(demo, "--report", str(path))
    assert code == 0, said
    browser.open(path)
    asked = [
        event["params"]["request"]["url"]
        for event in browser.events
        if event.get("method") == "Network.requestWillBeSent"
    ]
    assert all(url.startswith(("file:", "data:")) for url in asked)
    shown = browser.run("Object.values(results).map((r) => [r.name, r.caption])")
    captions = {name: re.sub("<[^>]+>", "", caption) for name, caption in shown}
    figures = sorted((demo / "results/figures").glob("*.svg"))
    assert figures
    for figure in figures:
        caption = " ".join(figure.with_suffix(".txt").read_text("utf-8").split())
        assert plain(caption) == plain(captions[figure.name])
    tables = json.loads((demo / "results/report/tables.json").read_text("utf-8"))
    assert all(table["title"] in captions[f"{table['name']}.html"] for table in tables)
    # a new look finds nothing to do: captions are no input of what they are about
    code, said = snakemake(demo, "--dry-run")
    assert code == 0 and "Nothing to be done" in said


def plain(text: str) -> str:
    """A caption without the marks that HTML writes otherwise."""
    for mark, sign in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"), ("&quot;", '"')):
        text = text.replace(mark, sign)
    return " ".join(text.split())
