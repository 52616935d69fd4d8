"""Regression to the mean read backwards in time: what the pairs themselves say, without a model.

Were nothing to change but by chance, a pair of visits would look the same in either order: those
who are in the band at follow-up stood, at baseline, as much nearer to the mean as those who are in
the band at baseline will stand at follow-up (Galton, J Anthropol Inst 1886;15:246-263; Campbell &
Kenny, A primer on regression artifacts, 1999: time-reversed analysis). For a second marker this
takes its link with the selecting one to be as close forwards as backwards in time.

What changed in the whole cohort is taken off both markers before: the follow-up of the selecting
marker less its whole cohort's mean change decides who is in the band, and the follow-up of the
described marker less its own whole cohort's mean change is what the baseline is compared with.
Without the second step the answer would hold the whole cohort's change with the opposite sign:
with X1 = X0' + c and X0' exchangeable with X0, the mean of X0 - X1 among those selected on X1 - c
is the regression less c, and the observed change, regression plus c, would seem to exceed it by
2c. On the log scale changes are ratios: of the mean logs.
"""

from collections.abc import Callable

import numpy as np

from labcohort.assess.band import Band
from labcohort.assess.resampling import means

Statistic = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def reversed_counts(
    counts: np.ndarray, baseline: np.ndarray, followup: np.ndarray, band: Band, log: bool
) -> np.ndarray:
    """Counts, shape (resamples, n), of those whose follow-up, less the cohort's change, is held.

    `baseline` and `followup` are the selecting marker's, shape (n,), in its unit (over zero on
    the log scale); follow-up is NaN where it was not measured: nobody is selected on it. `band`
    says which values lie in it.
    """
    measured = np.isfinite(followup)
    whole = (counts, baseline, followup)
    if not measured.all():
        whole = (counts[:, measured], baseline[measured], followup[measured])
    shift = _shift(whole_change(*whole, log), log)
    # the changes of resamples are close together: of nearly all persons the ends tell
    lowest, highest = (
        _moved(followup, end(shift), log) for end in (np.fmin.reduce, np.fmax.reduce)
    )
    always = band.holds(lowest) & band.holds(highest)
    at_times = np.flatnonzero(band.meets(lowest, highest) & ~always)
    held = counts * always
    held[:, at_times] = counts[:, at_times] * band.holds(
        _moved(followup[at_times], shift[:, None], log)
    )
    held[np.isnan(shift)] = 0
    return held


def reversed_change(
    selected: np.ndarray,
    baseline: np.ndarray,
    followup: np.ndarray,
    of_all: np.ndarray,
    statistic: Statistic,
    log: bool,
) -> np.ndarray:
    """Expected regression of a marker, in its unit, shape (resamples,).

    `statistic` (resampling.means or medians) of its baseline less that of its follow-up, less the
    cohort's change `of_all` (whole_change), among the `selected` (reversed_counts). All arrays are
    of the same n persons. NaN where nobody is selected.
    """
    size = selected.sum(axis=1)
    after = _less(statistic(selected, followup, size), of_all, log)
    return statistic(selected, baseline, size) - after


def whole_change(
    counts: np.ndarray, baseline: np.ndarray, followup: np.ndarray, log: bool
) -> np.ndarray:
    """The cohort's mean change in each resample; of logs on the log scale."""
    return means(counts, np.log(followup / baseline) if log else followup - baseline)


def _less(followup: np.ndarray, change: np.ndarray, log: bool) -> np.ndarray:
    """Follow-up values, or their mean or median, without the cohort's change."""
    return _moved(followup, _shift(change, log), log)


def _shift(change: np.ndarray, log: bool) -> np.ndarray:
    """What takes a change off: a number to add, on the log scale a factor."""
    return np.exp(-change) if log else -change


def _moved(followup: np.ndarray, shift: np.ndarray, log: bool) -> np.ndarray:
    return followup * shift if log else followup + shift
