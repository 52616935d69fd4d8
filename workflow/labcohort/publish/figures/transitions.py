"""Figures of kind transitions: a matrix of the classes at baseline and at a visit."""

import polars as pl
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from labcohort.publish import style
from labcohort.publish.lists import commas, paragraph
from labcohort.publish.text import within
from labcohort.publish.words import say
from labcohort.rounding import rounded
from labcohort.small_cells import FEW, is_few, withheld_table

# millimetres: a line of a matrix, what stands above and below one, the labels beside it
LINE, ABOVE, BELOW, LABELS = 9.0, 14.0, 10.0, 42.0
TOP = 8.0
COLOURS = "Blues"
# the share from which white letters are easier to read than black ones
DARK = 0.55
# in place of a count that would give away another
WITHHELD = "–"


def read(paths: dict, how: dict) -> list[dict]:
    """A matrix a marker, cohort and timepoint: its counts with totals, and what is withheld."""
    frame = pl.concat(pl.read_parquet(path) for path in paths["transitions"])
    return [
        _matrix(
            frame.filter(
                marker=marker["marker"], cohort=cohort["cohort"], timepoint=timepoint["timepoint"]
            ),
            how["classes"][marker["marker"]],
            how["minimum_cell"],
        )
        | {"marker": marker, "cohort": cohort, "timepoint": timepoint}
        for marker in how["markers"]
        for cohort in how["cohorts"]
        for timepoint in how["timepoints"]
    ]


