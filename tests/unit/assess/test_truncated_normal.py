"""The normal model's formulas; against R's integration: tests/oracles/test_regression.py."""

import numpy as np
import pytest
from labcohort.assess.truncated_normal import selected_mean, selected_median

INF = np.inf
HSCRP = (np.log(1.8), 1.1)
AT_LEAST_1_50 = ((np.log(1.5) - np.log(1.8)) / 1.1, INF)


def test_hs_crp_of_1_50_and_above():
    # median 1.8 mg/L, log SD 1.1, reliability .61: a worked example by simulation
    before = [f(*HSCRP, 1.0, *AT_LEAST_1_50, True) for f in (selected_mean, selected_median)]
    after = [f(*HSCRP, 0.61, *AT_LEAST_1_50, True) for f in (selected_mean, selected_median)]
    assert before == pytest.approx([5.227, 3.385], abs=5e-4)
    assert after == pytest.approx([4.653, 2.834], abs=5.5e-4)


def test_the_change_of_the_selecting_marker_is_that_of_the_textbook():
    # -sigma(1 - rho)·phi(a)/(1 - Phi(a)) for those above a; half of a population lies above its
    # mean, where phi/P is sqrt(2/pi) (Davis, Am J Epidemiol 1976;104:493-498)
    change = selected_mean(5, 2, 0.7, 0, INF, False) - selected_mean(5, 2, 1.0, 0, INF, False)
    assert change == pytest.approx(-2 * 0.3 * np.sqrt(2 / np.pi))


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("of", [selected_mean, selected_median])
def test_nobody_regresses_where_all_are_taken_or_reliability_is_perfect(of, log):
    assert of(1, 0.5, 0.4, -INF, INF, log) == pytest.approx(of(1, 0.5, 0.9, -INF, INF, log))
    almost = of(1, 0.5, 1 - 1e-13, 0.3, 2, log)
    assert almost == pytest.approx(of(1, 0.5, 1.0, 0.3, 2, log), rel=1e-6)


@pytest.mark.parametrize("of", [selected_mean, selected_median])
def test_arrays_give_what_single_numbers_give(of):
    r, low = np.array([0.1, 0.61, 0.95]), np.array([-1.0, 0.0, 1.5])
    together = of(2.0, 3.0, r, low, INF, False)
    assert together.shape == (3,)
    alone = [float(of(2.0, 3.0, r[i], low[i], INF, False)) for i in range(3)]
    assert together == pytest.approx(alone, rel=1e-9)


@pytest.mark.parametrize("of", [selected_mean, selected_median])
def test_mirrored_bands_give_mirrored_values(of):
    above, below = (of(0, 1, 0.6, *b, False) for b in ((0.4, 1.1), (-1.1, -0.4)))
    assert above == pytest.approx(-below, rel=1e-9)


@pytest.mark.parametrize("of", [selected_mean, selected_median])
@pytest.mark.parametrize("log", [False, True])
def test_what_does_not_exist_is_nan_beside_what_does(of, log):
    low, high = np.array([0.0, 1.0, 60.0, np.nan]), np.array([1.0, 1.0, 70.0, 1.0])
    found = of(0, 1, np.array([0.5] * 4), low, high, log)
    assert np.isfinite(found).tolist() == [True, False, False, False]


def test_medians_of_a_row_are_the_same_bits_alone_or_among_rows():
    draw = np.random.default_rng(2)
    r, low = draw.uniform(-0.99, 0.99, (20, 30)), draw.uniform(-5, 3, (20, 30))
    low[3, 7:] = np.nan
    rows = selected_median(50.0, 4.0, r, low, low + 0.7, False)
    for one, *alone in zip(rows, r, low, strict=True):
        correlations, bounds = alone
        expected = selected_median(50.0, 4.0, correlations, bounds, bounds + 0.7, False)
        assert np.array_equal(one, expected, equal_nan=True)
