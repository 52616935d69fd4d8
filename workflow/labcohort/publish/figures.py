"""Kinds of figures, each drawn from rows of the comparisons and from nothing else."""

from collections.abc import Callable
from string import ascii_uppercase

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from labcohort.publish import style
from labcohort.publish.text import (
    BELOW_DETECTION,
    MINIMUM_FOR_QUARTILES,
    TESTS,
    equation_text,
    p_text,
    unit_text,
    within,
)
from labcohort.study.names import ROLES

VISITS = ("baseline", "followup")
# distance from one timepoint's pair of bars to the next
GROUP = 2.3
SUMMARIES = {"mean_sem": "mean ± SEM", "median_iqr": "median and quartiles"}


def figure(rows: list[dict], how: dict) -> Figure:
    """The figure that `how` describes, from comparison rows of its markers."""
    style.apply()
    drawn = KINDS[how["kind"]](rows, how)
    if how["synthetic"]:
        style.mark_synthetic(drawn)
    return drawn


def before_after(rows: list[dict], how: dict) -> Figure:
    """A panel a marker: centre and spread at both visits, with the p of the primary test."""
    markers = how["markers"]
    columns = min(2, len(markers))
    lines = -(-len(markers) // columns)
    drawn = Figure(figsize=(style.PAGE_WIDTH, (66 * lines + 22) * style.MM))
    grid = drawn.subplots(lines, columns, squeeze=False)
    shown = []
    for i, axes in enumerate(grid.flat):
        if i >= len(markers):
            axes.set_axis_off()
            continue
        own = [_row(rows, markers[i]["marker"], t["timepoint"]) for t in how["timepoints"]]
        shown += own
        _marker_panel(axes, own, markers[i], how)
        axes.text(
            -0.14,
            1.08,
            ascii_uppercase[i],
            transform=axes.transAxes,
            fontweight="bold",
            fontsize=10,
        )
    drawn.suptitle(
        f"{how['title']}: {within(how['cohort']['label'])}", x=0.01, ha="left", y=0.985, fontsize=10
    )
    drawn.text(0.01, 0.012, _caption(shown, how), fontsize=7, va="bottom", wrap=True)
    low = 22 / (66 * lines + 22)
    drawn.subplots_adjust(
        left=0.09, right=0.985, top=1 - 0.72 * low, bottom=0.95 * low, hspace=0.42, wspace=0.26
    )
    return drawn


KINDS: dict[str, Callable[[list[dict], dict], Figure]] = {"before_after": before_after}


def _row(rows: list[dict], marker: str, timepoint: str) -> dict:
    """The row to show of a marker at a timepoint: that of the foremost role."""
    own = [r for r in rows if r["marker"] == marker and r["timepoint"] == timepoint]
    return min(own, key=lambda r: (ROLES.index(r["role"]), r["family"]))


def _marker_panel(axes: Axes, own: list[dict], marker: dict, how: dict) -> None:
    """Baseline and follow-up side by side for each timepoint, joined by a bracket with p."""
    ticks, names, tops = [], [], []
    for i, (row, timepoint) in enumerate(zip(own, how["timepoints"], strict=True)):
        left = GROUP * i
        for x, visit, colour, shape in (
            (left, "baseline", style.BASELINE_COLOUR, "s"),
            (left + 1, "followup", style.FOLLOWUP_COLOUR, "o"),
        ):
            spread = _spread(row, visit)
            if spread is None:
                continue
            centre, low, high = spread
            axes.errorbar(
                [x],
                [centre],
                yerr=[[centre - low], [high - centre]],
                fmt=shape,
                color=colour,
                markeredgecolor=style.INK,
                markeredgewidth=0.6,
                markersize=6,
                ecolor=style.INK,
                elinewidth=0.9,
                capsize=3,
            )
            tops.append(high)
            tops.append(low)
        ticks += [left, left + 1]
        names += [f"{how['baseline']}", f"{timepoint['label']}\nn = {row['n_pairs']}"]
    if tops:
        _brackets(axes, own, tops)
    else:
        why = BELOW_DETECTION if any(row["n_pairs"] for row in own) else "no pairs"
        axes.text(0.5, 0.5, why, transform=axes.transAxes, ha="center", va="center")
    axes.set_xticks(ticks, names, fontsize=7)
    axes.set_xlim(-0.6, GROUP * (len(own) - 1) + 1.6)
    unit = unit_text(marker["unit"])
    axes.set_title(marker["label"] + (f", {unit}" if unit else ""), loc="left")


def _brackets(axes: Axes, own: list[dict], ends: list[float]) -> None:
    """A bracket over each pair with its p, above the highest bar of the panel."""
    low, high = min(ends), max(ends)
    height = (high - low) or abs(high) or 1
    level, tick = high + 0.10 * height, 0.03 * height
    for i, row in enumerate(own):
        if row["p_value"] is None:
            continue
        left = GROUP * i
        axes.plot(
            [left, left, left + 1, left + 1],
            [level, level + tick, level + tick, level],
            color=style.INK,
            linewidth=0.8,
        )
        p = p_text(row["p_value"])
        axes.text(
            left + 0.5,
            level + 1.4 * tick,
            f"p < {p[1:]}" if p[0] == "<" else f"p = {p}",
            ha="center",
            va="bottom",
            fontsize=7,
        )
    axes.set_ylim(low - 0.12 * height, level + 0.22 * height)


def _spread(row: dict, visit: str) -> tuple[float, float, float] | None:
    """Centre and both ends of a visit's bar, in the row's own form of summary."""
    if row[f"{visit}_{row['summary'].split('_')[0]}"] is None:
        return None
    if row["summary"] == "mean_sem":
        centre, sem = row[f"{visit}_mean"], row[f"{visit}_sem"] or 0.0
        return centre, centre - sem, centre + sem
    ends = ("q1", "q3") if row[f"{visit}_q1"] is not None else ("min", "max")
    return row[f"{visit}_median"], *(row[f"{visit}_{end}"] for end in ends)


def _equation(row: dict, how: dict) -> str:
    """By which of several formulas a derived marker was computed."""
    label = next(m["label"] for m in how["markers"] if m["marker"] == row["marker"])
    return f"{label} {equation_text(row['equation'], how)}"


def _caption(shown: list[dict], how: dict) -> str:
    """Which summary and test each timepoint shows, from the rows drawn."""
    parts = []
    for timepoint in how["timepoints"]:
        own = [r for r in shown if r["timepoint"] == timepoint["timepoint"]]
        forms = sorted({f"{SUMMARIES[r['summary']]}, {TESTS[r['test']]} test" for r in own})
        parts.append(f"{timepoint['label']}: {'; '.join(forms)}")
    medians = [row for row in shown if row["summary"] == "median_iqr" and row["n_pairs"]]
    if any(row["n_pairs"] < MINIMUM_FOR_QUARTILES for row in medians):
        parts.append("Under four pairs the range in place of quartiles")
    if any(_spread(row, visit) is None for row in shown if row["n_pairs"] for visit in VISITS):
        parts.append("A visit that is not drawn has too many values at a limit of detection")
    parts += sorted({_equation(row, how) for row in shown if row["equation"]})
    return ". ".join(parts) + ".\nChange from baseline, no control group; p not adjusted."
