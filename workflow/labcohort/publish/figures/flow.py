"""Figures of kind flow: who was selected, step by step, in the form that STROBE asks for.

Boxes down the middle are who went on, boxes to the right who did not (STROBE item 13; von Elm et
al., Lancet 2007;370:1453-1457). How many failed a criterion is known of their health: such counts
are withheld where they are small, with those that would give them away.
"""

import json
import unicodedata
from pathlib import Path

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from labcohort.cohorts.eligibility import FLOW, joined_flow
from labcohort.cohorts.subgroups import SIZES, joined_sizes
from labcohort.publish import style
from labcohort.publish.lists import paragraph
from labcohort.publish.text import within
from labcohort.publish.words import say
from labcohort.small_cells import is_few, withheld_flow

# millimetres: a line of text, the margin within a box, the room between boxes, title
LINE, INSIDE, BETWEEN, TOP = 3.8, 2.2, 6.0, 14.0
# left edge and width of the boxes in the middle and to the right
MIDDLE, RIGHT, WIDTH = (8.0, 84.0), (108.0, 66.0), 180.0
FONT = 7.5
# a blank at which no line is broken
HELD = "\N{NO-BREAK SPACE}"
# letters that fit across a box, for each millimetre of it
LETTERS = 0.72


def read(paths: dict, how: dict) -> dict:
    """Counts of persons, of rows of the patient table and of result cells."""
    flow = joined_flow([_counts(path, FLOW) for path in paths["flow"]])
    sizes = joined_sizes([_counts(path, SIZES) for path in paths["sizes"]])
    ledger = pl.read_csv(paths["ledger"][0], separator="\t")
    validation = json.loads(Path(paths["validation"][0]).read_text("utf-8"))
    first = pl.col("stage") == "ingest"
    fates = ledger.filter(kind="fate").group_by("fate").agg(pl.col("cells").sum())
    return {
        "flow": flow.sort("order").to_dicts(),
        "members": dict(
            sizes.filter(cohort=how["everyone"]).select("timepoint", "members").iter_rows()
        ),
        "rows": validation["patients"]["rows"],
        "cells": ledger.filter(first, kind="in").get_column("cells").sum(),
        "fates": dict(fates.iter_rows()),
    }


def draw(data: dict, how: dict) -> Figure:
    """Boxes and arrows, from the exports at the top to the analysed at the bottom."""
    counts = {row["step"]: row for row in _steps(data, how)}
    middle, right = _texts(data, counts, how)
    ends = _ends(data, counts, how)
    note = _overlap(data, counts, how)
    height = _height(middle, right, ends, note)
    drawn = Figure(figsize=(style.PAGE_WIDTH, height * style.MM))
    axes = drawn.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(height, 0)
    axes.set_axis_off()
    below = _ladder(axes, middle, right)
    below = _fan(axes, ends, below)
    axes.text(MIDDLE[0], below + 2, note, va="top", fontsize=FONT, linespacing=1.35)
    style.headline(drawn, how["title"], height)
    return drawn


def source(data: dict, how: dict) -> pl.DataFrame:
    """The counts that are drawn, a row a box, null where withheld."""
    schema = {"step": pl.String, "what": pl.String, "n": pl.Int64, "withheld": pl.Boolean}
    rows = [row | {"n": None if row["withheld"] else row["n"]} for row in _steps(data, how)]
    return pl.DataFrame(rows, schema=schema, orient="row")


def caption(data: dict, how: dict) -> str:
    """What the boxes count."""
    parts = [
        say(
            how,
            "Selection of the persons. A person is counted at the first criterion that is not met;"
            " what is unknown of a person does not meet it.",
        ),
        say(how, "Boxes of a timepoint count the eligible with any result in its window."),
    ]
    if any(row["withheld"] for row in _steps(data, how)):
        parts.append(
            say(
                how,
                "Counts of 1 to {most} persons are withheld, with the counts that would give them"
                " away.",
                most=how["minimum_cell"] - 1,
            )
        )
    return paragraph(how, parts)


def _counts(path: str, schema: dict) -> pl.DataFrame:
    """The counts of a bucket of persons."""
    return pl.read_csv(path, separator="\t", schema=schema)


