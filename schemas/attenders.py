"""The attenders artefact: baseline values of those who came back against those who did not."""

import pandera.polars as pa
import polars as pl

from schemas.frames import Model


class Attenders(Model):
    """One row a variable of a comparison of two groups; undefined is null, said in `note`.

    n_a and n_b count the persons of each group who have the variable, n_both those who stand in
    both. Means and SDs are in the marker's canonical unit, on a scale log geometric ones (the SD a
    factor); of a share the mean is the share, and there is no SD. The standardised difference,
    with the interval sd_ci_low to sd_ci_high, is group a less group b, in standard deviations.
    """

    comparison: str = pa.Field(isin=["followup_sets", "any_followup", "paired"])
    group_a: str
    group_b: str
    timepoint: str = pa.Field(nullable=True)
    marker: str = pa.Field(nullable=True)
    variable: str
    scale: str = pa.Field(isin=["linear", "log", "share"])
    n_a: int = pa.Field(ge=0)
    n_b: int = pa.Field(ge=0)
    n_both: int = pa.Field(ge=0)
    mean_a: float = pa.Field(nullable=True)
    sd_a: float = pa.Field(nullable=True, ge=0)
    mean_b: float = pa.Field(nullable=True)
    sd_b: float = pa.Field(nullable=True, ge=0)
    standardised_difference: float = pa.Field(nullable=True)
    sd_ci_low: float = pa.Field(nullable=True)
    sd_ci_high: float = pa.Field(nullable=True)
    note: str = pa.Field(nullable=True)

    class Config:
        strict = True
        ordered = True
        unique = ("comparison", "group_a", "group_b", "timepoint", "marker", "variable")

    @pa.dataframe_check
    def groups_are_counted(cls, data) -> bool:
        """Who stands in both groups stands in each; a group without values has no mean, and one
        with values has one unless the comparison is undefined."""
        c = pl.col
        no_difference = c("standardised_difference").is_null()
        fine = (
            (c("n_both") <= pl.min_horizontal("n_a", "n_b"))
            & ((c("n_a") > 0) | c("mean_a").is_null())
            & ((c("n_b") > 0) | c("mean_b").is_null())
            & (c("mean_a").is_not_null() | (c("n_a") == 0) | no_difference)
            & (c("mean_b").is_not_null() | (c("n_b") == 0) | no_difference)
        )
        return bool(data.lazyframe.select(fine.all()).collect().item())

    @pa.dataframe_check
    def undefined_is_said(cls, data) -> bool:
        """No NaN; a difference has an interval, and one that is not there has a note."""
        c = pl.col
        there = c("standardised_difference").is_not_null()
        fine = pl.all_horizontal(
            there == c("sd_ci_low").is_not_null(),
            there == c("sd_ci_high").is_not_null(),
            there | c("note").is_not_null(),
        )
        frame = data.lazyframe.collect()
        finite = all(x.drop_nulls().is_finite().all() for x in frame.select(pl.col(pl.Float64)))
        return finite and bool(frame.select(fine.all()).item())
