"""Cholesterol fractions, their ratios, and remnant cholesterol."""

import polars as pl

from labcohort.derive.registry import Formula, derives

# mmol/L that no assay sees
DUST = 1e-9


@derives("HDL_RATIO")
def hdl_ratio(tc: pl.Expr, hdl: pl.Expr) -> Formula:
    """Total over HDL cholesterol, both in mmol/L; a number without unit.

    Undefined for HDL of zero or less, or above total cholesterol. Castelli WP et al.
    Circulation 1983;67:730-734.
    """
    return Formula(value=tc / hdl, undefined=contradictions(tc, hdl))


@derives("NON_HDL")
def non_hdl(tc: pl.Expr, hdl: pl.Expr) -> Formula:
    """Total less HDL cholesterol, both in mmol/L; in mmol/L.

    Undefined for HDL of zero or less, or above total cholesterol. NCEP ATP III (2002).
    """
    return Formula(value=tc - hdl, undefined=contradictions(tc, hdl))


@derives("AIP")
def atherogenic_index_of_plasma(tg: pl.Expr, hdl: pl.Expr) -> Formula:
    """Atherogenic index of plasma: log10 of triglycerides over HDL cholesterol, both in mmol/L.

    A molar ratio: in mg/dL the index would be 0.36 higher. Undefined for either of zero or less.
    Dobiasova M, Frohlich J. Clin Biochem 2001;34:583-588.
    """
    return Formula(
        value=(tg / hdl).log10(),
        undefined=(
            (tg <= 0, "triglycerides are not above zero"),
            (hdl <= 0, "HDL cholesterol is not above zero"),
        ),
    )


# Remnant cholesterol by whatever LDL cholesterol is taken from the rest: one choice a study, so
# that a measured LDL and a calculated one are never compared within a pair.


@derives("REMNANT_C", method="measured")
def remnant_by_measured_ldl(tc: pl.Expr, hdl: pl.Expr, ldl: pl.Expr) -> Formula:
    """Remnant cholesterol in mmol/L: total less HDL less measured LDL cholesterol, in mmol/L.

    Undefined for HDL of zero or less or above total cholesterol, LDL below zero, and where HDL
    and LDL together exceed the total. Varbo A et al. J Am Coll Cardiol 2013;61:427-436.
    """
    return _remnant(tc, hdl, ldl)


@derives("REMNANT_C", method="friedewald")
def remnant_by_friedewald(tc: pl.Expr, hdl: pl.Expr, ldl_friedewald: pl.Expr) -> Formula:
    """Remnant cholesterol in mmol/L with LDL by Friedewald: a fifth of triglycerides in mg/dL.

    By construction, so that it holds nothing that triglycerides do not. Undefined where that
    LDL is. Varbo A et al. J Am Coll Cardiol 2013;61:427-436.
    """
    return _remnant(tc, hdl, ldl_friedewald)


@derives("REMNANT_C", method="sampson")
def remnant_by_sampson(tc: pl.Expr, hdl: pl.Expr, ldl_sampson: pl.Expr) -> Formula:
    """Remnant cholesterol in mmol/L with LDL by Sampson-NIH; undefined where that LDL is.

    Also where HDL and LDL together exceed the total, which the equation allows. Varbo A et al.
    J Am Coll Cardiol 2013;61:427-436.
    """
    return _remnant(tc, hdl, ldl_sampson)


@derives("REMNANT_C", method="martin_hopkins")
def remnant_by_martin_hopkins(tc: pl.Expr, hdl: pl.Expr, ldl_martin_hopkins: pl.Expr) -> Formula:
    """Remnant cholesterol in mmol/L with LDL by Martin-Hopkins; undefined where that LDL is.

    Varbo A et al. J Am Coll Cardiol 2013;61:427-436.
    """
    return _remnant(tc, hdl, ldl_martin_hopkins)


def _remnant(tc: pl.Expr, hdl: pl.Expr, ldl: pl.Expr) -> Formula:
    rest = difference(tc - hdl - ldl)
    return Formula(
        value=rest,
        undefined=(
            *contradictions(tc, hdl),
            (ldl < 0, "LDL cholesterol is below zero"),
            (rest < 0, "HDL and LDL cholesterol exceed total cholesterol"),
        ),
    )


def difference(mmol_per_l: pl.Expr) -> pl.Expr:
    """A difference whose zero is zero: 5.2 - 1.3 - 3.9 is not the 4e-16 that binary makes of it."""
    return pl.when(mmol_per_l.abs() <= DUST).then(0.0).otherwise(mmol_per_l)


def contradictions(tc: pl.Expr, hdl: pl.Expr) -> tuple[tuple[pl.Expr, str], ...]:
    """What no formula takes: HDL cholesterol of zero or less, or above total cholesterol."""
    return (
        (hdl <= 0, "HDL cholesterol is not above zero"),
        (hdl > tc, "HDL cholesterol is above total cholesterol"),
    )
