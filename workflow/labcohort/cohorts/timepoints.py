"""A study's timepoints: what they need of all panels at once, and each panel's results by them.

Persons and markers may be texts, or an Enum of them in their order (many times faster).
"""

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from labcohort.cohorts.days import anchor_dates, counts_by_marker, with_days
from labcohort.cohorts.fates import fates, not_chosen
from labcohort.cohorts.placing import chosen, placed, visit_dates
from labcohort.keys import distinct


@dataclass(frozen=True)
class Calendar:
    """A study's timepoints with what they need of all panels at once, so that each panel's
    results can then be placed by themselves.

    `visits`: rows of visits.tsv; `anchors`: of `anchor_dates`; `dates`: of `visit_dates`;
    `exclude_limits`: results that were, or rest on, a limit are chosen for no timepoint.
    """

    visits: list[dict]
    anchors: pl.DataFrame
    dates: pl.DataFrame
    exclude_limits: bool = False

    def results(self, derived: pl.LazyFrame) -> pl.DataFrame:
        """A panel's rows (schemas.derived.Derived) that have a value, with their day."""
        rows = derived.filter(pl.col("value").is_not_null()).collect()
        return with_days(rows, self.anchors, self.visits, self.exclude_limits)

    def placed(self, results: pl.DataFrame) -> pl.DataFrame:
        """`results` with what each is to a timepoint (function `placed`)."""
        return placed(results, self.visits, self.dates, self.exclude_limits)

    def chosen(self, results: pl.DataFrame) -> pl.DataFrame:
        """The result chosen for each person, marker and timepoint."""
        return chosen(self.placed(results), self.visits)

    def fates(self, results: pl.DataFrame) -> pl.DataFrame:
        """Placed results with fate and reason: null where used, else out_of_window and why."""
        return fates(results, self.visits, self.exclude_limits)

    def not_chosen(self, results: pl.DataFrame) -> pl.DataFrame:
        """The measured, placed results that another one stands for, or none, though in a window."""
        return not_chosen(results, self.visits, self.exclude_limits)


def calendar(
    panels: list[pl.LazyFrame],
    patients: pl.DataFrame,
    visits: list[dict],
    exclude_limits: bool = False,
) -> Calendar:
    """The calendar of a study with these panels (schemas.derived.Derived) and patients."""
    dates = pl.concat(
        frame.filter(pl.col("value").is_not_null()).select("person", "sample_date")
        for frame in panels
    )
    anchors = anchor_dates(dates, patients, visits)
    days = pl.DataFrame(schema={"person": patients.schema["person"], "day": pl.Int64})
    if any(visit["scope"] == "person" for visit in visits):
        days = with_days(distinct(dates.collect(), "person", "sample_date"), anchors, visits)
    return Calendar(visits, anchors, visit_dates(days, visits), exclude_limits)


def dates_and_days(results: Collection[pl.DataFrame], visits: list[dict]) -> pl.DataFrame:
    """When anybody has a value: the distinct (person, marker, sample_date) of all panels, in this
    order, and the day.

    The marker is null where days count from one date a person: then it makes no difference.
    """
    columns = ("person", "marker", "sample_date", "day")
    by_marker = counts_by_marker(visits)
    names = columns[:3] if by_marker else ("person", "sample_date")
    # panels have numbers of their own for their markers
    marker = pl.col("marker").cast(pl.String) if by_marker else pl.lit(None, pl.String)
    parts = [
        distinct(frame.select(columns), *names).with_columns(marker.alias("marker"))
        for frame in results
    ]
    return distinct(pl.concat(parts), *names)
