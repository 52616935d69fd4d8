"""Figures of kind paired_changes: each patient's two values, and the distribution of the changes.

Persons are drawn singly in groups that are large enough, as pixels and not as numbers.
"""

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from labcohort.publish import style
from labcohort.publish.figures.persons_pairs import with_pairs
from labcohort.publish.figures.phrases import (
    closing_sentences,
    marker_title,
    n_label,
    no_control,
    nothing_drawn,
    p_label,
    testing_sentences,
)
from labcohort.publish.figures.rows import VISITS, n_text, panels, shown_comparisons
from labcohort.publish.lists import commas, paragraph
from labcohort.publish.pooled_bars import Bar, pooled_bars
from labcohort.publish.units import shown
from labcohort.publish.words import say

# distance from one timepoint's lines to the next
GROUP = 1.9
# millimetres of a line of panels
LINE, LEAST = 58, 42
# from this ratio of the largest to the smallest value on, a skewed marker has a log axis
WIDE = 10
# part of the changes that the axis of changes is long enough for
CENTRAL = 0.9
# a histogram needs pairs for so many bars
FEWEST_BARS = 4
# test -> its estimate of the change, and the interval's columns
ESTIMATES = {
    "paired_t": ("change_mean", "change_ci_low", "change_ci_high"),
    "wilcoxon_signed_rank": ("hodges_lehmann", "hl_ci_low", "hl_ci_high"),
}


def read(paths: dict, how: dict) -> list[dict]:
    """The comparison of each marker, cohort and timepoint with its pairs, in the units to show."""
    comparisons = pl.concat(pl.read_parquet(path) for path in paths["comparisons"])
    groups = pl.read_parquet(paths["small_groups"][0])
    rows = with_pairs(shown_comparisons(comparisons, groups, how), paths, how)
    numbers = shown(pl.DataFrame([_without_pairs(r) for r in rows], infer_schema_length=None),
                    how["units"])  # fmt: skip
    return [
        number | {"pairs": row["pairs"]}
        for number, row in zip(numbers.iter_rows(named=True), rows, strict=True)
    ]


