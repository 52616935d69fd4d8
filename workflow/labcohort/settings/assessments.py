"""What the jobs are told that judge a comparison beside the others."""

from labcohort.provenance import canonical_json, digest
from labcohort.settings.available import (
    available_markers,
    classes,
    compared_rows,
    everyone,
    in_marker_order,
    log_markers,
    planned_markers,
)
from labcohort.settings.cohort_parts import cohort_parts
from labcohort.settings.selection import selection
from labcohort.settings.stages import cohorts, derive, derive_inputs
from labcohort.study.load import Study
from labcohort.study.names import BASELINE, is_selected_on_baseline, names


def families(study: Study) -> dict:
    """What the whole plan tells of a comparison."""
    return {"plan": plan_digest(study), "declared": study.config["declared"]}


def plan_digest(study: Study) -> str:
    """Digest of the plan: of what it compares and how, not of the order of rows or names."""
    rows = [
        row | {k: sorted(names(row[k])) for k in ("markers", "exclude")}
        for row in study.tables["plan"]
    ]
    return digest(canonical_json(sorted(rows, key=canonical_json)))


def tested(study: Study) -> list[dict]:
    """Each (cohort, marker, timepoint) that the study compares, once."""
    keys = ("cohort", "marker", "timepoint")
    rows = [{k: row[k] for k in keys} for row in compared_rows(study)]
    return in_marker_order(study, list({canonical_json(row): row for row in rows}.values()))


def regression(study: Study) -> dict:
    """The cohorts chosen on a baseline value, and what is tested in them."""
    selections = [
        selection(study, row) for row in study.tables["cohorts"] if is_selected_on_baseline(row)
    ]
    chosen = {row["cohort"] for row in selections}
    of = [row for row in tested(study) if row["cohort"] in chosen]
    used = {row["marker"] for row in of} | {row["marker"] for row in selections}
    how = study.config["regression"]
    return {
        "everyone": everyone(study),
        "baseline": BASELINE,
        "selections": [s for s in selections if s["cohort"] in {row["cohort"] for row in of}],
        "tested": of,
        "log": log_markers(study, used),
        "reliability": {m: v for m, v in how["reliability"].items() if m in used},
        **{k: how[k] for k in ("resamples", "minimum_pairs", "minimum_selected")},
        "seed": study.config["seed"],
        "detection": means(study),
        "confidence": study.config["confidence"],
    }


def means(study: Study) -> dict:
    """From which share of limits no mean is given; these jobs give no median."""
    return {"no_mean": study.config["detection"]["no_mean"]}


def in_range(study: Study) -> dict:
    """What is held against reference ranges."""
    cohorts_of = {row["cohort"]: row for row in study.tables["cohorts"]}
    of = [
        row | {"selected_on_baseline": is_selected_on_baseline(cohorts_of[row["cohort"]])}
        for row in tested(study)
    ]
    used = {row["marker"] for row in of}
    return {
        "tested": of,
        "decimals": {
            row["marker"]: row["decimals"]
            for row in study.tables["markers"]
            if row["marker"] in used
        },
        "ranges": [
            {k: row[k] for k in ("marker", "sex", "age_low", "age_high", "low", "high")}
            for row in study.tables["reference_ranges"]
            if row["marker"] in used
        ],
        "baseline": BASELINE,
        "confidence": study.config["confidence"],
        "censored": study.config["censored"],
    }


def small_groups(study: Study) -> dict:
    """Which cohorts lie in which, and from how many persons on a group is shown."""
    return {
        "cohort_parts": cohort_parts(study),
        "minimum_cell": study.config["print"]["minimum_cell"],
    }


def attenders(study: Study) -> dict:
    """Which baseline values are compared between those who came and those who did not."""
    markers = planned_markers(study)
    return {
        "everyone": everyone(study),
        "baseline": BASELINE,
        "timepoints": [t for t in study.timepoints if t != BASELINE],
        "markers": [r["marker"] for r in study.tables["markers"] if r["marker"] in markers],
        "log": log_markers(study, markers),
        "detection": means(study),
        "confidence": study.config["confidence"],
    }


