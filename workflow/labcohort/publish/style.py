"""One look for all figures: sizes, colours that differ in grey too, and files without dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import ascii_uppercase

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from matplotlib.ticker import MaxNLocator

from labcohort.publish import fonts
from labcohort.publish.words import say

FORMATS = ("svg", "pdf", "png")
MM = 1 / 25.4
# widths of a journal's page and column, and the height that a page has room for
PAGE_WIDTH, COLUMN_WIDTH = 180 * MM, 88 * MM
PAGE_HEIGHT_MM = 240
POINT_MM = 25.4 / 72
# Okabe M, Ito K. Color Universal Design (2008); from dark to light in grey
BLUE, VERMILION, GREEN, ORANGE, SKY = "#0072B2", "#D55E00", "#009E73", "#E69F00", "#56B4E9"
BASELINE_COLOUR = "#999999"
FOLLOWUP_COLOUR = BLUE
INK, FAINT = "#1a1a1a", "#666666"
# zlib's: files as large as by the usual 6, in two thirds of the time
PNG_LEVEL = 3
# points
TITLE, PANEL, SMALL, TINY = 10, 7.5, 7, 6
# millimetres of a figure above and below its panels
HEAD, FOOT, EDGE = 9, 8, 2

SETTINGS = {
    "font.size": 8,
    "axes.titlesize": 9,
    "axes.labelsize": SMALL,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.edgecolor": INK,
    "text.color": INK,
    "axes.labelcolor": INK,
    # a label with two dollar signs is no formula
    "text.parse_math": False,
    # ids in an SVG are random without a salt
    "svg.hashsalt": "labcohort",
    # letters as outlines: an SVG looks the same where the font is not installed
    "svg.fonttype": "path",
}
# no dates, and no versions of software
ANONYMOUS = {
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    "png": {"Software": None},
}


@dataclass(frozen=True)
class Box:
    """A part of a figure in millimetres from its left and lower edge."""

    left: float
    bottom: float
    width: float
    height: float


def apply(how: dict) -> None:
    """Use the style for every figure made from here on.

    `how` has the language and the font (None: any that has the language's letters).
    """
    # a matplotlibrc of the user or in the study's folder has no say
    matplotlib.rcdefaults()
    matplotlib.rcParams.update(SETTINGS)
    fonts.use(how["language"], how["font"])


def sheet(
    how: dict, heights: Sequence[float], columns: int, foot: str = "", least: float = 0
) -> tuple[Figure, list[list[Box]]]:
    """A figure with its title and foot, and the boxes of its panels by line and column.

    `heights` of the lines of panels are in millimetres; where a page has no room for all they are
    less in proportion, but never under `least`. A figure of one column is as wide as a journal's
    column.
    """
    width = PAGE_WIDTH if columns > 1 else COLUMN_WIDTH
    across = width / MM - 2 * EDGE
    # the word SYNTHETIC stands at the right of the first line
    title = wrapped(how["title"], across - 32 * how["synthetic"], TITLE)
    head = HEAD + (len(title) - 1) * TITLE * POINT_MM * 1.25
    below = FOOT if foot else EDGE
    fits = min(1.0, (PAGE_HEIGHT_MM - head - below) / sum(heights))
    heights = [max(height * fits, least) for height in heights]
    height = head + sum(heights) + below
    figure = Figure(figsize=(width, height * MM))
    left = EDGE * MM / width
    figure.text(left, 1 - 2 / height, "\n".join(title), ha="left", va="top", fontsize=TITLE)
    if foot:
        figure.text(left, 2 / height, foot, va="bottom", fontsize=TINY, color=FAINT)
    cell = across / columns
    boxes, bottom = [], height - head
    for line in heights:
        bottom -= line
        boxes.append([Box(EDGE + j * cell, bottom, cell, line) for j in range(columns)])
    return figure, boxes


def headline(figure: Figure, text: str, height: float) -> None:
    """The title of a figure of so many millimetres that has a layout of its own."""
    figure.suptitle(text, x=0.01, ha="left", y=1 - 3 / height, va="top", fontsize=TITLE)


def axes_in(
    figure: Figure,
    box: Box,
    *,
    left: float = 11,
    right: float = 3,
    above: float = 9,
    below: float = 9,
    **kinds,
) -> Axes:
    """Axes in a box, so many millimetres from its sides; `kinds` are those of Figure.add_axes."""
    width, height = figure.get_size_inches() / MM
    return figure.add_axes(
        (
            (box.left + left) / width,
            (box.bottom + below) / height,
            (box.width - left - right) / width,
            (box.height - above - below) / height,
        ),
        **kinds,
    )


def panel_title(figure: Figure, box: Box, number: int, title: str, below: str = "") -> float:
    """A panel's letter, its title, and what stands in grey below that; their height, for at least
    two lines, in millimetres."""
    width, height = figure.get_size_inches() / MM
    top, left, step = box.bottom + box.height - 0.5, box.left + 4.5, PANEL * POINT_MM * 1.25
    figure.text(
        box.left / width,
        top / height,
        letter(number),
        va="top",
        fontweight="bold",
        fontsize=PANEL + 1,
    )
    lines = wrapped(title, box.width - 8, PANEL)
    for i, line in enumerate([*lines, below]):
        grey = {"fontsize": SMALL, "color": FAINT} if i == len(lines) else {"fontsize": PANEL}
        figure.text(left / width, (top - i * step) / height, line, va="top", **grey)
    return 0.5 + step * max(2, len(lines) + bool(below))


def letter(number: int) -> str:
    """The letter of a panel: A to Z, then AA, AB, …"""
    before, last = divmod(number, len(ascii_uppercase))
    return (ascii_uppercase[before - 1] if before else "") + ascii_uppercase[last]


def bracket(axes: Axes, left: float, right: float, level: float, text: str) -> None:
    """A bracket from `left` to `right` of the data, `level` of the axes' height up, with a text."""
    place = axes.get_xaxis_transform()
    axes.plot(
        [left, left, right, right],
        [level, level + 0.025, level + 0.025, level],
        transform=place,
        color=INK,
        linewidth=0.8,
        clip_on=False,
    )
    axes.annotate(
        text,
        ((left + right) / 2, level + 0.025),
        (0, 1.5),
        xycoords=place,
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=SMALL,
    )


def instead(axes: Axes, x: float, text: str) -> None:
    """A text at `x` of the axes' data where nothing is drawn, half way up."""
    axes.annotate(
        text,
        (x, 0.5),
        xycoords=("data", "axes fraction"),
        ha="center",
        va="center",
        fontsize=SMALL,
        color=FAINT,
    )


def round_ticks(low: float, high: float) -> np.ndarray:
    """The ticks of a linear axis around `low` to `high`, of which the outermost are its limits.

    Limits at the data's own ends would tell the least and the greatest value to every digit.
    """
    spread = (high - low) or abs(high) or 1.0
    locator = MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10])
    return locator.tick_values(low - 0.02 * spread, high + 0.02 * spread)


