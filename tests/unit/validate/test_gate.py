"""The gate's message: a line a rule and source, why so much was set aside, and what to do.

Documents are written by hand, as schemas.validation has them.
"""

import pytest
from labcohort.errors import UserError
from labcohort.validate.gate import LINES, check_verdict

PLACE = {"file": "raw/a.csv", "sheet": None, "row": 7, "column": "result"}


def part(source: str, failed: int, tried: int, verdict: str, **more) -> dict:
    share = failed / tried
    counts = {"source": source, "tried": tried, "failed": failed, "share": share}
    return counts | {"threshold": 0.02, "severity": verdict, "verdict": verdict, "why": None,
                     "first": [], "found": []} | more  # fmt: skip


def rule(name: str, *parts: dict, kind: str = "share", trials: str = "cells") -> dict:
    return {"rule": name, "kind": kind, "trials": trials, "do": f"mend {name}", "sources": parts}


def aside(name: str, failed: int, row: int, severity: str = "warn") -> dict:
    own = {"threshold": None, "first": [PLACE | {"row": row}]}
    return rule(name, part("a", failed, 100, severity, **own), kind="aside")


def refused(*rules: dict) -> UserError:
    with pytest.raises(UserError) as caught:
        check_verdict({"verdict": "critical", "rules": rules}, "the/report.html")
    return caught.value


TOO_MANY = rule("set_aside_share", part("a", 30, 100, "critical"))


def test_the_commonest_reasons_are_named_with_counts_and_the_first_place():
    reasons = (("unknown_unit", 9, 4), ("invalid_date", 20, 7), ("hard_limit", 1, 2))
    said = refused(TOO_MANY, *(aside(*row) for row in reasons))
    assert said.what == "the data are not fit to be compared: a"
    assert said.where == "the/report.html"
    assert said.rule == (
        "a, set_aside_share: 30 of 100 cells (30.0 %); threshold: 2 %; set aside by invalid_date 20"
        " (first in raw/a.csv, row 7, column 'result'), unknown_unit 9, hard_limit 1"
    )
    # what helps is to mend what was set aside most
    assert said.do.splitlines() == [
        "invalid_date: mend invalid_date",
        "only if the data are so: another threshold of the rule in config/rule_settings.tsv",
    ]


def test_what_counts_in_no_share_is_no_reason():
    said = refused(TOO_MANY, aside("cancelled", 50, 2, "none"), aside("hard_limit", 30, 3))
    assert "cancelled" not in str(said) and "set aside by hard_limit 30" in said.rule


def test_reasons_of_a_source_are_said_once():
    found = [{"subject": "TC", "n": 12, "measure": 1.0, "note": ""}]
    marker = part("a", 1, 5, "critical", found=found, threshold=0.25)
    marker = rule("marker_set_aside_share", marker, kind="finding", trials="markers")
    said = refused(TOO_MANY, marker, aside("unknown_unit", 30, 4))
    lines = said.rule.splitlines()
    assert "set aside by unknown_unit 30" in lines[0]
    assert lines[1] == (
        "a, marker_set_aside_share: 1 of 5 markers; threshold: 25 %; TC: 100.0 % of 12 results"
    )
    # each is said once
    assert [line.split(":")[0] for line in said.do.splitlines()] == [
        "unknown_unit", "marker_set_aside_share", "only if the data are so",
    ]  # fmt: skip
    assert "set aside by unknown_unit 30" in refused(marker, aside("unknown_unit", 30, 4)).rule


@pytest.mark.parametrize(
    ("name", "measure", "n", "note", "words"),
    [
        ("outside_soft_limits", 0.5, 40, "20 below, 0 above",
         "TC: 50.0 % of 40 values; 20 below, 0 above"),
        ("median_far_beyond_reference", 18.04, 90, "above the reference range",
         "TC: a factor of 18 (90 values); above the reference range"),
        ("nothing_used", 1.0, 90, "", "TC: none of 90 filled cells"),
        ("name_of_another_marker", 1.0, 1, "mapped to HDL", "TC; mapped to HDL"),
    ],
)  # fmt: skip
def test_a_finding_is_said_in_words(name, measure, n, note, words):
    found = [{"subject": "TC", "n": n, "measure": measure, "note": note}]
    own = part("a", 1, 1, "critical", found=found, threshold=None)
    said = refused(rule(name, own, kind="finding", trials="markers"))
    assert said.rule == f"a, {name}: 1 of 1 markers; {words}"


@pytest.mark.parametrize(
    ("kind", "said"), [("flag", "computed values"), ("finding", "all sources")]
)
def test_what_is_of_no_source_is_computed_or_of_all(kind, said):
    error = refused(rule("r", part(None, 9, 9, "critical"), kind=kind))
    assert error.what.endswith(f": {said}") and error.rule.startswith(f"{said}, r: ")


def test_a_message_can_still_be_read_however_much_is_wrong():
    rules = [rule(f"r{n}", part(f"s{n}", 9, 9, "critical")) for n in range(20)]
    said = refused(*rules)
    lines = said.rule.splitlines()
    assert len(lines) == LINES + 1 and lines[-1] == "and 12 more: see the report"
    assert len(said.do.splitlines()) == LINES + 1


def test_what_is_not_critical_passes():
    check_verdict({"verdict": "error", "rules": [rule("r", part("a", 9, 9, "error"))]}, "")
