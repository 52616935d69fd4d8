"""The page: it stands alone, can be read by all, and shows nothing of a single person."""

import re
from html.parser import HTMLParser

import polars as pl
import pytest
from labcohort.provenance import canonical_json, digest
from labcohort.validate.flagged import COUNTS
from labcohort.validate.pictures import WIDTH, picture
from labcohort.validate.report import in_order, page
from labcohort.validate.verdict import document
from labcohort.validate.words import percent

from tests.unit.validate.made import PERSON, RAW, ledger_of, marker_row, profile_of, set_aside

VOID = {"meta", "br", "link", "img", "hr", "input", "rect", "line"}


class Page(HTMLParser):
    """The tags of a page with their attributes, those left open, and its text."""

    def __init__(self, text: str):
        super().__init__()
        self.tags, self.open, self.text = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def all(self, *names: str) -> list[dict]:
        return [attrs for tag, attrs in self.tags if tag in names]


@pytest.fixture
def shown(study, evidence):
    """The page of the small study, parsed; `told` changes what the job is told."""

    def parsed(told: dict | None = None, **more) -> Page:
        how = study(**(told or {}))
        return Page(page(document(evidence(**more), how), how))

    return parsed


def bars(n: int = 40) -> dict:
    return {"low": 2.0, "high": 10.0, "counts": [None, 5, 0, n], "scale": "linear"}


def with_histogram(**more) -> dict:
    a = profile_of(marker_row("TC", 88, 4.5, soft_high=9) | {"histogram": bars()})
    return {"profiles": {"a": a, "b": profile_of()} | more}


def test_it_is_whole_and_stands_alone(shown):
    found = shown(**with_histogram())
    assert found.open == []
    assert not found.all("script", "link", "img", "iframe", "object")
    assert all(a["href"].startswith("#") for a in found.all("a"))
    ids = [attrs["id"] for _, attrs in found.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for a in found.all("a")} <= set(ids)
    assert not any("http" in str(attrs) for _, attrs in found.tags)


def test_it_can_be_read_by_all(shown):
    found = shown(**with_histogram())
    assert found.all("html")[0]["lang"] == "en"
    assert len(found.all("main")) == len(found.all("h1")) == 1
    assert all("scope" in attrs for attrs in found.all("th"))
    assert len(found.all("caption")) == len(found.all("table"))
    assert all(attrs.get("aria-label") for attrs in found.all("svg"))
    labels = {attrs["aria-labelledby"] for attrs in found.all("section")}
    assert labels == {attrs["id"] for attrs in found.all("h2")}


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.1)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_texts_stand_out_from_white(study, evidence):
    """Contrast of at least 4.5 to 1 (WCAG 2.1, criterion 1.4.3) for every colour of text."""
    how = study()
    style = page(document(evidence(), how), how).split("</style>")[0]
    variables = dict(re.findall(r"(--\w+): (#[0-9a-f]{6})", style))
    texts = [c for name, c in variables.items() if name != "--line"]
    texts += re.findall(r"[^-]color: (#[0-9a-f]{6})", style)
    assert len(texts) >= 6
    for colour in texts:
        assert 1.05 / (luminance(colour) + 0.05) >= 4.5, colour


def test_the_summary_comes_first_in_plain_words(shown):
    text = " ".join(" ".join(shown().text).split())
    start = text.index("Validation report")
    order = ["The run stops here", "Of 200 result cells, 178 are used", "What to look at",
             "more of a source's results were set aside"]  # fmt: skip
    places = [text.index(words, start) for words in order]
    assert places == sorted(places)
    assert "a: 2 of 90 cells (2.2 %); threshold: 2 %" in text
    assert "raw/a.csv, row 3, column 'result'" in text


def test_under_each_item_stands_what_to_do(shown, rows):
    text = " ".join(" ".join(shown().text).split())
    do = {row["rule"]: row["do"] for row in rows}
    for rule in ("set_aside_share", "unparseable_value", "hard_limit"):
        assert f"({rule}) What to do: {do[rule]} " in text
    # of what nothing broke nothing is to do
    assert do["invalid_date"] not in text


def test_attributes_of_persons_are_counted_apart_from_results(shown):
    aside = pl.concat([set_aside("people", "unknown_code", "birth_after", marker=None),
                       set_aside("a", "hard_limit", "unparseable_value")])  # fmt: skip
    text = " ".join(" ".join(shown(quarantine=aside).text).split())
    assert "2 set aside as bad" in text
    assert "Of the patient table, 2 attributes are set aside." in text
    assert "Of the patient table" not in " ".join(shown().text)


def test_the_end_says_what_the_page_was_made_from(shown, study):
    files = {f"data/*.csv (file {n:02})": f"{n:016x}" for n in range(1, 61)}
    told = {"made_from": {"a": {"mapping": "feed" * 4, "files": files}}}
    text = " ".join(" ".join(shown(told).text).split())
    end = text[text.rindex("Made from") :]
    assert f"a mapping, config/sources/a.yaml {'feed' * 4}" in end
    assert "a data/*.csv (file 01) 0000000000000001" in end
    # of many files the first are named
    assert "(file 50)" in end and "(file 51)" not in end and "and 10 more files" in end
    assert digest(canonical_json(study(**told))) in end and "polars 2" in end


TIMEPOINTS = [{"timepoint": t, "label": label} for t, label in
              (("baseline", "Baseline"), ("month_6", "6 months"))]  # fmt: skip


