"""What the jobs are told that print: labels, units, decimals, titles."""

from collections.abc import Collection

from labcohort.settings.available import (
    equation,
    everyone,
    planned_markers,
    planned_panels,
)
from labcohort.settings.selection import selection
from labcohort.study.load import Study
from labcohort.study.names import BASELINE, CLASSES, is_selected_on_baseline, names


def printing(study: Study) -> dict:
    """Labels, units and decimals: all that is joined where something is printed."""
    labels = {row["method"]: row["label"] for row in study.tables["methods"]}
    return {
        "synthetic": study.config["synthetic"],
        "title": study.config["title"],
        "markers": {
            row["marker"]: {k: row[k] for k in ("label", "unit", "decimals", "panel")}
            | {"method": labels.get(study.config["methods"].get(row["marker"]))}
            for row in study.tables["markers"]
        },
        "methods": labels,
        "units": {
            row["marker"]: {k: row[k] for k in ("unit", "slope", "intercept", "decimals")}
            for row in study.tables["shown_units"]
            if study.config["units"].get(row["marker"]) == row["unit"]
        },
        "cohorts": {row["cohort"]: row["label"] for row in study.tables["cohorts"]},
        "timepoints": {row["timepoint"]: row["label"] for row in study.tables["visits"]},
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
        "tables": [
            {k: row[k] for k in ("table", "kind", "profile", "panel", "title")}
            for row in study.tables["tables"]
            if row["panel"] in planned
        ],
        "eligibility": [
            {k: row[k] for k in ("order", "label")} for row in study.tables["eligibility"]
        ],
    }


def figure(study: Study, name: str) -> dict:
    """What one figure shows and how it is called."""
    row = next(row for row in study.tables["figures"] if row["figure"] == name)
    shown = printing(study)
    markers = names(row["markers"])
    # without decimals: none are drawn
    units = {
        marker: {k: row[k] for k in ("unit", "slope", "intercept")}
        for marker, row in shown["units"].items()
        if marker in markers
    }
    timepoints = names(row["timepoints"])
    return {
        "figure": name,
        "kind": row["kind"],
        "profile": row["profile"],
        "title": row["title"],
        "synthetic": shown["synthetic"],
        "markers": [
            {
                "marker": m,
                "label": shown["markers"][m]["label"],
                "unit": units.get(m, shown["markers"][m])["unit"],
            }
            for m in markers
        ],
        "cohort": {"cohort": row["cohort"], "label": shown["cohorts"][row["cohort"]]},
        "timepoints": [{"timepoint": t, "label": shown["timepoints"][t]} for t in timepoints],
        "methods": {
            method: shown["methods"][method]
            for marker in markers
            for method in (equation(study, marker) or "").split("|")
            if method
        },
        "units": units,
        "baseline": shown["timepoints"][BASELINE],
    }


def figure_panels(study: Study, figures: Collection[str]) -> list[str]:
    """Panels whose comparisons the figures show."""
    rows = [row for row in study.tables["figures"] if row["figure"] in figures]
    shown = {marker for row in rows for marker in names(row["markers"])}
    return sorted({study.marker(marker)["panel"] for marker in shown})
