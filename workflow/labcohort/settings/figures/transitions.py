"""Figures of kind transitions: members by their class at baseline and at a visit."""

from labcohort.settings.available import classes
from labcohort.settings.printing import label_of
from labcohort.study.load import Study
from labcohort.study.names import names

READS = ("transitions",)
PRINT = ("minimum_cell",)


def told(study: Study, row: dict) -> dict:
    """The classes of each marker, in their order."""
    language = study.config["print"]["language"]
    return {
        "classes": {
            marker: [
                {"category": r["category"], "label": label_of(language, r)}
                for r in classes(study, marker)
            ]
            for marker in names(row["markers"])
        }
    }
