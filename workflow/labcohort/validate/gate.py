"""The gate behind the report: a critical verdict stops the run."""

from labcohort.errors import UserError
from labcohort.validate.rules import SETTINGS, UNDER_THE_CEILING
from labcohort.validate.words import count, counts_of, finding, place_of, source_of

# rules that only count what others have set aside: those say why
OF_OTHERS = (*UNDER_THE_CEILING, "marker_set_aside_share")
# lines, and reasons in one of them, that a message can hold and still be read
LINES, REASONS = 8, 3


def check_verdict(document: dict, report: str) -> None:
    """Refuse to go on where a rule is critical in some source; `report` is where to read of it.

    A line says each rule and source, and the commonest reasons of what was set aside.
    """
    if document["verdict"] != "critical":
        return
    critical = [
        (rule, part)
        for rule in document["rules"]
        for part in rule["sources"]
        if part["verdict"] == "critical"
    ]
    sources = sorted({source_of(rule, part) for rule, part in critical})
    more = len(critical) - LINES
    raise UserError(
        f"the data are not fit to be compared: {', '.join(sources)}",
        where=report,
        rule="\n".join(
            _lines(critical[:LINES], document)
            + ([f"and {more} more: see the report"] if more > 0 else [])
        ),
        do="\n".join(
            [
                *_what_to_do(critical[:LINES], document),
                f"only if the data are so: another threshold of the rule in {SETTINGS}",
            ]
        ),
    )


def _lines(critical: list[tuple[dict, dict]], document: dict) -> list[str]:
    """Each critical rule and source; the reasons of what a source lost stand there once."""
    lines, explained = [], set()
    for rule, part in critical:
        line = f"{source_of(rule, part)}, {rule['rule']}: {counts_of(rule, part)}"
        if part["found"]:
            line += "; " + ("" if len(part["found"]) == 1 else "the worst: ")
            line += finding(part["found"][0], rule)
        if rule["rule"] in OF_OTHERS and part["source"] not in explained:
            explained.add(part["source"])
            line += _set_aside_by(_reasons(part["source"], document))
        lines.append(line)
    return lines


def _set_aside_by(reasons: list[tuple[dict, dict]]) -> str:
    """The commonest reasons with their counts, and the first place of the first of them."""
    if not reasons:
        return ""
    named = [f"{rule['rule']} {count(part['failed'])}" for rule, part in reasons]
    named[0] += f" (first in {place_of(reasons[0][1]['first'][0])})"
    return "; set aside by " + ", ".join(named)


def _reasons(source: str | None, document: dict) -> list[tuple[dict, dict]]:
    """The rules by which most of a source's cells were set aside as bad, the commonest first."""
    own = [
        (rule, part)
        for rule in document["rules"]
        if rule["kind"] == "aside"
        for part in rule["sources"]
        if part["source"] == source and part["failed"] and part["severity"] != "none"
    ]
    return sorted(own, key=lambda row: (-row[1]["failed"], row[0]["rule"]))[:REASONS]


def _what_to_do(critical: list[tuple[dict, dict]], document: dict) -> list[str]:
    """What to do about each critical rule; of a ceiling, about the commonest reason."""
    found = []
    for rule, part in critical:
        reasons = _reasons(part["source"], document) if rule["rule"] in UNDER_THE_CEILING else []
        about = reasons[0][0] if reasons else rule
        found.append(f"{about['rule']}: {about['do']}")
    return list(dict.fromkeys(found))
