"""Distributions that show no single person: quantiles and histograms of enough values."""

import math

import numpy as np
import polars as pl

# of fewer values nothing is said about how they lie
MINIMUM = 20
# nothing is said about fewer than these: a bin, or what lies beyond a quantile
SMALL = 5
QUANTILES = (5, 25, 50, 75, 95)
BINS = 20


def quantiles(values: pl.DataFrame, decimals: int) -> dict[str, float | None] | None:
    """Quantiles in per cent -> value, to `decimals`; None under MINIMUM values.

    `values` has each distinct value once, and how many there are of it (n). Between two values
    quantiles are interpolated linearly. One beyond which fewer than SMALL values lie is None: it
    would be a person's value.
    """
    n = values.get_column("n").sum()
    if n < MINIMUM:
        return None
    ascending = _Ascending(values)
    return {
        str(p): round(ascending.quantile(p / 100), decimals)
        if n * min(p, 100 - p) >= 100 * SMALL
        else None
        for p in QUANTILES
    }


def histogram(values: pl.DataFrame, decimals: int, scale: str) -> dict | None:
    """Counts in at most BINS bins of equal width, on a linear or log `scale`; None where not.

    `values` are those of `quantiles`. The bins lie between the 1st and 99th percentile, or nearer
    to the middle where fewer than SMALL values would lie beyond; what lies beyond is not counted.
    A linear bin is a whole number of steps of the last decimal, so that none holds more of the
    steps than its neighbours. The count of a bin with fewer than SMALL values, but some, is None.
    Undefined (None) under MINIMUM values, and where these are all the same.
    """
    n = values.get_column("n").sum()
    if n < MINIMUM:
        return None
    ascending = _Ascending(values)
    tail = max(0.01, SMALL / n)
    low, high = map(ascending.quantile, (tail, 1 - tail))
    if scale == "log" and low > 0:
        low, high = math.log10(low), math.log10(high)
        values = values.filter(pl.col("value") > 0).with_columns(pl.col("value").log10())
        start, width, bins = low, (high - low) / BINS, BINS
    else:
        scale, step = "linear", 10.0**-decimals
        # inwards, so that no more than the tail is shown; the dust of binary fractions is no step
        low, high = math.ceil(low / step - 1e-6) * step, math.floor(high / step + 1e-6) * step
        steps = round((high - low) / step) + 1
        each = max(math.ceil(steps / BINS), 1)
        start, width, bins = low - step / 2, each * step, steps // each
    if low >= high:
        return None
    ends = [start, start + bins * width]
    if scale == "log":
        ends = [10**end for end in ends]
    return {
        "low": float(f"{ends[0]:.6g}"),
        "high": float(f"{ends[1]:.6g}"),
        "counts": _counted(values, start, width, bins),
        "scale": scale,
    }


class _Ascending:
    """Values (value, n) in ascending order."""

    def __init__(self, values: pl.DataFrame):
        ascending = values.sort("value")
        self.value = ascending.get_column("value").to_numpy()
        # the place of the last of each
        self.last = np.cumsum(ascending.get_column("n").to_numpy()) - 1

    def quantile(self, share: float) -> float:
        """The value below which a share of all values lies."""
        at = share * float(self.last[-1])
        places = np.searchsorted(self.last, (math.floor(at), math.ceil(at)))
        below, above = self.value[places].tolist()
        return below + (at - math.floor(at)) * (above - below)


def _counted(values: pl.DataFrame, start: float, width: float, bins: int) -> list[int | None]:
    """Counts of values by bin; small ones are None."""
    value = values.get_column("value")
    index = ((value - start) / width).floor()
    # the upper end is in the last bin, as the lower end is in the first
    index = index.set((value - start - bins * width).abs() < width * 1e-9, bins - 1)
    bin_of = values.select("n", bin=index)
    counts = dict(bin_of.group_by("bin").agg(pl.col("n").sum()).iter_rows())
    found = [counts.get(float(i), 0) for i in range(bins)]
    return [None if 0 < n < SMALL else n for n in found]
