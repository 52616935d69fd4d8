"""A printed table, before any format: what each cell says, and the numbers that it says."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Column:
    """A column: its header (with the unit, where one holds for all), and whether it has numbers.

    `parts` are the headers of the numbers of which its cells are made, for a workbook: of
    "7.77 ± 0.10" the mean and the SEM. Without parts its cells are texts. `is_p`: its numbers are p
    values, written in the study's style.
    """

    header: str
    numeric: bool = False
    parts: tuple[str, ...] = ()
    is_p: bool = False


@dataclass(frozen=True)
class Cell:
    """What a cell says; its `numbers` (one for each part of its column) at full precision, to be
    shown with `decimals`, whole ones (`int`: counts) without. A number that is withheld or
    undefined is None."""

    text: str
    numbers: tuple[float | None, ...] = ()
    decimals: int | None = None


@dataclass(frozen=True)
class Line:
    """A row of cells, with a note below it; `about` names what it is about by its codes (marker,
    cohort, timepoint, profile), and `heading` begins a group of lines."""

    cells: tuple[Cell, ...]
    note: str = ""
    about: dict[str, str] = field(default_factory=dict)
    heading: str = ""


@dataclass(frozen=True)
class Printed:
    """A table of config/tables.tsv as it is printed."""

    name: str
    kind: str
    title: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    footnotes: tuple[str, ...]
