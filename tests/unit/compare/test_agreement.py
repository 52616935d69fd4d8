"""Whether results of the same data say the same (conventions: in sign, and at alpha)."""

import pytest
from labcohort.compare.agreement import agreement


def agree(results: list[tuple], alpha: float = 0.05) -> str | None:
    return agreement([(*result, alpha) for result in results])


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([(2.1, 0.04), (1.9, 0.06)], "no: alpha"),
        ([(2.1, 0.04), (2.4, 0.01)], "yes"),
        ([(-0.2, 0.8), (-0.1, 0.9)], "yes"),
        ([(0.2, 0.8), (-0.1, 0.9)], "no: sign"),
        ([(2.1, 0.04), (-0.1, 0.9)], "no: sign and alpha"),
        # both significant, in opposite directions
        ([(2.1, 0.04), (-2.4, 0.01)], "no: sign"),
    ],
)
def test_sign_and_alpha(results, expected):
    assert agree(results) == expected
    assert agree(results[::-1]) == expected


@pytest.mark.parametrize("zero", [0.0, -0.0])
@pytest.mark.parametrize("other", [1.5, -1.5, 0.0])
def test_a_statistic_of_zero_has_no_sign_and_disagrees_with_none(zero, other):
    assert agree([(zero, 1.0), (other, 0.2)]) == "yes"
    assert agree([(zero, 1.0), (other, 0.01)]) == "no: alpha"


@pytest.mark.parametrize("results", [[], [(2.1, 0.04)], [(2.1, 0.04), (None, None)]])
def test_nothing_is_said_without_two_results(results):
    assert agree(results) is None


@pytest.mark.parametrize(("p", "expected"), [(0.05, "no: alpha"), (0.0499999, "yes")])
def test_a_p_of_exactly_alpha_is_not_below_it(p, expected):
    assert agree([(2.0, p), (2.5, 0.01)]) == expected


def test_alpha_is_the_one_given():
    assert agree([(2.1, 0.03), (2.0, 0.04)]) == "yes"
    assert agree([(2.1, 0.03), (2.0, 0.04)], 0.035) == "no: alpha"


def test_three_results_agree_where_all_do():
    assert agree([(2.1, 0.04), (2.0, 0.04), (1.9, 0.04)]) == "yes"
    assert agree([(2.1, 0.04), (2.0, 0.04), (1.9, 0.06)]) == "no: alpha"
    assert agree([(2.1, 0.04), (0.0, 0.04), (-1.9, 0.04)]) == "no: sign"


def test_each_result_is_held_against_its_own_alpha():
    assert agreement([(2.1, 0.03, 0.05), (2.7, 0.008, 0.01)]) == "yes"
    assert agreement([(2.1, 0.03, 0.05), (2.1, 0.03, 0.01)]) == "no: alpha"
