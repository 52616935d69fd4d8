"""What values below detection forbid: means of too many substitutes, medians among them."""

from dataclasses import dataclass

from labcohort.compare.limits import shares, too_many_limits
from labcohort.compare.paired import Pairs
from labcohort.compare.paired_t import PairedT


@dataclass(frozen=True, slots=True)
class Detection:
    """Which figures the limits among the values forbid.

    `no_mean`: why no mean-based figure is given; None where all are. `no_median`: for baseline
    and follow-up, whether half of the values or so are below detection.
    """

    no_mean: str | None
    no_median: tuple[bool, bool]


def detection(data: Pairs, rules: dict) -> Detection:
    """What the shares of limits among the values of each visit forbid.

    `rules` has the shares `no_mean` (forbidden above) and `no_median` (forbidden from).
    """
    if len(data.baseline) == 0:
        return Detection(None, (False, False))
    return Detection(
        too_many_limits(data.limits, rules),
        tuple(bool(share >= rules["no_median"]) for share in shares(data.below)),
    )


def forbidden_t(reason: str) -> PairedT:
    """The t test of values whose mean is not given."""
    return PairedT(None, None, None, None, None, None, None, reason)
