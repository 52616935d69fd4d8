"""Hodges-Lehmann estimate of the change, with the interval that belongs to the signed ranks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from labcohort.compare.counted import Counted, counted
from labcohort.compare.sums import IN_CACHE

# Up to here the null distribution of W+ is counted out; beyond, the approximation is a place off
# in some n of a hundred, of over 50,000 places.
MOST_EXACT = 500

# Up to so many distinct differences the sums of all are made and sorted.
MOST_HELD = 100

# In a coarser sample one of so many stands for all (odd, so that one is in the middle).
THINNED = 5

# Places to look at on either side of what a coarser sample says, in standard errors of it or so.
MARGIN = 2

# A middle of two sums nearer to zero than this, of the largest difference, is a rounding error.
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class HodgesLehmann:
    """Estimate and confidence interval in the unit of the differences.

    An interval that does not exist is None, with a reason; the estimate is given with any pair.
    """

    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    reason: str | None


def hodges_lehmann(d: ArrayLike | Counted, confidence: float = 0.95) -> HodgesLehmann:
    """Median of the Walsh averages (d_i + d_j)/2, i <= j, of all differences d, shape (n,).

    Zeros are kept: an unchanged person belongs to the typical change (R drops them). The interval
    goes from the k-th smallest to the k-th largest average, k the largest with
    2·P(W+ <= k - 1) <= 1 - confidence under no change: its coverage is at least the level
    (Hodges & Lehmann, Ann Math Stat 1963;34:598-611; Hollander & Wolfe, Nonparametric Statistical
    Methods, sections 3.2-3.3). k is exact up to n = 500, and by the normal approximation with the
    term of the kurtosis beyond (Fellingham & Stoker, J Am Stat Assoc 1964;59:899-905).

    It is the median of d where d is symmetric, not otherwise, and is not the difference of the
    medians. Give it cleaned differences: an average is then exactly zero where it should be.
    No interval where n has no such k (under 6 pairs at 95 %) and where all differences are equal.
    Raises ValueError on NaN, infinity, or a confidence not in (0, 1).
    """
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence level lies between 0 and 1, not at {confidence}")
    d = counted(d)
    if not d.n:
        return HodgesLehmann(None, None, None, "no pairs")
    n_sums = d.n * (d.n + 1) // 2
    k = place_of_limit(d.n, confidence)
    grids = _grids(d)
    estimate = _middle(*_sums_at(grids, (n_sums + 1) // 2, n_sums // 2 + 1), d.largest) / 2
    reason = _why_no_interval(d, k, confidence)
    if reason:
        return HodgesLehmann(estimate, None, None, reason)
    low, high = (_sums_at(grids, place, place)[0] for place in (k, n_sums + 1 - k))
    return HodgesLehmann(estimate, low / 2, high / 2, None)


def place_of_limit(n: int, confidence: float) -> int:
    """Place k of the lower limit among the ascending Walsh averages of n pairs; 0: none."""
    tail = (1 - confidence) / 2
    if n > MOST_EXACT:
        return _approximate_place(n, tail)
    return _exact_places(-(-n // 100) * 100, tail)[n]


@cache
def _exact_places(up_to: int, tail: float) -> tuple[int, ...]:
    """For n = 0 ... up_to the largest k with P(W+ <= k - 1) <= tail.

    One pass for all n: the ways of n pairs to a rank sum are those of n - 1 without rank n, and
    with it. Sums above the middle of the last n are not needed.
    """
    ways = np.zeros(up_to * (up_to + 1) // 4 + 1)
    ways[0] = 1.0
    places = [0]
    for n in range(1, up_to + 1):
        end = n * (n + 1) // 2 + 1
        ways[n:end] += ways[: max(min(end, ways.size) - n, 0)].copy()
        # Under a tail of one half k lies below the middle of this n.
        cumulative = np.cumsum(ways[: n * (n + 1) // 4 + 1])
        places.append(int(np.searchsorted(cumulative, math.ldexp(tail, n), side="right")))
    return tuple(places)


def _approximate_place(n: int, tail: float) -> int:
    variance = n * (n + 1) * (2 * n + 1) / 24
    excess_kurtosis = -n * (n + 1) * (2 * n + 1) * (3 * n * n + 3 * n - 1) / 240 / variance**2
    z = float(ndtri(tail))
    quantile = z + excess_kurtosis * (z**3 - 3 * z) / 24
    return math.floor(n * (n + 1) / 4 + 0.5 + quantile * math.sqrt(variance))


def _why_no_interval(d: Counted, k: int, confidence: float) -> str | None:
    if k == 0:
        pairs = "1 pair" if d.n == 1 else f"{d.n} pairs"
        return f"{pairs} cannot give an interval of {100 * confidence:g} % confidence"
    if d.values.size == 1:
        common = "zero" if d.values[0] == 0 else "the same"
        return f"every difference is {common}: no interval of the Hodges-Lehmann estimate"
    return None


def _middle(one: float, other: float, largest: float) -> float:
    """Mean of the two middle sums, zero where they are opposite but for the last bits."""
    total = one + other
    return 0.0 if abs(total) <= ROUNDING * largest else total / 2


def _grids(d: Counted) -> list[Counted]:
    """The sample, and it made coarser again and again, until the sums of all values can be held.

    In a coarser one the median of each THINNED values, as often as they occur, stands for them:
    what occurs more often than its neighbours stays as it is.
    """
    grids = [d]
    while (fine := grids[-1]).values.size > max(MOST_HELD, THINNED):
        first = np.arange(0, fine.values.size, THINNED)
        counts = np.add.reduceat(fine.counts, first)
        middle = np.searchsorted(fine.ends, np.cumsum(counts) - counts // 2)
        grids.append(Counted(fine.values[middle], counts))
    return grids


def _sums_at(grids: Sequence[Counted], first: int, last: int) -> tuple[float, float]:
    """The sums d_i + d_j, i <= j, at two places (from 1) in ascending order, not far apart.

    Sums some places before and after them in the next coarser sample enclose them. Those below
    are counted, and only those between are made. Where these do not hold the places, more do.
    """
    d, *coarser = grids
    if not coarser:
        _, sums, times = _between(d, -math.inf, math.inf)
        return _at(sums, times, first, last)
    n_sums = d.n * (d.n + 1) // 2
    # A row of the coarser sums misses its place by a value's part of n at most, to either side.
    counts = coarser[0].counts
    margin = math.ceil(MARGIN * d.n / counts.size * math.sqrt((counts * counts).sum()))
    # What rounding may do to a sum, and to a bound less a value.
    rounding = 8 * float(np.spacing(d.largest))
    while True:
        before, after = max(first - margin, 1), min(last + margin, n_sums)
        low, high = _sums_at(coarser, before, after)
        low = low - 2 * rounding if before > 1 else -math.inf
        high = high + 2 * rounding if after < n_sums else math.inf
        below, sums, times = _between(d, low, high)
        if below < first and last <= below + times.sum():
            one, other = _at(sums, times, first - below, last - below)
            if low + rounding <= one and other <= high - rounding:
                return one, other
        margin *= 8


def _at(sums: np.ndarray, times: np.ndarray, *places: int) -> tuple[float, ...]:
    """The sums at places, from 1, where each occurs so many times."""
    order = np.argsort(sums)
    found = order[np.searchsorted(np.cumsum(times[order]), places)]
    return tuple(sums[found].tolist())


def _between(d: Counted, low: float, high: float) -> tuple[int, np.ndarray, np.ndarray]:
    """How many sums d_i + d_j, i <= j, lie below `low`; those up to `high`, and how often each is.

    A sum as near to a bound as rounding may stand on either side.
    """
    rows = int(np.searchsorted(d.values, high / 2, side="right"))
    starts = range(0, rows, IN_CACHE)
    parts = [_rows_between(d, start, min(start + IN_CACHE, rows), low, high) for start in starts]
    i, j = (np.concatenate([part[k] for part in parts]) for k in (1, 2))
    times = np.where(i == j, d.counts[i] * (d.counts[i] + 1) // 2, d.counts[i] * d.counts[j])
    return sum(part[0] for part in parts), d.values[i] + d.values[j], times


def _rows_between(
    d: Counted, begin: int, end: int, low: float, high: float
) -> tuple[int, np.ndarray, np.ndarray]:
    """How many sums lie below `low`, and i and j of those up to `high`, for i in [begin, end)."""
    values, own = d.values, np.arange(begin, end)
    mine = values[begin:end]
    first = np.maximum(_first_from(values, low - mine), own)
    # The sums of a row with itself and others: those that are below stand in the first rows.
    passed = np.count_nonzero(first > own)
    counts = d.counts[begin : begin + passed]
    others = d.ends[first[:passed] - 1] - d.ends[begin : begin + passed]
    below = int(counts @ others) + int((counts * (counts + 1)).sum()) // 2
    begun = values[np.minimum(first, values.size - 1)]
    some = np.flatnonzero((first < values.size) & (mine + begun <= high))
    number = np.searchsorted(values, high - mine[some], side="right") - first[some]
    j = np.repeat(first[some] - np.cumsum(number) + number, number) + np.arange(number.sum())
    return below, np.repeat(own[some], number), j


def _first_from(values: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """Place, from 0, of the first of the ascending values from each of the falling limits on."""
    begin, end = np.searchsorted(values, limits[[-1, 0]])
    if begin == end:
        return np.full(limits.size, begin)
    # Half of the time of np.searchsorted, as the next is sought near the last. A value that is
    # the limit but for rounding may count as below it.
    size = end - begin
    places = np.interp(limits, values[begin:end], np.arange(size, dtype=float), right=size)
    return begin + np.ceil(places).astype(np.int64)
