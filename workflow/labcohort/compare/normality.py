"""Shape of the differences: shown beside a test, and never used to choose one."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from labcohort.compare.counted import Counted, counted
from labcohort.compare.sums import exact_sum

FEWEST, MOST = 3, 5000

# Royston's polynomials, constant first. Weights in 1/√n:
LAST_WEIGHT = (0.0, 0.221157, -0.147981, -2.071190, 4.434685, -2.706056)
LAST_BUT_ONE_WEIGHT = (0.0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633)
# ... for 4 to 11 values in n: shift, mean and log SD of -log(shift - log(1 - W));
SHIFT_FEW = (-2.273, 0.459)
MEAN_FEW = (0.5440, -0.39978, 0.025054, -0.0006714)
LOG_SD_FEW = (1.3822, -0.77857, 0.062767, -0.0020322)
# ... for 12 and more in log n: mean and log SD of log(1 - W).
MEAN_MANY = (-1.5861, -0.31082, -0.083751, 0.0038915)
LOG_SD_MANY = (-0.4803, -0.082676, 0.0030302)


@dataclass(frozen=True, slots=True)
class ShapiroWilk:
    """Shapiro-Wilk test: W, at most 1, and the p value; both None with a reason."""

    w: float | None
    p_value: float | None
    reason: str | None


def shapiro_wilk(d: ArrayLike | Counted) -> ShapiroWilk:
    """Shapiro-Wilk test of normality of differences d, shape (n,), 3 to 5000 of them.

    By Royston's approximations of weights and p (Algorithm AS R94, Appl Stat 1995;44:547-551), as
    in R, SciPy and SPSS; for n = 3 W is exact. Rounded data lower W: in coarse units many ties
    reject by themselves. Give it cleaned differences: a constant one is no sample of rounding
    errors. Undefined outside 3 to 5000, and where all differences are equal.
    Raises ValueError on NaN or infinity.
    """
    d = counted(d)
    if reason := _why_undefined(d):
        return ShapiroWilk(None, None, reason)
    # W has no unit, and the squares of very small or large ones are not doubles.
    unitless = Counted((d.values - d.values[0]) / (d.values[-1] - d.values[0]), d.counts)
    x = unitless.each()
    deviations = x - unitless.mean
    squares = math.fsum((deviations * deviations).tolist())
    upper = _upper_weights(d.n)
    # The weights are antisymmetric: the lower half is the upper one with the other sign.
    spacings = x[: -upper.size - 1 : -1] - x[: upper.size]
    root = math.fsum((upper * spacings).tolist())
    w = min(root * root / squares, 1.0)
    return ShapiroWilk(w, _p_value(w, d.n), None)


def skewness(d: ArrayLike | Counted) -> float | None:
    """Skewness of d, shape (n,): the adjusted Fisher-Pearson G1 that SPSS, SAS and Excel print.

    G1 = n/((n - 1)(n - 2)) · Σ((d - mean)/SD)³, without unit (Joanes & Gill, Statistician
    1998;47:183-189). None under three values and without spread. Raises ValueError on NaN or
    infinity.
    """
    d = counted(d)
    n, spread = d.n, d.sd
    if n < 3 or not spread:
        return None
    standardised = (d.values - d.mean) / spread
    cubes = standardised * standardised * standardised
    return n / ((n - 1) * (n - 2)) * exact_sum(cubes, d.counts)


def _why_undefined(d: Counted) -> str | None:
    if d.n == 0:
        return "no pairs"
    if d.n < FEWEST:
        return f"fewer than {FEWEST} pairs: they have no shape"
    if d.n > MOST:
        return f"over {MOST} pairs: the test is not made for as many"
    if d.values.size == 1:
        return "every difference is zero" if d.values[0] == 0 else "every difference is the same"
    return None


def _upper_weights(n: int) -> np.ndarray:
    """Weights of the largest, second largest, ... value down to the middle; squares sum to 1."""
    if n == 3:
        return np.array([math.sqrt(0.5)])
    normal = -ndtri((np.arange(1, n // 2 + 1) - 0.375) / (n + 0.25))
    length = math.sqrt(2 * math.fsum((normal * normal).tolist()))
    root = 1 / math.sqrt(n)
    given = [normal[0] / length + _polynomial(LAST_WEIGHT, root)]
    if n > 5:
        given.append(normal[1] / length + _polynomial(LAST_BUT_ONE_WEIGHT, root))
    rest = normal[len(given) :]
    # Weights not given by a polynomial stay proportional to the expected values.
    left = 1 - 2 * math.fsum(a * a for a in given)
    scale = math.sqrt(left / (2 * math.fsum((rest * rest).tolist()))) if rest.size else 0.0
    return np.concatenate([given, scale * rest])


def _p_value(w: float, n: int) -> float:
    if n == 3:
        # W of three values is at least 3/4.
        return max(6 / math.pi * (math.asin(math.sqrt(w)) - math.asin(math.sqrt(0.75))), 0.0)
    if w == 1:
        return 1.0
    y = math.log1p(-w)
    if n <= 11:
        # The least possible W keeps the argument positive.
        y = -math.log(_polynomial(SHIFT_FEW, n) - y)
        centre, log_sd = _polynomial(MEAN_FEW, n), _polynomial(LOG_SD_FEW, n)
    else:
        centre = _polynomial(MEAN_MANY, math.log(n))
        log_sd = _polynomial(LOG_SD_MANY, math.log(n))
    return float(ndtr((centre - y) / math.exp(log_sd)))


def _polynomial(coefficients: tuple[float, ...], x: float) -> float:
    return math.fsum(c * x**power for power, c in enumerate(coefficients))
