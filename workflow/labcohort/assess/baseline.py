"""Baseline characteristics of groups that stand beside each other: Table 1 of a publication.

There is no test and no threshold: groups that nobody drew at random differ, and how far they lie
apart is what a reader needs to know.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

import numpy as np
import polars as pl

from labcohort.assess import standardised_difference
from labcohort.assess.ages import ages_at_baseline
from labcohort.assess.standardised_difference import StandardisedDifference
from labcohort.compare.counted import counted
from labcohort.compare.limits import shares, too_many_limits
from labcohort.compare.markers import Panel, by_marker
from labcohort.compare.persons import Persons, members_by_number
from labcohort.compare.summaries import summarise
from labcohort.derive.censored import is_below, rests_on_limit

AGE, BELOW_60, ADVERSE_EVENTS = "age", "EGFR_BELOW_60", "adverse_events"
# what a patient table says of those without an event
NO_EVENT = ("none", "no")
ANY_EVENT = "any"


class Bucket(NamedTuple):
    """What is known of a bucket of persons: schemas.cohort.Membership in the cohorts asked for,
    and schemas.harmonised.Patients."""

    membership: pl.DataFrame
    patients: pl.DataFrame


@dataclass(frozen=True)
class Group:
    """Persons to describe: `who`, bool of shape (persons,), and what they are."""

    cohort: str
    members: str
    timepoint: str | None
    who: np.ndarray

    @property
    def name(self) -> str:
        """What tells it from the groups beside it."""
        return self.timepoint or self.cohort

    @property
    def is_compared(self) -> bool:
        """Whether it is held against the first of its kind: no group is that holds others."""
        return self.members in ("at_followup", "any_followup")


@dataclass(frozen=True)
class Measured:
    """A number of each person, shape (persons,), NaN where there is none; whether it rests on a
    limit, and whether it lies below one. `scale` is linear or log."""

    name: str
    scale: str
    value: np.ndarray
    limit: np.ndarray
    below: np.ndarray


@dataclass(frozen=True)
class Classed:
    """The place of each person's category in `categories`, shape (persons,), -1 where there is
    none. `compared`: whether groups are held against each other by it."""

    name: str
    categories: Sequence[str]
    place: np.ndarray
    compared: bool = True


def baseline(panels: Sequence[Panel], buckets: Sequence[Bucket], how: dict) -> list[dict]:
    """Rows of schemas.baseline.Baseline: each set of cohorts by itself, and in it each variable.

    Parameters
    ----------
    panels : schemas.cohort.Chosen of each panel, of each of the buckets. One marker is read at a
        time.
    buckets : who these persons are.
    how : sets (lists of cohorts that stand beside each other), baseline, timepoints (follow-ups
        in their order), age (whether it is known), attributes (name, and categories of those that
        have them), stages (marker, categories, below_60) or None, adverse_events, markers, log,
        detection, quartiles, confidence.
    """
    if not how["sets"]:
        return []
    persons = Persons([own.membership.get_column("person") for own in buckets])
    members = members_by_number([own.membership.lazy() for own in buckets], persons)
    sets = [_groups(cohorts, members, persons, how) for cohorts in how["sets"]]
    found: dict[str, list[list[dict]]] = {}
    for variable in _variables(panels, [own.patients for own in buckets], persons, how):
        found[variable.name] = [_rows(variable, groups, how) for groups in sets]
    return [
        {"cohorts": "|".join(cohorts)} | row
        for number, cohorts in enumerate(how["sets"])
        for name in _order(found, how)
        for row in found[name][number]
    ]


def _order(found: dict, how: dict) -> list[str]:
    """Persons first, then markers in their order; what is recorded after baseline last."""
    markers = [marker for marker in how["markers"] if marker in found]
    others = [name for name in found if name not in (*markers, ADVERSE_EVENTS)]
    return [*others, *markers, *(name for name in found if name == ADVERSE_EVENTS)]


def _groups(
    cohorts: Sequence[str], members: dict[tuple[str, str], np.ndarray], persons: Persons, how: dict
) -> list[Group]:
    """The groups of a table: of one cohort all, and those at each follow-up; else each cohort."""
    nobody = np.empty(0, np.int32)

    def at(cohort: str, *timepoints: str) -> np.ndarray:
        return reduce(
            np.logical_or, (persons.has(members.get((cohort, t), nobody)) for t in timepoints)
        )

    if len(cohorts) > 1:
        return [Group(c, "any_followup", None, at(c, *how["timepoints"])) for c in cohorts]
    cohort = cohorts[0]
    whole = Group(cohort, "all", None, at(cohort, how["baseline"], *how["timepoints"]))
    sets = [Group(cohort, "at_followup", t, at(cohort, t)) for t in how["timepoints"]]
    lost = whole.who & ~at(cohort, *how["timepoints"])
    return [whole, *sets, *([Group(cohort, "no_followup", None, lost)] if lost.any() else [])]


def _variables(
    panels: Sequence[Panel], patients: Sequence[pl.DataFrame], persons: Persons, how: dict
) -> Iterator[Measured | Classed]:
    """All that is told of the persons; one marker is in memory."""
    if how["age"]:
        yield _number(AGE, ages_at_baseline(panels, patients, persons, how["baseline"]))
    for attribute in how["attributes"]:
        values = _attribute(attribute["attribute"], patients, persons)
        if "categories" in attribute:
            known = attribute["categories"]
            yield Classed(attribute["attribute"], known, _places(values, known))
        else:
            yield _number(attribute["attribute"], values)
    if how["adverse_events"]:
        said = _attribute(ADVERSE_EVENTS, patients, persons).str.strip_chars().str.to_lowercase()
        none = said.is_in(NO_EVENT).replace_strict({True: NO_EVENT[0], False: ANY_EVENT})
        known = (ANY_EVENT, NO_EVENT[0])
        yield Classed(ADVERSE_EVENTS, known, _places(none, known), compared=False)
    stages = how["stages"] or {"marker": None}
    asked = {*how["markers"], stages["marker"]} - {None}
    for marker, values in by_marker(panels, asked):
        rows = _at_baseline(values, persons, how["baseline"])
        if marker == stages["marker"]:
            yield from _staged(rows, persons, stages)
        if marker in how["markers"]:
            yield _of_marker(marker, rows, persons, how)


def _attribute(name: str, patients: Sequence[pl.DataFrame], persons: Persons) -> pl.Series:
    """An attribute of the persons, in the order of their numbers."""
    return persons.arranged([own.select("person", name) for own in patients]).get_column(name)


def _number(name: str, values: pl.Series) -> Measured:
    """A number that no laboratory measured."""
    none = np.zeros(len(values), bool)
    value = values.cast(pl.Float64).fill_null(np.nan).to_numpy()
    return Measured(name, "linear", value, none, none)


def _places(values: pl.Series, categories: Sequence[str]) -> np.ndarray:
    """The place of each text among the categories, -1 of any other."""
    of = {category: place for place, category in enumerate(categories)}
    return values.replace_strict(of, default=-1, return_dtype=pl.Int32).fill_null(-1).to_numpy()


def _at_baseline(values: Sequence[pl.LazyFrame], persons: Persons, timepoint: str) -> pl.DataFrame:
    """A marker's values at baseline, with the number of the person. ValueError for two of one."""
    there = pl.col("timepoint") == timepoint
    limits = {"limit": rests_on_limit(), "below": is_below(pl.col("comparator"))}
    rows = pl.concat(
        persons.numbered(
            bucket, own.filter(there).select("person", "value", "category", **limits).collect()
        )
        for bucket, own in enumerate(values)
    )
    if rows.get_column("number").is_duplicated().any():
        raise ValueError("a person has two values of a marker at baseline")
    return rows


