"""Figures of kind before_after: centre and spread at both visits, as a publication draws them."""

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from labcohort.publish import style
from labcohort.publish.figures.phrases import (
    closing_sentences,
    marker_title,
    n_label,
    no_control,
    nothing_drawn,
    p_label,
    summary_name,
    testing_sentences,
)
from labcohort.publish.figures.rows import VISITS, is_grid, n_text, panels, shown_comparisons
from labcohort.publish.lists import commas, paragraph
from labcohort.publish.text import MINIMUM_FOR_QUARTILES
from labcohort.publish.units import shown
from labcohort.publish.words import say

# distance from one timepoint's pair of marks to the next
GROUP = 2.3
# millimetres of a line of panels
LINE = 56
# panels -> columns of panels, where they are no grid
COLUMNS = {1: 1, 2: 2, 3: 3, 4: 2, 5: 3, 6: 3}
MOST_COLUMNS = 4
# visit -> place within its pair, colour and mark: told apart without colour, too
MARKS = {
    "baseline": (0, style.BASELINE_COLOUR, "s"),
    "followup": (1, style.FOLLOWUP_COLOUR, "o"),
}


def read(paths: dict, how: dict) -> list[dict]:
    """The comparison of each marker, cohort and timepoint, in the units to show."""
    comparisons = pl.concat(pl.read_parquet(path) for path in paths["comparisons"])
    groups = pl.read_parquet(paths["small_groups"][0])
    return shown_comparisons(shown(comparisons, how["units"]), groups, how)


