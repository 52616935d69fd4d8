"""Each artefact's model accepts a good frame and refuses what its docstring excludes."""

from datetime import date
from itertools import product

import pandera.polars as pa
import polars as pl
import pytest

from schemas.attenders import Attenders
from schemas.baseline import Baseline
from schemas.cohort import Chosen, Dates, Flow, Membership, People
from schemas.comparison import Adjusted, Comparison
from schemas.derived import Derived
from schemas.harmonised import Patients, Values
from schemas.in_range import InRange
from schemas.ingested import Cells
from schemas.multiplicity import Multiplicity
from schemas.quality import Duplicates, Ledger, NotChosen, Quarantine
from schemas.regression import Regression
from schemas.scorecard import Scorecard
from schemas.sensitivity import Sensitivity, Specification
from schemas.small_groups import SmallGroups
from schemas.transitions import Transitions

PERSON = "p0123456789abcdef"
PLACE = {"source": "site", "file": "raw/a.csv", "sheet": None, "row": 2, "column": "result"}
KEPT = {f"kept_{k}": v for k, v in PLACE.items()}
NAN, INF = float("nan"), float("inf")
WHAT = {"marker": "M", "cohort": "all", "timepoint": "month_6"}
PLANNED = {"profile": "recommended", "family": "f", **WHAT}
# four members, one without a follow-up; of three pairs one rose, one fell, one stayed
COMPARED = dict.fromkeys(Comparison.to_schema().columns, 1.0) | PLANNED | {
    "role": "primary", "panel": "x", "test": "paired_t", "primary": True, "summary": "mean_sem",
    "correction": "holm", "alpha": 0.05, "n_members": 5, "n_baseline": 4, "n_followup": 3,
    "n_pairs": 3, "n_lost": 2, "lost": "no value at follow-up: 2", "df": 2, "agrees": "yes",
    "n_positive": 1, "n_negative": 1, "n_zero": 1, "n_ties": 0, "n_censored": 0,
    "n_below_baseline": 0, "n_below_followup": 0, "selected_on_baseline": False,
    "duplicate_of": None, "equation": None, "note": None,
}  # fmt: skip

