"""Findings on whole sources: wrong units that no single value shows, and what is not judged."""

import pytest
from labcohort.validate.findings import explained, findings

from tests.unit.validate.made import marker_row, profile_of

PATIENTS = {"rows": 0, "columns": []}
USED = {"values": 100, "used": 100, "why": {}}
# urea 60.06 g/mol holds two nitrogens of 14.007 g/mol: the factor of the textbooks, 2.14
UREA, NITROGEN = 60.06, 2 * 14.007
CONVERSIONS = [
    {"marker": "BUN", "analyte": "urea", "unit": "mg/dL", "slope": 10 / UREA, "intercept": 0},
    {"marker": "BUN", "analyte": "urea_nitrogen", "unit": "mg/dL", "slope": 10 / NITROGEN,
     "intercept": 0},
    {"marker": "BUN", "analyte": None, "unit": "mmol/L", "slope": 1, "intercept": 0},
    {"marker": "HBA1C", "analyte": None, "unit": "mmol/mol", "slope": 0.09148, "intercept": 2.152},
]  # fmt: skip
# of creatinine and alkaline phosphatase, as laboratories print them
RANGES = {"CREAT": {"low": 45, "high": 104}, "ALP": {"low": 40, "high": None}}


def found(
    rule: str,
    aside: dict | None = None,
    patients: dict = PATIENTS,
    lost: dict | None = None,
    **profiles,
) -> dict:
    """Measures of a rule by (source, subject); `lost` is that of each source."""
    study = {"patients": "people", "conversions": CONVERSIONS, "ranges": RANGES} | {
        "misnamed": [{"source": "a", "analyte": "ALT", "marker": "AST", "means": "ALT"}],
        "left_out": [{"source": "people", "column": "GOT", "under": "ignore", "marker": "AST"}],
    }
    lost = dict.fromkeys(profiles, lost or USED)
    rows = findings(profiles, patients, aside or {}, lost, study)
    return {(r["source"], r["subject"]): r for r in rows if r["rule"] == rule}


def test_urea_for_urea_nitrogen_is_found_by_the_other_source_and_named():
    one = profile_of(marker_row("BUN", 50, 5.5))
    other = profile_of(marker_row("BUN", 40, round(5.5 * UREA / NITROGEN, 1)))
    row = found("sources_differ_as_units", a=one, b=other)[None, "BUN"]
    assert row["measure"] == pytest.approx(2.14, abs=0.02) and row["n"] == 40
    assert row["note"] == (
        "b over a; mg/dL of urea nitrogen instead of mg/dL of urea is a factor of 2.14"
    )


@pytest.mark.parametrize(("n", "median"), [(19, 11.0), (40, None), (40, -11.0)])
def test_too_few_values_or_unlike_signs_are_not_compared(n, median):
    one, other = profile_of(marker_row("BUN", 50, 5.5)), marker_row("BUN", n, median)
    if n < 20:
        other["quantiles"] = None
    sources = {"a": one, "b": profile_of(other)}
    assert not found("sources_differ", **sources) | found("sources_differ_as_units", **sources)


def test_a_ratio_counts_by_one_rule_and_is_tried_by_both():
    sources = {
        "a": profile_of(marker_row("BUN", 50, 5.0)),
        "b": profile_of(marker_row("BUN", 50, 15.5)),
    }
    measures = {
        rule: found(rule, **sources)[None, "BUN"]["measure"]
        for rule in ("sources_differ", "sources_differ_as_units")
    }
    assert measures == {"sources_differ": 3.1, "sources_differ_as_units": 1.0}


def test_three_sources_are_compared_two_by_two():
    sources = {
        s: profile_of(marker_row("BUN", 30, m)) for s, m in zip("abc", (2, 4, 6), strict=True)
    }
    study = {"patients": "people", "conversions": [], "ranges": {}} | {
        "misnamed": [],
        "left_out": [],
    }
    rows = findings(sources, PATIENTS, {}, dict.fromkeys("abc", USED), study)
    ratios = sorted(r["measure"] for r in rows if r["rule"] == "sources_differ")
    assert ratios == [1.5, 2.0, 3.0]


