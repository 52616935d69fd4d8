"""A rule's counts, findings and threshold in words, for the report and for messages."""

from labcohort.errors import place

# findings whose measure is a ratio
RATIOS = (
    "sources_differ",
    "sources_differ_as_units",
    "median_beyond_reference",
    "median_far_beyond_reference",
)
# what a finding's n counts; else values
COUNTED = {
    "attribute_set_aside_share": "filled cells",
    "marker_set_aside_share": "results",
    "missing_share": "cells",
    "name_of_another_marker": "cells",
    "nothing_used": "filled cells",
    "unit_contradicts_mapping": "filled cells",
}


def count(n: int) -> str:
    """A count with its thousands apart."""
    return f"{n:,}"


def percent(share: float | None) -> str:
    """A share in per cent, as exact as it is small."""
    if share is None:
        return ""
    value = 100 * share
    if 0 < value < 0.01:
        return "<0.01 %"
    return f"{value:.2f} %" if 0 < value < 1 else f"{value:.1f} %"


def source_of(rule: dict, part: dict) -> str:
    """The source of a rule's `part`, or what it is of where it is of none."""
    # measured values have a source; computed ones may have inputs of several
    of_none = "computed values" if rule["kind"] == "flag" else "all sources"
    return part["source"] or of_none


def counts_of(rule: dict, part: dict) -> str:
    """How often a rule was broken in one source (`part`), and what its threshold allows."""
    share = "" if rule["kind"] == "finding" else f" ({percent(part['share'])})"
    tried = f"{count(part['failed'])} of {count(part['tried'])} {rule['trials']}{share}"
    return tried + _allowed(rule, part["threshold"])


def finding(row: dict, rule: dict) -> str:
    """A finding: the marker, column or analyte, its measure, of how many."""
    note = f"; {row['note']}" if row["note"] else ""
    if row["n"] == 1:
        # a name, which is judged once
        return row["subject"] + note
    number = f"{count(row['n'])} {COUNTED.get(rule['rule'], 'values')}"
    if rule["rule"] in RATIOS:
        measure = f"a factor of {row['measure']:.3g} ({number})"
    elif rule["rule"] == "nothing_used":
        measure = f"none of {number}"
    else:
        measure = f"{percent(row['measure'])} of {number}"
    return f"{row['subject']}: {measure}{note}"


def place_of(at: dict) -> str:
    """A place of the document."""
    return place(at["file"], at["sheet"], at["row"], at["column"])


def _allowed(rule: dict, threshold: float | None) -> str:
    """What the threshold of a rule allows, where it has one."""
    if threshold is None:
        return ""
    if rule["rule"] in RATIOS:
        return f"; threshold: a factor of {threshold:g}"
    return f"; threshold: {100 * threshold:g} %"
