"""Who and when: timepoints, eligibility and cohorts."""

import math
from itertools import pairwise

from labcohort.errors import UserError, unknown
from labcohort.study.names import BASELINE, CLASSES, FIRST_RESULT, names


def _visits_do_not_overlap(study) -> None:
    visits = study.tables["visits"]
    if not visits or visits[0]["timepoint"] != BASELINE:
        raise UserError(
            f"the first timepoint is not '{BASELINE}'",
            where="config/visits.tsv, row 2, column 'timepoint'",
            rule=f"the first row defines '{BASELINE}', the others the follow-ups",
            do="put the baseline's row first",
        )
    windows = sorted(
        (row["target_day"] - row["before"], row["target_day"] + row["after"], row["timepoint"])
        for row in visits
    )
    for (_, end, first), (start, _, second) in pairwise(windows):
        if start <= end:
            raise UserError(
                f"the windows of {first} (to day {end}) and {second} (from day {start}) overlap",
                where="config/visits.tsv",
                rule="a day belongs to one timepoint at most",
                do="narrow one of the windows",
            )


def _visits_anchors_exist(study) -> None:
    attributes = study.attributes
    dates = {name for name, how in attributes.items() if "dates" in how}
    anchors = {row["anchor"] for row in study.tables["visits"]}
    if len(anchors) > 1:
        raise UserError(
            f"the timepoints have several anchors: {', '.join(sorted(anchors))}",
            where="config/visits.tsv, column 'anchor'",
            rule="days are counted from one anchor",
            do="use one anchor in all rows",
        )
    scopes = {row["scope"] for row in study.tables["visits"]}
    if FIRST_RESULT in anchors and len(scopes) > 1:
        raise UserError(
            "timepoints counted from the first result have several scopes",
            where="config/visits.tsv, column 'scope'",
            rule="the first result is a person's, or each marker's own",
            do="use one scope in all rows",
        )
    for anchor in anchors:
        if anchor != FIRST_RESULT and anchor not in dates:
            raise unknown("anchor", anchor, {*dates, FIRST_RESULT}, "config/visits.tsv")


def _eligibility_has_criteria(study) -> None:
    if not study.tables["eligibility"]:
        raise UserError(
            "the table has no row",
            where="config/eligibility.tsv",
            rule="a study says who is eligible",
            do="write at least one criterion, for instance result_at baseline",
        )


def _eligibility_names_exist(study) -> None:
    for row in study.tables["eligibility"]:
        where = f"config/eligibility.tsv, order {row['order']}"
        if row["criterion"] == "result_at":
            for timepoint in names(row["subject"]):
                if timepoint not in study.timepoints:
                    raise unknown("timepoint", timepoint, study.timepoints, where)
            continue
        if row["subject"] not in study.attributes:
            raise unknown("attribute of the patients", row["subject"], study.attributes, where)
        if row["criterion"] == "date_within" and "dates" not in study.attributes[row["subject"]]:
            raise UserError(
                f"'{row['subject']}' is no date",
                where=where,
                rule="date_within needs an attribute that is read as a date",
                do="name another attribute",
            )
        if not row["values"]:
            raise UserError(
                "the criterion has no values",
                where=where,
                rule="attribute_is lists values by |; date_within is FIRST..LAST",
                do="fill in the column 'values'",
            )
        if row["criterion"] == "date_within":
            _date_range(row["values"], where)
        else:
            _check_attribute_values(study, row, where)


def _check_attribute_values(study, row: dict, where: str) -> None:
    """The values of attribute_is: meanings of the attribute's codes, or any of a text."""
    entry = study.attributes[row["subject"]]
    if "codes" not in entry and "text" not in entry:
        raise UserError(
            f"'{row['subject']}' is a number or a date",
            where=where,
            rule="attribute_is needs an attribute that is read by codes or as text",
            do="name another attribute",
        )
    for value in names(row["values"]):
        if "codes" in entry and value not in entry["codes"].values():
            raise unknown(f"value of {row['subject']}", value, entry["codes"].values(), where)


def _date_range(text: str, where: str) -> None:
    from datetime import date

    try:
        first, last = (date.fromisoformat(part.strip()) for part in text.split(".."))
    except ValueError:
        raise UserError(
            f"'{text}' is no range of dates",
            where=where,
            rule="date_within is FIRST..LAST, both included, as YYYY-MM-DD..YYYY-MM-DD",
            do="correct the column 'values'",
        ) from None
    if last < first:
        raise UserError(
            f"'{text}' ends before it begins",
            where=where,
            rule="date_within is FIRST..LAST",
            do="correct the column 'values'",
        )


def _cohorts_names_exist(study) -> None:
    markers = [row["marker"] for row in study.tables["markers"]]
    for row in study.tables["cohorts"]:
        where = f"config/cohorts.tsv, cohort {row['cohort']}"
        if row["criterion"] == "everyone":
            continue
        if not row["subject"] or not row["values"]:
            raise UserError(
                "the cohort has no subject or no values",
                where=where,
                rule=f"{row['criterion']} needs both",
                do="fill in the columns 'subject' and 'values'",
            )
        if row["criterion"] == "attribute_is":
            if row["subject"] not in study.attributes:
                raise unknown("attribute of the patients", row["subject"], study.attributes, where)
            _check_attribute_values(study, row, where)
        elif row["subject"] not in markers:
            raise unknown("marker", row["subject"], markers, where)
        elif row["subject"] in CLASSES and row["criterion"] != "baseline_is":
            raise UserError(
                f"{row['subject']} is a class and has no {row['criterion']}",
                where=where,
                rule="a class has names and no size: `baseline_is` lists those that are meant",
                do="write baseline_is, with the classes as values",
            )
        elif row["criterion"] == "baseline_is" and row["subject"] in CLASSES:
            classes = [
                band["category"]
                for band in study.tables["ckd_stages"]
                if band["scheme"] == CLASSES[row["subject"]]
            ]
            for value in names(row["values"]):
                if value not in classes:
                    raise unknown(f"class of {row['subject']}", value, classes, where)
        else:
            several = row["criterion"] == "baseline_is"
            _check_numbers(names(row["values"]) if several else [row["values"]], row, where)


def _check_numbers(values: list[str], row: dict, where: str) -> None:
    for value in values:
        try:
            if not math.isfinite(float(value)):
                raise ValueError
        except ValueError:
            raise UserError(
                f"'{value}' is not a number",
                where=where,
                rule=f"{row['criterion']} needs "
                + ("numbers" if row["criterion"] == "baseline_is" else "one number")
                + ", in the marker's canonical unit",
                do="correct the column 'values'",
            ) from None


def _one_cohort_is_everyone(study) -> None:
    everyone = [row["cohort"] for row in study.tables["cohorts"] if row["criterion"] == "everyone"]
    if len(everyone) != 1:
        raise UserError(
            f"{len(everyone)} cohorts have the criterion 'everyone'",
            where="config/cohorts.tsv",
            rule="exactly one cohort is all the eligible",
            do="write one row with the criterion 'everyone'",
        )


RULES = (
    _visits_do_not_overlap,
    _visits_anchors_exist,
    _eligibility_has_criteria,
    _eligibility_names_exist,
    _cohorts_names_exist,
    _one_cohort_is_everyone,
)
