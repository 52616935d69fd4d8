"""The facts, of resources/ and a study's own: every marker and formula that they name exists."""

from itertools import pairwise

from labcohort.errors import UserError, unknown
from labcohort.harmonise.units import folded
from labcohort.study.own_facts import rows_with_places

LIMITS = ("hard_low", "soft_low", "soft_high", "hard_high")
# tables of which each row is about the marker in its column of that name
OF_A_MARKER = (
    "conversions",
    "reference_ranges",
    "sex_limits",
    "biological_variation",
    "shown_units",
    "aliases",
    "loinc",
)


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


def _facts_name_markers(study) -> None:
    known = {row["marker"] for row in study.tables["markers"]}
    for table in OF_A_MARKER:
        for where, row in rows_with_places(study, table):
            if row["marker"] not in known:
                raise unknown("marker", row["marker"], known, where)


def _limits_are_in_order(study) -> None:
    for table in ("markers", "sex_limits"):
        for where, row in rows_with_places(study, table):
            given = [column for column in LIMITS if row[column] is not None]
            for first, second in pairwise(given):
                if row[first] > row[second]:
                    raise UserError(
                        f"{first} {row[first]:g} of {row['marker']} is above {second}"
                        f" {row[second]:g}",
                        where=f"{where}, columns '{first}' and '{second}'",
                        rule=f"limits of a marker rise: {', '.join(LIMITS)}",
                        do="correct the limits",
                    )


def _canonical_units_are_converted(study) -> None:
    as_it_is = {
        (row["marker"], folded(row["unit"]))
        for row in study.tables["conversions"]
        if row["analyte"] is None and (row["slope"], row["intercept"]) == (1, 0)
    }
    for where, row in rows_with_places(study, "markers"):
        measured = row["kind"] == "measured"
        if measured and (row["marker"], folded(row["unit"] or "")) not in as_it_is:
            raise UserError(
                f"nothing converts to the canonical unit '{row['unit']}' of {row['marker']}",
                where=f"{where}, column 'unit'",
                rule="a measured marker's canonical unit is a row of conversions.tsv with slope 1,"
                " intercept 0 and no analyte",
                do="correct the unit, or add that row (and make the other slopes lead to it)",
            )


def _cross_checks_name_markers(study) -> None:
    known = {row["marker"] for row in study.tables["markers"]}
    for where, row in rows_with_places(study, "cross_checks"):
        for marker in (row["greater"], row["lesser"]):
            if marker not in known:
                raise unknown("marker", marker, known, where)


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


def _reference_ranges_do_not_overlap(study) -> None:
    before: dict[tuple, list[tuple]] = {}
    for where, row in rows_with_places(study, "reference_ranges"):
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


def _aliases_mean_one_marker(study) -> None:
    """A name that a run may recognise is one marker's, however it is typed."""
    from labcohort.harmonise.names import folded_name

    first: dict[str, tuple[str, str]] = {}
    for where, row in rows_with_places(study, "aliases"):
        if row["ambiguous"] == "yes":
            continue
        marker, place = first.setdefault(folded_name(row["alias"]), (row["marker"], where))
        if marker != row["marker"]:
            raise UserError(
                f"the name '{row['alias']}' is of {row['marker']} and of {marker}",
                where=f"{where}, and {place}",
                rule="a name that is not ambiguous means one marker",
                do="set `ambiguous` to yes in both rows, or remove one",
            )


def _loinc_codes_are_of_known_analytes(study) -> None:
    analytes: dict[str, set] = {}
    for row in study.tables["conversions"]:
        analytes.setdefault(row["marker"], set()).add(row["analyte"])
    for where, row in rows_with_places(study, "loinc"):
        known = analytes.get(row["marker"], set()) - {None}
        if row["analyte"] is not None and row["analyte"] not in known:
            raise unknown(f"analyte of {row['marker']}", row["analyte"], known, where)


RULES = (
    _markers_have_formulas,
    _facts_name_markers,
    _limits_are_in_order,
    _canonical_units_are_converted,
    _cross_checks_name_markers,
    _methods_are_named,
    _reference_ranges_do_not_overlap,
    _aliases_mean_one_marker,
    _loinc_codes_are_of_known_analytes,
)
