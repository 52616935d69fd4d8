"""Values that are, or rest on, a result that the laboratory sent as a limit."""

import polars as pl

from labcohort.derive.censored import CENSORED_INPUT, EXCLUDED, is_limit


def rests_on_limit() -> pl.Expr:
    """Whether a value was sent as a limit, or is derived from one that was.

    From the columns `comparator` and `flag` (several joined by |) of schemas.cohort.Chosen.
    """
    flags = pl.col("flag").str.split("|")
    return is_limit(pl.col("comparator")) | flags.list.contains(CENSORED_INPUT).fill_null(False)


def left_out_as_limit(rule: str) -> pl.Expr:
    """Whether the rule for censored values leaves a value out of the analysis."""
    return rests_on_limit() if rule == EXCLUDED else pl.lit(False)
