"""Who came back: baseline values of those who attended a follow-up against those who did not.

There is no threshold for a difference that matters: with groups of 218 and 83, |d| exceeds 0.1
in 44 % of draws from one population. The interval says what the numbers can tell.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl

from labcohort.assess import standardised_difference
from labcohort.compare.limits import too_many_limits
from labcohort.compare.markers import by_marker
from labcohort.compare.persons import Persons
from labcohort.compare.summaries import mean, sd
from labcohort.derive.age import age_at
from labcohort.derive.censored import rests_on_limit
from labcohort.keys import repeats

AGE, SEX_MALE = "age", "sex_male"


@dataclass(frozen=True)
class Variable:
    """A characteristic at baseline, of the persons (numbers) who have it.

    `scale` is linear, log (values are natural logarithms) or share (values are 0 and 1). A value
    of NaN is left out: it has no logarithm. `limit` says whether it rests on a limit.
    """

    name: str
    scale: str
    person: np.ndarray
    value: np.ndarray
    limit: np.ndarray


@dataclass(frozen=True)
class Contrast:
    """Two groups to compare (`a` and `b`: who is in them, by number), and what they are."""

    comparison: str
    group_a: str
    group_b: str
    a: np.ndarray
    b: np.ndarray
    timepoint: str | None = None
    marker: str | None = None


def attenders(
    panels: Sequence[pl.LazyFrame],
    membership: pl.DataFrame,
    people: pl.DataFrame,
    patients: pl.DataFrame,
    how: dict,
) -> list[dict]:
    """Rows of schemas.attenders.Attenders: three comparisons of baseline values.

    `followup_sets`: the members of everyone at one follow-up against those at another;
    `any_followup`: who came to any against the otherwise eligible who never did; `paired`: for
    each marker and follow-up, of the members with the marker at baseline those who have it then
    against those who have not.

    Parameters
    ----------
    panels : schemas.cohort.Chosen of each panel; of the eligible and of those otherwise eligible.
        One marker is read at a time.
    membership : schemas.cohort.Membership.
    people : person, failed (null: eligible) and lacks_followup_only.
    patients : schemas.harmonised.Patients.
    how : everyone (the cohort's name), baseline, timepoints (follow-ups in their order), markers,
        log (markers compared on logarithms), confidence, detection.
    """
    everyone = membership.filter(pl.col("cohort") == how["everyone"])
    suitable = people.filter(pl.col("failed").is_null() | pl.col("lacks_followup_only"))
    persons = Persons(everyone.get_column("person"), suitable.get_column("person"))
    members = {
        timepoint: persons.has(persons.numbered(everyone.filter(timepoint=timepoint)))
        for timepoint in how["timepoints"]
    }
    attendance = list(_of_attendance(members, persons.has(persons.numbered(suitable))))
    of_persons = _of_persons(panels, patients, persons, how["baseline"])
    # by marker: the rows of whole groups, and of pairs
    whole, paired = {}, {}
    for marker, values in _measured(panels, persons, how):
        variable, seen = _baseline(marker, values, how), _seen(values, persons, how)
        whole[marker] = [_row(contrast, variable, how) for contrast in attendance]
        paired[marker] = [
            _row(contrast, each, how)
            for contrast in _of_pairing(variable, persons, members, seen)
            for each in (variable, *of_persons)
        ]
    rows = []
    for number, contrast in enumerate(attendance):
        rows += [whole[marker][number] for marker in how["markers"]]
        rows += [_row(contrast, variable, how) for variable in of_persons]
    return rows + [row for marker in how["markers"] for row in paired[marker]]


def _measured(
    panels: Sequence[pl.LazyFrame], persons: Persons, how: dict
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Each planned marker's values at baseline and follow-ups, by number; one is in memory.

    ValueError where a person stands twice at one timepoint.
    """
    used = pl.col("timepoint").is_in([how["baseline"], *how["timepoints"]])
    taken = ("person", "timepoint", "value")
    left = set(how["markers"])
    for marker, values in by_marker(panels, how["markers"]):
        rows = values.filter(used).select(*taken, limit=rests_on_limit()).collect()
        own = persons.numbered(rows)
        if repeats(own, "timepoint", "number"):
            raise ValueError("a person stands twice at one marker and timepoint")
        left.remove(marker)
        yield marker, own
    schema = {"timepoint": pl.String, "value": pl.Float64, "limit": pl.Boolean, "number": pl.UInt32}
    for marker in left:
        yield marker, pl.DataFrame(schema=schema)


def _baseline(marker: str, values: pl.DataFrame, how: dict) -> Variable:
    """A marker's baseline values, on logarithms where the study analyses them so."""
    own = values.filter(timepoint=how["baseline"])
    if marker not in how["log"]:
        return _variable(marker, "linear", own)
    positive = pl.when(pl.col("value") > 0).then(pl.col("value").log())
    return _variable(marker, "log", own.with_columns(value=positive))


def _seen(values: pl.DataFrame, persons: Persons, how: dict) -> dict[str, np.ndarray]:
    """Who has a value at each follow-up."""
    return {t: persons.has(values.filter(timepoint=t)) for t in how["timepoints"]}


def _of_persons(
    panels: Sequence[pl.LazyFrame], patients: pl.DataFrame, persons: Persons, baseline: str
) -> list[Variable]:
    """Age and sex of those of whom they are known.

    Completed years at the first baseline sample, else the age that the patient table gives. Men
    among men and women; the share of women is the rest.
    """
    facts = persons.numbered(patients.select("person", "birth_date", "age", "sex"))
    first = _first_samples(panels, persons, baseline).gather(facts.get_column("number"))
    completed = age_at(pl.col("birth_date"), pl.col("sample_date")).cast(pl.Float64)
    known = facts.with_columns(sample_date=first).select(
        "number",
        limit=pl.lit(False),
        age=pl.coalesce(completed, "age"),
        sex_male=(pl.col("sex") == "male").cast(pl.Float64),
    )
    return [
        _variable(name, scale, known.rename({name: "value"}).drop_nulls("value"))
        for name, scale in ((AGE, "linear"), (SEX_MALE, "share"))
    ]


def _first_samples(panels: Sequence[pl.LazyFrame], persons: Persons, baseline: str) -> pl.Series:
    """The date of each person's first baseline sample, by number; null without one."""
    none = np.iinfo(np.int32).max
    first = np.full(persons.size, none, np.int32)
    for values in panels:
        own = (
            values.filter(pl.col("timepoint") == baseline, pl.col("sample_date").is_not_null())
            .group_by("person")
            .agg(pl.col("sample_date").min().to_physical())
        )
        # a panel has many values of a person: they are never held at once
        dates = persons.numbered(own.collect(engine="streaming"))
        number = dates.get_column("number").to_numpy()
        first[number] = np.minimum(first[number], dates.get_column("sample_date").to_numpy())
    return pl.Series(first).replace(none, None).cast(pl.Date)


def _variable(name: str, scale: str, rows: pl.DataFrame) -> Variable:
    columns = (rows.get_column(column).to_numpy() for column in ("number", "value", "limit"))
    return Variable(name, scale, *columns)


def _of_attendance(members: dict[str, np.ndarray], suitable: np.ndarray) -> Iterator[Contrast]:
    """The comparisons of whole groups: follow-up sets, and any follow-up against none."""
    for a, b in combinations(members, 2):
        yield Contrast("followup_sets", a, b, members[a], members[b])
    # by who came, not by a criterion: a study need not ask for a follow-up
    attended = np.logical_or.reduce(list(members.values()))
    others = suitable & ~attended
    yield Contrast("any_followup", "attended", "not_attended", attended, others)


def _of_pairing(
    variable: Variable,
    persons: Persons,
    members: dict[str, np.ndarray],
    seen: dict[str, np.ndarray],
) -> Iterator[Contrast]:
    """The comparisons of a marker's pairs with members who have the baseline value alone."""
    before = np.zeros(persons.size, bool)
    before[variable.person[~np.isnan(variable.value)]] = True
    for timepoint, group in members.items():
        inside, then = group & before, seen[timepoint]
        yield Contrast(
            "paired", "paired", "unpaired", inside & then, inside & ~then, timepoint, variable.name
        )


def _row(contrast: Contrast, variable: Variable, how: dict) -> dict:
    """One variable of two groups, with the persons of each who have it."""
    inside = [group[variable.person] for group in (contrast.a, contrast.b)]
    known = ~np.isnan(variable.value)
    in_a, in_b = (own & known for own in inside)
    x_a, x_b = variable.value[in_a], variable.value[in_b]
    n_both = int((in_a & in_b).sum())
    n_left_out = int(((inside[0] | inside[1]) & ~known).sum())
    # the order of the persons is the files' and must not change a bit: sums here are exact
    mean_a, mean_b, sd_a, sd_b = mean(x_a), mean(x_b), None, None
    limits = (variable.limit[own][:, None] for own in (in_a, in_b))
    no_mean = next(
        (why for side in limits if (why := too_many_limits(side, how["detection"]))), None
    )
    if no_mean:
        mean_a = mean_b = None
        d = standardised_difference.StandardisedDifference(None, None, None, no_mean)
    elif variable.scale == "share":
        counts = int(x_a.sum()), len(x_a), int(x_b.sum()), len(x_b)
        d = standardised_difference.of_shares(*counts, how["confidence"])
    else:
        sd_a, sd_b = sd(x_a), sd(x_b)
        d = standardised_difference.of_means(
            mean_a, sd_a, len(x_a), mean_b, sd_b, len(x_b), how["confidence"]
        )
    summaries = (("mean", mean_a, "a"), ("sd", sd_a, "a"), ("mean", mean_b, "b"), ("sd", sd_b, "b"))
    return {
        "comparison": contrast.comparison,
        "group_a": contrast.group_a,
        "group_b": contrast.group_b,
        "timepoint": contrast.timepoint,
        "marker": contrast.marker,
        "variable": variable.name,
        "scale": variable.scale,
        "n_a": len(x_a),
        "n_b": len(x_b),
        "n_both": n_both,
        **{f"{k}_{side}": _shown(v, variable.scale) for k, v, side in summaries},
        "standardised_difference": d.difference,
        "sd_ci_low": d.ci_low,
        "sd_ci_high": d.ci_high,
        "note": "; ".join(_notes(d.reason, n_both, n_left_out)) or None,
    }


def _shown(value: float | None, scale: str) -> float | None:
    """Mean or SD; of logarithms the geometric mean or SD, the latter a factor."""
    return math.exp(value) if scale == "log" and value is not None else value


def _notes(reason: str | None, n_both: int, n_left_out: int) -> list[str]:
    """What a reader has to know of a row, in plain words."""
    notes = [f"no standardised difference: {reason}"] if reason else []
    if n_both:
        notes.append(f"{n_both} in both groups, which the interval takes as independent")
    if n_left_out:
        notes.append(f"{n_left_out} left out: not above zero, so without a logarithm")
    return notes
