"""Results of one person over time: what changed more than it should. Flags, never a fate."""

import math

import polars as pl

from labcohort.derive.age import age_at
from labcohort.flags import added

HEIGHT = "HEIGHT"
# cm; above what two measurements of an adult differ by, a proposal
HEIGHT_CHANGE = 3.0
ADULT = 18
# two-sided probability of 95 %, and two results that both vary
Z = 1.96 * math.sqrt(2)
# nearer to a factor of ten than to none, on the scale of logarithms
NEARER_TO_TEN = math.log(10) / 2
ORDER = ("marker", "person", "sample_date")
BESIDE = ("marker", "person")


def log_reference_change(cv_within: float, cv_analytical: float | None) -> float:
    """Natural logarithm of the ratio that two results of a steady state exceed in 5 % of cases.

    Coefficients of variation in per cent. 1.96 √2 σ, σ² = ln(1 + CVi²) + ln(1 + CVa²): the
    asymmetric reference change value of log-normal results, exp(±this). Without an analytical CV
    half of the within-subject one stands for it, the desirable imprecision (Fraser 2001).
    Fokkema MR et al. Clin Chem 2006;52:1602-1603.
    """
    analytical = cv_within / 2 if cv_analytical is None else cv_analytical
    return Z * math.sqrt(sum(math.log1p((cv / 100) ** 2) for cv in (cv_within, analytical)))


def with_flags_over_time(
    values: pl.DataFrame, patients: pl.DataFrame, variation: list[dict]
) -> pl.DataFrame:
    """`values`, one a marker, person and sample date, with flags of what changed over time.

    `variation` holds rows of resources/biological_variation.tsv. `delta_check`: the value left
    the reference change value against the person's value before; as many as 5 % of those of a
    steady state do, and a treatment may be the reason. `isolated_spike`: it did so against both
    neighbours, in one direction and by more than √10, while these agree. Limits and values not
    above zero are not judged, and stand between no others. `height_changed`: both of two
    consecutive heights of an adult (or of a person of unknown age) that differ by more than 3 cm.
    """
    limits = {row["marker"]: _limit_of(row) for row in variation}
    exact = pl.col("comparator").is_null() & (pl.col("value") > 0)
    band = pl.col("marker").replace_strict(limits, default=None, return_dtype=pl.Float64)
    judged = exact & (band.is_not_null() | (pl.col("marker") == HEIGHT))
    changes = values.filter(judged).sort(ORDER)
    if changes.is_empty():
        return values
    changes = changes.select(*ORDER, "value", band=band).with_columns(log=pl.col("value").log())
    found = _with_heights(_with_jumps(changes), patients)
    marks = found.select(*ORDER, "jump", "spike", "height")
    joined = values.join(marks, on=ORDER, how="left", maintain_order="left")
    for flag, where in (
        ("delta_check", "jump"),
        ("isolated_spike", "spike"),
        ("height_changed", "height"),
    ):
        joined = joined.with_columns(added(flag, pl.col(where)))
    return joined.select(values.columns)


def _limit_of(row: dict) -> float:
    return log_reference_change(row["cv_within"], row["cv_analytical"])


def _with_jumps(changes: pl.DataFrame) -> pl.DataFrame:
    """Which value left the band of the one before, and which returned to it at once."""
    log, band = pl.col("log"), pl.col("band")
    since = _where_same(log - log.shift(1))
    until = since.shift(-1)
    apart = pl.max_horizontal(band, pl.lit(NEARER_TO_TEN))
    opposite = (since > apart) & (until < -apart) | (since < -apart) & (until > apart)
    return changes.with_columns(
        jump=since.abs() > band,
        spike=opposite & ((since + until).abs() <= band),
    )


def _where_same(change: pl.Expr) -> pl.Expr:
    """A change from the row before, where that one is of the same marker and person, else null."""
    same = [pl.col(name) == pl.col(name).shift(1) for name in BESIDE]
    return pl.when(*same).then(change)


def _with_heights(changes: pl.DataFrame, patients: pl.DataFrame) -> pl.DataFrame:
    """Which heights differ from the one before or after them, in adults."""
    known = patients.select("person", "birth_date", years="age")
    changes = changes.join(known, on="person", how="left", maintain_order="left")
    age = pl.coalesce(age_at(pl.col("birth_date"), pl.col("sample_date")), "years")
    adult = (age >= ADULT).fill_null(True)
    value = pl.col("value")
    # the dust of binary fractions: 1.73 m and 1.70 m are 3 cm apart
    step = _where_same((value - value.shift(1)).abs().round(6)) > HEIGHT_CHANGE
    grown = (adult.shift(1) & step).fill_null(False)
    both = grown | grown.shift(-1).fill_null(False)
    return changes.with_columns(height=both & (pl.col("marker") == HEIGHT))
