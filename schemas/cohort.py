"""The cohort artefacts: who is in which cohort when, and the value chosen for each timepoint."""

import pandera.polars as pa
import polars as pl

from schemas.frames import Model


class Membership(Model):
    """One row a person, cohort and timepoint at which the person has any result."""

    cohort: str
    timepoint: str
    person: str

    class Config:
        strict = True
        ordered = True
        unique = ("cohort", "timepoint", "person")


class Dates(Model):
    """One row a person, marker and sample date with a value; the marker is null where a person's
    days count from one date for all markers."""

    person: str
    marker: str = pa.Field(nullable=True)
    sample_date: pl.Date

    class Config:
        strict = True
        ordered = True
        unique = ("person", "marker", "sample_date")


class People(Model):
    """One row a person of the patient table: eligible (`failed` null), or the criterion failed."""

    person: str = pa.Field(unique=True)
    failed: int = pa.Field(nullable=True)
    lacks_followup_only: bool

    class Config:
        strict = True
        ordered = True


class Chosen(Model):
    """One row a person, marker and timepoint: the value chosen, and its day.

    Its cell's place is that of the person, marker and sample date in schemas.derived.Derived.
    """

    person: str
    marker: str
    timepoint: str
    day: int
    sample_date: pl.Date
    value: float
    category: str = pa.Field(nullable=True)
    comparator: str = pa.Field(nullable=True)
    flag: str = pa.Field(nullable=True)
    range_low: float = pa.Field(nullable=True)
    range_high: float = pa.Field(nullable=True)

    class Config:
        strict = True
        ordered = True
        unique = ("marker", "timepoint", "person")


class Flow(Model):
    """The selection flow: of those who entered a criterion, how many failed it."""

    order: int = pa.Field(unique=True)
    criterion: str
    subject: str
    entered: int = pa.Field(ge=0)
    failed: int = pa.Field(ge=0)
    remained: int = pa.Field(ge=0)

    class Config:
        strict = True
        ordered = True

    @pa.dataframe_check
    def steps_add_up(cls, data) -> bool:
        """Who entered a step failed it or went on to the next."""
        frame = data.lazyframe.collect().sort("order")
        adds = (frame["entered"] == frame["failed"] + frame["remained"]).all()
        goes_on = (frame["entered"][1:] == frame["remained"][:-1]).all()
        return bool(adds and goes_on)
