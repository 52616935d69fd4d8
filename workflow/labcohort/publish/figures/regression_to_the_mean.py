"""Figures of kind regression_to_the_mean: change by baseline value in cohorts chosen on it.

Whoever is chosen by a high value is measured lower the next time without any cause, and the line is
what that alone would show: E[Y - X | X = x] = (rho - 1)(x - mu) for a baseline X and a follow-up Y
of one mean and SD and the correlation rho (Bland & Altman, BMJ 1994;308:1499; Barnett et al., Int J
Epidemiol 2005;34:215-220); of a marker on the log scale the median, exp(mu + rho(ln x - mu)) - x.
mu, sigma and rho are those of results/assessments/regression_to_the_mean.parquet.
"""

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from labcohort.publish import style
from labcohort.publish.figures.chosen_groups import MOST, chosen_groups, drawable, sampled
from labcohort.publish.lists import paragraph
from labcohort.publish.text import interval_text, unit_text
from labcohort.publish.words import say
from labcohort.small_cells import is_few

# millimetres: a line of panels, title, legend; a panel and the text to its right
LINE, TOP, FOOT = 46, 12, 9
PANEL, BESIDE, LEFT = 43, 32, 15
BAND_COLOUR, OTHERS_COLOUR, SELECTED_COLOUR = "#F4E6C8", "#9A9A9A", "#0072B2"
LINE_COLOUR, EXTERNAL_COLOUR, OBSERVED_COLOUR = "#D55E00", "#009E73", "#1a1a1a"
NUMBERS = ("observed", "expected", "difference")
ESTIMATES = ("mu", "sigma", "rho", *(f"{k}{end}" for k in NUMBERS for end in
             ("", "_ci_low", "_ci_high")))  # fmt: skip


def read(paths: dict, how: dict) -> list[dict]:
    """A panel a cohort and timepoint, in canonical units."""
    return chosen_groups(paths, how)


