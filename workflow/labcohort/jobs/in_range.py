"""Job `in_range`: who is within the reference range before and after, one row a comparison."""

from collections.abc import Iterator

import polars as pl

from labcohort.assess.in_range import in_range
from labcohort.assess.reference_ranges import judged
from labcohort.compare.markers import by_marker, panels_of
from labcohort.compare.persons import Persons
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
    persons, members = _members(paths, settings)
    values = _judged(paths, persons, settings)
    rows = in_range(settings["tested"], values, members, settings)
    table = checked(InRange, rows).sort("cohort", "marker", "timepoint")
    table.write_parquet(paths["in_range"])
    return f"{table.height:,} comparisons with reference ranges"


def _members(paths: dict, settings: dict) -> tuple[Persons, pl.DataFrame]:
    """The persons of the tested cohorts, and who is in which.

    Numbers stand for pseudonyms: to find a person by text takes longer than all else, and room.
    """
    tested = {row["cohort"] for row in settings["tested"]}
    members = pl.scan_parquet(paths["membership"]).filter(pl.col("cohort").is_in(tested)).collect()
    persons = Persons(members.get_column("person"))
    return persons, _by_number(members, persons)


def _judged(paths: dict, persons: Persons, settings: dict) -> Iterator[pl.DataFrame]:
    """The values of each tested marker, held against their ranges: one marker is in memory."""
    patients = _by_number(pl.scan_parquet(paths["patients"]).select(FACTS).collect(), persons)
    tested = settings["tested"]
    visits = {settings["baseline"], *(row["timepoint"] for row in tested)}
    used = pl.col("timepoint").is_in(visits)
    markers = {row["marker"] for row in tested}
    for _, values in by_marker(panels_of(paths["values"]), markers):
        chosen = _by_number(values.filter(used).select(COLUMNS).collect(), persons)
        yield judged(chosen, patients, settings["ranges"], settings["decimals"])


def _by_number(frame: pl.DataFrame, persons: Persons) -> pl.DataFrame:
    """The rows of these persons, with their number for the pseudonym."""
    return persons.numbered(frame).rename({"number": "person"})
