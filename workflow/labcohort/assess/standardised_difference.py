"""Standardised difference of two groups: how far apart they lie in standard deviations."""

import math
from dataclasses import dataclass

from scipy.special import ndtri


@dataclass(frozen=True, slots=True)
class StandardisedDifference:
    """First group less second, in standard deviations; all None, with a reason, if undefined."""

    difference: float | None
    ci_low: float | None
    ci_high: float | None
    reason: str | None


def of_means(
    mean_a: float | None,
    sd_a: float | None,
    n_a: int,
    mean_b: float | None,
    sd_b: float | None,
    n_b: int,
    confidence: float = 0.95,
) -> StandardisedDifference:
    """d = (mean_a - mean_b) / √((sd_a² + sd_b²)/2), for the balance of a measured variable.

    Definition: Austin, Stat Med 2009;28:3083-3107. The interval is d ± z·√V with the
    large-sample variance V = (n_a + n_b)/(n_a·n_b) + d²/(2(n_a + n_b)) (Hedges & Olkin,
    Statistical Methods for Meta-Analysis, 1985, ch. 5), which takes the groups as independent.
    Undefined where a group has less than two values or neither has any spread. Raises ValueError
    on a confidence not in (0, 1).
    """
    if min(n_a, n_b) < 2:
        return _undefined("fewer than two values in a group")
    variance = (sd_a * sd_a + sd_b * sd_b) / 2
    if variance == 0:
        return _undefined("no spread in either group")
    return _with_interval((mean_a - mean_b) / math.sqrt(variance), n_a, n_b, confidence)


def of_shares(
    count_a: int, n_a: int, count_b: int, n_b: int, confidence: float = 0.95
) -> StandardisedDifference:
    """d = (p_a - p_b) / √((p_a·q_a + p_b·q_b)/2), for the balance of a share p = count/n.

    q is 1 - p. Source and interval as in `of_means`. Undefined where a group is empty, or where
    in each group all or none are counted.
    """
    if min(n_a, n_b) < 1:
        return _undefined("nobody in a group")
    p_a, p_b = count_a / n_a, count_b / n_b
    variance = (p_a * (1 - p_a) + p_b * (1 - p_b)) / 2
    if variance == 0:
        return _undefined("all or none in each group")
    return _with_interval((p_a - p_b) / math.sqrt(variance), n_a, n_b, confidence)


def _with_interval(d: float, n_a: int, n_b: int, confidence: float) -> StandardisedDifference:
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence level lies between 0 and 1, not at {confidence}")
    standard_error = math.sqrt((n_a + n_b) / (n_a * n_b) + d * d / (2 * (n_a + n_b)))
    half_width = float(ndtri((1 + confidence) / 2)) * standard_error
    return StandardisedDifference(d, d - half_width, d + half_width, None)


def _undefined(reason: str) -> StandardisedDifference:
    return StandardisedDifference(None, None, None, reason)
