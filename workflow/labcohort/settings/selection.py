"""Cohorts chosen on a baseline value, as bands of the marker that selects them."""

from itertools import pairwise

from labcohort.settings.available import bands, formula_of
from labcohort.study.load import Study
from labcohort.study.names import CLASSES, names


def selection(study: Study, cohort: dict) -> dict:
    """The band of the selecting marker's baseline value that a cohort is; with a reason if none.

    A class is a band of the marker that it is made from; where that one is rounded half up
    before it is classed, so are the bounds: stage 2 is [59.5, 89.5).
    """
    band = {
        "cohort": cohort["cohort"],
        "marker": cohort["subject"],
        "low": None,
        "high": None,
        "low_inclusive": True,
        "high_inclusive": False,
        "reason": None,
    }
    if cohort["criterion"] == "baseline_is":
        return band | _class_band(study, cohort)
    side, inclusive = {
        "baseline_at_least": ("low", True),
        "baseline_above": ("low", False),
        "baseline_at_most": ("high", True),
        "baseline_below": ("high", False),
    }[cohort["criterion"]]
    return band | {side: float(cohort["values"]), f"{side}_inclusive": inclusive}


def _class_band(study: Study, cohort: dict) -> dict:
    """The band of the marker that a class is made from."""
    none = "the cohort is not one interval of a baseline value"
    if cohort["subject"] not in CLASSES:
        return {"reason": none}
    scheme = CLASSES[cohort["subject"]]
    chosen = sorted(
        (row["low"] or 0, row["high"] or float("inf"))
        for row in bands(study)
        if row["scheme"] == scheme and row["category"] in names(cohort["values"])
    )
    marker = formula_of(study, cohort["subject"])["inputs"][0]
    if not chosen or any(one[1] != other[0] for one, other in pairwise(chosen)):
        return {"marker": marker, "reason": none}
    shift = 0.5 if study.config["egfr_rounding"] == "half_up" else 0
    low, high = chosen[0][0], chosen[-1][1]
    return {
        "marker": marker,
        "low": low - shift if low > 0 else None,
        "high": high - shift if high < float("inf") else None,
    }