GOOD = {
    Cells: PLACE | {
        "person": PERSON, "date_text": "x", "analyte": "a", "analyte_name": "A",
        "value_text": "5", "unit_text": "%",
        "range_text": "4-6", "visit": "V1", "status_text": "F", "reported_text": "x",
        "sex_text": "M", "birth_text": "x", "record": PERSON, "version": "1", "ignored": None,
    },
    Values: PLACE | {
        "person": PERSON, "marker": "HBA1C", "sample_date": date(2020, 1, 2), "value_text": "5",
        "comparator": None, "number": 5.0, "decimals": 0, "unit": "%", "value": 5.0, "flag": None,
        "range_low": 4.0, "range_high": 6.0, "visit": "V1", "status": "final",
        "reported": "2020-01-03T10:30:00",
    },
    Patients: {"person": PERSON, "sex": "male", "birth_date": None, "age": 50.0},
    Derived: {
        "person": PERSON, "marker": "HBA1C", "sample_date": date(2020, 1, 2),
        "origin": "measured", "value": 5.0, "category": None, "reason": None, "comparator": None,
        "flag": None, "range_low": None, "range_high": 6.0, **PLACE,
    },
    Membership: {"cohort": "all", "timepoint": "baseline", "person": PERSON},
    Dates: {"person": PERSON, "marker": "HBA1C", "sample_date": date(2020, 1, 2)},
    Chosen: {
        "person": PERSON, "marker": "HBA1C", "timepoint": "baseline", "day": -3,
        "sample_date": date(2020, 1, 2), "value": 5.0, "category": None, "comparator": None,
        "flag": None, "range_low": None, "range_high": 6.0,
    },
    People: {"person": PERSON, "failed": None, "lacks_followup_only": False},
    Flow: {
        "order": 1, "criterion": "c", "subject": "s", "entered": 5, "failed": 2, "remained": 3,
    },
    Quarantine: PLACE | {
        "stage": "harmonise", "marker": None, "person": None, "raw_value": "x", "rule": "r",
        "reason": "y",
    },
    Duplicates: PLACE | {"marker": "HBA1C", "person": PERSON, "rule": "identical_repeat"} | KEPT,
    NotChosen: PLACE | {
        "person": PERSON, "marker": "HBA1C", "timepoint": "month_6", "rule": "nearest",
    } | KEPT,
    Ledger: {
        "source": "site", "stage": "ingest", "kind": "in", "fate": None, "reason": None, "cells": 1,
    },
    Comparison: COMPARED,
    Adjusted: COMPARED | {
        "p_adjusted": 0.06, "adjustment": "Holm, 6 tests", "profiles_agree": "no: alpha",
        "plan": "0123456789abcdef",
    },
    Multiplicity: {
        "profile": "recommended", "family": "f", "correction": "holm", "alpha": 0.05, "n_tests": 6,
        "n_missing": 1, "n_counted": 5, "expected_false_positives": 0.25, "n_below_alpha": 2,
        "n_below_alpha_adjusted": 1, "n_duplicates": 0, "n_selected_on_baseline": 0,
    },
    Specification: PLANNED | {
        "equation": None, "censored": "lod_half", "window_before": 45, "window_after": 45,
        "test": "paired_t", "n_pairs": 9, "statistic": -2.5, "p_value": 0.03, "same_sign": True,
        "below_alpha": True, "declared": True, "reason": None,
    },
    Sensitivity: PLANNED | {
        "reference_test": "paired_t", "n_grid": 10, "n_valid": 8, "n_distinct": 5,
        "n_same_sign": 8, "share_same_sign": 1.0, "n_below_alpha": 4, "share_below_alpha": 0.5,
        "n_same_sign_below_alpha": 2, "share_same_sign_below_alpha": 0.25, "alpha": 0.05,
        "dimensions": "test 2", "crosses_alpha_by": None, "note": "no evidence",
    },
    Regression: WHAT | {
        "selecting_marker": "S", "low": None, "high": 59.5, "selecting_scale": "linear",
        "scale": "log", "statistic": "mean", "estimator": "truncated_normal", "rho_source": "data",
        "reliability_source": None, "n_all": 90, "n_selected": 20, "mu": 1.0, "sigma": 1.0,
        "mu_marker": 1.0, "sigma_marker": 1.0, "rho_baseline": 1.0, "rho": 0.6, "observed": 3.0,
        "observed_ci_low": 1.0, "observed_ci_high": 5.0, "expected": 2.0, "expected_ci_low": 1.0,
        "expected_ci_high": 3.0, "difference": 1.0, "difference_ci_low": -1.0,
        "difference_ci_high": 3.0, "estimators_differ": False, "label": "x", "note": None,
    },
    Attenders: {
        "comparison": "paired", "group_a": "paired", "group_b": "unpaired",
        "timepoint": "month_6", "marker": "M", "variable": "age", "scale": "linear", "n_a": 9,
        "n_b": 3, "n_both": 0, "mean_a": 50.0, "sd_a": 9.0, "mean_b": 55.0, "sd_b": 8.0,
        "standardised_difference": -0.5, "sd_ci_low": -1.8, "sd_ci_high": 0.8, "note": None,
    },
    InRange: WHAT | {
        "selected_on_baseline": False,
        "n_pairs": 12, "n_judged": 10, "n_without_range": 2, "n_own_range": 4, "n_censored": 0,
        "range_low": None, "range_high": 5.6, "in_in": 3, "in_out": 1, "out_in": 4, "out_out": 2,
        "share_baseline": 0.4, "share_followup": 0.7, "difference": 0.3,
        "difference_ci_low": -0.1, "difference_ci_high": 0.6, "p_mcnemar": 0.375,
        "below_baseline": 1, "above_baseline": 5, "below_followup": 0, "above_followup": 3,
        "centre_baseline": "no", "centre_followup": "yes", "note": None,
    },
    SmallGroups: {"profile": "recommended", **WHAT, "few": True},
    # nobody has a value at either visit
    Transitions: WHAT | {"category_baseline": None, "category_followup": None, "n": 3},
    Baseline: {
        "cohorts": "all", "cohort": "all", "members": "no_followup", "timepoint": None,
        "variable": "M", "scale": "log", "category": None, "n_members": 12, "n": 10,
        "n_missing": 2, "count": None, "n_at_limit": 1, "mean": 5.0, "sd": 2.0, "median": 4.5,
        "q1": 3.0, "q3": 6.0, "against": "month_6", "standardised_difference": -0.5,
        "sd_ci_low": -1.8, "sd_ci_high": 0.8, "note": None,
    },
    Scorecard: WHAT | {
        "publication": "p", "test": "paired_t", "summary": "mean_sem",
        "published_baseline": "7.77 ± 0.10", "published_followup": "7.52 ± 0.10",
        "ours_baseline": "7.77 ± 0.10", "ours_followup": "7.52 ± 0.10",
        "published_significant": "yes", "ours_significant": "yes", "published_direction": "down",
        "ours_direction": "down", "p_value": 0.001, "verdict": "reproduced", "why": "all equal",
        "source": "section 2",
    },
}  # fmt: skip


