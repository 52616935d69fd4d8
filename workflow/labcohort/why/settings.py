"""What of a job's settings and code is not what it was, in terms of tables, rows and files."""

from collections import defaultdict

from labcohort.ingest.source_names import shown_names
from labcohort.study.load import DEFAULTS
from labcohort.study.names import POST_HOC
from labcohort.why.differences import Difference, differences

# part of a job's settings -> the table whose rows it holds
TABLES = {
    "plan": "plan.tsv", "rows": "plan.tsv", "tested": "plan.tsv",
    "eligibility": "eligibility.tsv", "visits": "visits.tsv", "timepoints": "visits.tsv",
    "cohorts": "cohorts.tsv", "selections": "cohorts.tsv", "cohort": "cohorts.tsv",
    "markers": "markers.tsv", "limits": "markers.tsv", "decimals": "markers.tsv",
    "shown": "markers.tsv", "conversions": "conversions.tsv", "cross_checks": "cross_checks.tsv",
    "corrections": "corrections.tsv", "aliases": "aliases.tsv", "ranges": "reference_ranges.tsv",
    "sex_limits": "sex_limits.tsv", "variation": "biological_variation.tsv",
    "published": "published_results.tsv", "rules": "rules.tsv and rule_settings.tsv",
    "tables": "tables.tsv", "sets": "tables.tsv", "made_from": "sources of the report",
    "digests": "sources of the report",
}  # fmt: skip
FIGURE = ("figure", "kind", "profile", "title")
# jobs that are told what the mapping of their source says, and which facts they are told, too
MAPPED = ("ingest", "delivery", "harmonise", "patients")
FACTS = ("markers", "shown", "conversions", "cross_checks", "corrections", "aliases")
# of these a change is said, and no value: texts of patients, names, keys
UNSAID = ("corrections", "key", "privacy")
CONFIG = "config.yaml"
# parts that are keys of config.yaml, or of a group there
CONFIGURED = {
    *DEFAULTS, "study", "title", "synthetic",
    *(key for group in DEFAULTS.values() if isinstance(group, dict) for key in group),
}  # fmt: skip
USED = {"added": "newly used", "removed": "no longer used"}
# so many rows of one change are said one by one
FEW = 3


def changed_settings(was: dict, now: dict) -> list[str]:
    """What is other in the settings of the jobs `now` than `was` (settings.text.job_text), one
    line each."""
    before, after = ({(j["stage"], j["key"]): j["settings"] for j in t["jobs"]} for t in (was, now))
    found: dict[tuple, list[tuple[str, ...]]] = defaultdict(list)
    for stage, key in [name for name in after if name in before]:
        old, new = before[stage, key], after[stage, key]
        for way, what in [*_raw(old, new), *differences(_without_raw(old), _without_raw(new))]:
            table, row, column, text = _placed(stage, key, way, what)
            found[table, column, text].append(row)
    lines = sorted(line for change, rows in found.items() for line in _lines(*change, rows))
    sides = (("now also", after, before), ("no longer", before, after))
    moved = {said: [" ".join(name) for name in one if name not in other]
             for said, one, other in sides}  # fmt: skip
    return [*(f"does {said}: {', '.join(names)}" for said, names in moved.items() if names), *lines]


def changed_code(was: dict, now: dict) -> list[str]:
    """What is other in the code of a job, one line each: modules of ours, packages, templates."""
    old, new = was["code"], now["code"]
    if not isinstance(old, dict):
        # of a record that names no modules
        return [] if old == new else ["of another version of the workflow"]
    lines = []
    for kind, said in (("packages", ""), ("modules", "module "), ("files", "template ")):
        found = differences(old.get(kind, {}), new.get(kind, {}))
        lines += [f"{said}{'.'.join(way)} {USED.get(what, what)}" for way, what in found]
    return lines


def _raw(old: dict, new: dict) -> list[Difference]:
    """What is other in a source's raw files; of a pattern their numbers, for names may be
    persons'."""
    before, after = old.get("raw", {}), new.get("raw", {})
    called = shown_names(old["file"], list(before)) if before else {}
    calls = shown_names(new["file"], list(after)) if after else {}
    gone = {name: before[name] for name in before.keys() - after.keys()}
    found = []
    for name in sorted(after):
        if name in before:
            if before[name] != after[name]:
                found.append((("raw", calls[name]), "the file's content changed"))
            continue
        same = next((other for other in sorted(gone) if gone[other] == after[name]), None)
        if same:
            del gone[same]
            text = f"a new name of the file that was {called[same]}, with the same content"
            found.append((("raw", calls[name]), text))
        else:
            found.append((("raw", calls[name]), "file added"))
    return found + [(("raw", called[name]), "file removed") for name in sorted(gone)]


def _without_raw(settings: dict) -> dict:
    return {k: v for k, v in settings.items() if k != "raw"}


def _placed(stage: str, key: str, way: tuple[str, ...], what: str) -> tuple:
    """A difference as: table or file, row, column, text."""
    part, *rest = way
    if part == "raw":
        return f"raw file {rest[0]}", (), (), what
    if part == "files":
        # of the record of a run: what the file holds other jobs are told
        return rest[0], (), (), what
    if part in UNSAID and "->" in what:
        what = "changed"
    if stage in MAPPED and part not in FACTS:
        table = CONFIG if part in UNSAID else f"config/sources/{key}.yaml"
        rest = way
    elif stage == "figure" and part in FIGURE:
        table, rest = "figures.tsv", (f"figure {key}", part)
    elif part in TABLES and (part, stage) not in (("tables", "derive"), ("visits", "validate")):
        table = TABLES[part]
        if table == "plan.tsv" and any(f"family {POST_HOC}" == name for name in rest):
            table = "post_hoc.tsv"
    else:
        table, rest = CONFIG if part in CONFIGURED else "settings", way
    is_row = what in ("row added", "row removed")
    return table, tuple(rest if is_row else rest[:-1]), tuple([] if is_row else rest[-1:]), what


def _lines(table: str, column: tuple, what: str, rows: list[tuple[str, ...]]) -> list[str]:
    """A change in some rows: row by row where they are few, else with what they have in common."""
    rows = sorted(set(rows))
    if len(rows) <= FEW:
        return [f"{', '.join([table, *row, *column])}: {what}" for row in rows]
    common = [name for name in rows[0] if all(name in row for row in rows)]
    of = f"{len(rows)} rows" + (f" ({', '.join(common)})" if common else "")
    return [f"{', '.join([table, of, *column])}: {what}"]