def _steps(data: dict, how: dict) -> list[dict]:
    """Every count (step, what, n, withheld), from the exports to the last timepoint."""
    flow, labels = data["flow"], {row["order"]: row["label"] for row in how["eligibility"]}
    failed = [step["failed"] for step in flow]
    persons = flow[0]["entered"] if flow else data["members"][how["timepoints"][0]["timepoint"]]
    eligible = flow[-1]["remained"] if flow else persons
    hidden, between = withheld_flow(failed, eligible, how["minimum_cell"])
    none = is_few(eligible, how["minimum_cell"])
    # with the rows of the patient table the number of persons would be known
    few = between[0]
    rows = [
        ("rows", say(how, "Rows of the patient table"), data["rows"], few),
        ("rows_without", say(how, "Rows that add no person"), data["rows"] - persons, few),
        ("cells", say(how, "Result cells of the exports"), data["cells"], False),
        *(
            (fate, text, data["fates"].get(fate, 0), False)
            for fate, text in (
                ("missing", say(how, "Result cells without a value")),
                ("ignored", say(how, "Result cells not of the study")),
                ("set_aside", say(how, "Result cells set aside")),
                ("duplicate", say(how, "Result cells that repeat another")),
            )
        ),
        ("persons", say(how, "Persons"), persons, few),
    ]
    for i, step in enumerate(flow, 1):
        label = labels[step["order"]]
        rows.append((f"excluded_{step['order']}", label, step["failed"], hidden[i - 1]))
        last = i == len(flow)
        text = say(how, "Eligible") if last else say(how, "Remaining")
        rows.append((f"remained_{step['order']}", text, step["remained"], between[i]))
    known = {t["timepoint"]: t["label"] for t in how["timepoints"]}
    for timepoints, n in data["members"].items():
        text = " & ".join(known[t] for t in timepoints.split(" & "))
        rows.append((timepoints, text, n, none))
    return [dict(zip(("step", "what", "n", "withheld"), row, strict=True)) for row in rows]


def _n(row: dict, how: dict) -> str:
    """A count as it is printed."""
    if not row["withheld"]:
        return say(how, "n = {n}", n=f"{row['n']:,}")
    if is_few(row["n"], how["minimum_cell"]):
        return say(how, "n < {minimum}", minimum=how["minimum_cell"])
    return say(how, "n withheld")


def _named(row: dict, how: dict) -> str:
    """What is counted, and its count."""
    return say(how, "{what}: {n}", what=row["what"], n=_n(row, how))


def _texts(data: dict, counts: dict, how: dict) -> tuple[list[str], list[str]]:
    """What the boxes in the middle say, and the one to the right of each arrow between them."""
    exports = [_named(counts[k], how) for k in ("rows", "cells")]
    lost = ("rows_without", "missing", "ignored", "set_aside", "duplicate")
    middle = [
        _boxed(exports, MIDDLE),
        _boxed([counts["persons"]["what"], _n(counts["persons"], how)], MIDDLE),
    ]
    right = [_boxed([_named(counts[k], how) for k in lost], RIGHT)]
    for step in data["flow"]:
        out, on = (counts[f"{what}_{step['order']}"] for what in ("excluded", "remained"))
        text = say(how, "Not met: {criterion}", criterion=out["what"])
        right.append(_boxed([text, _n(out, how)], RIGHT))
        middle.append(_boxed([on["what"], _n(on, how)], MIDDLE))
    return middle, right


def _ends(data: dict, counts: dict, how: dict) -> list[str]:
    """What the boxes of the timepoints say, side by side."""
    shown = [t["timepoint"] for t in how["timepoints"]]
    width = _end_width(len(shown))
    return [_boxed([counts[t]["what"], _n(counts[t], how)], (0, width)) for t in shown]


def _overlap(data: dict, counts: dict, how: dict) -> str:
    """How many were there at two follow-ups."""
    known = {t["timepoint"]: within(t["label"]) for t in how["timepoints"]}
    lines = []
    for both in (t for t in data["members"] if " & " in t):
        one, other = (known[t] for t in both.split(" & "))
        n = _n(counts[both], how)
        lines.append(
            say(how, "With results at both {one} and {other}: {n}", one=one, other=other, n=n)
        )
    return "\n".join(lines)


