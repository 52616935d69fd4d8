"""Figures of kind specifications: each comparison under other decisions, sorted by its statistic.

After Simonsohn U, Simmons JP, Nelson LD. Specification curve analysis. Nat Hum Behav 2020;4:1208.
"""

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from labcohort.publish import style
from labcohort.publish.figures.phrases import (
    closing_sentence,
    no_control,
    nothing_drawn,
    profile_sentence,
    withheld_sentence,
)
from labcohort.publish.figures.rows import place, withheld_places
from labcohort.publish.lists import commas, paragraph
from labcohort.publish.words import say
from labcohort.small_cells import is_few

# what a specification decides -> its columns
DIMENSIONS = {
    "equation": ("equation",),
    "censored": ("censored",),
    "window": ("window_before", "window_after"),
    "test": ("test",),
}
# millimetres: of the curve, of a line of the matrix, of the gap between, and at the left
CURVE, LEVEL, GAP, LABELS = 30, 2.9, 2, 40
PRINTED = (
    "marker", "cohort", "timepoint", "rank", *(c for own in DIMENSIONS.values() for c in own),
    "statistic", "p_value", "below_alpha", "declared", "reason",
)  # fmt: skip


def read(paths: dict, how: dict) -> list[dict]:
    """The comparisons of the figure: place, `specifications` in their order, and `withheld`."""
    frame = pl.concat(pl.read_parquet(path) for path in paths["specifications"])
    markers = [marker["marker"] for marker in how["markers"]]
    own_profile = pl.col("profile") == how["profile"]
    every = frame.filter(pl.col("marker").is_in(markers), own_profile).to_dicts()
    declared = {place(row): row for row in every if row["declared"]}
    hidden = withheld_places(pl.read_parquet(paths["small_groups"][0]), how)
    found = []
    for marker in how["markers"]:
        for cohort in how["cohorts"]:
            for timepoint in how["timepoints"]:
                where = (marker["marker"], cohort["cohort"], timepoint["timepoint"])
                own = [row for row in every if place(row) == where]
                if own:
                    family = min((row["family"] for row in own), key=how["families"].index)
                    found.append(
                        {
                            "where": (marker, cohort, timepoint),
                            "withheld": hidden.get(where),
                            "n_pairs": declared[where]["n_pairs"],
                            "specifications": _sorted(
                                [row for row in own if row["family"] == family], how
                            ),
                        }
                    )
    return found


def draw(blocks: list[dict], how: dict) -> Figure:
    """A panel a comparison: its statistics above, and below them what was decided in each."""
    columns = len(how["timepoints"])
    pairs = list(dict.fromkeys((b["where"][0]["marker"], b["where"][1]["cohort"]) for b in blocks))
    times = [timepoint["timepoint"] for timepoint in how["timepoints"]]
    heights = [0.0] * len(pairs)
    for block in blocks:
        i = pairs.index((block["where"][0]["marker"], block["where"][1]["cohort"]))
        rows = len(_levels(block["specifications"]))
        heights[i] = max(heights[i], 12 + CURVE + GAP + LEVEL * rows + 4)
    figure, boxes = style.sheet(how, heights, max(2, columns), no_control(how))
    _legend(figure, how)
    for block in blocks:
        marker, cohort, timepoint = block["where"]
        i = pairs.index((marker["marker"], cohort["cohort"]))
        j = times.index(timepoint["timepoint"])
        box = boxes[i][j]
        below = commas(how, (cohort["label"], timepoint["label"]))
        above = style.panel_title(figure, box, i * columns + j, marker["label"], below) + 2
        _block(figure, box, above, block, how)
    return figure


def source(blocks: list[dict], how: dict) -> pl.DataFrame:
    """The numbers that are drawn, a row a specification in the order of their statistics."""
    lines = []
    for block in blocks:
        own = [] if block["withheld"] else block["specifications"]
        lines += [{name: ({"rank": i} | row)[name] for name in PRINTED}
                  for i, row in enumerate(own, 1)]  # fmt: skip
    return pl.DataFrame(lines, schema_overrides={"reason": pl.String}, infer_schema_length=None)


