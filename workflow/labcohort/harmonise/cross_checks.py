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
    concerned = pl.col("marker").is_in([check["greater"], check["lesser"]])
    pair = values.filter(concerned & pl.col("rule").is_null())
    judged = pair.group_by(keys).agg(excess=_excess(check))
    excess = pl.col("excess")
    broken = excess >= 0 if check.get("equal") == "aside" else excess > 0
    values = values.join(judged, on=keys, how="left", nulls_equal=True, maintain_order="left")
    equal = concerned & (excess == 0) & ~broken
    return values.with_columns(
        rule=pl.coalesce("rule", pl.when(concerned & broken).then(pl.lit(check["check"]))),
        reason=pl.coalesce("reason", pl.when(concerned & broken).then(pl.lit(check["reason"]))),
        flag=added(f"{check['check']}_equal", equal),
    ).drop("excess")


def _excess(check: dict) -> pl.Expr:
    """By how much the lesser marker of a sample exceeds the greater one; null without both."""
    marker, value = pl.col("marker"), pl.col("value")
    comparator = pl.col("comparator").fill_null("")
    lesser = value.filter((marker == check["lesser"]) & ~comparator.is_in(BELOW))
    greater = value.filter((marker == check["greater"]) & ~comparator.is_in(ABOVE))
    return lesser.max() - greater.min()
