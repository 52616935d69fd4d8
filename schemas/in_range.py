"""The in-range artefact: pairs by whether their values lie in the reference range."""

import pandera.polars as pa
import polars as pl

from schemas.frames import Model

CENTRES = ("yes", "no", "depends")


class InRange(Model):
    """One row a (cohort, marker, timepoint); undefined is null, said in `note`.

    Of n_pairs, n_judged have a range at both visits: each value its own laboratory's (n_own_range
    of the two a pair), else that of the table. in_out counts those inside before and outside
    after. Shares are of n_judged, `difference` is follow-up less baseline. `range_low` and
    `range_high` are given where one range served all. `centre_…` says whether the median lies
    inside the ranges used: yes for all, no for none, else depends. `p_mcnemar` describes: it is
    adjusted for nothing and counted in no family.
    """

    cohort: str
    marker: str
    timepoint: str
    n_pairs: int = pa.Field(ge=0)
    n_judged: int = pa.Field(ge=0)
    n_without_range: int = pa.Field(ge=0)
    n_own_range: int = pa.Field(ge=0)
    n_censored: int = pa.Field(ge=0)
    range_low: float = pa.Field(nullable=True)
    range_high: float = pa.Field(nullable=True)
    in_in: int = pa.Field(ge=0)
    in_out: int = pa.Field(ge=0)
    out_in: int = pa.Field(ge=0)
    out_out: int = pa.Field(ge=0)
    share_baseline: float = pa.Field(nullable=True, in_range={"min_value": 0, "max_value": 1})
    share_followup: float = pa.Field(nullable=True, in_range={"min_value": 0, "max_value": 1})
    difference: float = pa.Field(nullable=True, in_range={"min_value": -1, "max_value": 1})
    difference_ci_low: float = pa.Field(nullable=True, in_range={"min_value": -1, "max_value": 1})
    difference_ci_high: float = pa.Field(nullable=True, in_range={"min_value": -1, "max_value": 1})
    p_mcnemar: float = pa.Field(nullable=True, in_range={"min_value": 0, "max_value": 1})
    selected_on_baseline: bool
    below_baseline: int = pa.Field(ge=0)
    above_baseline: int = pa.Field(ge=0)
    below_followup: int = pa.Field(ge=0)
    above_followup: int = pa.Field(ge=0)
    centre_baseline: str = pa.Field(nullable=True, isin=list(CENTRES))
    centre_followup: str = pa.Field(nullable=True, isin=list(CENTRES))
    note: str = pa.Field(nullable=True)

    class Config:
        strict = True
        ordered = True
        unique = ("cohort", "marker", "timepoint")

    @pa.dataframe_check
    def counts_add_up(cls, data) -> bool:
        """Each pair is judged or without a range, and each judged value inside, below or above."""
        c = pl.col
        fine = (
            (c("n_judged") + c("n_without_range") == c("n_pairs"))
            & (pl.sum_horizontal("in_in", "in_out", "out_in", "out_out") == c("n_judged"))
            & (c("below_baseline") + c("above_baseline") == c("out_in") + c("out_out"))
            & (c("below_followup") + c("above_followup") == c("in_out") + c("out_out"))
            & (pl.max_horizontal("n_own_range", "n_censored") <= 2 * c("n_judged"))
        )
        return bool(data.lazyframe.select(fine.all()).collect().item())

    @pa.dataframe_check
    def undefined_is_said(cls, data) -> bool:
        """No NaN; shares exist where pairs are judged; a test that is not there has a note."""
        c = pl.col
        of_pairs = ("share_baseline", "share_followup", "difference", "difference_ci_low",
                    "difference_ci_high", "centre_baseline", "centre_followup")  # fmt: skip
        fine = pl.all_horizontal(
            *(c(name).is_not_null() == (c("n_judged") > 0) for name in of_pairs),
            c("p_mcnemar").is_not_null() | c("note").is_not_null(),
            (c("difference_ci_low") <= c("difference_ci_high")).fill_null(True),
        )
        frame = data.lazyframe.collect()
        finite = all(x.drop_nulls().is_finite().all() for x in frame.select(pl.col(pl.Float64)))
        return finite and bool(frame.select(fine.all()).item())
