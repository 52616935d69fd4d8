"""Limits that hold for one sex: what cannot be, and what is odd, in a man or in a woman."""

import polars as pl

LIMITS = ("hard_low", "hard_high", "soft_low", "soft_high")
SCHEMA = {"marker": pl.String, "sex": pl.String} | dict.fromkeys(LIMITS, pl.Float64)


def with_sex_limits(
    values: pl.DataFrame, patients: pl.DataFrame, limits: list[dict]
) -> pl.DataFrame:
    """`values` with `broken` (a rule, else null), `why` and `odd` (Boolean) by the person's sex.

    `limits` holds rows of resources/sex_limits.tsv, in canonical units and inclusive: beyond a
    hard limit a value breaks `hard_limit_of_sex`, beyond a soft one it is odd. A row without any
    limit says that the analyte does not exist in that sex, whose values then all break
    `not_of_this_sex`. Nothing is judged where the sex is unknown, or by a limit sent as a value
    that does not prove it (`<5` is not above 3).
    """
    table = pl.DataFrame(limits, schema=SCHEMA).with_columns(
        none_exists=pl.all_horizontal(pl.col(LIMITS).is_null())
    )
    sexes = patients.select("person", "sex")
    joined = values.join(sexes, on="person", how="left", maintain_order="left").join(
        table, on=["marker", "sex"], how="left", maintain_order="left"
    )
    hard = _beyond("hard_low", "hard_high")
    judged = joined.with_columns(
        broken=pl.when("none_exists")
        .then(pl.lit("not_of_this_sex"))
        .when(hard)
        .then(pl.lit("hard_limit_of_sex")),
        why=pl.when("none_exists")
        .then(pl.format("{} does not exist in the person's sex", "marker"))
        .when(hard)
        .then(pl.format("beyond the hard limits of {} for the person's sex", "marker")),
        odd=_beyond("soft_low", "soft_high"),
    )
    return judged.drop("sex", *LIMITS, "none_exists")


def _beyond(low: str, high: str) -> pl.Expr:
    """Whether the value is surely below `low` or above `high`; false where there is no limit."""
    comparator = pl.col("comparator").fill_null("")
    below = (pl.col("value") < pl.col(low)) & ~comparator.is_in([">", ">="])
    above = (pl.col("value") > pl.col(high)) & ~comparator.is_in(["<", "<="])
    return below.fill_null(False) | above.fill_null(False)
