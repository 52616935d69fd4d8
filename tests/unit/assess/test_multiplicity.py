"""Adjusted p values: a published family, what counts in a family and what does not."""

import random

import polars as pl
import pytest
from labcohort.assess.multiplicity import (
    FAMILIES,
    adjusted,
    benjamini_hochberg,
    families,
    holm,
    with_families,
)

# Benjamini & Hochberg, J R Stat Soc B 1995;57:289-300, section 3.2: of these fifteen p values
# their procedure rejects four at .05; Bonferroni's (and Holm's) the first three.
PUBLISHED = [
    .0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .3240, .4262, .5719, .6528,
    .7590, 1.0,
]  # fmt: skip


def test_benjamini_and_hochbergs_own_example():
    assert sum(p <= 0.05 for p in benjamini_hochberg(PUBLISHED)) == 4
    assert sum(p <= 0.05 for p in holm(PUBLISHED)) == 3


@pytest.mark.parametrize("method", [holm, benjamini_hochberg])
def test_properties_of_adjusted_values(method):
    draw = random.Random(3)
    for _ in range(200):
        p = [draw.choice([None, draw.random(), draw.random() ** 4, 0.01]) for _ in range(20)]
        order = draw.sample(range(20), 20)
        found = method(p)
        assert [q is None for q in found] == [x is None for x in p]
        pairs = [(x, q) for x, q in zip(p, found, strict=True) if x is not None]
        assert all(x <= q <= 1 for x, q in pairs)
        assert [q for _, q in sorted(pairs)] == sorted(q for _, q in pairs)
        # neither the order nor a missing value changes a bit
        assert method([p[i] for i in order]) == [found[i] for i in order]
        assert method([x for x, _ in pairs]) == [q for _, q in pairs]


@pytest.mark.parametrize("method", [holm, benjamini_hochberg])
@pytest.mark.parametrize("wrong", [-0.1, 1.1, float("nan")])
def test_no_probability_is_refused(method, wrong):
    with pytest.raises(ValueError, match="between 0 and 1"):
        method([0.5, wrong])


def test_adjusted_names_its_correction():
    p = [0.01, None, 0.04]
    assert adjusted(p, "holm") == holm(p) == [0.02, None, 0.04]
    assert adjusted(p, "bh") == benjamini_hochberg(p)
    assert adjusted(p, "none") == [None, None, None]
    with pytest.raises(ValueError, match="unknown correction"):
        adjusted(p, "bonferroni")


SCHEMA = {
    "profile": pl.String, "family": pl.String, "role": pl.String, "marker": pl.String,
    "cohort": pl.String, "timepoint": pl.String, "test": pl.String, "primary": pl.Boolean,
    "p_value": pl.Float64, "correction": pl.String, "alpha": pl.Float64,
    "duplicate_of": pl.String, "selected_on_baseline": pl.Boolean,
}  # fmt: skip


def comparison(p_value, family="first", correction="holm", primary=True, **more) -> dict:
    return {
        "profile": "recommended", "family": family, "role": "primary", "marker": "HBA1C",
        "cohort": "all", "timepoint": "month_6", "test": "paired_t", "primary": primary,
        "p_value": p_value, "correction": correction, "alpha": 0.05, "duplicate_of": None,
        "selected_on_baseline": False,
    } | more  # fmt: skip


def framed(*rows: dict) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def test_only_primary_tests_that_have_a_p_value_count():
    found = with_families(
        framed(
            comparison(0.01),
            comparison(0.001, primary=False),
            comparison(None),
            comparison(0.03),
        )
    )
    assert found["p_adjusted"].to_list() == [0.02, None, None, 0.03]
    assert found["adjustment"].to_list() == [
        "Holm, 2 tests",
        None,
        "Holm, 2 tests",
        "Holm, 2 tests",
    ]


@pytest.mark.parametrize(
    ("correction", "said"),
    [("holm", "Holm, 1 test"), ("bh", "Benjamini-Hochberg, 1 test"), ("none", "none")],
)
def test_the_adjustment_is_said(correction, said):
    found = with_families(framed(comparison(0.01, correction=correction)))
    assert found["adjustment"].to_list() == [said]
    assert found["p_adjusted"].to_list() == [None if correction == "none" else 0.01]


def test_a_row_in_one_family_moves_nothing_in_another():
    first = [comparison(p) for p in (0.01, 0.02, 0.3)]
    others = [
        comparison(p, family="second", correction="bh", marker=f"M{i}")
        for i, p in enumerate((0.001, 0.04, 0.2, 0.9))
    ]
    of_other_profile = comparison(0.5, profile="as_published")
    alone = with_families(framed(*first))["p_adjusted"].to_list()
    for n in range(len(others) + 1):
        mixed = with_families(framed(*others[:n], *first, of_other_profile))
        same = mixed.filter(pl.col("family") == "first", pl.col("profile") == "recommended")
        assert same["p_adjusted"].to_list() == alone


def test_neither_order_nor_repetition_changes_the_values():
    table = framed(*(comparison(p / 40, marker=f"M{p}") for p in range(1, 30)))
    once = with_families(table)
    assert with_families(once).equals(once)
    shuffled = with_families(table.sample(fraction=1, shuffle=True, seed=4))
    assert shuffled.sort("p_value").equals(once.sort("p_value"))


@pytest.mark.parametrize("odd", [{"correction": "bh"}, {"alpha": 0.01}])
def test_a_family_has_one_correction_and_one_alpha(odd):
    with pytest.raises(ValueError, match="more than one"):
        with_families(framed(comparison(0.1), comparison(0.2, **odd)))


def test_families_are_counted():
    found = families(
        framed(
            comparison(0.01),
            comparison(0.03, selected_on_baseline=True),
            comparison(0.04, duplicate_of="FBS|INSULIN", selected_on_baseline=True),
            comparison(None),
            comparison(0.0001, primary=False),
            comparison(0.02, family="second", correction="none"),
            comparison(0.5, profile="as_published", family="second", alpha=0.01),
        )
    )
    assert found.schema == FAMILIES
    assert found.rows() == [
        ("recommended", "first", "holm", 0.05, 4, 1, 3, 0.15, 3, 1, 1, 2),
        ("recommended", "second", "none", 0.05, 1, 0, 1, 0.05, 1, None, 0, 0),
        ("recommended", "all", None, 0.05, 5, 1, 4, 0.2, 4, 1, 1, 2),
        ("as_published", "second", "holm", 0.01, 1, 0, 1, 0.01, 0, 0, 0, 0),
        ("as_published", "all", None, 0.01, 1, 0, 1, 0.01, 0, 0, 0, 0),
    ]


def test_families_with_several_alphas_have_none_in_sum():
    found = families(framed(comparison(0.1), comparison(0.1, family="second", alpha=0.01)))
    assert found["alpha"].to_list() == [0.05, 0.01, None]
    assert found["expected_false_positives"].to_list() == [0.05, 0.01, pytest.approx(0.06)]


@pytest.mark.parametrize(("n", "expected"), [(98, 4.9), (3, 0.15), (144, 7.2)])
def test_what_is_expected_by_chance_has_no_dust_of_binary(n, expected):
    found = families(framed(*(comparison(0.5, marker=f"M{i}") for i in range(n))))
    assert found["expected_false_positives"].to_list() == [expected] * 2


def test_no_comparisons_are_no_families():
    assert with_families(framed()).columns[-2:] == ["p_adjusted", "adjustment"]
    assert families(framed()).is_empty()
