"""What of the tables in results/tables/ is withheld, a function a table.

With `minimum_cell: 1` nothing is: each function then only adds its column.

All numbers of a group of fewer than `minimum_cell` persons are withheld, with its number, and those
of groups by which it could be told (schemas.small_groups): the column `withheld` says so. In groups
that are shown counts of few persons are (small_cells), with their complements; where no
count but a share of a known number is given it counts as one. The smallest and largest value of a
group are single persons' values and withheld always. Notes that say a withheld number are left
out. Counts of tests and of specifications are not of persons.

What is looked at are differences of groups within one another, by number. Not looked at are
differences between counts inside such groups, nor between means of groups of different tables
that differ by a few persons who have no pair.
"""

import re
from collections.abc import Mapping, Sequence

import polars as pl

from labcohort.assess.small_groups import ALL_PAIRS, KEY
from labcohort.publish.words import BETWEEN, say
from labcohort.small_cells import is_few, withheld, withheld_flow

SIGNS = ("n_positive", "n_negative", "n_zero")
RANK_SUMS = ("w_plus", "w_minus")
DETECTION = ("n_censored", "n_below_baseline", "n_below_followup")
EXTREMES = tuple(f"{visit}_{end}" for visit in ("baseline", "followup") for end in ("min", "max"))
# what a comparison is, and not what was found: stands in rows that are withheld, too
OF_PLAN = (
    *KEY, "family", "role", "panel", "test", "primary", "summary", "correction", "alpha",
    "selected_on_baseline", "duplicate_of", "equation", "adjustment", "plan",
)  # fmt: skip
# reasons of a lost pair that say nothing of a person's health
MISSING = ("no value at ",)
# parts of notes that say how many
LIMITS = r"^\d+ of \d+ values are, or rest on, a result sent as a limit"
NONZERO = r"^\d+ non-zero difference"
BACKWARDS = r"^\d+ pairs in time-reversed selection"
UNTESTED = r"^\d+ of \d+ without a test: .*\b(pairs?|nobody)\b"
NO_DECLARED = r"^the declared specification has no test \(.*\b(pairs?|nobody)\b"
LEFT_OUT = r"(\d+) left out: not above zero"
MARGINS = {"baseline": ("in_in", "in_out"), "followup": ("in_in", "out_in")}
SQUARE = ("in_in", "in_out", "out_in", "out_out")
DIFFERENCE = ("difference", "difference_ci_low", "difference_ci_high", "p_mcnemar")


def few_persons(how: dict) -> str:
    """What is said of a group of few persons."""
    return say(how, "fewer than {minimum} persons", minimum=how["minimum_cell"])


def complement(how: dict) -> str:
    """What is said of a group that would give away one of few persons."""
    return say(how, "would give away fewer than {minimum} persons", minimum=how["minimum_cell"])


def counts_of_few(how: dict) -> str:
    """What is said of a group that is shown, of which some counts are not."""
    return say(how, "counts of fewer than {minimum} persons", minimum=how["minimum_cell"])


def comparisons(
    frame: pl.DataFrame, groups: pl.DataFrame, members: pl.DataFrame, how: dict
) -> pl.DataFrame:
    """Comparisons (schemas.comparison.Adjusted) with the column `withheld`.

    `groups` and `members` are the withheld ones (publish.groups). Of groups that are shown the
    counts by sign of the change (with the rank sums, which tell them), of values at a limit, of
    ties, and of pairs lost by a flag are cells.
    """
    if how["minimum_cell"] == 1:
        return _nothing(frame)
    minimum = how["minimum_cell"]
    gone = {row[:4]: row[4] for row in groups.select(*KEY, "few").iter_rows()}
    unknown = set(members.select("cohort", "timepoint").iter_rows())
    rows = []
    for row in frame.iter_rows(named=True):
        row |= dict.fromkeys(EXTREMES) | {"withheld": None}
        if (few := gone.get(tuple(row[k] for k in KEY))) is not None:
            row |= _emptied(row, OF_PLAN, few, how)
        else:
            hidden = [*_signs(row, minimum), *_at_limits(row, minimum)]
            hidden += ["lost"] if _flags_are_few(row["lost"], minimum) else []
            hidden += ["n_ties"] if is_few(row["n_ties"], minimum) else []
            _hide(row, hidden, how)
            if (row["cohort"], row["timepoint"]) in unknown:
                # who are no pair among the members would tell their number
                _hide(row, ["n_members", "n_baseline", "n_followup", "n_lost", "lost"], how)
        rows.append(row)
    return _framed(rows, frame)


