"""The validation as a page that people read: what to look at first, then source by source."""

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from labcohort.provenance import canonical_json, digest
from labcohort.publish.text import unit_text
from labcohort.rounding import rounded
from labcohort.validate.pictures import picture
from labcohort.validate.rules import ORDER
from labcohort.validate.words import count, counts_of, finding, percent, place_of, source_of

TEMPLATES = Path(__file__).parent / "templates"
VERDICTS = {
    "ok": ("ok", "Nothing to look at"),
    "warn": ("look", "There is something to look at; the run goes on"),
    "error": (
        "answer",
        "There is something to answer before the results are used; the run goes on",
    ),
    "critical": ("stop", "The run stops here: nothing was compared"),
}
# digests of files that are shown of one source
SHOWN_FILES = 50
# of a stage's fates, as a reader calls them
FATES = {
    "missing": "empty",
    "ignored": "not used by the study",
    "set_aside": "set aside",
    "duplicate": "repeats",
    "ineligible": "of persons not eligible",
    "out_of_window": "outside all visits",
}


def page(document: dict, study: dict) -> str:
    """The validation (schemas.validation) as one page of HTML that stands alone.

    It holds counts, names of the mapping and row numbers: no raw value and no person. `study` is
    what the job is told.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"count": count, "percent": percent, "number": _number}
    environment.globals["source_of"] = source_of
    markers = {row["marker"]: row for row in study["markers"]}
    return environment.get_template("validation.html.j2").render(
        doc=document,
        verdicts=VERDICTS,
        fates=FATES,
        went=_went(document),
        headline=VERDICTS[document["verdict"]][1],
        totals=totals(document),
        attributes=_attributes_aside(document),
        alarms=[_alarm(rule) for rule in document["rules"] if rule["verdict"] != "ok"],
        broken=[rule for rule in document["rules"] if rule["failed"]],
        kept=[rule for rule in document["rules"] if not rule["failed"]],
        sources=[_source(of, document, markers, study) for of in document["sources"]],
        missing=_by_marker(document["missingness"], study, markers),
        timepoints=study["timepoints"],
        units=_unit_names(study),
        versions=study["versions"],
        made_from=study["made_from"],
        shown_files=SHOWN_FILES,
        settings=digest(canonical_json(study)),
    )


def totals(document: dict) -> dict:
    """Result cells of all sources by fate, and used."""
    sums: dict[str, int] = {}
    for of in document["sources"]:
        for name, n in of["fates"].items():
            sums[name] = sums.get(name, 0) + n
    return sums


def _went(document: dict) -> list[str]:
    """What became of the cells that are not used, in words; nothing where none did."""
    sums = totals(document)
    words = {
        "set_aside": "set aside as bad",
        "missing": "empty",
        "ignored": "of analytes that the study does not use",
        "duplicate": "repeats",
        "ineligible": "of persons who are not eligible",
        "out_of_window": "outside all visits",
    }
    return [
        f"{count(sums[fate])} {said}"
        + (f" ({percent(sums[fate] / sums['cells'])})" if fate == "set_aside" else "")
        for fate, said in words.items()
        if sums.get(fate)
    ]


def _attributes_aside(document: dict) -> int:
    """Cells of the patient table that were set aside, which are no result cells."""
    return sum(
        part["failed"]
        for rule in document["rules"]
        if rule["kind"] == "aside"
        for part in rule["sources"]
        if part["source"] == document["patients"]["source"]
    )


def _number(value: float | None, decimals: int) -> str:
    return rounded(value, decimals) or "·"


def _alarm(rule: dict) -> dict:
    """A rule over its threshold: what, and of each source how often, where, and the findings."""
    parts = [part for part in rule["sources"] if part["verdict"] != "ok"]
    parts = sorted(parts, key=lambda part: -ORDER.index(part["verdict"]))
    return {
        "verdict": rule["verdict"],
        "rule": rule["rule"],
        "text": rule["text"],
        "do": rule["do"],
        "parts": [_alarm_part(rule, part) for part in parts],
    }


def _alarm_part(rule: dict, part: dict) -> dict:
    where = [finding(row, rule) for row in part["found"]] or [place_of(a) for a in part["first"]]
    more = part["failed"] - len(where) if where else 0
    return {
        "source": source_of(rule, part),
        "counts": counts_of(rule, part),
        "why": part["why"],
        "where": where + ([f"and {count(more)} more"] if more else []),
    }


def _source(of: dict, document: dict, markers: dict[str, dict], study: dict) -> dict:
    """What is said of one source; markers and analytes in the order of the study's markers."""
    profile = of["profile"]
    rank = {marker: number for number, marker in enumerate(markers)}

    def place_of(row: dict) -> tuple:
        return rank.get(row["marker"], len(rank)), row.get("analyte", "")

    return of | {
        "markers": [
            row | {"about": about, "picture": picture(row["histogram"], about)}
            for row in sorted(profile["markers"], key=place_of)
            for about in [markers[row["marker"]]]
        ],
        "moved": [
            row
            for row in (of["delivery"] or {}).get("analytes", [])
            if row["added"] or row["gone"] or row["changed"]
        ],
        "visits": in_order(
            {row["visit"] for row in profile["analytes"] if row["visit"] is not None},
            study["visits"].get(of["source"], []),
            study["timepoints"],
        ),
        "analytes": sorted(_by_analyte(profile), key=place_of),
        "broken": [
            rule | {"part": part, "where": _alarm_part(rule, part)["where"]}
            for rule in document["rules"]
            for part in rule["sources"]
            if part["source"] == of["source"] and part["failed"]
        ],
    }


