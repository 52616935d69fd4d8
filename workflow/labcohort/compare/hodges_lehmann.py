"""Hodges-Lehmann estimate of the change, with the interval that belongs to the signed ranks."""

import math
import struct
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from labcohort.compare.samples import as_sample

# Up to here the null distribution of W+ is counted out; beyond, the approximation is a place off
# in some n of a hundred, of over 50,000 places.
MOST_EXACT = 500

# Up to here all n(n + 1)/2 sums are held at once (16 MB).
MOST_HELD = 2000

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


def hodges_lehmann(d: ArrayLike, confidence: float = 0.95) -> HodgesLehmann:
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
    d = np.sort(as_sample(d))
    n = d.size
    if n == 0:
        return HodgesLehmann(None, None, None, "no pairs")
    n_sums = n * (n + 1) // 2
    k = place_of_limit(n, confidence)
    # Places count from 1. Without an interval k is 0, and any place will do.
    places = (max(k, 1), (n_sums + 1) // 2, n_sums // 2 + 1, n_sums + 1 - max(k, 1))
    low, middle, next_to_middle, high = _sums_at(d, places)
    estimate = _middle(middle, next_to_middle, max(-d[0], d[-1])) / 2
    reason = _why_no_interval(d, k, confidence)
    if reason:
        return HodgesLehmann(estimate, None, None, reason)
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


def _why_no_interval(d: np.ndarray, k: int, confidence: float) -> str | None:
    if k == 0:
        counted = "1 pair" if d.size == 1 else f"{d.size} pairs"
        return f"{counted} cannot give an interval of {100 * confidence:g} % confidence"
    if d[0] == d[-1]:
        common = "zero" if d[0] == 0 else "the same"
        return f"every difference is {common}: no interval of the Hodges-Lehmann estimate"
    return None


def _middle(one: float, other: float, largest: float) -> float:
    """Mean of the two middle sums, zero where they are opposite but for the last bits."""
    total = one + other
    return 0.0 if abs(total) <= ROUNDING * largest else total / 2


def _sums_at(d: np.ndarray, places: tuple[int, ...]) -> list[float]:
    """The sums d_i + d_j, i <= j, at these places (from 1) in ascending order; d ascending."""
    if d.size > MOST_HELD:
        return [_sum_at(d, place) for place in places]
    sums = np.concatenate([d[i] + d[i:] for i in range(d.size)])
    sums.partition(sorted({place - 1 for place in places}))
    return [float(sums[place - 1]) for place in places]


def _sum_at(d: np.ndarray, place: int) -> float:
    """The sum at this place, without holding all: by bisection over the doubles themselves.

    Bisection over bit patterns ends at that very sum after 64 steps, zero and ties included.
    """
    low, high = _order(2 * d[0]) - 1, _order(2 * d[-1])
    while high - low > 1:
        between = (low + high) // 2
        if _count_up_to(d, _double(between)) >= place:
            high = between
        else:
            low = between
    return _double(high)


def _count_up_to(d: np.ndarray, limit: float) -> int:
    """How many sums d_i + d_j, i <= j, are at most `limit`; d ascending."""
    n = d.size
    own = np.arange(n)
    # For each i the number of j, over all n; limit - d is rounded, and put right by the sums.
    upto = np.searchsorted(d, limit - d, side="right")
    while (less := (upto > 0) & (d + d[np.maximum(upto - 1, 0)] > limit)).any():
        upto[less] = np.searchsorted(d, d[upto[less] - 1], side="left")
    while (more := (upto < n) & (d + d[np.minimum(upto, n - 1)] <= limit)).any():
        upto[more] = np.searchsorted(d, d[upto[more]], side="right")
    # Over all i and j each sum of two is counted twice, each of one with itself once.
    return int(upto.sum() + np.count_nonzero(own < upto)) // 2


def _order(value: float) -> int:
    """A whole number for each double, in the order of the doubles."""
    (bits,) = struct.unpack("<q", struct.pack("<d", value))
    return bits if bits >= 0 else -(bits & 0x7FFFFFFFFFFFFFFF)


def _double(order: int) -> float:
    """The double of this place in their order."""
    (size,) = struct.unpack("<d", struct.pack("<q", abs(order)))
    return -size if order < 0 else size
