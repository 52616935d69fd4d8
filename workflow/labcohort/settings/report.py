"""What the report is told: labels, the places of figures and tables, and the plan's facts."""

from labcohort.publish.names import panel_name
from labcohort.publish.units import shown_markers
from labcohort.publish.words import say
from labcohort.settings.assessments import equations_tried
from labcohort.settings.available import (
    compared_rows,
    equation,
    everyone,
    planned_markers,
    planned_panels,
)
from labcohort.settings.figures import figure_panels
from labcohort.settings.printing import day_0, label_of, printing
from labcohort.settings.selection import selection
from labcohort.study.load import Study
from labcohort.study.names import BASELINE, CLASSES, is_selected_on_baseline, names

# settings of config.yaml that the report prints as they are
DECISIONS = (
    "declared", "confidence", "quartiles", "exact_below", "censored", "detection", "repeats",
    "egfr_rounding",
)  # fmt: skip


def report(study: Study) -> dict:
    """What the report prints besides what was found."""
    shown = printing(study)
    language = shown["language"]
    used = planned_markers(study) | {
        selection(study, row)["marker"]
        for row in study.tables["cohorts"]
        if is_selected_on_baseline(row)
    }
    units = {m: row for m, row in shown["units"].items() if m in used}
    markers = {
        m: {k: row[k] for k in ("label", "unit", "decimals")}
        for m, row in shown["markers"].items()
        if m in used
    }
    compared = {everyone(study)} | {row["cohort"] for row in compared_rows(study)}
    staged = [
        row["cohort"]
        for row in study.tables["cohorts"]
        if row["subject"] in CLASSES and row["cohort"] in compared
    ]
    orders = shown["orders"] | {
        "marker": [m for m in shown["orders"]["marker"] if m in used],
        "cohort": [c for c in shown["orders"]["cohort"] if c in compared],
    }
    by = equation(study, "EGFR") if staged or "EGFR" in used else None
    grid = {method for levels in equations_tried(study).values() for method in levels}
    named = grid | set((by or "").split("|"))
    planned = set(planned_panels(study))
    return shown | {
        "markers": shown_markers(markers, units),
        "units": units,
        "orders": orders,
        "baseline": BASELINE,
        "everyone": everyone(study),
        "staged": staged,
        "equation": by,
        "methods": {m: label for m, label in shown["methods"].items() if m in named},
        "cohorts": {c: label for c, label in shown["cohorts"].items() if c in compared},
        "panels": planned_panels(study),
        "figures": [
            {"figure": row["figure"], "kind": row["kind"]}
            | {"title": label_of(language, row, "title")}
            | {"panels": figure_panels(study, [row["figure"]]) if row["markers"] else []}
            for row in study.tables["figures"]
        ],
        "placed": {
            row["table"]: row["panel"] for row in study.tables["tables"] if row["panel"] in planned
        },
        "day_0": day_0(study),
        "visits": [
            {k: v for k, v in row.items() if not k.startswith("label")}
            for row in study.tables["visits"]
        ],
        "eligibility": [
            label_of(language, row)
            for row in sorted(study.tables["eligibility"], key=lambda row: row["order"])
        ],
        "excluded": excluded(study),
        "rules": rule_texts(study),
        "rule_settings": study.tables["rule_settings"],
        "sources": study.result_sources,
        **{name: study.config[name] for name in DECISIONS},
        "regression": {
            k: study.config["regression"][k]
            for k in ("resamples", "minimum_pairs", "minimum_selected")
        },
    }


def excluded(study: Study) -> list[dict]:
    """What the plan leaves out: profile and flags, with the markers of which it does."""
    found: dict[tuple, list[str]] = {}
    for name in ("plan", "post_hoc"):
        for row in study.tables[name]:
            if row["exclude"]:
                key = (row["profile"], tuple(sorted(names(row["exclude"]))))
                found.setdefault(key, []).extend(names(row["markers"]))
    return [
        {"profile": profile, "flags": list(flags), "markers": sorted(set(markers))}
        for (profile, flags), markers in sorted(found.items())
    ]


def rule_texts(study: Study) -> dict[str, str]:
    """Rule of the data -> its text in the study's language.

    In English the validation brings the texts of the rules that it finds broken: only those are
    told that the study has settings for.
    """
    language = study.config["print"]["language"]
    own = {row["rule"] for row in study.tables["rule_settings"]}
    return {
        row["rule"]: label_of(language, row, "text")
        for row in study.tables["rules"]
        if language != "en" or row["rule"] in own
    }


def figure_in_report(study: Study, name: str) -> dict:
    """How Snakemake's own report files a figure: category, subcategory and label."""
    row = next(row for row in study.tables["figures"] if row["figure"] == name)
    panels = figure_panels(study, [name]) if row["markers"] else []
    return _filed(study, row, name, say(printing(study), "Figures"), panels)


def table_in_report(study: Study, name: str) -> dict:
    """How Snakemake's own report files a table: category, subcategory and label."""
    row = next(row for row in study.tables["tables"] if row["table"] == name)
    panels = [row["panel"]] if row["panel"] else []
    return _filed(study, row, name, say(printing(study), "Tables"), panels)


def _filed(study: Study, row: dict, name: str, category: str, panels: list[str]) -> dict:
    """Category, panel, and one label that no other row has; no job is told.

    Of two labels or more that page makes one a switch, and then fails where a figure has no
    counterpart on its other side.
    """
    how = printing(study)
    word = f" ({say(how, 'SYNTHETIC DATA')})" if how["synthetic"] else ""
    title = label_of(how["language"], row, "title")
    return {
        "category": category + word,
        "subcategory": panel_name(panels[0], how) if len(panels) == 1 else say(how, "All panels"),
        "labels": {say(how, "Title"): f"{title} [{name}]"},
    }
