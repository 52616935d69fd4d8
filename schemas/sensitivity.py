"""The sensitivity artefacts: comparisons under other decisions, and shares of these."""

import pandera.polars as pa
import polars as pl

from schemas.frames import Model

SHARES = ("same_sign", "below_alpha", "same_sign_below_alpha")


class Specification(Model):
    """One row a specification: a planned comparison's test under one set of decisions.

    `equation` and `censored` are null where they have no part in the comparison; windows are days
    before and after the timepoint's target day. `statistic` is t, or z with the sign of W+ - W-;
    an undefined test has a reason. `declared` marks the plan's own specification: `same_sign`
    compares with its sign, and is null where either is undefined.
    """

    profile: str
    family: str
    marker: str
    cohort: str
    timepoint: str
    equation: str = pa.Field(nullable=True)
    censored: str = pa.Field(nullable=True)
    window_before: int = pa.Field(ge=0)
    window_after: int = pa.Field(ge=0)
    test: str
    n_pairs: int = pa.Field(ge=0)
    statistic: float = pa.Field(nullable=True)
    p_value: float = pa.Field(nullable=True, in_range={"min_value": 0, "max_value": 1})
    same_sign: bool = pa.Field(nullable=True)
    below_alpha: bool = pa.Field(nullable=True)
    declared: bool
    reason: str = pa.Field(nullable=True)

    class Config:
        strict = True
        ordered = True
        unique = (
            "profile", "family", "marker", "cohort", "timepoint",
            "equation", "censored", "window_before", "window_after", "test",
        )  # fmt: skip

    @pa.dataframe_check
    def tested_or_reason(cls, data) -> bool:
        """Each row has a finite statistic, a p and its place against alpha, or else a reason."""
        c = pl.col
        found = [c(name).is_not_null() for name in ("statistic", "p_value", "below_alpha")]
        fine = pl.all_horizontal(
            *(one.xor(c("reason").is_not_null()) for one in found),
            c("statistic").is_finite().fill_null(True),
            c("p_value").is_finite().fill_null(True),
        )
        return bool(data.lazyframe.select(fine.all()).collect().item())

    @pa.dataframe_check
    def one_is_declared(cls, data) -> bool:
        """Exactly one specification of each comparison is the plan's own."""
        key = ("profile", "family", "marker", "cohort", "timepoint")
        counted = data.lazyframe.group_by(key).agg(pl.col("declared").sum())
        return bool(counted.select((pl.col("declared") == 1).all()).collect().item())


class Sensitivity(Model):
    """One row a planned comparison: how many of its specifications agree with the declared one.

    Shares have n_valid, the specifications whose test is defined, as denominator, and are null
    where it is 0; those of signs also where the declared test is undefined. `crosses_alpha_by`
    names the levels at which p lies on the other side of alpha than declared, one dimension
    changed at a time; `n_distinct` counts the different results among the valid. `note` says what
    the shares are not.
    """

    profile: str
    family: str
    marker: str
    cohort: str
    timepoint: str
    reference_test: str
    n_grid: int = pa.Field(ge=1)
    n_valid: int = pa.Field(ge=0)
    n_distinct: int = pa.Field(ge=0)
    n_same_sign: int = pa.Field(nullable=True, ge=0)
    share_same_sign: float = pa.Field(nullable=True, in_range={"min_value": 0, "max_value": 1})
    n_below_alpha: int = pa.Field(ge=0)
    share_below_alpha: float = pa.Field(nullable=True, in_range={"min_value": 0, "max_value": 1})
    n_same_sign_below_alpha: int = pa.Field(nullable=True, ge=0)
    share_same_sign_below_alpha: float = pa.Field(
        nullable=True, in_range={"min_value": 0, "max_value": 1}
    )
    alpha: float = pa.Field(gt=0, lt=1)
    dimensions: str
    crosses_alpha_by: str = pa.Field(nullable=True)
    note: str = pa.Field(str_length={"min_value": 1})

    class Config:
        strict = True
        ordered = True
        unique = ("profile", "family", "marker", "cohort", "timepoint")

    @pa.dataframe_check
    def shares_have_their_denominator(cls, data) -> bool:
        """Each share is its count of n_valid, and null only where it has none."""
        c = pl.col
        valid = c("n_valid")
        fine = [valid <= c("n_grid"), c("n_distinct") <= valid]
        for name in SHARES:
            count, share = c(f"n_{name}"), c(f"share_{name}")
            defined = count.is_not_null() & (valid > 0)
            fine += [
                (count <= valid).fill_null(True),
                share.is_not_null() == defined,
                ((share * valid - count).abs() < 1e-9).fill_null(True),
            ]
        frame = data.lazyframe.select(pl.all_horizontal(fine).all())
        return bool(frame.collect().item())
