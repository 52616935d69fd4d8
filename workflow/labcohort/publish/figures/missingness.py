"""Figures of kind missingness: a heat map of the share of members with a value."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
from matplotlib import colormaps
from matplotlib.figure import Figure

from labcohort.publish import style
from labcohort.publish.words import say
from labcohort.rounding import rounded

# in millimetres: a line, the room above and below, the room for the labels
LINE, TOP, FOOT, LABELS = 4.3, 24, 17, 62
# the middle of Blues is where white letters become easier to read than black ones
DARK = 0.55
COLOURS = "Blues"


def read(paths: dict, how: dict) -> list[dict]:
    """Members and those with a value of each marker and timepoint, markers in their order."""
    document = json.loads(Path(paths["validation"][0]).read_text("utf-8"))
    found = {(row["marker"], row["timepoint"]): row for row in document["missingness"]}
    return [
        found[marker["marker"], timepoint["timepoint"]]
        for marker in how["markers"]
        for timepoint in how["timepoints"]
        if (marker["marker"], timepoint["timepoint"]) in found
    ]


def draw(rows: list[dict], how: dict) -> Figure:
    """A line a marker, a column a timepoint; the darker, the more members have a value."""
    markers = _markers(rows, how)
    columns = [t["timepoint"] for t in how["timepoints"]]
    cells = {(row["marker"], row["timepoint"]): row for row in rows}
    shares = np.array([[_share(cells[m["marker"], t]) for t in columns] for m in markers])
    height = LINE * max(1, len(markers)) + TOP + FOOT
    width = min(180, LABELS + 26 * len(columns) + 12)
    drawn = Figure(figsize=(width * style.MM, height * style.MM))
    axes = drawn.add_axes(
        (LABELS / width, FOOT / height, 1 - (LABELS + 10) / width, 1 - (TOP + FOOT) / height)
    )
    shown = np.ma.masked_invalid(shares.reshape(len(markers), len(columns)).astype(float))
    colours = colormaps[COLOURS].with_extremes(bad="white")
    # a cell is a rectangle, not a picture: an editor of the file can take it
    mesh = axes.pcolormesh(shown, cmap=colours, vmin=0, vmax=1, edgecolors="white", linewidth=0.8)
    for i, marker in enumerate(markers):
        for j, timepoint in enumerate(columns):
            share = shares[i][j]
            dark = share is not None and share > DARK
            axes.text(
                j + 0.5,
                i + 0.5,
                percent(cells[marker["marker"], timepoint]),
                ha="center",
                va="center_baseline",
                fontsize=6.5,
                color="white" if dark else style.INK,
            )
    for i in _borders(markers):
        axes.axhline(i, color=style.INK, linewidth=0.8)
    axes.set_yticks(np.arange(len(markers)) + 0.5, [m["label"] for m in markers], fontsize=6.5)
    axes.set_xticks(np.arange(len(columns)) + 0.5, _heads(rows, how), fontsize=7.5)
    axes.tick_params(length=0, top=False, labeltop=True, labelbottom=False)
    axes.invert_yaxis()
    for side in axes.spines.values():
        side.set_visible(False)
    bar = drawn.add_axes((LABELS / width, 9 / height, 1 - (LABELS + 10) / width, 2.6 / height))
    scale = drawn.colorbar(mesh, cax=bar, orientation="horizontal", ticks=[0, 0.25, 0.5, 0.75, 1])
    scale.ax.set_xticklabels(["0", "25", "50", "75", "100"], fontsize=6.5)
    scale.set_label(say(how, "members with a value, %"), fontsize=7)
    scale.outline.set_linewidth(0.5)
    drawn.suptitle(how["title"], x=2 / width, ha="left", y=1 - 3 / height, va="top", fontsize=10)
    return drawn


def source(rows: list[dict], how: dict) -> pl.DataFrame:
    """Members and those with a value, a row a cell."""
    schema = {"marker": pl.String, "timepoint": pl.String, "members": pl.Int64,
              "with_value": pl.Int64}  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def caption(rows: list[dict], how: dict) -> str:
    """Of whom the shares are."""
    return say(
        how,
        "Share of the eligible with a value of each marker, of those with any result in the window"
        " of the timepoint (n). A marker of one sex or of one cohort is not expected in all. A line"
        " parts the panels.",
    )


def percent(row: dict) -> str:
    """The share of members with a value, in per cent: 0 and 100 are said of none and all only."""
    if not row["members"]:
        return "–"
    number = rounded(100 * row["with_value"] / row["members"], 0)
    if number == "100" and row["with_value"] < row["members"]:
        return ">99"
    return "<1" if number == "0" and row["with_value"] else number


def _share(row: dict) -> float | None:
    return row["with_value"] / row["members"] if row["members"] else None


def _markers(rows: list[dict], how: dict) -> list[dict]:
    """The markers that somebody has."""
    known = {row["marker"] for row in rows}
    return [marker for marker in how["markers"] if marker["marker"] in known]


def _heads(rows: list[dict], how: dict) -> list[str]:
    """Timepoints with their members."""
    members = {row["timepoint"]: row["members"] for row in rows}
    return [
        f"{t['label']}\n" + say(how, "n = {n}", n=f"{members.get(t['timepoint'], 0):,}")
        for t in how["timepoints"]
    ]


def _borders(markers: list[dict]) -> Iterator[int]:
    """Lines before which another panel begins."""
    for i in range(1, len(markers)):
        if markers[i]["panel"] != markers[i - 1]["panel"]:
            yield i
