"""Which cohorts lie within which: what a reader knows who subtracts one from another."""

from labcohort.study.load import Study
from labcohort.study.names import names

BANDS = {
    # criterion -> whether the limit itself lies below the cut, and whether the cohort is above it
    "baseline_at_least": (False, True),
    "baseline_above": (True, True),
    "baseline_at_most": (True, False),
    "baseline_below": (False, False),
}
# the persons of the cohort of everyone who are in no other
REST = "rest"


def cohort_parts(study: Study) -> list[dict[str, list[str]]]:
    """For each thing that cohorts are chosen by: cohort -> the parts of all persons that it is.

    Parts exclude each other: the values of an attribute or class, or bands of a marker between
    the limits that the study names. The cohort of everyone has all of them, and the rest.
    """
    rows = study.tables["cohorts"]
    found = []
    for subject in sorted({row["subject"] for row in rows if row["criterion"] != "everyone"}):
        own = [row for row in rows if row["subject"] == subject]
        of_values = {
            row["cohort"]: names(row["values"])
            for row in own
            if row["criterion"] in ("attribute_is", "baseline_is")
        }
        found += [of for of in (of_values, _of_bands(own)) if of]
    whole = [row["cohort"] for row in rows if row["criterion"] == "everyone"]
    return [
        of | {cohort: [*dict.fromkeys(p for own in of.values() for p in own), REST]}
        for of in found
        for cohort in whole
    ]


def _of_bands(rows: list[dict]) -> dict[str, list[str]]:
    """Cohort -> the bands that it has, of cohorts chosen by limits of one marker."""
    limited = [row for row in rows if row["criterion"] in BANDS]
    cuts = sorted({(float(row["values"]), BANDS[row["criterion"]][0]) for row in limited})
    bands = {}
    for row in limited:
        below, above = BANDS[row["criterion"]]
        cut = cuts.index((float(row["values"]), below)) + 1
        own = range(cut, len(cuts) + 1) if above else range(cut)
        bands[row["cohort"]] = [f"band {number}" for number in own]
    return bands
