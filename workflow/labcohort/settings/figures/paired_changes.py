"""Figures of kind paired_changes: each patient's two values, and all changes."""

from labcohort.settings.available import compared_rows, in_marker_order, log_markers
from labcohort.study.load import Study
from labcohort.study.names import names

READS = ("comparisons", "values", "members", "small_groups")
PRINT = ("p", "minimum_cell", "drawn_singly")
PERSONS = True


def told(study: Study, row: dict) -> dict:
    """What each comparison excludes, and which markers are skewed."""
    markers = names(row["markers"])
    own = [
        one
        for one in compared_rows(study)
        if one["profile"] == row["profile"]
        and one["marker"] in markers
        and one["cohort"] in names(row["cohorts"])
        and one["timepoint"] in names(row["timepoints"])
    ]
    return {
        "confidence": study.config["confidence"],
        "log": log_markers(study, {*markers}),
        # sorted by what is told of them, and by nothing else
        "compared": in_marker_order(
            study,
            [
                {k: one[k] for k in ("marker", "cohort", "timepoint", "family")}
                | {"exclude": names(one["exclude"])}
                for one in own
            ],
        ),
    }
