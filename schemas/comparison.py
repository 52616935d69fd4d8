"""The comparison artefacts: a row a planned comparison and test, at full precision, unlabelled."""

import pandera.polars as pa
import polars as pl

from schemas.frames import Model

KEY = ("profile", "family", "marker", "cohort", "timepoint", "test")


class Comparison(Model):
    """One row a (profile, family, marker, cohort, timepoint, test); undefined is null, with why.

    Both tests stand for each row of the plan: `primary` is true for the one that it names.
    Units are the marker's canonical ones. `statistic` is t, or z with the sign of W+ - W-.
    Descriptives are of the very pairs tested; n_baseline and n_followup count the members of
    the cohort at that timepoint who have the marker at baseline and then, `lost` says why the
    others are no pair. All that does not depend on the test is the same in both of its rows.
    """

    profile: str
    family: str
    role: str
    panel: str
    marker: str
    cohort: str
    timepoint: str
    test: str
    primary: bool
    summary: str
    correction: str
    alpha: float = pa.Field(gt=0, lt=1)
    n_members: int = pa.Field(ge=0)
    n_baseline: int = pa.Field(ge=0)
    n_followup: int = pa.Field(ge=0)
    n_pairs: int = pa.Field(ge=0)
    n_lost: int = pa.Field(ge=0)
    lost: str = pa.Field(nullable=True)
    statistic: float = pa.Field(nullable=True)
    df: int = pa.Field(nullable=True, ge=1)
    p_value: float = pa.Field(nullable=True, in_range={"min_value": 0, "max_value": 1})
    p_exact: float = pa.Field(nullable=True, in_range={"min_value": 0, "max_value": 1})
    p_raw_double: float = pa.Field(nullable=True, in_range={"min_value": 0, "max_value": 1})
    agrees: str = pa.Field(
        nullable=True, isin=["yes", "no: sign", "no: alpha", "no: sign and alpha"]
    )
    baseline_mean: float = pa.Field(nullable=True)
    baseline_sd: float = pa.Field(nullable=True, ge=0)
    baseline_sem: float = pa.Field(nullable=True, ge=0)
    baseline_median: float = pa.Field(nullable=True)
    baseline_q1: float = pa.Field(nullable=True)
    baseline_q3: float = pa.Field(nullable=True)
    baseline_iqr: float = pa.Field(nullable=True, ge=0)
    baseline_min: float = pa.Field(nullable=True)
    baseline_max: float = pa.Field(nullable=True)
    followup_mean: float = pa.Field(nullable=True)
    followup_sd: float = pa.Field(nullable=True, ge=0)
    followup_sem: float = pa.Field(nullable=True, ge=0)
    followup_median: float = pa.Field(nullable=True)
    followup_q1: float = pa.Field(nullable=True)
    followup_q3: float = pa.Field(nullable=True)
    followup_iqr: float = pa.Field(nullable=True, ge=0)
    followup_min: float = pa.Field(nullable=True)
    followup_max: float = pa.Field(nullable=True)
    change_mean: float = pa.Field(nullable=True)
    change_sd: float = pa.Field(nullable=True, ge=0)
    change_ci_low: float = pa.Field(nullable=True)
    change_ci_high: float = pa.Field(nullable=True)
    change_median: float = pa.Field(nullable=True)
    hodges_lehmann: float = pa.Field(nullable=True)
    hl_ci_low: float = pa.Field(nullable=True)
    hl_ci_high: float = pa.Field(nullable=True)
    geometric_ratio: float = pa.Field(nullable=True, gt=0)
    gr_ci_low: float = pa.Field(nullable=True, gt=0)
    gr_ci_high: float = pa.Field(nullable=True, gt=0)
    percent_change_median: float = pa.Field(nullable=True)
    d_z: float = pa.Field(nullable=True)
    dz_ci_low: float = pa.Field(nullable=True)
    dz_ci_high: float = pa.Field(nullable=True)
    rank_biserial: float = pa.Field(nullable=True, ge=-1, le=1)
    rb_ci_low: float = pa.Field(nullable=True, ge=-1, le=1)
    rb_ci_high: float = pa.Field(nullable=True, ge=-1, le=1)
    n_positive: int = pa.Field(ge=0)
    n_negative: int = pa.Field(ge=0)
    n_zero: int = pa.Field(ge=0)
    n_ties: int = pa.Field(ge=0)
    w_plus: float = pa.Field(nullable=True, ge=0)
    w_minus: float = pa.Field(nullable=True, ge=0)
    z: float = pa.Field(nullable=True)
    shapiro_w: float = pa.Field(nullable=True, gt=0, le=1)
    shapiro_p: float = pa.Field(nullable=True, ge=0, le=1)
    skewness: float = pa.Field(nullable=True)
    detectable_change: float = pa.Field(nullable=True, ge=0)
    n_censored: int = pa.Field(ge=0)
    n_below_baseline: int = pa.Field(ge=0)
    n_below_followup: int = pa.Field(ge=0)
    selected_on_baseline: bool
    duplicate_of: str = pa.Field(nullable=True)
    equation: str = pa.Field(nullable=True)
    note: str = pa.Field(nullable=True)

    class Config:
        strict = True
        ordered = True
        unique = KEY

    @pa.dataframe_check
    def counts_agree(cls, data) -> bool:
        """Pairs are among those measured at both visits, and each has one sign of change."""
        c = pl.col
        fine = (
            (c("n_pairs") <= pl.min_horizontal("n_baseline", "n_followup"))
            & (pl.max_horizontal("n_baseline", "n_followup") <= c("n_members"))
            & (c("n_pairs") + c("n_lost") == c("n_members"))
            & (c("n_positive") + c("n_negative") + c("n_zero") == c("n_pairs"))
        )
        return bool(data.lazyframe.select(fine.all()).collect().item())

    @pa.dataframe_check
    def no_nan(cls, data) -> bool:
        """What is undefined is null with a note, never NaN."""
        finite = pl.col(pl.Float64).is_finite().all()
        said = (pl.col("p_value").is_not_null() | pl.col("note").is_not_null()).all()
        return all(data.lazyframe.select(finite, said.alias("said")).collect().row(0))

    @pa.dataframe_check
    def one_test_is_primary(cls, data) -> bool:
        """Of the tests of one planned comparison exactly one is primary."""
        counted = data.lazyframe.group_by(KEY[:-1]).agg(pl.col("primary").sum())
        return bool(counted.select((pl.col("primary") == 1).all()).collect().item())


class Adjusted(Comparison):
    """All comparisons, with what only the whole plan tells: adjusted p, the other profile, hash.

    `p_adjusted` and `adjustment` are within the row's family, of primary tests only;
    `profiles_agree` compares the primary tests of one marker, cohort and timepoint in different
    profiles, by the adjusted p where a profile adjusts; `plan` is the digest of the plan
    (config/plan.tsv) that named the comparison, or `post hoc`.
    """

    p_adjusted: float = pa.Field(nullable=True, in_range={"min_value": 0, "max_value": 1})
    adjustment: str = pa.Field(nullable=True)
    profiles_agree: str = pa.Field(
        nullable=True, isin=["yes", "no: sign", "no: alpha", "no: sign and alpha"]
    )
    plan: str