def round_log_limits(low: float, high: float) -> tuple[float, float]:
    """Limits of a logarithmic axis around `low` to `high`, both over zero, at 1, 2 or 5."""
    marks = np.array([1.0, 2.0, 5.0])
    decades = 10.0 ** np.arange(np.floor(np.log10(low)) - 1, np.ceil(np.log10(high)) + 2)
    known = np.sort(np.outer(decades, marks).ravel())
    return float(known[known < low].max()), float(known[known > high].min())


def text_width(text: str, size: float) -> float:
    """The width of a text in millimetres, at a size in points."""
    width, _, _ = text_to_path.get_text_width_height_descent(
        text, FontProperties(size=size), ismath=False
    )
    return width * POINT_MM


def wrapped(text: str, width: float, size: float) -> list[str]:
    """A text in lines of at most `width` millimetres at a size in points, cut between words."""
    lines = [""]
    for word in _pieces(text):
        longer = lines[-1] + word
        if lines[-1] and text_width(longer.rstrip(), size) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return [line.strip() for line in lines]


def _pieces(text: str) -> list[str]:
    """The parts between which a line may end: words, and signs that are written without blanks."""
    pieces = [""]
    for sign in text:
        pieces[-1] += sign
        if sign == " " or ord(sign) > 0x2E80:
            pieces.append("")
    return [piece for piece in pieces if piece]


def mark_synthetic(figure: Figure, how: dict) -> None:
    """The word SYNTHETIC across the top of a figure."""
    figure.text(
        0.995,
        0.995,
        say(how, "SYNTHETIC DATA"),
        ha="right",
        va="top",
        fontsize=8,
        fontweight="bold",
        color="#8a3d00",
    )


def save(figure: Figure, path: str) -> None:
    """Write a figure in the format that the path ends in, the same bytes every time.

    UserError where a font has no letter for a sign of it.
    """
    kind = Path(path).suffix[1:]
    how = {"pil_kwargs": {"compress_level": PNG_LEVEL}} if kind == "png" else {}
    with fonts.complete():
        figure.savefig(path, format=kind, metadata=ANONYMOUS[kind], dpi=300, **how)
