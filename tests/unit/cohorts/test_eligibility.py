"""Ordered criteria: the first that a person fails is the reason (contract, Eligibility)."""

from datetime import date

import polars as pl
import pytest
from labcohort.cohorts.eligibility import judged, selection_flow

from schemas.cohort import Flow, People

CRITERIA = [
    {"order": 1, "criterion": "attribute_is", "subject": "diabetes_type", "values": "type_2|lada"},
    {"order": 2, "criterion": "date_within", "subject": "infusion_date",
     "values": "2014-11-01..2022-07-31"},
    {"order": 3, "criterion": "result_at", "subject": "baseline", "values": None},
    {"order": 4, "criterion": "result_at", "subject": "month_6|month_12", "values": None},
]  # fmt: skip
GOOD = ("type_2", date(2020, 1, 1), ("baseline", "month_6"))


def failed(*people: tuple, criteria=CRITERIA) -> list[int | None]:
    """Order of the criterion that each (type, infusion date, timepoints) fails."""
    return judge(*people, criteria=criteria).get_column("failed").to_list()


def judge(*people: tuple, criteria=CRITERIA) -> pl.DataFrame:
    names = [f"p{i}" for i in range(len(people))]
    patients = pl.DataFrame(
        {
            "person": names,
            "diabetes_type": [kind for kind, _, _ in people],
            "infusion_date": [day for _, day, _ in people],
        },
        schema={"person": pl.String, "diabetes_type": pl.String, "infusion_date": pl.Date},
    )
    visited = [(n, t) for n, (_, _, ts) in zip(names, people, strict=True) for t in ts]
    seen = pl.DataFrame(visited, schema={"person": pl.String, "timepoint": pl.String}, orient="row")
    people = judged(patients.reverse(), seen.reverse(), criteria)
    return People.validate(people, lazy=True)


@pytest.mark.parametrize(
    ("change", "order"),
    [
        ({}, None),
        ({0: "lada"}, None),
        ({0: "type_1"}, 1),
        ({0: "type"}, 1),
        ({0: None}, 1),
        ({1: date(2014, 10, 31)}, 2),
        ({1: date(2014, 11, 1)}, None),
        ({1: date(2022, 7, 31)}, None),
        ({1: date(2022, 8, 1)}, 2),
        ({1: None}, 2),
        ({2: ("month_6",)}, 3),
        ({2: ("baseline",)}, 4),
        ({2: ("baseline", "month_12")}, None),
        ({2: ("baseline", "month_6", "month_12")}, None),
        ({2: ()}, 3),
        ({0: "type_1", 1: None, 2: ()}, 1),
        ({1: None, 2: ()}, 2),
    ],
)
def test_the_first_criterion_that_fails(change, order):
    person = tuple(change.get(i, value) for i, value in enumerate(GOOD))
    assert failed(person) == [order]


def test_the_order_is_that_of_the_column_whatever_the_rows_are():
    person = ("type_1", None, ())
    assert failed(person, criteria=CRITERIA[::-1]) == [1]
    renumbered = [row | {"order": 10 - row["order"]} for row in CRITERIA]
    assert failed(person, criteria=renumbered) == [6]


def test_people_are_judged_one_by_one_and_sorted():
    people = judge(GOOD, ("type_1", *GOOD[1:]), GOOD)
    assert people.select("person", "failed").rows() == [("p0", None), ("p1", 1), ("p2", None)]


@pytest.mark.parametrize(
    ("change", "lacks"),
    [
        ({}, False),
        ({2: ("baseline",)}, True),
        # fails nothing else: whatever comes before or after in the order
        ({2: ()}, False),
        ({2: ("month_6",)}, False),
        ({0: "type_1", 2: ("baseline",)}, False),
        ({1: None, 2: ("baseline",)}, False),
        ({0: None}, False),
    ],
)
@pytest.mark.parametrize("followup_first", [True, False])
def test_who_is_otherwise_eligible_and_never_came_back(change, lacks, followup_first):
    person = tuple(change.get(i, value) for i, value in enumerate(GOOD))
    orders = (2, 3, 4, 1) if followup_first else (1, 2, 3, 4)
    criteria = [row | {"order": n} for row, n in zip(CRITERIA, orders, strict=True)]
    (told,) = judge(person, criteria=criteria).get_column("lacks_followup_only")
    assert told is lacks


def test_a_criterion_that_the_baseline_can_meet_asks_for_no_follow_up():
    any_visit = [*CRITERIA[:2], CRITERIA[3] | {"subject": "baseline|month_6"}]
    people = judge((*GOOD[:2], ()), criteria=any_visit)
    assert people.select("failed", "lacks_followup_only").rows() == [(4, False)]


def test_each_of_several_follow_ups_may_be_what_is_lacking():
    both = [*CRITERIA[:3], *({**CRITERIA[3], "order": 4 + i, "subject": f"month_{6 + 6 * i}"}
                             for i in range(2))]  # fmt: skip
    people = judge(GOOD, (*GOOD[:2], ("baseline",)), (*GOOD[:2], ("month_6",)), criteria=both)
    assert people.select("failed", "lacks_followup_only").rows() == [
        (5, True), (4, True), (3, False),
    ]  # fmt: skip


def test_without_a_criterion_of_follow_up_nobody_lacks_one():
    people = judge(GOOD, ("type_1", *GOOD[1:]), criteria=CRITERIA[:3])
    assert not people.get_column("lacks_followup_only").any()


def test_without_criteria_everyone_is_eligible():
    assert failed(GOOD, ("type_1", None, ()), criteria=[]) == [None, None]


def test_the_flow_adds_up_and_shows_steps_that_nobody_failed():
    people = judge(GOOD, ("type_1", *GOOD[1:]), (*GOOD[:2], ()), (*GOOD[:2], ()))
    flow = Flow.validate(selection_flow(people, CRITERIA), lazy=True)
    assert flow.select("order", "entered", "failed", "remained").rows() == [
        (1, 4, 1, 3),
        (2, 3, 0, 3),
        (3, 3, 2, 1),
        (4, 1, 0, 1),
    ]


def test_the_flow_of_nobody():
    flow = Flow.validate(selection_flow(judge(), CRITERIA), lazy=True)
    assert flow.height == 4
    assert set(flow.select("entered", "failed", "remained").rows()) == {(0, 0, 0)}
