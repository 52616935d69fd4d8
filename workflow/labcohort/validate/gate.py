"""The gate behind the report: a critical verdict stops the run."""

from labcohort.errors import UserError
from labcohort.validate.rules import SETTINGS


def check_verdict(document: dict, report: str) -> None:
    """Refuse to go on where a rule is critical in some source; `report` is where to read of it."""
    if document["verdict"] != "critical":
        return
    critical = [
        (rule, part)
        for rule in document["rules"]
        for part in rule["sources"]
        if part["verdict"] == "critical"
    ]
    limits = {(rule["rule"], part["threshold"]) for rule, part in critical}
    raise UserError(
        "the data are not fit to be compared: "
        + "; ".join(_words(rule, part) for rule, part in critical[:8])
        + (f"; and {len(critical) - 8} more" if len(critical) > 8 else ""),
        where=report,
        rule="; ".join(
            f"{rule}: critical " + ("from the first" if limit is None else f"above {limit:g}")
            for rule, limit in sorted(limits, key=str)
        ),
        do="look at the report, at the mapping in config/sources/ and at results/restricted/;"
        f" only if the data are so, give the rule another threshold in {SETTINGS}",
    )


def _words(rule: dict, part: dict) -> str:
    """A critical rule in one source: counts, and the worst finding where it has several."""
    source = part["source"] or "all sources"
    if part["found"]:
        worst = part["found"][0]
        note = f", {worst['note']}" if worst["note"] else ""
        return (
            f"{source}, {rule['rule']}: {part['failed']} of {part['tried']} {rule['trials']},"
            f" first {worst['subject']} ({worst['measure']:g}{note})"
        )
    share = 100 * part["failed"] / part["tried"] if part["tried"] else 0
    return (
        f"{source}, {rule['rule']}: {part['failed']} of {part['tried']} {rule['trials']}"
        f" ({share:.1f} %)"
    )
