"""Figures of kind missingness: the share of members with a value, by marker and timepoint."""

from labcohort.settings.available import made_markers
from labcohort.settings.printing import label_of
from labcohort.study.load import Study
from labcohort.study.names import names

READS = ("validation",)


def told(study: Study, row: dict) -> dict:
    """The markers to show (without any in the row, all that are made), and all timepoints."""
    language = study.config["print"]["language"]
    chosen = set(names(row["markers"])) or made_markers(study)
    return {
        "markers": [
            {"marker": r["marker"], "panel": r["panel"], "label": label_of(language, r)}
            for r in study.tables["markers"]
            if r["marker"] in chosen
        ],
        "timepoints": [
            {"timepoint": r["timepoint"], "label": label_of(language, r)}
            for r in study.tables["visits"]
        ],
    }
