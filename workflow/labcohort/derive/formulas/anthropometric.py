"""Body measures."""

import polars as pl

from labcohort.derive.registry import Formula, derives


@derives("BMI")
def bmi(weight: pl.Expr, height: pl.Expr) -> Formula:
    """Body mass index in kg/m2: weight [kg] over the square of height [cm / 100].

    Both of the same date: a height is not carried over from another visit. Undefined for a
    weight or height of zero or less. WHO Technical Report Series 894 (2000).
    """
    metres = height / 100
    return Formula(
        # a product and not a power: 76.5625 kg at 175 cm is 25 to the last bit
        value=weight / (metres * metres),
        undefined=(
            (height <= 0, "height is not above zero"),
            (weight <= 0, "weight is not above zero"),
        ),
    )


@derives("WHTR")
def waist_height_ratio(waist: pl.Expr, height: pl.Expr) -> Formula:
    """Waist circumference over height, both in cm; a number without unit.

    Both of the same date. Undefined for a waist or height of zero or less. Ashwell M, Hsieh SD.
    Int J Food Sci Nutr 2005;56:303-307.
    """
    return Formula(
        value=waist / height,
        undefined=(
            (height <= 0, "height is not above zero"),
            (waist <= 0, "waist circumference is not above zero"),
        ),
    )


@derives("WHR")
def waist_hip_ratio(waist: pl.Expr, hip: pl.Expr) -> Formula:
    """Waist over hip circumference, both in cm; a number without unit.

    Undefined for a circumference of zero or less. WHO Expert Consultation on Waist
    Circumference and Waist-Hip Ratio (2008).
    """
    return Formula(
        value=waist / hip,
        undefined=(
            (hip <= 0, "hip circumference is not above zero"),
            (waist <= 0, "waist circumference is not above zero"),
        ),
    )
