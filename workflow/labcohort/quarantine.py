"""Records of values that were set aside, and the ceiling on how many may be."""

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

from labcohort.errors import UserError, place
from labcohort.keys import sorted_by

PLACE = ("source", "file", "sheet", "row", "column")
SCHEMA = {
    "source": pl.String,
    "file": pl.String,
    "sheet": pl.String,
    "row": pl.Int64,
    "column": pl.String,
    "stage": pl.String,
    "marker": pl.String,
    "person": pl.String,
    "raw_value": pl.String,
    "rule": pl.String,
    "reason": pl.String,
}


def records(frame: pl.DataFrame, stage: str) -> pl.DataFrame:
    """Set-aside records of cells that have a `rule` and a `reason`, in order of their places."""
    marked = frame.with_columns(stage=pl.lit(stage))
    columns = (pl.col(name).cast(kind) for name, kind in SCHEMA.items())
    return sorted_by(marked.select(columns), *PLACE)


def check_ceiling(
    quarantine: pl.DataFrame,
    tried: int,
    ceiling: float,
    source: str,
    do: Mapping[str, str] = MappingProxyType({}),
    seen: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Stop where more than the share `ceiling` of `tried` values of a source is set aside.

    So many mean a mapping that is wrong (a unit, a date order, two columns exchanged), which a
    list of single bad values would hide. UserError with the commonest rules and first places, and
    of the commonest what to `do` and what was `seen` (rule -> words).
    """
    if not tried or quarantine.height / tried <= ceiling:
        return
    lines = []
    common = quarantine.group_by("rule").agg(pl.len().alias("n"))
    common = common.sort("n", "rule", descending=[True, False])
    for rule, n in common.head(4).iter_rows():
        first = quarantine.filter(pl.col("rule") == rule).row(0, named=True)
        where = place(first["file"], first["sheet"], first["row"], first["column"])
        # what the cell holds may be a person's, and a message goes to logs
        lines.append(f"{rule} {n} times, first in {where}")
    share, most = 100 * quarantine.height / tried, common.item(0, "rule")
    raise UserError(
        f"{quarantine.height} of {tried} values of {source} ({share:.1f} %) would be set aside",
        where="; ".join(lines) + (f"\n{seen[most]}" if seen.get(most) else ""),
        rule=f"config/config.yaml, ceiling: at most {100 * ceiling:g} % of a source's values",
        do=f"{do.get(most, 'correct the mapping in the YAML of the source')}\n"
        "raise the ceiling only if the data are so",
    )
