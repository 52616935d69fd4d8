"""Checks between markers of one sample: what may not be greater than what."""

import polars as pl

from labcohort.flags import added

BELOW, ABOVE = ("<", "<="), (">", ">=")


def check_pairs(values: pl.DataFrame, checks: list[dict], keys: list[str]) -> pl.DataFrame:
    """`values` with `rule` and `reason` where a check is broken, `flag` where it is just met.

    A sample is all values with the same `keys`. Where its lesser marker (diastolic pressure) is
    above the greater one, both are set aside, for nobody can tell which is wrong; where they are
    equal both are flagged, or set aside too where the check says so (`equal`: flag or aside).
    Repeats within a sample are judged by their extremes. A limit that proves nothing (a lesser
    one `<3`, a greater one `>60`) is not judged, and goes where its sample goes.
    """
    for check in checks:
        values = _checked(values, check, keys)
    return values


def _checked(values: pl.DataFrame, check: dict, keys: list[str]) -> pl.DataFrame:
    """`values` after one check."""
    marker, unbroken = pl.col("marker"), pl.col("rule").is_null()
    comparator = pl.col("comparator").fill_null("")
    lesser = values.filter(
        (marker == check["lesser"]) & unbroken & ~comparator.is_in(BELOW)
    ).group_by(keys).agg(pl.max("value"))  # fmt: skip
    greater = values.filter(
        (marker == check["greater"]) & unbroken & ~comparator.is_in(ABOVE)
    ).group_by(keys).agg(pl.min("value"))  # fmt: skip
    judged = lesser.join(greater, on=keys, suffix="_greater", nulls_equal=True).select(
        *keys, excess=pl.col("value") - pl.col("value_greater")
    )
    # few samples have something to say
    judged = judged.filter(pl.col("excess") >= 0)
    if judged.is_empty():
        return values
    concerned = marker.is_in([check["greater"], check["lesser"]])
    excess = pl.col("excess")
    broken = excess >= 0 if check.get("equal") == "aside" else excess > 0
    values = values.join(judged, on=keys, how="left", nulls_equal=True, maintain_order="left")
    equal = concerned & (excess == 0) & ~broken
    return values.with_columns(
        rule=pl.coalesce("rule", pl.when(concerned & broken).then(pl.lit(check["check"]))),
        reason=pl.coalesce("reason", pl.when(concerned & broken).then(pl.lit(check["reason"]))),
        flag=added(f"{check['check']}_equal", equal),
    ).drop("excess")
