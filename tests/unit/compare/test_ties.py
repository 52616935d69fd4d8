"""Differences keep the ties and zeros of the decimals; expected ones come from whole numbers."""

import numpy as np
import pytest
from labcohort.compare.ties import clean_differences, differences, paired_differences


def tie_pattern(d: np.ndarray) -> list[int]:
    """Which differences are equal in size, and their signs, whatever the unit."""
    return (np.unique(np.abs(d), return_inverse=True)[1] * 2 + (d < 0) + (d == 0) * 1000).tolist()


def test_equal_decimals_are_equal_differences():
    assert 1.2 - 1.1 != 1.3 - 1.2
    d = clean_differences([1.1, 1.2, 1.3, 0.1], [1.2, 1.3, 1.2, 0.5])
    assert d[0] == d[1] == -d[2]
    assert d == pytest.approx([0.1, 0.1, -0.1, 0.4], rel=1e-14)


def test_a_rounding_error_is_no_change():
    assert 0.1 + 0.2 != 0.3
    d = clean_differences([0.1 + 0.2, 1.0], [0.3, 1.5])
    assert d.tolist() == [0.0, 0.5]
    assert not np.signbit(d[0])


def test_a_small_true_change_remains():
    # 1e-12 of 300 is far below the last decimal of anything measured.
    d = clean_differences([300.0, 0.01], [300.0, 0.02])
    assert d[1] == pytest.approx(0.01, rel=1e-14)


def test_the_tolerance_comes_from_the_largest_value_of_all_pairs():
    step = 1e-9
    assert clean_differences([1.0], [1.0 + step])[0] != 0
    assert clean_differences([1.0, 1e6], [1.0 + step, 1e6])[0] == 0


def test_sizes_within_reach_of_each_other_are_one_group():
    # Steps of 0.6 tolerances, 1.2 from end to end: no place to cut, so none is cut.
    step = 0.6e-12
    d = clean_differences([0.0, 0.0, 0.0, 1.0], [0.5, 0.5 + step, 0.5 + 2 * step, 1.0])
    assert len(set(d[:3].tolist())) == 1


def test_a_group_that_reaches_zero_is_zero():
    step = 0.6e-12
    d = clean_differences([0.0, 0.0, 1.0], [step, -2 * step, 1.0])
    assert d.tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("constant", [0.1, -0.3, 7.7])
def test_a_constant_difference_is_exactly_constant(constant):
    baseline = np.arange(10, 200) / 10
    followup = np.array([float(f"{b + constant:.1f}") for b in baseline])
    assert len(set((followup - baseline).tolist())) > 1
    assert len(set(clean_differences(baseline, followup).tolist())) == 1


def test_no_pairs():
    assert clean_differences([], []).shape == (0,)


def test_zeros_only():
    assert clean_differences([0.0, 0.0], [0.0, 0.0]).tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("baseline", "followup"),
    [
        ([1.0], [1.0, 2.0]),
        ([1.0], [np.nan]),
        ([None], [1.0]),
        ([1.0], [np.inf]),
        ([[1.0]], [[1.0]]),
    ],
)
def test_a_programmers_error_is_refused(baseline, followup):
    with pytest.raises(ValueError):
        clean_differences(baseline, followup)


def test_ties_and_signs_are_those_of_the_decimals_in_every_unit(decimal_samples, unit_factors):
    broken_when_raw = 0
    for i, sample in enumerate(decimal_samples):
        expected = tie_pattern(sample.whole_differences)
        factor = unit_factors[i % len(unit_factors)]
        for scale in (1.0, factor):
            baseline, followup = sample.baseline * scale, sample.followup * scale
            assert tie_pattern(clean_differences(baseline, followup)) == expected
            broken_when_raw += tie_pattern(followup - baseline) != expected
    # Without the rule the samples would be no test of it.
    assert broken_when_raw > len(decimal_samples) / 2


def test_an_offset_between_units_keeps_them_too(decimal_samples):
    # HbA1c, NGSP % to IFCC mmol/mol: (NGSP - 2.152) / 0.09148 (Hoelzel, Clin Chem 2004;50:166).
    for sample in decimal_samples:
        baseline, followup = ((x - 2.152) / 0.09148 for x in (sample.baseline, sample.followup))
        d = clean_differences(baseline, followup)
        assert tie_pattern(d) == tie_pattern(sample.whole_differences)


def test_one_decimal_near_1e9():
    rng = np.random.default_rng(9)
    for _ in range(200):
        baseline, followup = rng.integers(10**10, 10**10 + 40, (2, 25))
        d = clean_differences(baseline / 10, followup / 10)
        assert tie_pattern(d) == tie_pattern((followup - baseline).astype(float))


def test_the_order_of_pairs_moves_with_them_and_changes_nothing(decimal_samples):
    rng = np.random.default_rng(7)
    for sample in decimal_samples[:500]:
        baseline, followup = sample.baseline * 0.0555, sample.followup * 0.0555
        order = rng.permutation(baseline.size)
        moved = clean_differences(baseline[order], followup[order])
        assert moved.tolist() == clean_differences(baseline, followup)[order].tolist()


def test_counted_differences_are_those_pair_by_pair(decimal_samples, unit_factors):
    for i, sample in enumerate(decimal_samples):
        factor = unit_factors[i % len(unit_factors)]
        visits = sample.baseline * factor, sample.followup * factor
        each, (clean, binary) = clean_differences(*visits), paired_differences(*visits)
        raw = visits[1] - visits[0]
        for found, expected in ((clean, each), (binary, raw)):
            assert found.each().tolist() == np.sort(expected).tolist()
            of_size = {size: expected[np.abs(expected) == size] for size in found.sizes}
            assert found.rises.tolist() == [(d > 0).sum() for d in of_size.values()]
            assert found.falls.tolist() == [(d < 0).sum() for d in of_size.values()]
            assert set(found.sizes) == set(np.abs(expected[expected != 0]))
        assert clean.no_change == np.max(np.abs(raw[each == 0]), initial=0.0)
        assert binary.no_change == 0


def test_a_sample_of_differences_is_taken_as_it_is():
    found = differences([0.2, -0.1, 0.0, 0.2, -0.2])
    assert found.sizes.tolist() == [0.1, 0.2]
    assert (found.rises.tolist(), found.falls.tolist()) == ([0, 2], [1, 1])
    assert found.values.tolist() == [-0.2, -0.1, 0.0, 0.2]
    assert found.counts.tolist() == [1, 1, 1, 2]
    assert differences(found) is found
    assert differences([]).n == 0
    assert differences([-0.0, 0.0]).counts.tolist() == [2]