def framed(model, *rows: dict) -> pl.DataFrame:
    schema = {name: column.dtype.type for name, column in model.to_schema().columns.items()}
    return pl.DataFrame(rows, schema=schema, orient="row")


# Pandera 0.35 fails to list a broken column check beside a broken check of the frame
REFUSALS = (pa.errors.SchemaErrors, pa.errors.SchemaError, pl.exceptions.SchemaError)


def refused(model, frame: pl.DataFrame) -> None:
    with pytest.raises(REFUSALS):
        model.validate(frame, lazy=True)


MODELS = pytest.mark.parametrize("model", GOOD, ids=lambda model: model.__name__)


@MODELS
def test_a_good_row_is_accepted(model):
    frame = framed(model, GOOD[model])
    assert model.validate(frame, lazy=True).equals(frame)


@MODELS
def test_no_rows_are_accepted(model):
    model.validate(framed(model), lazy=True)


@MODELS
def test_a_column_too_few_is_refused(model):
    frame = framed(model, GOOD[model])
    refused(model, frame.drop(frame.columns[-1]))


@pytest.mark.parametrize("model", [m for m in GOOD if m is not Patients], ids=lambda m: m.__name__)
def test_a_column_too_many_or_out_of_order_is_refused(model):
    frame = framed(model, GOOD[model])
    refused(model, frame.with_columns(more=pl.lit(1)))
    refused(model, frame.select(reversed(frame.columns)))


def test_patients_may_have_other_attributes():
    Patients.validate(framed(Patients, GOOD[Patients]).with_columns(dose=pl.lit(5.0)), lazy=True)


@MODELS
def test_a_column_of_another_type_is_refused(model):
    frame = framed(model, GOOD[model])
    refused(model, frame.with_columns(pl.lit(b"x").alias(frame.columns[-1])))


@pytest.mark.parametrize(
    "model", [m for m in GOOD if m not in (Ledger, Values)], ids=lambda m: m.__name__
)
def test_the_same_row_twice_is_refused(model):
    refused(model, framed(model, GOOD[model], GOOD[model]))


