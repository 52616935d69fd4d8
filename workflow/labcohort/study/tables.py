"""Tab-separated tables of text, read into typed rows and held against their Pandera model."""

import csv
import json
import math
from ast import literal_eval
from pathlib import Path

from labcohort.errors import UserError, nearest

# Pandera's checks as a message calls them
CHECKS = {
    "str_matches": "text of the form",
    "str_length": "text of a length in",
    "greater_than": "numbers above",
    "greater_than_or_equal_to": "numbers of at least",
    "less_than": "numbers below",
    "less_than_or_equal_to": "numbers of at most",
    "field_uniqueness": "each value once",
}

Row = dict[str, str | int | float | None]


def read_table(path: Path, name: str, model) -> list[Row]:
    """Rows of the table `path` (shown as `name`), typed and checked by the Pandera `model`.

    Empty cells become None. UserError names file, row (header = 1), column, value and rule.
    """
    import pandera.polars as pa
    import polars as pl

    header, records = _read_text(path, name)
    schema = model.to_schema()
    _check_header(header, list(schema.columns), name)
    typed = {
        column: [
            _typed(record[i], schema.columns[column].dtype.type, name, row, column)
            for row, record in records
        ]
        for i, column in enumerate(header)
    }
    frame = pl.DataFrame(
        typed, schema={c: schema.columns[c].dtype.type for c in header}, strict=True
    )
    try:
        model.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        raise _first_failure(
            error.failure_cases, name, [row for row, _ in records], schema
        ) from None
    return frame.to_dicts()


def key_columns(model) -> tuple[str, ...]:
    """The columns that tell the rows of a table apart, by its Pandera `model`."""
    schema = model.to_schema()
    return tuple(schema.unique or [c for c, column in schema.columns.items() if column.unique][:1])


def _read_text(path: Path, name: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Header and (row number, cells) of a table; blank lines at its end are passed over."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    except FileNotFoundError:
        raise UserError(
            "the table is not there",
            where=name,
            rule="a study has this table",
            do="make it; the demo's table of that name is an example",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            f"the table cannot be read: {error}",
            where=name,
            rule="tables are tab-separated text in UTF-8",
            do="save it as tab-separated UTF-8 text",
        ) from None
    records = [(number, cells) for number, cells in enumerate(lines, 1) if any(cells)]
    if not records:
        raise UserError(
            "the table is empty", where=name, rule="a table has a header row", do="fill it in"
        )
    if [number for number, _ in records] != list(range(1, len(records) + 1)):
        number = next(n for i, (n, _) in enumerate(records, 1) if n != i) - 1
        raise UserError(
            "the table has a blank line",
            where=f"{name}, row {number}",
            rule="rows follow each other",
            do="remove the line",
        )
    header = [cell.strip() for cell in records[0][1]]
    for number, cells in records[1:]:
        if len(cells) != len(header):
            raise UserError(
                f"the row has {len(cells)} cells, the header has {len(header)}",
                where=f"{name}, row {number}",
                rule="every row has a cell for each column, separated by tabs",
                do="add or remove tabs in that row",
            )
    return header, [(n, [c.strip() for c in cells]) for n, cells in records[1:]]


def _check_header(header: list[str], columns: list[str], name: str) -> None:
    for column in header:
        if column not in columns:
            raise UserError(
                f"unknown column '{column}'{nearest(column, columns)}",
                where=f"{name}, row 1",
                rule=f"the columns are: {', '.join(columns)}",
                do="correct the column's name or remove the column",
            )
        if header.count(column) > 1:
            raise UserError(
                f"column '{column}' stands twice",
                where=f"{name}, row 1",
                rule="a column's name stands once",
                do="remove one of the two",
            )
    if missing := [c for c in columns if c not in header]:
        raise UserError(
            f"column '{missing[0]}' is missing",
            where=f"{name}, row 1",
            rule=f"the columns are: {', '.join(columns)}",
            do="add the column",
        )


def _typed(text: str, dtype, name: str, row: int, column: str):
    """The cell as the model's type; None where empty."""
    if text == "":
        return None
    kind = str(dtype)
    if kind == "String":
        return text
    try:
        number = int(text) if kind.startswith("Int") else float(text)
        # Python reads nan, inf and 1_000 too, and whole numbers that no column holds
        if "_" in text or not abs(number) < (2**63 if kind.startswith("Int") else math.inf):
            raise ValueError
        return number
    except ValueError:
        kind = "whole number of at most 18 digits" if kind.startswith("Int") else "number"
        raise UserError(
            f"'{text}' is not a {kind}",
            where=f"{name}, row {row}, column '{column}', value '{text}'",
            rule=f"column '{column}' holds numbers",
            do="correct the cell",
        ) from None


def _thing(failure_case: str, key: list[str]) -> list:
    """What a row, as Pandera writes it down, is about."""
    row = json.loads(failure_case)
    return [row[column] for column in key]


def _first_failure(cases, name: str, rows: list[int], schema) -> UserError:
    """The first of Pandera's failure cases in the words of a table."""
    first = cases.sort("index", "column", nulls_last=True).row(0, named=True)
    if first["check"] == "multiple_fields_uniqueness":
        failed = cases.filter(check=first["check"]).sort("index")
        things = [_thing(text, schema.unique) for text in failed["failure_case"]]
        same = [
            str(rows[index])
            for index, thing in zip(failed["index"], things, strict=True)
            if thing == things[0]
        ]
        return UserError(
            "two rows are about the same thing",
            where=f"{name}, rows {' and '.join(same[:2])}",
            rule=f"rows differ in one of: {', '.join(schema.unique)}",
            do="remove one of them",
        )
    others = f" (and {cases.height - 1} more in this table)" if cases.height > 1 else ""
    row = f", row {rows[first['index']]}" if first["index"] is not None else ""
    value, column = first["failure_case"], first["column"]
    meaning = schema.columns[column].description if column in schema.columns else None
    what, shown = f"'{value}' is not allowed in column '{column}'", f", value '{value}'"
    # as Pandera writes it: `isin(['a', 'b'])`, `not_nullable`
    check, _, rest = str(first["check"]).partition("(")
    limit = rest.removesuffix(")")
    if check == "not_nullable":
        what, rule = f"column '{column}' is empty", f"column '{column}' has a value in every row"
        shown = ""
    elif check == "isin":
        known = literal_eval(limit)
        what += nearest(str(value), known)
        rule = f"column '{column}' holds one of: {', '.join(known)}"
    elif check in CHECKS:
        rule = f"column '{column}' holds {CHECKS[check]} {limit}".rstrip()
    else:
        rule = f"column '{column}': {first['check']}"
    return UserError(
        what + others,
        where=f"{name}{row}, column '{column}'{shown}",
        rule=f"column '{column}' holds {meaning}, in every row" if meaning else rule,
        do="correct the cell",
    )
