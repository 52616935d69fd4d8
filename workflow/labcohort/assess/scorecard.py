"""Each published result beside the comparison of this run that answers to it, with a verdict."""

import math
from collections.abc import Sequence
from statistics import NormalDist

import polars as pl

from labcohort.compare.ties import clean_differences
from labcohort.rounding import decimals_of, rounded
from labcohort.study.names import POST_HOC

VISITS = ("baseline", "followup")
# form of summary -> its two statistics and how they are written
FORMS = {
    "mean_sem": ("mean", "sem", "{} ± {}"),
    "median_iqr": ("median", "iqr", "{} [{}]"),
}
WORDS = {"sem": "SEM", "iqr": "IQR width"}
CENTRES = {"paired_t": "mean", "wilcoxon_signed_rank": "median"}
COPIED = ("publication", "marker", "cohort", "timepoint", "test", "summary")
# kinds of findings; OPEN: the source does not say, UNDEFINED: this run has no number for it
AGREES, DIFFERS, UNDEFINED, OPEN = "agrees", "differs", "undefined", "open"
Finding = tuple[str, str]


def scorecard(
    published: Sequence[dict], comparisons: pl.DataFrame, profile: str
) -> list[dict[str, str | float | None]]:
    """A row (schemas.scorecard.Scorecard) for each published result, in their order.

    `published` holds rows of published_results.tsv, with numbers as texts; `comparisons` is
    schemas.comparison.Comparison. Only what the plan compares in `profile`, with the published
    test as the primary one, is held against a result; of several, the one of the first role.

    `reproduced`: every printed number is ours, rounded half away from zero to the decimals that
    the source has, and neither significance nor direction contradicts. `same direction`: the
    source prints no number, and what it says of significance (p < alpha, p unrounded) and
    direction holds here. `contradicts`, with what; or `not comparable`, with why.
    The direction of a t test is the sign of the mean change, of a Wilcoxon test the sign of the
    difference of the medians; a published direction "none" asserts only p >= alpha.
    """
    planned = (pl.col("profile") == profile) & (pl.col("role") != POST_HOC)
    own = comparisons.filter(planned).sort("role", "family").to_dicts()
    return [_row(result, *_answering(result, own, profile)) for result in published]


def _answering(result: dict, own: list[dict], profile: str) -> tuple[dict | None, str | None]:
    """The comparison that answers to a published result; or none, and why."""
    if not own:
        return None, f"the run has no comparisons of the profile {profile}"
    place = ("marker", "cohort", "timepoint")
    found = [row for row in own if all(row[name] == result[name] for name in place)]
    if not found:
        return None, f"the profile {profile} plans no such comparison"
    primary = [row for row in found if row["primary"]]
    same_test = [row for row in primary if row["test"] == result["test"]]
    if not same_test:
        planned = " and ".join(sorted({row["test"] for row in primary}))
        return None, f"another test is planned: {planned}"
    row = same_test[0]
    if not row["n_pairs"]:
        return None, "no pairs in this cohort at this timepoint"
    if _says_no_more_than_no(result) and (smallest := _smallest_p(row)) >= row["alpha"]:
        why = f"of {row['n_pairs']} pairs no p can be below {smallest:.3f}: it cannot disagree"
        return None, why
    return row, None


def _says_no_more_than_no(result: dict) -> bool:
    """Whether a source prints no number and no direction, and nothing significant."""
    numbers = [text for visit in VISITS for text in _printed(result, visit) if text is not None]
    return (
        not numbers
        and result["direction"] in ("none", "unknown")
        and result["significant"] in ("no", "unknown")
    )


def _smallest_p(comparison: dict) -> float:
    """The smallest p that so many pairs can have in a signed-rank test; 0 for a t test.

    z is the sum of the signed ranks over the root of the sum of their squares, and so √n at most
    (all ranks equal, all of one sign).
    """
    if comparison["test"] == "paired_t":
        return 0.0
    return 2 * NormalDist().cdf(-math.sqrt(comparison["n_pairs"]))


def _row(result: dict, comparison: dict | None, reason: str | None) -> dict:
    """The scorecard's row of a published result and the comparison that answers to it."""
    verdict, why = _verdict(result, comparison) if comparison else ("not comparable", reason)
    p = comparison["p_value"] if comparison else None
    return {
        **{name: result[name] for name in COPIED},
        **{f"published_{visit}": _text(result, _printed(result, visit)) for visit in VISITS},
        **{f"ours_{visit}": _text(result, _ours(result, comparison, visit)) for visit in VISITS},
        "published_significant": result["significant"],
        "ours_significant": None if p is None else _yes(p < comparison["alpha"]),
        "published_direction": result["direction"],
        "ours_direction": _direction(comparison) if comparison else None,
        "n_pairs": comparison["n_pairs"] if comparison else None,
        "p_value": p,
        "verdict": verdict,
        "why": why,
        "source": result["source"],
    }


