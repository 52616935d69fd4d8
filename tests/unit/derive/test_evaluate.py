"""A value or a reason for every person, sample date and derived marker that is expected."""

import itertools
from datetime import date, datetime, timedelta

import polars as pl
import pytest
from labcohort.derive import registry
from labcohort.derive.censored import EXCLUDED_INPUT, sent_as_limit
from labcohort.derive.evaluate import SCHEMA, evaluate
from labcohort.derive.registry import Formula, upper_limit_of
from labcohort.errors import UserError

METHODS = {"EGFR": "ckd_epi_2021"}
DAY = date(2020, 6, 30)
OTHER = "inputs_of_other_date"


def dated(samples, **columns):
    """Inputs of one person, a row for each day after `DAY` in the column `day`."""
    days = columns.pop("day")
    return samples(
        person=columns.pop("person", ["p"] * len(days)),
        sample_date=[DAY + timedelta(d) for d in days],
        **columns,
    )


def by_day(result: pl.DataFrame) -> list[tuple]:
    """(days after `DAY`, value, reason, flag) of each row."""
    day = (pl.col("sample_date") - DAY).dt.total_days()
    return result.select(day, "value", "reason", "flag").rows()


def test_rows_are_those_with_any_measured_input(samples, tables):
    inputs = samples(TC=[5.0, None, None], HDL=[None, 1.0, None], CREAT=[None, None, 80.0])
    result = evaluate(inputs, ["NON_HDL", "CKD_STAGE"], METHODS, tables)
    assert result.select("marker", "person").rows() == [
        ("CKD_STAGE", "p002"),
        ("NON_HDL", "p000"),
        ("NON_HDL", "p001"),
    ]


def test_missing_inputs_are_named_in_the_order_of_the_formula(derive):
    assert derive("HOMA_IR", FBS=5.0, INSULIN=None)["reason"] == "missing input: INSULIN"
    assert derive("HOMA_IR", FBS=None, INSULIN=5.0)["reason"] == "missing input: FBS"
    row = derive("EGFR", CREAT=80.0, sex=None, age=None)
    assert row["reason"] == "missing input: sex, birth date or age"


def test_every_set_of_missing_inputs_is_named(samples, tables):
    codes = ("AST", "ALT", "PLT", "age")
    sets = list(itertools.product([False, True], repeat=len(codes)))
    there = {c: [1.0 if has[i] else None for has in sets] for i, c in enumerate(codes)}
    found = evaluate(samples(**there), ["FIB4"], {}, tables)
    expected = []
    for has in sets:
        names = [code for code, there in zip(codes, has, strict=True) if not there]
        said = ", ".join(names).replace("age", "birth date or age")
        # a row stands where any of the measured ones is there
        expected += ["missing input: " + said if names else None] if any(has[:3]) else []
    assert found["reason"].to_list() == expected


def test_a_column_that_is_not_there_is_missing(derive):
    assert derive("HOMA_IR", FBS=5.0)["reason"] == "missing input: INSULIN"


def test_a_marker_without_any_of_its_columns_gives_no_row(samples, tables):
    result = evaluate(samples(FBS=[5.0]), ["GLOB"], METHODS, tables)
    assert result.is_empty() and result.schema == pl.Schema(SCHEMA)


def test_age_is_by_the_birth_date_where_there_is_one(samples, tables):
    day = date(2020, 6, 30)
    inputs = samples(
        CREAT=[79.56] * 4,
        sex=["male"] * 4,
        birth_date=[date(1970, 6, 30), date(1970, 7, 1), None, None],
        age=[20.0, None, 50.0, 49.5],
        sample_date=[day] * 4,
    )
    values = evaluate(inputs, ["EGFR"], METHODS, tables)["value"].to_list()
    # 0.9 mg/dL in a man leaves 142 * 0.9938^age
    assert values == pytest.approx([142 * 0.9938**a for a in (50, 49, 50, 49.5)], rel=1e-13)


def test_a_birthday_between_two_samples_changes_the_age(samples, tables):
    inputs = samples(
        person=["p", "p", "q", "q"],
        sample_date=[date(2021, 2, 28), date(2021, 3, 1)] * 2,
        birth_date=[date(2003, 2, 28)] * 2 + [date(2004, 2, 29)] * 2,
        CREAT=[80.0] * 4,
    ).with_columns(age=None)
    result = evaluate(inputs, ["EGFR"], METHODS, tables)
    assert result["reason"].is_null().to_list() == [True, True, False, False]
    inputs = inputs.with_columns(birth_date=pl.col("birth_date").dt.offset_by("-1y"))
    shifted = inputs.with_columns(
        birth_date=pl.when(person=pl.lit("q")).then(date(2000, 2, 29)).otherwise("birth_date")
    )
    assert evaluate(shifted, ["EGFR"], METHODS, tables)["reason"].null_count() == 4