def in_order(visits: set[str], declared: list[str], timepoints: list[dict]) -> list[str]:
    """Labels of visits as the source declares them; others as the study's timepoints of that
    name, then by the first number in them, those without one first."""
    named = [{row["timepoint"].casefold(), row["label"].casefold()} for row in timepoints]

    def rank(visit: str) -> tuple:
        place = declared.index(visit) if visit in declared else len(declared)
        own = (n for n, names in enumerate(named) if visit.casefold() in names)
        number = re.search("[0-9]+", visit)
        # what stands for all others is in brackets
        other = visit.startswith("(")
        return other, place, next(own, len(named)), int(number[0]) if number else -1, visit

    return sorted(visits, key=rank)


def _by_analyte(profile: dict) -> list[dict]:
    """Counts by analyte over all visits, its units, and the empty cells of each visit."""
    sums = ("cells", "missing", "ignored", "set_aside", "used")
    found: dict[str, dict] = {}
    for row in profile["analytes"]:
        own = found.setdefault(
            row["analyte"],
            {"analyte": row["analyte"], "marker": row["marker"], "visits": {}, "units": []}
            | dict.fromkeys(sums, 0),
        )
        for name in sums:
            own[name] += row[name]
        if row["visit"] is not None:
            own["visits"][row["visit"]] = {k: row[k] for k in ("cells", "missing")}
    for row in profile["units"]:
        # of an analyte that is not used, no unit matters
        if row["marker"]:
            found[row["analyte"]]["units"].append((row["unit"] or "none sent", row["n"]))
    for own in found.values():
        own["units"].sort(key=lambda unit: (-unit[1], unit[0]))
    return list(found.values())


def _by_marker(rows: list[dict], study: dict, markers: dict[str, dict]) -> list[dict]:
    """Missingness: a line a marker, a cell a timepoint."""
    found: dict[str, dict] = {}
    for row in rows:
        own = found.setdefault(row["marker"], {"label": markers[row["marker"]]["label"], "at": {}})
        lacking = row["members"] - row["with_value"]
        share = lacking / row["members"] if row["members"] else None
        own["at"][row["timepoint"]] = row | {"lacking": lacking, "share": share}
    return list(found.values())


def _unit_names(study: dict) -> dict[str, str]:
    """Marker -> its unit as it is printed."""
    return {row["marker"]: unit_text(row["unit"]) for row in study["markers"]}
