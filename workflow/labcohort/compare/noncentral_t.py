"""Noncentrality of Student's t: behind an observed t, and for a wanted power."""

from collections.abc import Callable
from functools import cache

from scipy.special import ncfdtr, nctdtr, ndtri, stdtrit

# Against quadrature, SciPy's nctdtr is off by 1e-13 at most for a t of 100, and by 4e-12 of 1000;
# at 2000 by 5e-10, at 10^5 it has five digits and takes a thousand times as long.
LARGEST_T = 1000

PRECISION = 1e-14


def noncentrality(t: float, df: int, probability: float) -> float | None:
    """Noncentrality with which a t of df degrees of freedom is at most `t` by `probability`.

    With probability (1 + c)/2 and (1 - c)/2 these are the ends of the interval of confidence c
    for the noncentrality behind an observed t (Steiger & Fouladi, in: Harlow et al., What If
    There Were No Significance Tests?, 1997, ch. 9). None where |t| exceeds LARGEST_T.
    """
    if abs(t) > LARGEST_T:
        return None
    if t < 0:
        return -noncentrality(-t, df, 1 - probability)

    # Next to 1 nctdtr can be NaN, which has to count as above.
    def too_low(ncp: float) -> bool:
        return not nctdtr(df, ncp, t) <= probability

    # P(T <= t) >= P(T <= 0) = Φ(-ncp) for t >= 0, so that the root is not below -Φ⁻¹(probability).
    return _first_that_is_not(too_low, -float(ndtri(probability)))


@cache
def noncentrality_for_power(df: int, power: float, alpha: float) -> float:
    """Noncentrality with which |t| exceeds its two-sided critical value by `power` > alpha."""
    critical = float(stdtrit(df, 1 - alpha / 2))

    # T² is noncentral F with 1 and df degrees of freedom. Next to 0 ncfdtr can be NaN: not above.
    def too_low(ncp: float) -> bool:
        return bool(ncfdtr(1, df, ncp * ncp, critical * critical) > 1 - power)

    return _first_that_is_not(too_low, 0.0)


def _first_that_is_not(too_low: Callable[[float], bool], low: float) -> float:
    """Where `too_low`, true just above `low`, turns false; by bisection."""
    step = 1.0
    while too_low(low + step):
        low, step = low + step, 2 * step
    high = low + step
    while high - low > PRECISION * max(1.0, abs(low), abs(high)):
        middle = (low + high) / 2
        low, high = (middle, high) if too_low(middle) else (low, middle)
    return (low + high) / 2
