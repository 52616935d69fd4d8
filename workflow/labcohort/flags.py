"""Flags: what is odd about a value that is kept. Each has its words here, and nowhere else."""

from collections.abc import Iterable

FLAGS = {
    "soft_low": "below the soft limit",
    "soft_high": "above the soft limit",
    "unreadable_range": "the laboratory's reference range cannot be read",
    "censored_input": "rests on a result sent as a limit",
    "inputs_of_other_date": "an input is of another date",
    "insulin_treated": "insulin-treated",
    "insulin_unknown": "insulin treatment not known",
    "insulin_zero": "insulin is zero",
    "near_pole": "near the pole of the formula",
    "pressures_equal": "systolic and diastolic pressure are equal",
    "triglycerides_above_400": "triglycerides above 400 mg/dL",
    "age_below_35": "under 35 years, where the index is not validated",
    "ast_upper_limit_assumed": "the laboratory's upper limit of AST is not known: 40 U/L",
}


def known_flags(checks: Iterable[str]) -> list[str]:
    """All flags of a study with these cross-checks; a check flags what it finds equal."""
    return [*FLAGS, *(f"{check}_equal" for check in checks)]


def words(flag: str) -> str:
    """A flag as it is read."""
    return FLAGS.get(flag, flag.replace("_", " "))
