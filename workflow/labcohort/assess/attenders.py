"""Who came back: baseline values of those who attended a follow-up against those who did not.

There is no threshold for a difference that matters: with groups of 218 and 83, |d| exceeds 0.1
in 44 % of draws from one population. The interval says what the numbers can tell.
"""

import math
from dataclasses import dataclass
from itertools import combinations

import polars as pl

from labcohort.assess import standardised_difference
from labcohort.compare.limits import too_many_limits
from labcohort.compare.summaries import mean, sd
from labcohort.derive.age import age_at
from labcohort.derive.censored import rests_on_limit

AGE, SEX_MALE = "age", "sex_male"


@dataclass(frozen=True)
class Variable:
    """A characteristic at baseline: one row a person in `values` (person, value, left_out).

    `scale` is linear, log (values are natural logarithms) or share (values are 0 and 1). A row
    has a value, or says in left_out why it counts for nothing.
    """

    name: str
    scale: str
    values: pl.DataFrame


@dataclass(frozen=True)
class Contrast:
    """Two groups of persons to compare (`a` and `b`: one column person), and what they are."""

    comparison: str
    group_a: str
    group_b: str
    a: pl.DataFrame
    b: pl.DataFrame
    timepoint: str | None = None
    marker: str | None = None


def attenders(
    chosen: pl.LazyFrame,
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
    chosen : schemas.cohort.Chosen of all panels; of the eligible and of those otherwise eligible.
    membership : schemas.cohort.Membership.
    people : person, failed (null: eligible) and lacks_followup_only.
    patients : schemas.harmonised.Patients.
    how : everyone (the cohort's name), baseline, timepoints (follow-ups in their order), markers,
        log (markers compared on logarithms), confidence, detection.
    """
    measured = _measured(chosen, how)
    of_persons = [_age(chosen, patients, how["baseline"]), _sex(patients)]
    every = [*measured.values(), *of_persons]
    members = {
        timepoint: membership.filter(
            (pl.col("cohort") == how["everyone"]) & (pl.col("timepoint") == timepoint)
        ).select("person")
        for timepoint in how["timepoints"]
    }
    compared = [(contrast, every) for contrast in _of_attendance(members, people)]
    compared += [
        (contrast, [measured[contrast.marker], *of_persons])
        for contrast in _of_pairing(chosen, members, measured)
    ]
    return [
        _row(contrast, variable, how) for contrast, variables in compared for variable in variables
    ]


def _measured(chosen: pl.LazyFrame, how: dict) -> dict[str, Variable]:
    """The planned markers' baseline values, on logarithms where the study analyses them so."""
    at_baseline = (pl.col("timepoint") == how["baseline"]) & pl.col("marker").is_in(how["markers"])
    is_log = pl.col("marker").is_in(how["log"])
    left_out = pl.when(is_log & (pl.col("value") <= 0)).then(
        pl.lit("not above zero, so without a logarithm")
    )
    value = pl.when(is_log).then(pl.col("value").log()).otherwise(pl.col("value"))
    rows = (
        chosen.filter(at_baseline)
        .with_columns(left_out=left_out, limit=rests_on_limit())
        .select(
            "marker",
            "person",
            pl.when(pl.col("left_out").is_null()).then(value),
            "left_out",
            "limit",
        )
        .collect()
    )
    return {
        marker: Variable(
            marker,
            "log" if marker in how["log"] else "linear",
            rows.filter(pl.col("marker") == marker).drop("marker"),
        )
        for marker in how["markers"]
    }


def _age(chosen: pl.LazyFrame, patients: pl.DataFrame, baseline: str) -> Variable:
    """Completed years at the first baseline sample, else the age that the patient table gives."""
    first = (
        chosen.filter(pl.col("timepoint") == baseline)
        .group_by("person")
        .agg(pl.col("sample_date").min())
        .collect()
    )
    completed = age_at(pl.col("birth_date"), pl.col("sample_date")).cast(pl.Float64)
    ages = patients.join(first, on="person", how="left").select(
        "person", value=pl.coalesce(completed, "age")
    )
    return Variable(AGE, "linear", _complete(ages))


def _sex(patients: pl.DataFrame) -> Variable:
    """Men among men and women; the share of women is the rest."""
    is_male = (pl.col("sex") == "male").cast(pl.Float64)
    return Variable(SEX_MALE, "share", _complete(patients.select("person", value=is_male)))


def _complete(values: pl.DataFrame) -> pl.DataFrame:
    return values.drop_nulls("value").with_columns(
        left_out=pl.lit(None, pl.String), limit=pl.lit(False)
    )


def _of_attendance(members: dict[str, pl.DataFrame], people: pl.DataFrame) -> list[Contrast]:
    """The comparisons of whole groups: follow-up sets, and any follow-up against none."""
    sets = [
        Contrast("followup_sets", a, b, members[a], members[b]) for a, b in combinations(members, 2)
    ]
    # by who came, not by a criterion: a study need not ask for a follow-up
    attended = pl.concat(members.values()).unique()
    suitable = people.filter(pl.col("failed").is_null() | pl.col("lacks_followup_only"))
    others = suitable.select("person").join(attended, on="person", how="anti")
    return [*sets, Contrast("any_followup", "attended", "not_attended", attended, others)]


def _of_pairing(
    used: pl.LazyFrame, members: dict[str, pl.DataFrame], measured: dict[str, Variable]
) -> list[Contrast]:
    """The comparisons of pairs with members who have the baseline value alone."""
    at_followup = pl.col("timepoint").is_in(list(members)) & pl.col("marker").is_in(list(measured))
    seen = used.filter(at_followup).select("marker", "timepoint", "person").collect()
    contrasts = []
    for marker, variable in measured.items():
        for timepoint, group in members.items():
            known = variable.values.drop_nulls("value")
            inside = group.join(known, on="person", how="semi")
            then = seen.filter((pl.col("marker") == marker) & (pl.col("timepoint") == timepoint))
            paired = inside.join(then, on="person", how="semi")
            unpaired = inside.join(then, on="person", how="anti")
            contrasts.append(
                Contrast("paired", "paired", "unpaired", paired, unpaired, timepoint, marker)
            )
    return contrasts


def _row(contrast: Contrast, variable: Variable, how: dict) -> dict:
    """One variable of two groups, with the persons of each who have it."""
    of_a = variable.values.join(contrast.a, on="person", how="semi")
    of_b = variable.values.join(contrast.b, on="person", how="semi")
    n_both = of_a.drop_nulls("value").join(of_b, on="person", how="semi").height
    x_a, x_b = (side.get_column("value").drop_nulls() for side in (of_a, of_b))
    # the order of the persons is the files' and must not change a bit: sums here are exact
    mean_a, mean_b, sd_a, sd_b = mean(x_a), mean(x_b), None, None
    sides = (side.drop_nulls("value").select("limit").to_numpy() for side in (of_a, of_b))
    no_mean = next(
        (why for side in sides if (why := too_many_limits(side, how["detection"]))), None
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
        "note": "; ".join(_notes(d.reason, n_both, pl.concat([of_a, of_b]))) or None,
    }


def _shown(value: float | None, scale: str) -> float | None:
    """Mean or SD; of logarithms the geometric mean or SD, the latter a factor."""
    return math.exp(value) if scale == "log" and value is not None else value


def _notes(reason: str | None, n_both: int, values: pl.DataFrame) -> list[str]:
    """What a reader has to know of a row, in plain words."""
    notes = [f"no standardised difference: {reason}"] if reason else []
    if n_both:
        notes.append(f"{n_both} in both groups, which the interval takes as independent")
    left_out = values.unique("person").get_column("left_out").drop_nulls().value_counts()
    notes += [f"{n} left out: {why}" for why, n in left_out.sort("left_out").iter_rows()]
    return notes
