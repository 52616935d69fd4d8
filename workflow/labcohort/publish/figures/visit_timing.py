"""Figures of kind visit_timing: when samples were taken, against the windows of the timepoints."""

from collections import Counter

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from labcohort.buckets import by_bucket
from labcohort.cohorts.days import anchor_dates, with_days
from labcohort.publish import style
from labcohort.publish.lists import paragraph
from labcohort.publish.words import say
from labcohort.rounding import rounded
from labcohort.small_cells import FEW, is_few
from labcohort.study.names import FIRST_RESULT

# days of a bar; days that are drawn before the first window and after the last
BIN, BEYOND = 7, 90
HEIGHT = 84
WINDOW_COLOUR = "#CFE6F5"


def read(paths: dict, how: dict) -> dict:
    """Eligible persons, with a sample in each week from day 0, and in each window."""
    files = [by_bucket(paths[name]) for name in ("dates", "people", "patients")]
    eligible, weeks, inside = 0, Counter(), Counter()
    for bucket in files[0]:
        dates, people, patients = (pl.read_parquet(own[bucket]) for own in files)
        found = days(dates, people, patients, how["visits"])
        eligible += people.get_column("failed").null_count()
        week = found.select("person", pl.col("day").floordiv(BIN)).unique()
        weeks.update(dict(week.group_by("day").len().iter_rows()))
        for visit in how["visits"]:
            there = found.filter(pl.col("day").is_between(*window(visit)))
            inside[visit["timepoint"]] += there.get_column("person").n_unique()
    return {"eligible": eligible, "weeks": dict(sorted(weeks.items())), "inside": dict(inside)}


def days(
    dates: pl.DataFrame, people: pl.DataFrame, patients: pl.DataFrame, visits: list[dict]
) -> pl.DataFrame:
    """The distinct days (person, day) of samples with a value of the eligible, counted as for the
    timepoints (labcohort.cohorts.timepoints).

    Where each marker counts from its own first result, a person's days are those of all markers;
    there a study that excludes limits may have counted from a later result than is seen here.
    """
    needed = dates if visits[0]["anchor"] == FIRST_RESULT else dates.select("person", "sample_date")
    anchors = anchor_dates(needed.lazy().select("person", "sample_date"), patients, visits)
    counted = with_days(needed, anchors, visits).filter(pl.col("day").is_not_null())
    eligible = people.filter(pl.col("failed").is_null())
    return counted.join(eligible, on="person", how="semi").select("person", "day").unique()


def window(visit: dict) -> tuple[int, int]:
    """First and last day of a timepoint's window."""
    return visit["target_day"] - visit["before"], visit["target_day"] + visit["after"]


def draw(data: dict, how: dict) -> Figure:
    """Bars a week: persons with a sample; windows shaded, target days as dashed lines."""
    drawn = Figure(figsize=(style.PAGE_WIDTH, HEIGHT * style.MM))
    axes = drawn.add_axes((0.085, 0.16, 0.895, 0.59))
    first, last = _span(how["visits"])
    weeks = [(w, n) for w, n in data["weeks"].items() if first <= w * BIN and w * BIN < last]
    few = how["minimum_cell"]
    whole = [(w, n) for w, n in weeks if not is_few(n, few)]
    small = [w for w, n in weeks if is_few(n, few)]
    look = {"width": BIN, "align": "edge", "edgecolor": style.INK, "linewidth": 0.4, "zorder": 2}
    axes.bar([w * BIN for w, _ in whole], [n for _, n in whole],
             color=style.FOLLOWUP_COLOUR, **look)  # fmt: skip
    # all of one height: it says that somebody is there, not how many
    bars = axes.bar([w * BIN for w in small], [few - 1] * len(small), color="white",
                    hatch="//////", **look)  # fmt: skip
    axes.set_xlim(first, last)
    _windows(axes, data, how)
    axes.set_xlabel(say(how, "day, from {anchor}", anchor=_anchor(how)), fontsize=8)
    axes.set_ylabel(say(how, "persons with a sample"), fontsize=8)
    axes.yaxis.get_major_locator().set_params(integer=True)
    if small:
        text = FEW.format(minimum=few)
        axes.legend([bars], [say(how, "{few} persons", few=text)], loc="upper right",
                    fontsize=7, frameon=False, bbox_to_anchor=(1, 0.98))  # fmt: skip
    style.headline(drawn, how["title"], HEIGHT)
    return drawn


