"""What a section of the report is made of, before any HTML."""

from collections.abc import Sequence
from dataclasses import dataclass

from labcohort.publish.tables.table import Cell, Column, Line, Printed


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `tone` sets it apart: verdicts of the validation, or a warning."""

    text: str
    tone: str = ""


@dataclass(frozen=True)
class Items:
    """A list of short texts."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Heading:
    """A heading within a section."""

    text: str


@dataclass(frozen=True)
class Picture:
    """A figure: where its bytes are (a data URI), a short alternative text and its caption."""

    name: str
    kind: str
    title: str
    uri: str
    caption: str
    panels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """A printed table."""

    table: Printed


Block = Paragraph | Items | Heading | Picture | Sheet


@dataclass(frozen=True)
class Section:
    """A section of the page: the name of its anchor, its heading, what it holds."""

    name: str
    title: str
    blocks: tuple[Block, ...]


def sheet(
    name: str,
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Cell | str]],
    footnotes: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> Sheet:
    """A table of the report's own; `notes` has one text a row, '' for none."""
    told = notes or [""] * len(rows)
    lines = tuple(
        Line(tuple(c if isinstance(c, Cell) else Cell(c) for c in row), note)
        for row, note in zip(rows, told, strict=True)
    )
    return Sheet(Printed(name, "report", title, tuple(columns), lines, tuple(footnotes)))


def count(n: int | None) -> Cell:
    """A count as a cell: with its thousands apart, sorted as a number; empty for None."""
    return Cell("") if n is None else Cell(f"{n:,}", (float(n),), 0)
