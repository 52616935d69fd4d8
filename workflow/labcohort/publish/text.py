"""Numbers and cells as people read them."""

import re

from labcohort.rounding import rounded

BELOW_DETECTION = "<LOD"
# with fewer pairs the range is printed in place of quartiles (compare.summaries)
MINIMUM_FOR_QUARTILES = 4
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
SHORT_TESTS = {"paired_t": "paired t", "wilcoxon_signed_rank": "Wilcoxon"}
TESTS = {"paired_t": "paired t", "wilcoxon_signed_rank": "Wilcoxon signed-rank"}


def p_text(p: float | None) -> str:
    """A p value as printed: three decimals, four between .045 and .055, `<0.001`; '' for None."""
    if p is None:
        return ""
    if p < 0.001:
        return "<0.001"
    return rounded(p, 4 if 0.045 <= p <= 0.055 else 3)


def summary_text(row: dict, visit: str, decimals: int) -> str:
    """Centre and spread of one visit in the row's own form: mean ± SEM, or median [IQR width].

    Under four pairs a median stands with its range, since quartiles would be single values; where
    half of the values or more are below detection it is `<LOD`.
    """
    if row["summary"] == "mean_sem":
        mean, sem = (rounded(row[f"{visit}_{part}"], decimals) for part in ("mean", "sem"))
        return f"{mean} ± {sem}" if sem else mean
    if row[f"{visit}_median"] is None:
        return BELOW_DETECTION if row["n_pairs"] else ""
    median = rounded(row[f"{visit}_median"], decimals)
    if row[f"{visit}_iqr"] is None:
        low, high = (rounded(row[f"{visit}_{end}"], decimals) for end in ("min", "max"))
        return f"{median} ({low} to {high})"
    return f"{median} [{rounded(row[f'{visit}_iqr'], decimals)}]"


def interval_text(
    estimate: float | None, low: float | None, high: float | None, decimals: int
) -> str:
    """An estimate with its confidence interval, as `-0.25 (-0.40 to -0.10)`; '' for None."""
    if estimate is None:
        return ""
    ends = "" if low is None else f" ({rounded(low, decimals)} to {rounded(high, decimals)})"
    return rounded(estimate, decimals) + ends


def equation_text(methods: str, how: dict) -> str:
    """How a derived marker with several formulas was computed, by the names of these."""
    return "by " + ", ".join(how["methods"][method] for method in methods.split("|"))


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
