"""What the jobs are told that read the raw exports and harmonise them, each source for itself."""

from labcohort.ingest.readers import READERS
from labcohort.settings.available import long_entry
from labcohort.study.load import Study
from labcohort.study.source_defaults import MESSAGES


def ingest(study: Study, source: str, raw: dict[str, str], key_digest: str) -> dict:
    """How a source is read: format, layout, place of persons, dates and results.

    `raw` is file -> digest of its content.
    """
    how = study.sources[source]
    settings = {
        "raw": raw,
        "key": key_digest,
        "privacy": {k: v for k, v in study.config["privacy"].items() if k != "shift_days"},
        "content": how["content"],
        "file": how["file"],
        "format": how["format"],
        "modules": [READERS[how["format"]["type"]]],
        "person": how["person"],
        "columns_of": {"person": how["person"]["column"]},
        "context": sorted(how.get("context", [])),
        "drop": sorted(how.get("drop", [])),
    }
    if "within" in how["person"]:
        settings["columns_of"]["within"] = how["person"]["within"]
    settings |= {k: how[k] for k in ("header", "fill_down", "rows") if k in how}
    if how["content"] == "patients":
        columns = sorted({entry["column"] for entry in how["attributes"].values()})
        return settings | {"results": columns, "ignore": sorted(how.get("ignore", []))}
    results = _ingest_results(how)
    results["columns_of"] |= settings["columns_of"]
    return settings | results


def _ingest_results(how: dict) -> dict:
    """What ingest is told of a source of results."""
    in_columns = how["layout"] != "long"
    columns = {key: how[key]["column"] for key in ("status", "reported") if key in how}
    columns |= {key: claim["column"] for key, claim in how.get("claims", {}).items()}
    if "column" in how.get("visit", {}):
        columns["visit"] = how["visit"]["column"]
    if "analyte_name" in how:
        columns["analyte_name"] = how["analyte_name"]
    messages = how["format"]["type"] in MESSAGES
    if messages:
        columns |= {"ignored": "ignored", "record": "record", "version": "version"}
    own = {
        name: {k: entry[k] for k in ("unit_column", "below") if k in entry}
        for name, entry in sorted(how["analytes"].items())
        if isinstance(entry, dict) and {"unit_column", "below"} & set(entry)
    }
    date, dates = how["date"], _date_columns(how)
    settings = {
        "layout": how["layout"],
        "results": sorted(how["analytes"]) if in_columns else [],
        "required": [*how["listed"], *sorted(how.get("ignore", []))] if in_columns else [],
        "ignore": sorted(how.get("ignore", [])) if in_columns else [],
        "own_columns": own,
        "date_columns": dates,
        "date": None if dates else date.get("column"),
        # in names of columns; a label in a cell is read as it is
        "visits": sorted(how["visits"]) if "columns" in how else [],
    }
    settings["columns_of"] = columns
    if "on" in date:
        settings["on"] = date["on"]
    if any("below" in entry for entry in own.values()):
        # the limit is written as the source writes its numbers; what is missing has none
        settings |= {"decimal": how.get("decimal", "."), "missing": how.get("missing", [])}
    if messages:
        settings["place"] = "place"
    optional = (
        "units_row", "ranges_row", "analyte", "value", "unit", "range", "columns", "visit",
        "units_in_header",
    )  # fmt: skip
    return settings | {k: how[k] for k in optional if k in how}


def _date_columns(how: dict) -> dict[str, str]:
    """Visit -> the column of its dates, where it has one of its own."""
    column = how["date"].get("column", "")
    return {
        visit: entry.get("date") or column.replace("{visit}", visit)
        for visit, entry in how.get("visits", {}).items()
        if "date" in entry or "{visit}" in column
    }


def delivery(study: Study, source: str, raw: dict[str, str], key_digest: str) -> dict:
    """How the previous delivery of a source is read, and the analytes that its mapping names."""
    how = study.sources[source]
    names = sorted({*how["analytes"], *how.get("ignore", [])})
    # messages name the file that is read
    own = {"file": how["previous"], "names": names, "synthetic": study.config["synthetic"]}
    return ingest(study, source, raw, key_digest) | own


