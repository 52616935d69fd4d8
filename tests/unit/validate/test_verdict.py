"""Rules judged source by source, and the document that holds all of it."""

import dataclasses
from datetime import date

import polars as pl
import pytest
from labcohort.cohorts.timepoints import calendar
from labcohort.validate.counts import losses
from labcohort.validate.places import first_of_each
from labcohort.validate.verdict import document, summary

from schemas.validation import check_document
from tests.unit.validate.made import PERSON, RAW, ledger_of, marker_row, profile_of, set_aside


@pytest.fixture
def judged(study, evidence):
    """The document of the small study with these settings of rules and this evidence."""

    def made(*settings: tuple, told: dict | None = None, **more) -> dict:
        found = document(evidence(**more), study(*settings, **(told or {})))
        check_document(found)
        return found

    return made


def part(document: dict, rule: str, source: str | None) -> dict:
    """A rule's judgement in one source."""
    (row,) = [r for r in document["rules"] if r["rule"] == rule]
    (found,) = [p for p in row["sources"] if p["source"] == source]
    return found


def test_a_rule_is_tried_on_cells_that_are_neither_empty_nor_ignored(judged):
    found = part(judged(), "unparseable_value", "a")
    assert (found["tried"], found["failed"], found["verdict"]) == (90, 1, "warn")
    assert found["first"] == [{"file": "raw/a.csv", "sheet": None, "row": 2, "column": "result"}]
    clean = part(judged(), "unparseable_value", "b")
    assert (clean["tried"], clean["failed"], clean["verdict"]) == (90, 0, "ok")


def test_rules_of_derive_are_tried_on_what_came_to_it(judged):
    assert part(judged(), "unknown_person", "a")["tried"] == 88


def test_each_source_is_judged_by_itself_and_the_worst_counts(judged):
    # two of 90 are over 2 %; of both sources together they would not be
    found = judged()
    assert part(found, "set_aside_share", "a")["verdict"] == "critical"
    assert part(found, "set_aside_share", "b")["verdict"] == "ok"
    assert found["verdict"] == "critical"
    assert {of["source"]: of["verdict"] for of in found["sources"]} == {"a": "critical", "b": "ok"}
    assert found["rules"][0]["rule"] == "set_aside_share"


def test_a_study_may_take_severity_away_from_one_source(judged):
    found = judged(
        ("set_aside_share", "a", "none", None), ("unparseable_value", None, "error", None)
    )
    assert part(found, "set_aside_share", "a")["verdict"] == "ok"
    assert part(found, "set_aside_share", "a")["why"] == "because"
    assert found["verdict"] == "error"


def test_the_ceiling_is_the_studys(study, evidence):
    found = document(evidence(), study(ceiling=0.1))
    assert part(found, "set_aside_share", "a")["verdict"] == "ok"
    assert part(found, "set_aside_share", "a")["threshold"] == 0.1


def test_flags_of_derive_are_of_a_source_or_of_computed_values(judged):
    first = [{"file": "raw/a.csv", "sheet": None, "row": 9, "column": "result"}]
    of_a = profile_of(
        marker_row("TC", 88, 4.5), flags=[{"flag": "unreadable_range", "n": 7, "first": first}]
    )
    found = judged(profiles={"a": of_a, "b": profile_of(marker_row("TC", 90, 5.0))})
    own = part(found, "unreadable_range", "a")
    assert (own["tried"], own["failed"], own["first"]) == (88, 7, first)
    # 50 derived values
    pole = part(found, "near_pole", None)
    assert (pole["tried"], pole["failed"], pole["verdict"]) == (50, 3, "warn")
    # 88 of its own that cohorts was given
    delta = part(found, "delta_check", "a")
    assert (delta["tried"], delta["failed"], delta["verdict"]) == (88, 2, "ok")
    assert [at["row"] for at in delta["first"]] == [2, 3]
    assert part(found, "delta_check", "b")["failed"] == 0
    # a study may judge one source by it
    graver = judged(("delta_check", "a", "error", 0.01))
    assert part(graver, "delta_check", "a")["verdict"] == "error"


def test_attributes_of_persons_are_tried_on_filled_cells(judged):
    found = judged(quarantine=set_aside("people", "unknown_code", marker=None))
    own = part(found, "unknown_code", "people")
    assert (own["tried"], own["failed"], own["verdict"]) == (28, 1, "warn")
    assert found["patients"]["verdict"] == "warn"


def test_repeats_are_counted_and_not_judged(judged):
    repeats = pl.DataFrame(
        [("a", "derive", "fate", "duplicate", "identical_repeat", 4)],
        schema=ledger_of("a", 1, 0).schema, orient="row",
    )  # fmt: skip
    ledger = pl.concat([ledger_of("a", 100, 10), ledger_of("b", 100, 10), repeats])
    found = part(judged(ledger=ledger), "identical_repeat", "a")
    assert (found["failed"], found["verdict"]) == (4, "ok")


