"""Regression to the mean in a cohort that was selected by a band of a baseline value.

Observed change, expected change and their difference come from one function of the counts of
persons, so that all three are resampled together and every resample selects anew.

Both estimates take everybody to have changed alike. Of a change that the selected alone have, the
normal model takes a part for regression (they move against the rest, which weakens the
correlation), and time-reversed selection, which sees it backwards, subtracts it once more: true
regression then lies between the two, and that they differ is the sign of it, as it is of a band
in a cohort that is not normal.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labcohort.assess.band import Band
from labcohort.assess.little_bootstraps import little_bootstraps
from labcohort.assess.resampling import (
    Moments,
    interval,
    keep_freed_memory,
    means,
    medians,
    once,
    resamples,
)
from labcohort.assess.time_reversed import reversed_change, reversed_counts, whole_change
from labcohort.assess.truncated_normal import selected_mean, selected_median

# (statistic, what or estimator and where its reliability is from) -> shape (resamples,)
Changes = dict[tuple[str, ...], np.ndarray]
STATISTICS = {"mean": means, "median": medians}
SELECTED = {"mean": selected_mean, "median": selected_median}
# (estimator, where its reliability is from)
FROM_DATA = ("truncated_normal", "data")
FROM_OUTSIDE = ("truncated_normal", "external")
REVERSED = ("time_reversed", "data")
# So many persons are resampled themselves. Of more a bag of little bootstraps is, at a bounded
# cost: its subsets have as many of those on whom a selection turns, and its intervals their width.
LARGEST = 5_000


@dataclass(frozen=True, slots=True)
class Cohort:
    """The whole cohort at one timepoint, before any selection: arrays of shape (n,), by person.

    x are the selecting marker's values and y the described marker's at baseline (0) and
    follow-up (1), each in its unit; x1 is NaN where it was not measured, the others are complete.
    `itself`: the described marker is the selecting one, and y0, y1 are x0, x1.
    """

    x0: np.ndarray
    x1: np.ndarray
    y0: np.ndarray
    y1: np.ndarray
    x_log: bool
    y_log: bool
    itself: bool

    def of(self, places: np.ndarray) -> "Cohort":
        """The persons at these places."""
        values = (values[places] for values in (self.x0, self.x1, self.y0, self.y1))
        return Cohort(*values, self.x_log, self.y_log, self.itself)


@dataclass(frozen=True, slots=True)
class Parameters:
    """What the normal model was given; arrays of shape (resamples,).

    mu and sigma are mean and SD of the selecting marker at baseline, mu_marker and sigma_marker
    of the described one, of logs on the log scale; rho_baseline and rho are the correlations of
    the described marker at baseline and at follow-up with the selecting marker at baseline.
    """

    mu: np.ndarray
    sigma: np.ndarray
    mu_marker: np.ndarray
    sigma_marker: np.ndarray
    rho_baseline: np.ndarray | float
    rho: np.ndarray | float


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its percentile interval; None where undefined."""

    value: float | None
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True, slots=True)
class Regression:
    """Observed and expected change of the selected, and the difference between the two."""

    statistic: str
    estimator: str
    rho_source: str
    observed: Estimate
    expected: Estimate
    difference: Estimate


def regression_to_the_mean(
    cohort: Cohort,
    band: Band,
    *,
    seed: int,
    key: str,
    how_many: int = 2000,
    confidence: float = 0.95,
    external_rho: float | None = None,
) -> list[Regression]:
    """Every estimate of the selected persons' expected change, beside the observed one.

    For means and for medians (the difference of medians, follow-up less baseline): by the
    truncated normal, by time-reversed selection, and, for the selecting marker itself where
    `external_rho` is given, by the truncated normal with that reliability. In the described
    marker's unit. The difference contains the change of the whole cohort: it is no effect.
    Estimates are of all persons; their percentile intervals are of `how_many` resamples, of over
    LARGEST persons by `little_bootstraps`.
    """
    wanted = [FROM_DATA, REVERSED, *([FROM_OUTSIDE] if external_rho is not None else [])]
    point = changes(cohort, band, once(cohort.x0.size), external_rho)
    again = _again(cohort, band, external_rho, point, (how_many, seed, key))
    rows = []
    for statistic in STATISTICS:
        for source in wanted:
            observed, expected = (statistic, "observed"), (statistic, *source)
            rows.append(
                Regression(
                    statistic,
                    *source,
                    observed=_estimate(point[observed], again[observed], confidence),
                    expected=_estimate(point[expected], again[expected], confidence),
                    difference=_estimate(
                        point[observed] - point[expected],
                        again[observed] - again[expected],
                        confidence,
                    ),
                )
            )
    return rows


def _again(
    cohort: Cohort,
    band: Band,
    external_rho: float | None,
    point: Changes,
    stream: tuple[int, int, str],
) -> Changes:
    """All changes of `point` in every resample, each of shape (how_many,)."""
    if cohort.x0.size <= LARGEST:
        blocks = [
            changes(cohort, band, counts, external_rho)
            for counts in resamples(cohort.x0.size, *stream)
        ]
        return {name: np.concatenate([block[name] for block in blocks]) for name in point}
    keep_freed_memory()
    parts = []
    for places, own in little_bootstraps(_concerned(cohort, band), *stream):
        subset = cohort.of(places)
        parts += [_seen(subset, band, counts) for counts in own]
    seen, fitted = _stacked(parts)
    found = seen | _expected(cohort, band, fitted, external_rho)
    # the first of a block is the subset itself, from which its resamples deviate
    sizes = np.array([own.mu.size for _, own in parts])
    real = np.arange(1, sizes.max()) < sizes[:, None]
    return {n: point[n] + (found[n][:, 1:] - found[n][:, :1])[real] for n in point}


