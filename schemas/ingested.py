"""The ingested artefact: every cell of an export as text, with its place."""

import pandera.polars as pa

from schemas.frames import Model

# what stands in `range_text` between the bounds of a range that is sent in two columns
BETWEEN = ".."
# column of the cells that tell, by a keyed digest, whether two ids are one human being
SAME_PERSON = "same person"


class Place(Model):
    """Where a cell stands in a raw file: rows count from 1, the header included.

    `file` is a path, or of a pattern the pattern and a number (ingest.source_names).
    """

    source: str
    file: str
    sheet: str = pa.Field(nullable=True)
    row: int = pa.Field(ge=1)
    column: str

    class Config:
        strict = True
        ordered = True


class Piece(Place):
    """Some of the cells of a source: one row a cell, as in `Cells`.

    `person` is a pseudonym, null where the export names nobody.

    `analyte_name` is what stands beside the analyte's code for people, where the file has it;
    `range_text` is the laboratory's own reference range of that result, where it sends one;
    `visit` the label of its visit, `status_text` that of its status (final, corrected …),
    `reported_text` when it was reported; `sex_text` and `birth_text` are what the row itself says
    of its person. `record` is a keyed digest of the id of a record that may come in versions, of
    which `version` sorts the later ones last. `ignored` is the reason for which a reader holds the
    cell back.
    """

    person: str = pa.Field(nullable=True, str_matches=r"^p[0-9a-f]{16}$")
    date_text: str = pa.Field(nullable=True)
    analyte: str
    analyte_name: str = pa.Field(nullable=True)
    value_text: str
    unit_text: str = pa.Field(nullable=True)
    range_text: str = pa.Field(nullable=True)
    visit: str = pa.Field(nullable=True)
    status_text: str = pa.Field(nullable=True)
    reported_text: str = pa.Field(nullable=True)
    sex_text: str = pa.Field(nullable=True)
    birth_text: str = pa.Field(nullable=True)
    record: str = pa.Field(nullable=True, str_matches=r"^p[0-9a-f]{16}$")
    version: str = pa.Field(nullable=True)
    ignored: str = pa.Field(nullable=True)


class Cells(Piece):
    """The cells of a source, of which no two have one place."""

    class Config:
        unique = ("source", "file", "sheet", "row", "column")
