"""Delimited text: any encoding that Python knows, any line end, plain or gzip."""

import codecs
import csv
import io
from collections import deque
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import polars as pl

from labcohort.errors import UserError, place
from labcohort.ingest.readers.limits import MAX_CELL, MAX_COLUMNS, MAX_RECORD, too_large
from labcohort.ingest.readers.plain import plain_cells
from labcohort.ingest.readers.signature import OLE, PREFIXES, ZIP, kind_of
from labcohort.ingest.readers.table import Row, Table
from labcohort.ingest.readers.unzip import open_raw

# characters of a block, to the end of its last line
BLOCK = 1 << 21


def tables(path: Path, name: str, how: dict) -> Iterator[Table]:
    """The one table of a text file. A row's number counts records, blank ones too.

    Line ends may be LF, CRLF or CR alone, also mixed, and also in quotes; a BOM is passed over.
    """
    text = _Text(path, name, how)
    rows = text.rows()
    yield Table(None, rows, blocks=partial(text.blocks, rows))


class _Text:
    """A text file's rows, one by one or, what is left of them, in blocks."""

    def __init__(self, path: Path, name: str, how: dict):
        self.path, self.name, self.how = path, name, how
        # number of the next row, and what its lines have used of what a row may be
        self.row, self.used = 1, 0
        # lines of a block that are still to be split
        self.lines: deque[str] = deque()

    def blocks(self, rows: Iterator[Row], width: int) -> Iterator[list[Row] | pl.DataFrame]:
        """Blocks of what is left of `rows` (`Table`): frames of plain lines, lists of others."""
        while True:
            try:
                block = self.text.read(BLOCK) + self.text.readline(MAX_RECORD + 1)
                cells = plain_cells(block, width, *_signs(self.how)) if block else None
            except (UnicodeError, UserError):
                # row by row, what is wrong is said with its place
                again = _Text(self.path, self.name, self.how).rows()
                yield [row for row in again if row[0] >= self.row and any(row[1])]
                return
            if not block:
                # where the file is closed
                yield list(rows)
                return
            if cells is None:
                self.lines.extend(io.StringIO(block, newline=""))
                yield [row for row in self._begun(rows) if any(row[1])]
            else:
                yield _with_text(cells.insert_column(0, self._numbers(cells.height)))

    def _begun(self, rows: Iterator[Row]) -> Iterator[Row]:
        """Those of the rows that begin in the lines at hand."""
        while self.lines and (row := next(rows, None)):
            yield row

    def _numbers(self, rows: int) -> pl.Series:
        """The numbers of so many next rows, which are then behind."""
        first, self.row = self.row, self.row + rows
        return pl.int_range(first, self.row, dtype=pl.Int64, eager=True).alias("row")

    def rows(self) -> Iterator[Row]:
        """The rows as the csv reader splits them."""
        style = _style(self.name, self.how)
        try:
            with open_raw(self.path, self.name) as file:
                _refuse_no_text(file, self.path, self.name, self.how)
                # newline="" leaves line ends to the csv reader, which knows them inside quotes
                self.text = io.TextIOWrapper(
                    file, encoding=self.how["encoding"], errors="strict", newline=""
                )
                for cells in csv.reader(self._lines(), strict=True, **style):
                    number = self.row
                    if len(cells) > MAX_COLUMNS:
                        raise too_large(f"more than {MAX_COLUMNS:,} columns", number, self.name)
                    self.row, self.used = number + 1, 0
                    yield number, [cell.strip() for cell in cells]
        except UnicodeError as error:
            raise UserError(
                f"the file is not {self.how['encoding']}: {_decode_fault(error)}",
                # text is decoded some rows ahead of those that were read
                where=f"{self.name}, row {self.row} or below",
                rule="a file is read in the encoding that its YAML declares, never in a guessed"
                " one",
                do="correct format > encoding in the source's YAML (often gb18030, cp1252 or"
                " utf-8)",
            ) from None
        except csv.Error as error:
            raise _unsplit(error, self.row, self.name) from None

    def _lines(self) -> Iterator[str]:
        """Lines for the csv reader, held to what one row may be.

        The lines of a file object would be read whole, however long they are.
        """
        while line := self._line().removeprefix("\ufeff"):
            self.used += len(line)
            if self.used > MAX_RECORD:
                raise too_large(f"more than {MAX_RECORD:,} characters", self.row, self.name)
            if "\0" in line:
                raise UserError(
                    "the row has a NUL byte, which is no text",
                    where=place(self.name, row=self.row),
                    rule="a text file is read in the encoding that its YAML declares",
                    do="correct format > encoding in the source's YAML (utf-16?), or export the"
                    " file again: this one may be damaged",
                )
            yield line

    def _line(self) -> str:
        if self.lines:
            return self.lines.popleft()
        return self.text.readline(MAX_RECORD + 1 - self.used)


