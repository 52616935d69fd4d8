"""Job `families`: all comparisons with what only the whole plan tells, and the tests counted."""

import polars as pl

from labcohort.assess.multiplicity import families, with_families
from labcohort.assess.profiles import with_profiles
from labcohort.study.names import POST_HOC, ROLES
from schemas.comparison import Adjusted
from schemas.multiplicity import Multiplicity

LISTS = ("comparisons",)


def main(paths: dict, key: str, settings: dict) -> str:
    """Write the adjusted comparisons and the counts of their families; the line to report."""
    comparisons = _in_order(pl.concat(pl.read_parquet(path) for path in paths["comparisons"]))
    named = pl.when(pl.col("role") == POST_HOC).then(pl.lit("post hoc"))
    adjusted = with_profiles(with_families(comparisons)).with_columns(
        plan=named.otherwise(pl.lit(settings["plan"]))
    )
    Adjusted.validate(adjusted, lazy=True).write_parquet(paths["adjusted"])
    declared = pl.lit(settings["declared"], pl.String)
    counted = families(comparisons).with_columns(declared=declared)
    Multiplicity.validate(counted, lazy=True)
    counted.write_parquet(paths["multiplicity"])
    primary = adjusted.get_column("primary").sum()
    return f"{primary:,} primary tests in {counted.height:,} families and profiles"


def _in_order(comparisons: pl.DataFrame) -> pl.DataFrame:
    """Comparisons by profile, the foremost role first; within a family as they were."""
    rank = pl.col("role").replace_strict({role: i for i, role in enumerate(ROLES)})
    return comparisons.sort("profile", rank, "family", maintain_order=True)
