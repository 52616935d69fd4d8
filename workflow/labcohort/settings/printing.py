"""What the jobs are told that print: labels, units, decimals, titles."""

from functools import partial

from labcohort.publish.text import within
from labcohort.settings.assessments import scorecard
from labcohort.settings.available import (
    equation,
    everyone,
    planned_markers,
    planned_panels,
)
from labcohort.settings.baseline import characteristics
from labcohort.settings.cohort_parts import cohort_parts
from labcohort.settings.selection import selection
from labcohort.study.load import Study
from labcohort.study.names import CLASSES, FIRST_RESULT, is_selected_on_baseline

MODULE = "labcohort.publish.tables."


def printing(study: Study) -> dict:
    """Labels, units and decimals: all that is joined where something is printed."""
    chosen = study.config["print"]
    label = partial(label_of, chosen["language"])
    labels = {row["method"]: label(row) for row in study.tables["methods"]}
    return {
        "synthetic": study.config["synthetic"],
        "title": title(study),
        "language": chosen["language"],
        "words": words(study),
        **{k: chosen[k] for k in ("p", "minimum_cell")},
        "markers": {
            row["marker"]: {k: row[k] for k in ("unit", "decimals", "panel")}
            | {"label": label(row)}
            | {"method": labels.get(study.config["methods"].get(row["marker"]))}
            for row in study.tables["markers"]
        },
        "methods": labels,
        "units": {
            row["marker"]: {k: row[k] for k in ("unit", "slope", "intercept", "decimals")}
            for row in study.tables["shown_units"]
            if study.config["units"].get(row["marker"]) == row["unit"]
        },
        "cohorts": {row["cohort"]: label(row) for row in study.tables["cohorts"]},
        "timepoints": {row["timepoint"]: label(row) for row in study.tables["visits"]},
        # the order of rows: JSON with sorted keys keeps that of lists only
        "orders": {
            "marker": [row["marker"] for row in study.tables["markers"]],
            "cohort": [row["cohort"] for row in study.tables["cohorts"]],
            "timepoint": [row["timepoint"] for row in study.tables["visits"]],
        },
    }


def tables(study: Study) -> dict:
    """What the printed tables show and how it is called."""
    planned = set(planned_panels(study))
    used = planned_markers(study) | {
        selection(study, row)["marker"]
        for row in study.tables["cohorts"]
        if is_selected_on_baseline(row)
    }
    shown_tables = [row for row in study.tables["tables"] if row["panel"] in {None, *planned}]
    kinds = {row["kind"] for row in shown_tables}
    if "scorecard" in kinds:
        # the publication has rows that the plan may not have
        used |= {row["marker"] for row in scorecard(study)["published"]}
    staged = [row["cohort"] for row in study.tables["cohorts"] if row["subject"] in CLASSES]
    shown = printing(study)
    shown["markers"] = {m: row for m, row in shown["markers"].items() if m in used}
    shown["orders"]["marker"] = [m for m in shown["orders"]["marker"] if m in used]
    shown["units"] = {m: row for m, row in shown["units"].items() if m in used}
    return shown | {
        "everyone": everyone(study),
        "confidence": study.config["confidence"],
        "declared": study.config["declared"],
        "staged": staged,
        "equation": equation(study, "EGFR") if staged else None,
        "characteristics": characteristics(study, partial(label_of, shown["language"])),
        "tables": [
            {k: row[k] for k in ("table", "kind", "profile", "panel", "cohorts")}
            | {"title": label_of(shown["language"], row, "title")}
            for row in shown_tables
        ],
        "modules": sorted(MODULE + kind for kind in kinds),
        "cohort_parts": cohort_parts(study),
        "published_profile": study.config["published_profile"],
        "eligibility": [
            {"order": row["order"], "label": label_of(shown["language"], row)}
            for row in study.tables["eligibility"]
        ],
    }


def words(study: Study) -> dict[str, str]:
    """The printed words that the study's language has for ours: none in English."""
    if study.config["print"]["language"] == "en":
        return {}
    return {row["english"]: row["chinese"] for row in study.tables["chinese"]}


def title(study: Study) -> str:
    """The study's title in its language."""
    return label_of(study.config["print"]["language"], study.config, "title")


def day_0(study: Study) -> str | None:
    """What the day that visits count from is called within a sentence; None for a first result."""
    anchor = study.tables["visits"][0]["anchor"]
    if anchor == FIRST_RESULT:
        return None
    named = {name: study.attributes[anchor].get(name) for name in ("label", "label_zh")}
    label = label_of(study.config["print"]["language"], named)
    return within(label or anchor.replace("_", " "))


def label_of(language: str, row: dict, name: str = "label") -> str:
    """The label of a row in the study's language; in English where it has no other."""
    return (row[f"{name}_zh"] if language == "zh" else None) or row[name]
