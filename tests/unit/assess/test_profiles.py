"""Profiles side by side: whether their primary tests of one comparison say the same."""

import polars as pl
import pytest
from labcohort.assess.profiles import with_profiles

SCHEMA = {
    "profile": pl.String, "family": pl.String, "role": pl.String, "marker": pl.String,
    "cohort": pl.String, "timepoint": pl.String, "test": pl.String, "primary": pl.Boolean,
    "alpha": pl.Float64, "statistic": pl.Float64, "p_value": pl.Float64,
    "p_adjusted": pl.Float64,
}  # fmt: skip


def row(profile: str, statistic=2.5, p_value=0.01, primary=True, **more) -> dict:
    return {
        "profile": profile, "family": "f", "role": "secondary", "marker": "HBA1C", "cohort": "all",
        "timepoint": "month_6", "test": "paired_t", "primary": primary, "alpha": 0.05,
        "statistic": statistic, "p_value": p_value, "p_adjusted": None, **more,
    }  # fmt: skip


def agrees(*rows: dict) -> list[str | None]:
    found = with_profiles(pl.DataFrame(rows, SCHEMA, orient="row"))
    assert found.columns == [*SCHEMA, "profiles_agree"]
    assert found.select(*SCHEMA).rows() == [tuple(r.values()) for r in rows]
    return found.get_column("profiles_agree").to_list()


@pytest.mark.parametrize(
    ("statistic", "p_value", "expected"),
    [
        (1.0, 0.04, "yes"),
        (1.0, 0.3, "no: alpha"),
        (-2.5, 0.01, "no: sign"),
        (-1.0, 0.3, "no: sign and alpha"),
        (0.0, 1.0, "no: alpha"),
        (None, None, None),
    ],
)
def test_two_profiles_of_one_comparison(statistic, p_value, expected):
    other = row("recommended", statistic, p_value, test="wilcoxon_signed_rank")
    assert agrees(row("as_published"), other) == [expected, expected]


def test_one_profile_has_nothing_to_agree_with():
    assert agrees(row("as_published")) == [None]
    assert agrees(row("as_published"), row("as_published", family="g")) == [None, None]


@pytest.mark.parametrize("column", ["marker", "cohort", "timepoint"])
def test_profiles_are_compared_within_one_marker_cohort_and_timepoint(column):
    other = row("recommended", p_value=0.3) | {column: "another"}
    assert agrees(row("as_published"), other) == [None, None]


def test_only_primary_tests_are_compared_and_told():
    beside = row("recommended", -1.0, 0.3, primary=False, test="wilcoxon_signed_rank")
    assert agrees(row("as_published"), row("recommended"), beside) == ["yes", "yes", None]


def test_the_family_may_be_another():
    assert agrees(row("as_published"), row("recommended", family="second")) == ["yes", "yes"]


def test_a_comparison_in_two_families_of_a_profile_is_judged_with_both():
    found = agrees(row("as_published"), row("recommended"), row("recommended", p_value=0.3))
    assert found == ["no: alpha"] * 3


@pytest.mark.parametrize(
    ("p_value", "p_adjusted", "expected"),
    [
        # the profile concludes by what it adjusts: .01 here is none of its discoveries
        (0.01, 0.06, "no: alpha"),
        (0.01, 0.05, "no: alpha"),
        (0.01, 0.0499, "yes"),
        (0.01, None, "yes"),
    ],
)
def test_a_profile_that_adjusts_is_judged_by_its_adjusted_p(p_value, p_adjusted, expected):
    other = row("recommended", p_value=p_value, p_adjusted=p_adjusted)
    assert agrees(row("as_published", p_value=0.01), other) == [expected] * 2


def test_each_profile_is_judged_by_its_own_alpha():
    other = row("recommended", p_value=0.001, p_adjusted=0.02, alpha=0.01)
    assert agrees(row("as_published"), other) == ["no: alpha"] * 2
    assert agrees(row("as_published", p_value=0.3), other) == ["yes"] * 2


def test_what_is_post_hoc_is_compared_with_nothing():
    post_hoc = row("recommended", p_value=0.3, role="post_hoc", family="post_hoc")
    assert agrees(row("as_published"), post_hoc) == [None, None]
    assert agrees(row("as_published"), row("recommended"), post_hoc) == ["yes", "yes", None]


def test_without_rows():
    assert agrees() == []
