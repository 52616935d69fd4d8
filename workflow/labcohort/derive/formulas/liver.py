"""Serum proteins, and scores of fatty liver and fibrosis."""

import polars as pl

from labcohort.derive.formulas.mg_per_dl import triglycerides_mg_per_dl
from labcohort.derive.registry import Formula, derives

# upper limit of normal of AST in U/L, where the laboratory sent none
AST_UPPER_LIMIT = 40.0
# years below which FIB-4 was not validated (McPherson S et al. Am J Gastroenterol 2017;112:740)
FIB4_AGE = 35


@derives("GLOB")
def globulin(tp: pl.Expr, alb: pl.Expr) -> Formula:
    """Globulin in g/L: total protein less albumin, both in g/L.

    Undefined for albumin of zero or less, or not below total protein (mostly a mixture of g/dL
    and g/L). Definition.
    """
    return Formula(
        value=tp - alb,
        undefined=(
            (alb <= 0, "albumin is not above zero"),
            (alb >= tp, "albumin is not below total protein"),
        ),
    )


@derives("AG_RATIO")
def albumin_globulin_ratio(alb: pl.Expr, glob: pl.Expr) -> Formula:
    """Albumin over globulin (total protein less albumin), both in g/L; a number without unit.

    Undefined where globulin is, and for albumin of zero or less. Definition.
    """
    return Formula(
        value=alb / glob,
        undefined=(
            (alb <= 0, "albumin is not above zero"),
            (glob <= 0, "globulin is not above zero"),
        ),
    )


@derives("DE_RITIS")
def de_ritis_ratio(ast: pl.Expr, alt: pl.Expr) -> Formula:
    """De Ritis ratio: AST over ALT, both in U/L; a number without unit.

    Undefined for ALT of zero or less and AST below zero. De Ritis F et al. Clin Chim Acta
    1957;2:70-74.
    """
    return Formula(value=ast / alt, undefined=(_no_alt(alt), _negative_ast(ast)))


@derives("FIB4")
def fib_4(ast: pl.Expr, alt: pl.Expr, plt: pl.Expr, age: pl.Expr) -> Formula:
    """FIB-4 index: age [years] * AST [U/L] / (platelets [10*9/L] * square root of ALT [U/L]).

    Age at the sample date. Undefined for ALT or platelets of zero or less, AST below zero and a
    sample from before birth; flagged below 35 years, where it was not validated. Sterling RK et
    al. Hepatology 2006;43:1317-1325.
    """
    return Formula(
        value=age * ast / (plt * alt.sqrt()),
        undefined=(
            _no_alt(alt),
            _no_platelets(plt),
            _negative_ast(ast),
            (age < 0, "sample date is before the date of birth"),
        ),
        flags=((age < FIB4_AGE, "age_below_35"),),
    )


@derives("APRI")
def ast_platelet_ratio_index(ast: pl.Expr, plt: pl.Expr, ast_upper_limit: pl.Expr) -> Formula:
    """APRI: AST in multiples of its upper limit of normal * 100 / platelets [10*9/L].

    The limit is the laboratory's own of that very result; 40 U/L, flagged, where it sent none or
    one that is not above zero. Undefined for platelets of zero or less and AST below zero. Wai CT
    et al. Hepatology 2003;38:518-526.
    """
    own = ast_upper_limit > 0
    limit = pl.when(own).then(ast_upper_limit).otherwise(AST_UPPER_LIMIT)
    return Formula(
        value=ast / limit * 100 / plt,
        undefined=(_no_platelets(plt), _negative_ast(ast)),
        flags=((~own.fill_null(value=False), "ast_upper_limit_assumed"),),
    )


@derives("FLI")
def fatty_liver_index(tg: pl.Expr, ggt: pl.Expr, bmi: pl.Expr, waist: pl.Expr) -> Formula:
    """Fatty liver index, 0 to 100: the logistic function of L, in percent.

    L = 0.953 ln TG [mg/dL] + 0.139 BMI [kg/m2] + 0.718 ln GGT [U/L] + 0.053 waist [cm] - 15.745;
    triglycerides are converted from mmol/L (88.5453). Undefined for triglycerides, GGT or waist
    of zero or less. Bedogni G et al. BMC Gastroenterol 2006;6:33.
    """
    fat = 0.953 * triglycerides_mg_per_dl(tg).log()
    logit = fat + 0.139 * bmi + 0.718 * ggt.log() + 0.053 * waist - 15.745
    return Formula(
        # as e^L / (1 + e^L) it would overflow to no number
        value=100 / (1 + (-logit).exp()),
        undefined=(
            (tg <= 0, "triglycerides are not above zero"),
            (ggt <= 0, "GGT is not above zero"),
            (waist <= 0, "waist circumference is not above zero"),
        ),
    )


def _no_alt(alt: pl.Expr) -> tuple[pl.Expr, str]:
    return (alt <= 0, "ALT is not above zero")


def _negative_ast(ast: pl.Expr) -> tuple[pl.Expr, str]:
    return (ast < 0, "AST is below zero")


def _no_platelets(plt: pl.Expr) -> tuple[pl.Expr, str]:
    return (plt <= 0, "platelets are not above zero")