def _stacked(parts: Sequence[tuple[Changes, Parameters]]) -> tuple[Changes, Parameters]:
    """What was seen in blocks of resamples, each array of shape (blocks, resamples) with NaN after
    a short block: the normal model takes little longer for thousands than for a few."""
    blocks, fits = zip(*parts, strict=True)
    seen = {name: _rows([block[name] for block in blocks]) for name in blocks[0]}
    each = ([getattr(fit, name) for fit in fits] for name in Parameters.__slots__)
    # of the selecting marker itself the correlation at baseline is the number one
    return seen, Parameters(*(_rows(own) if np.ndim(own[0]) else own[0] for own in each))


def _rows(arrays: Sequence[np.ndarray]) -> np.ndarray:
    rows = np.full((len(arrays), max(array.size for array in arrays)), np.nan)
    for row, array in zip(rows, arrays, strict=True):
        row[: array.size] = array
    return rows


def _concerned(cohort: Cohort, band: Band) -> np.ndarray:
    """Who is in the band at baseline or, less the cohort's change, at follow-up."""
    backwards = reversed_counts(once(cohort.x0.size), cohort.x0, cohort.x1, band, cohort.x_log)
    return band.holds(cohort.x0) | (backwards[0] > 0)


def changes(
    cohort: Cohort, band: Band, counts: np.ndarray, external_rho: float | None = None
) -> Changes:
    """Observed and expected changes, each of shape (resamples,), by statistic and estimator."""
    seen, fitted = _seen(cohort, band, counts)
    return seen | _expected(cohort, band, fitted, external_rho)


def _seen(cohort: Cohort, band: Band, counts: np.ndarray) -> tuple[Changes, Parameters]:
    """What the persons themselves tell: the observed change and time-reversed selection's; and
    what the normal model takes."""
    selected = counts * band.holds(cohort.x0)
    backwards = reversed_counts(counts, cohort.x0, cohort.x1, band, cohort.x_log)
    of_all = whole_change(counts, cohort.y0, cohort.y1, cohort.y_log)
    size, found = selected.sum(axis=1), {}
    for name, statistic in STATISTICS.items():
        before, after = (statistic(selected, y, size) for y in (cohort.y0, cohort.y1))
        found[name, "observed"] = after - before
        found[name, *REVERSED] = reversed_change(
            backwards, cohort.y0, cohort.y1, of_all, statistic, cohort.y_log
        )
    return found, parameters(cohort, counts)


def _expected(
    cohort: Cohort, band: Band, fitted: Parameters, external_rho: float | None
) -> Changes:
    """What the normal model expects."""
    found = {}
    for name in STATISTICS:
        found[name, *FROM_DATA] = _modelled(cohort, band, fitted, fitted.rho, name)
        if external_rho is not None:
            found[name, *FROM_OUTSIDE] = _modelled(cohort, band, fitted, external_rho, name)
    return found


def parameters(cohort: Cohort, counts: np.ndarray) -> Parameters:
    """The normal model's parameters in each resample, from all of the cohort."""
    x0 = np.log(cohort.x0) if cohort.x_log else cohort.x0
    y0, y1 = (np.log(y) if cohort.y_log else y for y in (cohort.y0, cohort.y1))
    moments = Moments(counts, x0=x0, y0=y0, y1=y1)
    return Parameters(
        mu=moments.mean("x0"),
        sigma=moments.sd("x0"),
        mu_marker=moments.mean("y0"),
        sigma_marker=moments.sd("y0"),
        rho_baseline=1.0 if cohort.itself else moments.correlation("y0", "x0"),
        rho=moments.correlation("y1", "x0"),
    )


def reversed_size(cohort: Cohort, band: Band) -> int:
    """How many persons time-reversed selection finds in the band."""
    counts = once(cohort.x0.size)
    found = reversed_counts(counts, cohort.x0, cohort.x1, band, cohort.x_log)
    return int(found.sum())


def _modelled(
    cohort: Cohort, band: Band, fitted: Parameters, rho: np.ndarray | float, statistic: str
) -> np.ndarray:
    """Expected change by the truncated normal: only the correlation changes between the visits."""
    low, high = (_in_sd(bound, fitted, cohort.x_log) for bound in (band.low, band.high))
    of = SELECTED[statistic]
    marker = (fitted.mu_marker, fitted.sigma_marker)
    before = of(*marker, fitted.rho_baseline, low, high, cohort.y_log)
    return of(*marker, rho, low, high, cohort.y_log) - before


def _in_sd(bound: float, fitted: Parameters, log: bool) -> np.ndarray:
    """A bound of the band as its distance from the selecting marker's mean, in SD."""
    if log:
        bound = np.log(bound) if bound > 0 else -np.inf
    if np.isinf(bound):
        return np.full(fitted.mu.shape, bound)
    return np.divide(
        bound - fitted.mu,
        fitted.sigma,
        out=np.full(fitted.mu.shape, np.nan),
        where=fitted.sigma > 0,
    )


def _estimate(point: np.ndarray, again: np.ndarray, confidence: float) -> Estimate:
    value = float(point[0])
    if not np.isfinite(value):
        return Estimate(None, None, None)
    return Estimate(value, *interval(again, confidence))