def draw(matrices: list[dict], how: dict) -> Figure:
    """Rows are classes at baseline, columns those at the visit; the darker, the larger the share of
    its row."""
    columns = min(2, len(matrices))
    lines = -(-len(matrices) // columns)
    tall = max(len(m["counts"]) for m in matrices) * LINE
    height = TOP + lines * (tall + ABOVE + BELOW)
    drawn = Figure(figsize=(style.PAGE_WIDTH, height * style.MM))
    # the labels of the rows stand once a line
    width = (180 - LABELS - 6 * (columns - 1) - 3) / columns
    width = min(width, 1.35 * tall)
    for i, matrix in enumerate(matrices):
        line, column = divmod(i, columns)
        x = LABELS + column * (width + 6)
        y = TOP + line * (tall + ABOVE + BELOW) + ABOVE
        own = len(matrix["counts"]) * LINE
        axes = drawn.add_axes((x / 180, 1 - (y + own) / height, width / 180, own / height))
        _draw_matrix(axes, matrix, how, labels=column == 0)
        axes.text(0, 1 + 11 / own, style.letter(i), transform=axes.transAxes, fontsize=10,
                  fontweight="bold", va="top")  # fmt: skip
        axes.text(0.05, 1 + 11 / own, _heading(matrix, how), transform=axes.transAxes, fontsize=8,
                  va="top")  # fmt: skip
    style.headline(drawn, how["title"], height)
    return drawn


def source(matrices: list[dict], how: dict) -> pl.DataFrame:
    """The counts that are drawn, `all` for the totals; null where withheld."""
    rows = [
        {
            **{k: m[k][k] for k in ("marker", "cohort", "timepoint")},
            "category_baseline": before,
            "category_followup": after,
            "n": None if m["withheld"][i][j] else m["counts"][i][j],
            "withheld": m["withheld"][i][j],
        }
        for m in matrices
        for i, before in enumerate(m["codes"])
        for j, after in enumerate(m["codes"])
    ]
    schema = dict.fromkeys(("marker", "cohort", "timepoint", "category_baseline",
                            "category_followup"), pl.String)  # fmt: skip
    return pl.DataFrame(rows, schema=schema | {"n": pl.Int64, "withheld": pl.Boolean}, orient="row")


def caption(matrices: list[dict], how: dict) -> str:
    """How the matrix is read, and what is not in it."""
    parts = [
        say(
            how,
            "Persons by their class at baseline (rows) and at the visit (columns), with the share"
            " of the row. Framed: the same class at both.",
        ),
        say(
            how,
            "A person near a bound may change class by biological and analytical variation and by"
            " regression to the mean alone; the data have no control group.",
        ),
        say(
            how,
            "By eGFR alone: a category, not a diagnosis (KDIGO asks for three months and a marker"
            " of kidney damage).",
        ),
    ]
    if how["methods"]:
        methods = commas(how, (how["methods"][name] for name in sorted(how["methods"])))
        parts.append(say(how, "eGFR by {methods}.", methods=methods))
    if any(True in line for m in matrices for line in m["withheld"]):
        parts.append(
            say(
                how,
                "{few}: 1 to {most} persons; {withheld}: withheld, since it would give another"
                " count away.",
                few=FEW.format(minimum=how["minimum_cell"]),
                most=how["minimum_cell"] - 1,
                withheld=WITHHELD,
            )
        )
    return paragraph(how, parts)


def _matrix(frame: pl.DataFrame, classes: list[dict], minimum: int) -> dict:
    """Counts with a last line and column of totals, and which of them are withheld."""
    counts = {(before, after): n for before, after, n in frame.select(
        "category_baseline", "category_followup", "n").iter_rows()}  # fmt: skip
    known = [*(c["category"] for c in classes), None]
    table = [[counts[before, after] for after in known] for before in known]
    totals = [sum(column) for column in zip(*table, strict=True)]
    full = [[*line, sum(line)] for line in table]
    full.append([*totals, sum(totals)])
    return {
        "codes": ["none" if code is None else code for code in known] + ["all"],
        "labels": [c["label"] for c in classes],
        "counts": full,
        "withheld": withheld_with_totals(full, minimum),
    }


def withheld_with_totals(full: list[list[int]], minimum: int) -> list[list[bool]]:
    """What is withheld of a table whose last line and column are its totals.

    A total is a cell of its own line: less the rest of the line it is zero, which is known as
    the total of a line would be. So totals that are small are withheld, too, with what would give
    them away. The number of all is known elsewhere, and withheld only where it is small itself.
    """
    if is_few(full[-1][-1], minimum):
        return [[True] * len(line) for line in full]
    # of 0 nothing is chosen to protect another count as long as there is something else
    table = [list(line) for line in full]
    table[-1][-1] = 0
    last = len(full) - 1
    signs = [[-1 if last in (i, j) else 1 for j in range(len(full))] for i in range(len(full))]
    hidden = withheld_table(table, minimum, signs=signs)
    hidden[-1][-1] = False
    return hidden


def _heading(matrix: dict, how: dict) -> str:
    """What a matrix is of: the cohort where there are several, the marker likewise."""
    parts = [matrix["timepoint"]["label"]]
    if len(how["cohorts"]) > 1:
        parts.insert(0, matrix["cohort"]["label"])
    if len(how["markers"]) > 1:
        parts.insert(0, matrix["marker"]["label"])
    n = matrix["counts"][-1][-1]
    if matrix["withheld"][-1][-1]:
        count = say(how, "n < {minimum}", minimum=how["minimum_cell"])
    else:
        count = say(how, "n = {n}", n=f"{n:,}")
    return commas(how, parts) + f" ({count})"


def _draw_matrix(axes: Axes, matrix: dict, how: dict, labels: bool) -> None:
    counts, hidden = matrix["counts"], matrix["withheld"]
    size = len(counts)
    for i in range(size):
        for j in range(size):
            share = _share(matrix, i, j)
            inner = i < size - 1 and j < size - 1
            colour = colormaps[COLOURS](share) if inner and share is not None else "white"
            axes.add_patch(
                Rectangle((j, i), 1, 1, facecolor=colour, edgecolor="#bbbbbb", linewidth=0.5)
            )
            text = _text(counts[i][j], hidden[i][j], how["minimum_cell"])
            if share is not None and inner and counts[i][j]:
                text += f"\n{rounded(100 * share, 0)} %"
            white = inner and share is not None and share > DARK
            axes.text(j + 0.5, i + 0.5, text, ha="center", va="center", fontsize=6.5,
                      linespacing=1.15, color="white" if white else style.INK)  # fmt: skip
    for i in range(size - 2):
        axes.add_patch(
            Rectangle((i, i), 1, 1, facecolor="none", edgecolor=style.INK, linewidth=1.1, zorder=3)
        )
    for at in (size - 2, size - 1):
        axes.axhline(at, color=style.INK, linewidth=0.8)
        axes.axvline(at, color=style.INK, linewidth=0.8)
    axes.set_xlim(0, size)
    axes.set_ylim(size, 0)
    none, every = say(how, "no value"), say(how, "all")
    places = [i + 0.5 for i in range(size)]
    short = say(how, "none")
    axes.set_xticks(places, [*matrix["codes"][:-2], short, every], fontsize=7)
    axes.set_yticks(places, [*matrix["labels"], none, every] if labels else [], fontsize=7)
    axes.tick_params(length=0, top=False, bottom=False, left=False, labeltop=True,
                     labelbottom=False)  # fmt: skip
    axes.set_xlabel(say(how, "{marker} at {timepoint}", marker=matrix["marker"]["label"],
                        timepoint=within(matrix["timepoint"]["label"])), fontsize=7.5)  # fmt: skip
    axes.xaxis.set_label_position("bottom")
    if labels:
        axes.set_ylabel(say(how, "{marker} at {timepoint}", marker=matrix["marker"]["label"],
                            timepoint=within(how["baseline"])), fontsize=7.5)  # fmt: skip
    for side in axes.spines.values():
        side.set_visible(True)


def _share(matrix: dict, i: int, j: int) -> float | None:
    """Share of its line; None where either is withheld, or nobody is in the line."""
    total = matrix["counts"][i][-1]
    if matrix["withheld"][i][j] or matrix["withheld"][i][-1] or not total:
        return None
    return matrix["counts"][i][j] / total


def _text(n: int, withheld: bool, minimum: int) -> str:
    """A count as it is printed."""
    if not withheld:
        return f"{n:,}"
    return FEW.format(minimum=minimum) if is_few(n, minimum) else WITHHELD