def test_what_changed_since_the_last_delivery(judged):
    delivery = {"cells": {"same": 90, "added": 5, "gone": 3, "changed": 7}, "persons": {"same": 1}}
    at = {"file": "raw/b.csv", "sheet": None, "row": 4, "column": "result"}
    delivery["first"] = {"gone": [at], "changed": []}
    found = judged(deliveries={"b": delivery})
    gone, changed = (part(found, f"delivery_{which}", "b") for which in ("gone", "changed"))
    assert (gone["tried"], gone["failed"], gone["verdict"]) == (100, 3, "warn")
    assert (changed["tried"], changed["failed"]) == (100, 7)
    assert (gone["first"], changed["first"]) == ([at], [])
    assert [of["delivery"] for of in found["sources"]] == [None, delivery]


def test_names_folded_and_units_proposed(judged):
    folded = [{"seen": "TC ", "key": "TC", "how": "blanks"}]
    at = {"file": "a.csv", "sheet": None, "row": 7, "column": "TC"}
    proposed = {"n": 6, "first": [at]}
    marker = marker_row("TC", 88, 4.5, set_aside=2)
    of_a = profile_of(marker, names_folded=folded, proposals=proposed)
    found = judged(profiles={"a": of_a, "b": profile_of()})
    assert part(found, "name_folded", "a")["failed"] == 1
    own = part(found, "unit_proposed", "a")
    assert (own["tried"], own["failed"], own["verdict"]) == (90, 6, "warn")
    assert own["first"] == [at]


def test_a_wrong_unit_of_one_marker_is_critical(judged):
    """Cholesterol of mg/dL taken for mmol/L: 38.67 times too high, over the hard limit of 60."""
    of_b = profile_of(marker_row("TC", 0, set_aside=90, hard_high=90), marker_row("HDL", 9000))
    quarantine = set_aside("b", *["hard_limit"] * 90)
    ledger = pl.concat([ledger_of("a", 100, 10), ledger_of("b", 9090, 0, hard_limit=90)])
    a = profile_of(marker_row("TC", 90, 5.0))
    found = judged(ledger=ledger, quarantine=quarantine, profiles={"a": a, "b": of_b})
    assert part(found, "set_aside_share", "b")["verdict"] == "ok"  # 1 % of the source
    own = part(found, "marker_set_aside_share", "b")
    assert own["verdict"] == "critical" and own["found"][0]["subject"] == "TC"
    assert part(found, "outside_soft_limits", "b")["verdict"] == "critical"


def cancelled(*rules: str) -> dict:
    """Evidence of a source of 100 cells, ten of them set aside by each rule."""
    ledger = pl.concat([ledger_of("a", 100, 0, **dict.fromkeys(rules, 10)), ledger_of("b", 9, 0)])
    aside = [rule for rule in rules for _ in range(10)]
    row = marker_row("TC", 100 - len(aside), 4.5, set_aside=len(aside))
    profiles = {"a": profile_of(row), "b": profile_of()}
    return {"ledger": ledger, "quarantine": set_aside("a", *aside), "profiles": profiles}


def test_what_no_rule_judges_does_not_count_towards_the_ceiling(judged):
    """A tenth of the results cancelled says nothing against a mapping; a tenth unreadable does."""
    found = judged(**cancelled("cancelled"))
    assert part(found, "set_aside_share", "a")["failed"] == 0
    # they are listed, and so they are where the run stops for others
    assert part(found, "cancelled", "a")["failed"] == 10
    found = judged(**cancelled("cancelled", "hard_limit"))
    assert part(found, "set_aside_share", "a")["failed"] == 10
    assert part(found, "set_aside_share", "a")["verdict"] == "critical"
    marker = ("marker_set_aside_share", None, "critical", 0.05)
    (over,) = part(judged(marker, **cancelled("cancelled", "hard_limit")), marker[0], "a")["found"]
    assert over["measure"] == 0.1
    # of a rule that a study judges all count
    found = judged(("cancelled", "a", "warn", None), **cancelled("cancelled"))
    assert part(found, "set_aside_share", "a")["failed"] == 10


def test_a_unit_that_contradicts_the_mapping_stops_the_run_unless_the_study_says_why(judged):
    rows = [
        {
            "analyte": "Chol",
            "unit": "mmol/L",
            "n": 88,
            "compared": 88,
            "contradicted": 1,
            "sent": ["mg/dL"],
        }
    ]
    profiles = {"a": profile_of(declared=rows), "b": profile_of()}
    found = part(judged(profiles=profiles), "unit_contradicts_mapping", "a")
    assert (found["tried"], found["failed"], found["verdict"]) == (1, 1, "critical")
    lower = ("unit_contradicts_mapping", "a", "warn", 0.1)
    assert part(judged(lower, profiles=profiles), lower[0], "a")["verdict"] == "ok"


def test_places_are_the_first_of_each_source(judged):
    bad = pl.concat([set_aside("a", *["hard_limit"] * 9), set_aside("b", *["hard_limit"] * 2)])
    (rule,) = [r for r in judged(quarantine=bad)["rules"] if r["rule"] == "hard_limit"]
    assert [(at["source"], at["row"]) for at in rule["first"]] == [
        ("a", 2), ("a", 3), ("a", 4), ("b", 2), ("b", 3),
    ]  # fmt: skip
    assert (rule["tried"], rule["failed"]) == (180, 11)


