"""One planned comparison: descriptives of the pairs, both tests, estimates, and what to know."""

from dataclasses import dataclass, replace

import numpy as np

from labcohort.compare.agreement import agreement
from labcohort.compare.detectable import detectable_change
from labcohort.compare.detection import Detection, detection, forbidden_t
from labcohort.compare.effect_sizes import RankBiserial, StandardisedChange, cohen_dz, rank_biserial
from labcohort.compare.exact import ExactSignedRank, cannot_reach, exact_signed_rank, smallest_p
from labcohort.compare.geometric import GeometricRatio, geometric_ratio, median_percent_change
from labcohort.compare.hodges_lehmann import HodgesLehmann, hodges_lehmann
from labcohort.compare.normality import ShapiroWilk, shapiro_wilk, skewness
from labcohort.compare.paired import Pairs
from labcohort.compare.paired_t import PairedT, paired_t
from labcohort.compare.summaries import MINIMUM_FOR_QUARTILES, Summary, median, summarise
from labcohort.compare.ties import Differences, paired_differences
from labcohort.compare.wilcoxon import WilcoxonSignedRank, wilcoxon_signed_rank

PLANNED = ("profile", "family", "role")
OF_PLAN = ("marker", "cohort", "timepoint")
ONE_PAIR = "one pair only"
VISITS = ("baseline", "followup")
# a p of raw differences is worth a word where it differs by so large a part of it, and is small
RAW_DIFFERS, RAW_MATTERS = 0.01, 0.1


@dataclass(frozen=True, slots=True)
class Estimates:
    """Everything computed of one set of pairs, whichever test is primary."""

    t: PairedT
    signed_rank: WilcoxonSignedRank
    exact: ExactSignedRank
    d_z: StandardisedChange
    rank_biserial: RankBiserial
    hodges_lehmann: HodgesLehmann
    ratio: GeometricRatio | None
    change_median: float | None
    percent_change_median: float | None
    shapiro: ShapiroWilk
    skewness: float | None
    detectable: float | None


def comparison(planned: dict, data: Pairs, how: dict) -> list[dict]:
    """The rows (schemas.comparison.Comparison) of a planned comparison, one for each test.

    `planned` is its row of the plan for one marker; `how` has panel, confidence, quartiles,
    censored, detection, exact_below, power, log and equations.
    """
    d, in_binary = paired_differences(data.baseline, data.followup)
    forbidden = detection(data, how["detection"])
    found = _estimates(d, data, planned, how, forbidden)
    shared = {
        **_counts(data, d.n),
        **_described(summarise(data.baseline, how["quartiles"]), "baseline", forbidden),
        **_described(summarise(data.followup, how["quartiles"]), "followup", forbidden),
        **_estimated(found),
        "n_censored": int(data.limits.sum()),
        "n_below_baseline": int(np.count_nonzero(data.below[:, 0])),
        "n_below_followup": int(np.count_nonzero(data.below[:, 1])),
        "selected_on_baseline": planned["selected_on_baseline"],
        "duplicate_of": planned["duplicate_of"],
        "equation": how["equations"].get(planned["marker"]),
    }
    tests = {"paired_t": found.t, "wilcoxon_signed_rank": found.signed_rank}
    agrees = agreement(
        [(test.statistic, test.p_value, planned["alpha"]) for test in tests.values()]
    )
    rows = []
    for name, test in tests.items():
        # where the test is undefined, that of raw differences rests on rounding errors alone
        p_raw = None if test.reason else _p_in_binary(name, in_binary)
        notes = _notes(name, test, p_raw, planned, data, found, forbidden, how)
        rows.append(
            {
                **{k: planned[k] for k in PLANNED},
                "panel": how["panel"],
                **{k: planned[k] for k in OF_PLAN},
                "test": name,
                "primary": name == planned["test"],
                **{k: planned[k] for k in ("summary", "correction", "alpha")},
                "statistic": test.statistic,
                "df": found.t.df if name == "paired_t" else None,
                "p_value": test.p_value,
                "p_exact": None if name == "paired_t" else found.exact.p_value,
                "p_raw_double": p_raw,
                "agrees": agrees,
                **shared,
                "note": "; ".join(notes) or None,
            }
        )
    return rows