@pytest.mark.parametrize("ratio", [1.0, 1.07, 3.1])
def test_a_ratio_that_no_conversion_explains_is_left_unexplained(ratio):
    assert explained(ratio, "BUN", CONVERSIONS) == ""


def test_a_conversion_with_an_intercept_explains_no_ratio():
    assert explained(1 / 0.09148, "HBA1C", CONVERSIONS) == ""


def test_values_outside_the_soft_limits_count_with_those_over_a_hard_one():
    # 100 results: 60 too high and kept, 20 impossible and set aside
    row = marker_row("TC", 80, 14.0, soft_high=60, hard_high=20, set_aside=20)
    measures = {
        rule: found(rule, a=profile_of(row))["a", "TC"]["measure"]
        for rule in ("outside_soft_limits", "median_outside_soft_limits")
    }
    assert measures == {"outside_soft_limits": 0.8, "median_outside_soft_limits": 0.8}


def test_the_median_is_outside_where_more_than_half_are_on_one_side():
    row = marker_row("TC", 100, 8.0, soft_low=30, soft_high=30)
    assert found("outside_soft_limits", a=profile_of(row))["a", "TC"]["measure"] == 0.6
    assert found("median_outside_soft_limits", a=profile_of(row))["a", "TC"]["measure"] == 0.3


def test_a_marker_of_many_that_is_set_aside_whole_is_seen():
    """Its cells are too few of the source's for the ceiling, and all of its own."""
    row = marker_row("TC", 0, set_aside=40, hard_high=40)
    aside = {("a", "TC"): 40}
    assert found("marker_set_aside_share", aside, a=profile_of(row))["a", "TC"]["measure"] == 1
    nothing = found("marker_set_aside_share", {}, a=profile_of(marker_row("TC", 19)))
    assert not nothing


def test_empty_cells_are_counted_over_all_visits():
    visits = [
        {"analyte": "Chol", "marker": "TC", "visit": v, "cells": 20, "missing": m, "ignored": 0,
         "set_aside": 0, "used": 20 - m}
        for v, m in (("v1", 2), ("v2", 18))
    ]  # fmt: skip
    unused = {"analyte": "PLT", "marker": None, "visit": None, "cells": 50, "missing": 50,
              "ignored": 0, "set_aside": 0, "used": 0}  # fmt: skip
    rows = found("missing_share", a=profile_of(analytes=[*visits, unused]))
    assert {k: (r["n"], r["measure"]) for k, r in rows.items()} == {("a", "Chol"): (40, 0.5)}


def test_a_column_of_the_patient_table():
    column = {"column": "born", "cells": 9, "filled": 8, "set_aside": 2}
    empty = {"column": "none", "cells": 9, "filled": 0, "set_aside": 0}
    rows = found("attribute_set_aside_share", patients={"rows": 9, "columns": [column, empty]})
    assert {k: r["measure"] for k, r in rows.items()} == {("people", "born"): 0.25}


@pytest.mark.parametrize(
    ("marker", "median", "times", "side"),
    [
        # 0.9 mg/dL taken for 0.9 mmol/L; 75 U/L taken for 75 nkat/L
        ("CREAT", 900.0, 900 / 104, "above"),
        ("ALP", 4.5, 40 / 4.5, "below"),
        ("CREAT", 80.0, 1.0, ""),
        ("ALP", 900.0, 1.0, ""),  # no upper end
    ],
)
def test_a_median_far_from_the_reference_range(marker, median, times, side):
    profiles = {"a": profile_of(marker_row(marker, 40, median))}
    for rule in ("median_beyond_reference", "median_far_beyond_reference"):
        row = found(rule, **profiles)["a", marker]
        assert row["measure"] == pytest.approx(times, rel=1e-3)
        assert row["note"] == (f"{side} the reference range" if side else "")
    unknown = profile_of(marker_row("BUN", 40, 900.0))
    assert not found("median_beyond_reference", a=unknown)


