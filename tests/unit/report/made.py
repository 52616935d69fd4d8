"""A small run for the tests of the report: what it found, and what the report is told.

All numbers are made up here; the tests say what has to come of them.
"""

from labcohort.publish.tables.table import Cell, Column, Line, Printed
from labcohort.report.blocks import Picture
from labcohort.report.found import Found

HOW = {
    "synthetic": True,
    "title": "A study of nobody",
    "language": "en",
    "words": {},
    "p": "plain",
    "minimum_cell": 5,
    "markers": {
        "HBA1C": {"label": "HbA1c", "unit": "%", "decimals": 2, "panel": "glycaemic"},
        "EGFR": {"label": "eGFR", "unit": "mL/min/{1.73_m2}", "decimals": 1, "panel": "renal"},
    },
    "units": {},
    "methods": {"ckd_epi_2021": "CKD-EPI 2021 (creatinine)", "mdrd_4": "MDRD"},
    "cohorts": {"all": "All patients", "ckd_3": "CKD stage 3", "ckd_5": "CKD stage 5"},
    "timepoints": {"baseline": "Baseline", "month_6": "6 months", "month_12": "12 months"},
    "orders": {
        "marker": ["HBA1C", "EGFR"],
        "cohort": ["all", "ckd_3", "ckd_5"],
        "timepoint": ["baseline", "month_6", "month_12"],
    },
    "baseline": "baseline",
    "everyone": "all",
    "staged": ["ckd_3", "ckd_5"],
    "equation": "ckd_epi_2021",
    "egfr_rounding": "half_up",
    "panels": ["glycaemic", "renal"],
    "placed": {"glycaemic": "glycaemic", "renal": "renal"},
    "day_0": "infusion date",
    "visits": [
        {
            "timepoint": "baseline", "anchor": "infusion_date", "scope": "marker",
            "target_day": 0, "before": 90, "after": 0, "choice": "last", "tie": "earlier",
        },
        {
            "timepoint": "month_6", "anchor": "infusion_date", "scope": "marker",
            "target_day": 182, "before": 45, "after": 45, "choice": "nearest", "tie": "later",
        },
    ],
    "eligibility": ["Type 2 diabetes", "Any result at baseline"],
    "excluded": [
        {"profile": "recommended", "flags": ["insulin_treated"], "markers": ["HBA1C"]}
    ],
    "rules": {},
    "rule_settings": [
        {
            "rule": "missing_share", "source": None, "severity": "warn", "threshold": 0.75,
            "why": "measured in men alone",
        }
    ],
    "sources": ["site_a", "site_b"],
    "declared": "before the data were seen",
    "confidence": 0.95,
    "quartiles": 6,
    "exact_below": 25,
    "censored": "sqrt2",
    "detection": {"no_mean": 0.15, "no_median": 0.5},
    "repeats": "mean",
    "regression": {"resamples": 2000, "minimum_pairs": 40, "minimum_selected": 10},
}  # fmt: skip
COMPARISON = {
    "profile": "recommended", "family": "primary", "role": "primary", "marker": "HBA1C",
    "cohort": "all", "timepoint": "month_6", "test": "paired_t", "primary": True,
    "selected_on_baseline": False, "n_pairs": 215, "summary": "mean_sem", "agrees": "yes",
    "note": None, "alpha": 0.05, "statistic": -3.6, "p_value": 0.0004, "p_adjusted": 0.0021,
    "change_mean": -0.2549, "change_ci_low": -0.394, "change_ci_high": -0.1158,
    "hodges_lehmann": -0.2, "hl_ci_low": -0.35, "hl_ci_high": -0.1, "withheld": None,
}  # fmt: skip
OTHERS = (
    {"timepoint": "month_12", "p_value": 0.6, "p_adjusted": 0.603, "statistic": -0.5},
    {
        "family": "exploratory", "role": "secondary", "marker": "EGFR", "cohort": "ckd_3",
        "test": "wilcoxon_signed_rank", "summary": "median_iqr", "statistic": 2.8,
        "p_adjusted": 0.01, "agrees": "no: alpha",
    },
    {
        "family": "exploratory", "role": "secondary", "marker": "EGFR", "cohort": "ckd_5",
        "n_pairs": None, "statistic": None, "p_value": None, "p_adjusted": None, "agrees": None,
        "withheld": "fewer than 5 persons",
    },
    {
        "family": "exploratory", "role": "secondary", "marker": "EGFR", "n_pairs": 12,
        "statistic": None, "p_value": None, "p_adjusted": None, "agrees": None,
        "note": "no test: all differences are zero",
    },
    {"family": "post_hoc", "role": "post_hoc", "marker": "EGFR", "p_adjusted": None},
)  # fmt: skip
FAMILY = {
    "profile": "recommended", "family": "primary", "correction": "holm", "alpha": 0.05,
    "n_tests": 2, "n_missing": 0, "n_counted": 2, "expected_false_positives": 0.1,
    "n_below_alpha": 1, "n_below_alpha_adjusted": 1, "n_duplicates": 0,
    "n_selected_on_baseline": 0, "declared": "before the data were seen",
}  # fmt: skip
REGRESSION = {
    "cohort": "ckd_3", "timepoint": "month_6", "marker": "EGFR", "statistic": "mean",
    "estimator": "truncated_normal", "rho_source": "data", "reliability_source": None,
    "n_selected": 24, "note": None, "observed": 2.25, "observed_ci_low": 1.2,
    "observed_ci_high": 3.5, "expected": 0.3, "expected_ci_low": 0.1, "expected_ci_high": 0.6,
    "difference": 1.95, "difference_ci_low": 0.8, "difference_ci_high": 3.1, "withheld": None,
}  # fmt: skip


