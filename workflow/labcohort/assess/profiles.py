"""Profiles side by side: whether the primary tests of one comparison say the same in all."""

import polars as pl

from labcohort.compare.agreement import agreement
from labcohort.study.names import POST_HOC

SAME = ("marker", "cohort", "timepoint")


def with_profiles(comparisons: pl.DataFrame) -> pl.DataFrame:
    """`comparisons` (of assess.multiplicity.with_families) with `profiles_agree`.

    The primary tests of a marker, cohort and timepoint in different profiles of the plan are
    held against each other as each profile concludes: in sign, and by the adjusted p, where the
    profile adjusts, at the rows' alpha. Null where there is one profile only,
    where a primary test is undefined, on rows that are not primary, and on what is post hoc.
    """
    planned = comparisons.filter(pl.col("primary"), pl.col("role") != POST_HOC)
    rows = []
    for key, group in planned.group_by(SAME):
        if group.get_column("profile").n_unique() < 2:
            continue
        p_value = pl.coalesce("p_adjusted", "p_value")
        results = list(group.select("statistic", p_value, "alpha").iter_rows())
        rows.append((*key, agreement(results)))
    schema = {name: pl.String for name in (*SAME, "profiles_agree")}
    found = pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        primary=pl.lit(True), planned=pl.lit(True)
    )
    return (
        comparisons.with_columns(planned=pl.col("role") != POST_HOC)
        .join(found, on=[*SAME, "primary", "planned"], how="left", maintain_order="left")
        .drop("planned")
    )
