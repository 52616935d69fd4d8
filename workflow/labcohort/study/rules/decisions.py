"""The single decisions of config.yaml: every marker, method, unit and publication exists."""

from datetime import date

from labcohort.errors import UserError, unknown
from labcohort.validate.rules import UNDER_THE_CEILING, check_rule_settings

CONFIG = "config/config.yaml"


def _methods_are_known(study) -> None:
    for marker, method in study.config["methods"].items():
        _check_method(study, marker, method, f"{CONFIG}, methods")
    for marker, methods in study.config["sensitivity"]["methods"].items():
        for method in methods:
            _check_method(study, marker, method, f"{CONFIG}, sensitivity > methods")
    for marker, methods in study.formulas.items():
        if len(methods) > 1 and marker not in study.config["methods"]:
            raise UserError(
                f"{marker} can be computed by {', '.join(sorted(methods))}",
                where=f"{CONFIG}, methods",
                rule="a marker with more than one formula names the one to use",
                do=f"add `{marker}: METHOD` under `methods:`",
            )


def _check_method(study, marker: str, method: str, where: str) -> None:
    if marker not in study.formulas:
        raise unknown("derived marker", marker, study.formulas, where)
    if method not in study.formulas[marker]:
        raise unknown(f"method of {marker}", method, study.formulas[marker], where)


def _input_days_name_derived_markers(study) -> None:
    for marker in study.config["input_days"]:
        if marker not in study.formulas:
            raise unknown("derived marker", marker, study.formulas, f"{CONFIG}, input_days")


def _reliability_names_markers(study) -> None:
    markers = [row["marker"] for row in study.tables["markers"]]
    for marker in study.config["regression"]["reliability"]:
        if marker not in markers:
            raise unknown("marker", marker, markers, f"{CONFIG}, regression > reliability")


def _sensitivity_names_markers(study) -> None:
    markers = [row["marker"] for row in study.tables["markers"]]
    for marker in study.config["sensitivity"]["markers"]:
        if marker not in markers:
            raise unknown("marker", marker, markers, f"{CONFIG}, sensitivity > markers")


def _units_can_be_shown(study) -> None:
    markers = [row["marker"] for row in study.tables["markers"]]
    for marker, unit in study.config["units"].items():
        if marker not in markers:
            raise unknown("marker", marker, markers, f"{CONFIG}, units")
        own = [row["unit"] for row in study.tables["shown_units"] if row["marker"] == marker]
        own.append(study.marker(marker)["unit"])
        if unit not in own:
            raise unknown(f"unit to show {marker} in", unit, own, f"{CONFIG}, units > {marker}")


def _publication_is_known(study) -> None:
    name = study.config["published"]
    known = {row["publication"] for row in study.tables["published_results"]}
    if name is not None and name not in known:
        raise unknown("publication", name, known, f"{CONFIG}, published")


def _published_profile_is_planned(study) -> None:
    profile = study.config["published_profile"]
    profiles = {row["profile"] for row in study.tables["plan"]}
    if study.config["published"] is not None and profile not in profiles:
        raise unknown("profile of the plan", profile, profiles, f"{CONFIG}, published_profile")


def _power_is_above_alpha(study) -> None:
    alphas = [row["alpha"] for table in ("plan", "post_hoc") for row in study.tables[table]]
    highest = max(alphas, default=0)
    if study.config["power"] <= highest:
        raise UserError(
            f"power {study.config['power']:g} is not above alpha {highest:g}",
            where=f"{CONFIG}, power",
            rule="a test finds by chance alone with probability alpha: its power is higher",
            do="write a higher power; 0.8 is usual",
        )


def _rule_settings_name_rules(study) -> None:
    checks = [
        {"rule": f"{row['check']}{ending}"}
        for row in study.tables["cross_checks"]
        for ending in ("", "_equal")
    ]
    known = [*study.tables["rules"], *checks]
    check_rule_settings(study.tables["rule_settings"], known, list(study.sources))


def _rules_of_the_ceiling_are_listed(study) -> None:
    listed = {row["rule"] for row in study.tables["rules"]}
    for name in UNDER_THE_CEILING:
        if name not in listed:
            raise UserError(
                f"rule '{name}' has no row",
                where="resources/rules.tsv",
                rule="what is set aside of a source, or of a column of the patient table, is held"
                " against the study's ceiling",
                do="put the row back; a study changes how grave it is in config/rule_settings.tsv",
            )


def _date_is_a_day(study) -> None:
    day = study.config["date"]
    if day is None:
        return
    try:
        date.fromisoformat(day)
    except ValueError:
        raise UserError(
            "there is no such day",
            where=f"{CONFIG}, date: {day}",
            rule="the date of the analysis is a day of the calendar",
            do="correct it, as in 2026-11-01",
        ) from None


RULES = (
    _date_is_a_day,
    _rule_settings_name_rules,
    _rules_of_the_ceiling_are_listed,
    _methods_are_known,
    _input_days_name_derived_markers,
    _reliability_names_markers,
    _sensitivity_names_markers,
    _units_can_be_shown,
    _publication_is_known,
    _published_profile_is_planned,
    _power_is_above_alpha,
)
