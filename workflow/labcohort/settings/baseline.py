"""What is described at baseline, of whom, and how tables call it."""

from collections.abc import Callable

from labcohort.settings.available import (
    bands,
    compared_rows,
    derived_markers,
    equation,
    log_markers,
    planned_markers,
)
from labcohort.settings.stages import placed_panels
from labcohort.study.load import Study
from labcohort.study.names import BASELINE, CLASSES, is_selected_on_baseline, names

KIND = "baseline"
# what formulas take besides is told otherwise, or not to a reader
AGE_FROM = ("birth_date", "age")
ADVERSE_EVENTS = "adverse_events"
# a category that says that nothing is known
UNKNOWN = "unknown"
# of two categories the one that is told first
FIRST = ("male", "yes")
LIMIT_OF_STAGES = 60


def baseline(study: Study) -> dict:
    """The sets of cohorts that tables of this kind show, and what is told of their members."""
    tables = [row for row in study.tables["tables"] if row["kind"] == KIND]
    sets = {tuple(names(row["cohorts"])) for row in tables}
    markers = planned_markers(study) - set(CLASSES)
    return {
        "sets": [list(own) for own in sorted(sets)],
        "baseline": BASELINE,
        "timepoints": [t for t in study.timepoints if t != BASELINE],
        "age": any(name in study.attributes for name in AGE_FROM),
        "attributes": described(study),
        "stages": stages(study),
        "adverse_events": ADVERSE_EVENTS in study.attributes,
        "markers": [r["marker"] for r in study.tables["markers"] if r["marker"] in markers],
        "log": log_markers(study, markers),
        "detection": study.config["detection"],
        "quartiles": study.config["quartiles"],
        "confidence": study.config["confidence"],
    }


def described(study: Study) -> list[dict]:
    """The patients' coded and numeric attributes: no dates, no free texts. Sex goes first."""
    told = [
        {"attribute": name} | _categories(entry)
        for name, entry in study.attributes.items()
        if {"codes", "number"} & set(entry) and name not in (*AGE_FROM, ADVERSE_EVENTS)
    ]
    return sorted(told, key=lambda row: row["attribute"] != "sex")


def _categories(entry: dict) -> dict:
    """The categories of a coded attribute, but for the unknown, which is none."""
    if "codes" not in entry:
        return {}
    known = {str(meaning) for meaning in entry["codes"].values()} - {UNKNOWN}
    return {"categories": sorted(known, key=lambda name: (name not in FIRST, name))}


def stages(study: Study) -> dict | None:
    """The class of eGFR that the study chooses cohorts by, else the GFR category where eGFR is
    compared; None without. One alone: of two that differ, what one withholds the other tells.

    `below_60` are the categories whose band ends at 60 mL/min/1.73 m2 or below.
    """
    chosen = [r["subject"] for r in study.tables["cohorts"] if r["subject"] in CLASSES]
    compared = ["GFR_CATEGORY"] if "EGFR" in planned_markers(study) else []
    made, placed = derived_markers(study), placed_panels(study)
    for marker in (*chosen, *compared):
        if marker in made and study.marker(marker)["panel"] in placed:
            own = [row for row in bands(study) if row["scheme"] == CLASSES[marker]]
            return {
                "marker": marker,
                "categories": [row["category"] for row in own],
                "below_60": [
                    row["category"] for row in own if (row["high"] or 999) <= LIMIT_OF_STAGES
                ],
            }
    return None


def characteristics(study: Study, label: Callable[..., str | None]) -> dict:
    """How tables of this kind call attributes and stages; nothing where the study has none.

    `label` gives the label of a row in the study's language.
    """
    if not any(row["kind"] == KIND for row in study.tables["tables"]):
        return {}
    return {
        "attributes": {
            row["attribute"]: _labels(study.attributes[row["attribute"]], label)
            for row in described(study)
        },
        "stages": _stage_labels(study, label),
        "selected": [
            row["cohort"] for row in study.tables["cohorts"] if is_selected_on_baseline(row)
        ],
        "excludes": any(row["exclude"] for row in compared_rows(study)),
    }


def _labels(entry: dict, label: Callable[..., str | None]) -> dict:
    """What the study calls an attribute and its categories; None and {} where it does not say."""
    row = {name: entry.get(name) for name in ("label", "label_zh", "labels", "labels_zh")}
    return {"label": label(row), "labels": label(row, "labels") or {}}


def _stage_labels(study: Study, label: Callable[..., str | None]) -> dict | None:
    chosen = stages(study)
    if not chosen:
        return None
    marker = study.marker(chosen["marker"])
    own = [r for r in study.tables["ckd_stages"] if r["scheme"] == CLASSES[chosen["marker"]]]
    return {
        "marker": chosen["marker"],
        "panel": marker["panel"],
        "label": label(marker),
        "labels": {row["category"]: label(row) for row in own},
        "below_60": chosen["below_60"],
        "equation": equation(study, chosen["marker"]),
    }
