"""How sources are read: keys of their format and layout, dates, numbers, what is dropped."""

from labcohort.errors import UserError, unknown


def _keys_are_of_the_layout(study) -> None:
    of_the_other = {
        "long": {"units_row": "unit", "ranges_row": "range"},
        "wide": {"analyte": "analytes", "analyte_name": "analytes", "value": "analytes",
                 "unit": "units_row", "range": "ranges_row", "columns": "analytes"},
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
                    rule="analyte, analyte_name, value, unit and range are columns of a long file;"
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
        both = {*source["format"].get("ignore_sheets", [])} & {
            *source["format"].get("sheets", []), source["format"].get("sheet")
        }  # fmt: skip
        if both:
            raise UserError(
                f"the sheet '{min(both)}' is both read and ignored",
                where=f"{where}, at format",
                rule="ignore_sheets names the sheets that are not read",
                do="remove it from one of the two",
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


def _no_result_is_filled_down(study) -> None:
    """An empty result is none; only what groups rows, or says of what they are, is filled."""
    from labcohort.ingest.mapping import Mapping
    from labcohort.settings import ingest

    for name, source in study.sources.items():
        filled = source.get("fill_down", [])
        where = f"config/sources/{name}.yaml, at fill_down"
        if source["content"] == "patients":
            attributes = source["attributes"].values()
            own = {a["column"] for a in attributes if {"dates", "number"} & set(a)}
            own |= {*source.get("ignore", [])}
        else:
            found = Mapping(ingest(study, name, {}, "")).columns(filled, where) if filled else {}
            entries = [a for a in source["analytes"].values() if isinstance(a, dict)]
            marks = {entry["below"]["column"] for entry in entries if "below" in entry}
            own = {*found, source.get("value"), *marks}
        wrong = sorted(own & {*filled})
        if wrong:
            raise UserError(
                f"'{wrong[0]}' holds results and is filled down",
                where=where,
                rule="an empty cell of results is no result, and not the one above it; persons,"
                " dates, visits, units and groups may be filled",
                do="remove it from fill_down",
            )


def _dates_are_not_shifted_and_compared(study) -> None:
    """Calendar criteria mean nothing where each person's dates are shifted by days of their own."""
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


def _date_formats_are_dates(study) -> None:
    from labcohort.harmonise.dates import pattern_of

    for where, formats in _declared_formats(study):
        for date_format in formats:
            pattern_of(date_format, where)


def _numbers_are_written_one_way(study) -> None:
    from labcohort.harmonise.dates import check_zone
    from labcohort.harmonise.numbers import check_number_signs

    for name, source in study.sources.items():
        where = f"config/sources/{name}.yaml"
        signs = source.get("decimal", "."), source.get("thousands"), source.get("marks", [])
        check_number_signs(*signs, where)
        if "zone" in source.get("date", {}):
            check_zone(source["date"]["zone"], f"{where}, date > zone")


def _claims_can_be_compared(study) -> None:
    """The patient table has what a row claims, and codes of a sex are read as it reads them."""
    for name, source in study.sources.items():
        where = f"config/sources/{name}.yaml, claims"
        for claim in source.get("claims", {}):
            if claim not in study.attributes:
                raise UserError(
                    f"the patient table has no {claim}",
                    where=f"{where} > {claim}",
                    rule="what a row claims of its person is held against the patient table",
                    do=f"declare the attribute {claim} there, or remove the claim",
                )
        for code, meaning in source.get("claims", {}).get("sex", {}).get("codes", {}).items():
            if meaning not in ("male", "female"):
                raise unknown(
                    "sex", str(meaning), ["male", "female"], f"{where} > sex > codes > {code}"
                )


def _declared_formats(study):
    """Where formats of a date are declared, and the list of them."""
    for name, source in study.sources.items():
        dates = {f"attributes > {a}": how for a, how in source.get("attributes", {}).items()}
        dates |= {key: source[key] for key in ("date", "reported") if key in source}
        claims = source.get("claims", {})
        dates |= {"claims > birth_date": claims["birth_date"]} if "birth_date" in claims else {}
        for key, how in dates.items():
            formats = how.get("formats", how.get("dates", []))
            yield f"config/sources/{name}.yaml, at {key}", formats


def _no_text_is_two_dates(study) -> None:
    """Of two formats of one shape and not one order, the first would read the other's dates."""
    from labcohort.harmonise.date_orders import read_differently

    for where, formats in _declared_formats(study):
        if found := read_differently(formats):
            one, other, text = found
            raise UserError(
                f"'{one}' and '{other}' read the same text as different days",
                where=where,
                rule=f"a date has one meaning; '{text}' would have two",
                do="declare the one in which the file writes its dates; where it has both, make two"
                " sources of it",
            )


RULES = (
    _keys_are_of_the_layout,
    _keys_are_of_the_format,
    _dates_can_be_counted,
    _no_column_is_dropped_and_used,
    _no_result_is_filled_down,
    _dates_are_not_shifted_and_compared,
    _date_formats_are_dates,
    _no_text_is_two_dates,
    _numbers_are_written_one_way,
    _claims_can_be_compared,
)
