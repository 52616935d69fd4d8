"""How often each rule was tried and failed in each source, from what the stages wrote."""

import polars as pl

from labcohort.validate.places import places
from labcohort.validate.rules import judge

STAGES = ("ingest", "harmonise", "derive", "cohorts")
# how cohorts begins the reason of a value in whose place another of its window stands
ANOTHER = "another result of "


def stages(ledger: pl.DataFrame) -> dict[str, list[dict]]:
    """Source -> its stages in order: cells in, out, and of each fate (schemas.quality.Ledger)."""
    found: dict[str, dict[str, dict]] = {}
    for row in ledger.sort(ledger.columns, nulls_last=True).iter_rows(named=True):
        stage = found.setdefault(row["source"], {}).setdefault(
            row["stage"], {"stage": row["stage"], "in": 0, "out": 0, "fates": {}}
        )
        if row["kind"] == "fate":
            stage["fates"][row["fate"]] = stage["fates"].get(row["fate"], 0) + row["cells"]
        else:
            stage[row["kind"]] += row["cells"]
    return {source: [of[s] for s in STAGES if s in of] for source, of in sorted(found.items())}


def tried(by_stage: list[dict]) -> dict[str, int]:
    """Stage -> cells of a source that its rules were tried on: those neither empty nor ignored."""
    counts = {of["stage"]: of["in"] for of in by_stage}
    unused = next((of["fates"] for of in by_stage if of["stage"] == "harmonise"), {})
    if "harmonise" in counts:
        counts["harmonise"] -= unused.get("missing", 0) + unused.get("ignored", 0)
    return counts


def rule_counts(evidence, rules: list[dict], study: dict) -> list[dict]:
    """Counts of each rule and source (None: all sources): rule, source, tried, failed, first.

    `evidence` is `labcohort.validate.verdict.Evidence`; findings of whole sources are not here.
    """
    counted = {
        "aside": _aside,
        "flag": _flags,
        "repeat": _repeats,
        "note": _notes,
        "delivery": _deliveries,
        "share": _shares,
    }
    by_source = {source: tried(of) for source, of in stages(evidence.ledger).items()}
    found = []
    for rule in rules:
        if rule["kind"] in counted:
            rows = counted[rule["kind"]](rule, evidence, by_source, study)
            found += [{"rule": rule["rule"], **row} for row in rows]
    return found


def as_bad(aside: pl.DataFrame, rules: list[dict]) -> pl.DataFrame:
    """Of what was set aside (source, rule) that which counts in shares: a rule of severity none,
    as that of a cancelled result, finds nothing wrong with a source."""
    sources = aside.get_column("source").unique()
    unjudged = [
        (source, rule["rule"])
        for rule in rules
        for source in sources
        if judge(rule, source)["severity"] == "none"
    ]
    keys = {"source": pl.String, "rule": pl.String}
    none = pl.DataFrame(unjudged, schema=keys, orient="row")
    return aside.join(none, on=list(keys), how="anti", nulls_equal=True)


def losses(ledger: pl.DataFrame) -> dict[str, dict]:
    """Source -> its values after harmonise, those used, and why the lost are: reason -> values.

    A repeat, or a value in whose place another of its window stands, is not lost.
    """
    other = pl.col("reason").str.starts_with(ANOTHER).fill_null(False)
    lost = ledger.filter(
        pl.col("stage").is_in(["derive", "cohorts"]) & (pl.col("kind") == "fate"),
        ~other & (pl.col("fate") != "duplicate"),
    )
    why = pl.when(pl.col("fate") == "set_aside").then("reason").otherwise("fate")
    n = lost.group_by("source", why=why.str.replace_all("_", " ")).agg(pl.col("cells").sum())
    n = n.sort("cells", "why", descending=[True, False])
    return {
        source: {
            "values": sum(of["out"] for of in by_stage if of["stage"] == "harmonise"),
            "used": by_stage[-1]["out"],
            "why": dict(n.filter(pl.col("source") == source).select("why", "cells").iter_rows()),
        }
        for source, by_stage in stages(ledger).items()
    }


