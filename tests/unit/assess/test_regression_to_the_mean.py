"""One selected cohort: what is estimated, and that all of it belongs together."""

import numpy as np
import pytest
from labcohort.assess.band import Band
from labcohort.assess.regression_to_the_mean import (
    Cohort,
    parameters,
    regression_to_the_mean,
    reversed_size,
)
from labcohort.assess.resampling import once

ABOVE = Band(8.0, np.inf)
STREAM = {"seed": 1, "key": "a cohort|a marker|month_6", "how_many": 200}


@pytest.fixture
def cohort() -> Cohort:
    rng = np.random.default_rng(8)
    level = rng.normal(7.5, 1, 120)
    x0, x1 = level + rng.normal(0, 0.7, (2, 120))
    return Cohort(x0, x1, x0, x1, x_log=False, y_log=False, itself=True)


def by_name(found: list) -> dict:
    return {(one.statistic, one.estimator, one.rho_source): one for one in found}


def test_every_statistic_by_every_estimator(cohort):
    found = regression_to_the_mean(cohort, ABOVE, external_rho=0.5, **STREAM)
    assert len(found) == len(by_name(found)) == 6
    without = regression_to_the_mean(cohort, ABOVE, **STREAM)
    assert [one for one in found if one.rho_source == "data"] == without


def test_observed_is_the_change_of_those_in_the_band_and_difference_what_is_left(cohort):
    inside = cohort.x0 >= 8.0
    expected = {
        "mean": np.mean((cohort.x1 - cohort.x0)[inside]),
        "median": np.median(cohort.x1[inside]) - np.median(cohort.x0[inside]),
    }
    for one in regression_to_the_mean(cohort, ABOVE, **STREAM):
        assert one.observed.value == pytest.approx(expected[one.statistic])
        assert one.difference.value == pytest.approx(one.observed.value - one.expected.value)


def test_the_formula_with_its_parameters(cohort):
    # the change of those above a: -sigma(1 - rho) phi(a)/(1 - Phi(a)), with SciPy's distribution
    from scipy.stats import norm

    mu, sigma = np.mean(cohort.x0), np.std(cohort.x0, ddof=1)
    rho = np.corrcoef(cohort.x0, cohort.x1)[0, 1]
    a = (8.0 - mu) / sigma
    found = by_name(regression_to_the_mean(cohort, ABOVE, external_rho=0.5, **STREAM))
    for source, reliability in (("data", rho), ("external", 0.5)):
        expected = -sigma * (1 - reliability) * norm.pdf(a) / norm.sf(a)
        one = found["mean", "truncated_normal", source]
        assert one.expected.value == pytest.approx(expected)
    fitted = parameters(cohort, once(120))
    assert (fitted.mu, fitted.sigma, fitted.rho) == pytest.approx((mu, sigma, rho))


def test_another_marker_regresses_by_what_its_correlation_loses(cohort):
    from scipy.stats import norm

    rng = np.random.default_rng(9)
    y0 = 2 * cohort.x0 + rng.normal(0, 1, 120)
    y1 = 2 * cohort.x1 + rng.normal(0, 1, 120)
    other = Cohort(cohort.x0, cohort.x1, y0, y1, x_log=False, y_log=False, itself=False)
    mu, sigma = np.mean(cohort.x0), np.std(cohort.x0, ddof=1)
    low, high = (7.0 - mu) / sigma, (9.0 - mu) / sigma
    lost = np.corrcoef(y1, cohort.x0)[0, 1] - np.corrcoef(y0, cohort.x0)[0, 1]
    height = (norm.pdf(low) - norm.pdf(high)) / (norm.cdf(high) - norm.cdf(low))
    found = by_name(regression_to_the_mean(other, Band(7.0, 9.0), **STREAM))
    one = found["mean", "truncated_normal", "data"]
    assert one.expected.value == pytest.approx(np.std(y0, ddof=1) * lost * height)


def test_intervals_hold_their_estimates_and_repeat(cohort):
    found = regression_to_the_mean(cohort, ABOVE, **STREAM)
    for one in found:
        for estimate in (one.observed, one.expected, one.difference):
            assert estimate.ci_low < estimate.value < estimate.ci_high
    assert found == regression_to_the_mean(cohort, ABOVE, **STREAM)
    assert found != regression_to_the_mean(cohort, ABOVE, **STREAM | {"seed": 2})


def test_a_smaller_confidence_gives_a_narrower_interval(cohort):
    wide, narrow = (
        regression_to_the_mean(cohort, ABOVE, confidence=level, **STREAM)[0].difference
        for level in (0.95, 0.8)
    )
    assert wide.ci_low < narrow.ci_low < narrow.ci_high < wide.ci_high


def test_the_ends_of_a_band():
    x = np.array([1.0, 2.0, 3.0])
    assert Band(1.0, 3.0).holds(x).tolist() == [True, True, False]
    assert Band(1.0, 3.0, False, True).holds(x).tolist() == [False, True, True]
    assert Band(-np.inf, np.inf).holds(x).all()


def test_a_limit_of_zero_is_an_open_end_on_the_log_scale(cohort):
    logs = Cohort(cohort.x0, cohort.x1, cohort.x0, cohort.x1, x_log=True, y_log=True, itself=True)
    zero, opened = (
        regression_to_the_mean(logs, Band(low, 8.0), **STREAM) for low in (0.0, -np.inf)
    )
    assert zero == opened


def test_where_nobody_is_found_backwards_there_is_no_reversed_estimate():
    x0 = np.concatenate([np.linspace(0, 1, 50), np.linspace(10, 11, 12)])
    x1 = np.linspace(0, 1, 62)
    alone = Cohort(x0, x1, x0, x1, x_log=False, y_log=False, itself=True)
    assert reversed_size(alone, Band(9.0, np.inf)) == 0
    found = by_name(regression_to_the_mean(alone, Band(9.0, np.inf), **STREAM))
    one = found["mean", "time_reversed", "data"]
    assert one.observed.value < -9
    assert (one.expected.value, one.expected.ci_low, one.difference.value) == (None,) * 3