def source(data: dict, how: dict) -> pl.DataFrame:
    """Persons with a sample, a row a week and then a row a window; null where withheld."""
    few = how["minimum_cell"]
    rows = [
        ("week", None, week * BIN, week * BIN + BIN - 1, None if is_few(n, few) else n,
         is_few(n, few))
        for week, n in data["weeks"].items()
    ]  # fmt: skip
    rows += [
        ("window", v["timepoint"], *window(v), data["inside"][v["timepoint"]], False)
        for v in how["visits"]
    ]
    schema = {"what": pl.String, "timepoint": pl.String, "first_day": pl.Int64,
              "last_day": pl.Int64, "persons": pl.Int64, "withheld": pl.Boolean}  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        eligible=pl.lit(data["eligible"], pl.Int64)
    )


def caption(data: dict, how: dict) -> str:
    """What is counted, and what lies outside the drawing."""
    parts = [
        say(
            how,
            "Eligible persons (n = {n}) with at least one result in each week. Shaded: the windows"
            " of the timepoints, each with its target day (dashed) and the share of the eligible"
            " with a result in it.",
            n=f"{data['eligible']:,}",
        )
    ]
    first, last = _span(how["visits"])
    if any(w * BIN < first or w * BIN >= last for w in data["weeks"]):
        parts.append(
            say(how, "Days before {first} and after {last} are not drawn.", first=first,
                last=last - 1)
        )  # fmt: skip
    if any(is_few(n, how["minimum_cell"]) for n in data["weeks"].values()):
        parts.append(
            say(
                how,
                "Weeks with 1 to {most} persons are hatched, all of one height.",
                most=how["minimum_cell"] - 1,
            )
        )
    return paragraph(how, parts)


def _anchor(how: dict) -> str:
    """What day 0 is called: a date of the patients', or the first result."""
    if how["day_0"] is not None:
        return how["day_0"]
    # all timepoints count from one anchor, and first results of one scope
    if how["visits"][0]["scope"] == "marker":
        return say(how, "the first result of each marker")
    return say(how, "the first result")


def _span(visits: list[dict]) -> tuple[int, int]:
    """First day that is drawn, and the day after the last: whole weeks around all windows."""
    first = min(window(visit)[0] for visit in visits) - BEYOND
    last = max(window(visit)[1] for visit in visits) + BEYOND
    return first // BIN * BIN, -(-last // BIN) * BIN


def _windows(axes: Axes, data: dict, how: dict) -> None:
    """Shade each window, with its target and the share of the eligible above it."""
    for visit in how["visits"]:
        low, high = window(visit)
        axes.axvspan(low, high + 1, color=WINDOW_COLOUR, linewidth=0, zorder=0)
        axes.axvline(visit["target_day"] + 0.5, color=style.INK, linewidth=0.8, linestyle="--",
                     zorder=3)  # fmt: skip
        n = data["inside"][visit["timepoint"]]
        share = rounded(100 * n / data["eligible"], 1) if data["eligible"] else "–"
        text = "\n".join(
            (
                visit["label"],
                say(how, "days {low} to {high}", low=low, high=high),
                f"{n:,}/{data['eligible']:,} ({share} %)",
            )
        )
        axes.text((low + high + 1) / 2, 1.02, text, transform=axes.get_xaxis_transform(),
                  ha="center", va="bottom", fontsize=7, linespacing=1.25)  # fmt: skip