def caption(blocks: list[dict], how: dict) -> str:
    """What the figure shows, from the specifications that are drawn."""
    seen = [block for block in blocks if not block["withheld"]]
    every = [row for block in seen for row in block["specifications"]]
    names = dict.fromkeys(block["where"][0]["label"] for block in blocks)
    parts = [
        say(
            how,
            "{markers}: each dot is the paired comparison under one set of decisions, by its"
            " statistic (t, or z with the sign of the rank sums), in ascending order; over zero the"
            " marker was higher at follow-up.",
            markers=commas(how, names),
        ),
        say(how, "Filled: p, not adjusted, is below alpha. Diamond: the plan's own specification."),
        say(how, "The marks below each dot say what was decided: {dimensions}.",
            dimensions=commas(how, _dimension_names(every, how))),
        profile_sentence(how),
    ]  # fmt: skip
    if any(row["reason"] for row in every):
        parts.append(say(how, "Columns without a dot have no test."))
    parts += [
        say(
            how,
            "The specifications rest on mostly the same values and are not independent: how many of"
            " them lie below alpha describes, and is no evidence.",
        ),
        withheld_sentence(len(seen) < len(blocks), how),
        closing_sentence(how),
    ]
    return paragraph(how, parts)


def _sorted(rows: list[dict], how: dict) -> list[dict]:
    """Specifications by their statistic, those without a test last; of few pairs none is shown."""
    shown = [
        row | dict.fromkeys(("statistic", "p_value", "below_alpha"))
        if is_few(row["n_pairs"], how["minimum_cell"])
        else row
        for row in rows
    ]
    columns = [c for own in DIMENSIONS.values() for c in own]

    def order(row: dict) -> tuple:
        number = row["statistic"]
        return number is None, number or 0, [str(row[column]) for column in columns]

    return sorted(shown, key=order)


def _levels(rows: list[dict]) -> list[tuple[str, tuple]]:
    """(dimension, level) of each line of the matrix: of the dimensions that vary."""
    found = []
    for dimension, columns in DIMENSIONS.items():
        levels = sorted(
            {tuple(row[c] for c in columns) for row in rows},
            key=lambda level: [(isinstance(x, str), x) if x is not None else () for x in level],
        )
        if len(levels) > 1:
            found += [(dimension, level) for level in levels]
    return found


def _level_name(dimension: str, level: tuple, how: dict) -> str:
    """A level as it stands beside the matrix."""
    if dimension == "equation":
        methods = (level[0] or "").split(" + ")
        return " + ".join(how["methods"].get(method, method) for method in methods)
    if dimension == "window":
        before, after = level
        if before == after:
            return say(how, "window ±{days} days", days=before)
        return say(how, "window −{before} to +{after} days", before=before, after=after)
    return {
        "lod_half": say(how, "“<x” counts as x/2"),
        "lod": say(how, "“<x” counts as x"),
        "sqrt2": say(how, "“<x” counts as x/√2"),
        "excluded": say(how, "“<x” is left out"),
        "paired_t": say(how, "paired t test"),
        "wilcoxon_signed_rank": say(how, "Wilcoxon signed-rank test"),
    }[level[0]]


def _dimension_names(rows: list[dict], how: dict) -> list[str]:
    """What varies among the specifications."""
    known = {
        "equation": say(how, "the equation"),
        "censored": say(how, "what stands for a value below detection"),
        "window": say(how, "the days around the target day"),
        "test": say(how, "the test"),
    }
    varied = {dimension for dimension, _ in _levels(rows)}
    return [name for dimension, name in known.items() if dimension in varied]


