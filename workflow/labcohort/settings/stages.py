"""What the jobs from the harmonised values to the comparison are told."""

from collections.abc import Iterable

from labcohort.settings.available import (
    all_inputs,
    bands,
    compared_rows,
    derived_markers,
    drawn_classes,
    equation,
    everyone,
    formula_of,
    in_marker_order,
    log_markers,
    panel_markers,
    panels,
    planned_markers,
    with_derived_inputs,
)
from labcohort.settings.selection import selection
from labcohort.settings.sources import date_columns
from labcohort.study.load import Study
from labcohort.study.names import BASELINE, is_selected_on_baseline, names


def derive(study: Study, panel: str) -> dict:
    """A panel's markers and formulas, and the modules that hold the formulas."""
    computed = set(derived_markers(study))
    own = panel_markers(study, panel)
    wanted = [marker for marker in own if marker in computed]
    needed = with_derived_inputs(study, wanted)
    formulas = [formula_of(study, marker) for marker in needed]
    used = {table for formula in formulas for table in formula["tables"]}
    facts = {
        "ckd_stages": bands(study),
        "egfr_rounding": study.config["egfr_rounding"],
        "martin_hopkins": [
            {k: v for k, v in row.items() if k != "source"}
            for row in study.tables["martin_hopkins"]
        ],
    }
    settings = {
        "panel": panel,
        "measured": [marker for marker in own if marker not in computed],
        "inputs": sorted({m for formula in formulas for m in formula["inputs"]} - set(needed)),
        "derived": wanted,
        "methods": {m: v for m, v in study.config["methods"].items() if m in needed},
        "tables": {name: facts[name] for name in sorted(used)},
        "limits": {marker: _limits(study.marker(marker)) for marker in needed},
        "input_days": {m: n for m, n in study.config["input_days"].items() if m in needed},
        "modules": sorted({formula["module"] for formula in formulas}),
        "censored": study.config["censored"],
        "repeats": study.config["repeats"],
        "date_columns": date_columns(study),
    }
    known = {*settings["measured"], *settings["inputs"]}
    settings["panels"] = sorted({study.marker(marker)["panel"] for marker in known})
    settings["sex_limits"] = [
        {k: v for k, v in row.items() if k != "source"}
        for row in study.tables["sex_limits"]
        if row["marker"] in known
    ]
    settings["variation"] = [
        {k: row[k] for k in ("marker", "cv_within", "cv_analytical")}
        for row in study.tables["biological_variation"]
        if row["marker"] in settings["measured"]
    ]
    return settings


def derive_inputs(study: Study, own: Iterable[str]) -> list[str]:
    """Panels whose harmonised values these need: their own, and those of their formulas' inputs."""
    return sorted({panel for name in own for panel in derive(study, name)["panels"]})


def placed_panels(study: Study) -> list[str]:
    """Panels whose values at the timepoints are kept: what is compared, selects a cohort, or is a
    class of which transitions are drawn."""
    markers = planned_markers(study) | drawn_classes(study)
    markers |= {
        selection(study, row)["marker"]
        for row in study.tables["cohorts"]
        if is_selected_on_baseline(row)
    }
    own = {study.marker(marker)["panel"] for marker in markers}
    return [panel for panel in panels(study) if panel in own]


def cohorts(study: Study) -> dict:
    """Who belongs where and when: criteria, windows, subgroups, and what each panel needs of it."""
    panel_of = {row["marker"]: row["panel"] for row in study.tables["markers"]}
    # everyone, too: regression to the mean and attenders are judged on all
    used = {panel: {everyone(study)} for panel in placed_panels(study)}
    for row in compared_rows(study):
        used[panel_of[row["marker"]]].add(row["cohort"])
    return {
        "eligibility": [_without_labels(row) for row in study.tables["eligibility"]],
        "visits": [_without_labels(row) for row in study.tables["visits"]],
        "cohorts": [_without_labels(row) for row in study.tables["cohorts"]],
        "panels": {panel: sorted(cohorts) for panel, cohorts in used.items()},
        "exclude_limits": study.config["censored"] == "excluded",
    }


def compare(study: Study, panel: str) -> dict:
    """The comparisons of a panel, one entry per marker, and how they are computed."""
    own = set(panel_markers(study, panel))
    rows = compared_rows(study)
    beside: dict[tuple, set[str]] = {}
    for row in rows:
        beside.setdefault(_group(row), set()).add(row["marker"])
    asked = in_marker_order(study, [row for row in rows if row["marker"] in own])
    compared = {row["marker"] for row in asked}
    return {
        "panel": panel,
        "plan": [_comparison(study, row, beside[_group(row)]) for row in asked],
        "baseline": BASELINE,
        "confidence": study.config["confidence"],
        "quartiles": study.config["quartiles"],
        "censored": study.config["censored"],
        "detection": study.config["detection"],
        "exact_below": study.config["exact_below"],
        "power": study.config["power"],
        "log": log_markers(study, compared),
        "equations": {m: v for m in sorted(compared) if (v := equation(study, m))},
    }


def _group(row: dict) -> tuple[str, str, str]:
    """What compared rows share that stand beside each other."""
    return row["profile"], row["cohort"], row["timepoint"]


def _comparison(study: Study, row: dict, beside: set[str]) -> dict:
    """A compared row, among the markers compared `beside` it, as its job is told."""
    cohort = next(c for c in study.tables["cohorts"] if c["cohort"] == row["cohort"])
    kept = ("profile", "family", "role", "marker", "cohort", "timepoint", "test", "summary")
    return {k: row[k] for k in (*kept, "correction", "alpha")} | {
        "exclude": names(row["exclude"]),
        "selected_on_baseline": is_selected_on_baseline(cohort),
        "duplicate_of": "|".join(_duplicates(study, row["marker"], beside)) or None,
    }


def _duplicates(study: Study, marker: str, beside: set[str]) -> list[str]:
    """Markers compared beside a derived one that it is computed from; where there are none,
    other derived markers that are computed from results of which one's are the other's too."""
    own = all_inputs(study, marker)
    related = [
        other
        for other in beside - {marker}
        if (theirs := all_inputs(study, other))
        and own
        and (own <= theirs or theirs <= own)
        and marker not in theirs
    ]
    return sorted(own & beside) or sorted(related)


def _limits(marker: dict) -> dict:
    """A marker's hard and soft limits."""
    return {k: marker[k] for k in ("hard_low", "hard_high", "soft_low", "soft_high")}


def _without_labels(row: dict) -> dict:
    return {k: v for k, v in row.items() if not k.startswith("label")}
