"""What figures of other artefacts than the comparisons are told, and what they are drawn from."""

from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest
from labcohort import settings
from labcohort.memory import Memory
from labcohort.provenance import Code
from labcohort.study.load import Study, load_study

HOME = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Study:
    memory = Memory(tmp_path_factory.mktemp("memory") / "kept.json")
    return load_study(HOME, HOME, memory, Code(HOME, memory))


def drawing(study: Study, **row: str | None) -> Study:
    """The study with one figure, `x`."""
    columns = dict.fromkeys(study.tables["figures"][0])
    figure = columns | {"figure": "x", "title": "X"} | row
    return replace(study, tables=study.tables | {"figures": [figure]})


def changed(study: Study, **config) -> Study:
    return replace(study, config=deepcopy(study.config) | config)


def test_transitions_are_counted_once_of_all_that_figures_draw(study):
    rows = [
        {"figure": name, "kind": "transitions", "markers": "CKD_STAGE", "cohorts": cohorts,
         "timepoints": "month_12|month_6"}
        for name, cohorts in (("a", "all|male"), ("b", "all"))
    ]  # fmt: skip
    told = settings.transitions(replace(study, tables=study.tables | {"figures": rows}))
    places = [(r["cohort"], r["timepoint"]) for r in told["drawn"]]
    assert places == [
        ("all", "month_12"), ("all", "month_6"), ("male", "month_12"), ("male", "month_6")
    ]  # fmt: skip
    assert told["categories"] == {"CKD_STAGE": ["1", "2", "3", "4", "5"]}
    back = replace(study, tables=study.tables | {"figures": rows[::-1]})
    assert settings.transitions(back) == told
    assert settings.transitions(drawing(study, kind="flow"))["drawn"] == []


def test_classes_come_from_the_highest_egfr_down_whatever_the_order_of_the_table(study):
    rows = study.tables["ckd_stages"][::-1]
    figure = {"kind": "transitions", "markers": "GFR_CATEGORY|CKD_STAGE", "cohorts": "all",
              "timepoints": "month_6"}  # fmt: skip
    turned = replace(drawing(study, **figure), tables={
        **drawing(study, **figure).tables, "ckd_stages": rows})  # fmt: skip
    classes = settings.figure(turned, "x")["classes"]
    assert [c["category"] for c in classes["GFR_CATEGORY"]] == [
        "G1", "G2", "G3a", "G3b", "G4", "G5"
    ]  # fmt: skip
    assert classes["CKD_STAGE"][1] == {"category": "2", "label": "Stage 2 (eGFR 60-89)"}
    chinese = changed(turned, print=study.config["print"] | {"language": "zh"})
    assert settings.figure(chinese, "x")["classes"]["CKD_STAGE"][1]["label"] == "2期（eGFR 60-89）"


def test_a_class_that_is_drawn_is_computed_and_placed_though_nothing_else_uses_it(study):
    plain = changed(drawing(study, kind="flow"), derived="used", sensitivity={
        **study.config["sensitivity"], "markers": [], "methods": {}})  # fmt: skip
    others = [r for r in plain.tables["cohorts"] if r["subject"] != "CKD_STAGE"]
    plan = [r for r in plain.tables["plan"] if "EGFR" not in r["markers"]]
    kept = {"cohorts": others, "plan": plan, "post_hoc": []}
    without = replace(plain, tables=plain.tables | kept)
    figure = {"kind": "transitions", "markers": "CKD_STAGE", "cohorts": "all",
              "timepoints": "month_6"}  # fmt: skip
    drawn = replace(without, tables=drawing(without, **figure).tables)
    for place in (settings.placed_panels, settings.panels):
        assert ("renal" in place(drawn)) >= ("renal" in place(without))
    assert "renal" not in settings.placed_panels(without)
    assert "renal" in settings.placed_panels(drawn)
    assert "CKD_STAGE" not in settings.derive(without, "renal")["derived"]
    assert "CKD_STAGE" in settings.derive(drawn, "renal")["derived"]
    assert settings.cohorts(drawn)["panels"]["renal"] == ["all"]


