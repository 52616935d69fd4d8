"""The geometry of a small histogram against a marker's limits, for the template to draw."""

import math

WIDTH, HEIGHT = 180, 40
# the bins take at least this share of the width, however far away the limits are
LEAST = 0.6


def picture(histogram: dict | None, marker: dict) -> dict | None:
    """Bars, shaded bands and lines in pixels; None without a histogram.

    `marker` holds soft_low, soft_high, hard_low and hard_high (any may be None). The axis
    reaches from the bins to the soft limits where these are near enough to be shown; what lies
    beyond a limit is shaded. A bin whose count is not told is a stub of its own kind.
    """
    if not histogram:
        return None
    scale = math.log10 if histogram["scale"] == "log" else float
    low, high = scale(histogram["low"]), scale(histogram["high"])
    spare = (high - low) * (1 / LEAST - 1) / 2
    soft = {
        side: scale(value)
        for side in ("low", "high")
        if (value := marker[f"soft_{side}"]) is not None and (scale is float or value > 0)
    }
    start = max(min(low, soft.get("low", low)) - 0.02 * (high - low), low - spare)
    end = min(max(high, soft.get("high", high)) + 0.02 * (high - low), high + spare)

    def x(value: float) -> float:
        return round((value - start) / (end - start) * WIDTH, 1)

    return {
        "width": WIDTH,
        "height": HEIGHT,
        "bars": _bars(histogram["counts"], x(low), x(high)),
        "shades": _shades(soft, start, end, x),
        "lines": [x(value) for _, value in sorted(soft.items()) if start < value < end],
    }


def _bars(counts: list[int | None], left: float, right: float) -> list[dict]:
    """A bar a bin, its height by its count."""
    largest = max([n for n in counts if n] or [1])
    width = (right - left) / len(counts)
    return [
        {
            "x": round(left + i * width, 1),
            "width": round(max(width - 0.6, 0.6), 1),
            "height": 3 if n is None else round(n / largest * (HEIGHT - 4), 1),
            "hidden": n is None,
        }
        for i, n in enumerate(counts)
        if n != 0
    ]


def _shades(soft: dict, start: float, end: float, x) -> list[dict]:
    """What of the axis lies beyond the soft limits."""
    shades = []
    if soft.get("low", start) > start:
        shades.append({"x": 0, "width": x(min(soft["low"], end))})
    if soft.get("high", end) < end:
        left = x(max(soft["high"], start))
        shades.append({"x": left, "width": round(WIDTH - left, 1)})
    return shades
