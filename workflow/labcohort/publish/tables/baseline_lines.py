"""The lines of a variable in a table of baseline characteristics, and what is withheld of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from labcohort.publish.tables.baseline_names import (
    ADVERSE_EVENTS,
    BELOW_60,
    category_name,
    variable_name,
)
from labcohort.publish.tables.table import Cell, Line
from labcohort.publish.text import BELOW_DETECTION
from labcohort.publish.words import say
from labcohort.rounding import rounded
from labcohort.small_cells import is_few, withheld_rows

# of ages and other numbers that no laboratory measured, and of standardised differences
DECIMALS, OF_DIFFERENCES = 1, 2
WITHHELD = "–"
NOT_SHOWN = "no_followup"
# cells of three numbers, as all but those of missing values are
NO_NUMBERS = (None, None, None)
NOTHING_TOLD, EMPTY = Cell(WITHHELD, NO_NUMBERS), Cell("", NO_NUMBERS)


@dataclass(frozen=True)
class Variable:
    """A variable of a table: its row of each group that is shown, of those that are `not_shown`
    too (all rows), and the counts of its categories in each."""

    name: str
    rows: list[dict]
    every: list[dict]
    counts: dict[str, list[int]]

    @property
    def is_of_categories(self) -> bool:
        return self.rows[0]["scale"] == "category"


def lines_of(variable: Variable, variables: Sequence[Variable], how: dict) -> Iterator[Line]:
    """The lines of a variable."""
    if not variable.is_of_categories:
        yield from _of_numbers(variable, how)
    elif variable.name in (BELOW_60, ADVERSE_EVENTS):
        yield _of_share(variable, how)
    else:
        yield from _of_categories(variable, variables, how)


def _of_numbers(variable: Variable, how: dict) -> Iterator[Line]:
    """A number's mean and SD, or median and quartiles; below it how many rest on limits."""
    hidden = _hidden_numbers(variable, how)
    decimals = _decimals(variable.name, how)
    texts = {
        "log": say(how, "{name}, median [Q1 to Q3]", name=variable_name(variable.name, how)),
        "linear": say(how, "{name}, mean (SD)", name=variable_name(variable.name, how)),
    }
    skewed = variable.rows[0]["scale"] == "log"
    cells = [
        NOTHING_TOLD
        if out
        else (_quartiles(row, decimals, how) if skewed else _mean(row, decimals))
        for row, out in zip(variable.rows, hidden, strict=True)
    ]
    about = _about(variable.name, how)
    note = _no_mean(variable, hidden, how)
    yield Line(
        (
            Cell(texts[variable.rows[0]["scale"]]),
            *cells,
            _missing(variable, how),
            *_differences(variable, hidden, how),
        ),
        note,
        about,
    )
    if any(row["n_at_limit"] for row in variable.rows):
        counts = [[r["n_at_limit"], r["n"] - r["n_at_limit"]] for r in variable.every]
        out = withheld_rows(list(zip(*counts, strict=True)), how["minimum_cell"])[0]
        text = say(how, "of these at a limit of detection, n (%)")
        yield _counted_line(
            text, [row["n_at_limit"] for row in variable.rows], variable, out, about, how
        )


def _hidden_numbers(variable: Variable, how: dict) -> list[bool]:
    """Which groups' numbers are withheld: of too few persons; and of the whole where a part is,
    which is the whole less the others."""
    few = {
        (row["members"], row["timepoint"], row["cohort"]): is_few(row["n"], how["minimum_cell"])
        or is_few(row["n_members"], how["minimum_cell"])
        for row in variable.every
    }
    part = any(few.values())
    return [
        few[row["members"], row["timepoint"], row["cohort"]] or (row["members"] == "all" and part)
        for row in variable.rows
    ]


def _mean(row: dict, decimals: int) -> Cell:
    mean, sd = row["mean"], row["sd"]
    if mean is None:
        return NOTHING_TOLD if row["n"] else EMPTY
    spread = f" ({rounded(sd, decimals)})" if sd is not None else ""
    return Cell(rounded(mean, decimals) + spread, (mean, sd, None), decimals)


def _quartiles(row: dict, decimals: int, how: dict) -> Cell:
    median, ends = row["median"], (row["q1"], row["q3"])
    if median is None:
        return Cell(BELOW_DETECTION, NO_NUMBERS) if row["n"] else EMPTY
    texts = [rounded(number, decimals) for number in (median, *ends)]
    if None in ends:
        return Cell(texts[0], (median, *ends), decimals)
    text = say(
        how, "{median} [{q1} to {q3}]", **dict(zip(("median", "q1", "q3"), texts, strict=True))
    )
    return Cell(text, (median, *ends), decimals)


def _no_mean(variable: Variable, hidden: Sequence[bool], how: dict) -> str:
    """Why a mean is not there, of a variable that would have one."""
    rows = [r for r, out in zip(variable.rows, hidden, strict=True) if not out and r["n"]]
    if variable.rows[0]["scale"] == "linear" and any(row["mean"] is None for row in rows):
        return say(how, "No mean of a group: too many of its values rest on limits of detection.")
    return ""


def _missing(variable: Variable, how: dict) -> Cell:
    """How many of each group have no value, in the order of the groups."""
    few = [is_few(row["n_members"], how["minimum_cell"]) for row in variable.rows]
    counts = [None if out else r["n_missing"] for r, out in zip(variable.rows, few, strict=True)]
    if not any(counts) and not any(few):
        return Cell("0", tuple(counts), 0)
    return Cell(" / ".join(WITHHELD if n is None else str(n) for n in counts), tuple(counts), 0)


