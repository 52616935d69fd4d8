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

    @property
    def due(self) -> int:
        """Result cells of the rows read so far."""
        return self.rows * (len(self.results) if self.results else 1)

    def cells(self, seen: Callable[[pl.DataFrame], None]) -> Iterator[pl.DataFrame]:
        """Batches of cells, columns of `schemas.ingested.Cells`; `seen` is called with the rows
        of each."""
        for batch in self.body.batches(seen):
            if "layout" not in self.how:
                # the other rows of a patient table hold context alone
                batch = batch.filter(self._is_asked_for())
            self.rows += batch.height
            yield self._framed(self._cells(self._with_persons(batch)))

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

    def _long(self, batch: pl.DataFrame) -> pl.DataFrame:
        """One result a row."""
        at = self.body.header.index
        how = self.how
        bounds = [how.get("range", {}).get(key) for key in ("column", "low", "high")]
        bounds = [pl.col(str(at(column))) for column in bounds if column is not None]
        place = how.get("place")
        return batch.select(
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

    def _wide(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Many results a row, each of its column."""
        batch = batch.with_columns(self._context())
        return pl.concat(self._of_columns(batch, group) for group in _groups(self.results))

    def _of_columns(self, batch: pl.DataFrame, group: list["ResultColumn"]) -> pl.DataFrame:
        """The cells of result columns that share the columns of date, unit and limit."""
        one = group[0]
        unit = None if one.unit_column is None else str(self.body.header.index(one.unit_column))
        batch = batch.with_columns(
            self._date(one.date).alias("date_text"),
            (pl.lit(None, pl.String) if unit is None else pl.col(unit)).alias("own_unit"),
            *([] if one.visit is None else [pl.lit(one.visit).alias("visit")]),
            *self._limited(one),
        )
        index = ["row", "person", "date_text", "own_unit", *CONTEXT.values()]
        facts = pl.DataFrame(
            [(c.position, c.name, c.analyte, c.unit, c.range) for c in group],
            schema=["position", "column", "analyte", "unit_text", "range_text"],
            orient="row",
            schema_overrides={"unit_text": pl.String, "range_text": pl.String},
        )
        cells = batch.unpivot(
            on=[c.position for c in group],
            index=index,
            variable_name="position",
            value_name="value_text",
        )
        cells = cells.join(facts, on="position", how="left", maintain_order="left")
        return cells.with_columns(unit_text=pl.coalesce("own_unit", "unit_text")).select(
            set(COLUMNS) - {"source", "file", "sheet"}
        )

    def _limited(self, column: "ResultColumn") -> list[pl.Expr]:
        """The column's values, those that another column marks as below a limit as `<limit`."""
        if column.below is None:
            return []
        mark = pl.col(str(self.body.header.index(column.below["column"])))
        limit = f"<{column.below['limit']:.15g}"
        if self.how.get("decimal") == ",":
            limit = limit.replace(".", ",")
        value = pl.col(column.position)
        missing = is_missing(value, self.how.get("missing", []), self.how.get("decimal", "."))
        below = mark.is_in(column.below["codes"]) & ~missing
        return [pl.when(below).then(pl.lit(limit)).otherwise(value).alias(column.position)]

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
        return same + [
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


def _groups(columns: list[ResultColumn]) -> list[list[ResultColumn]]:
    """Columns that share visit, date and unit column; one with a mark of limits is alone."""
    groups: dict[tuple, list[ResultColumn]] = {}
    for column in columns:
        alone = column.position if column.below else None
        key = (column.visit, column.date, column.unit_column, alone)
        groups.setdefault(key, []).append(column)
    return list(groups.values())


def no_data(name: str) -> UserError:
    """The error for a source that gives no cell."""
    return UserError(
        "the file has a header and no data",
        where=name,
        rule="an export has at least one row of data",
        do="send the export again",
    )
