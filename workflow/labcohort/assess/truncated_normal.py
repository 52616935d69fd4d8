"""Mean and median of a measurement among persons selected on another: the normal model.

The selecting measurement Z and the described one W are standard normal with correlation r, and a
person is selected where low <= Z < high. The described measurement itself is mu + sigma·W, or, on
the log scale, exp(mu + sigma·W). All arguments but `log` may be arrays of shapes that broadcast;
an open bound is infinite. Bounds that hold nobody and parameters that are NaN give NaN.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri, owens_t

# Φ is 0 or 1 in double precision well before this many SD; infinity times 0 is avoided by it.
FARTHEST = 38.0
NEXT_TO_ZERO = 1e-13
# of a median, in SD
PRECISION = 1e-9


def selected_mean(
    mu: ArrayLike, sigma: ArrayLike, r: ArrayLike, low: ArrayLike, high: ArrayLike, log: bool
) -> np.ndarray:
    """Mean among the selected, in the unit of the measurement; low and high in SD of Z.

    With P = Φ(high) - Φ(low): mu + r·sigma·(φ(low) - φ(high))/P (Johnson, Kotz & Balakrishnan,
    Continuous univariate distributions, vol. 1, 1994, 13.10.1; Davis, Am J Epidemiol
    1976;104:493-498); on the log scale exp(mu + sigma²/2)·(Φ(high - r·sigma) - Φ(low - r·sigma))/P.
    """
    share = _share(low, high)
    if log:
        shift = np.multiply(r, sigma)
        inside = _share(low - shift, high - shift)
        return np.exp(mu + np.square(sigma) / 2) * inside / share
    return mu + np.multiply(r, sigma) * (_density(low) - _density(high)) / share


def selected_median(
    mu: ArrayLike, sigma: ArrayLike, r: ArrayLike, low: ArrayLike, high: ArrayLike, log: bool
) -> np.ndarray:
    """Median among the selected, in the unit of the measurement; low and high in SD of Z.

    It is where P(low <= Z < high, W <= w) is half of P(low <= Z < high), found by Newton steps
    kept within bounds; to 1e-9 SD.
    """
    middle = mu + sigma * _standard_median(r, low, high)
    return np.exp(middle) if log else middle


def _standard_median(r: ArrayLike, low: ArrayLike, high: ArrayLike) -> np.ndarray:
    """Median of W among the selected."""
    if np.ndim(r) == 0 and r == 1:
        return _truncated_quantile(low, high)
    r, low, high = np.broadcast_arrays(np.clip(r, -1 + 1e-12, 1 - 1e-12), low, high)
    share, spread = _share(low, high), np.sqrt(1 - r * r)
    w = r * (_density(low) - _density(high)) / share
    below, above = np.full(w.shape, -FARTHEST), np.full(w.shape, FARTHEST)
    done = np.zeros(w.shape, bool)
    for _ in range(100):
        excess = (_joint(high, w, r) - _joint(low, w, r)) / share - 0.5
        below, above = np.where(excess < 0, w, below), np.where(excess < 0, above, w)
        slope = _density(w) * _share((low - r * w) / spread, (high - r * w) / spread) / share
        step = np.divide(excess, slope, out=np.full(w.shape, np.inf), where=slope > 0)
        settled = np.abs(step) <= PRECISION
        # a step that leaves the bounds found so far is replaced by their middle
        inside = (w - step > below) & (w - step < above)
        w = np.where(done, w, np.where(settled | inside, w - step, (below + above) / 2))
        # a row is left when all of it has settled: the same bits, alone or among other rows
        done |= (settled | np.isnan(share)).all(axis=-1, keepdims=True)
        if done.all():
            break
    return np.where(np.isfinite(share), w, np.nan)


def _truncated_quantile(low: ArrayLike, high: ArrayLike) -> np.ndarray:
    """Median of Z itself among the selected."""
    return ndtri(ndtr(low) + _share(low, high) / 2)


def _share(low: ArrayLike, high: ArrayLike) -> np.ndarray:
    """P(low <= Z < high), NaN where it is not above zero."""
    # in the upper tail Φ is next to 1 and a difference would lose its digits
    upper = np.greater(low, 0)
    below, above = np.where(upper, np.negative(high), low), np.where(upper, np.negative(low), high)
    share = ndtr(above) - ndtr(below)
    return np.where(share > 0, share, np.nan)


def _density(z: ArrayLike) -> np.ndarray:
    return np.exp(-np.square(z) / 2) / np.sqrt(2 * np.pi)


def _joint(z: ArrayLike, w: ArrayLike, r: ArrayLike) -> np.ndarray:
    """P(Z <= z, W <= w) at correlation r (Owen, Ann Math Stat 1956;27:1075-1090)."""
    z, w = (np.clip(x, -FARTHEST, FARTHEST) for x in (z, w))
    # the formula divides by z and w: so near zero it makes no difference
    z, w = (np.where(np.abs(x) < NEXT_TO_ZERO, NEXT_TO_ZERO, x) for x in (z, w))
    spread = np.sqrt(1 - r * r)
    opposite = np.where((z < 0) != (w < 0), 0.5, 0.0)
    return (
        (ndtr(z) + ndtr(w)) / 2
        - owens_t(z, (w - r * z) / (z * spread))
        - owens_t(w, (z - r * w) / (w * spread))
        - opposite
    )
