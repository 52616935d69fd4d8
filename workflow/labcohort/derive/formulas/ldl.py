"""Calculated LDL cholesterol: markers of their own, never mixed with a measured one.

The equations are printed in mg/dL and computed so: from mmol/L by the factors of
resources/conversions.tsv (38.6664 for cholesterol, 88.5453 for triglycerides) and back by that of
cholesterol. Their limits of triglycerides are those in mg/dL too: 400 mg/dL is 4.517 mmol/L, and
guidelines' 4.5 lies a little below. All of them ask for a fasting sample.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from math import inf, isfinite

import polars as pl

from labcohort.derive.formulas.lipid import contradictions, difference
from labcohort.derive.formulas.mg_per_dl import (
    as_sent,
    cholesterol_mg_per_dl,
    cholesterol_mmol_per_l,
    triglycerides_mg_per_dl,
)
from labcohort.derive.registry import Formula, derives

# mg/dL of triglycerides up to which, inclusive, an equation is computed
FRIEDEWALD_LIMIT = 400
SAMPSON_LIMIT = 800


@derives("LDL_FRIEDEWALD")
def ldl_friedewald(tc: pl.Expr, hdl: pl.Expr, tg: pl.Expr) -> Formula:
    """LDL cholesterol in mmol/L by Friedewald: total - HDL - triglycerides / 5 in mg/dL.

    Undefined for triglycerides of zero or less or above 400 mg/dL (400 itself is computed; the
    paper and practice differ), HDL of zero or less or above total cholesterol, and a negative
    result. Not for type III hyperlipoproteinaemia. Friedewald WT et al. Clin Chem
    1972;18:499-502.
    """
    value = difference(tc - hdl - cholesterol_mmol_per_l(triglycerides_mg_per_dl(tg) / 5))
    return Formula(value, _not_calculable(tc, hdl, tg, value, FRIEDEWALD_LIMIT))


@derives("LDL_SAMPSON")
def ldl_sampson(tc: pl.Expr, hdl: pl.Expr, tg: pl.Expr) -> Formula:
    """LDL cholesterol in mmol/L by the Sampson-NIH equation 2, computed in mg/dL.

    TC/0.948 - HDL/0.971 - (TG/8.56 + TG*nonHDL/2140 - TG^2/16100) - 9.44. Undefined as
    Friedewald's, but for triglycerides above 800 mg/dL. Sampson M et al. JAMA Cardiol
    2020;5:540-548.
    """
    total, high = cholesterol_mg_per_dl(tc), cholesterol_mg_per_dl(hdl)
    fat = triglycerides_mg_per_dl(tg)
    very_low = fat / 8.56 + fat * (total - high) / 2140 - fat * fat / 16100
    value = difference(cholesterol_mmol_per_l(total / 0.948 - high / 0.971 - very_low - 9.44))
    return Formula(value, _not_calculable(tc, hdl, tg, value, SAMPSON_LIMIT))


@derives("LDL_MARTIN_HOPKINS")
def ldl_martin_hopkins(
    tc: pl.Expr, hdl: pl.Expr, tg: pl.Expr, martin_hopkins: Sequence[Mapping[str, object]]
) -> Formula:
    """LDL cholesterol in mmol/L by Martin-Hopkins: non-HDL - triglycerides / factor in mg/dL.

    The factor is that of the strata in which triglycerides and non-HDL cholesterol lie, both
    rounded half up to whole mg/dL (the table is of whole numbers; the paper is silent).
    `martin_hopkins` holds its cells: tg_low, tg_high, non_hdl_low, non_hdl_high (inclusive, None
    or '' where open) and factor. Undefined outside its strata, for HDL of zero or less or above
    total cholesterol, and a negative result. Flagged above 400 mg/dL of triglycerides, where all
    lie in one stratum. Martin SS et al. JAMA 2013;310:2061-2068.
    """
    fat = as_sent(triglycerides_mg_per_dl(tg))
    rest = as_sent(cholesterol_mg_per_dl(tc - hdl))
    factor = _factor(_half_up(fat), _half_up(rest), martin_hopkins)
    value = difference(tc - hdl - cholesterol_mmol_per_l(triglycerides_mg_per_dl(tg) / factor))
    outside = (
        factor.is_null(),
        "triglycerides or non-HDL cholesterol lie outside the table of factors",
    )
    return Formula(
        value,
        (*contradictions(tc, hdl), _no_fat(tg), outside, _negative(value)),
        flags=((fat > FRIEDEWALD_LIMIT, "triglycerides_above_400"),),
    )


def _factor(fat: pl.Expr, rest: pl.Expr, cells: Sequence[Mapping[str, object]]) -> pl.Expr:
    """The factor of the cell where both whole numbers lie, null where none is."""
    rows, columns = _edges(cells, "tg"), _edges(cells, "non_hdl")
    width = len(columns) + 1
    factors = {
        bisect_right(rows, _low(cell, "tg")) * width
        + bisect_right(columns, _low(cell, "non_hdl")): float(cell["factor"])
        for cell in cells
    }
    place = _place(fat, rows) * width + _place(rest, columns)
    return place.replace_strict(
        list(factors), list(factors.values()), default=None, return_dtype=pl.Float64
    )


def _edges(cells: Sequence[Mapping[str, object]], axis: str) -> list[float]:
    """Where an axis passes from one stratum to the next, or to what lies in none."""
    lows = {_low(cell, axis) for cell in cells}
    return sorted({edge for edge in lows | {_high(c, axis) + 1 for c in cells} if isfinite(edge)})


def _place(number: pl.Expr, edges: list[float]) -> pl.Expr:
    """How many edges lie at or below each number."""
    return pl.lit(pl.Series(edges)).search_sorted(number, side="right").cast(pl.Int32)


def _low(cell: Mapping[str, object], axis: str) -> float:
    low = cell[f"{axis}_low"]
    return -inf if low in (None, "") else float(low)


def _high(cell: Mapping[str, object], axis: str) -> float:
    high = cell[f"{axis}_high"]
    return inf if high in (None, "") else float(high)


def _half_up(number: pl.Expr) -> pl.Expr:
    # spelt out: the usual half-to-even sends 132.5 to 132
    return (number + 0.5).floor()


def _not_calculable(
    tc: pl.Expr, hdl: pl.Expr, tg: pl.Expr, value: pl.Expr, limit: int
) -> tuple[tuple[pl.Expr, str], ...]:
    above = as_sent(triglycerides_mg_per_dl(tg)) > limit
    return (
        *contradictions(tc, hdl),
        _no_fat(tg),
        (above, f"triglycerides are above {limit} mg/dL"),
        _negative(value),
    )


def _no_fat(tg: pl.Expr) -> tuple[pl.Expr, str]:
    return (tg <= 0, "triglycerides are not above zero")


def _negative(value: pl.Expr) -> tuple[pl.Expr, str]:
    return (value < 0, "the equation gives a negative LDL cholesterol")
