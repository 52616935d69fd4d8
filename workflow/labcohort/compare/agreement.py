"""Whether results of the same data say the same."""

import math
from collections.abc import Sequence


def agreement(results: Sequence[tuple[float | None, float | None, float]]) -> str | None:
    """Whether (statistic, p, alpha) results agree in sign and lie on one side of their alpha.

    "yes", "no: sign", "no: alpha" or "no: sign and alpha"; None where any has no p, or there is
    but one. A statistic of exactly zero has no sign and disagrees with none.
    """
    if len(results) < 2 or any(p is None for _, p, _ in results):
        return None
    signs = {math.copysign(1, statistic) for statistic, _, _ in results if statistic != 0}
    parts = []
    if len(signs) > 1:
        parts.append("sign")
    if len({p < alpha for _, p, alpha in results}) > 1:
        parts.append("alpha")
    return f"no: {' and '.join(parts)}" if parts else "yes"
