"""The fates of result cells by source, from a ledger, and the rules by verdict."""

import json

import pytest
from labcohort.publish.figures import quality

from schemas.quality import FATES
from schemas.validation import VERDICTS

HOW = {"title": "Cells", "words": {}, "language": "en", "minimum_cell": 5}
LEDGER = """source\tstage\tkind\tfate\treason\tcells
b\tingest\tin\t\t\t100
b\tingest\tout\t\t\t100
b\tharmonise\tin\t\t\t100
b\tharmonise\tfate\tmissing\t\t10
b\tharmonise\tfate\tset_aside\thard_limit\t3
b\tharmonise\tout\t\t\t87
b\tderive\tfate\tset_aside\tunknown_person\t2
b\tderive\tout\t\t\t85
b\tcohorts\tin\t\t\t85
b\tcohorts\tfate\tineligible\tcriterion 1\t15
b\tcohorts\tout\t\t\t70
a\tingest\tin\t\t\t8
a\tharmonise\tfate\tmissing\t\t8
a\tcohorts\tout\t\t\t0
"""


@pytest.fixture
def data(tmp_path) -> dict:
    ledger, document = tmp_path / "ledger.tsv", tmp_path / "validation.json"
    ledger.write_text(LEDGER)
    document.write_text(json.dumps({"rules": [{"verdict": "ok"}] * 7 + [{"verdict": "warn"}] * 2}))
    return quality.read({"ledger": [str(ledger)], "validation": [str(document)]}, HOW)


def test_the_fates_of_a_source_add_up_over_the_stages(data):
    assert list(data["fates"]) == ["a", "b"]
    own = data["fates"]["b"]
    assert own == dict.fromkeys(quality.FATES, 0) | {
        "used": 70, "missing": 10, "set_aside": 5, "ineligible": 15,
    }  # fmt: skip
    assert sum(own.values()) == 100
    assert data["verdicts"] == {"ok": 7, "warn": 2, "error": 0, "critical": 0}


def test_every_fate_and_verdict_that_there_is_has_a_look_of_its_own():
    assert {*quality.FATES} == {"used", *FATES} == {*quality.fates(HOW)}
    assert [*quality.VERDICTS] == VERDICTS == [*quality.verdict_names(HOW)]
    for looks in (quality.FATES, quality.VERDICTS):
        assert len(set(looks.values())) == len(looks)


def test_bars_are_shares_of_a_sources_cells(data):
    bars, strip = quality.draw(data, HOW).axes
    widths = [[round(bar.get_width(), 6) for bar in c.patches] for c in bars.containers]
    # 70, 10, 0, 0, 5, 15 and 0 of 100; 8 of 8 missing
    assert widths == [[0, 0.7], [1, 0.1], [0, 0], [0, 0], [0, 0.05], [0, 0.15], [0, 0]]
    assert [t.get_text() for t in bars.texts if "cells" in t.get_text()] == ["8 cells", "100 cells"]
    # a number where there is room: not in a part of 5 %
    assert {t.get_text() for t in bars.texts} >= {"70", "10", "15"}
    assert "5" not in {t.get_text() for t in bars.texts}
    texts = [t.get_text() for t in strip.get_legend().get_texts()]
    assert texts == ["met: 7", "to look at: 2", "error: 0", "critical: 0"]


def test_the_table_has_every_count(data):
    rows = quality.source(data, HOW).rows()
    assert ("result cells", "b", "ineligible", 15) in rows
    assert ("rules", None, "warn", 2) in rows
    assert len(rows) == 2 * len(quality.FATES) + len(quality.VERDICTS)