def _verdict(result: dict, comparison: dict) -> tuple[str, str]:
    """Verdict, and what it rests on."""
    numbers = _numbers(result, comparison)
    findings = [*numbers, *_significance(result, comparison), *_heading(result, comparison)]

    def said(*kinds: str) -> str:
        return "; ".join(text for kind in kinds for k, text in findings if k == kind)

    if said(DIFFERS):
        return "contradicts", said(DIFFERS)
    if UNDEFINED in {kind for kind, _ in numbers}:
        return "not comparable", said(UNDEFINED)
    if not said(AGREES):
        return "not comparable", said(UNDEFINED) or f"{said(OPEN)}: {result['source']}"
    return "reproduced" if numbers else "same direction", said(AGREES, UNDEFINED, OPEN)


def _numbers(result: dict, comparison: dict) -> list[Finding]:
    """A finding for each number that the source prints."""
    findings = []
    for visit in VISITS:
        pairs = zip(_printed(result, visit), _ours(result, comparison, visit), strict=True)
        for (theirs, ours), statistic in zip(pairs, FORMS[result["summary"]][:2], strict=True):
            name = f"{visit} {WORDS.get(statistic, statistic)}"
            if theirs is None:
                continue
            if ours is None:
                findings.append((UNDEFINED, f"{name} is undefined here"))
            elif ours == theirs:
                findings.append((AGREES, f"{name} {theirs}"))
            else:
                findings.append((DIFFERS, f"{name} is {ours}, printed {theirs}"))
    return findings


def _significance(result: dict, comparison: dict) -> list[Finding]:
    """Whether p is on the side of alpha where the source has it."""
    stated = result["significant"]
    if stated == "unknown":
        return [(OPEN, "the source leaves significance open")]
    if comparison["p_value"] is None:
        return [(UNDEFINED, comparison["note"])]
    below = comparison["p_value"] < comparison["alpha"]
    ours = f"p is {'' if below else 'not '}below {comparison['alpha']:g}"
    if _yes(below) == stated:
        return [(AGREES, f"{ours}, as reported")]
    return [(DIFFERS, f"{ours}, reported {'' if stated == 'yes' else 'not '}significant")]


def _heading(result: dict, comparison: dict) -> list[Finding]:
    """Whether the change goes where the source says."""
    stated, ours = result["direction"], _direction(comparison)
    if stated == "unknown":
        return [(OPEN, "the source leaves the direction open")]
    if stated == "none":
        # no more than that p is not below alpha
        says_so = result["significant"] == "no"
        return [] if says_so else _significance(result | {"significant": "no"}, comparison)
    if ours is None:
        centre = CENTRES[comparison["test"]]
        return [(UNDEFINED, f"the {centre} of a visit is undefined here, and so the direction")]
    if ours == stated:
        return [(AGREES, f"{ours}, as reported")]
    return [(DIFFERS, f"{'no change' if ours == 'none' else ours}, reported {stated}")]


def _direction(comparison: dict) -> str | None:
    """Sign of the change in the centre that the test is about; None where that is undefined."""
    centre = CENTRES[comparison["test"]]
    before, after = (comparison[f"{visit}_{centre}"] for visit in VISITS)
    if before is None or after is None:
        return None
    # centres that are equal in decimals need not be so in binary
    change = clean_differences([before], [after])[0]
    return "up" if change > 0 else "down" if change < 0 else "none"


def _printed(result: dict, visit: str) -> list[str | None]:
    """Centre and spread of a visit as the source prints them."""
    return [result[f"{visit}_{part}"] for part in ("centre", "spread")]


def _ours(result: dict, comparison: dict | None, visit: str) -> list[str | None]:
    """Our centre and spread in the source's form and decimals; None where it prints none."""
    texts = []
    for theirs, statistic in zip(
        _printed(result, visit), FORMS[result["summary"]][:2], strict=True
    ):
        value = comparison[f"{visit}_{statistic}"] if comparison else None
        shown = theirs is not None and value is not None
        texts.append(rounded(value, decimals_of(theirs)) if shown else None)
    return texts


def _text(result: dict, numbers: list[str | None]) -> str | None:
    """Centre and spread as one text, in the form of the source's summary."""
    centre, spread = numbers
    if centre is None or spread is None:
        return centre
    return FORMS[result["summary"]][2].format(centre, spread)


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"