def _with_text(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows that have any text; to take out none would cost as much as to take out some."""
    is_blank = pl.all_horizontal(pl.exclude("row") == "")
    return rows.filter(~is_blank) if rows.select(is_blank.any()).item() else rows


def _signs(how: dict) -> tuple[str, str]:
    """Delimiter and quote ('' for none)."""
    return how["delimiter"], how.get("quote", '"')


def _style(name: str, how: dict) -> dict:
    """The csv reader's settings. UserError where they, or the encoding, mean nothing."""
    try:
        io.TextIOWrapper(io.BytesIO(), encoding=how["encoding"])
    except (LookupError, ValueError):
        raise UserError(
            f"unknown encoding '{how['encoding']}'",
            where=f"{name} (its YAML, format > encoding)",
            rule="an encoding is one that Python knows: utf-8, gb18030, cp1252, utf-16 …",
            do="correct the encoding",
        ) from None
    delimiter, quote = _signs(how)
    if delimiter in ("\r", "\n", "\0", quote) or quote in ("\r", "\n", "\0"):
        raise UserError(
            "this delimiter and quote cannot be told apart from each other or from line ends",
            where=f"{name} (its YAML, format)",
            rule="delimiter and quote are two characters that end no line",
            do="correct format > delimiter or quote (quote: '' if none is used)",
        )
    # the csv module has one limit for all its readers, by default 128 KiB
    csv.field_size_limit(MAX_CELL)
    return {"delimiter": delimiter} | (
        {"quotechar": quote} if quote else {"quoting": csv.QUOTE_NONE}
    )


def _refuse_no_text(file: io.BufferedReader, path: Path, name: str, how: dict) -> None:
    """Refuse what its first bytes show to be another format, or UTF-16 of unknown byte order."""
    start = file.peek(32)
    if start.startswith((OLE, ZIP, *(prefix for prefix, _ in PREFIXES))):
        raise UserError(
            f"the file is {kind_of(path)}, no text",
            where=name,
            rule="format > type: text reads delimited text",
            do="correct format > type in the source's YAML, or save the file as CSV",
        )
    size = {"utf-16": 2, "utf-32": 4}.get(codecs.lookup(how["encoding"]).name)
    if (
        size
        and start
        and start[:size] not in (b"\xff\xfe\0\0"[:size], b"\xfe\xff", b"\0\0\xfe\xff")
    ):
        raise UserError(
            f"the file is not {how['encoding']}: no byte order mark at its start",
            where=name,
            rule="without a mark the order of bytes is not known",
            do=f"declare {how['encoding']}-le or {how['encoding']}-be as format > encoding",
        )


def _unsplit(error: csv.Error, row: int, name: str) -> UserError:
    """The error for a row that is no CSV: what is wrong with it, not what it holds."""
    text = str(error)
    if "field larger" in text:
        text = f"a cell of more than {MAX_CELL:,} characters"
    if text == "unexpected end of data" or "a cell" in text:
        text += " (a quote that opens in this row and is not closed?)"
    return UserError(
        f"the text cannot be split into cells: {text}",
        where=place(name, row=row),
        rule="delimiter and quote are those that the source's YAML declares",
        do="correct format > delimiter or quote (quote: '' if none is used), or that row",
    )


def _decode_fault(error: UnicodeError) -> str:
    """Which byte is wrong, without the bytes around it, which may be a person's."""
    if isinstance(error, UnicodeDecodeError):
        return f"byte 0x{error.object[error.start]:02x} does not fit ({error.reason})"
    return type(error).__name__
