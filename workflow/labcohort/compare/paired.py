"""What the statistics of one comparison take: the pairs, and who is none."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Pairs:
    """Baseline and follow-up of the same persons, in the order of their pseudonyms.

    `n_members` of the cohort at the timepoint; of them `n_baseline` have the marker at baseline
    and `n_followup` at the timepoint; `lost` says why the others are no pair (reason -> persons).
    For each pair and visit: `limits` is true where the value was sent as a limit, or is derived
    from one that was; `below` where it was sent as below a limit. Both have shape (n, 2). `who`
    has the number of each pair's person (compare.persons), where it is known.
    """

    baseline: np.ndarray
    followup: np.ndarray
    n_members: int
    n_baseline: int
    n_followup: int
    lost: dict[str, int]
    limits: np.ndarray
    below: np.ndarray
    who: np.ndarray | None = None
