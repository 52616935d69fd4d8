"""Detectable change: published numbers and edges; against R in tests/oracles."""

import pytest
from labcohort.compare.detectable import detectable_change


@pytest.mark.parametrize(("n", "in_sds"), [(218, 0.191), (83, 0.311), (51, 0.400)])
def test_at_the_sizes_of_the_study(n, in_sds):
    # the constants .191, .311 and .400 of noncentral t at these n
    assert detectable_change(n, 1.0) == pytest.approx(in_sds, abs=5e-4)


def test_g_power():
    # G*Power 3.1 manual, "Means: difference between two dependent means": d_z = 0.421637 with 50
    # pairs has a power of 0.832114.
    assert detectable_change(50, 1.0, power=0.832114) == pytest.approx(0.421637, abs=5e-6)


def test_it_has_the_unit_of_the_sd():
    assert detectable_change(30, 88.4) == pytest.approx(88.4 * detectable_change(30, 1.0))


def test_more_pairs_detect_less_and_more_power_asks_for_more():
    sizes = [detectable_change(n, 1.0) for n in (2, 3, 4, 10, 100, 5000)]
    assert sizes == sorted(sizes, reverse=True)
    assert detectable_change(30, 1.0, power=0.9) > detectable_change(30, 1.0)
    assert detectable_change(30, 1.0, alpha=0.01) > detectable_change(30, 1.0)


@pytest.mark.parametrize(("n", "sd"), [(0, None), (1, None), (5, None), (5, 0.0), (1, 1.0)])
def test_undefined_without_pairs_or_spread(n, sd):
    assert detectable_change(n, sd) is None


@pytest.mark.parametrize(("power", "alpha"), [(0.05, 0.05), (0.01, 0.05), (1, 0.05), (0.8, 0)])
def test_power_lies_between_alpha_and_1(power, alpha):
    with pytest.raises(ValueError, match="power"):
        detectable_change(10, 1.0, power, alpha)