def _estimates(
    d: Differences, data: Pairs, planned: dict, how: dict, forbidden: Detection
) -> Estimates:
    confidence, n = how["confidence"], d.n
    no_mean, no_median = forbidden.no_mean, any(forbidden.no_median)
    signed_rank = wilcoxon_signed_rank(d)
    exact = exact_signed_rank(d, how["exact_below"])
    if n == 1:
        # defined, with a p of 1 at best: one pair is no evidence of anything
        undefined = dict.fromkeys(("w_plus", "w_minus", "z", "p_value", "variance"))
        signed_rank = replace(signed_rank, **undefined, reason=ONE_PAIR)
        exact = ExactSignedRank(None, ONE_PAIR)
    t = paired_t(d, confidence)
    if no_mean:
        t = forbidden_t(no_mean)
    skewed = planned["marker"] in how["log"]
    no_hl = HodgesLehmann(None, None, None, "too many values are below detection")
    both = data.baseline, data.followup
    percent = None
    if skewed and not no_median:
        percent = median_percent_change(*both, d.no_change)
    return Estimates(
        t=t,
        signed_rank=signed_rank,
        exact=exact,
        d_z=StandardisedChange(None, None, None, no_mean) if no_mean else cohen_dz(d, confidence),
        rank_biserial=rank_biserial(signed_rank, confidence),
        hodges_lehmann=no_hl if no_median else hodges_lehmann(d, confidence),
        ratio=geometric_ratio(*both, confidence) if skewed and not no_mean else None,
        change_median=None if no_median else median(d),
        percent_change_median=percent,
        shapiro=ShapiroWilk(None, None, no_mean) if no_mean else shapiro_wilk(d),
        skewness=None if no_mean else skewness(d),
        detectable=detectable_change(n, t.change_sd, how["power"], planned["alpha"]),
    )


def _counts(data: Pairs, n_pairs: int) -> dict:
    """Who is a pair, and why the other members are none."""
    return {
        "n_members": data.n_members,
        "n_baseline": data.n_baseline,
        "n_followup": data.n_followup,
        "n_pairs": n_pairs,
        "n_lost": sum(data.lost.values()),
        "lost": "; ".join(f"{why}: {n}" for why, n in data.lost.items()) or None,
    }


def _described(summary: Summary, visit: str, forbidden: Detection) -> dict:
    """A summary's numbers under the columns of one visit."""
    names = {"minimum": "min", "maximum": "max"}
    fields = ("mean", "sd", "sem", "median", "q1", "q3", "iqr", "minimum", "maximum")
    hidden = {"mean", "sd", "sem"} if forbidden.no_mean else set()
    if forbidden.no_median[VISITS.index(visit)]:
        # half of the values are no numbers: neither is what lies among them
        hidden |= {"median", "q1", "iqr", "minimum"}
    return {
        f"{visit}_{names.get(field, field)}": None if field in hidden else getattr(summary, field)
        for field in fields
    }


def _estimated(found: Estimates) -> dict:
    """The estimates under their columns."""
    t, ranks, ratio = found.t, found.signed_rank, found.ratio
    return {
        "change_mean": t.change_mean,
        "change_sd": t.change_sd,
        "change_ci_low": t.ci_low,
        "change_ci_high": t.ci_high,
        "change_median": found.change_median,
        "hodges_lehmann": found.hodges_lehmann.estimate,
        "hl_ci_low": found.hodges_lehmann.ci_low,
        "hl_ci_high": found.hodges_lehmann.ci_high,
        "geometric_ratio": ratio.ratio if ratio else None,
        "gr_ci_low": ratio.ci_low if ratio else None,
        "gr_ci_high": ratio.ci_high if ratio else None,
        "percent_change_median": found.percent_change_median,
        "d_z": found.d_z.d_z,
        "dz_ci_low": found.d_z.ci_low,
        "dz_ci_high": found.d_z.ci_high,
        "rank_biserial": found.rank_biserial.r,
        "rb_ci_low": found.rank_biserial.ci_low,
        "rb_ci_high": found.rank_biserial.ci_high,
        "n_positive": ranks.n_positive,
        "n_negative": ranks.n_negative,
        "n_zero": ranks.n_zero,
        "n_ties": ranks.n_tied,
        "w_plus": ranks.w_plus,
        "w_minus": ranks.w_minus,
        "z": ranks.z,
        "shapiro_w": found.shapiro.w,
        "shapiro_p": found.shapiro.p_value,
        "skewness": found.skewness,
        "detectable_change": found.detectable,
    }


