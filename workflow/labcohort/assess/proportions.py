"""Shares of the same persons at two visits: exact McNemar test, interval of their difference."""

import math
from dataclasses import dataclass

from scipy.special import bdtr, ndtri


@dataclass(frozen=True, slots=True)
class McNemar:
    """Exact McNemar test; an undefined one has None for p_value, and a reason."""

    p_value: float | None
    n_discordant: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """Difference of two paired shares with its interval; all None, with a reason, without pairs."""

    difference: float | None
    ci_low: float | None
    ci_high: float | None
    reason: str | None


def mcnemar(first_only: int, second_only: int) -> McNemar:
    """Two-sided exact McNemar test of the pairs that meet a condition at one visit only.

    The smaller of the two counts is referred to the binomial distribution with the number of
    discordant pairs and 1/2; its tail is doubled, and 1 at most (McNemar, Psychometrika
    1947;12:153-157; the conditional test is binom.test of R). Undefined where no pair is
    discordant. Raises ValueError on a negative count.
    """
    _refuse_negative(first_only, second_only)
    n = first_only + second_only
    if n == 0:
        return McNemar(None, 0, "no pair changed")
    if abs(first_only - second_only) <= 1:
        # the tail is a half or more; in binary it may come out a little less
        return McNemar(1.0, n, None)
    tail = float(bdtr(min(first_only, second_only), n, 0.5))
    return McNemar(2 * tail, n, None)


def paired_difference(
    both: int, first_only: int, second_only: int, neither: int, confidence: float = 0.95
) -> PairedDifference:
    """Share of pairs that meet a condition first, less the share that meet it second.

    The interval is method 10 of Newcombe, Stat Med 1998;17:2635-2650: Wilson's intervals of the
    two shares, squared and added with a term for their correlation φ, whose numerator
    `both·neither - first_only·second_only` is, if positive, lessened by half the number of pairs
    (to 0 at least); φ is 0 where a margin is. Undefined without pairs. Raises ValueError on a
    negative count or a confidence not in (0, 1).
    """
    _refuse_negative(both, first_only, second_only, neither)
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence level lies between 0 and 1, not at {confidence}")
    n = both + first_only + second_only + neither
    if n == 0:
        return PairedDifference(None, None, None, "no pairs")
    z = float(ndtri((1 + confidence) / 2))
    phi = _corrected_phi(both, first_only, second_only, neither)
    below_1, above_1 = _wilson_arms(both + first_only, n, z)
    below_2, above_2 = _wilson_arms(both + second_only, n, z)
    difference = (first_only - second_only) / n
    return PairedDifference(
        difference=difference,
        ci_low=max(difference - _added(below_1, above_2, phi), -1.0),
        ci_high=min(difference + _added(below_2, above_1, phi), 1.0),
        reason=None,
    )


def _wilson_arms(count: int, n: int, z: float) -> tuple[float, float]:
    """How far Wilson's score interval reaches below and above the share count/n."""
    share = count / n
    centre = (2 * count + z * z) / (2 * (n + z * z))
    half_width = z * math.sqrt(z * z + 4 * count * (n - count) / n) / (2 * (n + z * z))
    return max(share - (centre - half_width), 0.0), max(centre + half_width - share, 0.0)


def _corrected_phi(both: int, first_only: int, second_only: int, neither: int) -> float:
    n = both + first_only + second_only + neither
    margins = (both + first_only, second_only + neither, both + second_only, first_only + neither)
    if 0 in margins:
        return 0.0
    numerator = both * neither - first_only * second_only
    if numerator > 0:
        numerator = max(numerator - n / 2, 0)
    return numerator / math.sqrt(math.prod(margins))


def _added(one: float, other: float, phi: float) -> float:
    return math.sqrt(max(one * one - 2 * phi * one * other + other * other, 0.0))


def _refuse_negative(*counts: int) -> None:
    if min(counts) < 0:
        raise ValueError(f"counts of pairs are not negative: {counts}")
