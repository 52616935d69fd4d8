"""SAS transport files (XPT), SPSS files (.sav) and Stata files (.dta): names, then records from 1.

The missing values of the three programs, and those that an SPSS file declares, are empty.
"""

import os
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from labcohort.errors import UserError
from labcohort.ingest.readers.guard import isolated
from labcohort.ingest.readers.shown import duration_text, number_text
from labcohort.ingest.readers.signature import UNKNOWN, kind_of
from labcohort.ingest.readers.table import Row, Table

# cells in memory at a time. A part is found by passing over those before it, so many are slow
CHUNK = 4_000_000
KINDS = {
    "xpt": ("a SAS transport file (XPT)",),
    "sav": ("an SPSS file (.sav)", "a compressed SPSS file (.zsav)"),
    # older Stata files have no mark of their own
    "dta": ("a Stata file (.dta)", UNKNOWN),
}
# an XPT file consists of records of 80 bytes
XPT_RECORD = 80
XPT_MEMBER = (b"HEADER RECORD*******MEMBER  HEADER", b"HEADER RECORD*******MEMBV8  HEADER")
# significant digits of a number of so many bytes, in IBM's floating point without its exponent
XPT_DIGITS = {3: 3, 4: 6, 5: 8, 6: 11, 7: 13}


def tables(path: Path, name: str, how: dict) -> Iterator[Table]:
    """One table: row 0 names the variables, records count from 1.

    `labels` (sav, dta) gives the label of a code where it has one, else the code is read. Dates
    are ISO text where the variable's format is a date's; else the number stays (days, Stata's
    months and quarters). `encoding`
    goes before the one that the file declares. UserError where the file is not of its kind, ends
    early, or has a date that no calendar has.
    """
    return isolated(_tables, path, name, how)


def _tables(path: Path, name: str, how: dict) -> Iterator[Table]:
    kind = kind_of(path)
    if kind not in KINDS[how["type"]]:
        raise UserError(
            f"the file is {kind}",
            where=name,
            rule=f"format > type: {how['type']} reads {KINDS[how['type']][0]}",
            do="correct format > type in the source's YAML",
        )
    if how["type"] == "xpt":
        _check_transport(path, name)
    if how["type"] == "dta":
        _check_end(path, name)
    file = StatisticalFile(path, name, how)
    yield Table(None, chain([(0, file.columns)], _records(file)))


def _records(file: "StatisticalFile") -> Iterator[Row]:
    limit = max(1, CHUNK // max(1, len(file.columns)))
    done = 0
    while True:
        texts = file.texts(done, limit)
        for number, cells in enumerate(texts.iter_rows(), done + 1):
            yield number, list(cells)
        done += texts.height
        if texts.height < limit:
            break
    # SPSS writes -1 where it does not know
    if file.declared is not None and 0 <= file.declared != done:
        raise _cut_short(file.name)


class StatisticalFile:
    """A file of SAS, SPSS or Stata: names of its variables, and parts of its records as text."""

    def __init__(self, path: Path, name: str, how: dict):
        import pyreadstat

        self.path, self.name, self.kind = path, name, how["type"]
        self.read = getattr(
            pyreadstat, {"xpt": "read_xport", "sav": "read_sav", "dta": "read_dta"}[self.kind]
        )
        self.encoding = how.get("encoding")
        _, meta = self._part(metadataonly=True)
        self.columns = [column.strip() for column in meta.column_names]
        self.declared = meta.number_rows
        self.single = {c for c, kind in meta.readstat_variable_types.items() if kind == "float"}
        self.digits = {}
        if self.kind == "xpt":
            widths = meta.variable_storage_width
            self.digits = {c: XPT_DIGITS[w] for c, w in widths.items() if w in XPT_DIGITS}
        self.labels = _labels(meta.variable_value_labels) if how.get("labels") else {}

    def texts(self, done: int, limit: int):
        """A frame of text with the records after `done`, at most `limit`."""
        import polars as pl

        from labcohort.ingest.readers.frames import as_text

        frame, _ = self._part(row_offset=done, row_limit=limit)
        frame = frame.with_columns(pl.col(c).cast(pl.Float32) for c in self.single)
        text = as_text(frame, self.name, self.digits)
        times = [column for column, kind in frame.schema.items() if kind == pl.Time]
        if times and self.kind != "dta":
            text = text.with_columns(self._durations(times, done, limit))
        return text.with_columns(pl.col(c).replace(codes) for c, codes in self.labels.items())

    def _durations(self, columns: list[str], done: int, limit: int):
        """Columns of times as h:mm:ss; they may be durations, which a time of day would cut."""
        import polars as pl

        frame, _ = self._part(
            row_offset=done, row_limit=limit, usecols=columns, disable_datetime_conversion=True
        )
        return [
            pl.Series(
                column,
                ["" if s is None else duration_text(s) for s in frame[column]],
                dtype=pl.String,
            )
            for column in columns
        ]

    def _part(self, **what):
        import polars as pl
        from pyreadstat import ReadstatError

        try:
            return self.read(str(self.path), output_format="polars", encoding=self.encoding, **what)
        except ReadstatError as error:
            encoding = "convert string" in str(error)
            raise UserError(
                "the file has text in another encoding than it declares"
                if encoding
                else f"the file is damaged or of a kind that is not supported: {error}",
                where=self.name,
                rule=f"format > type: {self.kind} reads {KINDS[self.kind][0]}",
                do="declare format > encoding (often GB18030 or CP1252)"
                if encoding
                else "open it in the program that wrote it and save it again",
            ) from None
        except (pl.exceptions.PolarsError, OverflowError, ValueError):
            # the library's message may show a value
            raise UserError(
                "the file has a date or a time that no calendar has",
                where=self.name,
                rule="a variable with the format of a date holds dates of the years 1 to 9999",
                do="correct it, or give the variable the format of a plain number",
            ) from None


def _labels(labels: dict[str, dict]) -> dict[str, dict[str, str]]:
    """Column -> code as text -> label."""
    return {
        column: {
            code.strip() if isinstance(code, str) else number_text(code): label.strip()
            for code, label in codes.items()
        }
        for column, codes in labels.items()
    }


def _cut_short(name: str) -> UserError:
    return UserError(
        "the file ends before its last record",
        where=name,
        rule="a file has all the records that its header declares",
        do="copy or export the file again",
    )


def _check_end(path: Path, name: str) -> None:
    """Refuse a Stata file (13 or newer) without its end: labels may be lost with it."""
    with path.open("rb") as file:
        tagged = file.read(11) == b"<stata_dta>"
        file.seek(-min(64, path.stat().st_size), os.SEEK_END)
        if tagged and not file.read().rstrip().endswith(b"</stata_dta>"):
            raise _cut_short(name)


def _check_transport(path: Path, name: str) -> None:
    """Refuse an XPT file that was cut short, or of whose data sets only the first would be read."""
    if path.stat().st_size % XPT_RECORD:
        raise _cut_short(name)
    members = 0
    with path.open("rb") as file:
        while block := file.read(XPT_RECORD << 16):
            for mark in XPT_MEMBER:
                at = block.find(mark)
                while at >= 0:
                    members += at % XPT_RECORD == 0
                    at = block.find(mark, at + 1)
    if members != 1:
        raise UserError(
            f"the transport file has {members} data sets",
            where=name,
            rule="an XPT file is read that has one data set",
            do="export each data set to a file of its own",
        )
