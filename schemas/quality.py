"""What becomes of cells that are not used: set-aside records, duplicates and the ledger."""

import pandera.polars as pa

from schemas.frames import Model
from schemas.ingested import Place

FATES = ("missing", "ignored", "set_aside", "duplicate", "ineligible", "out_of_window")


class Quarantine(Place):
    """One record a value that was set aside, with the rule that it broke."""

    stage: str
    marker: str = pa.Field(nullable=True)
    person: str = pa.Field(nullable=True)
    raw_value: str
    rule: str
    reason: str

    class Config:
        unique = ("stage", "source", "file", "sheet", "row", "column", "rule")


class Duplicates(Place):
    """One record a repeat that was settled, with the place of the cell that was kept."""

    marker: str
    person: str
    rule: str
    kept_source: str
    kept_file: str
    kept_sheet: str = pa.Field(nullable=True)
    kept_row: int = pa.Field(ge=1)
    kept_column: str

    class Config:
        unique = ("source", "file", "sheet", "row", "column")


class NotChosen(Place):
    """One record a measured value in the window of a timepoint that does not stand for it.

    `rule` is how that timepoint's value is chosen; the place kept is empty where none is.
    """

    person: str
    marker: str
    timepoint: str
    rule: str = pa.Field(isin=["nearest", "first", "last", "mean", "excluded_limit"])
    kept_source: str = pa.Field(nullable=True)
    kept_file: str = pa.Field(nullable=True)
    kept_sheet: str = pa.Field(nullable=True)
    kept_row: int = pa.Field(nullable=True, ge=1)
    kept_column: str = pa.Field(nullable=True)

    class Config:
        unique = ("source", "file", "sheet", "row", "column", "timepoint")


class Ledger(Model):
    """Counts of result cells: into a stage, by fate within it, and out of it."""

    source: str
    stage: str = pa.Field(isin=["ingest", "harmonise", "derive", "cohorts"])
    kind: str = pa.Field(isin=["in", "fate", "out"])
    fate: str = pa.Field(nullable=True, isin=list(FATES))
    reason: str = pa.Field(nullable=True)
    cells: int = pa.Field(ge=0)

    class Config:
        strict = True
        ordered = True