def _differences(variable: Variable, hidden: Sequence[bool], how: dict) -> Iterator[Cell]:
    """The standardised differences of a variable; none that tells of a group that is withheld."""
    first = first_compared(variable.rows)
    for row, out in list(zip(variable.rows, hidden, strict=True))[first + 1 :]:
        d, *ends = (row[k] for k in ("standardised_difference", "sd_ci_low", "sd_ci_high"))
        if out or hidden[first]:
            yield NOTHING_TOLD
        elif d is None:
            yield EMPTY
        else:
            yield Cell(_with_interval(d, *ends, how), (d, *ends), OF_DIFFERENCES)


def _with_interval(d: float, low: float | None, high: float | None, how: dict) -> str:
    """A difference with its interval, where it has one."""
    texts = {"estimate": d, "low": low, "high": high}
    texts = {name: rounded(number, OF_DIFFERENCES) for name, number in texts.items()}
    if low is None:
        return texts["estimate"]
    return say(how, "{estimate} ({low} to {high})", **texts)


def _of_categories(variable: Variable, variables: Sequence[Variable], how: dict) -> Iterator[Line]:
    """A line for the variable, and one of counts for each category that anybody has."""
    hidden = _hidden_categories(variable, variables, how)
    about = _about(variable.name, how)
    # a share and its distance from another tell the other
    out = [any(hidden.values())] * len(variable.rows)
    text = say(how, "{name}, n (%)", name=variable_name(variable.name, how))
    empty = [EMPTY] * len(variable.rows)
    yield Line(
        (Cell(text), *empty, _missing(variable, how), *_differences(variable, out, how)),
        about=about,
    )
    for category, counts in variable.counts.items():
        if any(counts):
            own = [n for n, row in zip(counts, variable.every, strict=True)
                   if row["members"] != NOT_SHOWN]  # fmt: skip
            label = category_name(variable.name, category, how)
            yield _counted_line(
                label, own, variable, hidden[category], about | {"category": category}, how
            )


def _hidden_categories(
    variable: Variable, variables: Sequence[Variable], how: dict
) -> dict[str, bool]:
    """Which categories are withheld. Of stages the number below 60 is printed beside them, or
    none of them is: those below and those above are then withheld apart."""
    minimum = how["minimum_cell"]
    stages = how["characteristics"]["stages"]
    below = next((v for v in variables if v.name == BELOW_60), None)
    blocks = [list(variable.counts)]
    if stages and below and variable.name == stages["marker"]:
        if any(withheld_rows(list(below.counts.values()), minimum)):
            return dict.fromkeys(variable.counts, True)
        under = [c for c in variable.counts if c in stages["below_60"]]
        blocks = [under, [c for c in variable.counts if c not in under]]
    found: dict[str, bool] = {}
    for block in filter(None, blocks):
        mask = withheld_rows([variable.counts[c] for c in block], minimum)
        found |= dict(zip(block, mask, strict=True))
    return found


def _of_share(variable: Variable, how: dict) -> Line:
    """A line of how many of how many, where the first category is counted alone."""
    out = any(withheld_rows(list(variable.counts.values()), how["minimum_cell"]))
    counts = next(iter(variable.counts.values()))
    text = say(how, "{name}, n/N (%)", name=variable_name(variable.name, how))
    own = [n for n, row in zip(counts, variable.every, strict=True) if row["members"] != NOT_SHOWN]
    line = _counted_line(text, own, variable, out, _about(variable.name, how), how, of=True)
    hidden = [out] * len(variable.rows)
    differences = tuple(_differences(variable, hidden, how))
    if variable.name == ADVERSE_EVENTS:
        differences = tuple(EMPTY for _ in differences)
    before = line.cells[: -len(differences) - 1] if differences else line.cells[:-1]
    return Line((*before, _missing(variable, how), *differences), about=line.about)


def _counted_line(
    text: str,
    counts: Sequence[int],
    variable: Variable,
    out: bool,
    about: dict,
    how: dict,
    of: bool = False,
) -> Line:
    """A line of counts; `out` says that they are withheld, `of` that N stands beside n."""
    cells = []
    for count, row in zip(counts, variable.rows, strict=True):
        if out or is_few(row["n_members"], how["minimum_cell"]):
            cells.append(NOTHING_TOLD)
        elif not row["n"]:
            cells.append(EMPTY)
        else:
            share = 100 * count / row["n"]
            number = f"{count}/{row['n']}" if of else str(count)
            cells.append(
                Cell(f"{number} ({rounded(share, DECIMALS)})", (count, share, None), DECIMALS)
            )
    of_missing = Cell("", (None,) * len(variable.rows))
    nothing = [of_missing, *([EMPTY] * len(compared_groups(variable.rows)))]
    return Line((Cell(text), *cells, *nothing), about=about)


def _about(name: str, how: dict) -> dict[str, str]:
    return {"marker" if name in how["markers"] else "characteristic": name}


def _decimals(name: str, how: dict) -> int:
    if name not in how["markers"]:
        return DECIMALS
    return how["units"].get(name, how["markers"][name])["decimals"]


def first_compared(groups: Sequence[dict]) -> int:
    """The place of the group that others are held against."""
    return next(i for i, row in enumerate(groups) if row["members"] != "all")


def compared_groups(groups: Sequence[dict]) -> list[dict]:
    """The groups that are held against another."""
    return list(groups[first_compared(groups) + 1 :])
