"""Job `in_range`: who is within the reference range before and after, one row a comparison."""

from collections.abc import Iterator, Sequence

import polars as pl

from labcohort.assess.in_range import in_range
from labcohort.assess.reference_ranges import judged
from labcohort.buckets import by_bucket
from labcohort.compare.markers import Panel, by_marker, panels_of
from labcohort.compare.persons import Persons, members_by_number
from schemas.frames import checked
from schemas.in_range import InRange

LISTS = ("values", "membership", "patients")
COLUMNS = (
    "person", "marker", "timepoint", "sample_date", "value", "comparator", "flag", "range_low",
    "range_high",
)  # fmt: skip
FACTS = ("person", "sex", "birth_date", "age")


def main(paths: dict, key: str, settings: dict) -> str:
    """Write the shares in range of all that is tested; the line to report."""
    membership, patients = (by_bucket(paths[name]) for name in ("membership", "patients"))
    tested = pl.col("cohort").is_in({row["cohort"] for row in settings["tested"]})
    members = [pl.scan_parquet(own).filter(tested) for own in membership.values()]
    persons = Persons([own.select("person").unique().collect().to_series() for own in members])
    facts = persons.arranged(
        [pl.read_parquet(patients[bucket], columns=list(FACTS)) for bucket in membership]
    )
    panels = panels_of(paths["values"], list(membership))
    values = _judged(panels, persons, facts, settings)
    rows = in_range(settings["tested"], values, members_by_number(members, persons), settings)
    table = checked(InRange, rows).sort("cohort", "marker", "timepoint")
    table.write_parquet(paths["in_range"])
    return f"{table.height:,} comparisons with reference ranges"


def _judged(
    panels: Sequence[Panel], persons: Persons, facts: pl.DataFrame, settings: dict
) -> Iterator[tuple[str, Iterator[pl.DataFrame]]]:
    """The values of each tested marker by bucket, held against their ranges as they are asked for:
    one bucket's are in memory with all that is known of them."""
    tested = settings["tested"]
    visits = {settings["baseline"], *(row["timepoint"] for row in tested)}
    used = pl.col("timepoint").is_in(visits)

    def held(bucket: int, own: pl.LazyFrame) -> pl.DataFrame:
        chosen = persons.numbered(bucket, own.filter(used).select(COLUMNS).collect())
        return judged(chosen, facts, settings["ranges"], settings["decimals"])

    for marker, values in by_marker(panels, {row["marker"] for row in tested}):
        yield marker, (held(bucket, own) for bucket, own in enumerate(values))
