"""Who came back: baseline values of those who attended a follow-up against those who did not.

There is no threshold for a difference that matters: with groups of 218 and 83, |d| exceeds 0.1
in 44 % of draws from one population. The interval says what the numbers can tell.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
import polars as pl

from labcohort.assess import standardised_difference
from labcohort.assess.ages import ages_at_baseline
from labcohort.assess.by_person import Visit, visits_by_person
from labcohort.compare.counted import counted
from labcohort.compare.limits import too_many_limits
from labcohort.compare.markers import Panel, by_marker
from labcohort.compare.persons import Persons, members_by_number

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


class Bucket(NamedTuple):
    """What is known of a bucket of persons: who is in the cohort of everyone when
    (schemas.cohort.Membership), who was suitable (People), and schemas.harmonised.Patients."""

    membership: pl.DataFrame
    people: pl.DataFrame
    patients: pl.DataFrame


def attenders(panels: Sequence[Panel], buckets: Sequence[Bucket], how: dict) -> list[dict]:
    """Rows of schemas.attenders.Attenders: three comparisons of baseline values.

    `followup_sets`: the members of everyone at one follow-up against those at another;
    `any_followup`: who came to any against the otherwise eligible who never did; `paired`: for
    each marker and follow-up, of the members with the marker at baseline those who have it then
    against those who have not.

    Parameters
    ----------
    panels : schemas.cohort.Chosen of each panel, of each of the buckets; of the eligible and of
        those otherwise eligible. One marker is read at a time.
    buckets : who these persons are.
    how : everyone (the cohort's name), baseline, timepoints (follow-ups in their order), markers,
        log (markers compared on logarithms), confidence, detection.
    """
    eligible = pl.col("failed").is_null() | pl.col("lacks_followup_only")
    suitable = [own.people.filter(eligible).get_column("person") for own in buckets]
    everyone = [own.membership.get_column("person") for own in buckets]
    persons = Persons([pl.concat(own) for own in zip(everyone, suitable, strict=True)])
    groups = members_by_number([own.membership.lazy() for own in buckets], persons)
    nobody = np.empty(0, np.int32)
    members = {t: persons.has(groups.get((how["everyone"], t), nobody)) for t in how["timepoints"]}
    attendance = list(_of_attendance(members, _has(suitable, persons)))
    of_persons = _of_persons(panels, [own.patients for own in buckets], persons, how["baseline"])
    # by marker: the rows of whole groups, and of pairs
    whole, paired = {}, {}
    for marker, visits in _measured(panels, persons, how):
        variable = _baseline(marker, visits[how["baseline"]], how)
        seen = {t: ~np.isnan(visits[t].value) for t in how["timepoints"]}
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


def _has(names: Sequence[pl.Series], persons: Persons) -> np.ndarray:
    """Who is among these persons of each bucket."""
    own = [persons.numbered(bucket, each.to_frame()) for bucket, each in enumerate(names)]
    return persons.has(pl.concat(own).get_column("number").to_numpy())


def _measured(
    panels: Sequence[Panel], persons: Persons, how: dict
) -> Iterator[tuple[str, dict[str, Visit]]]:
    """Each planned marker's values at baseline and follow-ups; one marker is in memory."""
    timepoints = [how["baseline"], *how["timepoints"]]
    left = set(how["markers"])
    for marker, values in by_marker(panels, how["markers"]):
        left.remove(marker)
        yield marker, visits_by_person(values, persons, timepoints)
    for marker in left:
        yield marker, visits_by_person([], persons, timepoints)


def _baseline(marker: str, visit: Visit, how: dict) -> Variable:
    """A marker's baseline values, on logarithms where the study analyses them so."""
    person = np.flatnonzero(~np.isnan(visit.value))
    value, limit = visit.value[person], visit.limit[person]
    if marker not in how["log"]:
        return Variable(marker, "linear", person, value, limit)
    logs = np.log(value, out=np.full(value.shape, np.nan), where=value > 0)
    return Variable(marker, "log", person, logs, limit)


def _of_persons(
    panels: Sequence[Panel], patients: Sequence[pl.DataFrame], persons: Persons, baseline: str
) -> list[Variable]:
    """Age and sex of those of whom they are known.

    Men among men and women; the share of women is the rest.
    """
    sex = persons.arranged([own.select("person", "sex") for own in patients]).get_column("sex")
    ages = ages_at_baseline(panels, patients, persons, baseline)
    known = {AGE: ("linear", ages), SEX_MALE: ("share", (sex == "male").cast(pl.Float64))}
    return [_of_person(name, scale, values) for name, (scale, values) in known.items()]


def _of_person(name: str, scale: str, values: pl.Series) -> Variable:
    """What is known of persons, in the order of their numbers; null where it is not."""
    person, value = values.is_not_null().arg_true().to_numpy(), values.drop_nulls().to_numpy()
    return Variable(name, scale, person, value, np.zeros(value.size, bool))


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
    of_a, of_b = counted(x_a), counted(x_b)
    mean_a, mean_b, sd_a, sd_b = of_a.mean, of_b.mean, None, None
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
        sd_a, sd_b = of_a.sd, of_b.sd
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
        "note": standardised_difference.note(d, n_both, n_left_out),
    }


def _shown(value: float | None, scale: str) -> float | None:
    """Mean or SD; of logarithms the geometric mean or SD, the latter a factor."""
    return math.exp(value) if scale == "log" and value is not None else value
