"""Figures of kind forest: the standardised changes of all markers of a profile."""

from labcohort.settings.available import compared_rows, everyone
from labcohort.settings.printing import printing
from labcohort.study.load import Study
from labcohort.study.names import names

READS = ("adjusted", "small_groups")
PRINT = ("minimum_cell",)


def told(study: Study, row: dict) -> dict:
    """The markers and cohorts that it shows, in the order of their tables, and their labels.

    Where the row of the figure names none: all that its profile compares at its timepoints.
    """
    own = [
        one
        for one in compared_rows(study)
        if one["profile"] == row["profile"] and one["timepoint"] in names(row["timepoints"])
    ]
    shown = printing(study)
    markers = names(row["markers"]) or {one["marker"] for one in own}
    cohorts = names(row["cohorts"]) or {one["cohort"] for one in own if one["marker"] in markers}
    return {
        "everyone": everyone(study),
        "confidence": study.config["confidence"],
        "declared": study.config["declared"],
        "markers": [
            {"marker": m, "label": shown["markers"][m]["label"], "panel": one["panel"]}
            for m, one in ((one["marker"], one) for one in study.tables["markers"])
            if m in markers
        ],
        "cohorts": [
            {"cohort": c, "label": shown["cohorts"][c]}
            for c in shown["orders"]["cohort"]
            if c in cohorts
        ],
    }