WRONG = [
    (Cells, {"row": 0}),
    (Cells, {"person": "A-001"}),
    (Cells, {"person": "p0123456789abcde"}),
    (Cells, {"value_text": None}),
    (Cells, {"source": None}),
    (Values, {"row": 0}),
    (Values, {"person": None}),
    (Values, {"marker": None}),
    (Values, {"sample_date": None}),
    (Values, {"value": None}),
    (Values, {"value": NAN}),
    (Values, {"value": INF}),
    (Values, {"number": NAN}),
    (Values, {"number": -INF}),
    (Values, {"comparator": "~"}),
    (Values, {"comparator": "≤"}),
    (Values, {"decimals": -1}),
    (Values, {"unit": None}),
    (Values, {"range_low": 6.1}),
    (Values, {"range_low": NAN}),
    (Values, {"range_high": INF}),
    (Values, {"status": "F"}),
    # a cancelled result is no value
    (Values, {"status": "cancelled"}),
    (Patients, {"person": None}),
    (Patients, {"sex": "F"}),
    (Patients, {"age": -1.0}),
    (Patients, {"age": 121.0}),
    (Derived, {"origin": "guessed"}),
    (Derived, {"value": None}),
    (Derived, {"reason": "why"}),
    (Derived, {"value": NAN}),
    (Derived, {"value": INF}),
    (Derived, {"comparator": "="}),
    (Derived, {"row": 0}),
    (Membership, {"person": None}),
    (Membership, {"cohort": None}),
    (Dates, {"person": None}),
    (Dates, {"sample_date": None}),
    (Chosen, {"value": None}),
    (Chosen, {"day": None}),
    (Chosen, {"timepoint": None}),
    (Flow, {"failed": -2}),
    (Flow, {"remained": 4}),
    (Flow, {"entered": 6}),
    (Quarantine, {"rule": None}),
    (Quarantine, {"reason": None}),
    (Quarantine, {"raw_value": None}),
    (Duplicates, {"kept_row": None}),
    (Duplicates, {"kept_row": 0}),
    (Duplicates, {"rule": None}),
    (NotChosen, {"rule": "identical_repeat"}),
    (NotChosen, {"timepoint": None}),
    (NotChosen, {"kept_row": 0}),
    (Ledger, {"stage": "compare"}),
    (Ledger, {"kind": "lost"}),
    (Ledger, {"fate": "forgotten"}),
    (Ledger, {"cells": -1}),
    (Comparison, {"n_pairs": -1}),
    (Comparison, {"n_pairs": 4}),
    (Comparison, {"n_baseline": 6}),
    (Comparison, {"n_followup": 6}),
    (Comparison, {"n_baseline": 2}),
    (Comparison, {"n_zero": 2}),
    (Comparison, {"p_value": 1.01}),
    (Comparison, {"p_value": -0.01}),
    (Comparison, {"p_value": NAN}),
    (Comparison, {"p_value": None}),
    (Comparison, {"statistic": NAN}),
    (Comparison, {"change_ci_low": -INF}),
    (Comparison, {"baseline_sd": -1.0}),
    (Comparison, {"followup_iqr": -1.0}),
    (Comparison, {"df": 0}),
    (Comparison, {"marker": None}),
    # neither of the two tests is primary
    (Comparison, {"primary": False}),
    (Comparison, {"n_lost": 1}),
    (Comparison, {"n_members": 6}),
    (Comparison, {"agrees": "no"}),
    (Comparison, {"alpha": 1.0}),
    (Comparison, {"rank_biserial": 1.1}),
    (Comparison, {"geometric_ratio": 0.0}),
    (Comparison, {"shapiro_w": 1.1}),
    (Comparison, {"p_exact": 1.1}),
    (Comparison, {"detectable_change": -1.0}),
    (Comparison, {"hl_ci_low": NAN}),
    (Comparison, {"n_below_followup": -1}),
    (Comparison, {"selected_on_baseline": None}),
    (Adjusted, {"p_adjusted": 1.1}),
    (Adjusted, {"p_adjusted": NAN}),
    (Adjusted, {"profiles_agree": "no"}),
    (Adjusted, {"plan": None}),
    (Adjusted, {"n_lost": 1}),
    (People, {"person": None}),
    (People, {"lacks_followup_only": None}),
    (Multiplicity, {"correction": "bonferroni"}),
    (Multiplicity, {"n_tests": -1}),
    (Multiplicity, {"expected_false_positives": -0.1}),
    (Multiplicity, {"alpha": 0.0}),
    (Specification, {"reason": "no pairs"}),
    (Specification, {"p_value": None}),
    (Specification, {"statistic": None, "p_value": None, "below_alpha": None}),
    (Specification, {"statistic": INF}),
    (Specification, {"p_value": 1.1}),
    (Specification, {"declared": False}),
    (Specification, {"window_before": -1}),
    (Sensitivity, {"n_valid": 11}),
    (Sensitivity, {"n_distinct": 9}),
    (Sensitivity, {"share_below_alpha": 0.4}),
    (Sensitivity, {"share_below_alpha": None}),
    (Sensitivity, {"n_same_sign": None}),
    (Sensitivity, {"n_grid": 0}),
    (Sensitivity, {"note": ""}),
    (Regression, {"n_selected": 91}),
    (Regression, {"expected_ci_low": None}),
    (Regression, {"observed": NAN}),
    (Regression, {"estimator": "formula"}),
    (Regression, {"scale": "ln"}),
    (Regression, {"rho": 1.1}),
    (Regression, {"sigma": -1.0}),
    (Attenders, {"comparison": "all"}),
    (Attenders, {"n_both": 4}),
    (Attenders, {"mean_b": None}),
    (Attenders, {"n_b": 0}),
    (Attenders, {"sd_ci_low": None}),
    (Attenders, {"standardised_difference": None, "sd_ci_low": None, "sd_ci_high": None}),
    (Attenders, {"mean_a": NAN}),
    (InRange, {"n_without_range": 1}),
    (InRange, {"in_in": 4}),
    (InRange, {"above_baseline": 4}),
    (InRange, {"above_followup": 4}),
    (InRange, {"n_own_range": 21}),
    (InRange, {"n_censored": 21}),
    (InRange, {"share_baseline": None}),
    (InRange, {"p_mcnemar": None}),
    (InRange, {"difference_ci_low": 0.7}),
    (InRange, {"centre_baseline": "perhaps"}),
    (InRange, {"range_low": NAN}),
    (SmallGroups, {"profile": None}),
    (SmallGroups, {"few": None}),
    (Transitions, {"cohort": None}),
    (Transitions, {"n": -1}),
    # a class of which not all pairs are there
    (Transitions, {"category_baseline": "2"}),
    (Transitions, {"category_followup": "3"}),
    (Transitions, {"category_baseline": "2", "category_followup": "2"}),
    (Baseline, {"cohorts": None}),
    (Baseline, {"members": "some"}),
    (Baseline, {"scale": "ln"}),
    (Baseline, {"n": 11}),
    (Baseline, {"n_missing": -1}),
    (Baseline, {"n_at_limit": -1}),
    # a count is that of a category
    (Baseline, {"count": 10}),
    (Baseline, {"category": "male"}),
    (Baseline, {"mean": NAN}),
    (Baseline, {"q3": INF}),
    (Baseline, {"sd": -1.0}),
    (Baseline, {"sd_ci_low": None}),
    (Baseline, {"standardised_difference": None}),
    (Baseline, {"standardised_difference": None, "sd_ci_low": None, "sd_ci_high": None}),
    (Baseline, {"against": None}),
    (Scorecard, {"verdict": "nearly"}),
    (Scorecard, {"why": ""}),
    (Scorecard, {"published_significant": None}),
    (Scorecard, {"ours_direction": "unknown"}),
    (Scorecard, {"p_value": 1.1}),
]