def _signs(row: dict, minimum: int) -> list[str]:
    """Counts by sign that are withheld, and the rank sums."""
    mask = withheld([row[name] for name in SIGNS], minimum)
    own = [name for name, hidden in zip(SIGNS, mask, strict=True) if hidden]
    if own:
        row["note"] = _without(row["note"], NONZERO)
        own += RANK_SUMS
    return own


def _at_limits(row: dict, minimum: int) -> Sequence[str]:
    """Counts of values at a limit of detection: all, where one is of few."""
    totals = {"n_censored": 2 * row["n_pairs"]} | dict.fromkeys(DETECTION[1:], row["n_pairs"])
    if any(any(withheld([row[k], n - row[k]], minimum)) for k, n in totals.items()):
        row["note"] = _without(row["note"], LIMITS)
        return DETECTION
    return ()


def _flags_are_few(lost: str | None, minimum: int) -> bool:
    """Whether few pairs were left out for a flag of their values."""
    reasons = [part.rpartition(": ") for part in (lost or "").split(BETWEEN) if part]
    return any(is_few(int(n), minimum) for why, _, n in reasons if not why.startswith(MISSING))


def in_range(frame: pl.DataFrame, groups: pl.DataFrame, how: dict) -> pl.DataFrame:
    """Shares in range (schemas.in_range.InRange) with the column `withheld`.

    A share of a known number is a count: where few are inside or outside at a visit, that visit's
    share is withheld and all that tells it. Where only one of the four of before and after is of
    few, these four are, with the test and the interval that follow from them.
    """
    if how["minimum_cell"] == 1:
        return _nothing(frame)
    gone = _gone(groups)
    minimum, rows = how["minimum_cell"], []
    for row in frame.iter_rows(named=True):
        row["withheld"] = None
        few = gone.get((row["marker"], row["cohort"], row["timepoint"]))
        kept = ("cohort", "marker", "timepoint", "selected_on_baseline")
        if few is not None:
            row |= _emptied(row, kept, few, how)
        elif is_few(row["n_judged"], minimum):
            row |= _emptied(row, (*kept, "n_pairs"), True, how)
        else:
            _hide(row, _of_square(row, minimum), how)
            if is_few(row["n_censored"], minimum) or is_few(
                2 * row["n_judged"] - (row["n_censored"] or 0), minimum
            ):
                row["note"] = _without(row["note"], LIMITS)
                _hide(row, ["n_censored"], how)
        rows.append(row)
    return _framed(rows, frame)


def _of_square(row: dict, minimum: int) -> list[str]:
    """Counts and shares of a row that are withheld."""
    hidden: list[str] = []
    for visit, inside in MARGINS.items():
        n = sum(row[name] for name in inside)
        sides = [row[f"{side}_{visit}"] for side in ("below", "above")]
        if any(withheld([n, row["n_judged"] - n], minimum)):
            hidden += [f"share_{visit}", f"below_{visit}", f"above_{visit}", *DIFFERENCE, *SQUARE]
        elif any(withheld(sides, minimum)):
            hidden += [f"below_{visit}", f"above_{visit}"]
    if any(is_few(row[name], minimum) for name in SQUARE):
        hidden += [*SQUARE, *DIFFERENCE[1:]]
    return list(dict.fromkeys(hidden))


