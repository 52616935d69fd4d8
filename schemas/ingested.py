"""The ingested artefact: every cell of an export as text, with its place."""

import pandera.polars as pa

# what stands in `range_text` between the bounds of a range that is sent in two columns
BETWEEN = ".."


class Place(pa.DataFrameModel):
    """Where a cell stands in a raw file: rows count from 1, the header included."""

    source: str
    file: str
    sheet: str = pa.Field(nullable=True)
    row: int = pa.Field(ge=1)
    column: str

    class Config:
        strict = True
        ordered = True


class Cells(Place):
    """One row a cell. `person` is a pseudonym, null where the export names nobody.

    `range_text` is the laboratory's own reference range of that result, where it sends one.
    """

    person: str = pa.Field(nullable=True, str_matches=r"^p[0-9a-f]{16}$")
    date_text: str = pa.Field(nullable=True)
    analyte: str
    value_text: str
    unit_text: str = pa.Field(nullable=True)
    range_text: str = pa.Field(nullable=True)

    class Config:
        unique = ("source", "file", "sheet", "row", "column")
