"""Names that files give to markers, held against what the mappings make of them."""

from labcohort.harmonise.names import folded_name
from labcohort.ingest.unmapped import meant_marker
from labcohort.settings.available import long_entry, mapped_markers
from labcohort.study.load import Study


def names_of_markers(study: Study) -> dict[str, str]:
    """LOINC codes, and folded names that mean one marker alone -> marker."""
    names = {row["loinc"]: row["marker"] for row in study.tables["loinc"]}
    return names | {
        folded_name(row["alias"]): row["marker"]
        for row in study.tables["aliases"]
        if row["ambiguous"] == "no"
    }


def misnamed(study: Study) -> list[dict]:
    """Analytes that a mapping gives one marker, and that are named as another alone."""
    names, found = names_of_markers(study), []
    for source in study.result_sources:
        for analyte, entry in sorted(study.sources[source]["analytes"].items()):
            marker, meant = long_entry(entry)["marker"], meant_marker(analyte, names)
            if meant and meant != marker:
                row = {"source": source, "analyte": analyte, "marker": marker, "means": meant}
                found.append(row)
    return found


def left_out(study: Study) -> list[dict]:
    """Columns and analytes that a source passes over and that are named as a measured marker:
    source, column, `under` (context or ignore), marker.

    What is under `context` is said to hold no result; what is under `ignore` counts only where
    another source measures the marker. None where a source of the same file maps it: the same in
    other units is not lost.
    """
    names, found = names_of_markers(study), []
    measured = {row["marker"] for row in study.tables["markers"] if row["kind"] == "measured"}
    wanted = {"context": measured, "ignore": mapped_markers(study)}
    of_file: dict[str, set[str]] = {}
    for source in study.sources.values():
        entries = source.get("analytes", {}).values()
        of_file.setdefault(source["file"], set()).update(long_entry(e)["marker"] for e in entries)
    for name, source in sorted(study.sources.items()):
        for under, markers in wanted.items():
            for column in sorted(source.get(under, [])):
                marker = meant_marker(column, names)
                if marker in markers - of_file[source["file"]]:
                    row = {"source": name, "column": column, "under": under, "marker": marker}
                    found.append(row)
    return found
