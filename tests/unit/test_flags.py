"""Flags: each that a value can carry has its words, and a plan may name no other."""

from pathlib import Path

import pytest
from labcohort.derive import registry
from labcohort.derive.censored import CENSORED_INPUT
from labcohort.derive.index import import_formulas
from labcohort.flags import FLAGS, known_flags, words
from labcohort.study.tables import read_table

from schemas.resources import RESOURCES as MODELS

RESOURCES = Path(__file__).parents[2] / "resources"


def test_flags_are_names_with_plain_words():
    for flag, said in FLAGS.items():
        assert flag == flag.lower() and flag.replace("_", "").isalnum()
        assert said and "_" not in said


def test_a_cross_check_flags_what_it_finds_equal():
    assert known_flags(["a_above_b"]) == [*FLAGS, "a_above_b_equal"]
    assert known_flags([]) == list(FLAGS)


@pytest.mark.parametrize(
    ("flag", "said"),
    [("insulin_treated", "insulin-treated"), ("a_above_b_equal", "a above b equal")],
)
def test_a_flag_in_words(flag, said):
    assert words(flag) == said


def flags_of_formulas() -> set[str]:
    """The flags that the formulas of all markers can give, by any of their methods."""
    import_formulas()
    given = {
        name: read_table(RESOURCES / f"{name}.tsv", name, MODELS[name])
        for name in ("ckd_stages", "martin_hopkins")
    } | {"egfr_rounding": "half_up"}
    return {
        flag
        for marker, methods in registry.registered().items()
        for method in methods
        for _, flag in registry.formula(marker, {marker: method} if method else {}, given).flags
    }


def test_every_flag_of_a_formula_has_its_words():
    found = flags_of_formulas()
    assert {"insulin_treated", "insulin_unknown", "triglycerides_above_400"} <= found
    assert found - FLAGS.keys() == set()


def test_the_flag_of_a_value_that_rests_on_a_limit_has_its_words():
    assert CENSORED_INPUT in FLAGS
