"""The regression artefact: what regression to the mean alone would have changed."""

import pandera.polars as pa
import polars as pl

from schemas.frames import Model


class Regression(Model):
    """One row a cohort selected on a baseline value, marker, timepoint, statistic and estimator.

    `observed` is the change of the selected, `expected` the change that regression to the mean
    alone would bring, `difference` the one less the other, all with percentile intervals (of a
    bootstrap of the persons; `note` says where of a bag of little bootstraps), in the canonical
    unit of `marker`. `low` and `high` are the band of the selecting marker's baseline value in its
    unit (null: open; both null: no single interval, said in `note`). Of n_all, n_selected are in
    the band at baseline, n_reversed at follow-up less the whole cohort's change; the time-reversed
    estimate takes that change off the described marker too.

    The normal model's parameters (null for time-reversed selection, which has none): `mu` and
    `sigma`, mean and SD of the selecting marker at baseline; `mu_marker` and `sigma_marker`, of
    `marker` at baseline; `rho_baseline` and `rho`, correlation of `marker` at baseline and at
    follow-up with the selecting marker at baseline (1 and the reliability for the selecting marker
    itself). On a log scale they are those of natural logarithms.
    """

    cohort: str
    timepoint: str
    marker: str
    selecting_marker: str
    low: float = pa.Field(nullable=True)
    high: float = pa.Field(nullable=True)
    selecting_scale: str = pa.Field(isin=["linear", "log"])
    scale: str = pa.Field(isin=["linear", "log"])
    statistic: str = pa.Field(isin=["mean", "median"])
    estimator: str = pa.Field(isin=["truncated_normal", "time_reversed"])
    rho_source: str = pa.Field(isin=["data", "external"])
    reliability_source: str = pa.Field(nullable=True)
    n_all: int = pa.Field(ge=0)
    n_selected: int = pa.Field(nullable=True, ge=0)
    n_reversed: int = pa.Field(nullable=True, ge=0)
    mu: float = pa.Field(nullable=True)
    sigma: float = pa.Field(nullable=True, ge=0)
    mu_marker: float = pa.Field(nullable=True)
    sigma_marker: float = pa.Field(nullable=True, ge=0)
    rho_baseline: float = pa.Field(nullable=True, in_range={"min_value": -1, "max_value": 1})
    rho: float = pa.Field(nullable=True, in_range={"min_value": -1, "max_value": 1})
    observed: float = pa.Field(nullable=True)
    observed_ci_low: float = pa.Field(nullable=True)
    observed_ci_high: float = pa.Field(nullable=True)
    expected: float = pa.Field(nullable=True)
    expected_ci_low: float = pa.Field(nullable=True)
    expected_ci_high: float = pa.Field(nullable=True)
    difference: float = pa.Field(nullable=True)
    difference_ci_low: float = pa.Field(nullable=True)
    difference_ci_high: float = pa.Field(nullable=True)
    estimators_differ: bool = pa.Field(nullable=True)
    label: str
    note: str = pa.Field(nullable=True)

    class Config:
        strict = True
        ordered = True
        unique = ("cohort", "timepoint", "marker", "statistic", "estimator", "rho_source")

    @pa.dataframe_check
    def selected_are_of_all(cls, data) -> bool:
        """The selected are among the whole cohort."""
        fine = (pl.col("n_selected") <= pl.col("n_all")).fill_null(True)
        return bool(data.lazyframe.select(fine.all()).collect().item())

    @pa.dataframe_check
    def undefined_is_said(cls, data) -> bool:
        """What is undefined is null with a note, never NaN."""
        frame = data.lazyframe.collect()
        floats = frame.select(pl.col(pl.Float64))
        finite = all(column.drop_nulls().is_finite().all() for column in floats)
        missing = pl.any_horizontal(
            pl.col("observed_ci_low", "expected_ci_low", "difference_ci_low").is_null()
        )
        return finite and frame.filter(missing).get_column("note").null_count() == 0
