"""Direct identifiers in an incoming file: found by header and by content, and refused.

An export is scanned as it is read, a batch of rows at a time. A value is looked at once: what
repeats (codes, units, dates) and what is a short number costs next to nothing.
"""

from collections.abc import Collection

import polars as pl

from labcohort.errors import UserError, nearest
from labcohort.ingest.identifiers.column import SAMPLE, Column, Finding
from labcohort.ingest.identifiers.forms import may_identify
from labcohort.ingest.identifiers.words import kind_by_header

Row = tuple[int, list[str]]


class Scan:
    """Scan the columns of one table, batch by batch, in bounded memory.

    Parameters
    ----------
    header : names of the columns, one for each cell of a row.
    patients : whether the table lists patients: a bare `name` is theirs there, and few
        names are enough.
    exempt : columns that are dropped, and those that only become a pseudonym.
    missing : texts that mean no value.
    """

    def __init__(
        self,
        header: list[str],
        *,
        patients: bool = False,
        exempt: Collection[str] = (),
        missing: Collection[str] = (),
    ):
        self.missing = {"", *missing}
        self.columns = {
            position: Column(name, *kind_by_header(name, patients), patients)
            for position, name in enumerate(header)
            if name and name not in exempt
        }

    def see(self, batch: list[Row]) -> None:
        """Take a batch of rows (number, cells), each as long as the header, into account."""
        if batch:
            columns = zip(*[cells for _, cells in batch], strict=True)
            texts = [pl.Series(str(n), c, dtype=pl.String) for n, c in enumerate(columns)]
            numbers = pl.Series("row", [number for number, _ in batch], dtype=pl.Int64)
            self.see_frame(pl.DataFrame([numbers, *texts]))

    def see_frame(self, frame: pl.DataFrame) -> None:
        """The same of a batch in columns: `row`, and text columns named by their position."""
        texts = pl.col([str(position) for position in self.columns])
        if not self.columns or frame.is_empty():
            return
        step = max(1, frame.height // SAMPLE)
        filled = frame.gather_every(step).select((~texts.is_in(self.missing)).sum()).row(0)
        for column, sampled in zip(self.columns.values(), filled, strict=True):
            column.count(frame.height, sampled)
        numbers = frame.get_column("row")
        worth = [_worth(str(position), column) for position, column in self.columns.items()]
        different = frame.select(texts.unique().implode()).select(worth).row(0)
        for (position, column), own in zip(self.columns.items(), different, strict=True):
            # most columns of results end here, which is what makes the scan cheap
            if own := set(own) - self.missing:
                column.see(own, frame.get_column(str(position)), numbers, step)

    def findings(self) -> list[Finding]:
        """What was found so far, in the order of the columns."""
        return [finding for column in self.columns.values() for finding in column.findings()]


def _worth(position: str, column: Column) -> pl.Expr:
    """Of the different texts of a column, in a list, those that are worth to be looked at."""
    each = pl.col(position).explode()
    return (each if column.by_header else each.filter(may_identify(each))).implode()


def find_identifiers(header: list[str], rows: list[Row], **how) -> list[Finding]:
    """What is found in rows that are at hand; `how` as for `Scan`."""
    scan = Scan(header, **how)
    scan.see(rows)
    return scan.findings()


def refuse_identifiers(findings: list[Finding], file: str) -> None:
    """UserError with columns, kinds and first row numbers, and no value, where any was found."""
    if not findings:
        return
    said = [
        f"'{f.column}' ({f.kind}, by its {f.by}, row{'s' * (len(f.rows) > 1)} "
        + ", ".join(map(str, f.rows))
        + ")"
        for f in findings
    ]
    columns = list(dict.fromkeys(f.column for f in findings))
    raise UserError(
        "the file holds what identifies persons directly, in "
        + ("1 column: " if len(columns) == 1 else f"{len(columns)} columns: ")
        + ", ".join(said[:30]),
        where=file,
        rule="names, telephone numbers, e-mail and other addresses, record and national numbers"
        " are not read",
        do=f"list them in the source's YAML, and they are passed over: drop: {_yaml(columns)};"
        " where a column is needed, have these texts taken out of the file",
    )


def check_dropped(header: list[str], dropped: Collection[str], where: str) -> None:
    """UserError where a column under `drop` is not in the header: another may hold what it held."""
    for column in dropped:
        if column not in header:
            known = [name for name in header if name]
            raise UserError(
                f"the file has no column '{column}' to drop{nearest(column, known)}",
                where=where,
                rule="each column under `drop` is in the header",
                do="correct the name under `drop` in the source's YAML; the header has: "
                + ", ".join(known[:60]),
            )


def _yaml(columns: list[str]) -> str:
    return "[" + ", ".join(f'"{column}"' for column in columns) + "]"