def draw(rows: list[dict], how: dict) -> Figure:
    """A panel a marker and cohort: lines from value to value, and beside them the changes."""
    own = panels(rows, how)
    columns = min(2, len(own))
    lines = -(-len(own) // columns)
    figure, boxes = style.sheet(how, [LINE] * lines, columns, no_control(how), LEAST)
    for i, (marker, cohort, at) in enumerate(own):
        box = boxes[i // columns][i % columns]
        below = cohort["label"] if len(how["cohorts"]) > 1 else ""
        above = style.panel_title(figure, box, i, marker_title(marker), below) + 5
        inner = box.width - 9 - 12 - 2
        _values(style.axes_in(figure, box, left=9, right=inner * 0.42 + 14, above=above), at, how)
        _changes(style.axes_in(figure, box, left=inner * 0.58 + 21, right=2, above=above), at, how)
    return figure


def source(rows: list[dict], how: dict) -> pl.DataFrame:
    """The numbers of groups that are drawn: centres, estimates with intervals, bars of changes."""
    lines = []
    for marker, cohort, own in panels(rows, how):
        for row in own:
            common = {
                "marker": marker["marker"],
                "cohort": cohort["cohort"],
                "timepoint": row["timepoint"],
                "unit": marker["unit"],
                "test": row["test"],
                "p_value": None if row["withheld"] else row["p_value"],
            }
            estimate, low, high = _estimate(row)
            drawn = [(visit, _centre(row, visit), None, None, n_text(row, how)) for visit in VISITS]
            drawn.append(("change", estimate, low, high, n_text(row, how)))
            drawn += [("bar", None, b.low, b.high, str(b.count)) for b in _bars(row, how)]
            names = ("what", "centre", "low", "high", "n")
            lines += [common | dict(zip(names, one, strict=True)) for one in drawn]
    return pl.DataFrame(lines, infer_schema_length=None)


def persons(rows: list[dict], how: dict) -> pl.DataFrame:
    """Every pair of the figure's comparisons, a row a person, marker, cohort and timepoint."""
    units = {marker["marker"]: marker["unit"] for marker in how["markers"]}
    found = pl.concat(row["pairs"] for _, _, own in panels(rows, how) for row in own)
    unit = pl.col("marker").replace_strict(units, return_dtype=pl.String)
    return found.with_columns(unit=unit)


def caption(rows: list[dict], how: dict) -> str:
    """What the figure shows, from the rows that are drawn."""
    own = panels(rows, how)
    every = [row for _, _, at in own for row in at]
    seen = [row for row in every if not row["withheld"]]
    tests = {row["test"] for row in seen}
    level = f"{100 * how['confidence']:g}"
    parts = [
        say(
            how,
            "{markers}. Left: a line for each patient, from the value at baseline to that at"
            " follow-up, with the mean or the median of both visits (squares and circles), as the"
            " comparison summarises them.",
            markers=commas(how, (marker["label"] for marker in how["markers"])),
        ),
        say(
            how,
            "Right: the changes, follow-up less baseline, as a histogram on its side whose bars are"
            " wide enough for {minimum} patients each, and the estimate of the change with its"
            " {level} % confidence interval (diamonds).",
            minimum=how["minimum_cell"],
            level=level,
        ),
        say(how, "Estimate of the paired t test: the mean change.") if "paired_t" in tests else "",
        say(how, "Estimate of the Wilcoxon signed-rank test: the Hodges-Lehmann estimate.")
        if "wilcoxon_signed_rank" in tests
        else "",
        *testing_sentences(seen, how),
    ]
    if any(_is_log(at, how) for _, _, at in own):
        parts.append(say(how, "Skewed markers of a wide range have a logarithmic axis of values."))
    if any(_beyond(at, how) for _, _, at in own):
        parts.append(
            say(
                how,
                "The axes of changes are long enough for the middle {share} % of them.",
                share=f"{100 * CENTRAL:g}",
            )
        )
    if any(row["n_pairs"] and not _singly(row, how) for row in seen):
        parts.append(
            say(
                how,
                "In groups of fewer than {n} pairs patients are not drawn one by one.",
                n=how["drawn_singly"],
            )
        )
    return paragraph(how, [*parts, *closing_sentences(every, how)])


def _values(axes: Axes, own: list[dict], how: dict) -> None:
    """A line from value to value of each person, the groups' centres, and p above them."""
    numbers = {}
    for i, row in enumerate(own):
        left = GROUP * i
        if _singly(row, how):
            numbers[left] = row["pairs"].select("baseline", "followup").to_numpy()
            _centres(axes, left, row)
        else:
            _why_nothing(axes, left + 0.5, row, how)
        if row["p_value"] is not None and not row["withheld"]:
            style.bracket(axes, left, left + 1, 1.02, p_label(row["p_value"], how))
    _persons_lines(axes, numbers)
    _value_axis(axes, list(numbers.values()), _is_log(own, how))
    width = _width(axes) / len(own)
    axes.set_xticks(
        [GROUP * i + 0.5 for i in range(len(own))],
        [_tick(t, r, width, how) for t, r in zip(how["timepoints"], own, strict=True)],
    )
    axes.tick_params(axis="x", length=0)
    axes.set_xlim(-0.4, GROUP * (len(own) - 1) + 1.4)


def _persons_lines(axes: Axes, numbers: dict[float, np.ndarray]) -> None:
    """A line for each person from value to value, the fainter the more there are.

    `numbers`: where the lines of a timepoint begin -> their values, shape (persons, 2).
    """
    if not numbers:
        return
    lines = [
        np.stack([np.broadcast_to([left, left + 1.0], pairs.shape), pairs], axis=2)
        for left, pairs in numbers.items()
    ]
    alpha = [np.full(len(one), max(0.12, min(0.6, 20 / len(one)))) for one in lines]
    axes.add_collection(
        LineCollection(
            np.concatenate(lines),
            colors=style.FAINT,
            linewidths=0.5,
            alpha=np.concatenate(alpha),
            # no value can be read off the file to more digits than it is printed with
            rasterized=True,
        )
    )


def _centres(axes: Axes, left: float, row: dict) -> None:
    """Mean or median of both visits, joined."""
    centres = [_centre(row, visit) for visit in VISITS]
    if None not in centres:
        axes.plot([left, left + 1], centres, color=style.INK, linewidth=1.4, zorder=3)
    marks = zip((left, left + 1), centres, "so", strict=True)
    for (x, centre, mark), colour in zip(
        marks, (style.BASELINE_COLOUR, style.FOLLOWUP_COLOUR), strict=True
    ):
        if centre is not None:
            axes.plot([x], [centre], mark, color=colour, markeredgecolor=style.INK,
                      markeredgewidth=0.6, markersize=5, zorder=4)  # fmt: skip


def _value_axis(axes: Axes, numbers: list[np.ndarray], log: bool) -> None:
    """Scale and limits of the axis of values."""
    if not numbers:
        axes.set_yticks([])
        return
    low, high = min(n.min() for n in numbers), max(n.max() for n in numbers)
    if not log:
        _linear(axes, style.round_ticks(low, high))
        return
    axes.set_yscale("log")
    axes.set_ylim(style.round_log_limits(low, high))
    steps = (1.0, 2.0, 5.0) if high / low < 1000 else (1.0,)
    axes.yaxis.set_major_locator(LogLocator(subs=steps))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_locator(NullLocator())


def _linear(axes: Axes, ticks: np.ndarray) -> None:
    """A linear axis from its first to its last tick; none without ticks."""
    axes.set_yticks(ticks)
    if len(ticks):
        axes.set_ylim(ticks[0], ticks[-1])


def _changes(axes: Axes, own: list[dict], how: dict) -> None:
    """The bars of the changes of each timepoint, beside them the estimate with its interval."""
    axes.axhline(0, color=style.INK, linewidth=0.8, linestyle=(0, (4, 3)), zorder=2)
    for i, row in enumerate(own):
        bars = _bars(row, how)
        widths = np.array([bar.high - bar.low for bar in bars])
        heights = [bar.count for bar in bars] / widths
        axes.barh(
            [bar.low for bar in bars],
            0.62 * heights / max(heights, default=1),
            widths,
            left=i,
            align="edge",
            color=style.SKY,
            edgecolor=style.BLUE,
            # a long tail is too thin a bar to be seen without its edge
            linewidth=0.4,
            zorder=1,
        )
        estimate, low, high = _estimate(row)
        if estimate is None:
            _why_nothing(axes, i + 0.2, row, how)
            continue
        ends = None if low is None else [[estimate - low], [high - estimate]]
        axes.errorbar(
            [i - 0.14], [estimate], yerr=ends, fmt="D", color=style.VERMILION, markersize=3.5,
            markeredgecolor=style.INK, markeredgewidth=0.5, ecolor=style.INK, elinewidth=1,
            capsize=2,
        )  # fmt: skip
    _linear(axes, _change_ticks(own, how))
    width = _width(axes) / len(own)
    labels = ["\n".join(style.wrapped(t["label"], width, style.TINY)) for t in how["timepoints"]]
    axes.set_xticks([i + 0.15 for i in range(len(own))], labels, fontsize=style.TINY)
    axes.tick_params(axis="x", length=0)
    axes.set_xlim(-0.4, len(own) - 0.25)
    axes.set_ylabel(say(how, "Change"), labelpad=3)


def _why_nothing(axes: Axes, x: float, row: dict, how: dict) -> None:
    """What stands in place of persons, or of an estimate, that are not drawn."""
    text = nothing_drawn(row, how)
    if not row["withheld"] and 0 < row["n_pairs"] < how["drawn_singly"]:
        text = say(how, "fewer than {minimum} pairs", minimum=how["drawn_singly"])
    style.instead(axes, x, "\n".join(style.wrapped(text, 11, style.SMALL)))


def _tick(timepoint: dict, row: dict, width: float, how: dict) -> str:
    """A timepoint and its n, one below the other."""
    lines = style.wrapped(timepoint["label"], width, style.SMALL)
    return "\n".join([*lines, n_label(row, how)])


def _width(axes: Axes) -> float:
    """The width of axes in millimetres."""
    return axes.get_position().width * axes.figure.get_figwidth() / style.MM


def _singly(row: dict, how: dict) -> bool:
    """Whether the persons of a comparison are drawn one by one."""
    least = max(how["drawn_singly"], how["minimum_cell"])
    return not row["withheld"] and row["n_pairs"] >= least


def _bars(row: dict, how: dict) -> list[Bar]:
    """The histogram of a comparison's changes; none where it would have a bar or two."""
    if not _singly(row, how) or row["n_pairs"] < FEWEST_BARS * how["minimum_cell"]:
        return []
    return pooled_bars(row["pairs"].get_column("change").to_numpy(), how["minimum_cell"])


def _estimate(row: dict) -> tuple[float | None, float | None, float | None]:
    """The change by the primary test, and the ends of its interval."""
    return (None, None, None) if row["withheld"] else tuple(row[k] for k in ESTIMATES[row["test"]])


def _centre(row: dict, visit: str) -> float | None:
    """The mean or the median of a visit, as the comparison summarises it."""
    return None if row["withheld"] else row[f"{visit}_{row['summary'].split('_')[0]}"]


def _is_log(own: list[dict], how: dict) -> bool:
    """Whether the axis of values is logarithmic: the marker is skewed and its range is wide."""
    frames = [row["pairs"].select(VISITS) for row in own if _singly(row, how)]
    if own[0]["marker"] not in how["log"] or not frames:
        return False
    numbers = pl.concat(frames).to_numpy()
    return bool(numbers.min() > 0 and numbers.max() > WIDE * numbers.min())


def _change_ticks(own: list[dict], how: dict) -> np.ndarray:
    """The ticks of the axis of changes: around zero, all intervals, the middle of the changes."""
    ends = [x for row in own for x in _estimate(row) if x is not None]
    for row in own:
        if _singly(row, how):
            tail = (1 - CENTRAL) / 2
            changes = row["pairs"].get_column("change").to_numpy()
            ends += np.quantile(changes, [tail, 1 - tail]).tolist()
    return style.round_ticks(min(0.0, *ends), max(0.0, *ends)) if ends else np.empty(0)


def _beyond(own: list[dict], how: dict) -> bool:
    """Whether some bars reach beyond the axis of changes."""
    bars = [bar for row in own for bar in _bars(row, how)]
    ticks = _change_ticks(own, how)
    return any(bar.low < ticks[0] or bar.high > ticks[-1] for bar in bars)


def _without_pairs(row: dict) -> dict:
    return {name: value for name, value in row.items() if name != "pairs"}
