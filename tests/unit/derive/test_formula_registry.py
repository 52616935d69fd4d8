"""The register of formulas, and that it fits the table of markers."""

import inspect

import polars as pl
import pytest
from labcohort.derive import registry
from labcohort.derive.registry import Formula, derives
from labcohort.errors import UserError

METHODS = {"EGFR": "ckd_epi_2021"}


def a_formula(tc: pl.Expr) -> Formula:
    return Formula(value=tc)


def _with_arguments(*names: str):
    def function():
        """Takes what its signature says."""

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    function.__signature__ = inspect.Signature([inspect.Parameter(n, kind) for n in names])
    return function


def test_every_derived_row_has_formulas_and_every_formula_a_row(facts):
    derived = {row["marker"] for row in facts("markers") if row["kind"] == "derived"}
    assert set(registry.registered()) == derived


def test_every_input_is_a_row(facts, methods):
    measured = {row["marker"] for row in facts("markers") if row["kind"] == "measured"}
    for marker, choices in registry.registered().items():
        for method in choices:
            assert registry.measured_inputs(marker, methods | {marker: method}) <= measured


def test_a_derived_marker_is_of_the_panel_of_an_input(facts, methods):
    panel = {row["marker"]: row["panel"] for row in facts("markers")}
    for marker in registry.registered():
        panels = {panel[m] for m in registry.measured_inputs(marker, methods)}
        assert panel[marker] in panels, marker


def test_inputs_are_the_arguments():
    assert registry.inputs("HOMA_IR", {}) == ("FBS", "INSULIN")
    assert registry.inputs("EGFR", METHODS) == ("CREAT",)
    assert registry.person_inputs("EGFR", METHODS) == ("sex", "age")
    assert registry.inputs("CKD_STAGE", METHODS) == ("EGFR",)
    assert registry.tables("CKD_STAGE", METHODS) == ("ckd_stages", "egfr_rounding")


def test_measured_inputs_reach_through_derived_ones():
    assert registry.measured_inputs("CKD_STAGE", METHODS) == {"CREAT"}
    assert registry.in_order(["CKD_STAGE", "EGFR"], METHODS) == ["EGFR", "CKD_STAGE"]


def test_the_first_measured_input_reaches_through_derived_ones(register):
    def from_stage(ckd_stage: pl.Expr, bun: pl.Expr) -> Formula:
        """Takes a class of a derived value first."""

    register["NON_HDL"] = {"": from_stage}
    assert registry.first_measured_input("NON_HDL", METHODS) == "CREAT"
    assert registry.first_measured_input("HOMA_IR", {}) == "FBS"


def test_optional_arguments_are_no_inputs(register):
    def formula(
        tc: pl.Expr, tc_upper_limit: pl.Expr, age: pl.Expr, insulin_treated: pl.Expr
    ) -> Formula:
        return Formula(value=tc / tc_upper_limit, flags=((insulin_treated == "yes", "treated"),))

    derives("NON_HDL", method="other")(formula)
    methods = {"NON_HDL": "other"}
    assert registry.inputs("NON_HDL", methods) == ("TC",)
    assert registry.measured_inputs("NON_HDL", methods) == {"TC"}
    assert registry.person_inputs("NON_HDL", methods) == ("age",)
    made = registry.formula("NON_HDL", methods, {})
    assert made.value.meta.root_names() == ["TC", registry.upper_limit_of("TC")]


@pytest.mark.parametrize(
    "argument", ["tcc_upper_limit", "tc_uper_limit", "non_hdl_upper_limit", "_upper_limit"]
)
def test_an_upper_limit_is_of_a_measured_marker(register, argument):
    with pytest.raises(UserError, match=f"'{argument}' is no input of a formula"):
        derives("NON_HDL", method="other")(_with_arguments("tc", argument))


def test_an_upper_limit_stands_beside_its_marker(register):
    with pytest.raises(ValueError, match="'hdl_upper_limit' without 'hdl'"):
        derives("NON_HDL", method="other")(_with_arguments("tc", "hdl_upper_limit"))


def test_the_same_marker_and_method_twice(register):
    with pytest.raises(ValueError, match="HDL_RATIO: method '' is registered twice"):
        derives("HDL_RATIO")(a_formula)


@pytest.mark.parametrize("marker", ["TC", "NO_SUCH", "EGFR_REPORTED"])
def test_only_derived_rows_have_formulas(register, marker):
    with pytest.raises(UserError, match=f"derived marker {marker} has a formula and no row"):
        derives(marker)(a_formula)


@pytest.mark.parametrize("argument", ["tcc", "TC", "stages", "race", "insulin_treat"])
def test_an_unknown_argument(register, argument):
    with pytest.raises(UserError, match=f"'{argument}' is no input of a formula"):
        derives("NON_HDL", method="other")(_with_arguments(argument))


def test_a_method_is_chosen_where_there_are_two(register):
    derives("NON_HDL", method="other")(a_formula)
    assert registry.function_of("NON_HDL", {"NON_HDL": "other"}) is a_formula
    derives("EGFR", method="other")(a_formula)
    with pytest.raises(UserError, match="method of EGFR"):
        registry.function_of("EGFR", {})


def test_one_method_needs_no_choice(register):
    register["EGFR"] = {"ckd_epi_2021": a_formula}
    assert registry.function_of("EGFR", {}) is registry.function_of("EGFR", METHODS)


def test_an_unknown_method_or_marker():
    with pytest.raises(UserError, match=r"ckd_epi_2012.*nearest known.*ckd_epi_2021"):
        registry.function_of("EGFR", {"EGFR": "ckd_epi_2012"})
    with pytest.raises(UserError, match="unknown derived marker 'TC'"):
        registry.function_of("TC", {})


def test_formulas_in_a_circle(register):
    def from_ratio(hdl_ratio: pl.Expr) -> Formula:
        return Formula(value=hdl_ratio)

    register["HDL_RATIO"] = {"": from_ratio}
    with pytest.raises(ValueError, match="in a circle"):
        registry.in_order(["HDL_RATIO"], {})
