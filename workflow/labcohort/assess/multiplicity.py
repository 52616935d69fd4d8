"""Adjustment of p values for the number of tests, family by family."""

from collections.abc import Sequence

import polars as pl

from labcohort.study.names import ALL_FAMILIES

FAMILY = ("profile", "family")
METHODS = {"holm": "Holm", "bh": "Benjamini-Hochberg", "none": "none"}

FAMILIES = {
    "profile": pl.String,
    "family": pl.String,
    "correction": pl.String,
    "alpha": pl.Float64,
    "n_tests": pl.Int64,
    "n_missing": pl.Int64,
    "n_counted": pl.Int64,
    "expected_false_positives": pl.Float64,
    "n_below_alpha": pl.Int64,
    "n_below_alpha_adjusted": pl.Int64,
    "n_duplicates": pl.Int64,
    "n_selected_on_baseline": pl.Int64,
}
SUMMED = [name for name, kind in FAMILIES.items() if name != "alpha" and kind != pl.String]


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm's step-down adjusted p values, in the order given; controls the family-wise error.

    Of m values, the i-th smallest times m + 1 - i, never below a smaller one's, 1 at most (Holm,
    Scand J Stat 1979;6:65-70). None stays None and does not count towards m. Raises ValueError
    on a value that is no probability.
    """
    ascending, m = _ascending(p_values), _counted(p_values)
    adjusted, highest = [None] * len(p_values), 0.0
    for rank, i in enumerate(ascending, start=1):
        highest = max(highest, (m + 1 - rank) * p_values[i])
        adjusted[i] = min(highest, 1.0)
    return adjusted


def benjamini_hochberg(p_values: Sequence[float | None]) -> list[float | None]:
    """Benjamini and Hochberg's step-up adjusted p values; controls the false discovery rate.

    Of m values, the i-th smallest times m/i, never above a larger one's, 1 at most (J R Stat Soc
    B 1995;57:289-300). None stays None and does not count towards m. Raises ValueError on a value
    that is no probability.
    """
    ascending, m = _ascending(p_values), _counted(p_values)
    adjusted, lowest = [None] * len(p_values), 1.0
    for rank in range(m, 0, -1):
        i = ascending[rank - 1]
        lowest = min(lowest, m / rank * p_values[i])
        adjusted[i] = lowest
    return adjusted


def adjusted(p_values: Sequence[float | None], correction: str) -> list[float | None]:
    """p values adjusted by `holm` or `bh`; by `none`, None for each. ValueError for another."""
    if correction == "none":
        return [None] * len(p_values)
    functions = {"holm": holm, "bh": benjamini_hochberg}
    if correction not in functions:
        raise ValueError(f"unknown correction: {correction}")
    return functions[correction](p_values)


def with_families(comparisons: pl.DataFrame) -> pl.DataFrame:
    """`comparisons` with the columns p_adjusted and adjustment, rows in their order.

    Only the primary test of a row (`primary`) enters the family (profile, family) that the row
    names; of the other tests both columns are null. `adjustment` says how and for how many
    tests, as "Holm, 6 tests": those of the family that have a p value. Raises ValueError where a
    family has two corrections or two alphas.
    """
    numbered = comparisons.with_row_index("_row")
    parts = []
    for _, family in numbered.filter("primary").group_by(FAMILY, maintain_order=True):
        correction, _ = _rule(family)
        p_values = family.get_column("p_value").to_list()
        said = _adjustment(correction, _counted(p_values))
        values = pl.Series(adjusted(p_values, correction), dtype=pl.Float64)
        parts.append(family.select("_row", p_adjusted=values, adjustment=pl.lit(said)))
    schema = {"_row": pl.UInt32, "p_adjusted": pl.Float64, "adjustment": pl.String}
    found = pl.concat([pl.DataFrame(schema=schema), *parts])
    return (
        numbered.drop("p_adjusted", "adjustment", strict=False)
        .join(found, on="_row", how="left", maintain_order="left")
        .drop("_row")
    )


def families(comparisons: pl.DataFrame) -> pl.DataFrame:
    """One row a family of each profile, in the order of the plan, and a row `all` a profile.

    Counts are of primary tests: n_tests of them are planned, n_missing have no p value,
    n_counted are adjusted for. expected_false_positives is alpha·n_counted: so many come out
    below alpha where nothing changes at all. n_duplicates are of markers computed from others
    of the plan (`duplicate_of`), n_selected_on_baseline in cohorts chosen on a baseline value:
    neither is evidence of its own. n_below_alpha_adjusted is null where nothing is adjusted.
    `all` sums the families up; a test that stands in two of them counts twice, and its alpha is
    theirs where they have one.
    """
    tests = with_families(comparisons).filter("primary")
    rows = []
    for profile in tests.get_column("profile").unique(maintain_order=True):
        own = tests.filter(pl.col("profile") == profile)
        named = [_counts(*key, family) for key, family in own.group_by(FAMILY, maintain_order=True)]
        rows += [*named, _in_all(profile, named)]
    return pl.DataFrame(rows, schema=FAMILIES, orient="row")


def _counts(profile: str, name: str, family: pl.DataFrame) -> dict:
    """The row of one family from its primary tests."""
    correction, alpha = _rule(family)
    p_value, p_adjusted = family.get_column("p_value"), family.get_column("p_adjusted")
    counted = p_value.count()
    return {
        "profile": profile,
        "family": name,
        "correction": correction,
        "alpha": alpha,
        "n_tests": family.height,
        "n_missing": family.height - counted,
        "n_counted": counted,
        # 0.05 times 144 is 7.2, which it is not in binary
        "expected_false_positives": round(alpha * counted, 12),
        "n_below_alpha": (p_value < alpha).sum(),
        "n_below_alpha_adjusted": None if correction == "none" else (p_adjusted < alpha).sum(),
        "n_duplicates": family.get_column("duplicate_of").count(),
        "n_selected_on_baseline": family.get_column("selected_on_baseline").sum(),
    }


def _in_all(profile: str, named: list[dict]) -> dict:
    """The row of a profile from those of its families."""
    sums = {}
    for column in SUMMED:
        values = [row[column] for row in named if row[column] is not None]
        sums[column] = round(sum(values), 12) if values else None
    alphas = {row["alpha"] for row in named}
    alpha = alphas.pop() if len(alphas) == 1 else None
    return {"profile": profile, "family": ALL_FAMILIES, "correction": None, "alpha": alpha} | sums


def _rule(family: pl.DataFrame) -> tuple[str, float]:
    """The correction and alpha of a family."""
    rules = family.select("correction", "alpha").unique()
    if rules.height > 1:
        profile, name = family.select(FAMILY).row(0)
        raise ValueError(f"family {name} of {profile} has more than one correction or alpha")
    return rules.row(0)


def _adjustment(correction: str, counted: int) -> str:
    method = METHODS[correction]
    return method if correction == "none" else f"{method}, {counted} test{'s' * (counted != 1)}"


def _counted(p_values: Sequence[float | None]) -> int:
    return sum(p is not None for p in p_values)


def _ascending(p_values: Sequence[float | None]) -> list[int]:
    """Places of the values that are there, the smallest first."""
    there = [i for i, p in enumerate(p_values) if p is not None]
    if not all(0 <= p_values[i] <= 1 for i in there):
        raise ValueError("a p value lies between 0 and 1")
    return sorted(there, key=lambda i: p_values[i])
