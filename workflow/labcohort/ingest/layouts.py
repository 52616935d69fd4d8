"""Rows of a raw export to result cells, a batch at a time, so that a large file need not fit.

A long file has one result a row; a wide one has one visit (or person) a row and a column for
each analyte. Either way a cell is a row of `schemas.ingested.Cells`.
"""

from collections.abc import Callable, Iterator
from itertools import islice

import polars as pl

from labcohort.errors import UserError
from labcohort.ingest.header import Header
from labcohort.ingest.readers import Row
from schemas.ingested import BETWEEN

BATCH = 50_000
COLUMNS = {
    "source": pl.String,
    "file": pl.String,
    "sheet": pl.String,
    "row": pl.Int64,
    "column": pl.String,
    "person": pl.String,
    "date_text": pl.String,
    "analyte": pl.String,
    "value_text": pl.String,
    "unit_text": pl.String,
    "range_text": pl.String,
}
# rows under a wide file's header that hold no results
UNDER_HEADER = {"units_row": "units", "ranges_row": "reference ranges"}
Pseudonym = Callable[[str], str | None]


def cells_of(
    rows: Iterator[Row], source: str, how: dict, pseudonym: Pseudonym
) -> Iterator[pl.DataFrame]:
    """Batches of cells (columns `COLUMNS`, in the file's order) of the rows of one export.

    `how` is the job's settings: layout, columns of person, date, analyte, value, unit and range.
    """
    first = next(rows, None)
    if first is None:
        raise UserError(
            "the file has no header row",
            where=how["file"],
            rule="the first row that is not blank names the columns",
            do="send the export again",
        )
    number, names = first
    header = Header(names, _declared(how), how["file"], how["format"].get("sheet"), number)
    layout = _long if how.get("layout") == "long" else _wide
    yield from layout(rows, header, source, how, pseudonym)


def no_data(name: str) -> UserError:
    """The error for a file that gives no batch of cells."""
    return UserError(
        "the file has a header and no data",
        where=name,
        rule="an export has at least one row of data",
        do="send the export again",
    )


def _declared(how: dict) -> set[str]:
    """Columns that the source's YAML names."""
    named = [how["person"]["column"], *(how.get(c) for c in ("date", "analyte", "value", "unit"))]
    named += how.get("range", {}).values()
    listed = [column for key in ("results", "ignore", "context") for column in how.get(key, [])]
    return {*named, *listed} - {None}


def cells_due(rows_read: int, how: dict) -> int:
    """How many result cells an export of so many rows has, its header and those under it counted.

    Counted from the rows and not from the cells, so that a cell lost on the way is missed.
    """
    data_rows = rows_read - 1 - len(UNDER_HEADER.keys() & how.keys())
    long = how.get("layout") == "long"
    return data_rows if long else data_rows * (len(how["results"]) + len(how["ignore"]))


def _long(rows, header, source, how, pseudonym) -> Iterator[pl.DataFrame]:
    """One result a row."""
    person, date = header.index(how["person"]["column"]), header.index(how["date"])
    analyte, value = header.index(how["analyte"]), header.index(how["value"])
    unit = header.index(how["unit"]) if "unit" in how else None
    # the range of one column, or the low and the high of two
    named = [how.get("range", {}).get(key) for key in ("column", "low", "high")]
    bounds = [header.index(column) for column in named if column is not None]
    for batch in _batches(rows, header):
        cells = {
            "row": [number for number, _ in batch],
            "person": [pseudonym(row[person]) for _, row in batch],
            "date_text": [row[date] for _, row in batch],
            "analyte": [row[analyte] for _, row in batch],
            "value_text": [row[value] for _, row in batch],
            "unit_text": [None if unit is None else row[unit] for _, row in batch],
            "range_text": [
                BETWEEN.join(row[bound] for bound in bounds) if bounds else None for _, row in batch
            ],
        }
        yield _framed(
            pl.DataFrame(cells, schema_overrides=COLUMNS), source, how, pl.lit(how["value"])
        )


def _wide(rows, header, source, how, pseudonym) -> Iterator[pl.DataFrame]:
    """One visit or person a row, one column an analyte or attribute."""
    columns = sorted([*how["results"], *how["ignore"]], key=header.index)
    person = header.index(how["person"]["column"])
    date = header.index(how["date"]) if "date" in how else None
    keys = "analytes, context or ignore" if "layout" in how else "attributes or ignore"
    header.refuse_others(_declared(how), keys)
    under = _under_header(rows, header, how)
    units, ranges = under.get("units_row", {}), under.get("ranges_row", {})
    positions = [header.index(column) for column in columns]
    for batch in _batches(rows, header):
        wide = pl.DataFrame(
            {
                "row": [number for number, _ in batch],
                "person": [pseudonym(row[person]) for _, row in batch],
                "date_text": [None if date is None else row[date] for _, row in batch],
                "analyte": [columns] * len(batch),
                "unit_text": [[units.get(column) for column in columns]] * len(batch),
                "range_text": [[ranges.get(column) for column in columns]] * len(batch),
                "value_text": [[row[position] for position in positions] for _, row in batch],
            },
            schema={
                "row": pl.Int64,
                "person": pl.String,
                "date_text": pl.String,
                "analyte": pl.List(pl.String),
                "unit_text": pl.List(pl.String),
                "range_text": pl.List(pl.String),
                "value_text": pl.List(pl.String),
            },
        )
        cells = wide.explode("analyte", "unit_text", "range_text", "value_text")
        yield _framed(cells, source, how, pl.col("analyte"))


def _under_header(rows: Iterator[Row], header: Header, how: dict) -> dict[str, dict[str, str]]:
    """Column -> text of each declared row under the header, by the row's key in the YAML."""
    under = {}
    for key in sorted(UNDER_HEADER.keys() & how.keys(), key=how.get):
        number, cells = next(rows, (None, []))
        if number != how[key]:
            before = "header" if not under else f"row of {UNDER_HEADER[next(iter(under))]}"
            raise UserError(
                f"the row after the {before} is row {number}, not the row of {UNDER_HEADER[key]}",
                where=how["file"],
                rule=f"{key}: {how[key]} is the first row after the {before}",
                do=f"correct {key} in the source's YAML",
            )
        under[key] = dict(zip(header.cells, header.check_width(number, cells), strict=True))
        if under[key][how["person"]["column"]].strip():
            raise UserError(
                f"row {number} names a person and is no row of {UNDER_HEADER[key]}",
                where=how["file"],
                rule=f"{key}: {how[key]} is a row without a person; results in it would be lost",
                do=f"correct or remove {key} in the source's YAML",
            )
    return under


def _batches(rows: Iterator[Row], header: Header) -> Iterator[list[Row]]:
    while batch := list(islice(rows, BATCH)):
        for number, cells in batch:
            header.check_width(number, cells)
        yield batch


def _framed(cells: pl.DataFrame, source: str, how: dict, column: pl.Expr) -> pl.DataFrame:
    """The cells with their place, in the order of `COLUMNS`."""
    sheet = how["format"].get("sheet")
    return cells.with_columns(
        source=pl.lit(source),
        file=pl.lit(how["file"]),
        sheet=pl.lit(sheet, pl.String),
        column=column,
    ).select(pl.col(name).cast(kind) for name, kind in COLUMNS.items())
