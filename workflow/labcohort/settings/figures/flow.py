"""Figures of kind flow: from the rows of the exports to who is analysed at which timepoint."""

from labcohort.settings.available import everyone
from labcohort.settings.printing import label_of
from labcohort.study.load import Study

READS = ("flow", "sizes", "ledger", "validation")
PRINT = ("minimum_cell",)


def told(study: Study, row: dict) -> dict:
    """The criteria and all timepoints by their labels, and whose sizes are drawn."""
    language = study.config["print"]["language"]
    return {
        "everyone": everyone(study),
        "eligibility": [
            {"order": row["order"], "label": label_of(language, row)}
            for row in study.tables["eligibility"]
        ],
        "timepoints": [
            {"timepoint": row["timepoint"], "label": label_of(language, row)}
            for row in study.tables["visits"]
        ],
    }
