"""Figures of kind quality: fates of the result cells of each source, and the rules' verdicts."""

import json
from collections import Counter
from pathlib import Path

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from labcohort.publish import style
from labcohort.publish.lists import paragraph
from labcohort.publish.words import say

# fate -> colour (Okabe & Ito 2008) and hatch: told apart in grey, too
FATES = {
    "used": ("#0072B2", ""),
    "missing": ("#D9D9D9", ""),
    "ignored": ("#FFFFFF", ""),
    "duplicate": ("#F0E442", "...."),
    "set_aside": ("#D55E00", "xxxx"),
    "ineligible": ("#56B4E9", "////"),
    "out_of_window": ("#CCCCCC", "\\\\\\\\"),
}
VERDICTS = {
    "ok": ("#56B4E9", ""),
    "warn": ("#F0E442", "...."),
    "error": ("#E69F00", "////"),
    "critical": ("#D55E00", "xxxx"),
}
# of a bar, in millimetres; of the rest
LINE, TOP, LEGEND, STRIP = 9, 15, 17, 27
# the least share of a bar in which a number is printed
ROOM = 0.07


def read(paths: dict, how: dict) -> dict:
    """Cells by source and fate, and rules by verdict."""
    ledger = pl.read_csv(paths["ledger"][0], separator="\t")
    document = json.loads(Path(paths["validation"][0]).read_text("utf-8"))
    fates = {}
    for source, stage, kind, fate, cells in ledger.select(
        "source", "stage", "kind", "fate", "cells"
    ).iter_rows():
        own = fates.setdefault(source, dict.fromkeys(FATES, 0))
        if kind == "fate":
            own[fate] += cells
        elif (stage, kind) == ("cohorts", "out"):
            own["used"] += cells
    verdicts = Counter(rule["verdict"] for rule in document["rules"])
    return {
        "fates": dict(sorted(fates.items())),
        "verdicts": {verdict: verdicts[verdict] for verdict in VERDICTS},
    }


def draw(data: dict, how: dict) -> Figure:
    """A bar a source, in shares of its result cells; below, a strip of the rules."""
    sources = data["fates"]
    height = TOP + LINE * len(sources) + LEGEND + STRIP
    drawn = Figure(figsize=(style.PAGE_WIDTH, height * style.MM))
    left, right = 0.16, 0.86
    axes = drawn.add_axes(
        (left, (STRIP + LEGEND) / height, right - left, LINE * len(sources) / height)
    )
    handles = [_bars(axes, list(sources.values()), fate, look) for fate, look in FATES.items()]
    axes.set_ylim(len(sources) - 0.5, -0.5)
    axes.set_yticks(range(len(sources)), list(sources), fontsize=7.5)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100"], fontsize=7)
    axes.set_xlabel(say(how, "result cells, %"), fontsize=7.5)
    for i, own in enumerate(sources.values()):
        axes.text(1.015, i, say(how, "{n} cells", n=f"{sum(own.values()):,}"), va="center",
                  fontsize=7)  # fmt: skip
    names = fates(how)
    drawn.legend(handles, [names[fate] for fate in FATES], loc="lower left", ncols=4, fontsize=7,
                 bbox_to_anchor=(left - 0.012, (STRIP - 4) / height), frameon=False,
                 handlelength=1.8, columnspacing=1.4)  # fmt: skip
    strip = drawn.add_axes((left, 8 / height, right - left, 6.5 / height))
    _strip(strip, data["verdicts"], how)
    style.headline(drawn, how["title"], height)
    return drawn


def source(data: dict, how: dict) -> pl.DataFrame:
    """Cells by source and fate, then rules by verdict."""
    rows = [
        {"what": "result cells", "source": source, "name": fate, "n": n}
        for source, own in data["fates"].items()
        for fate, n in own.items()
    ]
    rows += [
        {"what": "rules", "source": None, "name": verdict, "n": n}
        for verdict, n in data["verdicts"].items()
    ]
    schema = {"what": pl.String, "source": pl.String, "name": pl.String, "n": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def caption(data: dict, how: dict) -> str:
    """What is counted, and what the fates mean."""
    return paragraph(
        how,
        (
            say(how, "Where every result cell of each source went; a cell has exactly one fate."),
            say(
                how,
                "Used: of an eligible person and chosen for a timepoint. Set aside: a value that"
                " breaks a rule of the validation. Not eligible: of a person who is not. Out of the"
                " windows: chosen for no timepoint.",
            ),
            say(how, "Below: the rules of the validation by their verdict on this run."),
        ),
    )


def fates(how: dict) -> dict[str, str]:
    """What each fate is called."""
    return {
        "used": say(how, "used"),
        "missing": say(how, "no value"),
        "ignored": say(how, "not of the study"),
        "duplicate": say(how, "repeat"),
        "set_aside": say(how, "set aside"),
        "ineligible": say(how, "not eligible"),
        "out_of_window": say(how, "out of the windows"),
    }


def verdict_names(how: dict) -> dict[str, str]:
    """What each verdict is called."""
    return {
        "ok": say(how, "met"),
        "warn": say(how, "to look at"),
        "error": say(how, "error"),
        "critical": say(how, "critical"),
    }


def _bars(axes: Axes, sources: list[dict], fate: str, look: tuple[str, str]):
    """One fate's part of each bar, with its number where there is room; for the legend."""
    order = list(FATES)
    before = order[: order.index(fate)]
    # a source without a cell has an empty bar
    totals = [sum(own.values()) or 1 for own in sources]
    starts = [sum(own[f] for f in before) / n for own, n in zip(sources, totals, strict=True)]
    shares = [own[fate] / n for own, n in zip(sources, totals, strict=True)]
    bars = _bar(axes, range(len(sources)), shares, starts, look)
    for i, (own, start, share) in enumerate(zip(sources, starts, shares, strict=True)):
        if share >= ROOM:
            _number(axes, start + share / 2, i, own[fate], look)
    return bars


def _bar(axes: Axes, at, shares: list[float], starts: list[float], look: tuple[str, str]):
    return axes.barh(at, shares, left=starts, height=0.66, color=look[0], hatch=look[1],
                     edgecolor=style.INK, linewidth=0.5)  # fmt: skip


def _number(axes: Axes, x: float, y: float, n: int, look: tuple[str, str]) -> None:
    """A number in a bar, legible on its colour and over its hatch."""
    dark = look[0] == FATES["used"][0]
    behind = {"facecolor": "white", "edgecolor": "none", "pad": 0.8} if look[1] else None
    axes.text(x, y, f"{n:,}", ha="center", va="center_baseline", fontsize=6.5, bbox=behind,
              color="white" if dark else style.INK)  # fmt: skip


def _strip(axes: Axes, verdicts: dict[str, int], how: dict) -> None:
    """One bar of the rules, by verdict, each part named below it."""
    names, total = verdict_names(how), sum(verdicts.values()) or 1
    start = 0.0
    handles, texts = [], []
    for verdict, look in VERDICTS.items():
        handles.append(_bar(axes, [0], [verdicts[verdict] / total], [start], look))
        texts.append(say(how, "{what}: {n}", what=names[verdict], n=f"{verdicts[verdict]:,}"))
        start += verdicts[verdict] / total
    axes.set_xlim(0, 1)
    axes.set_yticks([0], [say(how, "rules: {n}", n=f"{total:,}")], fontsize=7.5)
    axes.set_xticks([])
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.tick_params(length=0)
    axes.legend(handles, texts, loc="upper left", ncols=4, fontsize=7, frameon=False,
                bbox_to_anchor=(-0.017, 0.15), handlelength=1.8, columnspacing=1.4)  # fmt: skip
