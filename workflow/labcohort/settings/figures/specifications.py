"""Figures of kind specifications: comparisons under other decisions, from the grid."""

from labcohort.settings.assessments import equations_tried
from labcohort.settings.available import all_inputs, compared_rows, equation
from labcohort.settings.printing import printing
from labcohort.study.load import Study
from labcohort.study.names import ROLES, is_selected_on_baseline, names

READS = ("specifications", "small_groups")
PRINT = ("minimum_cell",)


def told(study: Study, row: dict) -> dict:
    """The families of what it shows, the foremost first, and names of methods."""
    markers, cohorts = names(row["markers"]), names(row["cohorts"])
    by = {m for marker in markers for m in (equation(study, marker) or "").split("|") if m}
    labels = printing(study)["methods"]
    own = [
        (ROLES.index(one["role"]), one["family"])
        for one in compared_rows(study)
        if one["profile"] == row["profile"]
        and one["marker"] in markers
        and one["cohort"] in cohorts
        and one["timepoint"] in names(row["timepoints"])
    ]
    return {
        "methods": {method: labels[method] for method in sorted(by | _tried(study, row))},
        "families": list(dict.fromkeys(family for _, family in sorted(own))),
    }


def _tried(study: Study, row: dict) -> set[str]:
    """Methods that the grid tries of what the markers, or those that select the cohorts, are
    computed by."""
    selecting = {
        one["subject"]
        for one in study.tables["cohorts"]
        if one["cohort"] in names(row["cohorts"]) and is_selected_on_baseline(one)
    }
    behind = {*names(row["markers"]), *selecting}
    behind |= {code for marker in behind for code in all_inputs(study, marker)}
    tried = equations_tried(study)
    return {method for marker in behind & tried.keys() for method in tried[marker]}
