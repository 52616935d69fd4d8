"""Figures of kind visit_timing: days of samples against the windows of the timepoints."""

from labcohort.settings.printing import day_0, label_of
from labcohort.study.load import Study

READS = ("dates", "people", "patients")
PRINT = ("minimum_cell",)


def told(study: Study, row: dict) -> dict:
    """The windows, and what day 0 is called."""
    language = study.config["print"]["language"]
    kept = ("timepoint", "anchor", "scope", "target_day", "before", "after")
    return {
        "day_0": day_0(study),
        "visits": [
            {k: r[k] for k in kept} | {"label": label_of(language, r)}
            for r in study.tables["visits"]
        ],
    }
