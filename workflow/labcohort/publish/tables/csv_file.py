"""Printed tables as CSV: the texts of the cells, as they are printed."""

from pathlib import Path

import polars as pl

from labcohort.publish.tables.table import Printed
from labcohort.publish.words import say
from labcohort.spreadsheet import inert, marked


def write(path: Path, table: Printed, how: dict) -> None:
    """Write a table, with its notes as a column, and the groups of lines where there are any."""
    frame(table, how).write_csv(path)


def frame(table: Printed, how: dict) -> pl.DataFrame:
    """The texts of a table: no number that begins with a minus sign is taken for a formula, and no
    text that could be one is left."""
    headings, heading = [], ""
    for line in table.lines:
        heading = line.heading or heading
        headings.append(heading)
    columns: dict[str, list[str]] = {}
    if any(headings):
        columns[say(how, "Part")] = headings
    for i, column in enumerate(table.columns):
        columns[column.header] = [line.cells[i].text for line in table.lines]
    columns[say(how, "Note")] = [line.note for line in table.lines]
    texts = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    numeric = {column.header for column in table.columns if column.numeric}
    words = [name for name in texts.columns if name not in numeric]
    return marked(texts.with_columns(inert(texts.select(words))), how["synthetic"])
