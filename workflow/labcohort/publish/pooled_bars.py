"""A histogram that may leave the site: no bar counts so few persons that it points at them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

# of a bar's edge, in steps: 0.3 / 0.1 is 2.9999999999999996
TOLERANCE = 1e-9


class Bar(NamedTuple):
    """Numbers from `low` (included) to `high`, and how many there are; in the numbers' unit."""

    low: float
    high: float
    count: int


def pooled_bars(values: np.ndarray, minimum: int) -> list[Bar]:
    """The bars of a histogram of `values`, shape (n,), each of `minimum` numbers or more.

    Neighbours on a grid of round steps are put together from both ends, until all have so many:
    a bar's height is then its count by its width. One bar holds all where there are fewer than
    twice as many; none where there are fewer than `minimum`. The step is about half of that of
    Freedman and Diaconis (Z Wahrscheinlichkeitstheorie 1981;57:453-476), 2 IQR / n^(1/3): bars of
    few are put together anyway.
    """
    if len(values) < minimum:
        return []
    step = _round_step(values)
    index = np.floor(values / step + TOLERANCE).astype(int)
    first = int(index.min())
    counts = np.bincount(index - first).tolist()
    found = []
    for start, stop in _pooled(counts, minimum):
        low, high = (float(f"{(first + edge) * step:.12g}") for edge in (start, stop))
        found.append(Bar(low, high, sum(counts[start:stop])))
    return found


def _round_step(values: np.ndarray) -> float:
    """The width of the grid: 1, 2 or 5 times a power of ten."""
    q1, q3 = np.quantile(values, [0.25, 0.75])
    spread = float(values.max() - values.min())
    wanted = float(q3 - q1) / len(values) ** (1 / 3) or spread / 10 or 1.0
    # a long tail is a few wide bars, and no need for thousands of steps
    wanted = max(wanted, spread / 1000)
    power = 10.0 ** np.floor(np.log10(wanted))
    return float(power * next(m for m in (1, 2, 5, 10) if m * power >= wanted * (1 - TOLERANCE)))


def _pooled(counts: Sequence[int], minimum: int) -> list[tuple[int, int]]:
    """(start, stop) of neighbours that have `minimum` together, from both ends to the highest."""
    highest = max(range(len(counts)), key=lambda i: counts[i])
    below = _groups(counts[:highest], minimum)
    above = [
        (len(counts) - stop, len(counts) - start)
        for start, stop in _groups(counts[:highest:-1], minimum)
    ][::-1]
    start = below[-1][1] if below else 0
    stop = above[0][0] if above else len(counts)
    if sum(counts[start:stop]) < minimum and below:
        start = below.pop()[0]
    if sum(counts[start:stop]) < minimum:
        stop = above.pop(0)[1]
    return [*below, (start, stop), *above]


def _groups(counts: Sequence[int], minimum: int) -> list[tuple[int, int]]:
    """(start, stop) of neighbours from the first on that have `minimum` together; no remainder."""
    found, start = [], 0
    for i in range(len(counts)):
        if sum(counts[start : i + 1]) >= minimum:
            found.append((start, i + 1))
            start = i + 1
    return found