def attenders(frame: pl.DataFrame, how: dict) -> pl.DataFrame:
    """Attenders (schemas.attenders.Attenders) with the column `withheld`.

    Of a group of few persons who have the variable its number and summary are withheld, with the
    difference, which would tell them; so is a share of which few have the property or have it not.
    What is withheld of a follow-up's members is of all who attended, too: they are its sum.
    """
    if how["minimum_cell"] == 1:
        return _nothing(frame)
    minimum, rows = how["minimum_cell"], []
    # (comparison, variable) of which a group is withheld
    among = set()
    for row in frame.iter_rows(named=True):
        row["withheld"] = None
        sides = [side for side in "ab" if _is_told_by(row, side, minimum)]
        if sides:
            among.add((row["comparison"], row["variable"]))
        counts = [f"n_{side}" for side in "ab" if is_few(row[f"n_{side}"], minimum)]
        if any(is_few(n, minimum) for n in map(int, re.findall(LEFT_OUT, row["note"] or ""))):
            row["note"] = _without(row["note"], LEFT_OUT)
        _hide_group(row, sides, counts, how)
        rows.append(row)
    for row in rows:
        if (
            row["comparison"] == "any_followup"
            and ("followup_sets", row["variable"]) in among
            and not row["withheld"]
        ):
            _hide_group(row, ["a"], ["n_a"], how)
            row["withheld"] = complement(how)
    return _framed(rows, frame)


def _is_told_by(row: dict, side: str, minimum: int) -> bool:
    """Whether the summary of a group is one of few persons."""
    n, mean = row[f"n_{side}"], row[f"mean_{side}"]
    if is_few(n, minimum):
        return True
    if row["scale"] != "share" or mean is None:
        return False
    count = round(mean * n)
    return any(withheld([count, n - count], minimum))


def _hide_group(row: dict, sides: Sequence[str], counts: Sequence[str], how: dict) -> None:
    """Withhold the summaries of some sides of a row, with the difference, and some numbers."""
    if not sides:
        return
    of_sides = [f"{part}_{side}" for side in sides for part in ("mean", "sd")]
    hidden = [*of_sides, "standardised_difference", "sd_ci_low", "sd_ci_high", *counts]
    row |= dict.fromkeys(hidden)
    if is_few(row["n_both"], how["minimum_cell"]):
        row["n_both"] = None
    row["note"] = None
    row["withheld"] = few_persons(how)


def scorecard(frame: pl.DataFrame, groups: pl.DataFrame, how: dict) -> pl.DataFrame:
    """The scorecard (schemas.scorecard.Scorecard) with the column `withheld`.

    Of a group that is withheld all that is ours, the verdict too, since it tells our numbers.
    """
    if how["minimum_cell"] == 1:
        return _nothing(frame)
    own = groups.filter(pl.col("profile") == how["published_profile"])
    gone = {row[:3]: row[3] for row in own.select(*KEY[1:], "few").iter_rows()}
    rows = []
    for row in frame.iter_rows(named=True):
        row["withheld"] = None
        few = gone.get((row["marker"], row["cohort"], row["timepoint"]))
        if few is not None:
            ours = [name for name in row if name.startswith("ours_")]
            row |= dict.fromkeys([*ours, "n_pairs", "p_value", "verdict", "why"])
            row["withheld"] = few_persons(how) if few else complement(how)
        rows.append(row)
    return _framed(rows, frame)


def sensitivity(frame: pl.DataFrame, groups: pl.DataFrame, how: dict) -> pl.DataFrame:
    """The sensitivity grid (schemas.sensitivity.Sensitivity) with the column `withheld`.

    It counts specifications, not persons. Of a group that is withheld nothing is said; of others
    not how many pairs another specification has, where it has too few for a test.
    """
    if how["minimum_cell"] == 1:
        return _nothing(frame)
    gone = {row[:4]: row[4] for row in groups.select(*KEY, "few").iter_rows()}
    kept = (*KEY, "family", "reference_test", "alpha", "dimensions")
    rows = []
    for row in frame.iter_rows(named=True):
        row["withheld"] = None
        if (few := gone.get(tuple(row[k] for k in KEY))) is not None:
            row |= _emptied(row, kept, few, how)
        else:
            row["note"] = _without(row["note"], UNTESTED, NO_DECLARED)
        rows.append(row)
    return _framed(rows, frame)