def _count(source: str | None, tried: int, failed: int, first: list | None = None) -> dict:
    return {"source": source, "tried": tried, "failed": failed, "first": first or []}


def _aside(rule: dict, evidence, by_source: dict, study: dict) -> list[dict]:
    """Cells that were set aside by the rule; attributes of persons where it broke there."""
    own = evidence.quarantine.filter(pl.col("rule") == rule["rule"])
    rows = []
    patients, stage = study["patients"], rule["stage"]
    for source, of in by_source.items():
        bad = own.filter(pl.col("source") == source)
        if stage != "patients" or bad.height:
            tried = of.get("derive" if stage == "derive" else "harmonise", 0)
            rows.append(_count(source, tried, bad.height, places(bad)))
    bad = own.filter(pl.col("source") == patients)
    if stage == "patients" or bad.height:
        filled = sum(row["filled"] for row in evidence.patients["columns"])
        rows.append(_count(patients, filled, bad.height, places(bad)))
    return rows


def _flags(rule: dict, evidence, by_source: dict, study: dict) -> list[dict]:
    """Values that are flagged: those of each source and, where harmonise does not flag them,
    computed ones (source None)."""
    if rule["stage"] == "harmonise":
        rows = []
        for source, of in sorted(evidence.profiles.items()):
            known = {row["flag"]: row for row in of["flags"]}
            row = known.get(rule["rule"], {"n": 0, "first": []})
            values = sum(marker["n"] for marker in of["markers"])
            rows.append(_count(source, values, row["n"], row["first"]))
        return rows
    own = evidence.flags.filter(pl.col("flag") == rule["rule"])
    n = dict(own.group_by("source").agg(pl.col("n").sum()).iter_rows())
    where = evidence.flagged.filter(pl.col("flag") == rule["rule"])
    rows = [
        _count(
            source,
            of.get("cohorts", 0),
            n.get(source, 0),
            places(where.filter(pl.col("source") == source)),
        )
        for source, of in by_source.items()
    ]
    return [*rows, _count(None, evidence.computed, n.get(None, 0))]


def _repeats(rule: dict, evidence, by_source: dict, study: dict) -> list[dict]:
    """Cells that were settled as repeats."""
    own = evidence.ledger.filter(pl.col("fate") == "duplicate", pl.col("reason") == rule["rule"])
    n = dict(own.group_by("source").agg(pl.col("cells").sum()).iter_rows())
    return [
        _count(source, of.get("derive", 0), n.get(source, 0)) for source, of in by_source.items()
    ]


def _notes(rule: dict, evidence, by_source: dict, study: dict) -> list[dict]:
    """Names that were folded, of the names of analytes; values with a proposal of a unit."""
    rows = []
    for source, of in sorted(evidence.profiles.items()):
        if rule["rule"] == "name_folded":
            names = len({row["analyte"] for row in of["analytes"]})
            rows.append(_count(source, names, len(of["names_folded"])))
        else:
            values = sum(marker["n"] + marker["set_aside"] for marker in of["markers"])
            proposed = of["proposals"]
            rows.append(_count(source, values, proposed["n"], proposed["first"]))
    return rows


def _deliveries(rule: dict, evidence, by_source: dict, study: dict) -> list[dict]:
    """Cells of the previous delivery of a source that are gone, or have another value."""
    which = rule["rule"].removeprefix("delivery_")
    rows = []
    for source, of in sorted(evidence.deliveries.items()):
        cells = of["cells"]
        before = sum(cells.get(name, 0) for name in ("same", "gone", "changed"))
        rows.append(_count(source, before, cells.get(which, 0), of["first"][which]))
    return rows


def _shares(rule: dict, evidence, by_source: dict, study: dict) -> list[dict]:
    """Cells of a source that were set aside as bad in all stages, of those neither empty nor
    ignored."""
    aside = evidence.ledger.filter(pl.col("fate") == "set_aside").rename({"reason": "rule"})
    aside = as_bad(aside, study["rules"])
    n = dict(aside.group_by("source").agg(pl.col("cells").sum()).iter_rows())
    return [
        _count(source, of.get("harmonise", 0), n.get(source, 0)) for source, of in by_source.items()
    ]