@pytest.mark.parametrize(
    ("visits", "declared", "ordered"),
    [
        # as the source declares them, whatever they are called
        ({"12", "6", "Baseline"}, ["Baseline", "6", "12"], ["Baseline", "6", "12"]),
        ({"V1", "V0"}, ["V1", "V0"], ["V1", "V0"]),
        # as the study's timepoints, by name or label
        ({"6 months", "baseline", "3 weeks"}, [], ["baseline", "6 months", "3 weeks"]),
        # by their numbers, which are no texts; what stands for others is the last
        ({"(other)", "visit 12", "screening", "visit 6"}, [],
         ["screening", "visit 6", "visit 12", "(other)"]),
    ],
)  # fmt: skip
def test_visits_stand_in_their_order(visits, declared, ordered):
    assert in_order(visits, declared, TIMEPOINTS) == ordered


def test_visits_of_a_source_are_columns_in_its_order(shown):
    of = profile_of(marker_row("TC", 88, 4.5))
    of["analytes"] = [of["analytes"][0] | {"visit": visit} for visit in ("12", "6", "Baseline")]
    told = {"visits": {"a": ["Baseline", "6", "12"], "b": []}}
    text = " ".join(shown(told, profiles={"a": of, "b": profile_of()}).text)
    places = [text.index(f"empty, {visit}") for visit in ("Baseline", "6", "12")]
    assert places == sorted(places)


def test_a_study_without_anything_to_look_at(shown):
    flags = pl.DataFrame(schema=COUNTS)
    ledger = pl.concat([ledger_of("a", 100, 10), ledger_of("b", 100, 10)])
    text = " ".join(shown(quarantine=set_aside("a"), flags=flags, ledger=ledger).text)
    assert "No rule is over its threshold." in text and "Nothing to look at" in text


def test_nothing_of_a_cell_or_person_is_shown(study, evidence):
    how = study()
    found = page(document(evidence(), how), how)
    assert RAW not in found and PERSON not in found


def test_names_of_a_file_are_text_and_no_markup(study, evidence):
    how = study(title="<b>& co")
    analyte = "<script>alert(1)</script>"
    of = profile_of(marker_row("TC", 88, 4.5))
    of["analytes"][0]["analyte"] = analyte
    folded = [{"seen": "<i>", "key": "TC", "how": "case"}]
    of["names_folded"] = folded
    found = page(document(evidence(profiles={"a": of, "b": profile_of()}), how), how)
    assert analyte not in found and "<i>" not in found and "<b>& co" not in found
    assert "&lt;script&gt;alert(1)" in found and "&lt;b&gt;&amp; co" in found


@pytest.mark.parametrize("synthetic", [True, False])
def test_the_word_synthetic(shown, synthetic):
    assert ("SYNTHETIC" in " ".join(shown({"synthetic": synthetic}).text)) == synthetic


def test_what_a_delivery_and_a_person_changed(shown):
    kept = {"same": 9, "added": 0, "gone": 0, "changed": 0}
    analytes = [kept | {"analyte": "ALT"}, kept | {"analyte": "AST", "changed": 5}]
    cells = {"same": 1090, "gone": 3}
    delivery = {"cells": cells, "persons": {"added": 2}, "analytes": analytes}
    delivery["first"] = {"gone": [], "changed": []}
    a = profile_of(corrections={"B. Lee": 4}, proposals={"n": 6, "first": []})
    text = " ".join(shown(profiles={"a": a, "b": profile_of()}, deliveries={"a": delivery}).text)
    for words in ("3 gone, 1,090 same", "2 added", "B. Lee: 4", "6 values are plausible"):
        assert words in " ".join(text.split()), words
    assert "AST" in text and "ALT" not in text  # what stayed as it was is not listed


@pytest.mark.parametrize(
    ("share", "said"),
    [(0, "0.0 %"), (0.00004, "<0.01 %"), (0.0013, "0.13 %"), (0.5, "50.0 %"), (None, "")],
)
def test_shares_in_per_cent(share, said):
    assert percent(share) == said


LIMITS = {"soft_low": 2, "soft_high": 8, "hard_low": None, "hard_high": None}


def test_a_picture_shows_the_bins_and_what_is_beyond_the_limits():
    found = picture(bars(), LIMITS)
    # a bin of 0 is not drawn, one of few is a stub of its own kind, the fullest the highest
    assert [bar["hidden"] for bar in found["bars"]] == [True, False, False]
    assert max(bar["height"] for bar in found["bars"]) == found["bars"][-1]["height"]
    assert len(found["lines"]) == 2
    # 8 lies at three quarters of the bins from 2 to 10
    left, right = found["bars"][0]["x"], found["shades"][-1]["x"]
    end = found["bars"][-1]["x"] + found["bars"][-1]["width"]
    assert (right - left) / (end - left) == pytest.approx(0.75, abs=0.02)


@pytest.mark.parametrize("scale", ["linear", "log"])
@pytest.mark.parametrize("soft", [(None, None), (0, 1e6), (5, 6), (100, 200), (0.01, 0.02)])
def test_a_picture_stays_in_its_frame(scale, soft):
    limits = LIMITS | {"soft_low": soft[0], "soft_high": soft[1]}
    found = picture(bars() | {"scale": scale}, limits)
    for part in (*found["bars"], *found["shades"]):
        assert part["x"] >= 0 and part["width"] >= 0
        assert part["x"] + part["width"] <= WIDTH + 0.2
    assert all(0 <= x <= WIDTH for x in found["lines"])
    assert picture(None, limits) is None
