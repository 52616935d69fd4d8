"""The verdict: each rule judged in each source, and the document that holds all of it."""

from dataclasses import dataclass, field

import polars as pl

from labcohort.validate.counts import as_bad, losses, rule_counts, stages
from labcohort.validate.findings import findings
from labcohort.validate.places import first_of_each
from labcohort.validate.rules import ORDER, judge, unlisted, verdict, worst

FATES = ("missing", "ignored", "set_aside", "duplicate", "ineligible", "out_of_window")


@dataclass(frozen=True)
class Evidence:
    """What the stages wrote, put together.

    `ledger`, `quarantine` (schemas.quality), `flags` and `flagged` (`labcohort.validate.flagged`:
    counts, and values with their places) are of all sources; `computed` counts derived values;
    `profiles` and `deliveries` are by source, `patients` is the profile of the patient table;
    `missingness` as of that room.
    """

    ledger: pl.DataFrame
    quarantine: pl.DataFrame
    flags: pl.DataFrame
    flagged: pl.DataFrame
    computed: int
    profiles: dict[str, dict]
    patients: dict
    deliveries: dict[str, dict] = field(default_factory=dict)
    missingness: list[dict] = field(default_factory=list)


def document(evidence: Evidence, study: dict) -> dict:
    """The validation of a study as plain data (schemas.validation).

    `study` is what the job is told (settings.validation). The verdict of a rule is the gravest
    of its sources', and that of the study the gravest of its rules'.
    """
    rules = _rules(evidence, study)
    by_source = stages(evidence.ledger)
    verdicts = {
        source: worst(
            part["verdict"] for r in rules for part in r["sources"] if part["source"] == source
        )
        for source in (study["patients"], *study["sources"])
    }
    return {
        "study": study["study"],
        "title": study["title"],
        "synthetic": study["synthetic"],
        "verdict": worst(rule["verdict"] for rule in rules),
        "rules": rules,
        "sources": [
            _source(source, verdicts[source], by_source.get(source, []), evidence)
            for source in study["sources"]
        ],
        "patients": {"source": study["patients"], "verdict": verdicts[study["patients"]]}
        | evidence.patients,
        "missingness": evidence.missingness,
    }


def summary(document: dict, digests: dict) -> dict:
    """The few facts that a scheduler needs: verdict, counts by source, rules over thresholds."""
    return {
        "study": document["study"],
        "synthetic": document["synthetic"],
        "verdict": document["verdict"],
        "sources": {
            of["source"]: {"verdict": of["verdict"]} | _fates(of) for of in document["sources"]
        },
        "over_threshold": [
            {"rule": rule["rule"]}
            | {k: part[k] for k in ("source", "verdict", "tried", "failed", "threshold")}
            for rule in document["rules"]
            for part in rule["sources"]
            if part["verdict"] != "ok"
        ],
        "digests": digests,
    }


def _fates(source: dict) -> dict:
    """Result cells of a source: all, by fate over all stages, and used."""
    by_stage = source["stages"]
    fates = {fate: sum(of["fates"].get(fate, 0) for of in by_stage) for fate in FATES}
    entered = by_stage[0]["in"] if by_stage else 0
    return {"cells": entered, **fates, "used": by_stage[-1]["out"] if by_stage else 0}


def _source(source: str, verdict: str, by_stage: list[dict], evidence: Evidence) -> dict:
    """A source: where its cells went, its profile, and its changes since the last delivery."""
    of = {"source": source, "verdict": verdict, "stages": by_stage}
    return of | {
        "fates": _fates(of),
        "profile": evidence.profiles[source],
        "delivery": evidence.deliveries.get(source),
    }


def _rules(evidence: Evidence, study: dict) -> list[dict]:
    """Every rule with its counts and verdicts by source; the gravest first, then as listed."""
    rules = study["rules"]
    rules = rules + unlisted(_named(evidence) - {rule["rule"] for rule in rules})
    aside = as_bad(evidence.quarantine, rules).drop_nulls("marker")
    aside = aside.group_by("source", "marker").len()
    by_marker = {(source, marker): n for source, marker, n in aside.iter_rows()}
    lost = losses(evidence.ledger)
    found = findings(evidence.profiles, evidence.patients, by_marker, lost, study)
    counts = rule_counts(evidence, rules, study)
    judged = []
    for rule in rules:
        if rule["kind"] == "finding":
            own = [row for row in found if row["rule"] == rule["rule"]]
            parts = _judged_findings(rule, own)
        else:
            parts = [_judged(rule, row) for row in counts if row["rule"] == rule["rule"]]
        judged.append(_of_all_sources(rule, parts))
    return sorted(judged, key=lambda rule: -ORDER.index(rule["verdict"]))


def _named(evidence: Evidence) -> set[str]:
    """Rules by which cells were set aside."""
    return set(evidence.quarantine.get_column("rule"))


def _judged(rule: dict, row: dict) -> dict:
    """A rule's counts in one source with the verdict on them."""
    share = row["failed"] / row["tried"] if row["tried"] else 0.0
    said = verdict(rule, row["source"], row["failed"], share)
    return _part(rule, row["source"], row["tried"], row["failed"], said) | {"first": row["first"]}


def _judged_findings(rule: dict, rows: list[dict]) -> list[dict]:
    """A rule's findings by source: those judged, and those over the threshold."""
    parts = []
    for source in sorted({row["source"] for row in rows}, key=lambda s: s or ""):
        own = [row for row in rows if row["source"] == source]
        threshold = judge(rule, source)["threshold"] or 0
        over = [r for r in own if r["measure"] > threshold]
        said = worst(verdict(rule, source, 1, row["measure"]) for row in over)
        over = sorted(over, key=lambda row: (-row["measure"], row["subject"], row["note"]))
        parts.append(
            _part(rule, source, len(own), len(over), said)
            | {"found": [{k: r[k] for k in ("subject", "n", "measure", "note")} for r in over]}
        )
    return parts


def _part(rule: dict, source: str | None, tried: int, failed: int, said: str) -> dict:
    return {
        "source": source,
        "tried": tried,
        "failed": failed,
        "share": float(f"{failed / tried:.4g}") if tried else 0.0,
        **judge(rule, source),
        "verdict": said,
        "first": [],
        "found": [],
    }


def _of_all_sources(rule: dict, parts: list[dict]) -> dict:
    """A rule with its text, its sums over all sources and the first places of any."""
    tried, failed = (sum(part[name] for part in parts) for name in ("tried", "failed"))
    return {
        **{k: rule[k] for k in ("rule", "stage", "kind", "text", "do", "trials")},
        **judge(rule, None),
        "verdict": worst(part["verdict"] for part in parts),
        "tried": tried,
        "failed": failed,
        "share": float(f"{failed / tried:.4g}") if tried else 0.0,
        "sources": parts,
        "first": first_of_each(parts),
    }
