"""Rows of comparisons for the tests of figures, and what a figure's job is told."""

import polars as pl
from labcohort.publish.units import DISTANCES, LOCATIONS

HOW = {
    "figure": "figure_1",
    "kind": "before_after",
    "profile": "recommended",
    "title": "Blood pressure",
    "synthetic": True,
    "language": "en",
    "words": {},
    "font": None,
    "p": "plain",
    "minimum_cell": 5,
    "drawn_singly": 10,
    "confidence": 0.95,
    "declared": None,
    "markers": [
        {"marker": "SBP", "label": "Systolic", "unit": "mm[Hg]", "panel": "blood_pressure"},
        {"marker": "DBP", "label": "Diastolic", "unit": "mm[Hg]", "panel": "blood_pressure"},
    ],
    "cohorts": [{"cohort": "all", "label": "All patients"}],
    "timepoints": [{"timepoint": "month_6", "label": "6 months"}],
    "baseline": "Baseline",
    "methods": {"ckd_epi_2021": "CKD-EPI 2021"},
    "units": {},
    "everyone": "all",
    "log": [],
}
ONE = HOW | {"markers": HOW["markers"][:1]}
NUMBERS = {"mean": 120.0, "sd": 8.0, "sem": 2.0, "median": 119.0, "q1": 110.0, "q3": 130.0,
           "iqr": 20.0, "min": 100.0, "max": 150.0}  # fmt: skip


def compared(marker: str = "SBP", **more) -> dict:
    """A row of schemas.comparison.Adjusted, as far as figures read it."""
    visits = {f"{v}_{k}": x for v in ("baseline", "followup") for k, x in NUMBERS.items()}
    estimates = {"change_mean": -4.0, "change_ci_low": -6.0, "change_ci_high": -2.0,
                 "hodges_lehmann": -3.0, "hl_ci_low": -5.0, "hl_ci_high": -1.0,
                 "d_z": -0.4, "dz_ci_low": -0.7, "dz_ci_high": -0.1}  # fmt: skip
    columns = dict.fromkeys((*LOCATIONS, *DISTANCES), None)
    return columns | visits | estimates | {
        "profile": "recommended", "family": "f", "role": "secondary", "panel": "blood_pressure",
        "marker": marker, "cohort": "all", "timepoint": "month_6", "test": "paired_t",
        "primary": True, "summary": "mean_sem", "correction": "bh", "alpha": 0.05,
        "n_pairs": 30, "p_value": 0.0004, "p_adjusted": 0.0123, "adjustment": "bh of 2",
        "selected_on_baseline": False, "equation": None, "note": None, **more,
    }  # fmt: skip


def frame(*rows: dict) -> pl.DataFrame:
    """Rows as the artefact has them."""
    table = pl.DataFrame(rows, infer_schema_length=None)
    texts = table.with_columns(pl.col("equation", "note").cast(pl.String))
    return texts.with_columns(pl.col(pl.Null).cast(pl.Float64))


def small_groups(*groups: dict) -> pl.DataFrame:
    """Groups that are withheld (schemas.small_groups): of few pairs, if nothing else is said."""
    place = {"profile": "recommended", "marker": "SBP", "cohort": "all", "timepoint": "month_6"}
    schema = dict.fromkeys(place, pl.String) | {"few": pl.Boolean}
    return pl.DataFrame([place | {"few": True} | group for group in groups], schema, orient="row")


def texts(drawn) -> str:
    """All that a figure says."""
    found = [*drawn.texts, *(t for legend in drawn.legends for t in legend.texts)]
    for axes in drawn.axes:
        found += [*axes.texts, axes.title, axes.xaxis.label, axes.yaxis.label]
        found += [*axes.get_xticklabels(), *axes.get_yticklabels()]
    return " | ".join(text.get_text() for text in found)