def regression_to_the_mean(frame: pl.DataFrame, groups: pl.DataFrame, how: dict) -> pl.DataFrame:
    """Regression to the mean (schemas.regression.Regression) with the column `withheld`.

    The selected are a group, and so are those of the whole cohort who were not selected.
    """
    if how["minimum_cell"] == 1:
        return _nothing(frame)
    gone = _gone(groups)
    minimum, rows = how["minimum_cell"], []
    kept = (
        "cohort", "timepoint", "marker", "selecting_marker", "low", "high", "selecting_scale",
        "scale", "statistic", "estimator", "rho_source", "reliability_source", "label",
    )  # fmt: skip
    for row in frame.iter_rows(named=True):
        row["withheld"] = None
        few = gone.get((row["marker"], row["cohort"], row["timepoint"]))
        selected = row["n_selected"]
        if is_few(selected, minimum) or is_few(row["n_all"], minimum):
            few = True
        elif few is None and selected is not None and is_few(row["n_all"] - selected, minimum):
            few = False
        if few is not None:
            own = () if is_few(row["n_all"], minimum) else ("n_all",)
            row |= _emptied(row, (*kept, *own), few, how)
        elif is_few(row["n_reversed"], minimum):
            row["note"] = _without(row["note"], BACKWARDS)
            _hide(row, ["n_reversed"], how)
        rows.append(row)
    return _framed(rows, frame)


def selection_flow(frame: pl.DataFrame, how: dict) -> pl.DataFrame:
    """The selection flow (step, entered, excluded, remained) with the column `withheld`.

    Persons who fail a criterion are a cell (small_cells.withheld_flow). Steps without `entered`
    are sizes of groups.
    """
    rows = [row | {"withheld": None} for row in frame.iter_rows(named=True)]
    steps = [row for row in rows if row["entered"] is not None]
    sizes = [row for row in rows if row["entered"] is None]
    minimum = how["minimum_cell"]
    if steps:
        excluded = [row["excluded"] for row in steps]
        gone, between = withheld_flow(excluded, steps[-1]["remained"], minimum)
        for i, row in enumerate(steps):
            hides = {"excluded": gone[i], "entered": between[i], "remained": between[i + 1]}
            _hide(row, [name for name, one in hides.items() if one], how)
    for row in sizes:
        if is_few(row["remained"], minimum):
            row |= {"remained": None, "withheld": few_persons(how)}
    return _framed(rows, frame)


def _gone(groups: pl.DataFrame) -> dict[tuple[str, str, str], bool]:
    """(marker, cohort, timepoint) -> few, of groups of all pairs that are withheld."""
    own = groups.filter(pl.col("profile") == ALL_PAIRS).select(*KEY[1:], "few")
    return {row[:3]: row[3] for row in own.iter_rows()}


def _nothing(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with a column `withheld` that says nothing."""
    return frame.with_columns(withheld=pl.lit(None, pl.String))


def _framed(rows: list[dict], frame: pl.DataFrame) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=frame.schema | {"withheld": pl.String}, orient="row")


def _emptied(row: Mapping, kept: Sequence[str], few: bool, how: dict) -> dict:
    """The row with nothing but `kept`, and what is said in place of the rest."""
    said = few_persons(how) if few else complement(how)
    return dict.fromkeys(name for name in row if name not in kept) | {"withheld": said}


def _hide(row: dict, names: Sequence[str], how: dict) -> None:
    """Withhold some columns of a row."""
    if names:
        row |= dict.fromkeys(names)
        row["withheld"] = counts_of_few(how)


def _without(note: str | None, *patterns: str) -> str | None:
    """A note without the parts that match."""
    parts = pl.Series((note or "").split(BETWEEN), dtype=pl.String)
    for pattern in patterns:
        parts = parts.filter(~parts.str.contains(pattern))
    return BETWEEN.join(parts) or None
