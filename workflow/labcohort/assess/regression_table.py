"""Rows of the regression-to-the-mean artefact, from chosen values and members."""

import numpy as np
import polars as pl

from labcohort.assess.regression_to_the_mean import (
    FROM_DATA,
    FROM_OUTSIDE,
    REVERSED,
    STATISTICS,
    Band,
    Cohort,
    Parameters,
    Regression,
    parameters,
    regression_to_the_mean,
    reversed_size,
)
from labcohort.assess.resampling import once
from labcohort.compare.limits import too_many_limits
from labcohort.compare.persons import Persons
from labcohort.derive.censored import rests_on_limit

LABEL = (
    "difference from the expected regression to the mean; it contains the whole cohort's change"
    " and is not an effect"
)

EXCLUDE_EACH_OTHER = (
    "the two estimates exclude each other: the selected changed otherwise than the rest, or the"
    " cohort is not normal; subtract neither from the observed change"
)


def regression_rows(chosen: pl.DataFrame, members: pl.DataFrame, settings: dict) -> list[dict]:
    """Rows (schemas.regression.Regression) of every tested marker of every selected cohort.

    `chosen` is schemas.cohort.Chosen and `members` schemas.cohort.Membership, of any number of
    panels. The whole cohort of a row are the members of `everyone` at its timepoint who have the
    selecting marker at baseline and the tested marker at both visits. Those of them in the band
    are the pairs of the comparison, flags that a profile leaves out included. Time-reversed
    selection finds only those who have the selecting marker at follow-up as well.
    """
    at_everyone = members.filter(pl.col("cohort") == settings["everyone"])
    persons = Persons(at_everyone.get_column("person"))
    inside = persons.parts(at_everyone, "timepoint")
    # a marker may come with more than one panel
    values = chosen.select("person", "marker", "timepoint", "value", limit=rests_on_limit())
    visits = persons.parts(values.unique(), "marker", "timepoint")
    selections = {selection["cohort"]: selection for selection in settings["selections"]}
    rows = []
    for tested in settings["tested"]:
        selection = selections[tested["cohort"]]
        codes = (selection["marker"], tested["marker"])
        x0, x1, y0, y1 = (
            visits.get((code, timepoint))
            for code in codes
            for timepoint in (settings["baseline"], tested["timepoint"])
        )
        group = inside.get((tested["timepoint"],))
        whole = np.logical_and.reduce([persons.has(part) for part in (group, x0, y0, y1)])
        cohort = Cohort(
            *(persons.spread(part, "value")[whole] for part in (x0, x1, y0, y1)),
            *(code in settings["log"] for code in codes),
            itself=codes[0] == codes[1],
        )
        limits = np.column_stack([persons.spread(part, "limit")[whole] for part in (y0, y1)])
        rows += _rows(cohort, limits, selection, tested, settings)
    return rows


def _rows(
    cohort: Cohort, limits: np.ndarray, selection: dict, tested: dict, settings: dict
) -> list[dict]:
    """Both statistics by every estimator: with their numbers, or with why there are none.

    `limits`, shape (n, 2): whether the described marker's values rest on limits.
    """
    band = _band(selection)
    n_selected = int(band.holds(cohort.x0).sum()) if band else None
    external = settings["reliability"].get(tested["marker"]) if cohort.itself else None
    reason = _why_undefined(cohort, selection, n_selected, settings)
    common = {
        "cohort": tested["cohort"],
        "timepoint": tested["timepoint"],
        "marker": tested["marker"],
        "selecting_marker": selection["marker"],
        "low": selection["low"],
        "high": selection["high"],
        "selecting_scale": "log" if cohort.x_log else "linear",
        "scale": "log" if cohort.y_log else "linear",
        "n_all": cohort.x0.size,
        "n_selected": n_selected,
        "n_reversed": reversed_size(cohort, band) if band and not reason else None,
        "label": LABEL,
    }
    if reason:
        sources = [FROM_DATA, REVERSED, *([FROM_OUTSIDE] if external else [])]
        return [
            common | _named(statistic, *source, external) | {"note": reason}
            for statistic in STATISTICS
            for source in sources
        ]
    found = regression_to_the_mean(
        cohort,
        band,
        seed=settings["seed"],
        key=f"{tested['cohort']}|{tested['marker']}|{tested['timepoint']}",
        how_many=settings["resamples"],
        confidence=settings["confidence"],
        external_rho=external["rho"] if external else None,
    )
    no_mean = too_many_limits(limits[band.holds(cohort.x0)], settings["detection"])
    few = _too_few_backwards(cohort, band, settings)
    fitted = parameters(cohort, once(cohort.x0.size))
    return [
        common
        | _named(one.statistic, one.estimator, one.rho_source, external)
        | (
            {"note": no_mean}
            if no_mean and one.statistic == "mean"
            else _numbers(one, few)
            | _parameters(one, fitted, external)
            | _agreement(one, found, few)
        )
        for one in found
    ]