def test_categories_are_text_beside_a_number(derive):
    # a woman of 60 with 88.4 umol/L has 64.5, by R
    row = derive("GFR_CATEGORY", CREAT=88.4, age=60)
    assert (row["value"], row["category"], row["reason"]) == (2.0, "G2", None)
    row = derive("CKD_STAGE", CREAT=88.4, age=60)
    assert (row["value"], row["category"], row["reason"]) == (2.0, "2", None)
    assert derive("EGFR", CREAT=88.4, age=60)["category"] is None


def test_a_derived_input_need_not_be_wanted_to_pass_its_reason_on(derive):
    assert derive("CKD_STAGE", CREAT=0.0)["reason"] == "creatinine is not above zero"


def test_the_first_reason_that_holds(derive):
    row = derive("EGFR", CREAT=0.0, age=10, sex="x")
    assert row["reason"] == "creatinine is not above zero"


def test_every_row_has_a_finite_value_or_a_reason_and_never_both(samples, tables, methods):
    odd = [None, float("nan"), float("inf"), -float("inf"), 0.0, -1.0, 1e-320, 1e308, 1.0, 60.0]
    pairs = list(itertools.product(odd, odd))
    markers = list(registry.registered())
    leaves = sorted(set().union(*(registry.measured_inputs(m, methods) for m in markers)))
    # each way round, so that any two inputs of a formula meet differing
    for step in (1, 2, 4, 8):
        columns = {m: [pair[i // step % 2] for pair in pairs] for i, m in enumerate(leaves)}
        inputs = samples(**columns, age=[pair[1] for pair in pairs])
        result = evaluate(inputs, markers, methods, tables)
        assert set(result["marker"]) == set(markers)
        assert result.select((pl.col("value").is_null() ^ pl.col("reason").is_null()).all()).item()
        assert result["value"].drop_nulls().is_finite().all()
        assert result["reason"].drop_nulls().str.len_chars().min() > 0
        without = result.filter(pl.col("value").is_null())
        assert without["category"].is_null().all() and without["flag"].is_null().all()


def test_an_overflow_is_a_reason(derive):
    row = derive("HOMA_IR", FBS=1e300, INSULIN=1e300)
    assert row["reason"] == "the formula gives no finite number"


def test_a_value_that_is_not_a_number_is_missing(derive):
    assert derive("GLOB", TP=72.0, ALB=float("nan"))["reason"] == "missing input: ALB"


def test_rows_are_sorted_and_do_not_depend_on_the_order_of_inputs(samples, tables):
    inputs = samples(
        person=["b", "a", "b", "a"],
        sample_date=[date(2020, 2, 1), date(2020, 2, 1), date(2020, 1, 1), date(2020, 1, 1)],
        TC=[5.0, 5.1, 5.2, 5.3],
        HDL=[1.0, 1.1, 1.2, 1.3],
    )
    result = evaluate(inputs, ["NON_HDL", "HDL_RATIO", "NON_HDL"], METHODS, tables)
    keys = result.select("marker", "person", "sample_date").rows()
    assert keys == sorted(keys) and len(keys) == 8
    assert result.equals(evaluate(inputs.reverse(), ["HDL_RATIO", "NON_HDL"], METHODS, tables))


def test_no_samples_and_no_markers(samples, tables):
    nothing = samples(TC=[5.0]).clear()
    assert evaluate(nothing, ["NON_HDL"], METHODS, tables).schema == pl.Schema(SCHEMA)
    assert evaluate(samples(TC=[5.0]), [], METHODS, tables).is_empty()


def test_whole_numbers_and_dates_with_time(samples, tables):
    # polars reads a column of whole numbers as Int64, and a date with time as Datetime
    inputs = samples(TC=[5], HDL=[1]).with_columns(birth_date=datetime(1970, 1, 1))
    assert evaluate(inputs, ["NON_HDL"], METHODS, tables)["value"].to_list() == [4.0]


def test_the_same_person_and_date_twice(samples, tables):
    inputs = samples(person=["p", "p"], TC=[5.0, 5.0])
    with pytest.raises(ValueError, match="more than one row"):
        evaluate(inputs, ["NON_HDL"], METHODS, tables)


def test_a_table_that_is_not_given(samples):
    with pytest.raises(KeyError, match="ckd_stages"):
        evaluate(samples(CREAT=[80.0]), ["CKD_STAGE"], METHODS, {})


def test_an_unknown_marker(samples, tables):
    with pytest.raises(UserError, match="unknown derived marker 'FBS'"):
        evaluate(samples(FBS=[5.0]), ["FBS"], METHODS, tables)


def test_flags_of_a_value_are_joined_in_the_order_of_the_formula(register, samples):
    def flagged(tc: pl.Expr) -> Formula:
        return Formula(
            value=tc,
            undefined=((tc < 0, "below zero"),),
            flags=((tc < 1, "low"), (tc > 9, "high"), (tc != 5, "not_five")),
        )

    register["NON_HDL"] = {"": flagged}
    result = evaluate(samples(TC=[5.0, 0.5, 10.0, -1.0]), ["NON_HDL"], {}, {})
    assert result["flag"].to_list() == [None, "low|not_five", "high|not_five", None]


def test_a_condition_of_a_flag_that_is_unknown_does_not_hold(register, samples):
    def flagged(tc: pl.Expr, insulin_treated: pl.Expr) -> Formula:
        unknown = insulin_treated.is_null()
        return Formula(
            value=tc, flags=((insulin_treated == "yes", "treated"), (unknown, "unknown"))
        )

    register["NON_HDL"] = {"": flagged}
    inputs = samples(TC=[5.0] * 4, insulin_treated=["yes", "no", None, "Yes, since 2012"])
    result = evaluate(inputs, ["NON_HDL"], {}, {})
    assert result["value"].to_list() == [5.0] * 4 and result["reason"].is_null().all()
    assert result["flag"].to_list() == ["treated", None, "unknown", "unknown"]
    nobody = evaluate(inputs.drop("insulin_treated"), ["NON_HDL"], {}, {})
    assert nobody["flag"].to_list() == ["unknown"] * 4


def test_an_upper_limit_that_is_not_there_is_no_missing_input(register, samples):
    def over_upper_limit(ast: pl.Expr, ast_upper_limit: pl.Expr) -> Formula:
        return Formula(value=ast / ast_upper_limit.fill_null(40.0))

    register["NON_HDL"] = {"": over_upper_limit}
    inputs = samples(AST=[80.0, 80.0, None])
    limits = pl.Series(upper_limit_of("AST"), [50.0, None, 50.0])
    result = evaluate(inputs.with_columns(limits), ["NON_HDL"], {}, {})
    # the limit of a result that is not there makes no row
    assert result["value"].to_list() == [1.6, 2.0]
    assert evaluate(inputs, ["NON_HDL"], {}, {})["value"].to_list() == [2.0, 2.0]


def test_a_value_outside_a_hard_limit_is_none_and_on_it_is_one(samples, tables):
    # in binary 1.0 - 0.9 is below 0.1, and 1.2 - 0.9 below 0.3
    inputs = samples(TC=[1.0, 1.2, 5.2, 5.3], HDL=[0.9] * 4)
    limits = {"NON_HDL": {"hard_low": 0.1, "hard_high": 4.3, "soft_low": 0.3, "soft_high": 4.2}}
    result = evaluate(inputs, ["NON_HDL"], METHODS, tables, limits)
    assert result["value"].to_list() == pytest.approx([0.1, 0.3, 4.3, None])
    why = "NON_HDL is outside the credible 0.1 to 4.3"
    assert result["reason"].to_list() == [None, None, None, why]
    assert result["flag"].to_list() == ["soft_low", None, "soft_high", None]


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        ({"hard_low": 5}, "NON_HDL is below the credible 5"),
        ({"hard_low": None, "hard_high": 3.5}, "NON_HDL is above the credible 3.5"),
        ({"hard_low": 4, "hard_high": 4, "soft_low": 4, "soft_high": 4}, None),
        ({}, None),
    ],
)
def test_one_limit_or_none(samples, tables, limits, why):
    result = evaluate(
        samples(TC=[5.0], HDL=[1.0]), ["NON_HDL"], METHODS, tables, {"NON_HDL": limits}
    )
    assert result.select("reason", "flag").row(0) == (why, None)


def test_a_derived_input_outside_its_limit_passes_its_reason_on(samples, tables):
    limits = {"EGFR": {"hard_low": 0, "hard_high": 100}, "CKD_STAGE": {"soft_low": 2}}
    inputs = samples(CREAT=[30.0, 88.4])
    result = evaluate(inputs, ["CKD_STAGE"], METHODS, tables, limits)
    why = "EGFR is outside the credible 0 to 100"
    assert result.select("value", "category", "reason").rows() == [
        (None, None, why),
        (2.0, "2", None),
    ]
    # the flags of a derived input stay with it
    limits = {"EGFR": {"soft_low": 100}}
    rows = evaluate(inputs, ["EGFR", "CKD_STAGE"], METHODS, tables, limits).rows_by_key(
        ["marker", "person"], named=True, unique=True
    )
    assert rows["EGFR", "p001"]["flag"] == "soft_low" and not rows["CKD_STAGE", "p001"]["flag"]


def test_a_value_that_rests_on_a_limit_says_so_first(samples, tables):
    inputs = samples(CREAT=[88.4, 88.4, 0.0]).with_columns(
        pl.Series(sent_as_limit("CREAT"), [True, None, True])
    )
    limits = {"EGFR": {"soft_low": 100}}
    result = evaluate(inputs, ["CKD_STAGE", "EGFR"], METHODS, tables, limits)
    assert result["flag"].to_list() == [
        *("censored_input", None, None),
        *("censored_input|soft_low", "soft_low", None),
    ]


def test_an_excluded_limit_is_a_reason_of_its_own(samples, tables):
    inputs = samples(FBS=[5.0, None, 5.0], INSULIN=[None, None, None])
    inputs = inputs.with_columns(pl.Series(sent_as_limit("INSULIN"), [True, True, False]))
    result = evaluate(inputs, ["HOMA_IR"], METHODS, tables)
    assert result["reason"].to_list() == [
        EXCLUDED_INPUT,
        "missing input: FBS",
        "missing input: INSULIN",
    ]
    assert result["flag"].is_null().all()


def test_an_excluded_limit_reaches_through_derived_inputs(samples, tables):
    inputs = samples(CREAT=[None]).with_columns(pl.lit(True).alias(sent_as_limit("CREAT")))
    result = evaluate(inputs, ["CKD_STAGE"], METHODS, tables)
    assert result["reason"].to_list() == [EXCLUDED_INPUT]


@pytest.mark.parametrize(
    ("days", "value", "reason", "flag"),
    [
        # HDL of days 0, 3 and 7 beside a TC of day 5: 3 and 7 are equally near
        ({"NON_HDL": 0}, None, "missing input: HDL", None),
        ({"NON_HDL": 1}, None, "missing input: HDL", None),
        ({"NON_HDL": 2}, 8.0, None, OTHER),
        ({"NON_HDL": 400}, 8.0, None, OTHER),
    ],
)
def test_a_missing_input_is_taken_from_the_nearest_date(samples, tables, days, value, reason, flag):
    inputs = dated(
        samples, day=[0, 3, 5, 7], TC=[None, None, 10.0, None], HDL=[1.0, 2.0, None, 3.0]
    )
    result = evaluate(inputs, ["NON_HDL"], METHODS, tables, None, days)
    assert by_day(result) == [(5, value, reason, flag)]


def test_an_input_of_the_same_date_is_taken_before_any_other(samples, tables):
    inputs = dated(samples, day=[4, 5, 9], TC=[9.0, 10.0, None], HDL=[None, 2.0, 3.0])
    result = evaluate(inputs, ["NON_HDL"], METHODS, tables, None, {"NON_HDL": 30})
    assert by_day(result) == [(4, 7.0, None, OTHER), (5, 8.0, None, None)]


def test_the_nearer_date_may_be_the_later(samples, tables):
    inputs = dated(samples, day=[0, 5, 9], TC=[None, 10.0, None], HDL=[1.0, None, 3.0])
    result = evaluate(inputs, ["NON_HDL"], METHODS, tables, None, {"NON_HDL": 30})
    assert by_day(result) == [(5, 7.0, None, OTHER)]


def test_inputs_of_another_date_are_of_the_same_person(samples, tables):
    inputs = dated(
        samples, person=["p", "q"], day=[0, 1], TC=[10.0, None], HDL=[None, 1.0]
    )  # fmt: skip
    result = evaluate(inputs, ["NON_HDL"], METHODS, tables, None, {"NON_HDL": 30})
    assert by_day(result) == [(0, None, "missing input: HDL", None)]


def test_markers_that_are_not_listed_keep_to_one_date(samples, tables):
    inputs = dated(samples, day=[0, 1], TC=[10.0, None], HDL=[None, 2.0])
    result = evaluate(inputs, ["HDL_RATIO", "NON_HDL"], METHODS, tables, None, {"HDL_RATIO": 9})
    assert result["marker"].to_list() == ["HDL_RATIO", "NON_HDL", "NON_HDL"]
    assert by_day(result) == [
        (0, 5.0, None, OTHER),
        (0, None, "missing input: HDL", None),
        (1, None, "missing input: TC", None),
    ]


def test_derived_inputs_are_computed_from_what_the_marker_takes(register, samples, tables):
    def of_two(ldl: pl.Expr, non_hdl: pl.Expr) -> Formula:
        return Formula(value=ldl + 100 * non_hdl)

    register["HDL_RATIO"] = {"": of_two}
    inputs = dated(
        samples, day=[0, 1, 2], LDL=[None, 3.0, None], TC=[5.0, None, None], HDL=[None, None, 1.0]
    )
    markers = ["HDL_RATIO", "NON_HDL"]
    result = evaluate(inputs, markers, METHODS, tables, None, {"HDL_RATIO": 1})
    assert by_day(result) == [
        (1, 403.0, None, OTHER),
        (0, None, "missing input: HDL", None),
        (2, None, "missing input: TC", None),
    ]


def test_age_is_that_at_the_date_of_the_value(register, samples):
    def with_age(tc: pl.Expr, hdl: pl.Expr, age: pl.Expr) -> Formula:
        return Formula(value=age + 0 * tc * hdl)

    register["NON_HDL"] = {"": with_age}
    inputs = dated(samples, day=[-1, 0], TC=[5.0, None], HDL=[None, 1.0]).with_columns(
        birth_date=date(1970, 6, 30), age=None
    )
    result = evaluate(inputs, ["NON_HDL"], {}, {}, None, {"NON_HDL": 1})
    assert by_day(result) == [(-1, 49.0, None, OTHER)]


def test_a_result_of_another_date_brings_its_upper_limit_and_that_it_is_a_limit(register, samples):
    def two(tc: pl.Expr, hdl: pl.Expr, hdl_upper_limit: pl.Expr) -> Formula:
        return Formula(value=tc + hdl / hdl_upper_limit)

    register["NON_HDL"] = {"": two}
    inputs = dated(samples, day=[0, 1, 2, 9], TC=[5.0, None, None, 6.0], HDL=[None, 4.0, 8.0, None])
    inputs = inputs.with_columns(
        pl.Series(upper_limit_of("HDL"), [None, 2.0, 1.0, None]),
        pl.Series(sent_as_limit("HDL"), [None, True, False, None]),
    )
    result = evaluate(inputs, ["NON_HDL"], {}, {}, None, {"NON_HDL": 7})
    assert by_day(result) == [(0, 7.0, None, f"censored_input|{OTHER}"), (9, 14.0, None, OTHER)]


def test_an_excluded_limit_is_not_passed_over_for_a_farther_date(samples, tables):
    # else what lies beyond a limit would be replaced by what does not
    inputs = dated(samples, day=[0, 1, 2], FBS=[4.5, None, None], INSULIN=[None, None, 5.0])
    inputs = inputs.with_columns(pl.Series(sent_as_limit("INSULIN"), [False, True, False]))
    result = evaluate(inputs, ["HOMA_IR"], METHODS, tables, None, {"HOMA_IR": 7})
    assert by_day(result) == [(0, None, EXCLUDED_INPUT, None)]


def test_no_rows_where_the_first_input_was_never_measured(samples, tables):
    inputs = dated(samples, day=[0, 1], HDL=[1.0, 2.0])
    for frame in (inputs, inputs.clear()):
        result = evaluate(frame, ["NON_HDL"], METHODS, tables, None, {"NON_HDL": 7})
        assert result.is_empty() and result.schema == pl.Schema(SCHEMA)


def test_the_nearest_date_of_many_as_by_going_through_them(samples, tables):
    people, days = ["a", "b", "c"], list(range(0, 120, 3))
    rows = [(p, d) for p in people for d in days if (d * 7 + ord(p)) % 5]
    n = len(rows)
    tc = [float(i + 1000) if i % 3 else None for i in range(n)]
    hdl = [float(i + 1) if i % 7 in (0, 4) else None for i in range(n)]
    inputs = dated(samples, person=[p for p, _ in rows], day=[d for _, d in rows], TC=tc, HDL=hdl)
    expected = {}
    for (person, day), first in zip(rows, tc, strict=True):
        donors = [
            (abs(other - day), other, value)
            for (who, other), value in zip(rows, hdl, strict=True)
            if who == person and value is not None and abs(other - day) <= 6
        ]
        if first is not None:
            expected[person, day] = first - min(donors)[2] if donors else None
    result = evaluate(inputs.reverse(), ["NON_HDL"], METHODS, tables, None, {"NON_HDL": 6})
    day = (pl.col("sample_date") - DAY).dt.total_days()
    found = {(p, d): v for p, d, v in result.select("person", day, "value").iter_rows()}
    assert found == expected and None in expected.values()
