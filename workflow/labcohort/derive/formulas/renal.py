"""Estimated glomerular filtration rate and creatinine clearance, and categories of the former."""

from collections.abc import Mapping, Sequence

import polars as pl

from labcohort.derive.formulas.mg_per_dl import creatinine_mg_per_dl
from labcohort.derive.registry import Formula, derives

ADULT = 18
# years at which the numerator of Cockcroft and Gault's equation is zero
COCKCROFT_GAULT_AGE = 140

# Each equation is a function of its own under its method's name; a study's settings choose one.


@derives("EGFR", method="ckd_epi_2021")
def egfr_ckd_epi_2021(creat: pl.Expr, sex: pl.Expr, age: pl.Expr) -> Formula:
    """eGFR in mL/min/1.73 m2 by the CKD-EPI 2021 creatinine equation, unrounded.

    Creatinine in umol/L, IDMS-traceable; age in years at the sample date. Undefined for
    creatinine of zero or less, under 18 years, and a sex that is neither male nor female.
    Inker LA et al. N Engl J Med 2021;385:1737-1749.
    """
    below, above = _around_kappa(creat, sex)
    alpha = _by_sex(sex, female=-0.241, male=-0.302)
    value = 142 * below.pow(alpha) * above.pow(-1.200) * pl.lit(0.9938).pow(age)
    return Formula(
        value=value * _by_sex(sex, female=1.012, male=1.0),
        undefined=_not_estimable(creat, sex, age),
    )


@derives("EGFR", method="ckd_epi_2009")
def egfr_ckd_epi_2009(creat: pl.Expr, sex: pl.Expr, age: pl.Expr) -> Formula:
    """eGFR in mL/min/1.73 m2 by the CKD-EPI 2009 creatinine equation without its race term.

    Inputs and undefined cases as CKD-EPI 2021. Levey AS et al. Ann Intern Med 2009;150:604-612.
    """
    below, above = _around_kappa(creat, sex)
    alpha = _by_sex(sex, female=-0.329, male=-0.411)
    value = 141 * below.pow(alpha) * above.pow(-1.209) * pl.lit(0.993).pow(age)
    return Formula(
        value=value * _by_sex(sex, female=1.018, male=1.0),
        undefined=_not_estimable(creat, sex, age),
    )


@derives("EGFR", method="mdrd_4")
def egfr_mdrd_4(creat: pl.Expr, sex: pl.Expr, age: pl.Expr) -> Formula:
    """eGFR in mL/min/1.73 m2 by the four-variable MDRD equation without its race term.

    With 175, for IDMS-traceable creatinine (186 was for older assays). Inputs and undefined cases
    as CKD-EPI 2021. Levey AS et al. Ann Intern Med 2006;145:247-254.
    """
    value = 175 * creatinine_mg_per_dl(creat).pow(-1.154) * age.pow(-0.203)
    return Formula(
        value=value * _by_sex(sex, female=0.742, male=1.0),
        undefined=_not_estimable(creat, sex, age),
    )


@derives("EGFR", method="reported")
def egfr_as_reported(egfr_reported: pl.Expr) -> Formula:
    """The laboratory's own eGFR in mL/min/1.73 m2, by whatever equation it uses.

    Undefined below zero. Definition.
    """
    return Formula(
        value=egfr_reported, undefined=((egfr_reported < 0, "the reported eGFR is below zero"),)
    )


@derives("CRCL")
def creatinine_clearance_cockcroft_gault(
    creat: pl.Expr, weight: pl.Expr, sex: pl.Expr, age: pl.Expr
) -> Formula:
    """Creatinine clearance in mL/min: (140 - age) * weight [kg] / (72 * creatinine [mg/dL]).

    Times 0.85 in women; actual body weight. Not per 1.73 m2: never for staging. Creatinine in
    umol/L. Undefined as eGFR, for a weight of zero or less, and from 140 years. Cockcroft DW,
    Gault MH. Nephron 1976;16:31-41.
    """
    value = (COCKCROFT_GAULT_AGE - age) * weight / (72 * creatinine_mg_per_dl(creat))
    return Formula(
        value=value * _by_sex(sex, female=0.85, male=1.0),
        undefined=(
            *_not_estimable(creat, sex, age),
            (weight <= 0, "weight is not above zero"),
            (age >= COCKCROFT_GAULT_AGE, f"age is not below {COCKCROFT_GAULT_AGE} years"),
        ),
    )