def test_regression_to_the_mean_reads_the_panels_of_what_selects(study):
    figure = {"kind": "regression_to_the_mean", "timepoints": "month_6"}
    for cohorts, panels in (
        ("ckd_2|ckd_3", ["renal"]),
        ("hscrp_ge_1_50", ["inflammation"]),
        ("ckd_2|hscrp_ge_1_50", ["inflammation", "renal"]),
    ):
        assert settings.figure_panels(drawing(study, **figure, cohorts=cohorts), ["x"]) == panels
    assert settings.draws_persons(drawing(study, **figure, cohorts="ckd_2"), ["x"])


def test_regression_to_the_mean_is_told_the_band_of_each_cohort(study):
    one = drawing(study, kind="regression_to_the_mean", cohorts="ckd_2|hscrp_ge_1_50",
                  timepoints="month_6")  # fmt: skip
    told = settings.figure(one, "x")
    # half-up staging: an eGFR of 59.5 is 60
    assert [(s["marker"], s["low"], s["high"]) for s in told["selections"]] == [
        ("EGFR", 59.5, 89.5), ("HSCRP", 1.5, None)
    ]  # fmt: skip
    assert told["log"] == ["HSCRP"]
    assert told["selecting"]["HSCRP"]["unit"] == "mg/L"
    assert (told["drawn_singly"], told["minimum_cell"], told["minimum_selected"]) == (10, 5, 10)
    shown = settings.figure(changed(one, units={"HSCRP": "mg/dL"}), "x")
    assert shown["selecting"]["HSCRP"]["unit"] == "mg/dL"
    # resources/shown_units.tsv: 1 mg/L is 0.1 mg/dL
    assert shown["units"] == {"HSCRP": {"slope": 0.1, "intercept": 0}}


def test_values_missing_are_shown_of_all_markers_or_of_those_named(study):
    every = settings.figure(drawing(study, kind="missingness"), "x")["markers"]
    order = [r["marker"] for r in study.tables["markers"]]
    assert [order.index(m["marker"]) for m in every] == sorted(
        order.index(m["marker"]) for m in every
    )
    assert {"HBA1C", "CKD_STAGE"} <= {m["marker"] for m in every}
    named = settings.figure(drawing(study, kind="missingness", markers="HBA1C|BMI"), "x")
    assert {m["marker"] for m in named["markers"]} == {"HBA1C", "BMI"}


@pytest.mark.parametrize("kind", ["flow", "missingness"])
def test_all_timepoints_are_shown_by_their_labels(study, kind):
    told = settings.figure(drawing(study, kind=kind), "x")
    assert [t["label"] for t in told["timepoints"]] == ["Baseline", "6 months", "12 months"]


@pytest.mark.parametrize(
    ("kind", "edit", "moved"),
    [
        # a window moves what is drawn against it; a criterion's label the flow
        ("visit_timing", ("visits", "before", 30), True),
        ("visit_timing", ("visits", "choice", "first"), False),
        ("visit_timing", ("eligibility", "label", "x"), False),
        ("flow", ("eligibility", "label", "x"), True),
        ("flow", ("eligibility", "values", "x"), False),
        ("flow", ("visits", "before", 30), False),
        ("quality", ("visits", "before", 30), False),
        ("missingness", ("visits", "before", 30), False),
    ],
)
def test_a_figure_is_told_what_it_draws_and_no_more(study, kind, edit, moved):
    one = drawing(study, kind=kind)
    table, column, value = edit
    rows = deepcopy(one.tables[table])
    rows[0][column] = value
    other = replace(one, tables=one.tables | {table: rows})
    assert (settings.figure(one, "x") != settings.figure(other, "x")) == moved
