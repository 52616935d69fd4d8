"""A sample as its distinct values and how often each occurs: what every statistic here takes.

Laboratory values are decimals, of which a million persons have a few hundred; what is computed of
distinct values and counts takes no longer for more persons, and cannot depend on their order.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from labcohort.compare.samples import as_sample
from labcohort.compare.sums import exact_sum


@dataclass(frozen=True, eq=False)
class Counted:
    """Ascending distinct values (floats) and how often each occurs (whole numbers), shape (g,)."""

    values: np.ndarray
    counts: np.ndarray

    @cached_property
    def ends(self) -> np.ndarray:
        """The last place, from 1, of each value in the ascending sample."""
        return np.cumsum(self.counts)

    @property
    def n(self) -> int:
        """How many values there are, each as often as it occurs."""
        return int(self.ends[-1]) if self.ends.size else 0

    @property
    def largest(self) -> float:
        """The largest size of a value; 0 without values."""
        return float(max(-self.values[0], self.values[-1])) if self.n else 0.0

    def at(self, place: int) -> float:
        """The value at a place, from 1, of the ascending sample."""
        return float(self.values[np.searchsorted(self.ends, place)])

    def each(self) -> np.ndarray:
        """The ascending sample, shape (n,)."""
        return np.repeat(self.values, self.counts)

    @cached_property
    def mean(self) -> float | None:
        """Arithmetic mean; None without values."""
        if not self.n:
            return None
        mean = exact_sum(self.values, self.counts) / self.n
        # n·c/n need not be c in binary: held between the extremes, the mean of a constant is it.
        return min(max(mean, float(self.values[0])), float(self.values[-1]))

    @cached_property
    def sd(self) -> float | None:
        """Standard deviation with divisor n - 1; None under two values."""
        if self.n < 2:
            return None
        deviations = self.values - self.mean
        weighted = deviations * self.counts
        # The mean is rounded: what the deviations still sum to is taken off again
        # (Chan, Golub & LeVeque, Am Stat 1983;37:242-247).
        excess = float(weighted.sum()) ** 2 / self.n
        weighted *= deviations
        return math.sqrt(max(float(weighted.sum()) - excess, 0.0) / (self.n - 1))


def counted(values: "ArrayLike | Counted") -> Counted:
    """A sample, shape (n,), as its distinct values and their counts.

    Raises ValueError if there is more than one dimension, or a null, NaN or infinity: leaving
    out incomplete pairs is a decision of the caller, and must not happen here unseen.
    """
    if isinstance(values, Counted):
        return values
    ascending = np.sort(as_sample(values))
    first = firsts(ascending)
    # Of zeros with a sign and without, which stands first depends on the order of the sample.
    return Counted(ascending[first] + 0.0, np.diff(first, append=ascending.size))


def firsts(ascending: np.ndarray) -> np.ndarray:
    """Where each distinct value of an ascending array, shape (n,), stands first."""
    new = np.empty(ascending.size, bool)
    new[:1] = True
    np.not_equal(ascending[1:], ascending[:-1], out=new[1:])
    return np.flatnonzero(new)
