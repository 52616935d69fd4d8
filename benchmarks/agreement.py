"""Whether a peer computed what labcohort did."""

from pathlib import Path

import polars as pl

KEY = ["marker", "timepoint"]
TOLERANCE = 1e-9  # relative
FLOOR = 1e-3
NUMBERS = [
    "n_pairs", "change_mean", "t", "t_p", "w_plus", "wilcoxon_p",
    *(f"{visit}_{what}" for visit in ("baseline", "followup")
      for what in ("mean", "sd", "q1", "median", "q3")),
]  # fmt: skip


def ours(comparisons: Path) -> pl.DataFrame:
    """Labcohort's comparisons of all patients in the peers' columns: a row a marker and timepoint.

    `comparisons` is results/restricted/comparisons.csv, with a row a test.
    """
    rows = pl.read_csv(comparisons, infer_schema_length=None).filter(pl.col("cohort") == "all")
    t = rows.filter(pl.col("test") == "paired_t").rename({"statistic": "t", "p_value": "t_p"})
    wilcoxon = rows.filter(pl.col("test") == "wilcoxon_signed_rank")
    wilcoxon = wilcoxon.select(*KEY, wilcoxon_p="p_value")
    return t.join(wilcoxon, on=KEY, validate="1:1").select(*KEY, pl.col(NUMBERS).cast(pl.Float64))


def largest_difference(peer: Path, comparisons: Path) -> float:
    """The largest relative difference of any number of the peer's table from labcohort's.

    ValueError where a marker or timepoint of the peer is none of labcohort's.
    """
    theirs = pl.read_csv(peer).select(*KEY, pl.col(NUMBERS).cast(pl.Float64))
    both = theirs.join(ours(comparisons), on=KEY, suffix="_ours", validate="1:1")
    if both.height != theirs.height or not both.height:
        raise ValueError(f"{peer} has {theirs.height} rows, of which labcohort has {both.height}")
    differences = [_relative(name).max() for name in NUMBERS]
    return both.select(pl.max_horizontal(differences)).item()


def _relative(name: str) -> pl.Expr:
    """The difference over the larger of the two; infinite without one of them.

    A mean change of decimals, and so t, may be zero but for rounding: below FLOOR the difference
    is over FLOOR.
    """
    theirs, ours = pl.col(name), pl.col(f"{name}_ours")
    floor = FLOOR if name in ("change_mean", "t") else 0.0
    larger = pl.max_horizontal(theirs.abs(), ours.abs(), pl.lit(floor))
    share = pl.when(larger == 0).then(0.0).otherwise((theirs - ours).abs() / larger)
    return share.fill_null(float("inf")).fill_nan(float("inf"))
