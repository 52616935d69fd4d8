"""Standardised difference of two groups: how far apart they lie in standard deviations."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri


@dataclass(frozen=True, slots=True)
class StandardisedDifference:
    """First group less second, in standard deviations; all None, with a reason, if undefined.

    Of several categories it has no sign and no interval.
    """

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


def of_categories(
    counts_a: Sequence[int], counts_b: Sequence[int], confidence: float = 0.95
) -> StandardisedDifference:
    """d of a variable with several categories, counted in each group in one order.

    Of two categories that of the first one's shares (`of_shares`). Of more the multinomial form
    of Yang & Dalton, SAS Global Forum 2012, paper 335: √((p_a - p_b)ᵀ S⁻¹ (p_a - p_b)) of all
    shares but one, S the mean of the covariance matrices of the groups, diagonal p·q and p_j·p_k
    with a minus sign elsewhere. It has no sign, and no interval here: that of `of_means` is of a
    difference that may lie on both sides of zero. Categories that nobody has are passed over.
    Undefined where a group is empty, all are of one category, or no category is in both groups.
    ValueError where the groups have not as many categories.
    """
    pairs = [(a, b) for a, b in zip(counts_a, counts_b, strict=True) if a or b]
    n_a, n_b = sum(counts_a), sum(counts_b)
    if len(counts_a) == 2:
        return of_shares(counts_a[0], n_a, counts_b[0], n_b, confidence)
    if min(n_a, n_b) < 1:
        return _undefined("nobody in a group")
    if len(pairs) == 1:
        return _undefined("one category only")
    if not any(a and b for a, b in pairs):
        return _undefined("no category in both groups")
    # the shares add up to one: without the last none tells another
    p_a, p_b = (
        np.array(counts[:-1]) / n
        for counts, n in zip(zip(*pairs, strict=True), (n_a, n_b), strict=True)
    )
    covariance = sum(np.diag(p) - np.outer(p, p) for p in (p_a, p_b)) / 2
    apart = p_a - p_b
    squared = float(apart @ np.linalg.solve(covariance, apart))
    return StandardisedDifference(math.sqrt(max(squared, 0.0)), None, None, None)


def note(difference: StandardisedDifference, n_both: int, n_left_out: int) -> str | None:
    """What a reader has to know of a difference, in plain words; None where it is nothing.

    `n_both` stand in both groups, `n_left_out` have a value without a logarithm.
    """
    reason = difference.reason
    notes = [f"no standardised difference: {reason}"] if reason else []
    if n_both:
        notes.append(f"{n_both} in both groups, which the interval takes as independent")
    if n_left_out:
        notes.append(f"{n_left_out} left out: not above zero, so without a logarithm")
    return "; ".join(notes) or None


def _with_interval(d: float, n_a: int, n_b: int, confidence: float) -> StandardisedDifference:
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence level lies between 0 and 1, not at {confidence}")
    standard_error = math.sqrt((n_a + n_b) / (n_a * n_b) + d * d / (2 * (n_a + n_b)))
    half_width = float(ndtri((1 + confidence) / 2)) * standard_error
    return StandardisedDifference(d, d - half_width, d + half_width, None)


def _undefined(reason: str) -> StandardisedDifference:
    return StandardisedDifference(None, None, None, reason)
