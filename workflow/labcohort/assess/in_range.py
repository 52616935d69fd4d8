"""Values within their reference range before and after, in the same persons."""

import polars as pl

from labcohort.assess.proportions import mcnemar, paired_difference
from labcohort.compare.summaries import median
from labcohort.compare.ties import RELATIVE_TOLERANCE
from labcohort.derive.age import age_at
from labcohort.derive.censored import rests_on_limit

RANGES = {
    "marker": pl.String,
    "sex": pl.String,
    "age_low": pl.Float64,
    "age_high": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
}
KEY = ["person", "marker", "timepoint"]
# a value half-way between two decimals is seldom that in binary
DIGITS = 12
SELECTED = "chosen on a baseline value: regression to the mean alone moves these shares"


def judged(
    chosen: pl.DataFrame,
    patients: pl.DataFrame,
    ranges: list[dict],
    decimals: dict[str, int],
) -> pl.DataFrame:
    """Each value with its range, and where it lies.

    A value is held against its own laboratory's range of that very result, else against the
    first row of `ranges` (resources/reference_ranges.tsv) for its marker and the person's sex
    and age: completed years at the sample's date, or the age in the patient table where there is
    no birth date. Bounds are inclusive, and held against the value as it is reported: 5.193 with
    two decimals lies within a limit of 5.19.

    Parameters
    ----------
    chosen : schemas.cohort.Chosen; one row a person, marker and timepoint.
    patients : schemas.harmonised.Patients.
    ranges : rows marker, sex, age_low (inclusive), age_high (exclusive), low, high; null is open.
    decimals : of each marker as it is reported; a marker that is not there is not rounded.

    Returns
    -------
    The rows of `chosen`, with low and high (of the range used), own (whether that is the
    laboratory's) and side: -1 below, 0 inside, 1 above; null without a range.
    """
    of_table = _table_ranges(chosen, patients, ranges)
    has_own = pl.col("range_low").is_not_null() | pl.col("range_high").is_not_null()
    low, high = (
        pl.when("own").then(f"range_{end}").otherwise(f"table_{end}") for end in ("low", "high")
    )
    return (
        chosen.join(of_table, on=KEY, how="left", maintain_order="left")
        .with_columns(own=has_own)
        .with_columns(low=low, high=high)
        .with_columns(side=_side(_reported(decimals), pl.col("low"), pl.col("high")))
        .drop("table_low", "table_high")
    )


def _table_ranges(chosen: pl.DataFrame, patients: pl.DataFrame, ranges: list[dict]) -> pl.DataFrame:
    """KEY, table_low, table_high: for each value the first row of the table that is for it."""
    rows = [{name: row[name] for name in RANGES} for row in ranges]
    table = (
        pl.DataFrame(rows, schema=RANGES, orient="row")
        .filter(pl.col("low").is_not_null() | pl.col("high").is_not_null())
        .with_row_index("order")
        .rename({"sex": "for_sex", "low": "table_low", "high": "table_high"})
    )
    completed = age_at(pl.col("birth_date"), pl.col("sample_date")).cast(pl.Float64)
    # an unknown sex or age meets no row that asks for one
    met = pl.all_horizontal(
        pl.col("for_sex").is_null() | (pl.col("sex") == pl.col("for_sex")).fill_null(False),
        pl.col("age_low").is_null() | (pl.col("years") >= pl.col("age_low")).fill_null(False),
        pl.col("age_high").is_null() | (pl.col("years") < pl.col("age_high")).fill_null(False),
    )
    return (
        chosen.select(*KEY, "sample_date")
        .join(patients.select("person", "sex", "birth_date", "age"), on="person", how="left")
        .with_columns(years=pl.coalesce(completed, "age"))
        .join(table, on="marker", how="inner")
        .filter(met)
        .sort("order")
        .unique(KEY, keep="first", maintain_order=True)
        .select(*KEY, "table_low", "table_high")
    )


def _reported(decimals: dict[str, int]) -> pl.Expr:
    """The value in the decimals of its marker, rounded half away from zero."""
    marker, value = pl.col("marker"), pl.col("value").round_sig_figs(DIGITS)
    rounded = [
        pl.when(marker.is_in([m for m, own in decimals.items() if own == n])).then(
            value.round(n, mode="half_away_from_zero")
        )
        for n in sorted(set(decimals.values()))
    ]
    return pl.coalesce(*rounded, "value")


def _side(value: pl.Expr, low: pl.Expr, high: pl.Expr) -> pl.Expr:
    """-1 below the range, 0 inside, 1 above; null where there is no range.

    A bound that a change of unit has moved in its last digits is still the bound.
    """
    below = value < low - RELATIVE_TOLERANCE * low.abs()
    above = value > high + RELATIVE_TOLERANCE * high.abs()
    return (
        pl.when(low.is_null() & high.is_null())
        .then(pl.lit(None, pl.Int8))
        .when(below)
        .then(pl.lit(-1, pl.Int8))
        .when(above)
        .then(pl.lit(1, pl.Int8))
        .otherwise(pl.lit(0, pl.Int8))
    )


