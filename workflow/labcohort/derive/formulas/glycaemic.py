"""Insulin resistance and secretion, and the average glucose behind an HbA1c.

HOMA and QUICKI describe the balance of a person's own insulin and glucose: injected insulin
breaks it. Their values of persons treated with insulin, or of whom that is not known, are kept
and flagged, so that a plan can leave them out.
"""

import polars as pl

from labcohort.derive.formulas.mg_per_dl import as_sent, glucose_mg_per_dl, triglycerides_mg_per_dl
from labcohort.derive.registry import Formula, derives

# glucose in mmol/L at which HOMA-B has its pole
POLE = 3.5
# Below, HOMA-B is more than 8 times as sensitive to glucose as glucose itself: a coefficient of
# variation of 2.5 % there, which is a good assay's, is more than 20 % in HOMA-B.
NEAR_POLE = 4.0


@derives("HOMA_IR")
def homa_ir(fbs: pl.Expr, insulin: pl.Expr, insulin_treated: pl.Expr) -> Formula:
    """HOMA-IR: fasting glucose [mmol/L] * fasting insulin [uIU/mL] / 22.5; without unit.

    Of the same fasting sample. This is HOMA1, not the computer model HOMA2. An insulin of zero
    gives zero, flagged; so are treatment with insulin and not knowing of it. Undefined for
    glucose of zero or less and insulin below zero. Matthews DR et al. Diabetologia
    1985;28:412-419.
    """
    return Formula(
        value=fbs * insulin / 22.5,
        undefined=_not_fasting_values(fbs, insulin),
        flags=(*_treatment(insulin_treated), (insulin == 0, "insulin_zero")),
    )


@derives("HOMA_B")
def homa_b(fbs: pl.Expr, insulin: pl.Expr, insulin_treated: pl.Expr) -> Formula:
    """HOMA-B in %: 20 * fasting insulin [uIU/mL] / (fasting glucose [mmol/L] - 3.5).

    Of the same fasting sample, HOMA1. Undefined for glucose of 3.5 mmol/L or less, where it would
    be infinite or negative, and insulin below zero. Flagged below 4.0 mmol/L (`near_pole`: a
    small error of glucose is a large one of HOMA-B), and as HOMA-IR. Matthews DR et al.
    Diabetologia 1985;28:412-419.
    """
    return Formula(
        value=20 * insulin / (fbs - POLE),
        undefined=(
            *_not_fasting_values(fbs, insulin),
            (fbs <= POLE, f"fasting glucose is not above {POLE} mmol/L"),
        ),
        flags=(
            *_treatment(insulin_treated),
            (insulin == 0, "insulin_zero"),
            (fbs < NEAR_POLE, "near_pole"),
        ),
    )


@derives("QUICKI")
def quicki(fbs: pl.Expr, insulin: pl.Expr, insulin_treated: pl.Expr) -> Formula:
    """QUICKI: 1 / (log10 insulin [uIU/mL] + log10 glucose [mg/dL]), both fasting; without unit.

    Of the same sample; glucose is converted from mmol/L (18.0156). Undefined for glucose or
    insulin of zero or less, and where their product is 1 or less: the sum of logarithms is then
    zero or negative. Flagged by treatment as HOMA-IR. Katz A et al. J Clin Endocrinol Metab
    2000;85:2402-2410.
    """
    glucose = glucose_mg_per_dl(fbs)
    return Formula(
        value=1 / (insulin.log10() + glucose.log10()),
        undefined=(
            (fbs <= 0, "fasting glucose is not above zero"),
            (insulin <= 0, "fasting insulin is not above zero"),
            (as_sent(insulin * glucose) <= 1, "glucose times insulin is too small for a logarithm"),
        ),
        flags=_treatment(insulin_treated),
    )


@derives("TYG")
def triglyceride_glucose_index(tg: pl.Expr, fbs: pl.Expr) -> Formula:
    """TyG index: natural logarithm of triglycerides [mg/dL] * fasting glucose [mg/dL] / 2.

    The half is inside the logarithm (values of 8 to 9), which some papers print outside. Both of
    the same fasting sample, converted from mmol/L (88.5453 and 18.0156). Undefined for either of
    zero or less. Simental-Mendia LE et al. Metab Syndr Relat Disord 2008;6:299-304.
    """
    return Formula(
        value=(triglycerides_mg_per_dl(tg) * glucose_mg_per_dl(fbs) / 2).log(),
        undefined=(
            (tg <= 0, "triglycerides are not above zero"),
            (fbs <= 0, "fasting glucose is not above zero"),
        ),
    )


@derives("EAG")
def estimated_average_glucose(hba1c: pl.Expr) -> Formula:
    """Estimated average glucose in mmol/L: 1.59 * HbA1c [% NGSP] - 2.59, the printed equation.

    The equation in mg/dL, converted, differs by up to 0.02 mmol/L. Undefined where the line is
    at zero or below (HbA1c of about 1.6 % or less). Nathan DM et al. Diabetes Care
    2008;31:1473-1478.
    """
    value = 1.59 * hba1c - 2.59
    return Formula(value, undefined=((value <= 0, "HbA1c is too low for the equation"),))


def _not_fasting_values(fbs: pl.Expr, insulin: pl.Expr) -> tuple[tuple[pl.Expr, str], ...]:
    return (
        (fbs <= 0, "fasting glucose is not above zero"),
        (insulin < 0, "fasting insulin is below zero"),
    )


def _treatment(insulin_treated: pl.Expr) -> tuple[tuple[pl.Expr, str], ...]:
    return (
        (insulin_treated == "yes", "insulin_treated"),
        (insulin_treated.is_null(), "insulin_unknown"),
    )