def _height(middle: list[str], right: list[str], ends: list[str], note: str) -> float:
    """Millimetres that all boxes take."""
    ladder = sum(_tall(text) for text in middle) + sum(_gap(text) for text in right)
    fan = max(_tall(text) for text in ends) + 2 * BETWEEN
    return TOP + ladder + fan + LINE * len(note.splitlines()) + 5


def _ladder(axes: Axes, middle: list[str], right: list[str]) -> float:
    """Draw who went on, one below the other, and who did not, beside the arrows; the lower end."""
    y, centre = TOP, MIDDLE[0] + MIDDLE[1] / 2
    for i, text in enumerate(middle):
        _box(axes, text, MIDDLE[0], y, MIDDLE[1])
        y += _tall(text)
        if i < len(right):
            gap = _gap(right[i])
            _arrow(axes, (centre, y), (centre, y + gap))
            _arrow(axes, (centre, y + gap / 2), (RIGHT[0], y + gap / 2))
            _box(axes, right[i], RIGHT[0], y + (gap - _tall(right[i])) / 2, RIGHT[1])
            y += gap
    return y


def _fan(axes: Axes, ends: list[str], y: float) -> float:
    """Draw the boxes of the timepoints, an arrow to each; the lower end."""
    centre, width = MIDDLE[0] + MIDDLE[1] / 2, _end_width(len(ends))
    turn = y + BETWEEN
    axes.plot([centre, centre], [y, turn], color=style.INK, linewidth=0.8)
    middles = [MIDDLE[0] + i * (width + 6) + width / 2 for i in range(len(ends))]
    axes.plot([min(centre, middles[0]), max(centre, middles[-1])], [turn, turn],
              color=style.INK, linewidth=0.8)  # fmt: skip
    for middle, text in zip(middles, ends, strict=True):
        _arrow(axes, (middle, turn), (middle, turn + BETWEEN))
        _box(axes, text, middle - width / 2, turn + BETWEEN, width)
    return turn + BETWEEN + max(_tall(text) for text in ends)


def _end_width(n: int) -> float:
    """Millimetres of each of n boxes side by side."""
    return (RIGHT[0] + RIGHT[1] - MIDDLE[0] - 6 * (n - 1)) / n


def _box(axes: Axes, text: str, x: float, y: float, width: float) -> None:
    height = _tall(text)
    axes.add_patch(
        Rectangle((x, y), width, height, facecolor="white", edgecolor=style.INK, linewidth=0.8)
    )
    axes.text(x + width / 2, y + height / 2, text, ha="center", va="center", fontsize=FONT,
              linespacing=1.3)  # fmt: skip


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate(
        "",
        xy=end,
        xytext=start,
        arrowprops={"arrowstyle": "-|>", "color": style.INK, "linewidth": 0.8, "shrinkA": 0,
                    "shrinkB": 0, "mutation_scale": 7},
    )  # fmt: skip


def _tall(text: str) -> float:
    return LINE * len(text.splitlines()) + 2 * INSIDE


def _gap(text: str) -> float:
    """Room between two boxes with one beside the arrow."""
    return _tall(text) + 4


def _boxed(lines: list[str], place: tuple[float, float]) -> str:
    """Lines broken so that they fit into a box."""
    return "\n".join(part for line in lines for part in broken(line, int(LETTERS * place[1])))


def broken(text: str, width: int) -> list[str]:
    """A text in lines of at most `width` letters, where a Chinese sign is two letters wide.

    It is broken at blanks, between Chinese signs, and nowhere else.
    """
    # a count stays on one line: "n = 12"
    text = text.replace("n = ", f"n{HELD}={HELD}").replace("n < ", f"n{HELD}<{HELD}")
    lines, line = [], ""
    for part in _parts(text):
        if line and _wide(line + part.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += part
    return [*lines, line.rstrip()]


def _parts(text: str) -> list[str]:
    """Pieces of a text that are not broken; a blank belongs to the piece before it."""
    pieces, piece = [], ""
    for sign in text:
        if _is_wide(sign):
            pieces += [piece, sign] if piece else [sign]
            piece = ""
        else:
            piece += sign
            if sign == " ":
                pieces.append(piece)
                piece = ""
    return [*pieces, piece] if piece else pieces


def _wide(text: str) -> int:
    return sum(2 if _is_wide(sign) else 1 for sign in text)


def _is_wide(sign: str) -> bool:
    return unicodedata.east_asian_width(sign) in "WF"
