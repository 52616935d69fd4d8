"""Figures of kind regression_to_the_mean: change by baseline value, and what the normal model
expects of it, in cohorts chosen on a baseline value."""

from labcohort.settings.available import everyone, log_markers
from labcohort.settings.printing import printing
from labcohort.settings.selection import selection
from labcohort.study.load import Study
from labcohort.study.names import BASELINE, names

READS = ("regression", "small_groups", "values", "membership")
PRINT = ("minimum_cell", "drawn_singly")
PERSONS = True


def told(study: Study, row: dict) -> dict:
    """The band that each cohort is, and the markers that select, in the units to show."""
    selections = _selections(study, row)
    selecting = {one["marker"] for one in selections}
    shown = printing(study)
    units = {m: unit for m, unit in shown["units"].items() if m in selecting}
    return {
        "selections": selections,
        "selecting": {
            marker: {
                "label": shown["markers"][marker]["label"],
                **{k: units.get(marker, shown["markers"][marker])[k] for k in ("unit", "decimals")},
            }
            for marker in sorted(selecting)
        },
        "log": log_markers(study, selecting),
        "units": {m: {k: unit[k] for k in ("slope", "intercept")} for m, unit in units.items()},
        "everyone": everyone(study),
        "at": BASELINE,
        "minimum_selected": study.config["regression"]["minimum_selected"],
        "confidence": study.config["confidence"],
    }


def panels(study: Study, row: dict) -> set[str]:
    """Panels of the markers that select."""
    return {study.marker(one["marker"])["panel"] for one in _selections(study, row)}


def _selections(study: Study, row: dict) -> list[dict]:
    known = {cohort["cohort"]: cohort for cohort in study.tables["cohorts"]}
    return [selection(study, known[name]) for name in names(row["cohorts"])]
