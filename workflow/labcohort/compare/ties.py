"""Paired differences whose ties and zeros are those of the decimals that were reported."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from labcohort.compare.counted import Counted, firsts
from labcohort.compare.samples import as_sample

RELATIVE_TOLERANCE = 1e-12
SIGN, OTHERS = np.uint64(1), np.uint64(63)


@dataclass(frozen=True, eq=False)
class Differences(Counted):
    """A sample of differences that knows, too, how many of each size are rises and falls.

    `sizes` are ascending, distinct and over zero; `rises` and `falls` are whole numbers; all have
    shape (s,). `no_change` is the largest size, in binary, of a difference that counts as zero.
    """

    sizes: np.ndarray
    rises: np.ndarray
    falls: np.ndarray
    no_change: float

    @property
    def ties(self) -> np.ndarray:
        """How many differences have each size, shape (s,)."""
        return self.rises + self.falls


def differences(d: "ArrayLike | Differences") -> Differences:
    """Differences, shape (n,), by their sizes, which are equal where they are to the last bit.

    Raises ValueError as `counted.counted` does.
    """
    if isinstance(d, Differences):
        return d
    # The bits of numbers over zero are in their order. With the bit of the sign moved from the
    # first place to the last, sizes are sorted and take their signs along.
    bits = as_sample(d).view(np.uint64)
    ascending = (bits << SIGN) | (bits >> OTHERS)
    ascending.sort()
    sizes = (ascending >> SIGN).view(float)
    ascending &= SIGN
    first = firsts(sizes)
    falls = np.add.reduceat(ascending.view(np.int64), first)
    rises = np.diff(first, append=sizes.size) - falls
    sizes, zero = sizes[first], int(sizes.size and sizes[0] == 0)
    n_zero = int(rises[:zero].sum() + falls[:zero].sum())
    return _by_size(sizes[zero:], rises[zero:], falls[zero:], n_zero, 0.0)


def paired_differences(baseline: ArrayLike, followup: ArrayLike) -> tuple[Differences, Differences]:
    """The clean differences (`clean_differences`) by their sizes, and those in binary.

    The arguments are those of `clean_differences`, and so are the errors.
    """
    raw, tolerance = _raw(baseline, followup)
    binary = differences(raw)
    first, sizes = _groups(binary, tolerance)
    rises, falls = (np.add.reduceat(counts, first) for counts in (binary.rises, binary.falls))
    n_zero = binary.n - int(rises.sum() + falls.sum())
    unchanged = binary.sizes[: first[0] if first.size else None]
    no_change = float(unchanged[-1]) if unchanged.size else 0.0
    return _by_size(sizes, rises, falls, n_zero, no_change), binary


def clean_differences(baseline: ArrayLike, followup: ArrayLike) -> np.ndarray:
    """Differences follow-up - baseline, of equal size where they are equal in decimals.

    Laboratory values are decimals, and 1.2 - 1.1 is not 1.3 - 1.2 in binary: ranks of raw
    differences break ties and take zeros for changes. Here the sizes |d| are sorted, and a new
    tie group begins where the step to the next size exceeds 1e-12 of the largest value at
    either visit. Sizes in one group become one size, those in the group of zero become zero.
    Values are never rounded, since a grid of decimals does not survive a change of unit.

    Both arguments have shape (n,) and one unit, pair by pair; the result has shape (n,), that
    unit, the order of the pairs, and does not otherwise depend on that order.
    Raises ValueError on unequal lengths, NaN or infinity.
    """
    raw, tolerance = _raw(baseline, followup)
    binary = differences(raw)
    first, sizes = _groups(binary, tolerance)
    group = np.searchsorted(binary.sizes[first], np.abs(raw), side="right")
    clean = np.concatenate([[0.0], sizes])[group]
    return np.where(clean == 0, 0.0, np.copysign(clean, raw))


def _raw(baseline: ArrayLike, followup: ArrayLike) -> tuple[np.ndarray, float]:
    """Differences in binary, shape (n,), and the largest step between sizes that are one."""
    baseline, followup = as_sample(baseline), as_sample(followup)
    if baseline.size != followup.size:
        raise ValueError(f"{baseline.size} baseline and {followup.size} follow-up values")
    largest = max((float(np.abs(x).max()) for x in (baseline, followup) if x.size), default=0.0)
    return followup - baseline, RELATIVE_TOLERANCE * largest


def _groups(binary: Differences, tolerance: float) -> tuple[np.ndarray, np.ndarray]:
    """Where among the sizes each tie group begins, and the size that its members get.

    Sizes before the first of these groups are zero.
    """
    # Zero stands before the smallest size, so that a group never lies half at zero.
    first = np.flatnonzero(np.diff(binary.sizes, prepend=0.0) > tolerance)
    sizes = binary.sizes[first]
    mixed = np.flatnonzero(np.diff(first, append=binary.sizes.size) > 1)
    # A member rather than a mean: a mean of many members has a rounding error of its own.
    ends, last = np.cumsum(binary.ties), np.append(first, binary.sizes.size)[mixed + 1] - 1
    before = ends[first[mixed]] - binary.ties[first[mixed]]
    sizes[mixed] = binary.sizes[np.searchsorted(ends, (before + ends[last] + 1) // 2)]
    return first, sizes


def _by_size(
    sizes: np.ndarray, rises: np.ndarray, falls: np.ndarray, n_zero: int, no_change: float
) -> Differences:
    fell, rose = (np.flatnonzero(counts > 0) for counts in (falls, rises))
    zero = np.full(int(n_zero > 0), n_zero)
    return Differences(
        np.concatenate([-sizes[fell][::-1], 0.0 * zero, sizes[rose]]),
        np.concatenate([falls[fell][::-1], zero, rises[rose]]),
        sizes,
        rises,
        falls,
        no_change,
    )
