"""Figures of kind forest: standardised changes of all markers of a profile on one scale."""

from itertools import groupby

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from labcohort.publish import style
from labcohort.publish.figures.phrases import (
    closing_sentence,
    n_label,
    no_control,
    nothing_drawn,
    profile_sentence,
    withheld_sentence,
)
from labcohort.publish.figures.rows import by_place, n_text, shown_comparisons
from labcohort.publish.lists import commas, paragraph
from labcohort.publish.names import panel_name
from labcohort.publish.words import said, say

CHOSEN = " †"
# millimetres: of a line where there is room, and at least; beside the axes, above and below them
LINE, LEAST = 4.2, 2.2
WIDEST, GAP, ABOVE, BELOW = 84, 4, 5, 9
# of a marker under its panel, and what a label leaves free
INDENT = 2.5
# an interval that is longer ends in an arrow
LONGEST = 1.5
ADJUSTMENTS = {"holm": "Holm", "bh": "Benjamini-Hochberg"}


def read(paths: dict, how: dict) -> list[dict]:
    """The comparison of each marker, cohort and timepoint with its adjusted p."""
    comparisons = pl.concat(pl.read_parquet(path) for path in paths["adjusted"])
    groups = pl.read_parquet(paths["small_groups"][0])
    return shown_comparisons(comparisons, groups, how)


def draw(rows: list[dict], how: dict) -> Figure:
    """A line a marker and cohort, a column a timepoint: d_z with its interval."""
    lines = _lines(rows, how)
    columns = len(how["timepoints"])
    room = style.PAGE_HEIGHT_MM - style.HEAD - style.FOOT - ABOVE - BELOW
    line = max(LEAST, min(LINE, room / len(lines)))
    height = line * len(lines) + ABOVE + BELOW
    # boxes are as wide as a page: two of them, of which the first has the labels, too
    figure, boxes = style.sheet(how, [height], max(2, columns), no_control(how), height)
    left, right = boxes[0][0].left, boxes[0][-1].left + boxes[0][-1].width
    size = min(style.SMALL, line / style.POINT_MM * 0.85)
    labels = min(WIDEST, INDENT + max(style.text_width(each["label"], size) for each in lines))
    width = (right - left - labels) / columns
    ticks = _ticks(rows)
    for i, timepoint in enumerate(how["timepoints"]):
        box = style.Box(left + labels + i * width, boxes[0][0].bottom, width, height)
        axes = style.axes_in(figure, box, left=GAP, right=1, above=ABOVE, below=BELOW)
        _column(axes, lines, timepoint["timepoint"], rows, size, how)
        axes.set_title(timepoint["label"], fontsize=style.PANEL, pad=3)
        axes.set_xticks(ticks)
        axes.set_xlim(ticks[0], ticks[-1])
        axes.set_ylim(len(lines) - 0.5, -0.5)
        axes.set_xlabel(say(how, "Standardised change (d_z)"))
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        if i == 0:
            _labels(axes, lines, labels, size)
    return figure


def source(rows: list[dict], how: dict) -> pl.DataFrame:
    """The numbers that are drawn, a row a marker, cohort and timepoint."""
    own = by_place(rows)
    kept = ("d_z", "dz_ci_low", "dz_ci_high", "p_value", "p_adjusted", "alpha")
    lines = []
    for marker, cohort in _shown(rows, how):
        for timepoint in how["timepoints"]:
            row = own.get((marker["marker"], cohort["cohort"], timepoint["timepoint"]))
            if row:
                numbers = {name: None if row["withheld"] else row[name] for name in kept}
                lines.append(
                    {name: row[name] for name in ("panel", "marker", "cohort", "timepoint")}
                    | {"n_pairs": n_text(row, how), "test": row["test"]}
                    | numbers
                    | {
                        "adjustment": row["adjustment"],
                        "selected_on_baseline": row["selected_on_baseline"],
                    }
                )
    return pl.DataFrame(lines, infer_schema_length=None)


def caption(rows: list[dict], how: dict) -> str:
    """What the figure shows, from the rows that are drawn."""
    seen = [row for row in rows if not row["withheld"]]
    methods = sorted({row["correction"] for row in seen if row["p_adjusted"] is not None})
    alphas = commas(how, (f"{alpha:g}" for alpha in sorted({row["alpha"] for row in seen})))
    named = commas(how, (ADJUSTMENTS[method] for method in methods))
    parts = [
        say(
            how,
            "Standardised changes d_z (mean change over its standard deviation) with their"
            " {level} % confidence intervals, of all patients or of the group named beside the"
            " marker; over zero the marker was higher at follow-up.",
            level=f"{100 * how['confidence']:g}",
        ),
        profile_sentence(how),
    ]
    if methods:
        parts.append(
            say(
                how,
                "Filled marks: the p of the comparison's own test (paired t or Wilcoxon"
                " signed-rank), adjusted within its family of tests ({methods}), is below alpha"
                " ({alpha}). Hollow marks: it is not.",
                methods=named,
                alpha=alphas,
            )
        )
        if any(row["p_adjusted"] is None for row in seen):
            parts.append(say(how, "Where a family of tests is not adjusted, p is taken as it is."))
        if how["declared"]:
            parts.append(
                say(
                    how,
                    "The families of tests were declared {when}.",
                    when=said(how, how["declared"]),
                )
            )
    else:
        parts.append(
            say(
                how,
                "Filled marks: the p of the comparison's own test (paired t or Wilcoxon"
                " signed-rank), not adjusted, is below alpha ({alpha}). Hollow marks: it is not.",
                alpha=alphas,
            )
        )
    if any(row["selected_on_baseline"] for row in seen):
        parts.append(
            say(
                how,
                "† Groups that were chosen by a value at baseline: they change by regression to"
                " the mean alone, of which an estimate stands in regression_to_the_mean.csv.",
            )
        )
    if any(row["d_z"] is None and row["n_pairs"] for row in seen):
        parts.append(
            say(
                how,
                "Lines without a mark have too many values at a limit of detection, or no spread of"
                " the changes.",
            )
        )
    if any(_goes_beyond(row, _ticks(rows)) for row in seen):
        parts.append(say(how, "Arrows: the interval goes on beyond the axis."))
    parts += [
        say(how, "Markers that are computed from each other are no separate evidence."),
        withheld_sentence(len(seen) < len(rows), how),
        closing_sentence(how),
    ]
    return paragraph(how, parts)


