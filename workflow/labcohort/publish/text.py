"""Numbers and cells as people read them."""

import re

from labcohort.publish.lists import commas
from labcohort.publish.words import say
from labcohort.rounding import rounded

BELOW_DETECTION = "<LOD"
# with fewer pairs the range is printed in place of quartiles (compare.summaries)
MINIMUM_FOR_QUARTILES = 4
# of a p that lies just below .05
MOST_DECIMALS = 6
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
SHORT_TESTS = {"paired_t": "paired t", "wilcoxon_signed_rank": "Wilcoxon"}
TESTS = {"paired_t": "paired t", "wilcoxon_signed_rank": "Wilcoxon signed-rank"}


def p_text(p: float | None, how: dict | None = None) -> str:
    """A p value as printed, in the style that `how["p"]` names (plain without it); '' for None."""
    return "" if p is None else P_STYLES[(how or {}).get("p", "plain")](p)


def _plain(p: float) -> str:
    """Three decimals, four between .045 and .055, `<0.001`."""
    if p < 0.001:
        return "<0.001"
    return rounded(p, 4 if 0.045 <= p <= 0.055 else 3)


def _ama(p: float) -> str:
    """No zero before the point; two decimals, three below .01; `<.001` and `>.99`.

    Where rounding would carry a p below .05 to .05, as many decimals as it takes that it does not
    (AMA Manual of Style, 11th ed., Oxford 2020, 19.5, P value, and 18.7.1 on the zero).
    """
    if p < 0.001:
        return "<.001"
    if p > 0.99:
        return ">.99"
    decimals = 3 if p < 0.01 else 2
    while p < 0.05 and float(rounded(p, decimals)) >= 0.05 and decimals < MOST_DECIMALS:
        decimals += 1
    return rounded(p, decimals).removeprefix("0")


def _nejm(p: float) -> str:
    """Two decimals above 0.01, three from there to 0.001, `<0.001`.

    New England Journal of Medicine, Statistical Reporting Guidelines (author center): it makes no
    exception about .05.
    """
    if p < 0.001:
        return "<0.001"
    return rounded(p, 2 if p > 0.01 else 3)


P_STYLES = {"plain": _plain, "ama": _ama, "nejm": _nejm}


def summary_text(row: dict, visit: str, decimals: int) -> str:
    """Centre and spread of one visit in the row's own form: mean ± SEM, or median [IQR width].

    Under four pairs a median stands with its range (alone, where extremes are withheld), since
    quartiles would be single values; where half of the values or more are below detection it is
    `<LOD`.
    """
    if row["summary"] == "mean_sem":
        mean, sem = (rounded(row[f"{visit}_{part}"], decimals) for part in ("mean", "sem"))
        return f"{mean} ± {sem}" if sem else mean
    if row[f"{visit}_median"] is None:
        return BELOW_DETECTION if row["n_pairs"] else ""
    median = rounded(row[f"{visit}_median"], decimals)
    if row[f"{visit}_iqr"] is None:
        low, high = (rounded(row[f"{visit}_{end}"], decimals) for end in ("min", "max"))
        return f"{median} ({low} to {high})" if low else median
    return f"{median} [{rounded(row[f'{visit}_iqr'], decimals)}]"


def interval_text(
    estimate: float | None,
    low: float | None,
    high: float | None,
    decimals: int,
    how: dict,
) -> str:
    """An estimate with its confidence interval, as `-0.25 (-0.40 to -0.10)`; '' for None."""
    if estimate is None:
        return ""
    numbers = {"estimate": estimate, "low": low, "high": high}
    texts = {name: rounded(number, decimals) for name, number in numbers.items()}
    if low is None:
        return texts["estimate"]
    return say(how, "{estimate} ({low} to {high})", **texts)


def equation_text(methods: str, how: dict) -> str:
    """How a derived marker with several formulas was computed, by the names of these."""
    names = (how["methods"][method] for method in methods.split("|"))
    return say(how, "by {methods}", methods=commas(how, names))


def within(label: str) -> str:
    """A label within a sentence: its first letter small, but not that of an abbreviation."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def unit_text(unit: str | None) -> str:
    """A UCUM unit as it is printed: µ for u, raised powers, no brackets or braces; '' for 1."""
    text = re.sub(r"\[([^\]]*)\]|\{([^}]*)\}", r"\1\2", unit or "").replace("_", " ")
    text = re.sub(r"\bu(?=(g|mol|L|kat|IU|U|Eq|m)\b)", "µ", text)
    text = re.sub(r"\b([cdm]?m)([23])\b", lambda m: m[1] + m[2].translate(RAISED), text)
    text = re.sub(r"\b10\*(-?\d+)", lambda m: "10" + m[1].translate(RAISED), text)
    return "" if text == "1" else text
