"""Descriptive statistics of one sample; what is undefined is None.

They are of distinct values and their counts (counted.py), so that no result depends on the order
of the values.
"""

import math
from dataclasses import dataclass

from numpy.typing import ArrayLike

from labcohort.compare.counted import Counted, counted

# With fewer values a quartile is an extreme or next to one: the range is printed instead.
MINIMUM_FOR_QUARTILES = 4


@dataclass(frozen=True, slots=True)
class Summary:
    """Descriptive statistics of one sample, in the unit of its values; iqr is a width."""

    n: int
    mean: float | None
    sd: float | None
    sem: float | None
    median: float | None
    q1: float | None
    q3: float | None
    iqr: float | None
    minimum: float | None
    maximum: float | None


def summarise(x: ArrayLike | Counted, kind: int = 6) -> Summary:
    """Summary of x, shape (n,), with quartiles of the given Hyndman-Fan type (6 or 7)."""
    x = counted(x)
    q1, q3 = quartiles(x, kind)
    return Summary(
        n=x.n,
        mean=x.mean,
        sd=x.sd,
        sem=sem(x),
        median=median(x),
        q1=q1,
        q3=q3,
        iqr=iqr(x, kind),
        minimum=float(x.values[0]) if x.n else None,
        maximum=float(x.values[-1]) if x.n else None,
    )


def mean(x: ArrayLike | Counted) -> float | None:
    """Arithmetic mean of x, shape (n,); None without values."""
    return counted(x).mean


def sd(x: ArrayLike | Counted) -> float | None:
    """Standard deviation of x, shape (n,), with divisor n - 1; None under two values."""
    return counted(x).sd


def sem(x: ArrayLike | Counted) -> float | None:
    """Standard error of the mean, SD/√n, of x, shape (n,); None under two values."""
    x = counted(x)
    return None if x.n < 2 else x.sd / math.sqrt(x.n)


def median(x: ArrayLike | Counted) -> float | None:
    """Median of x, shape (n,): of an even n the mean of the middle two; None without values."""
    x = counted(x)
    return (x.at((x.n + 1) // 2) + x.at(x.n // 2 + 1)) / 2 if x.n else None


def quartiles(x: ArrayLike | Counted, kind: int = 6) -> tuple[float, float] | tuple[None, None]:
    """First and third quartile of x, shape (n,); both None under four values.

    Types of Hyndman & Fan, Am Stat 1996;50:361-365: 6 takes the value at place (n + 1)p of the
    sorted sample (SPSS HAVERAGE), 7 the one at (n - 1)p + 1 (default of R, NumPy and Excel).
    Under four values a caller prints the range instead. Raises ValueError on another type.
    """
    if kind not in (6, 7):
        raise ValueError(f"quartiles are of Hyndman-Fan type 6 or 7, not {kind}")
    x = counted(x)
    if x.n < MINIMUM_FOR_QUARTILES:
        return None, None
    q1, q3 = (_value_at(x, *_quarters_to_place(x.n, k, kind)) for k in (1, 3))
    return q1, q3


def iqr(x: ArrayLike | Counted, kind: int = 6) -> float | None:
    """Interquartile range of x, shape (n,), as a width; None under four values."""
    q1, q3 = quartiles(x, kind)
    return None if q1 is None else q3 - q1


def _quarters_to_place(n: int, quartile: int, kind: int) -> tuple[int, float]:
    """Whole part (counted from 1) and fraction of a quartile's place in a sorted sample."""
    quarters = (n + 1) * quartile if kind == 6 else (n - 1) * quartile + 4
    return quarters // 4, quarters % 4 / 4


def _value_at(x: Counted, place: int, fraction: float) -> float:
    below = x.at(place)
    return below + fraction * (x.at(place + 1) - below) if fraction else below