def draw(panels: list[dict], how: dict) -> Figure:
    """A line of panels a cohort, a column a timepoint; beside each the observed and expected."""
    columns = min(2, len(how["timepoints"]))
    lines = -(-len(panels) // columns)
    height = LINE * lines + TOP + FOOT
    drawn = Figure(figsize=(style.PAGE_WIDTH, height * style.MM))
    for i, panel in enumerate(panels):
        line, column = divmod(i, columns)
        x = LEFT + column * (PANEL + BESIDE + LEFT)
        y = TOP + LINE * line + 7
        axes = drawn.add_axes((x / 180, 1 - (y + 28) / height, PANEL / 180, 28 / height))
        _panel(axes, panel, drawable(panel, panels, how), how)
        axes.text(-0.27, 1.17, style.letter(i), transform=axes.transAxes, fontweight="bold",
                  fontsize=9)  # fmt: skip
    drawn.legend(handles=_legend(panels, how), loc="lower center", ncols=3, fontsize=6.5,
                 frameon=False, bbox_to_anchor=(0.5, 0.002))  # fmt: skip
    style.headline(drawn, how["title"], height)
    return drawn


def source(panels: list[dict], how: dict) -> pl.DataFrame:
    """The numbers of each panel, a row an estimate, in the unit that is drawn."""
    rows = [row for panel in panels for row in _source_rows(panel, how)]
    texts = dict.fromkeys(("cohort", "timepoint", "marker", "unit", "scale", "statistic",
                           "estimator", "rho_source"), pl.String)  # fmt: skip
    numbers = dict.fromkeys(("low", "high", *ESTIMATES), pl.Float64)
    schema = texts | {"n_all": pl.Int64, "n_selected": pl.Int64, "withheld": pl.Boolean} | numbers
    return pl.DataFrame(rows, schema=schema, orient="row")


def persons(panels: list[dict], how: dict) -> pl.DataFrame:
    """The persons that stand for all in each panel, a row each, in the unit that is drawn; those
    of small groups are here, though they are not drawn."""
    schema = {"cohort": pl.String, "timepoint": pl.String, "marker": pl.String,
              "person": pl.String, "x": pl.Float64, "change": pl.Float64,
              "selected": pl.Boolean}  # fmt: skip
    parts = [pl.DataFrame(schema=schema)]
    for panel in panels:
        one = panel["selection"]
        parts.append(
            _shown(panel["persons"], one["marker"], how)
            .filter(pl.Series(sampled(panel["persons"].height)))
            .select(
                pl.lit(one["cohort"]).alias("cohort"),
                pl.lit(panel["timepoint"]["timepoint"]).alias("timepoint"),
                pl.lit(one["marker"]).alias("marker"),
                "person", "x", "change", "selected",
            )
        )  # fmt: skip
    return pl.concat(parts).rename({"x": "baseline"})


def caption(panels: list[dict], how: dict) -> str:
    """What is drawn, of whom, and what the difference of observed and expected contains."""
    labels = sorted({row["label"] for panel in panels for row in panel["rows"]})
    parts = [
        say(
            how,
            "Each point is a person of everyone with the selecting marker at both visits: change"
            " from baseline by baseline value. Shaded: the band by which the cohort was chosen."
            " Line: the change that regression to the mean alone would show at each baseline value"
            " in a normal model (Bland and Altman 1994; Barnett and others 2005).",
        ),
        say(
            how,
            "Observed and expected: of the selected, with {confidence} % confidence intervals; by"
            " the truncated normal, and by time-reversed selection. Means; on the log scale"
            " medians.",
            confidence=f"{100 * how['confidence']:g}",
        ),
        *(say(how, "Observed less expected: {label}.", label=_words(label, how))
          for label in labels),
        say(
            how,
            "Persons of a chosen group of fewer than {least}, or whose size is withheld, are not"
            " drawn.",
            least=how["drawn_singly"],
        ),
    ]  # fmt: skip
    if any(panel["persons"].height > MOST for panel in panels):
        parts.append(say(how, "Of more than {most} persons a sample is drawn.", most=f"{MOST:,}"))
    return paragraph(how, parts)


def line(model: dict, x: np.ndarray, rho: float) -> np.ndarray:
    """The change expected of regression to the mean alone at each baseline value x (its unit): the
    mean, (rho - 1)(x - mu); on the log scale the median, exp(mu + rho(ln x - mu)) - x."""
    if model["scale"] == "log":
        return np.exp(model["mu"] + rho * (np.log(x) - model["mu"])) - x
    return (rho - 1) * (x - model["mu"])


def _shown(persons: pl.DataFrame, marker: str, how: dict) -> pl.DataFrame:
    """Values in the unit to show."""
    unit = how["units"].get(marker)
    if not unit:
        return persons
    return persons.with_columns(
        x=pl.col("x") * unit["slope"] + unit["intercept"], change=pl.col("change") * unit["slope"]
    )


def _position(value: float | None, marker: str, how: dict) -> float | None:
    """A canonical value in the unit to show."""
    unit = how["units"].get(marker)
    return value * unit["slope"] + unit["intercept"] if unit and value is not None else value


def _distance(value: float | None, marker: str, how: dict) -> float | None:
    """A canonical change in the unit to show."""
    unit = how["units"].get(marker)
    return value * unit["slope"] if unit and value is not None else value


def _used(panel: dict, how: dict) -> list[dict]:
    """The estimates that are drawn: of means, or on the log scale of medians; none of a group that
    is withheld."""
    if panel["hidden"]:
        return []
    log = panel["selection"]["marker"] in how["log"]
    return [
        row
        for row in panel["rows"]
        if row["statistic"] == ("median" if log else "mean") and row["observed"] is not None
    ]


def _n_selected(panel: dict) -> int:
    return int(panel["persons"].get_column("selected").sum())


def _source_rows(panel: dict, how: dict) -> list[dict]:
    """The rows of one panel; without numbers where these are withheld."""
    one, n = panel["selection"], _n_selected(panel)
    marker = one["marker"]
    common = {
        "cohort": one["cohort"],
        "timepoint": panel["timepoint"]["timepoint"],
        "marker": marker,
        "unit": how["selecting"][marker]["unit"],
        "n_all": panel["persons"].height,
        "n_selected": None if panel["hidden"] else n,
        "withheld": panel["hidden"],
        "low": _position(one["low"], marker, how),
        "high": _position(one["high"], marker, how),
    }
    found = [
        common
        | {
            k: row[k]
            for k in ("scale", "statistic", "estimator", "rho_source", "mu", "sigma", "rho")
        }
        | {k: _distance(row[k], marker, how) for k in ESTIMATES if k.startswith(NUMBERS)}
        for row in _used(panel, how)
    ]
    return found or [common]


def _panel(axes: Axes, panel: dict, drawn: np.ndarray, how: dict) -> None:
    marker = panel["selection"]["marker"]
    about = how["selecting"][marker]
    persons = _shown(panel["persons"], marker, how)
    x, change, selected = (persons.get_column(c).to_numpy() for c in ("x", "change", "selected"))
    log = marker in how["log"]
    if log:
        axes.set_xscale("log")
        axes.set_yscale("symlog", linthresh=_near_zero(change), linscale=0.6)
    for mask, colour, size in (
        (drawn & ~selected, OTHERS_COLOUR, 4),
        (drawn & selected, SELECTED_COLOUR, 6),
    ):
        # as a picture: no value can be read from the file more precisely than from the paper
        axes.scatter(x[mask], change[mask], s=size, color=colour, alpha=0.75, linewidths=0,
                     rasterized=True, zorder=2)  # fmt: skip
    axes.axhline(0, color=style.INK, linewidth=0.5, zorder=1)
    if drawn.any():
        _band_and_lines(axes, panel, x[drawn], how)
    unit = unit_text(about["unit"])
    axes.set_title(f"{panel['label']}, {panel['timepoint']['label']}", loc="left", fontsize=7.5)
    axes.set_xlabel(about["label"] + (f", {unit}" if unit else ""), fontsize=6.5, labelpad=1)
    axes.set_ylabel(say(how, "change"), fontsize=6.5, labelpad=1)
    axes.tick_params(labelsize=6, length=2)
    if log:
        axes.xaxis.set_major_formatter(_plain)
        axes.yaxis.set_major_formatter(_plain)
    axes.text(1.04, 1.0, _beside(panel, how), transform=axes.transAxes, va="top", fontsize=6,
              linespacing=1.3)  # fmt: skip


def _near_zero(change: np.ndarray) -> float:
    """Up to which change the scale is linear: the power of ten next to the median size of one."""
    size = float(np.median(np.abs(change))) if change.size else 0
    return 10.0 ** round(np.log10(size)) if size else 1.0


def _plain(number: float, _: int) -> str:
    """A tick of a log scale as a number, not as a power of ten."""
    return f"{number:g}".replace("-", "\N{MINUS SIGN}")


def _band_and_lines(axes: Axes, panel: dict, x: np.ndarray, how: dict) -> None:
    """The band, the lines of the normal model, and the observed change across the band."""
    marker, one = panel["selection"]["marker"], panel["selection"]
    low, high = (_position(one[end], marker, how) for end in ("low", "high"))
    ends = _ends(x, low, high, marker in how["log"])
    axes.set_xlim(ends)
    limits = axes.get_ylim()
    low, high = ends[0] if low is None else low, ends[1] if high is None else high
    if one["low"] is not None or one["high"] is not None:
        axes.axvspan(low, high, color=BAND_COLOUR, linewidth=0, zorder=0)
    model = panel["model"]
    if model:
        space = np.geomspace if marker in how["log"] else np.linspace
        shown = space(x.min(), x.max(), 100)
        unit = how["units"].get(marker, {"slope": 1, "intercept": 0})
        canonical = (shown - unit["intercept"]) / unit["slope"]
        for rho, colour, dashes in (
            (model["rho"], LINE_COLOUR, "-"),
            (model["external"], EXTERNAL_COLOUR, "--"),
        ):
            if rho is not None:
                axes.plot(shown, line(model, canonical, rho) * unit["slope"], color=colour,
                          linewidth=1.2, linestyle=dashes, zorder=3)  # fmt: skip
    rows = _used(panel, how)
    if rows:
        observed = _distance(rows[0]["observed"], marker, how)
        axes.plot([low, high], [observed, observed], color=OBSERVED_COLOUR, linewidth=1.4,
                  zorder=4)  # fmt: skip
    axes.set_ylim(limits)


def _ends(x: np.ndarray, low: float | None, high: float | None, log: bool) -> tuple[float, float]:
    """Ends of the axis: around the points that are drawn and the band, also where none lie in it.

    An end of the band that is open lies a tenth beyond all."""
    scale, back = (np.log, np.exp) if log else (np.asarray, np.asarray)
    known = [x.min(), x.max(), *(end for end in (low, high) if end is not None)]
    first, last = (float(scale(end(known))) for end in (min, max))
    room = 0.1 * (last - first)
    return float(back(first - room)), float(back(last + room))


def _beside(panel: dict, how: dict) -> str:
    """What was observed of the selected, and what was expected."""
    n = _n_selected(panel)
    lines = [
        say(how, "all: n = {n}", n=f"{panel['persons'].height:,}"),
        _selected(panel, how),
    ]
    rows = _used(panel, how)
    if panel["hidden"] and not is_few(n, how["minimum_cell"]):
        return "\n".join([*lines, say(how, "estimates withheld")])
    if rows:
        lines += [say(how, "observed"), "  " + _interval(panel, rows[0], "observed", how)]
    for row in rows:
        if row["expected"] is not None:
            lines += [_estimator(row, how), "  " + _interval(panel, row, "expected", how)]
    if not rows and n < how["minimum_selected"]:
        lines.append(say(how, "fewer than {least}:", least=how["minimum_selected"]))
    if not rows:
        lines.append(say(how, "no estimate"))
    return "\n".join(lines)


def _selected(panel: dict, how: dict) -> str:
    """How many were selected, as it is printed."""
    n = _n_selected(panel)
    if not panel["hidden"]:
        return say(how, "selected: n = {n}", n=f"{n:,}")
    if is_few(n, how["minimum_cell"]):
        return say(how, "selected: n < {minimum}", minimum=how["minimum_cell"])
    return say(how, "selected: n withheld")


def _estimator(row: dict, how: dict) -> str:
    """By what the change was expected."""
    if row["estimator"] == "time_reversed":
        return say(how, "expected, time-reversed")
    if row["rho_source"] == "external":
        return say(how, "expected, normal model") + "\n  " + say(how, "external reliability")
    return say(how, "expected, normal model")


def _interval(panel: dict, row: dict, name: str, how: dict) -> str:
    marker = panel["selection"]["marker"]
    numbers = (_distance(row[f"{name}{end}"], marker, how) for end in ("", "_ci_low", "_ci_high"))
    return interval_text(*numbers, how["selecting"][marker]["decimals"], how)


def _words(label: str, how: dict) -> str:
    """The artefact's own label in the language of the figure."""
    known = say(
        how,
        "difference from the expected regression to the mean; it contains the whole cohort's change"
        " and is not an effect",
    )
    return known if label.startswith("difference from the expected") else label


def _legend(panels: list[dict], how: dict) -> list:
    """One entry for each thing drawn in any panel."""
    point = {"marker": "o", "linestyle": "", "markeredgewidth": 0, "markersize": 4}
    handles = [
        Line2D([], [], color=SELECTED_COLOUR, label=say(how, "selected"), **point),
        Line2D([], [], color=OTHERS_COLOUR, label=say(how, "others"), **point),
        Patch(facecolor=BAND_COLOUR, label=say(how, "band of selection")),
        Line2D([], [], color=OBSERVED_COLOUR, linewidth=1.4, label=say(how, "observed change")),
        Line2D([], [], color=LINE_COLOUR, linewidth=1.2,
               label=say(how, "regression to the mean alone")),
    ]  # fmt: skip
    if any(panel["model"] and panel["model"]["external"] is not None for panel in panels):
        label = say(how, "the same, external reliability")
        handles.append(
            Line2D([], [], color=EXTERNAL_COLOUR, linewidth=1.2, linestyle="--", label=label)
        )
    return handles