@pytest.mark.parametrize(
    ("model", "wrong"),
    WRONG,
    ids=[f"{m.__name__}-{','.join(f'{k}={v}' for k, v in w.items())}" for m, w in WRONG],
)
def test_a_wrong_cell_is_refused(model, wrong):
    refused(model, framed(model, GOOD[model] | wrong))


@pytest.mark.parametrize(
    ("model", "other"),
    [
        (Cells, {"person": None, "date_text": None, "unit_text": None, "sheet": "S"}),
        (Cells, dict.fromkeys(("visit", "status_text", "reported_text", "sex_text", "birth_text"))
         | dict.fromkeys(("analyte_name", "record", "version")) | {"ignored": "message ADT^A01"}),
        (Values, dict.fromkeys(("visit", "status", "reported"))),
        (Values, {"status": "corrected"}),
        (NotChosen, dict.fromkeys(KEPT) | {"rule": "excluded_limit"}),
        (Values, {"comparator": "<=", "decimals": None, "flag": "soft_low"}),
        (Values, {"range_low": None, "range_high": None}),
        (Values, {"range_low": 6.0}),
        (Patients, {"sex": None, "age": None}),
        (Derived, {"value": None, "reason": "missing input: FBS", "origin": "derived"}),
        (Derived, dict.fromkeys(PLACE) | {"origin": "derived", "category": "G2"}),
        (Chosen, dict.fromkeys(PLACE) | {"day": 400}),
        (Flow, {"failed": 0, "remained": 5}),
        (Ledger, {"kind": "fate", "fate": "set_aside", "reason": "hard_limit", "cells": 0}),
        (Comparison, {"p_value": None, "statistic": None, "df": None, "note": "no test: n < 2"}),
        (Comparison, {"p_value": 0.0}),
        (Comparison, {"lost": None, "n_lost": 0, "n_members": 3, "n_baseline": 3}),
        (Comparison, {"agrees": None, "p_exact": None, "p_raw_double": None}),
        (Adjusted, {"p_adjusted": None, "adjustment": None, "profiles_agree": None}),
        (People, {"failed": 4, "lacks_followup_only": True}),
        (Multiplicity, {"family": "all", "correction": None, "alpha": None}),
        (Multiplicity, {"correction": "none", "n_below_alpha_adjusted": None}),
        (Specification, {"statistic": None, "p_value": None, "below_alpha": None,
                         "same_sign": None, "reason": "no pairs"}),
        (Specification, {"same_sign": None, "censored": None, "equation": "mdrd_4"}),
        (Sensitivity, {"n_valid": 0, "n_distinct": 0, "n_same_sign": None, "n_below_alpha": 0,
                       "n_same_sign_below_alpha": None, "share_same_sign": None,
                       "share_below_alpha": None, "share_same_sign_below_alpha": None}),
        (Regression, {"expected_ci_low": None, "expected": None, "expected_ci_high": None,
                      "note": "fewer than 40 pairs"}),
        (Regression, {"estimator": "time_reversed", "mu": None, "sigma": None, "mu_marker": None,
                      "sigma_marker": None, "rho_baseline": None, "rho": None}),
        (Attenders, {"n_b": 0, "mean_b": None, "sd_b": None, "standardised_difference": None,
                     "sd_ci_low": None, "sd_ci_high": None, "note": "nobody in a group"}),
        (Attenders, {"scale": "share", "sd_a": None, "sd_b": None}),
        (InRange, dict.fromkeys(("in_in", "in_out", "out_in", "out_out", "n_judged", "n_own_range",
                                 "below_baseline", "above_baseline", "below_followup",
                                 "above_followup"), 0)
         | dict.fromkeys(("share_baseline", "share_followup", "difference", "difference_ci_low",
                          "difference_ci_high", "p_mcnemar", "centre_baseline", "centre_followup",
                          "range_high"))
         | {"n_without_range": 12, "note": "no reference range"}),
        (InRange, {"centre_baseline": "depends", "range_high": None}),
        (SmallGroups, {"few": False}),
        (Baseline, dict.fromkeys(("against", "standardised_difference", "sd_ci_low",
                                  "sd_ci_high"))),
        (Baseline, dict.fromkeys(("standardised_difference", "sd_ci_low", "sd_ci_high"))
         | {"note": "no spread in either group"}),
        (Scorecard, {"ours_baseline": None, "ours_followup": None, "ours_significant": None,
                     "ours_direction": None, "p_value": None, "verdict": "not comparable"}),
    ],
)  # fmt: skip
def test_what_may_be_so_is_accepted(model, other):
    model.validate(framed(model, GOOD[model] | other), lazy=True)