def place(source: str, verdict: str) -> dict:
    """A rule's part of one source, as validation.json has it."""
    return {
        "source": source, "tried": 1000, "failed": 2, "share": 0.002, "severity": "warn",
        "threshold": None, "why": None, "verdict": verdict, "first": [], "found": [],
    }  # fmt: skip


def ledger(source: str, **cells: int) -> list[dict]:
    """Rows of a ledger: cells in and out, and by fate."""
    row = {"source": source, "stage": "ingest", "kind": "in", "fate": None, "reason": None}
    fates = {k: n for k, n in cells.items() if k not in ("into", "used")}
    return [
        row | {"cells": cells["into"]},
        *(
            row | {"stage": "harmonise", "kind": "fate", "fate": f, "cells": n}
            for f, n in fates.items()
        ),
        row | {"stage": "harmonise", "kind": "out", "cells": cells["used"]},
        row | {"stage": "cohorts", "kind": "out", "cells": cells["used"]},
    ]


def table(name: str = "glycaemic", kind: str = "comparisons", lines: int = 10) -> Printed:
    """A printed table whose numbers sort otherwise than their texts: 10 above 9."""
    return Printed(
        name,
        kind,
        f"Table {name}",
        (Column("Marker"), Column("n pairs", numeric=True, parts=("n",))),
        tuple(
            Line(
                (Cell(f"Marker {'abcdefghijklmnop'[n]}"), Cell(f"{n + 1}", (n + 1.0,), 0)),
                note="a note <of> this line" if n == 1 else "",
                heading="Group one" if n == 0 else "Group two" if n == lines // 2 else "",
            )
            for n in range(lines)
        ),
        ("A footnote.",),
    )


def found(**other: object) -> Found:
    """What the run found, with `other` in place of some of it."""
    source = {"source": "site_a", "profile": {"corrections": {"value": 2, "unit": 1}}}
    return Found(
        **{
            "comparisons": [COMPARISON, *(COMPARISON | row for row in OTHERS)],
            "multiplicity": [
                FAMILY,
                FAMILY
                | {"family": "exploratory", "correction": "bh", "n_counted": 12}
                | {"expected_false_positives": 0.6, "n_below_alpha": 3},
                FAMILY | {"family": "all", "correction": None, "n_counted": 14}
                | {"expected_false_positives": 0.7, "n_below_alpha": 4},
            ],
            "regression": [
                REGRESSION,
                REGRESSION | {"estimator": "time_reversed", "expected": 0.5, "difference": 1.75},
            ],
            "scorecard": [{"verdict": "reproduced"}, {"verdict": None}],
            "sensitivity": [
                {
                    "profile": "recommended", "marker": "EGFR", "cohort": "ckd_3",
                    "timepoint": "month_6", "n_valid": 24, "n_below_alpha": 8, "alpha": 0.05,
                    "crosses_alpha_by": "equation: mdrd_4; window: ±30, ±90", "withheld": None,
                }
            ],
            "validation": {
                "verdict": "warn",
                "rules": [
                    {
                        "rule": "hard_limit", "kind": "aside", "text": "outside what is possible",
                        "sources": [place("site_a", "warn"), place("site_b", "ok")],
                    }
                ],
                "sources": [source],
            },
            "ledger": [
                *ledger("site_a", into=100, missing=10, set_aside=5, used=85),
                *ledger("site_b", into=1000, ineligible=300, used=700),
            ],
            "flow": [
                {"step": "Type 2", "entered": 40, "excluded": 12, "remained": 28, "withheld": None},
                {
                    "step": "Treated", "entered": 28, "excluded": None, "remained": None,
                    "withheld": "counts of fewer than 5 persons",
                },
            ],
            "sizes": {
                "baseline": 301, "month_6": 218, "month_12": 83, "month_6 & month_12": 3,
            },
            "provenance": {
                "labcohort": {"version": "9.9.9", "revision": None, "modified": None},
                "seed": 77,
                "configuration": [{"file": "config/plan.tsv", "sha256": "ab" * 32}],
                "inputs": [
                    {"source": "site_a", "file": "data/*.hl7 (file 3)", "sha256_begins": "cd" * 8}
                ],
                "lock": {"file": "requirements.lock", "sha256": "ef" * 32},
                "python": "3.11.99",
                "packages": {"polars": "2.9.9", "scipy": "1.99.0"},
            },
            "tables": [table(), table("renal", "estimates", 2)],
            "pictures": [
                Picture("fig_a", "before_after", "Glycaemia", PIXEL, "Shown.", ("glycaemic",)),
                Picture("fig_b", "forest", "All markers", PIXEL, "All of them.", ()),
                Picture("fig_c", "flow", "The flow", PIXEL, "Who came.", ()),
            ],
        }
        | other
    )  # fmt: skip


# a white pixel
PIXEL = (
    "data:image/svg+xml;base64,"
    "PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHdpZHRoPSI0MCIgaGVpZ2h0PSIyMCIvPg=="
)