def _legend(figure: Figure, how: dict) -> None:
    """What the marks mean, at the figure's foot."""
    marks = (
        ("o", style.BLUE, style.BLUE, say(how, "p below alpha")),
        ("o", "white", style.INK, say(how, "p not below alpha")),
        ("D", style.VERMILION, style.INK, say(how, "the plan's own")),
    )
    handles = [
        Line2D([], [], marker=mark, linestyle="", markersize=4, markerfacecolor=face,
               markeredgecolor=edge, label=label)
        for mark, face, edge, label in marks
    ]  # fmt: skip
    figure.legend(
        handles=handles, loc="lower right", ncols=3, frameon=False, fontsize=style.SMALL,
        borderpad=0.3, handletextpad=0.1, columnspacing=1,
    )  # fmt: skip


def _block(figure: Figure, box: style.Box, above: float, block: dict, how: dict) -> None:
    """The curve of one comparison and the matrix below it."""
    rows = block["specifications"]
    levels = _levels(rows)
    room = LEVEL * max(1, len(levels))
    # in a page that is full the curve gives way
    height = min(CURVE, box.height - above - GAP - room - 2)
    under = box.height - above - height
    curve = style.axes_in(figure, box, left=LABELS, right=3, above=above, below=under)
    curve.set_xlim(-0.8, len(rows) - 0.2)
    curve.set_xticks([])
    if block["withheld"] or not block["n_pairs"]:
        curve.set_yticks([])
        style.instead(curve, (len(rows) - 1) / 2, nothing_drawn(block, how))
        return
    _curve(curve, rows, how)
    matrix = style.axes_in(
        figure, box, left=LABELS, right=3, above=above + height + GAP, below=under - GAP - room
    )
    _matrix(matrix, rows, levels, how)


def _curve(axes: Axes, rows: list[dict], how: dict) -> None:
    """The statistic of each specification."""
    axes.axhline(0, color=style.INK, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
    size = 4 if len(rows) <= 40 else 2.5
    for x, row in enumerate(rows):
        if row["statistic"] is None:
            continue
        below, own = row["below_alpha"], row["declared"]
        axes.plot(
            [x],
            [row["statistic"]],
            "D" if own else "o",
            markersize=size + 1.5 * own,
            markerfacecolor=(style.VERMILION if own else style.BLUE) if below else "white",
            markeredgecolor=style.VERMILION if own else style.BLUE if below else style.INK,
            markeredgewidth=0.8,
            zorder=3 + own,
        )
    numbers = [row["statistic"] for row in rows if row["statistic"] is not None]
    ticks = style.round_ticks(min([0.0, *numbers]), max([0.0, *numbers]))
    axes.set_yticks(ticks)
    axes.set_ylim(ticks[0], ticks[-1])
    axes.set_ylabel(say(how, "Statistic (t or z)"), labelpad=3)
    axes.spines["bottom"].set_visible(False)


def _matrix(axes: Axes, rows: list[dict], levels: list[tuple[str, tuple]], how: dict) -> None:
    """Which level each specification has of each dimension."""
    for y, (dimension, level) in enumerate(levels):
        columns = DIMENSIONS[dimension]
        if y % 2:
            axes.axhspan(y - 0.5, y + 0.5, color="#f3f3f3", linewidth=0, zorder=0)
        if y and levels[y - 1][0] != dimension:
            axes.axhline(y - 0.5, color=style.FAINT, linewidth=0.4)
        at = [x for x, row in enumerate(rows) if tuple(row[c] for c in columns) == level]
        colours = [style.VERMILION if rows[x]["declared"] else style.INK for x in at]
        axes.bar(at, 0.7, width=0.75, bottom=y - 0.35, color=colours, linewidth=0)
        label = _level_name(dimension, level, how)
        needed = style.text_width(label, style.TINY)
        axes.annotate(
            label,
            (0, y),
            (-3, 0),
            xycoords=axes.get_yaxis_transform(),
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=style.TINY * min(1, (LABELS - 2) / needed),
        )
    axes.set_xlim(-0.8, len(rows) - 0.2)
    axes.set_ylim(len(levels) - 0.5, -0.5)
    axes.set_axis_off()
