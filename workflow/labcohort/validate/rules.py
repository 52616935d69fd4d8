"""Rules as a study has them: what each says, how grave it is, and above which share."""

from collections.abc import Iterable

from labcohort.errors import UserError, unknown

# the gravest last; "ok" is a verdict and no severity, "none" a severity that never judges
ORDER = ("ok", "warn", "error", "critical")
# rules that take the study's ceiling, unless config/rule_settings.tsv says otherwise
UNDER_THE_CEILING = ("set_aside_share", "attribute_set_aside_share")
SETTINGS = "config/rule_settings.tsv"
# what to do about a cross-check of a study's own, and about what no row describes
DO_OF_CHECK = (
    "where there are many, the two are exchanged under analytes: or one's unit is wrong; else ask"
    " the laboratory and enter its answer in config/corrections.tsv"
)
DO_OF_UNLISTED = "give the rule a row in resources/rules.tsv"


def rules_of(
    rules: list[dict], checks: list[dict], settings: list[dict], ceiling: float
) -> list[dict]:
    """The rules of a study, each with `settings`: source ('': all) -> severity, threshold, why.

    `rules` are those of resources/rules.tsv; a cross-check that has no row there (a study's own)
    brings its reason as its text. `settings` are the rows of config/rule_settings.tsv.
    """
    known = {row["rule"]: row for row in rules}
    for row in checks:
        for own in _of_check(row):
            known.setdefault(own["rule"], own)
    return [_with_settings(row, settings, ceiling) for row in known.values()]


def judge(rule: dict, source: str | None) -> dict:
    """Severity, threshold and (where the study has its own) why, of a rule for a source."""
    return rule["settings"].get(source or "", rule["settings"][""])


def unlisted(names: Iterable[str]) -> list[dict]:
    """Rules for names that stages wrote and no row describes: nothing is left out of a report."""
    common = {"stage": "source", "kind": "aside", "trials": "cells"}
    judged = {"": {"severity": "error", "threshold": None, "why": None}}
    return [
        common
        | {"rule": name, "text": name.replace("_", " "), "do": DO_OF_UNLISTED, "settings": judged}
        for name in sorted(names)
    ]


def verdict(rule: dict, source: str | None, failed: int, measure: float) -> str:
    """What `failed` cases of a rule mean: its severity where `measure` is over the threshold.

    The measure is the share of what was tried, or a finding's own. Without a threshold any
    case counts.
    """
    own = judge(rule, source)
    over = failed > 0 and (own["threshold"] is None or measure > own["threshold"])
    return own["severity"] if over and own["severity"] != "none" else "ok"


def worst(verdicts: Iterable[str]) -> str:
    """The gravest of several verdicts; ok where there are none."""
    return max(verdicts, key=ORDER.index, default="ok")


def check_rule_settings(settings: list[dict], rules: list[dict], sources: list[str]) -> None:
    """Refuse rows of config/rule_settings.tsv that name no rule or no source of the study."""
    names = [row["rule"] for row in rules]
    for number, row in enumerate(settings, 2):
        where = f"{SETTINGS}, row {number}"
        if row["rule"] not in names:
            raise unknown("rule", row["rule"], names, f"{where}, column 'rule'")
        if row["source"] and row["source"] not in sources:
            raise unknown("source", row["source"], sources, f"{where}, column 'source'")
        if row["severity"] == "none" and row["threshold"] is not None:
            raise UserError(
                f"rule '{row['rule']}' has a threshold and is never judged",
                where=f"{where}, column 'threshold'",
                rule="the severity 'none' counts a rule's cases and judges none of them",
                do="leave the threshold empty, or give a severity",
            )


def _with_settings(row: dict, settings: list[dict], ceiling: float) -> dict:
    """A rule with its severities by source; those of all sources stand under ''."""
    threshold = ceiling if row["rule"] in UNDER_THE_CEILING else row["threshold"]
    own = {"": {"severity": row["severity"], "threshold": threshold, "why": None}}
    for given in settings:
        if given["rule"] == row["rule"]:
            own[given["source"] or ""] = {k: given[k] for k in ("severity", "threshold", "why")}
    kept = ("rule", "stage", "kind", "text", "do", "trials")
    return {k: row[k] for k in kept} | {"settings": own}


def _of_check(check: dict) -> list[dict]:
    """The rules of a cross-check: the greater below the lesser and, where kept, both equal."""
    common = {"stage": "harmonise", "do": DO_OF_CHECK, "severity": "warn", "threshold": None}
    name, reason = check["check"], check["reason"]
    aside = {"rule": name, "kind": "aside", "text": reason, "trials": "cells"}
    flag = {
        "rule": f"{name}_equal",
        "kind": "flag",
        "text": f"both are equal ({reason}: set aside)",
        "trials": "values",
    }
    return [common | row for row in (aside, flag)[: 1 if check.get("equal") == "aside" else 2]]
