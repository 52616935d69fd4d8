"""Testosterone that is not bound to its binding globulin."""

import polars as pl

from labcohort.derive.registry import Formula, derives

# Vermeulen 1999: association constants in L/mol, and the molar mass of albumin in g/mol
ALBUMIN_CONSTANT = 3.6e4
SHBG_CONSTANT = 1e9
ALBUMIN_MASS = 69000
NMOL = 1e-9


@derives("FREE_TESTO")
def free_testosterone_vermeulen(testo: pl.Expr, shbg: pl.Expr, alb: pl.Expr) -> Formula:
    """Free testosterone in nmol/L from total testosterone, SHBG [nmol/L] and albumin [g/L].

    Vermeulen's law of mass action: free + bound to albumin + bound to SHBG = total, with Ka =
    3.6e4 and Ks = 1e9 L/mol and albumin of 69 000 g/mol. All of the same sample: albumin is
    needed, and no usual value of 43 g/L stands in for it. Undefined for testosterone or SHBG
    below zero and albumin of zero or less. Vermeulen A et al. J Clin Endocrinol Metab
    1999;84:3666-3672.
    """
    # N: what is free or on albumin, per free testosterone; k: L/nmol of SHBG
    n = 1 + ALBUMIN_CONSTANT * alb / ALBUMIN_MASS
    k = SHBG_CONSTANT * NMOL
    b = n + k * (shbg - testo)
    root = (b * b + 4 * n * k * testo).sqrt()
    return Formula(
        # the same root of the quadratic, written so that no digits cancel for either sign of b
        value=pl.when(b > 0).then(2 * testo / (b + root)).otherwise((root - b) / (2 * n * k)),
        undefined=(
            _negative_testosterone(testo),
            (shbg < 0, "SHBG is below zero"),
            (alb <= 0, "albumin is not above zero"),
        ),
    )


@derives("FAI")
def free_androgen_index(testo: pl.Expr, shbg: pl.Expr) -> Formula:
    """Free androgen index: 100 * testosterone over SHBG, both in nmol/L; without unit.

    Meant for women: unreliable in men (Vermeulen 1999). Undefined for SHBG of zero or less and
    testosterone below zero. Vermeulen A et al. J Clin Endocrinol Metab 1999;84:3666-3672.
    """
    return Formula(
        value=100 * testo / shbg,
        undefined=(_negative_testosterone(testo), (shbg <= 0, "SHBG is not above zero")),
    )


def _negative_testosterone(testo: pl.Expr) -> tuple[pl.Expr, str]:
    return (testo < 0, "testosterone is below zero")