def test_one_person_marker_and_date_has_one_derived_row_wherever_it_came_from():
    refused(Derived, framed(Derived, GOOD[Derived], GOOD[Derived] | {"source": "b", "value": 6.0}))


def test_one_person_marker_and_timepoint_has_one_chosen_value():
    refused(Chosen, framed(Chosen, GOOD[Chosen], GOOD[Chosen] | {"day": 4, "value": 6.0}))


def test_one_person_has_one_row():
    refused(Patients, framed(Patients, GOOD[Patients], GOOD[Patients] | {"sex": "female"}))


def test_a_value_may_be_passed_over_for_two_timepoints():
    other = GOOD[NotChosen] | {"timepoint": "month_12"}
    NotChosen.validate(framed(NotChosen, GOOD[NotChosen], other), lazy=True)


def test_context_of_a_value_stands_behind_its_range():
    columns = list(Values.to_schema().columns)
    assert columns[columns.index("range_high") + 1 :] == ["visit", "status", "reported"]


@pytest.mark.parametrize("entered", [2, 4])
def test_a_step_of_the_flow_goes_on_where_the_one_before_ended(entered):
    second = GOOD[Flow] | {"order": 2, "entered": entered, "failed": 0, "remained": entered}
    refused(Flow, framed(Flow, GOOD[Flow], second))