def sensitivity(study: Study) -> dict:
    """The grid of specifications, what is needed to derive anew, and the formulas' modules."""
    how = study.config["sensitivity"]
    kept = ("profile", "family", "marker", "cohort", "timepoint", "test", "alpha")
    rows = [
        {k: row[k] for k in kept} | {"exclude": names(row["exclude"])}
        for row in compared_rows(study)
        if _in_grid(study, row)
    ]
    derives = [derive(study, panel) for panel in sensitivity_panels(study)]
    settings = {
        "rows": in_marker_order(study, rows),
        # nothing is set aside here, and no reason given
        "derive": [{k: v for k, v in told.items() if k != "date_columns"} for told in derives],
        "modules": sorted({module for told in derives for module in told["modules"]}),
        "methods": equations_tried(study),
        "censored": _first(study.config["censored"], how["censored"]),
        "detection": means(study),
        "widths": how["widths"],
        "baseline": BASELINE,
    }
    places = cohorts(study)
    used = {row["cohort"] for row in rows}
    settings["cohorts"] = [row for row in places["cohorts"] if row["cohort"] in used]
    return settings | {k: places[k] for k in ("eligibility", "visits")}


def equations_tried(study: Study) -> dict[str, list[str]]:
    """Marker that the grid derives anew -> the methods that it tries, the study's own first."""
    panels = sensitivity_panels(study)
    used = {m for panel in panels for m in derive(study, panel)["methods"]}
    return {
        m: _first(study.config["methods"][m], _possible(study, m, levels))
        for m, levels in study.config["sensitivity"]["methods"].items()
        if m in used
    }


def _in_grid(study: Study, row: dict) -> bool:
    """Whether a comparison is put through the grid: by its role, or by its marker."""
    how = study.config["sensitivity"]
    return row["role"] in how["roles"] or row["marker"] in how["markers"]


def sensitivity_panels(study: Study) -> list[str]:
    """Panels that the grid derives anew: of its markers, and of those that choose its cohorts."""
    rows = [row for row in compared_rows(study) if _in_grid(study, row)]
    chosen = {row["cohort"] for row in rows}
    markers = {row["marker"] for row in rows} | {
        row["subject"]
        for row in study.tables["cohorts"]
        if row["cohort"] in chosen and is_selected_on_baseline(row)
    }
    return sorted({study.marker(marker)["panel"] for marker in markers})


def sensitivity_inputs(study: Study) -> list[str]:
    """Panels whose harmonised values the grid needs."""
    return derive_inputs(study, sensitivity_panels(study))


def _possible(study: Study, marker: str, methods: list[str]) -> list[str]:
    """Those of the methods whose inputs the study has."""
    available = available_markers(study)
    return [m for m in methods if set(study.formulas[marker][m]["inputs"]) <= available]


def _first(level: str, levels: list[str]) -> list[str]:
    """The levels, the study's own first."""
    return [level, *(other for other in levels if other != level)]


def transitions(study: Study) -> dict:
    """Of which classes, cohorts and timepoints a figure shows who went from which to which."""
    rows = [
        {"marker": marker, "cohort": cohort, "timepoint": timepoint}
        for row in study.tables["figures"]
        if row["kind"] == "transitions"
        for marker in names(row["markers"])
        for cohort in names(row["cohorts"])
        for timepoint in names(row["timepoints"])
    ]
    drawn = list({canonical_json(row): row for row in rows}.values())
    used = sorted({row["marker"] for row in drawn})
    return {
        # the order of figures.tsv says nothing
        "drawn": sorted(drawn, key=canonical_json),
        "categories": {
            marker: [row["category"] for row in classes(study, marker)] for marker in used
        },
        "baseline": BASELINE,
    }


def scorecard(study: Study) -> dict:
    """The published results that the run is held against; none where the study names none."""
    rows = [
        {k: v for k, v in row.items() if k not in ("panel", "figure", "in_range_claim")}
        for row in study.tables["published_results"]
        if row["publication"] == study.config["published"]
    ]
    return {"published": rows, "profile": study.config["published_profile"]}
