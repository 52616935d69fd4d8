"""The baseline artefact: what is known at baseline of groups that stand beside each other."""

import pandera.polars as pa
import polars as pl

from schemas.frames import Model


class Baseline(Model):
    """One row a variable of a group, and one a category of it; undefined is null.

    `cohorts` names the groups that stand beside each other, as config/tables.tsv does. Of one
    cohort they are `all` its members (eligible, with a result at any timepoint), those at each
    follow-up (`at_followup`, with its timepoint), and those at none (`no_followup`, where there
    are such); of several the members of each at any follow-up (`any_followup`).

    n of the n_members have the variable, n_missing have not. On the scales linear and log mean,
    SD, median and quartiles are in the marker's canonical unit (log says that the standardised
    difference is of logarithms), and n_at_limit values are, or rest on, a limit. A variable of the
    scale category has a row whose `category` is null, and one a category with its `count`.

    The standardised difference, with the interval sd_ci_low to sd_ci_high, is that of `against`
    (the first follow-up or cohort) less this group; of more than two categories it has no sign
    and no interval.
    """

    cohorts: str
    cohort: str
    members: str = pa.Field(isin=["all", "at_followup", "no_followup", "any_followup"])
    timepoint: str = pa.Field(nullable=True)
    variable: str
    scale: str = pa.Field(isin=["linear", "log", "category"])
    category: str = pa.Field(nullable=True)
    n_members: int = pa.Field(ge=0)
    n: int = pa.Field(ge=0)
    n_missing: int = pa.Field(ge=0)
    count: int = pa.Field(nullable=True, ge=0)
    n_at_limit: int = pa.Field(nullable=True, ge=0)
    mean: float = pa.Field(nullable=True)
    sd: float = pa.Field(nullable=True, ge=0)
    median: float = pa.Field(nullable=True)
    q1: float = pa.Field(nullable=True)
    q3: float = pa.Field(nullable=True)
    against: str = pa.Field(nullable=True)
    standardised_difference: float = pa.Field(nullable=True)
    sd_ci_low: float = pa.Field(nullable=True)
    sd_ci_high: float = pa.Field(nullable=True)
    note: str = pa.Field(nullable=True)

    class Config:
        strict = True
        ordered = True
        unique = ("cohorts", "cohort", "members", "timepoint", "variable", "category")

    @pa.dataframe_check
    def counts_add_up(cls, data) -> bool:
        """Members have the variable or lack it, and those who have it are of one category each."""
        c = pl.col
        whole = c("n") + c("n_missing") == c("n_members")
        counted = c("count").is_not_null() == c("category").is_not_null()
        group = ("cohorts", "cohort", "members", "timepoint", "variable")
        of_category = data.lazyframe.filter(c("scale") == "category", c("category").is_not_null())
        sums = of_category.group_by(group).agg(c("count").sum(), c("n").first())
        fine = data.lazyframe.select((whole & counted).all()).collect().item()
        return bool(fine and sums.select((c("count") == c("n")).all()).collect().item())

    @pa.dataframe_check
    def undefined_is_said(cls, data) -> bool:
        """No NaN and no infinity; an interval has both ends and a difference, and a difference
        that is asked for and not there has a note."""
        c = pl.col
        there = c("standardised_difference").is_not_null()
        fine = pl.all_horizontal(
            c("sd_ci_low").is_not_null() == c("sd_ci_high").is_not_null(),
            there | c("sd_ci_low").is_null(),
            there | c("against").is_null() | c("note").is_not_null(),
            c("against").is_not_null() | ~there,
            pl.all_horizontal(pl.col(pl.Float64).is_finite().fill_null(True)),
        )
        return bool(data.lazyframe.select(fine.all()).collect().item())