def draw(rows: list[dict], how: dict) -> Figure:
    """A panel a marker and cohort: centre and spread at both visits, with p of the primary test."""
    own = panels(rows, how)
    columns = len(how["cohorts"]) if is_grid(own, how) else COLUMNS.get(len(own), MOST_COLUMNS)
    lines = -(-len(own) // columns)
    figure, boxes = style.sheet(how, [LINE] * lines, columns, no_control(how))
    _legend(figure, how)
    for i, (marker, cohort, at) in enumerate(own):
        box = boxes[i // columns][i % columns]
        below = cohort["label"] if len(how["cohorts"]) > 1 else ""
        title = style.panel_title(figure, box, i, marker_title(marker), below)
        _panel(style.axes_in(figure, box, above=title + 4), at, how)
    return figure


def source(rows: list[dict], how: dict) -> pl.DataFrame:
    """The numbers that are drawn, a row a panel, timepoint and visit."""
    lines = []
    for marker, cohort, own in panels(rows, how):
        for row in own:
            for visit in VISITS:
                centre, low, high = _spread(row, visit) or (None, None, None)
                lines.append(
                    {
                        "marker": marker["marker"],
                        "cohort": cohort["cohort"],
                        "timepoint": row["timepoint"],
                        "visit": visit,
                        "unit": marker["unit"],
                        "summary": row["summary"],
                        "centre": centre,
                        "low": low,
                        "high": high,
                        "n_pairs": n_text(row, how),
                        "test": row["test"],
                        "p_value": None if row["withheld"] else row["p_value"],
                    }
                )
    return pl.DataFrame(lines, infer_schema_length=None)


def caption(rows: list[dict], how: dict) -> str:
    """What the figure shows, from the rows that are drawn."""
    every = [row for _, _, own in panels(rows, how) for row in own]
    seen = [row for row in every if not row["withheld"]]
    summaries = []
    for timepoint in how["timepoints"]:
        own = {row["summary"] for row in seen if row["timepoint"] == timepoint["timepoint"]}
        named = commas(how, (summary_name(summary, how) for summary in sorted(own)))
        if own:
            label = timepoint["label"]
            summaries.append(say(how, "{timepoint}: {summary}.", timepoint=label, summary=named))
    parts = [
        say(
            how,
            "{markers} at baseline (squares) and at follow-up (circles) of the same patients.",
            markers=commas(how, (marker["label"] for marker in how["markers"])),
        ),
        say(how, "Marks and bars: {summaries}", summaries=paragraph(how, summaries)),
        say(how, "n: patients with a value at both visits."),
        *testing_sentences(seen, how),
    ]
    medians = [row for row in seen if row["summary"] == "median_iqr" and row["n_pairs"]]
    if any(row["n_pairs"] < MINIMUM_FOR_QUARTILES for row in medians):
        parts.append(
            say(
                how,
                "Under {n} pairs the bars are the range in place of quartiles.",
                n=MINIMUM_FOR_QUARTILES,
            )
        )
    if any(_spread(row, visit) is None for row in seen if row["n_pairs"] for visit in VISITS):
        parts.append(
            say(how, "A visit that is not drawn has too many values at a limit of detection.")
        )
    return paragraph(how, [*parts, *closing_sentences(every, how)])


def _legend(figure: Figure, how: dict) -> None:
    """Which mark is which visit, at the figure's foot."""
    names = {"baseline": how["baseline"], "followup": say(how, "At follow-up")}
    handles = [
        Line2D([], [], marker=mark, color=colour, linestyle="", markeredgecolor=style.INK,
               markeredgewidth=0.6, markersize=5, label=names[visit])
        for visit, (_, colour, mark) in MARKS.items()
    ]  # fmt: skip
    figure.legend(
        handles=handles, loc="lower right", ncols=2, frameon=False, fontsize=style.SMALL,
        borderpad=0.3, handletextpad=0.1, columnspacing=1,
    )  # fmt: skip


def _panel(axes: Axes, own: list[dict], how: dict) -> None:
    """Baseline and follow-up side by side for each timepoint, joined by a bracket with p."""
    ends = []
    for i, row in enumerate(own):
        ends += _pair(axes, GROUP * i, row, how)
    _heights(axes, own, ends, how)
    axes.set_xticks(
        [GROUP * i + 0.5 for i in range(len(own))],
        [f"{t['label']}\n{n_label(r, how)}" for t, r in zip(how["timepoints"], own, strict=True)],
    )
    axes.tick_params(axis="x", length=0)
    axes.set_xlim(-0.75, GROUP * (len(own) - 1) + 1.75)


def _pair(axes: Axes, left: float, row: dict, how: dict) -> list[float]:
    """The marks of both visits, or why there are none; the ends of their bars."""
    found = []
    for visit, (place, colour, mark) in MARKS.items():
        spread = _spread(row, visit)
        if spread is None:
            continue
        centre, low, high = spread
        axes.errorbar(
            [left + place],
            [centre],
            yerr=[[centre - low], [high - centre]],
            fmt=mark,
            color=colour,
            markeredgecolor=style.INK,
            markeredgewidth=0.6,
            markersize=6,
            ecolor=style.INK,
            elinewidth=0.9,
            capsize=3,
        )
        found += [low, high]
    if not found:
        lines = style.wrapped(nothing_drawn(row, how), 13, style.SMALL)
        style.instead(axes, left + 0.5, "\n".join(lines))
    return found


def _heights(axes: Axes, own: list[dict], ends: list[float], how: dict) -> None:
    """The limits of the axis, and a bracket with p over each pair, above the highest bar."""
    if not ends:
        axes.set_yticks([])
        return
    low, high = min(ends), max(ends)
    height = (high - low) or abs(high) or 1
    # of the height of the axes the bars take the part below the brackets
    axes.set_ylim(low - 0.12 * height, high + 0.30 * height)
    for i, row in enumerate(own):
        if row["p_value"] is not None and not row["withheld"]:
            style.bracket(axes, GROUP * i, GROUP * i + 1, 0.86, p_label(row["p_value"], how))


def _spread(row: dict, visit: str) -> tuple[float, float, float] | None:
    """Centre and both ends of a visit's bar, in the row's own form of summary."""
    if row["withheld"] or row[f"{visit}_{row['summary'].split('_')[0]}"] is None:
        return None
    if row["summary"] == "mean_sem":
        centre, sem = row[f"{visit}_mean"], row[f"{visit}_sem"] or 0.0
        return centre, centre - sem, centre + sem
    ends = ("q1", "q3") if row[f"{visit}_q1"] is not None else ("min", "max")
    return row[f"{visit}_median"], *(row[f"{visit}_{end}"] for end in ends)
