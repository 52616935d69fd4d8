"""What the jobs are told that judge a run: rules, limits, what the report names."""

from importlib.metadata import version

from labcohort.harmonise.names import folded_name
from labcohort.ingest.mapping import UNIT_AT_END
from labcohort.ingest.source_names import shown_names
from labcohort.provenance import canonical_json, digest
from labcohort.settings.available import available_markers, everyone, long_entry
from labcohort.study.load import Study
from labcohort.validate.rules import rules_of

# packages that the report names; what a job imports is in its own digest
PACKAGES = ("snakemake", "pandera", "polars")


def validation(study: Study, raw: dict[str, dict[str, str]]) -> dict:
    """How the findings of a run are judged and shown; `raw` is source -> file -> digest."""
    known = available_markers(study)
    rules = rules_of(
        study.tables["rules"],
        study.tables["cross_checks"],
        study.tables["rule_settings"],
        study.config["ceiling"],
    )
    shown = (
        "marker", "label", "unit", "decimals", "hard_low", "hard_high", "soft_low", "soft_high",
    )  # fmt: skip
    return {
        "study": study.config["study"],
        "title": study.config["title"],
        "synthetic": study.config["synthetic"],
        "patients": study.patients_source,
        "sources": study.result_sources,
        "rules": rules,
        "markers": [
            {k: row[k] for k in shown} for row in study.tables["markers"] if row["marker"] in known
        ],
        "conversions": [
            {k: row[k] for k in ("marker", "analyte", "unit", "slope", "intercept")}
            for row in study.tables["conversions"]
            if row["marker"] in known
        ],
        "ranges": _widest_ranges(study, known),
        "misnamed": _misnamed(study),
        "everyone": everyone(study),
        "timepoints": [
            {k: row[k] for k in ("timepoint", "label")} for row in study.tables["visits"]
        ],
        "digests": {"raw": _raw_digests(study, raw), "rules": digest(canonical_json(rules))},
        "files": {
            file: shown
            for source, files in raw.items()
            for file, shown in shown_names(study.sources[source]["file"], list(files)).items()
            if file != shown
        },
        "versions": {package: version(package) for package in PACKAGES},
    }


def _raw_digests(study: Study, raw: dict[str, dict[str, str]]) -> dict[str, str]:
    """Source -> digest of its export; of several files a joint one, for names may be persons'."""
    return {
        source: next(iter(files.values()))
        if list(files) == [study.sources[source]["file"]]
        else digest(canonical_json(files))
        for source, files in raw.items()
    }


def _misnamed(study: Study) -> list[dict]:
    """Analytes that a mapping gives one marker, and that are named as another alone."""
    means = {row["loinc"]: row["marker"] for row in study.tables["loinc"]}
    means |= {
        folded_name(row["alias"]): row["marker"]
        for row in study.tables["aliases"]
        if row["ambiguous"] == "no"
    }
    found = []
    for source in study.result_sources:
        for analyte, entry in sorted(study.sources[source]["analytes"].items()):
            marker = long_entry(entry)["marker"]
            without_unit = UNIT_AT_END.sub(r"\1", analyte)
            meant = means.get(analyte) or means.get(folded_name(without_unit))
            if meant and meant != marker:
                row = {"source": source, "analyte": analyte, "marker": marker, "means": meant}
                found.append(row)
    return found


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
