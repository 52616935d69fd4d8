"""The band of values of a marker that selects."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Band:
    """Values of the selecting marker, in its unit, that select; an open end is infinite."""

    low: float
    high: float
    low_inclusive: bool = True
    high_inclusive: bool = False

    def holds(self, x: np.ndarray) -> np.ndarray:
        """Which values lie in the band."""
        above = x >= self.low if self.low_inclusive else x > self.low
        return above & (x <= self.high if self.high_inclusive else x < self.high)

    def meets(self, lowest: np.ndarray, highest: np.ndarray) -> np.ndarray:
        """Which ranges of values, both ends within, may have one in the band."""
        return (highest >= self.low) & (lowest <= self.high)
