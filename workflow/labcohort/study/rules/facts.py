"""The facts of resources/: every marker and formula that they name exists."""

from labcohort.errors import UserError, unknown


def _markers_have_formulas(study) -> None:
    derived = {row["marker"] for row in study.tables["markers"] if row["kind"] == "derived"}
    for marker in sorted(derived ^ set(study.formulas)):
        raise UserError(
            f"derived marker {marker} has no "
            + ("formula" if marker in derived else "row in resources/markers.tsv"),
            where="resources/markers.tsv",
            rule="a derived marker is one row and one registered function",
            do="add what is missing (README, 'New derived marker')",
        )


def _conversions_name_markers(study) -> None:
    known = {row["marker"] for row in study.tables["markers"]}
    for row in study.tables["conversions"]:
        if row["marker"] not in known:
            raise unknown("marker", row["marker"], known, "resources/conversions.tsv")


def _canonical_units_are_converted(study) -> None:
    as_it_is = {
        (row["marker"], row["unit"])
        for row in study.tables["conversions"]
        if row["analyte"] is None and (row["slope"], row["intercept"]) == (1, 0)
    }
    for row in study.tables["markers"]:
        if row["kind"] == "measured" and (row["marker"], row["unit"]) not in as_it_is:
            raise UserError(
                f"nothing converts to the canonical unit '{row['unit']}' of {row['marker']}",
                where=f"resources/markers.tsv, marker {row['marker']}, column 'unit'",
                rule="a measured marker's canonical unit is a row of resources/conversions.tsv with"
                " slope 1, intercept 0 and no analyte",
                do="correct the unit, or add that row (and make the other slopes lead to it)",
            )


def _cross_checks_name_markers(study) -> None:
    known = {row["marker"] for row in study.tables["markers"]}
    for row in study.tables["cross_checks"]:
        for marker in (row["greater"], row["lesser"]):
            if marker not in known:
                raise unknown("marker", marker, known, "resources/cross_checks.tsv")


def _methods_are_named(study) -> None:
    several = {
        (marker, method)
        for marker, methods in study.formulas.items()
        for method in methods
        if len(methods) > 1
    }
    listed = {(row["marker"], row["method"]) for row in study.tables["methods"]}
    for marker, method in sorted(several ^ listed):
        raise UserError(
            f"method {method} of {marker} has no "
            + ("row" if (marker, method) in several else "formula"),
            where="resources/methods.tsv",
            rule="each formula of a marker that has several is one row",
            do="add or remove the row",
        )


def _reference_ranges_name_markers_and_do_not_overlap(study) -> None:
    known = {row["marker"] for row in study.tables["markers"]}
    before: dict[tuple, list[tuple]] = {}
    for number, row in enumerate(study.tables["reference_ranges"], 2):
        where = f"resources/reference_ranges.tsv, row {number}"
        if row["marker"] not in known:
            raise unknown("marker", row["marker"], known, where)
        low, high = row["age_low"] or 0, row["age_high"] or float("inf")
        sexes = [row["sex"]] if row["sex"] else ["male", "female"]
        for sex in sexes:
            others = before.setdefault((row["marker"], sex), [])
            if any(low < other_high and other_low < high for other_low, other_high in others):
                raise UserError(
                    f"{row['marker']} has two ranges for one sex and age",
                    where=where,
                    rule="ages of the ranges of one marker and sex do not overlap",
                    do="correct age_low or age_high (low inclusive, high exclusive)",
                )
            others.append((low, high))
        if high <= low:
            raise UserError(
                f"ages {low:g} to {high:g} are no span",
                where=where,
                rule="age_low (inclusive) lies below age_high (exclusive)",
                do="correct the ages",
            )
        if None not in (row["low"], row["high"]) and row["high"] < row["low"]:
            raise UserError(
                f"the range {row['low']:g} to {row['high']:g} of {row['marker']} is upside down",
                where=where,
                rule="low is not above high",
                do="correct the bounds",
            )
        if row["low"] is None and row["high"] is None:
            raise UserError(
                f"the range of {row['marker']} has neither bound",
                where=where,
                rule="a range has a low or a high bound, or both",
                do="fill in a bound or remove the row",
            )


def _shown_units_name_markers(study) -> None:
    known = {row["marker"] for row in study.tables["markers"]}
    for row in study.tables["shown_units"]:
        if row["marker"] not in known:
            raise unknown("marker", row["marker"], known, "resources/shown_units.tsv")


RULES = (
    _markers_have_formulas,
    _conversions_name_markers,
    _canonical_units_are_converted,
    _cross_checks_name_markers,
    _methods_are_named,
    _reference_ranges_name_markers_and_do_not_overlap,
    _shown_units_name_markers,
)
