"""Time-reversed selection, by hand on a few pairs."""

import numpy as np
import pytest
from labcohort.assess.band import Band
from labcohort.assess.resampling import means, medians, once
from labcohort.assess.time_reversed import reversed_change as change_less
from labcohort.assess.time_reversed import reversed_counts, whole_change

BEFORE = np.array([10.0, 20.0, 30.0, 40.0, 50.0, 60.0])
AFTER = np.array([18.0, 20.0, 40.0, 35.0, 62.0, 65.0])  # the whole cohort's mean change is +5
ONE = once(6)


def reversed_change(counts, selected, baseline, followup, statistic, log):
    """The expected regression, less the change of all who are counted."""
    of_all = whole_change(counts, baseline, followup, log)
    return change_less(selected, baseline, followup, of_all, statistic, log)


def test_selected_are_those_whose_follow_up_less_the_mean_change_is_in_the_band():
    # 13, 15, 35, 30, 57, 60
    held = reversed_counts(ONE, BEFORE, AFTER, Band(30, 57), False)
    assert held.tolist() == [[0, 0, 1, 1, 0, 0]]
    inclusive = Band(30, 57, low_inclusive=False, high_inclusive=True)
    held = reversed_counts(ONE, BEFORE, AFTER, inclusive, False)
    assert held.tolist() == [[0, 0, 1, 0, 1, 0]]


def test_change_is_baseline_less_follow_up_without_the_whole_cohorts_change():
    held = np.array([[0.0, 0.0, 1.0, 1.0, 1.0, 0.0]])
    # 30 - 35, 40 - 30, 50 - 57
    change = reversed_change(ONE, held, BEFORE, AFTER, means, False)
    assert change == pytest.approx([-2 / 3])
    # medians 40 and 35
    assert reversed_change(ONE, held, BEFORE, AFTER, medians, False) == pytest.approx([5.0])


def test_a_change_of_everybody_alike_changes_nothing():
    band = Band(25, 48)
    for shift in (0.0, -8.5, 100.0):
        held = reversed_counts(ONE, BEFORE, AFTER + shift, band, False)
        assert held.tolist() == [[0, 0, 1, 1, 0, 0]]
        change = reversed_change(ONE, held, BEFORE, AFTER + shift, means, False)
        assert change == pytest.approx([(30 + 40 - 35 - 30) / 2])


def test_on_logs_a_common_ratio_changes_nothing():
    found = []
    for ratio in (1.0, 0.5, 7.0):
        held = reversed_counts(ONE, BEFORE, AFTER * ratio, Band(25, 48), True)
        found.append(reversed_change(ONE, held, BEFORE, AFTER * ratio, medians, True)[0])
    assert found[1:] == pytest.approx([found[0]] * 2)


def test_who_was_not_measured_again_is_not_selected_and_takes_no_part_in_the_change():
    after = np.append(AFTER, np.nan)
    before = np.append(BEFORE, 35.0)
    held = reversed_counts(once(7), before, after, Band(30, 57), False)
    assert held.tolist() == [[0, 0, 1, 1, 0, 0, 0]]


def test_each_resample_has_its_own_change_and_selection():
    counts = np.array([[1.0] * 6, [6.0, 0, 0, 0, 0, 0], [0, 3.0, 3.0, 0, 0, 0]])
    held = reversed_counts(counts, BEFORE, AFTER, Band(30, 57), False)
    # changes of +8 and +5
    assert held.tolist() == [[0, 0, 1, 1, 0, 0], [0] * 6, [0, 0, 3, 0, 0, 0]]
    change = reversed_change(counts, held, BEFORE, AFTER, means, False)
    assert change[[0, 2]] == pytest.approx([(30 + 40 - 35 - 30) / 2, 30 - 35])
    assert np.isnan(change[1])


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("band", [Band(30, 57), Band(-np.inf, 41), Band(44, np.inf, False)])
def test_selection_by_the_ends_is_that_of_each_person_in_each_resample(band, log):
    draw = np.random.default_rng(7)
    before = draw.integers(20, 70, 300).astype(float)
    after = np.where(draw.random(300) < 0.1, np.nan, before + draw.integers(-9, 9, 300))
    counts = draw.poisson(1, (40, 300)).astype(float)
    # nobody was drawn; nobody who was measured
    counts[3], counts[4, np.isfinite(after)] = 0, 0
    found = reversed_counts(counts, before, after, band, log)
    seen = np.isfinite(after)
    for row, held in zip(counts, found, strict=True):
        change = whole_change(row[None, seen], before[seen], after[seen], log)
        moved = after * np.exp(-change) if log else after - change
        assert held.tolist() == (row * band.holds(moved)).tolist()
