"""Results of one person over time: what changed more than it should. Flags, never a fate."""

import math

import polars as pl

from labcohort.derive.age import age_at
from labcohort.flags import added_at
from labcohort.keys import sorted_by

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
    changes = _judged(values, {row["marker"]: _limit_of(row) for row in variation})
    jumps, spikes = _jumps(changes)
    for flag, rows in (
        ("delta_check", jumps),
        ("isolated_spike", spikes),
        ("height_changed", _changed_heights(changes, patients)),
    ):
        values = added_at(values, flag, rows)
    return values


def _limit_of(row: dict) -> float:
    return log_reference_change(row["cv_within"], row["cv_analytical"])


def _judged(values: pl.DataFrame, limits: dict[str, float]) -> pl.DataFrame:
    """The values that can be judged, in order, with their number `at` and their marker's `band`."""
    exact = pl.col("comparator").is_null() & (pl.col("value") > 0)
    known = values.select(
        *ORDER,
        "value",
        exact=exact.fill_null(False),
        at=pl.int_range(pl.len(), dtype=pl.UInt32),
        band=pl.col("marker").replace_strict(limits, default=None, return_dtype=pl.Float64),
    )
    judged = pl.col("exact") & (pl.col("band").is_not_null() | (pl.col("marker") == HEIGHT))
    return sorted_by(known.filter(judged), *ORDER)


def _jumps(changes: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Numbers of the values that left the band of the one before, and of those of them that
    returned to it at once."""
    log, band = pl.col("value").log(), pl.col("band")
    changes = changes.with_columns(since=_where_same(log - log.shift(1)))
    since, until = pl.col("since"), pl.col("since").shift(-1)
    apart = pl.max_horizontal(band, pl.lit(NEARER_TO_TEN))
    opposite = (since > apart) & (until < -apart) | (since < -apart) & (until > apart)
    spike = opposite & ((since + until).abs() <= band)
    return tuple(changes.filter(where).get_column("at") for where in (since.abs() > band, spike))


def _where_same(change: pl.Expr) -> pl.Expr:
    """A change from the row before, where that one is of the same marker and person, else null."""
    same = [pl.col(name) == pl.col(name).shift(1) for name in BESIDE]
    return pl.when(*same).then(change)


def _changed_heights(changes: pl.DataFrame, patients: pl.DataFrame) -> pl.Series:
    """Numbers of the heights that differ from the one before or after them, in adults."""
    known = patients.select("person", "birth_date", years="age")
    heights = changes.filter(pl.col("marker") == HEIGHT)
    heights = heights.join(known, on="person", how="left", maintain_order="left")
    age = pl.coalesce(age_at(pl.col("birth_date"), pl.col("sample_date")), "years")
    adult = (age >= ADULT).fill_null(True)
    value = pl.col("value")
    # the dust of binary fractions: 1.73 m and 1.70 m are 3 cm apart
    step = _where_same((value - value.shift(1)).abs().round(6)) > HEIGHT_CHANGE
    grown = (adult.shift(1) & step).fill_null(False)
    return heights.filter(grown | grown.shift(-1).fill_null(False)).get_column("at")
