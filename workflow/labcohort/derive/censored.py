"""The value that stands for a result below or above a limit, by the study's rule."""

import math

import polars as pl

# flag of a derived value that rests on a result sent as a limit
CENSORED_INPUT = "censored_input"
# reason of a derived value that would rest on one, under the rule that excludes them
EXCLUDED_INPUT = "an input was sent as a limit (excluded)"
EXCLUDED = "excluded"

# what a result below x is divided by
_DIVISORS = {"lod_half": 2.0, "lod": 1.0, "sqrt2": math.sqrt(2), EXCLUDED: 1.0}


def sent_as_limit(code: str) -> str:
    """Name of the column that says which results of a measured marker were sent as a limit."""
    return f"{code} sent as a limit"


def is_below(comparator: pl.Expr) -> pl.Expr:
    """Whether a result was sent as below a limit (< or <=); false where measured exactly."""
    return comparator.is_in(["<", "<="]).fill_null(False)


def is_limit(comparator: pl.Expr) -> pl.Expr:
    """Whether a result was sent as a limit, below or above it."""
    return comparator.is_not_null()


def rests_on_limit() -> pl.Expr:
    """Whether a value was sent as a limit, or is derived from one that was.

    From the columns `comparator` and `flag` (several joined by |) of schemas.derived.Derived.
    """
    flags = pl.col("flag").str.split("|")
    return is_limit(pl.col("comparator")) | flags.list.contains(CENSORED_INPUT).fill_null(False)


def analysis_value(rule: str) -> pl.Expr:
    """The value to analyse, from columns `value` and `comparator` (null: measured exactly).

    A result below x counts as x/2 (`lod_half`), x (`lod`) or x/√2 (`sqrt2`). Under `excluded` it
    stays x, and is chosen for no timepoint (cohorts.timepoints). A result above x counts as x.
    ValueError for another rule. Hornung RW, Reed LD. Appl Occup Environ Hyg 1990;5:46-51.
    """
    if rule not in _DIVISORS:
        raise ValueError(f"unknown rule for censored values: {rule}")
    value = pl.col("value")
    return pl.when(is_below(pl.col("comparator"))).then(value / _DIVISORS[rule]).otherwise(value)


def input_value(rule: str) -> pl.Expr:
    """What a formula takes for the analysis value `value`: nothing for an excluded limit."""
    value = pl.col("value")
    return value if rule != EXCLUDED else pl.when(~is_limit(pl.col("comparator"))).then(value)