def test_no_source_is_without_a_place_however_many_there_are():
    places = [{"row": row} for row in (2, 3)]
    parts = [{"source": s, "first": places if s != "d" else []} for s in "abcdefgh"]
    assert [at["source"] for at in first_of_each(parts)] == list("abcefgh")
    assert [at["row"] for at in first_of_each(parts[:2])] == [2, 3, 2, 3]


def test_a_source_is_judged_by_what_is_used_in_the_end(judged):
    """All 90 results of b are read, and of no person of the study, or in no window."""
    end = [
        ("b", "derive", "in", None, None, 90),
        ("b", "derive", "fate", "set_aside", "unknown_person", 60),
        ("b", "derive", "fate", "duplicate", "identical_repeat", 2),
        ("b", "derive", "out", None, None, 28), ("b", "cohorts", "in", None, None, 28),
        ("b", "cohorts", "fate", "ineligible", "criterion 1", 5),
        ("b", "cohorts", "fate", "ineligible", "criterion 2", 6),
        ("b", "cohorts", "fate", "out_of_window", "after the window of month_12", 17),
        ("b", "cohorts", "out", None, None, 0),
    ]  # fmt: skip
    first = ledger_of("b", 100, 10).filter(pl.col("stage").is_in(["ingest", "harmonise"]))
    end = pl.DataFrame(end, schema=first.schema, orient="row")
    found = judged(ledger=pl.concat([ledger_of("a", 100, 10), first, end]))
    why = "unknown person: 60, out of window: 17, ineligible: 11"
    for rule, measure, verdict in (
        ("nothing_used", 1, "critical"),
        ("mostly_unused", 88 / 90, "warn"),
    ):
        own = part(found, rule, "b")
        (over,) = own["found"]
        assert (own["verdict"], over["note"]) == (verdict, why)
        assert over["measure"] == pytest.approx(measure, rel=1e-3)
        assert part(found, rule, "a")["verdict"] == "ok"


def test_values_in_whose_place_another_of_the_window_stands_are_not_lost():
    """By the very reasons that cohorts gives: of three results of one window one is chosen."""
    visits = [
        {"timepoint": "baseline", "anchor": "infusion_date", "scope": "marker", "target_day": 0,
         "before": 90, "after": 0, "choice": "last", "tie": "earlier"},
    ]  # fmt: skip
    people = pl.DataFrame({"person": ["p1"], "infusion_date": [date(2020, 6, 1)]})
    days = [date(2020, 5, day) for day in (1, 2, 3)] + [date(2019, 1, 1)]
    values = pl.DataFrame(
        {"person": "p1", "marker": "TC", "sample_date": days, "value": 4.5, "source": "a",
         "origin": "measured", "comparator": None, "file": "a.csv", "sheet": None,
         "row": [2, 3, 4, 5], "column": "x"},
        schema_overrides={"comparator": pl.String, "sheet": pl.String},
    )  # fmt: skip
    when = calendar([values.lazy()], people, visits, False)
    results = when.results(values.lazy())
    fates = when.fates(when.placed(results)).drop_nulls("fate")
    assert fates.height == 3
    rows = [("a", "cohorts", "fate", fate, reason, 1)
            for fate, reason in fates.select("fate", "reason").rows()]  # fmt: skip
    ledger = pl.DataFrame(rows, schema=ledger_of("a", 1, 0).schema, orient="row")
    assert losses(ledger)["a"]["why"] == {"out of window": 1}


def test_a_rule_without_a_row_is_not_left_out(judged):
    found = judged(quarantine=set_aside("b", "brand_new"))
    assert part(found, "brand_new", "b")["verdict"] == "error"


def test_the_summary_says_what_a_scheduler_asks(judged):
    found = summary(judged(), {"rules": "x"})
    assert (found["verdict"], found["study"], found["digests"]) == (
        "critical", "small", {"rules": "x"},
    )  # fmt: skip
    assert found["sources"]["a"]["cells"] == 100 and found["sources"]["a"]["used"] == 88
    over = {(row["rule"], row["source"], row["verdict"]) for row in found["over_threshold"]}
    assert ("set_aside_share", "a", "critical") in over and ("near_pole", None, "warn") in over


def test_nothing_of_a_cell_or_person_is_in_the_document(judged):
    found = str(judged())
    assert RAW not in found and PERSON not in found


def test_the_order_of_rows_says_nothing(study, evidence):
    wrote = evidence(quarantine=set_aside("a", *["hard_limit", "invalid_date"] * 5))
    mixed = {
        name: getattr(wrote, name).sample(fraction=1, shuffle=True, seed=2)
        for name in ("ledger", "quarantine", "flags", "flagged")
    }
    other = dataclasses.replace(wrote, **mixed, profiles=dict(reversed(wrote.profiles.items())))
    assert document(other, study()) == document(wrote, study())