def _p_in_binary(test: str, raw: Differences) -> float | None:
    """The p of differences as they are in binary, ties broken and zeros lost."""
    function = {"paired_t": paired_t, "wilcoxon_signed_rank": wilcoxon_signed_rank}[test]
    return function(raw).p_value


def _notes(
    name: str,
    test: PairedT | WilcoxonSignedRank,
    p_raw: float | None,
    planned: dict,
    data: Pairs,
    found: Estimates,
    forbidden: Detection,
    how: dict,
) -> list[str]:
    """What a reader has to know of the row, in plain words."""
    notes, n = [], len(data.baseline)
    if test.reason:
        nobody = "nobody is in this cohort at this timepoint"
        notes.append(f"no test: {test.reason if data.n_members else nobody}")
    if found.t.reason and found.t.reason != test.reason and n:
        notes.append(f"no interval of the change: {found.t.reason}")
    if 0 < n < MINIMUM_FOR_QUARTILES and planned["summary"] == "median_iqr":
        notes.append(f"fewer than {MINIMUM_FOR_QUARTILES} pairs: range in place of quartiles")
    if name == "wilcoxon_signed_rank":
        notes += _notes_of_ranks(test, found, planned["alpha"], how)
    if p_raw is not None and _differs(p_raw, test.p_value):
        notes.append(f"differences as they are in binary give p = {p_raw:.4g}")
    if limits := int(data.limits.sum()):
        notes.append(
            f"{limits} of {2 * n} values are, or rest on, a result sent as a limit"
            f" ({how['censored']})"
        )
    if any(forbidden.no_median):
        share = 100 * how["detection"]["no_median"]
        notes.append(f"{share:g} % of the values of a visit or more are below detection: no median")
    return notes + (_notes_of_estimates(found) if n else [])


def _notes_of_estimates(found: Estimates) -> list[str]:
    """Why an estimate or its interval is not given, where the tests do not say so already."""
    reasons = {
        "geometric ratio": found.ratio.reason if found.ratio else None,
        "Hodges-Lehmann interval": found.hodges_lehmann.reason,
        "d_z": found.d_z.reason,
        "Shapiro-Wilk": found.shapiro.reason,
    }
    said = {found.t.reason, found.signed_rank.reason}
    return [f"no {name}: {why}" for name, why in reasons.items() if why and why not in said]


def _notes_of_ranks(
    ranks: WilcoxonSignedRank, found: Estimates, alpha: float, how: dict
) -> list[str]:
    """What is to be said of a signed-rank test of few or coarse differences."""
    notes, nonzero = [], ranks.n_positive + ranks.n_negative
    if nonzero and cannot_reach(nonzero, alpha):
        notes.append(
            f"{nonzero} non-zero difference{'s' * (nonzero > 1)}: the exact p cannot fall below"
            f" {smallest_p(nonzero):.3g}"
        )
    low, high = found.hodges_lehmann.ci_low, found.hodges_lehmann.ci_high
    if low is not None and ranks.p_value is not None:
        excludes_zero = low > 0 or high < 0
        if excludes_zero != (ranks.p_value < 1 - how["confidence"]):
            notes.append(
                "coarse data: the Hodges-Lehmann interval (zeros kept) and p (zeros dropped)"
                " disagree about zero"
            )
    return notes


def _differs(p_raw: float, p: float) -> bool:
    return abs(p_raw - p) > RAW_DIFFERS * p and min(p_raw, p) < RAW_MATTERS
