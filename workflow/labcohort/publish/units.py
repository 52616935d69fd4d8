"""Printed comparisons in another unit than the canonical one; the data stay canonical."""

from collections.abc import Iterable, Mapping

import polars as pl

VISITS = ("baseline", "followup")
# where on the scale: slope and intercept
LOCATIONS = (
    *(f"{v}_{part}" for v in VISITS for part in ("mean", "median", "q1", "q3", "min", "max")),
    "range_low",
    "range_high",
)
# how far apart: the slope alone
DISTANCES = (
    *(f"{v}_{part}" for v in VISITS for part in ("sd", "sem", "iqr")),
    *(f"change_{part}" for part in ("mean", "sd", "ci_low", "ci_high", "median")),
    "hodges_lehmann",
    "hl_ci_low",
    "hl_ci_high",
    "detectable_change",
)
# of numbers counted from the scale's zero: another zero, another ratio
RATIOS = ("geometric_ratio", "gr_ci_low", "gr_ci_high", "percent_change_median")


def shown(comparisons: pl.DataFrame, units: Mapping[str, dict]) -> pl.DataFrame:
    """Comparisons with the numbers of the markers in `units` in their shown unit.

    `units`: marker -> unit, slope, intercept, decimals (rows of shown_units.tsv).
    shown = slope * canonical + intercept for locations (means, medians, quartiles, extremes);
    changes, SD, SEM, IQR and intervals of a change take the slope alone. Ratios and percent
    changes are null where there is an intercept, and the row's note says so. Statistics, p
    values and effect sizes are the same in both units. Other markers keep every bit.
    """
    if not units:
        return comparisons
    marker = pl.col("marker")
    slope, intercept = (
        marker.replace_strict(
            {code: float(row[part]) for code, row in units.items()},
            default=neutral,
            return_dtype=pl.Float64,
        )
        for part, neutral in (("slope", 1.0), ("intercept", 0.0))
    )
    converted = marker.is_in(list(units))
    present = [name for name in RATIOS if name in comparisons.columns]
    shifted = intercept != 0
    expressions = [
        *_where(converted, LOCATIONS, comparisons, lambda column: column * slope + intercept),
        *_where(converted, DISTANCES, comparisons, lambda column: column * slope),
        *_where(shifted, RATIOS, comparisons, lambda column: pl.lit(None, pl.Float64)),
    ]
    if present and "note" in comparisons.columns:
        lost = shifted & pl.any_horizontal(pl.col(present).is_not_null())
        unit = marker.replace_strict(
            {code: row["unit"] for code, row in units.items()},
            default=None,
            return_dtype=pl.String,
        )
        said = pl.format("no ratio or percent change in {}: it depends on the scale's zero", unit)
        joined = pl.concat_str(pl.col("note"), said, separator="; ", ignore_nulls=True)
        expressions.append(pl.when(lost).then(joined).otherwise(pl.col("note")).alias("note"))
    return comparisons.with_columns(expressions)


def shown_markers(markers: Mapping[str, dict], units: Mapping[str, dict]) -> dict[str, dict]:
    """Rows of markers with `unit` and `decimals` of the unit in which they are shown."""
    return {
        code: row | {k: units[code][k] for k in ("unit", "decimals")} if code in units else row
        for code, row in markers.items()
    }


def _where(condition: pl.Expr, names: Iterable[str], table: pl.DataFrame, change) -> list[pl.Expr]:
    """The columns of `names` that the table has, changed where the condition holds."""
    return [
        pl.when(condition).then(change(pl.col(name))).otherwise(pl.col(name)).alias(name)
        for name in names
        if name in table.columns
    ]