def date_columns(study: Study) -> list[dict]:
    """Where the files have the dates of results: source, visit (None: any other), column."""
    found = []
    for source in study.result_sources:
        how = study.sources[source]
        if how["format"]["type"] not in MESSAGES and "column" in how["date"]:
            found.append({"source": source, "visit": None, "column": how["date"]["column"]})
        found += [
            {"source": source, "visit": visit, "column": column}
            for visit, column in _date_columns(how).items()
        ]
    return found


def needs_patients(study: Study, source: str) -> bool:
    """Whether a source's values need the patient table: their dates or persons are held to it."""
    how = study.sources[source]
    counted = any(
        {"months", "days"} & set(visit) or visit.get("follow_up")
        for visit in how.get("visits", {}).values()
    )
    return "from" in how["date"] or "claims" in how or counted


def harmonise(study: Study, source: str, key_digest: str) -> dict:
    """How a source's cells become values: mapping, dates, missing tokens, units, limits."""
    how = study.sources[source]
    analytes = {name: long_entry(entry) for name, entry in sorted(how["analytes"].items())}
    markers = {entry["marker"] for entry in analytes.values()}
    # messages have no column of dates that a reader would find
    named = how["format"]["type"] not in MESSAGES
    settings = {
        "analytes": {
            name: {k: v for k, v in entry.items() if k not in ("unit_column", "below")}
            | ({"unit_by_row": True} if "unit_column" in entry else {})
            for name, entry in analytes.items()
        },
        "ignore": sorted(how.get("ignore", [])),
        "missing": how.get("missing", []),
        "decimal": how.get("decimal", "."),
        "dates": {k: v for k, v in how["date"].items() if named or k != "column"},
        "layout": how["layout"],
        "markers": [
            {
                k: row[k]
                for k in ("marker", "panel", "hard_low", "hard_high", "soft_low", "soft_high")
            }
            for row in study.tables["markers"]
            if row["marker"] in markers
        ],
        "shown": {
            row["marker"]: {"decimals": row["decimals"], "scale": row["scale"]}
            for row in study.tables["markers"]
            if row["marker"] in markers
        },
        "conversions": [
            {k: row[k] for k in ("marker", "analyte", "unit", "slope", "intercept")}
            for row in study.tables["conversions"]
            if row["marker"] in markers
        ],
        "cross_checks": [
            {k: row[k] for k in ("check", "greater", "lesser", "equal", "reason")}
            for row in study.tables["cross_checks"]
            if {row["greater"], row["lesser"]} <= markers
        ],
        "corrections": [
            {k: v for k, v in row.items() if k not in ("source", "sha256", "why", "date")}
            for row in study.tables["corrections"]
            if row["source"] == source
        ],
    }
    optional = ("thousands", "marks", "units", "visits", "reported", "exported")
    settings |= {k: how[k] for k in optional if k in how}
    # ingest has read the columns; of times a message names theirs
    if "status" in how:
        settings["status"] = {"codes": how["status"]["codes"]}
    if "claims" in how:
        settings["claims"] = {
            name: {k: v for k, v in claim.items() if k != "column"}
            for name, claim in how["claims"].items()
        }
    if "analyte_name" in how:
        settings["aliases"] = {
            row["alias"]: row["marker"]
            for row in study.tables["aliases"]
            if row["ambiguous"] == "no"
        }
        settings["by_name"] = "aliases" in how.get("recognise", [])
    if columns := _date_columns(how):
        settings["date_columns"] = columns
    if "visits" in how:
        anchors = [row["anchor"] for row in study.tables["visits"]]
        settings["anchor"] = how["date"].get("from", anchors[0] if anchors else None)
    return settings | _date_shift(study, key_digest)


def _date_shift(study: Study, key_digest: str) -> dict:
    """What a job is told that shifts dates; nothing where the study does not."""
    if "shift_days" not in study.config["privacy"]:
        return {}
    return {"privacy": study.config["privacy"], "key": key_digest}


def patients(study: Study, key_digest: str) -> dict:
    """How the patient table's cells become attributes."""
    how = study.sources[study.patients_source]
    settings = {
        "attributes": {
            name: {k: v for k, v in entry.items() if not k.startswith("label")}
            for name, entry in how["attributes"].items()
        },
        "same": how["person"].get("same", []),
        "missing": how.get("missing", []),
        "decimal": how.get("decimal", "."),
    }
    settings |= {"thousands": how["thousands"]} if "thousands" in how else {}
    return settings | _date_shift(study, key_digest)
