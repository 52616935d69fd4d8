"""Rows of the regression-to-the-mean artefact, from chosen values and members."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import polars as pl

from labcohort.assess.band import Band
from labcohort.assess.by_person import Visit, visits_by_person
from labcohort.assess.regression_to_the_mean import (
    FROM_DATA,
    FROM_OUTSIDE,
    LARGEST,
    REVERSED,
    STATISTICS,
    Cohort,
    Parameters,
    Regression,
    parameters,
    regression_to_the_mean,
    reversed_size,
)
from labcohort.assess.resampling import once
from labcohort.compare.limits import too_many_limits
from labcohort.compare.persons import Persons, members_by_number

LABEL = (
    "difference from the expected regression to the mean; it contains the whole cohort's change"
    " and is not an effect"
)

LITTLE_BOOTSTRAPS = f"intervals by the bag of little bootstraps, as of all over {LARGEST:,} persons"

EXCLUDE_EACH_OTHER = (
    "the two estimates exclude each other: the selected changed otherwise than the rest, or the"
    " cohort is not normal; subtract neither from the observed change"
)


def regression_rows(
    buckets: Sequence[tuple[pl.LazyFrame, pl.LazyFrame]], settings: dict
) -> list[dict]:
    """Rows (schemas.regression.Regression) of every tested marker of every selected cohort.

    `buckets`: for each bucket of persons its values (schemas.cohort.Chosen, of any number of
    panels) and members (schemas.cohort.Membership). The values of the selecting markers and one
    other are in memory at a time: best tested marker by marker. The whole cohort of a row are the
    members of `everyone` at its timepoint who have the selecting marker at baseline and the
    tested marker at both visits. Those of them in the band are the pairs of the comparison, flags
    that a profile leaves out included. Time-reversed selection finds only those who have the
    selecting marker at follow-up as well.
    """
    everyone = pl.col("cohort") == settings["everyone"]
    members = [own.filter(everyone) for _, own in buckets]
    persons = Persons([own.select("person").collect().to_series() for own in members])
    groups = members_by_number(members, persons)
    inside = {timepoint: persons.has(numbers) for (_, timepoint), numbers in groups.items()}
    nobody = persons.has(np.empty(0, np.int32))
    followups = list(dict.fromkeys(tested["timepoint"] for tested in settings["tested"]))
    selections = {selection["cohort"]: selection for selection in settings["selections"]}
    selecting = {selection["marker"] for selection in settings["selections"]}

    # all that select, and the marker in hand
    @lru_cache(maxsize=len(selecting) + 1)
    def visits(marker: str) -> dict[str, Visit]:
        values = [own.filter(pl.col("marker") == marker) for own, _ in buckets]
        return visits_by_person(values, persons, [settings["baseline"], *followups])

    rows = []
    for tested in settings["tested"]:
        selection = selections[tested["cohort"]]
        codes = (selection["marker"], tested["marker"])
        x0, x1, y0, y1 = (
            visits(code)[timepoint]
            for code in codes
            for timepoint in (settings["baseline"], tested["timepoint"])
        )
        members_then = inside.get(tested["timepoint"], nobody)
        known = [members_then, *(~np.isnan(visit.value) for visit in (x0, y0, y1))]
        whole = np.flatnonzero(np.logical_and.reduce(known))
        cohort = Cohort(
            *(visit.value[whole] for visit in (x0, x1, y0, y1)),
            *(code in settings["log"] for code in codes),
            itself=codes[0] == codes[1],
        )
        limits = np.column_stack([visit.limit[whole] for visit in (y0, y1)])
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
    n_reversed = None if reason else reversed_size(cohort, band)
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
        "n_reversed": n_reversed,
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
    few = _too_few_backwards(n_reversed, settings)
    fitted = parameters(cohort, once(cohort.x0.size))
    return [
        common
        | _named(one.statistic, one.estimator, one.rho_source, external)
        | (
            {"note": no_mean}
            if no_mean and one.statistic == "mean"
            else _with_method(
                _numbers(one, few)
                | _parameters(one, fitted, external)
                | _agreement(one, found, few),
                cohort.x0.size,
            )
        )
        for one in found
    ]


def _with_method(columns: dict, n: int) -> dict:
    """`columns`, whose note says how the intervals were made where that is not as everywhere."""
    if n <= LARGEST or columns["observed_ci_low"] is None:
        return columns
    return columns | {"note": "; ".join(filter(None, (columns["note"], LITTLE_BOOTSTRAPS)))}


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


def _too_few_backwards(n: int, settings: dict) -> str | None:
    """Why time-reversed selection of n pairs gives no estimate; None where it does."""
    least = settings["minimum_selected"]
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
