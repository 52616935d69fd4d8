"""Standardised differences: published numbers and undefined cases (against R: oracles)."""

import math

import pytest
from labcohort.assess.standardised_difference import of_categories, of_means, of_shares
from scipy.special import ndtr


def test_miles_per_gallon_by_transmission():
    # R's mtcars; effectsize's vignette "Standardized Differences" prints
    # cohens_d(mpg ~ am, pooled_sd = FALSE) as -1.41.
    found = of_means(17.14737, 3.833966, 19, 24.39231, 6.166504, 13)
    assert round(found.difference, 2) == -1.41


def test_shares_of_a_half_and_a_tenth():
    # by hand: 0.4 / √((0.25 + 0.09)/2), variance 20/100 + d²/40
    found = of_shares(5, 10, 1, 10)
    d = 0.4 / math.sqrt(0.17)
    assert found.difference == pytest.approx(d, rel=1e-14)
    assert (found.ci_high - d) / 1.959963984540054 == pytest.approx(math.sqrt(0.2 + d * d / 40))


def test_draws_beyond_a_tenth_where_nothing_differs():
    # domain knowledge kept in the docstring of attenders: 44 % at 218 and 83
    found = of_means(0.0, 1.0, 218, 0.0, 1.0, 83, confidence=0.95)
    standard_error = found.ci_high / 1.959963984540054
    assert 2 * float(ndtr(-0.1 / standard_error)) == pytest.approx(0.44, abs=0.005)


def test_swapped_groups_turn_the_sign():
    one, other = of_means(1.0, 2.0, 9, 3.0, 1.0, 4), of_means(3.0, 1.0, 4, 1.0, 2.0, 9)
    assert (one.difference, one.ci_low) == (-other.difference, -other.ci_high)


@pytest.mark.parametrize(
    ("group_a", "group_b", "reason"),
    [
        ((None, None, 0), (1.0, 1.0, 5), "fewer than two values in a group"),
        ((1.0, 1.0, 5), (1.0, None, 1), "fewer than two values in a group"),
        ((1.0, 0.0, 5), (2.0, 0.0, 5), "no spread in either group"),
        ((1.0, 0.0, 5), (1.0, 0.0, 5), "no spread in either group"),
    ],
)
def test_undefined_means(group_a, group_b, reason):
    found = of_means(*group_a, *group_b)
    assert (found.difference, found.ci_low, found.ci_high) == (None, None, None)
    assert found.reason == reason


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        ((0, 0, 1, 2), "nobody in a group"),
        ((1, 2, 0, 0), "nobody in a group"),
        ((0, 5, 0, 4), "all or none in each group"),
        ((5, 5, 0, 4), "all or none in each group"),
    ],
)
def test_undefined_shares(counts, reason):
    found = of_shares(*counts)
    assert (found.difference, found.ci_low, found.ci_high) == (None, None, None)
    assert found.reason == reason


@pytest.mark.parametrize("confidence", [0, 1])
def test_a_confidence_level_lies_between_0_and_1(confidence):
    with pytest.raises(ValueError, match="confidence"):
        of_shares(1, 2, 1, 3, confidence)


def test_several_categories_by_hand():
    # p = (.5, .25, .25) and (.25, .5, .25) without the last: apart (.25, -.25), S the mean of
    # [[.25, -.125], [-.125, .1875]] and [[.1875, -.125], [-.125, .25]]; by hand
    # S = [[.21875, -.125], [-.125, .21875]], and apart is its vector to the value .34375
    found = of_categories([2, 1, 1], [1, 2, 1])
    assert found.difference == pytest.approx(math.sqrt(2 * 0.25**2 / 0.34375), rel=1e-14)
    assert (found.ci_low, found.ci_high, found.reason) == (None, None, None)


def test_of_two_categories_the_first_one_s_share():
    assert of_categories([5, 5], [1, 9]) == of_shares(5, 10, 1, 10)


@pytest.mark.parametrize("turn", [[2, 0, 1], [1, 2, 0], [2, 1, 0]])
def test_the_order_of_categories_and_of_groups_is_nothing(turn):
    a, b = [7, 2, 4], [3, 3, 9]
    expected = of_categories(a, b).difference
    turned = [[counts[i] for i in turn] for counts in (a, b)]
    assert of_categories(*turned).difference == pytest.approx(expected, rel=1e-13)
    assert of_categories(b, a).difference == pytest.approx(expected, rel=1e-13)


def test_a_category_that_nobody_has_is_passed_over():
    assert of_categories([7, 0, 2, 4], [3, 0, 3, 9]) == of_categories([7, 2, 4], [3, 3, 9])


def test_the_same_shares_do_not_differ():
    assert of_categories([2, 4, 6], [1, 2, 3]).difference == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("a", "b", "reason"),
    [
        ([0, 0, 0], [1, 2, 3], "nobody in a group"),
        ([0, 4, 0], [0, 2, 0], "one category only"),
        ([3, 0, 0], [0, 1, 5], "no category in both groups"),
    ],
)
def test_undefined_differences_of_categories_have_a_reason(a, b, reason):
    found = of_categories(a, b)
    assert (found.difference, found.ci_low, found.reason) == (None, None, reason)


def test_groups_with_other_categories_are_refused():
    with pytest.raises(ValueError, match="zip"):
        of_categories([1, 2], [1, 2, 3])
