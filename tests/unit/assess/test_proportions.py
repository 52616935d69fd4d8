"""Paired shares: published limits, undefined cases, symmetry."""

import random

import pytest
from labcohort.assess.proportions import mcnemar, paired_difference
from scipy.special import ndtr

# Newcombe, Stat Med 1998;17:2635-2650, table III, method 10, with z = 1.96: (both, first only,
# second only, neither) and the limits as printed. Taken at second hand, from a quotation of the
# table (the paper itself was not at hand). 35 of the 36 limits are met to the last digit; the
# lower one of (1, 97, 1, 1) is .87367 and quoted as .8736.
NEWCOMBE_1998 = {
    (36, 12, 2, 0): (0.0569, 0.3404),
    (20, 12, 2, 16): (0.0562, 0.3292),
    (18, 12, 2, 18): (0.0562, 0.3290),
    (36, 14, 0, 0): (0.1528, 0.4167),
    (35, 14, 0, 1): (0.1461, 0.4175),
    (18, 14, 0, 18): (0.1441, 0.3963),
    (2, 97, 1, 0): (0.8721, 0.9854),
    (1, 97, 1, 1): (0.8736, 0.9850),
    (0, 29, 1, 0): (0.6666, 0.9882),
    (2, 98, 0, 0): (0.9178, 0.9945),
    (1, 98, 0, 1): (0.9171, 0.9916),
    (0, 30, 0, 0): (0.8395, 1.0),
    (54, 0, 0, 0): (-0.0664, 0.0664),
    (53, 0, 0, 1): (-0.0729, 0.0729),
    (30, 0, 0, 24): (-0.0358, 0.0358),
    (29, 0, 0, 25): (-0.0354, 0.0354),
    (28, 0, 0, 26): (-0.0352, 0.0352),
    (27, 0, 0, 27): (-0.0351, 0.0351),
}


@pytest.mark.parametrize(("table", "limits"), NEWCOMBE_1998.items())
def test_newcombe_1998_table_iii(table, limits):
    confidence = 2 * float(ndtr(1.96)) - 1
    found = paired_difference(*table, confidence)
    assert (found.ci_low, found.ci_high) == pytest.approx(limits, abs=1e-4)
    exact = (round(found.ci_low, 4), round(found.ci_high, 4)) == limits
    assert exact == (table != (1, 97, 1, 1))
    assert found.difference == (table[1] - table[2]) / sum(table)


@pytest.mark.parametrize(
    ("table", "limits", "digits"),
    [
        # Airway reactivity before and after stem cell transplantation (Bentur 2009) in Fagerland,
        # Lydersen & Laake, Stat Med 2014;33:2850-2875; as R's ratesci prints it for that example.
        ((1, 1, 7, 12), (-0.50692, -0.025559), 5),
        # Complete response before and after consolidation (Cavo 2012), as R's contingencytables
        # prints it (Fagerland, Lydersen & Laake, Statistical Analysis of Contingency Tables, 2017).
        ((59, 6, 16, 80), (-0.1186, -0.0046), 4),
    ],
)
def test_worked_examples_of_r_packages(table, limits, digits):
    found = paired_difference(*table)
    assert found.ci_low == pytest.approx(limits[0], abs=0.6 * 10**-digits)
    assert found.ci_high == pytest.approx(limits[1], abs=0.6 * 10**-digits)


def test_mcnemar_of_airway_reactivity():
    # Bentur 2009 (above): 1 against 7 discordant pairs; exact conditional p = 2·9/2^8.
    assert mcnemar(1, 7).p_value == pytest.approx(18 / 256, rel=1e-14)


@pytest.mark.parametrize("count", [*range(1, 200), 1000, 10**6])
def test_equal_discordant_counts_are_no_evidence(count):
    # not a bit less
    assert mcnemar(count, count).p_value == 1


def test_counts_that_are_almost_equal_have_their_exact_p():
    # R 4.2: binom.test(2, 5), binom.test(4, 10) and binom.test(499, 1000)
    assert mcnemar(2, 3).p_value == pytest.approx(1, abs=1e-15)
    assert mcnemar(4, 6).p_value == pytest.approx(0.75390625, rel=1e-12)
    assert mcnemar(499, 501).p_value == pytest.approx(0.97477498182163913, rel=1e-12)


def test_without_change_there_is_no_test():
    found = mcnemar(0, 0)
    assert (found.p_value, found.n_discordant, found.reason) == (None, 0, "no pair changed")


def test_without_pairs_there_is_no_difference():
    found = paired_difference(0, 0, 0, 0)
    assert (found.difference, found.ci_low, found.ci_high) == (None, None, None)
    assert found.reason == "no pairs"


def test_swapped_visits_turn_the_sign_of_all_and_no_bit_more():
    draw = random.Random(1)
    for _ in range(500):
        a, b, c, d = (draw.choice([0, 1, 3, draw.randrange(60)]) for _ in range(4))
        if a + b + c + d == 0:
            continue
        one, other = paired_difference(a, b, c, d), paired_difference(a, c, b, d)
        assert (one.difference, one.ci_low, one.ci_high) == (
            -other.difference, -other.ci_high, -other.ci_low,
        )  # fmt: skip
        assert paired_difference(d, b, c, a).ci_low == pytest.approx(-other.ci_high, abs=1e-12)
        assert -1 <= one.ci_low <= one.difference <= one.ci_high <= 1
        assert mcnemar(b, c) == mcnemar(c, b)


def test_agreement_of_the_pairs_narrows_the_interval():
    apart, together = paired_difference(10, 10, 10, 10), paired_difference(18, 2, 2, 18)
    assert together.ci_high < apart.ci_high
    assert paired_difference(18, 2, 2, 18, 0.9).ci_high < together.ci_high


@pytest.mark.parametrize("wrong", [(-1, 1, 1, 1), (1, 1, 1, -1)])
def test_negative_counts_are_refused(wrong):
    with pytest.raises(ValueError, match="not negative"):
        paired_difference(*wrong)
    with pytest.raises(ValueError, match="not negative"):
        mcnemar(-1, 2)


@pytest.mark.parametrize("confidence", [0, 1, 95])
def test_a_confidence_level_lies_between_0_and_1(confidence):
    with pytest.raises(ValueError, match="confidence"):
        paired_difference(1, 2, 3, 4, confidence)
