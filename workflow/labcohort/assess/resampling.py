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


def means(counts: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Mean of x, shape (n,), in each resample; NaN where nobody was drawn."""
    centre = x.mean() if x.size else 0.0
    return centre + _divide(counts @ (x - centre), counts.sum(axis=1))


def sds(counts: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Standard deviation of x, shape (n,), with divisor n - 1; NaN under two draws."""
    size = counts.sum(axis=1)
    return np.sqrt(_divide(_variances(counts, x) * size, size - 1))


def correlations(counts: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Pearson's correlation of x and y, shape (n,); NaN where either does not vary."""
    spread = np.sqrt(_variances(counts, x) * _variances(counts, y))
    return np.clip(_divide(_covariances(counts, x, y), spread), -1, 1)


def medians(counts: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Median of x, shape (n,), in each resample, of an even n the mean of the middle two."""
    if x.size == 0:
        return np.full(len(counts), np.nan)
    order = np.argsort(x, kind="stable")
    ascending, reached = x[order], np.cumsum(counts[:, order], axis=1)
    size = reached[:, -1]
    lower, upper = (
        ascending[(reached >= place[:, None]).argmax(axis=1)]
        for place in (np.floor((size + 1) / 2), np.floor(size / 2) + 1)
    )
    return np.where(size > 0, (lower + upper) / 2, np.nan)


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


def _variances(counts: np.ndarray, x: np.ndarray) -> np.ndarray:
    return np.maximum(_covariances(counts, x, x), 0.0)


def _covariances(counts: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Covariance with divisor n."""
    # products of values far from zero would leave few digits to their difference
    x, y = x - x.mean(), y - y.mean()
    size = counts.sum(axis=1)
    first, second, product = (_divide(counts @ v, size) for v in (x, y, x * y))
    return product - first * second


def _divide(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a/b, NaN where b is not above zero."""
    return np.divide(a, b, out=np.full(np.shape(a), np.nan), where=b > 0)