def _around_kappa(creat: pl.Expr, sex: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Creatinine over its kappa (0.7 mg/dL in women, 0.9 in men): up to 1, and from 1 on."""
    ratio = creatinine_mg_per_dl(creat) / _by_sex(sex, female=0.7, male=0.9)
    return pl.min_horizontal(ratio, 1.0), pl.max_horizontal(ratio, 1.0)


def _by_sex(sex: pl.Expr, *, female: float, male: float) -> pl.Expr:
    return pl.when(sex == "female").then(female).otherwise(male)


def _not_estimable(creat: pl.Expr, sex: pl.Expr, age: pl.Expr) -> tuple[tuple[pl.Expr, str], ...]:
    return (
        (creat <= 0, "creatinine is not above zero"),
        (~sex.is_in(["male", "female"]), "sex is neither male nor female"),
        (age < 0, "sample date is before the date of birth"),
        (age < ADULT, f"age is below {ADULT} years"),
    )


@derives("GFR_CATEGORY")
def gfr_category(
    egfr: pl.Expr, ckd_stages: Sequence[Mapping[str, object]], egfr_rounding: str
) -> Formula:
    """KDIGO GFR category of an eGFR in mL/min/1.73 m2: 1 to 6, and G1 to G5 as text.

    By eGFR alone, which is no diagnosis of chronic kidney disease. `egfr_rounding` says whether
    the eGFR is first rounded as it is reported: KDIGO asks for whole numbers and is silent on
    ties. KDIGO 2024 CKD Guideline. Kidney Int 2024;105(4S):S117-S314.
    """
    return _classified(_as_reported(egfr, egfr_rounding), _bands(ckd_stages, "kdigo_g"))


@derives("CKD_STAGE")
def ckd_stage(
    egfr: pl.Expr, ckd_stages: Sequence[Mapping[str, object]], egfr_rounding: str
) -> Formula:
    """KDOQI stage of an eGFR in mL/min/1.73 m2: 1 to 5, also as text.

    By eGFR alone, rounded as for the GFR category. NKF KDOQI. Am J Kidney Dis 2002;39(2 Suppl
    1):S1-S266.
    """
    return _classified(_as_reported(egfr, egfr_rounding), _bands(ckd_stages, "kdoqi"))


def _as_reported(egfr: pl.Expr, rounding: str) -> pl.Expr:
    if rounding == "none":
        return egfr
    if rounding == "half_up":
        # spelt out: the usual half-to-even sends 44.5 to 44
        return (egfr + 0.5).floor()
    raise ValueError(f"egfr_rounding is half_up or none, not '{rounding}'")


def _bands(
    ckd_stages: Sequence[Mapping[str, object]], scheme: str
) -> list[tuple[float, float, str]]:
    """(low inclusive, high exclusive, category) of a scheme, from the highest eGFR down."""
    bands = [
        (float(s["low"]), _number(s["high"], float("inf")), str(s["category"]))
        for s in ckd_stages
        if s["scheme"] == scheme
    ]
    if not bands:
        raise ValueError(f"ckd_stages has no row of scheme '{scheme}'")
    return sorted(bands, reverse=True)


def _number(value: object, default: float) -> float:
    return default if value in (None, "") else float(value)


def _classified(egfr: pl.Expr, bands: list[tuple[float, float, str]]) -> Formula:
    inside = [(egfr >= low) & (egfr < high) for low, high, _ in bands]
    return Formula(
        value=pl.coalesce(
            pl.when(held).then(pl.lit(float(rank))) for rank, held in enumerate(inside, start=1)
        ),
        undefined=((~pl.any_horizontal(inside), "eGFR lies in no category"),),
        category=pl.coalesce(
            pl.when(held).then(pl.lit(category))
            for held, (_, _, category) in zip(inside, bands, strict=True)
        ),
    )