def _of_marker(marker: str, rows: pl.DataFrame, persons: Persons, how: dict) -> Measured:
    value = np.full(persons.size, np.nan)
    limit, below = np.zeros(persons.size, bool), np.zeros(persons.size, bool)
    columns = ("number", "value", "limit", "below")
    number, *own = (rows.get_column(name).to_numpy() for name in columns)
    value[number], limit[number], below[number] = own
    return Measured(marker, "log" if marker in how["log"] else "linear", value, limit, below)


def _staged(rows: pl.DataFrame, persons: Persons, stages: dict) -> Iterator[Classed]:
    """The class of each person, and whether it lies below 60: by the same rounding as the class."""
    place = np.full(persons.size, -1, np.int32)
    number = rows.get_column("number").to_numpy()
    place[number] = _places(rows.get_column("category"), stages["categories"])
    yield Classed(stages["marker"], stages["categories"], place)
    below = np.array([category in stages["below_60"] for category in stages["categories"]])
    yield Classed(BELOW_60, ("yes", "no"), np.where(place < 0, -1, np.where(below[place], 0, 1)))


def _rows(variable: Measured | Classed, groups: Sequence[Group], how: dict) -> list[dict]:
    """A variable's rows of each group."""
    reference = next((group for group in groups if group.is_compared), None)
    rows = []
    for group in groups:
        against = reference if group.is_compared and group is not reference else None
        if isinstance(variable, Classed):
            rows += _of_classes(variable, group, against if variable.compared else None, how)
        else:
            rows.append(_of_numbers(variable, group, against, how))
    return rows


