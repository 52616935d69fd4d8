"""The sources: names, mapped markers, declared units and dates, attributes of persons."""

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


def _keys_are_of_the_layout(study) -> None:
    of_the_other = {
        "long": {"units_row": "unit", "ranges_row": "range"},
        "wide": {"analyte": "analytes", "value": "analytes", "unit": "units_row",
                 "range": "ranges_row", "columns": "analytes"},
    }  # fmt: skip
    of_the_other["blocks"] = {k: v for k, v in of_the_other["wide"].items() if k != "columns"}
    of_the_other["long"] |= {"columns": "analyte", "units_in_header": "unit"}
    for name in study.result_sources:
        source = study.sources[name]
        for key, instead in of_the_other[source["layout"]].items():
            if key in source:
                raise UserError(
                    f"a {source['layout']} file has no '{key}'",
                    where=f"config/sources/{name}.yaml",
                    rule="analyte, value, unit and range are columns of a long file;"
                    " units_row and ranges_row are rows of a wide one, `columns` is the form of"
                    " the names in one of blocks",
                    do=f"remove {key}, or correct `layout:`; here it is `{instead}:`",
                )


def _keys_are_of_the_format(study) -> None:
    """Rows of a header, of units and of ranges are of text and workbooks; sheets of workbooks."""
    for name, source in study.sources.items():
        where = f"config/sources/{name}.yaml"
        kind = source["format"]["type"]
        own_rows = [k for k in ("header", "units_row", "ranges_row") if k in source]
        if own_rows and kind not in ("text", "xlsx", "xls"):
            raise UserError(
                f"a file of the format {kind} has no '{own_rows[0]}'",
                where=where,
                rule="names and values of such a file are no rows of it",
                do=f"remove {own_rows[0]}",
            )
        if source.get("visit") == {"sheet": True} and kind not in ("xlsx", "xls"):
            raise UserError(
                f"a file of the format {kind} has no sheets",
                where=f"{where}, at visit > sheet",
                rule="a sheet a visit is of a workbook",
                do="name the column of the visit: {column: NAME}",
            )


def _dates_can_be_counted(study) -> None:
    """What dates are counted from exists, and something says how far."""
    for name in study.result_sources:
        source = study.sources[name]
        date, visits = source["date"], source.get("visits", {})
        where = f"config/sources/{name}.yaml, at date"
        anchor = date.get("from")
        if anchor is not None and "dates" not in study.attributes.get(anchor, {}):
            dated = [a for a, entry in study.attributes.items() if "dates" in entry]
            raise unknown("date of the patients", anchor, dated, where)
        by_visit = any({"months", "days"} & set(entry) for entry in visits.values())
        if anchor is not None and "column" in date and "unit" not in date:
            raise UserError(
                "the numbers of the date's column have no unit",
                where=where,
                rule="a column with `from` counts days or months",
                do="write `unit: days` or `unit: months`",
            )
        if not {"column", "on"} & set(date) and not by_visit and not _visit_dates(source):
            raise UserError(
                "nothing says when the results are of",
                where=where,
                rule="a date is in a column, of all rows (`on`), or counted (`from`, with the"
                " months or days of each of `visits`)",
                do="complete `date:` and `visits:`",
            )
        _check_offsets(study, source, where)


def _check_offsets(study, source: dict, where: str) -> None:
    """Visits that are counted, or are follow-ups, have a date of the person to count from."""
    counted = [
        visit
        for visit, entry in source.get("visits", {}).items()
        if {"months", "days"} & set(entry) or entry.get("follow_up")
    ]
    anchors = {row["anchor"] for row in study.tables["visits"]} & set(study.attributes)
    if counted and "from" not in source["date"] and not anchors:
        raise UserError(
            f"the visit '{counted[0]}' is counted from nothing",
            where=where,
            rule="months, days and follow_up count from a date of the patient table",
            do="name it: `from: ATTRIBUTE`",
        )
    known = {"column", "sheet"} & set(source.get("visit", {})) or source["layout"] == "blocks"
    if source.get("visits") and not known:
        raise UserError(
            "nothing says of which visit a result is",
            where=where.replace("at date", "at visits"),
            rule="visits are told by a column, by the sheet, or by the name of a block's column",
            do="write `visit: {column: NAME}` or `visit: {sheet: true}`",
        )


def _visit_dates(source: dict) -> bool:
    return any("date" in entry for entry in source.get("visits", {}).values())


def _no_column_is_dropped_and_used(study) -> None:
    from labcohort.ingest.mapping import Mapping
    from labcohort.settings import ingest

    for name, source in study.sources.items():
        mapping = Mapping(ingest(study, name, {}, "") | {"drop": []})
        used = (mapping.declared() - set(source.get("ignore", []))) & set(source.get("drop", []))
        used -= set(source["person"].get("same", []))
        if used:
            raise UserError(
                f"'{min(used)}' is both used and dropped",
                where=f"config/sources/{name}.yaml, at drop",
                rule="a dropped column is not read",
                do="remove it from one of the two",
            )


def _corrections_name_sources(study) -> None:
    for number, row in enumerate(study.tables["corrections"], 2):
        if row["source"] not in study.result_sources:
            where = f"config/corrections.tsv, row {number}"
            raise unknown("source", row["source"], study.result_sources, where)


def _dates_are_not_shifted_and_compared(study) -> None:
    """Calendar criteria have no meaning where each person's dates are shifted by days of his own."""
    if "shift_days" not in study.config["privacy"]:
        return
    for row in study.tables["eligibility"]:
        if row["criterion"] == "date_within":
            raise UserError(
                "a criterion is on dates of the calendar, and dates are shifted",
                where=f"config/eligibility.tsv, order {row['order']}",
                rule="with privacy: shift_days a date is only known to within so many days",
                do="remove the criterion, or shift_days",
            )


def _declared_ranges_are_read(study) -> None:
    from labcohort.harmonise.ranges import check_declared_range

    for name in study.result_sources:
        source = study.sources[name]
        for column, entry in source["analytes"].items():
            if isinstance(entry, str) or "range" not in entry:
                continue
            where = f"config/sources/{name}.yaml, analytes > {column} > range"
            check_declared_range(entry["range"], source.get("decimal", "."), where)
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


def _date_formats_are_dates(study) -> None:
    from labcohort.harmonise.dates import pattern_of

    for name, source in study.sources.items():
        dates = {f"attributes > {a}": how for a, how in source.get("attributes", {}).items()}
        dates |= {"date": source["date"]} if "date" in source else {}
        for key, how in dates.items():
            for date_format in how.get("formats", how.get("dates", [])):
                pattern_of(date_format, f"config/sources/{name}.yaml, at {key}")


def _numbers_are_written_one_way(study) -> None:
    from labcohort.harmonise.dates import check_zone
    from labcohort.harmonise.numbers import check_number_signs

    for name, source in study.sources.items():
        where = f"config/sources/{name}.yaml"
        signs = source.get("decimal", "."), source.get("thousands"), source.get("marks", [])
        check_number_signs(*signs, where)
        if "zone" in source.get("date", {}):
            check_zone(source["date"]["zone"], f"{where}, date > zone")


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
    _keys_are_of_the_layout,
    _keys_are_of_the_format,
    _dates_can_be_counted,
    _no_column_is_dropped_and_used,
    _corrections_name_sources,
    _dates_are_not_shifted_and_compared,
    _declared_analytes_are_known,
    _declared_units_are_known,
    _declared_ranges_are_read,
    _date_formats_are_dates,
    _numbers_are_written_one_way,
    _person_attributes_are_typed,
)