def test_a_name_of_another_marker_is_found_in_its_source():
    sources = {
        "a": profile_of(marker_row("AST", 50, 30)),
        "b": profile_of(marker_row("ALT", 50, 30)),
    }
    rows = found("name_of_another_marker", **sources)
    # all mapped analytes are tried
    assert {k: r["measure"] for k, r in rows.items()} == {
        ("a", "ALT"): 1, ("a", "<AST>"): 0, ("b", "<ALT>"): 0,
    }  # fmt: skip
    assert rows["a", "ALT"]["note"] == "mapped to AST; 'ALT' is a name of ALT"


def test_a_column_that_is_passed_over_and_named_as_a_marker_is_found_in_its_source():
    rows = found("marker_left_out", a=profile_of(marker_row("AST", 50, 30)))
    assert set(rows) == {("people", "GOT")}
    assert rows["people", "GOT"]["note"] == "under ignore; it is a name of AST"


def test_a_name_of_another_marker_beside_a_code_is_found_with_its_share():
    row = {"analyte": "A1", "marker": "AST", "means": "ALT", "n": 8, "failed": 2}
    rows = found("name_of_another_marker", b=profile_of(misnamed=[row]))
    assert (rows["b", "A1"]["n"], rows["b", "A1"]["measure"]) == (8, 0.25)
    assert rows["b", "A1"]["note"] == "mapped to AST; the file calls it by a name of ALT"


@pytest.mark.parametrize(("used", "measure"), [(0, 1.0), (1, 0.0)])
def test_a_source_of_which_nothing_is_used(used, measure):
    """Whatever it is lost by: all 40 of its results are read."""
    lost = {"values": 40, "used": used, "why": {"ineligible": 30, "out of window": 10 - used}}
    row = found("nothing_used", lost=lost, a=profile_of(marker_row("AST", 40, 30)))["a", "a"]
    assert (row["n"], row["measure"]) == (40, measure)
    assert row["note"] == ("ineligible: 30, out of window: 10" if measure else "")


def test_a_source_most_of_which_is_lost_once_it_is_read():
    profile = profile_of(marker_row("AST", 40, 30))
    why = {"unknown person": 30, "out of window": 7}
    (row,) = found("mostly_unused", lost={"values": 40, "used": 3, "why": why}, a=profile).values()
    assert (row["n"], row["measure"]) == (40, 0.925)
    assert row["note"] == "unknown person: 30, out of window: 7"
    few = {"values": 19, "used": 0, "why": {"ineligible": 19}}
    assert not found("mostly_unused", lost=few, a=profile)


def test_a_unit_that_contradicts_the_mapping_is_a_finding_of_its_analyte():
    rows = [
        {
            "analyte": "Crea",
            "unit": "umol/L",
            "n": 50,
            "compared": 50,
            "contradicted": 1,
            "sent": ["mg/dL"],
        },
        {"analyte": "UA", "unit": "umol/L", "n": 9, "compared": 9, "contradicted": 0, "sent": []},
        # its unit is declared, and the file sends none
        {"analyte": "TC", "unit": "mmol/L", "n": 9, "compared": 0, "contradicted": 0, "sent": []},
    ]
    own = found("unit_contradicts_mapping", a=profile_of(declared=rows))
    assert {k: (r["measure"], r["n"], r["note"]) for k, r in own.items()} == {
        ("a", "Crea"): (0.02, 50, "declared umol/L, sent mg/dL"), ("a", "UA"): (0.0, 9, ""),
    }  # fmt: skip


def test_results_sent_as_limits_are_in_no_share_of_soft_limits():
    """Of 40 results of LH 14 are `<0.05`: of the 26 numbers 3 are low; of 19 nothing is said."""
    row = marker_row("LH", 40, 3.1, below_detection=14, soft_low=3)
    for rule in ("outside_soft_limits", "median_outside_soft_limits"):
        (judged,) = found(rule, a=profile_of(row)).values()
        assert (judged["n"], judged["measure"]) == (26, 0.1154)
        few = marker_row("LH", 40, 3.1, below_detection=14, above_detection=7)
        assert not found(rule, a=profile_of(few))
