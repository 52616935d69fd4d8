"""Bootstrap by person: a resample is how many times each person was drawn.

Every statistic takes counts of shape (resamples, n) and gives shape (resamples,), so that the
sample itself (each person once) and its resamples go the same way. Undefined is NaN here: a
resample may hold nobody of whom something is known.
"""

import zlib
from collections.abc import Iterator

import numpy as np

# numbers in one block of counts: bounds the memory whatever the size of the cohort
BLOCK = 250_000
# bytes, less than glibc's bound of 32 MB
LARGEST_KEPT = 30 << 20
# an interval of the resamples in which the estimate exists would be one of a chosen part of them
LARGEST_UNDEFINED = 0.05


def once(n: int) -> np.ndarray:
    """Counts, shape (1, n), of the sample itself."""
    return np.ones((1, n))


def resamples(n: int, how_many: int, seed: int, key: str) -> Iterator[np.ndarray]:
    """Blocks of counts, shape (up to `how_many`, n), of n persons drawn with replacement.

    The stream belongs to `seed` and the text `key` alone: no resample depends on what else is
    computed, nor (persons being sorted) on the order of rows.
    """
    stream = np.random.Generator(np.random.PCG64(seed + zlib.crc32(key.encode())))
    in_block = max(1, BLOCK // n)
    for start in range(0, how_many, in_block):
        rows = min(in_block, how_many - start)
        drawn = stream.integers(0, n, size=(rows, n)) + n * np.arange(rows)[:, None]
        yield np.bincount(drawn.ravel(), minlength=rows * n).reshape(rows, n).astype(float)


def keep_freed_memory() -> None:
    """Have the memory of freed blocks kept for the next ones: glibc gives back what is larger than
    the largest piece that was freed before, up to 32 MB (mallopt(3), M_MMAP_THRESHOLD), and the
    system clears it anew: a quarter of the time of many blocks."""
    np.empty(LARGEST_KEPT, np.uint8)


def means(counts: np.ndarray, x: np.ndarray, size: np.ndarray | None = None) -> np.ndarray:
    """Mean of x, shape (n,), in each resample; NaN where nobody was drawn.

    `size` is how many were drawn in each, where it is known already.
    """
    size = counts.sum(axis=1) if size is None else size
    centre = x.mean() if x.size else 0.0
    return centre + _divide(counts @ (x - centre), size)


class Moments:
    """Means, SDs and correlations of named columns, each of shape (n,), in each resample."""

    def __init__(self, counts: np.ndarray, **columns: np.ndarray):
        self._counts, self._size = counts, counts.sum(axis=1)
        self._centre = {name: x.mean() for name, x in columns.items()}
        # products of values far from zero would leave few digits to their difference
        self._x = {name: x - self._centre[name] for name, x in columns.items()}
        self._first = {name: self._mean(x) for name, x in self._x.items()}
        self._variance = {name: np.maximum(self._covariance(name, name), 0.0) for name in columns}

    def mean(self, name: str) -> np.ndarray:
        """NaN where nobody was drawn."""
        return self._centre[name] + self._first[name]

    def sd(self, name: str) -> np.ndarray:
        """With divisor n - 1; NaN under two draws."""
        return np.sqrt(_divide(self._variance[name] * self._size, self._size - 1))

    def correlation(self, one: str, other: str) -> np.ndarray:
        """Pearson's; NaN where either does not vary."""
        spread = np.sqrt(self._variance[one] * self._variance[other])
        return np.clip(_divide(self._covariance(one, other), spread), -1, 1)

    def _covariance(self, one: str, other: str) -> np.ndarray:
        """With divisor n."""
        product = self._mean(self._x[one] * self._x[other])
        return product - self._first[one] * self._first[other]

    def _mean(self, x: np.ndarray) -> np.ndarray:
        return _divide(self._counts @ x, self._size)


def medians(counts: np.ndarray, x: np.ndarray, size: np.ndarray | None = None) -> np.ndarray:
    """Median of x, shape (n,), in each resample, of an even n the mean of the middle two.

    Counts need not be whole: they may be weights. NaN where nobody was drawn. `size` as in means.
    """
    drawn = np.flatnonzero(counts.max(axis=0))
    if drawn.size == 0:
        return np.full(len(counts), np.nan)
    half = (counts.sum(axis=1) if size is None else size) / 2
    # nearly always the middle of the values has the medians of all resamples
    for margin in (7 * drawn.size // 16, 0):
        first, last = margin, drawn.size - margin
        order = drawn[np.argpartition(x[drawn], (first, last - 1))]
        middle = order[first:last][np.argsort(x[order[first:last]])]
        below = counts @ _those(order[:first], x.size)
        reached = below[:, None] + np.cumsum(counts[:, middle], axis=1)
        if (below < half).all() and (reached[:, -1] > half).all():
            break
    # the first value by which half, and more than half, is reached
    lower, upper = (
        x[middle[np.minimum(np.count_nonzero(short, axis=1), middle.size - 1)]]
        for short in (reached < half[:, None], reached <= half[:, None])
    )
    return np.where(half > 0, (lower + upper) / 2, np.nan)


def _those(places: np.ndarray, n: int) -> np.ndarray:
    """1 at these places of n, 0 elsewhere."""
    ones = np.zeros(n)
    ones[places] = 1
    return ones


def interval(estimates: np.ndarray, confidence: float) -> tuple[float, float] | tuple[None, None]:
    """Percentile interval of an estimate's resamples (Efron & Tibshirani 1993, ch. 13).

    Both ends are None where the estimate is undefined in more than 1 of 20 resamples.
    """
    defined = estimates[np.isfinite(estimates)]
    if defined.size == 0 or defined.size < (1 - LARGEST_UNDEFINED) * estimates.size:
        return None, None
    tail = (1 - confidence) / 2
    low, high = np.quantile(defined, (tail, 1 - tail))
    return float(low), float(high)


def _divide(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a/b, NaN where b is not above zero."""
    return np.divide(a, b, out=np.full(np.shape(a), np.nan), where=b > 0)