def _agreement(one: Regression, found: list[Regression], few: str | None) -> dict:
    """Whether the two estimates exclude each other, and what to make of it."""
    differ = None if few else _differ(one, found)
    return {"estimators_differ": differ, **({"note": EXCLUDE_EACH_OTHER} if differ else {})}


def _band(selection: dict) -> Band | None:
    """The selection's band; None where it is no single interval."""
    low, high = selection["low"], selection["high"]
    if low is None and high is None:
        return None
    return Band(
        low=-np.inf if low is None else low,
        high=np.inf if high is None else high,
        low_inclusive=selection["low_inclusive"],
        high_inclusive=selection["high_inclusive"],
    )


def _why_undefined(
    cohort: Cohort, selection: dict, n_selected: int | None, settings: dict
) -> str | None:
    """Why no regression to the mean is estimated, in plain words; None where it is."""
    if n_selected is None:
        return selection["reason"] or "the cohort is not selected by one interval of a value"
    n, least = cohort.x0.size, settings["minimum_pairs"]
    if n < least:
        return f"{n} pairs in the whole cohort, fewer than {least}"
    least = settings["minimum_selected"]
    if n_selected < least:
        return f"{n_selected} selected pairs, fewer than {least}"
    on_logs = [cohort.x0, cohort.x1] * cohort.x_log + [cohort.y0, cohort.y1] * cohort.y_log
    if any((values <= 0).any() for values in on_logs):
        return "a value of zero or less has no logarithm"
    for values in (cohort.x0, cohort.y0, cohort.y1):
        if values.min() == values.max():
            return "every value of one visit is the same: there is no correlation"
    return None


def _too_few_backwards(cohort: Cohort, band: Band, settings: dict) -> str | None:
    """Why time-reversed selection gives no estimate; None where it does."""
    n, least = reversed_size(cohort, band), settings["minimum_selected"]
    return f"{n} pairs in time-reversed selection, fewer than {least}" if n < least else None


def _named(statistic: str, estimator: str, rho_source: str, external: dict | None) -> dict:
    """What a row's estimate is of, and where its reliability comes from."""
    from_outside = (estimator, rho_source) == FROM_OUTSIDE
    return {
        "statistic": statistic,
        "estimator": estimator,
        "rho_source": rho_source,
        "reliability_source": external["source"] if from_outside else None,
    }


def _numbers(one: Regression, few: str | None) -> dict:
    """Observed, expected and difference, with their intervals."""
    without = few if (one.estimator, one.rho_source) == REVERSED else None
    shown = ("observed",) if without else ("observed", "expected", "difference")
    columns = {}
    for name in shown:
        estimate = getattr(one, name)
        columns |= {
            name: estimate.value,
            f"{name}_ci_low": estimate.ci_low,
            f"{name}_ci_high": estimate.ci_high,
        }
    note = without
    if not without and columns["expected"] is None:
        note = "no estimate: it puts nobody into the band"
    elif any(columns[f"{name}_ci_low"] is None for name in shown):
        note = "no interval: undefined in more than 1 of 20 resamples"
    return columns | {"note": note}


def _parameters(one: Regression, fitted: Parameters, external: dict | None) -> dict:
    """What the normal model was given; nothing for the estimate that needs no model."""
    if (one.estimator, one.rho_source) == REVERSED:
        return {}
    given = {name: getattr(fitted, name) for name in Parameters.__slots__}
    if (one.estimator, one.rho_source) == FROM_OUTSIDE:
        given["rho"] = external["rho"]
    return {name: float(np.ravel(value)[0]) for name, value in given.items()}


def _differ(one: Regression, found: list[Regression]) -> bool | None:
    """Whether the intervals of the normal model's and the reversed estimate do not overlap."""
    other = FROM_DATA if (one.estimator, one.rho_source) == REVERSED else REVERSED
    against = next(
        r for r in found if r.statistic == one.statistic and (r.estimator, r.rho_source) == other
    )
    a, b = one.expected, against.expected
    if a.ci_low is None or b.ci_low is None:
        return None
    return a.ci_high < b.ci_low or b.ci_high < a.ci_low