def _shown(rows: list[dict], how: dict) -> list[tuple[dict, dict]]:
    """(marker, cohort) of each line that has a comparison."""
    known = {(row["marker"], row["cohort"]) for row in rows}
    return [
        (marker, cohort)
        for marker in how["markers"]
        for cohort in how["cohorts"]
        if (marker["marker"], cohort["cohort"]) in known
    ]


def _lines(rows: list[dict], how: dict) -> list[dict]:
    """What stands in each line: a heading of a panel, or a marker with its cohort."""
    chosen = {row["cohort"] for row in rows if row["selected_on_baseline"]}
    found = []
    for panel, own in groupby(_shown(rows, how), key=lambda pair: pair[0]["panel"]):
        found.append({"heading": True, "label": panel_name(panel, how)})
        for marker, cohort in own:
            group = "" if cohort["cohort"] == how["everyone"] else cohort["label"]
            mark = CHOSEN if cohort["cohort"] in chosen else ""
            found.append(
                {
                    "heading": False,
                    "marker": marker["marker"],
                    "cohort": cohort["cohort"],
                    "label": commas(how, [marker["label"], *([group] if group else [])]) + mark,
                }
            )
    return found


def _column(
    axes: Axes, lines: list[dict], timepoint: str, rows: list[dict], size: float, how: dict
) -> None:
    """The marks of one timepoint."""
    known = by_place(rows)
    ticks = _ticks(rows)
    axes.axvline(0, color=style.INK, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
    for y, line in enumerate(lines):
        if line["heading"]:
            continue
        row = known.get((line["marker"], line["cohort"], timepoint))
        if y % 2:
            axes.axhspan(y - 0.5, y + 0.5, color="#f3f3f3", linewidth=0, zorder=0)
        if row is None:
            continue
        if row["withheld"] or not row["n_pairs"]:
            text = n_label(row, how) or nothing_drawn(row, how)
            where = 0.03 * ticks[-1]
            axes.text(where, y, text, va="center", fontsize=size * 0.9, color=style.FAINT)
            continue
        if row["d_z"] is not None:
            _mark(axes, y, row, (ticks[0], ticks[-1]))


def _mark(axes: Axes, y: int, row: dict, limits: tuple[float, float]) -> None:
    """One d_z with its interval; arrows where this goes beyond the axis."""
    if row["dz_ci_low"] is not None:
        ends = [max(row["dz_ci_low"], limits[0]), min(row["dz_ci_high"], limits[1])]
        axes.plot(ends, [y, y], color=style.INK, linewidth=0.8, zorder=2, solid_capstyle="butt")
        beyond = ((ends[0], row["dz_ci_low"], "<"), (ends[1], row["dz_ci_high"], ">"))
        for end, own, arrow in beyond:
            if end != own:
                axes.plot([end], [y], arrow, color=style.INK, markersize=2.5, clip_on=False)
    below = is_below_alpha(row)
    axes.plot([row["d_z"]], [y], "o", markersize=3.6, zorder=3, markeredgewidth=0.8,
                  markerfacecolor=style.BLUE if below else "white",
                  markeredgecolor=style.BLUE if below else style.INK)  # fmt: skip


def is_below_alpha(row: dict) -> bool:
    """Whether the p of a comparison, adjusted where its family is, lies below its alpha."""
    p = row["p_value"] if row["p_adjusted"] is None else row["p_adjusted"]
    return p is not None and p < row["alpha"]


def _labels(axes: Axes, lines: list[dict], room: float, size: float) -> None:
    """Headings and markers at the left of the first column, in `room` millimetres."""
    width = axes.get_position().width * axes.figure.get_figwidth() / style.MM
    for y, line in enumerate(lines):
        indent = 0 if line["heading"] else INDENT
        needed = style.text_width(line["label"], size)
        axes.text(
            (indent - room - GAP) / width,
            y,
            line["label"],
            transform=axes.get_yaxis_transform(),
            va="center",
            # a label that is too long is written smaller
            fontsize=size * min(1, (room - indent) / needed),
            fontweight="bold" if line["heading"] else "normal",
        )


def _goes_beyond(row: dict, ticks: np.ndarray) -> bool:
    """Whether the interval of a comparison is longer than the axis."""
    ends = [row[name] for name in ("dz_ci_low", "dz_ci_high") if row[name] is not None]
    return any(not ticks[0] <= end <= ticks[-1] for end in ends)


def _ticks(rows: list[dict]) -> np.ndarray:
    """The ticks of the axes: around zero, all d_z, and all intervals but for very long ones."""
    seen = [row for row in rows if not row["withheld"] and row["d_z"] is not None]
    ends = [row[name] for row in seen for name in ("dz_ci_low", "dz_ci_high")]
    found = [max(-LONGEST, min(LONGEST, end)) for end in ends if end is not None]
    found += [0.0, *(row["d_z"] for row in seen)]
    return style.round_ticks(min(found), max(found))
