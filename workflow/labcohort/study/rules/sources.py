"""The sources: their names, mapped markers, declared units and ranges, attributes of persons."""

import re

from labcohort.errors import UserError, unknown


def _source_names_are_free(study) -> None:
    for name in study.sources:
        taken = name in ("patients", "done") and name != study.patients_source
        if taken or not re.fullmatch("[a-z][a-z0-9_]*", name):
            raise UserError(
                f"a source cannot be called '{name}'",
                where=f"config/sources/{name}.yaml",
                rule="a source's name has the letters a-z, digits and _; 'patients' is the"
                " patient table's",
                do="rename the file",
            )


def _sources_name_markers(study) -> None:
    kinds = {row["marker"]: row["kind"] for row in study.tables["markers"]}
    measured = [marker for marker, kind in kinds.items() if kind == "measured"]
    for name in study.result_sources:
        for column, entry in study.sources[name]["analytes"].items():
            marker = entry if isinstance(entry, str) else entry["marker"]
            where = f"config/sources/{name}.yaml, analytes > {column}"
            if marker not in kinds:
                raise unknown("marker", marker, measured, where)
            if kinds[marker] == "derived":
                reported = f"{marker}_REPORTED"
                raise UserError(
                    f"{marker} is a derived marker: it is computed here, not read",
                    where=where,
                    rule="a laboratory's own value of a derived marker is kept as …_REPORTED",
                    do=f"map the column to {reported}"
                    + ("" if reported in kinds else ", with a row of its own in markers.tsv")
                    + ", or list it under `ignore:`",
                )


def _sources_have_their_columns(study) -> None:
    for name in study.result_sources:
        source = study.sources[name]
        both = set(source["analytes"]) & set(source.get("ignore", []))
        if both:
            raise UserError(
                f"'{min(both)}' is both mapped and ignored",
                where=f"config/sources/{name}.yaml",
                rule="an analyte is mapped or ignored",
                do="remove it from one of the two",
            )


def _declared_ranges_are_read(study) -> None:
    from labcohort.harmonise.ranges import check_declared_range

    for name in study.result_sources:
        source = study.sources[name]
        for column, entry in source["analytes"].items():
            if isinstance(entry, str) or "range" not in entry:
                continue
            where = f"config/sources/{name}.yaml, analytes > {column} > range"
            check_declared_range(
                entry["range"], source.get("decimal", "."), source.get("thousands"), where
            )
            if source["layout"] == "long" and "unit" not in entry:
                raise UserError(
                    f"the range '{entry['range']}' has no unit",
                    where=where,
                    rule="a range is in the unit of its analyte, and the rows of a long file may"
                    " each have their own",
                    do="declare the analyte's `unit:` too, which then goes before that of the file",
                )


def _declared_units_are_known(study) -> None:
    from labcohort.harmonise.units import check_declared_unit

    for name in study.result_sources:
        for column, entry in study.sources[name]["analytes"].items():
            if isinstance(entry, dict) and "unit" in entry:
                where = f"config/sources/{name}.yaml, analytes > {column}"
                check_declared_unit(study.tables["conversions"], entry, entry["unit"], where)


def _declared_analytes_are_known(study) -> None:
    known: dict[str, set[str]] = {}
    for row in study.tables["conversions"]:
        known.setdefault(row["marker"], set()).update({row["analyte"]} - {None})
    for name in study.result_sources:
        for column, entry in study.sources[name]["analytes"].items():
            if isinstance(entry, dict) and "analyte" in entry:
                own = known.get(entry["marker"], set())
                if entry["analyte"] not in own:
                    where = f"config/sources/{name}.yaml, analytes > {column}"
                    raise unknown(f"analyte of {entry['marker']}", entry["analyte"], own, where)


def _person_attributes_are_typed(study) -> None:
    kinds = {"birth_date": "dates", "age": "number", "sex": "codes"}
    where = f"config/sources/{study.patients_source}.yaml, attributes"
    for name, entry in study.attributes.items():
        if name in ("person", "source", "file", "sheet", "row", "column"):
            raise UserError(
                f"an attribute cannot be called '{name}'",
                where=f"{where} > {name}",
                rule="that name is of a person's pseudonym or of a cell's place",
                do="give the attribute another name",
            )
        if name in kinds and kinds[name] not in entry:
            raise UserError(
                f"attribute {name} has no '{kinds[name]}'",
                where=f"{where} > {name}",
                rule="birth_date is read as dates, age as number, sex by codes",
                do=f"write {name} with `{kinds[name]}:`",
            )
        if name == "sex":
            for code, meaning in entry["codes"].items():
                if meaning not in ("male", "female"):
                    raise unknown(
                        "sex", str(meaning), ["male", "female"], f"{where} > sex > {code}"
                    )


RULES = (
    _source_names_are_free,
    _sources_name_markers,
    _sources_have_their_columns,
    _declared_analytes_are_known,
    _declared_units_are_known,
    _declared_ranges_are_read,
    _person_attributes_are_typed,
)
