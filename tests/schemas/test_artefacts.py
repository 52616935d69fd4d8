"""Each artefact's model accepts a good frame and refuses what its docstring excludes."""

from datetime import date

import pandera.polars as pa
import polars as pl
import pytest

from schemas.cohort import Chosen, Flow, Membership
from schemas.comparison import Comparison
from schemas.derived import Derived
from schemas.harmonised import Patients, Values
from schemas.ingested import Cells
from schemas.quality import Duplicates, Ledger, Quarantine

PERSON = "p0123456789abcdef"
PLACE = {"source": "site", "file": "raw/a.csv", "sheet": None, "row": 2, "column": "result"}
KEPT = {f"kept_{k}": v for k, v in PLACE.items()}
NAN, INF = float("nan"), float("inf")

GOOD = {
    Cells: PLACE | {
        "person": PERSON, "date_text": "x", "analyte": "a", "value_text": "5", "unit_text": "%",
        "range_text": "4-6",
    },
    Values: PLACE | {
        "person": PERSON, "marker": "HBA1C", "sample_date": date(2020, 1, 2), "value_text": "5",
        "comparator": None, "number": 5.0, "decimals": 0, "unit": "%", "value": 5.0, "flag": None,
        "range_low": 4.0, "range_high": 6.0,
    },
    Patients: {"person": PERSON, "sex": "male", "birth_date": None, "age": 50.0},
    Derived: {
        "person": PERSON, "marker": "HBA1C", "sample_date": date(2020, 1, 2),
        "origin": "measured", "value": 5.0, "category": None, "reason": None, "comparator": None,
        "flag": None, "range_low": None, "range_high": 6.0, **PLACE,
    },
    Membership: {"cohort": "all", "timepoint": "baseline", "person": PERSON},
    Chosen: {
        "person": PERSON, "marker": "HBA1C", "timepoint": "baseline", "day": -3,
        "sample_date": date(2020, 1, 2), "value": 5.0, "category": None, "comparator": None,
        **PLACE,
    },
    Flow: {
        "order": 1, "criterion": "c", "subject": "s", "entered": 5, "failed": 2, "remained": 3,
    },
    Quarantine: PLACE | {
        "stage": "harmonise", "marker": None, "person": None, "raw_value": "x", "rule": "r",
        "reason": "y", "severity": "error",
    },
    Duplicates: PLACE | {"marker": "HBA1C", "person": PERSON, "rule": "identical_repeat"} | KEPT,
    Ledger: {
        "source": "site", "stage": "ingest", "kind": "in", "fate": None, "reason": None, "cells": 1,
    },
    Comparison: dict.fromkeys(Comparison.to_schema().columns, 1.0) | {
        "family": "f", "role": "primary", "panel": "x", "marker": "M", "cohort": "all",
        "timepoint": "month_6", "test": "paired_t", "summary": "mean_sem", "n_members": 5,
        "n_baseline": 4, "n_followup": 3, "n_pairs": 3, "df": 2, "n_positive": 1, "n_negative": 1,
        "n_zero": 1, "n_censored": 0, "note": None,
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
    refused(model, frame.with_columns(pl.lit(True).alias(frame.columns[-1])))


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
    (Chosen, {"value": None}),
    (Chosen, {"day": None}),
    (Chosen, {"timepoint": None}),
    (Flow, {"failed": -2}),
    (Flow, {"remained": 4}),
    (Flow, {"entered": 6}),
    (Quarantine, {"severity": "bad"}),
    (Quarantine, {"rule": None}),
    (Quarantine, {"reason": None}),
    (Quarantine, {"raw_value": None}),
    (Duplicates, {"kept_row": None}),
    (Duplicates, {"kept_row": 0}),
    (Duplicates, {"rule": None}),
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
]


@pytest.mark.parametrize(
    ("model", "wrong"), WRONG, ids=[f"{m.__name__}-{k}={v}" for m, w in WRONG for k, v in w.items()]
)
def test_a_wrong_cell_is_refused(model, wrong):
    refused(model, framed(model, GOOD[model] | wrong))


@pytest.mark.parametrize(
    ("model", "other"),
    [
        (Cells, {"person": None, "date_text": None, "unit_text": None, "sheet": "S"}),
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
    ],
)
def test_what_may_be_so_is_accepted(model, other):
    model.validate(framed(model, GOOD[model] | other), lazy=True)


def test_one_person_marker_and_date_has_one_derived_row_wherever_it_came_from():
    refused(Derived, framed(Derived, GOOD[Derived], GOOD[Derived] | {"source": "b", "value": 6.0}))


def test_one_person_marker_and_timepoint_has_one_chosen_value():
    refused(Chosen, framed(Chosen, GOOD[Chosen], GOOD[Chosen] | {"day": 4, "value": 6.0}))


def test_one_person_has_one_row():
    refused(Patients, framed(Patients, GOOD[Patients], GOOD[Patients] | {"sex": "female"}))


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
