"""Tables of a raw export to result cells, a batch at a time, so that a large file need not fit.

A long table has one result a row; a wide one has one visit (or person) a row and a column for
each analyte; one of blocks has one person a row and a column for each analyte and visit. Either
way a cell is a row of `schemas.ingested.Cells`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl

from labcohort.errors import UserError
from labcohort.harmonise.missing import is_missing
from labcohort.ingest.body import Body
from labcohort.ingest.mapping import Mapping
from labcohort.ingest.places import Places
from labcohort.ingest.pseudonym import Pseudonyms
from labcohort.ingest.readers.table import Table
from labcohort.ingest.unmapped import unmapped_columns
from schemas.ingested import BETWEEN, SAME_PERSON, Cells

COLUMNS = {name: column.dtype.type for name, column in Cells.to_schema().columns.items()}
# context of a result that has a column of its own: key of the settings -> column of the cells
CONTEXT = {
    "analyte_name": "analyte_name",
    "visit": "visit",
    "status": "status_text",
    "reported": "reported_text",
    "sex": "sex_text",
    "birth_date": "birth_text",
    "record": "record",
    "version": "version",
    "ignored": "ignored",
}

# cells of a piece
PIECE = 200_000
# why a cell is held back whose row is not among `rows`
OTHER_ROW = "row not asked for"


class Layout:
    """How the cells of one table come out of its rows; `due` is how many its rows must give.

    `due` is counted from the rows and not from the cells, so that a cell lost on the way is
    missed. `how` is the job's settings; `body` the table's header and rows.
    """

    def __init__(self, table: Table, source: str, file: str, how: dict, pseudonyms: Pseudonyms):
        self.source, self.file, self.how, self.pseudonyms = source, file, how, pseudonyms
        self.same, self.rows = how["person"].get("same", []), 0
        self.mapping = Mapping(how)
        self.body = Body(table, file, self.mapping.declared(), how)
        self.positions = {key: self._position(key) for key in ("person", "within", *CONTEXT)}
        for column in self.mapping.needed():
            self.body.header.index(column)
        if how.get("layout") == "long":
            self.results, self._cells = [], self._long
            results = {self.body.header.index(how["value"])}
        else:
            self.results, self._cells = self._result_columns(), self._wide
            # the attributes of a patient table are counted once a person, however merged
            results = {int(c.position) for c in self.results if "layout" in how and not c.ignored}
        self.body.refuse_merged(results)
        self.places = Places([column.name for column in self.results])

    @property
    def due(self) -> int:
        """Result cells of the rows read so far."""
        return self.rows * (len(self.results) if self.results else 1)

    def cells(self, seen: Callable[[pl.DataFrame], None]) -> Iterator[pl.DataFrame]:
        """Batches of cells, columns of `schemas.ingested.Cells`; `seen` is called with the rows
        of each."""
        for pieces in self.pieces(seen):
            yield pl.concat(pieces)

    def pieces(self, seen: Callable[[pl.DataFrame], None]) -> Iterator[Iterator[pl.DataFrame]]:
        """The same, each batch in pieces: its rows are many cells where they are wide."""
        for batch in self.body.batches(seen):
            if "layout" not in self.how:
                # the other rows of a patient table hold context alone
                batch = batch.filter(self._is_asked_for())
            self.rows += batch.height
            self.places.take(self._places(batch))
            yield map(self._framed, self._cells(self._with_persons(batch)))

    def _places(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Each row's number, and the place that a long table names for its cell."""
        place = self.how.get("place") if self._cells == self._long else None
        own = [] if place is None else [pl.col(str(self.body.header.index(place))).alias("place")]
        return batch.select("row", *own)

    def _with_persons(self, batch: pl.DataFrame) -> pl.DataFrame:
        """The batch with pseudonyms, also of records, and what tells whether two ids are one
        human being."""
        ids, within = self.positions["person"], self.positions["within"]
        groups = None if within is None else batch.get_column(within)
        person = self.pseudonyms.of(batch.get_column(ids), groups).alias("person")
        if record := self.positions["record"]:
            digests = self.pseudonyms.of_records(batch.get_column(record))
            batch = batch.with_columns(digests.alias(record))
        if not self.same:
            return batch.with_columns(person)
        parts = [batch.get_column(str(self.body.header.index(c))) for c in self.same]
        same = self.pseudonyms.same(parts).fill_null("").alias(SAME_PERSON)
        return batch.with_columns(person, same)

    def _position(self, key: str) -> str | None:
        """Name in a batch of the column that the settings give for `key`."""
        column = self.how.get("columns_of", {}).get(key)
        return None if column is None else str(self.body.header.index(column))

    def _is_asked_for(self) -> pl.Expr:
        """Whether a row is one of those that `rows` names; all are where it names none."""
        if "rows" not in self.how:
            return pl.lit(True)
        column = str(self.body.header.index(self.how["rows"]["column"]))
        return pl.col(column).is_in(self.how["rows"]["values"])

    def _context(self) -> list[pl.Expr]:
        """The context of a row's results, null where the table has no column for it."""
        sheet_is_visit = self.how.get("visit") == {"sheet": True}
        own = {
            name: pl.col(self.positions[key]) if self.positions[key] else pl.lit(None, pl.String)
            for key, name in CONTEXT.items()
        }
        if sheet_is_visit:
            own["visit"] = pl.lit(self.body.sheet, pl.String)
        held_back = pl.when(own["ignored"] != "").then(own["ignored"])
        own["ignored"] = pl.when(self._is_asked_for()).then(held_back).otherwise(pl.lit(OTHER_ROW))
        return [expression.alias(name) for name, expression in own.items()]

    def _long(self, batch: pl.DataFrame) -> Iterator[pl.DataFrame]:
        """One result a row."""
        at = self.body.header.index
        how = self.how
        bounds = [how.get("range", {}).get(key) for key in ("column", "low", "high")]
        bounds = [pl.col(str(at(column))) for column in bounds if column is not None]
        place = how.get("place")
        yield batch.select(
            "row",
            "person",
            pl.lit(how["value"]).alias("column")
            if place is None
            else pl.col(str(at(place))).alias("column"),
            self._date(how.get("date")).alias("date_text"),
            self._analyte(),
            pl.col(str(at(how["value"]))).alias("value_text"),
            (pl.col(str(at(how["unit"]))) if "unit" in how else pl.lit(None, pl.String)).alias(
                "unit_text"
            ),
            (pl.concat_str(bounds, separator=BETWEEN) if bounds else pl.lit(None, pl.String)).alias(
                "range_text"
            ),
            *self._context(),
        )

    def _analyte(self) -> pl.Expr:
        """The analyte's code of a long table; its name where a row has no code."""
        code = pl.col(str(self.body.header.index(self.how["analyte"])))
        name = self.positions["analyte_name"]
        if name is None:
            return code.alias("analyte")
        return pl.when(code.str.strip_chars() == "").then(name).otherwise(code).alias("analyte")

    def _date(self, column: str | None) -> pl.Expr:
        if "on" in self.how:
            return pl.lit(self.how["on"])
        if column is None:
            return pl.lit(None, pl.String)
        return pl.col(str(self.body.header.index(column)))

    def _wide(self, batch: pl.DataFrame) -> Iterator[pl.DataFrame]:
        """Many results a row, each of its column."""
        batch = batch.with_columns(self._context())
        at_once = max(1, PIECE // max(1, batch.height))
        for first in range(0, len(self.results), at_once):
            columns = self.results[first : first + at_once]
            yield pl.concat(self._of_column(batch, column) for column in columns)

    def _of_column(self, batch: pl.DataFrame, column: "ResultColumn") -> pl.DataFrame:
        """The cells of one result column."""
        unit = column.unit_column
        own = {name: pl.col(name) for name in CONTEXT.values()} | {
            "column": pl.lit(column.name),
            "date_text": self._date(column.date),
            "analyte": pl.lit(column.analyte),
            "value_text": self._value(column),
            "unit_text": pl.lit(column.unit, pl.String)
            if unit is None
            else pl.col(str(self.body.header.index(unit))),
            "range_text": pl.lit(column.range, pl.String),
        }
        if column.visit is not None:
            own["visit"] = pl.lit(column.visit)
        return batch.select("row", "person", **own)

    def _value(self, column: "ResultColumn") -> pl.Expr:
        """The column's values, those that another column marks as below a limit as `<limit`."""
        value = pl.col(column.position)
        if column.below is None:
            return value
        mark = pl.col(str(self.body.header.index(column.below["column"])))
        limit = f"<{column.below['limit']:.15g}"
        if self.how.get("decimal") == ",":
            limit = limit.replace(".", ",")
        missing = is_missing(value, self.how.get("missing", []), self.how.get("decimal", "."))
        below = mark.is_in(column.below["codes"]) & ~missing
        return pl.when(below).then(pl.lit(limit)).otherwise(value)

    def _result_columns(self) -> list["ResultColumn"]:
        """The table's columns of results, in its order; UserError for one that nothing maps."""
        header, how = self.body.header, self.how
        matched = self.mapping.columns(list(header.positions), header.where)
        others = [c for c in header.positions if c not in matched and c not in self.mapping.other]
        if others:
            raise unmapped_columns(others, self.mapping.declared(), how, header.where)
        for key in self.mapping.missing(set(matched.values())):
            header.index(key)
        units, ranges = (self.body.under.get(f"{key}_row", {}) for key in ("units", "ranges"))
        own = how.get("own_columns", {})
        same = [ResultColumn(SAME_PERSON, SAME_PERSON, SAME_PERSON)] if self.same else []
        columns = [
            ResultColumn(
                name=name,
                position=str(header.index(name)),
                analyte=match.analyte,
                visit=match.visit,
                unit=match.unit or units.get(name),
                range=ranges.get(name),
                date=self.mapping.date_column(match.visit),
                unit_column=own.get(match.key, {}).get("unit_column"),
                below=own.get(match.key, {}).get("below"),
                ignored=match.key in how.get("ignore", []),
            )
            for name, match in matched.items()
        ]
        return _in_groups(same + columns)

    def _framed(self, cells: pl.DataFrame) -> pl.DataFrame:
        """The cells with their place, in the order of `COLUMNS`."""
        return cells.with_columns(
            source=pl.lit(self.source),
            file=pl.lit(self.file),
            sheet=pl.lit(self.body.sheet, pl.String),
        ).select(pl.col(name).cast(kind) for name, kind in COLUMNS.items())


@dataclass(frozen=True)
class ResultColumn:
    """A column of results: where it stands, and the columns that belong to it alone."""

    name: str
    position: str
    analyte: str
    visit: str | None = None
    unit: str | None = None
    range: str | None = None
    date: str | None = None
    unit_column: str | None = None
    below: dict | None = None
    ignored: bool = False


def _in_groups(columns: list[ResultColumn]) -> list[ResultColumn]:
    """The columns that share visit, date and unit column together, and each with a mark of limits
    alone."""
    groups: dict[tuple, list[ResultColumn]] = {}
    for column in columns:
        alone = column.position if column.below else None
        key = (column.visit, column.date, column.unit_column, alone)
        groups.setdefault(key, []).append(column)
    return [column for group in groups.values() for column in group]


def no_data(name: str) -> UserError:
    """The error for a source that gives no cell."""
    return UserError(
        "the file has a header and no data",
        where=name,
        rule="an export has at least one row of data",
        do="send the export again",
    )