def in_range(tested: dict, values: pl.DataFrame, members: pl.DataFrame, how: dict) -> dict:
    """The row (schemas.in_range.InRange) of one marker in one cohort at one timepoint.

    `tested` has cohort, marker, timepoint and selected_on_baseline; `values` are of `judged`;
    `members` is schemas.cohort.Membership; `how` has baseline, confidence and censored. A pair
    counts where both values have a range. The change is followed within persons: 2x2 of before
    and after, exact McNemar test, Newcombe's interval of the difference of shares (follow-up less
    baseline).
    """
    both = _pairs(tested, values, members, how)
    complete = both.filter(pl.all_horizontal(pl.col("side", "side_after").is_not_null()))
    n = complete.height
    counts = _before_after(complete)
    of_test = mcnemar(counts["out_in"], counts["in_out"])
    shares = paired_difference(
        counts["in_in"], counts["out_in"], counts["in_out"], counts["out_out"], how["confidence"]
    )
    used = pl.concat([_ranges(complete, ""), _ranges(complete, "_after")]).unique()
    undefined = _why_undefined(tested, members, both.height, n, of_test.reason)
    one_range = used.row(0) if used.height == 1 else (None, None)
    n_own, n_censored = (_at_both(complete, name) for name in ("own", "limit"))
    return {
        **{name: tested[name] for name in ("cohort", "marker", "timepoint")},
        "n_pairs": both.height,
        "n_judged": n,
        "n_without_range": both.height - n,
        "n_own_range": n_own,
        "n_censored": n_censored,
        "range_low": one_range[0],
        "range_high": one_range[1],
        **counts,
        "share_baseline": (counts["in_in"] + counts["in_out"]) / n if n else None,
        "share_followup": (counts["in_in"] + counts["out_in"]) / n if n else None,
        "difference": shares.difference,
        "difference_ci_low": shares.ci_low,
        "difference_ci_high": shares.ci_high,
        "p_mcnemar": of_test.p_value,
        "selected_on_baseline": tested["selected_on_baseline"],
        **_sides(complete),
        "centre_baseline": _centre(complete, ""),
        "centre_followup": _centre(complete, "_after"),
        "note": "; ".join(
            [
                *undefined,
                *([SELECTED] if tested["selected_on_baseline"] else []),
                *_notes(n, used.height, n_censored, how),
            ]
        )
        or None,
    }


def _pairs(tested: dict, values: pl.DataFrame, members: pl.DataFrame, how: dict) -> pl.DataFrame:
    """Members with a usable value at both visits; columns of the follow-up end in _after."""
    own = values.filter(pl.col("marker") == tested["marker"]).select(
        "person", "timepoint", "value", "low", "high", "own", "side", limit=rests_on_limit()
    )
    before = own.filter(pl.col("timepoint") == how["baseline"])
    after = own.filter(pl.col("timepoint") == tested["timepoint"])
    return (
        before.join(after, on="person", how="inner", suffix="_after", validate="1:1")
        .join(_members(tested, members), on="person", how="semi")
        .sort("person")
    )


def _members(tested: dict, members: pl.DataFrame) -> pl.DataFrame:
    same = [pl.col(name) == tested[name] for name in ("cohort", "timepoint")]
    return members.filter(*same)


def _before_after(complete: pl.DataFrame) -> dict[str, int]:
    """Pairs by whether the value is inside its range before and after."""
    before, after = complete.get_column("side") == 0, complete.get_column("side_after") == 0
    return {
        "in_in": (before & after).sum(),
        "in_out": (before & ~after).sum(),
        "out_in": (~before & after).sum(),
        "out_out": (~before & ~after).sum(),
    }


def _sides(complete: pl.DataFrame) -> dict[str, int]:
    """Values out of range by visit and side."""
    return {
        f"{name}_{visit}": (complete.get_column(column) == side).sum()
        for visit, column in (("baseline", "side"), ("followup", "side_after"))
        for name, side in (("below", -1), ("above", 1))
    }


def _at_both(complete: pl.DataFrame, name: str) -> int:
    """How many values of both visits are so."""
    return complete.get_column(name).sum() + complete.get_column(f"{name}_after").sum()


def _ranges(complete: pl.DataFrame, visit: str) -> pl.DataFrame:
    """The distinct ranges that the values of a visit were held against."""
    return complete.select(low=f"low{visit}", high=f"high{visit}").unique()


def _centre(complete: pl.DataFrame, visit: str) -> str | None:
    """Whether the median lies inside the ranges used: yes for all, no for none, else depends."""
    if complete.is_empty():
        return None
    centre = pl.lit(median(complete.get_column(f"value{visit}")))
    inside = _ranges(complete, visit).select(_side(centre, pl.col("low"), pl.col("high")) == 0)
    answers = set(inside.to_series())
    return {True: "yes", False: "no"}[answers.pop()] if len(answers) == 1 else "depends"


def _why_undefined(
    tested: dict, members: pl.DataFrame, n_pairs: int, n: int, no_test: str | None
) -> list[str]:
    if _members(tested, members).is_empty():
        no_test = "nobody is in this cohort at this timepoint"
    elif not n:
        no_test = "no pair has a range at both visits" if n_pairs else "no pairs"
    return [f"no test: {no_test}"] if no_test else []


def _notes(n: int, n_ranges: int, n_censored: int, how: dict) -> list[str]:
    """What else a reader has to know of the row, in plain words."""
    notes = [f"{n_ranges} different ranges"] if n_ranges > 1 else []
    if n_censored:
        notes.append(
            f"{n_censored} of {2 * n} values are, or rest on, a result sent as a limit"
            f" ({how['censored']})"
        )
    return notes