def _of_numbers(variable: Measured, group: Group, against: Group | None, how: dict) -> dict:
    """A number's row: a mean unless too many values rest on limits, quartiles unless too many
    lie below them."""
    inside = group.who & ~np.isnan(variable.value)
    found = summarise(variable.value[inside], how["quartiles"])
    limit, below = variable.limit[inside][:, None], variable.below[inside][:, None]
    row = _about(group, variable.name, variable.scale, found.n) | {"n_at_limit": int(limit.sum())}
    if not too_many_limits(limit, how["detection"]):
        row |= {"mean": found.mean, "sd": found.sd}
    if not (found.n and (shares(below) >= how["detection"]["no_median"]).any()):
        row |= {"median": found.median, "q1": found.q1, "q3": found.q3}
    return row | (_apart(variable, group, against, how) if against else {})


def _apart(variable: Measured, group: Group, against: Group, how: dict) -> dict:
    """How far a group lies from another in a number: of logarithms where the study has it so."""
    value = variable.value
    if variable.scale == "log":
        value = np.log(value, out=np.full(value.shape, np.nan), where=value > 0)
    measured, known = ~np.isnan(variable.value), ~np.isnan(value)
    sides = [side.who & known for side in (against, group)]
    limits = (variable.limit[side][:, None] for side in sides)
    forbidden = (why for side in limits if (why := too_many_limits(side, how["detection"])))
    if no_mean := next(forbidden, None):
        d = StandardisedDifference(None, None, None, no_mean)
    else:
        # the order of the persons is the files' and must not change a bit: sums here are exact
        a, b = (counted(value[side]) for side in sides)
        d = standardised_difference.of_means(
            a.mean, a.sd, a.n, b.mean, b.sd, b.n, how["confidence"]
        )
    either = (against.who | group.who) & measured & ~known
    return _difference(d, against, int((sides[0] & sides[1]).sum()), int(either.sum()))


def _of_classes(variable: Classed, group: Group, against: Group | None, how: dict) -> list[dict]:
    """The row of a variable with categories, and one of each of them."""
    counts = _counts(variable, group)
    about = _about(group, variable.name, "category", sum(counts))
    first = about
    if against:
        d = standardised_difference.of_categories(
            _counts(variable, against), counts, how["confidence"]
        )
        both = against.who & group.who & (variable.place >= 0)
        first = about | _difference(d, against, int(both.sum()), 0)
    return [
        first,
        *(
            about | {"category": category, "count": count}
            for category, count in zip(variable.categories, counts, strict=True)
        ),
    ]


def _counts(variable: Classed, group: Group) -> list[int]:
    place = variable.place[group.who]
    return np.bincount(place[place >= 0], minlength=len(variable.categories)).tolist()


def _about(group: Group, variable: str, scale: str, n: int) -> dict:
    """What a row is about, and how many of its group have it."""
    size = int(group.who.sum())
    return {
        "cohort": group.cohort,
        "members": group.members,
        "timepoint": group.timepoint,
        "variable": variable,
        "scale": scale,
        "n_members": size,
        "n": n,
        "n_missing": size - n,
    }


def _difference(d: StandardisedDifference, against: Group, n_both: int, n_left_out: int) -> dict:
    return {
        "against": against.name,
        "standardised_difference": d.difference,
        "sd_ci_low": d.ci_low,
        "sd_ci_high": d.ci_high,
        "note": standardised_difference.note(d, n_both, n_left_out),
    }
