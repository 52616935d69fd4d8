"""What the jobs are told that judge a run: rules, limits, what the report names."""

from importlib.metadata import version

from labcohort.flags import known_flags
from labcohort.ingest.source_names import by_shown_name
from labcohort.provenance import canonical_json, digest
from labcohort.settings.available import equation, everyone, made_markers
from labcohort.settings.marker_names import left_out, misnamed
from labcohort.study.load import Study
from labcohort.validate.rules import judge, rules_of

# packages that the report names; what a job imports is in its own digest
PACKAGES = ("snakemake", "pandera", "polars")


def quality(study: Study, raw: dict[str, dict[str, str]]) -> dict:
    """What the lists of set-aside, flagged and proposed values say of themselves, and which flags
    they leave out; `raw` is source -> file -> digest."""
    known = sorted(made_markers(study))
    judged = {rule["rule"]: rule for rule in judged_rules(study)}
    flags = [
        f for f in known_flags(r["check"] for r in study.tables["cross_checks"]) if f in judged
    ]
    unjudged = {
        flag: [s for s in study.result_sources if judge(judged[flag], s)["severity"] == "none"]
        for flag in sorted(flags)
    }
    return {
        "synthetic": study.config["synthetic"],
        "methods": {m: e for m in known if (e := equation(study, m))},
        "units": {marker: study.marker(marker)["unit"] for marker in known},
        "unjudged": {flag: sources for flag, sources in unjudged.items() if sources},
        # of the patient table nothing is proposed
        "digests": {
            source: by_shown_name(study.sources[source]["file"], files)
            for source, files in raw.items()
            if source != study.patients_source
        },
    }


def judged_rules(study: Study) -> list[dict]:
    """The rules as the study judges by them."""
    tables = (study.tables[name] for name in ("rules", "cross_checks", "rule_settings"))
    return rules_of(*tables, study.config["ceiling"])


def validation(study: Study, raw: dict[str, dict[str, str]]) -> dict:
    """How the findings of a run are judged and shown; `raw` is source -> file -> digest."""
    known = made_markers(study)
    rules = judged_rules(study)
    shown = {"derived": ("marker", "label", "unit")}
    # sources have values of measured markers alone
    shown["measured"] = (
        *shown["derived"], "decimals", "hard_low", "hard_high", "soft_low", "soft_high",
    )  # fmt: skip
    return {
        "study": study.config["study"],
        "title": study.config["title"],
        "synthetic": study.config["synthetic"],
        "patients": study.patients_source,
        "sources": study.result_sources,
        "rules": rules,
        "markers": [
            {k: row[k] for k in shown[row["kind"]]}
            for row in study.tables["markers"]
            if row["marker"] in known
        ],
        "conversions": [
            {k: row[k] for k in ("marker", "analyte", "unit", "slope", "intercept")}
            for row in study.tables["conversions"]
            if row["marker"] in known
        ],
        "ranges": _widest_ranges(study, known),
        "misnamed": misnamed(study),
        "left_out": left_out(study),
        "everyone": everyone(study),
        "timepoints": [
            {k: row[k] for k in ("timepoint", "label")} for row in study.tables["visits"]
        ],
        "visits": {
            source: list(study.sources[source].get("visits", {})) for source in study.result_sources
        },
        "made_from": _made_from(study, raw),
        "digests": {"raw": _raw_digests(study, raw), "rules": digest(canonical_json(rules))},
        "versions": {package: version(package) for package in PACKAGES},
    }


def _made_from(study: Study, raw: dict[str, dict[str, str]]) -> dict[str, dict]:
    """Source -> digests of its mapping and of each raw file, as that is shown."""
    return {
        source: {
            "mapping": digest(canonical_json(study.sources[source])),
            "files": by_shown_name(study.sources[source]["file"], files),
        }
        for source, files in raw.items()
    }


def _raw_digests(study: Study, raw: dict[str, dict[str, str]]) -> dict[str, str]:
    """Source -> digest of its export; of several files a joint one, for names may be persons'."""
    return {
        source: next(iter(files.values()))
        if list(files) == [study.sources[source]["file"]]
        else digest(canonical_json(files))
        for source, files in raw.items()
    }


def _widest_ranges(study: Study, markers: set[str]) -> dict[str, dict]:
    """Marker -> low and high of its reference ranges together, of any sex and age."""
    ranges: dict[str, list[dict]] = {}
    for row in study.tables["reference_ranges"]:
        if row["marker"] in markers:
            ranges.setdefault(row["marker"], []).append(row)
    widest = {}
    for marker, rows in ranges.items():
        lows, highs = ([row[side] for row in rows] for side in ("low", "high"))
        widest[marker] = {
            "low": None if None in lows else min(lows),
            "high": None if None in highs else max(highs),
        }
    return widest
