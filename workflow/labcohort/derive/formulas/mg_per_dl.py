"""Canonical units as the mg/dL in which several equations are printed.

The factors are those of resources/conversions.tsv, so that a result sent in mg/dL comes back as
it was sent.
"""

import polars as pl

MMOL_PER_L_OF_GLUCOSE = 0.055507449
MMOL_PER_L_OF_CHOLESTEROL = 0.025862247
MMOL_PER_L_OF_TRIGLYCERIDES = 0.011293654
# AMA Manual of Style and NKDEP; 113.118 g/mol gives 88.402
UMOL_PER_L_OF_CREATININE = 88.4
# enough to take off what the way to mmol/L and back leaves, and finer than any assay
DIGITS = 9


def glucose_mg_per_dl(mmol_per_l: pl.Expr) -> pl.Expr:
    """Glucose in mg/dL (18.0156 mg/dL per mmol/L)."""
    return mmol_per_l / MMOL_PER_L_OF_GLUCOSE


def cholesterol_mg_per_dl(mmol_per_l: pl.Expr) -> pl.Expr:
    """Cholesterol in mg/dL (38.6664 mg/dL per mmol/L)."""
    return mmol_per_l / MMOL_PER_L_OF_CHOLESTEROL


def cholesterol_mmol_per_l(mg_per_dl: pl.Expr) -> pl.Expr:
    """Cholesterol in mmol/L (38.6664 mg/dL per mmol/L)."""
    return mg_per_dl * MMOL_PER_L_OF_CHOLESTEROL


def triglycerides_mg_per_dl(mmol_per_l: pl.Expr) -> pl.Expr:
    """Triglycerides in mg/dL (88.5453 mg/dL per mmol/L)."""
    return mmol_per_l / MMOL_PER_L_OF_TRIGLYCERIDES


def creatinine_mg_per_dl(umol_per_l: pl.Expr) -> pl.Expr:
    """Creatinine in mg/dL (88.4 umol/L per mg/dL)."""
    return umol_per_l / UMOL_PER_L_OF_CREATININE


def as_sent(mg_per_dl: pl.Expr) -> pl.Expr:
    """The number to hold against a limit in mg/dL: 400 sent is 400, not 400.00000000000006."""
    return mg_per_dl.round_sig_figs(DIGITS)