def test_steps_of_the_flow_are_joined_by_their_order():
    second = GOOD[Flow] | {"order": 2, "entered": 3, "failed": 1, "remained": 2}
    Flow.validate(framed(Flow, second, GOOD[Flow]), lazy=True)


def test_a_cell_may_break_several_rules_in_the_quarantine():
    other = GOOD[Quarantine] | {"rule": "another"}
    Quarantine.validate(framed(Quarantine, GOOD[Quarantine], other), lazy=True)


def test_the_other_test_of_a_comparison_is_not_primary():
    other = COMPARED | {"test": "wilcoxon_signed_rank", "df": None}
    Comparison.validate(framed(Comparison, COMPARED, other | {"primary": False}), lazy=True)
    refused(Comparison, framed(Comparison, COMPARED, other))


def test_another_profile_is_another_comparison():
    other = COMPARED | {"profile": "as_published"}
    Comparison.validate(framed(Comparison, COMPARED, other), lazy=True)


def test_one_specification_of_a_comparison_is_declared():
    declared, other = GOOD[Specification], GOOD[Specification] | {"window_after": 60}
    Specification.validate(framed(Specification, declared, other | {"declared": False}), lazy=True)
    refused(Specification, framed(Specification, declared, other))


def test_transitions_have_a_row_for_each_pair_of_classes():
    pairs = [
        WHAT | {"category_baseline": before, "category_followup": after, "n": n}
        for n, (before, after) in enumerate(product(("2", "3", None), repeat=2))
    ]
    Transitions.validate(framed(Transitions, *pairs), lazy=True)
    for missing in range(len(pairs)):
        refused(Transitions, framed(Transitions, *pairs[:missing], *pairs[missing + 1 :]))
    # each timepoint has its own
    other = [row | {"timepoint": "month_12"} for row in pairs]
    Transitions.validate(framed(Transitions, *pairs, *other), lazy=True)
    refused(Transitions, framed(Transitions, *pairs, *other[1:]))


@pytest.mark.parametrize(("women", "fine"), [(4, True), (3, False), (5, False)])
def test_categories_at_baseline_are_those_of_all_who_have_the_variable(women, fine):
    numbers = ("n_at_limit", "mean", "sd", "median", "q1", "q3")
    whole = GOOD[Baseline] | dict.fromkeys(numbers) | {"variable": "sex", "scale": "category"}
    unsaid = dict.fromkeys(("against", "standardised_difference", "sd_ci_low", "sd_ci_high"))
    counts = {"male": 6, "female": women}
    rows = [whole, *(whole | unsaid | {"category": k, "count": n} for k, n in counts.items())]
    if fine:
        Baseline.validate(framed(Baseline, *rows), lazy=True)
    else:
        refused(Baseline, framed(Baseline, *rows))
