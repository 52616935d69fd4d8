"""What is compared and shown: the plan, what is post hoc, figures and tables."""

from collections.abc import Iterator

from labcohort.errors import UserError, unknown
from labcohort.flags import known_flags
from labcohort.study.names import (
    ALL_FAMILIES,
    BASELINE,
    CLASSES,
    FIGURE_KINDS,
    POST_HOC,
    SIBLINGS,
    TABLE_KINDS,
    is_selected_on_baseline,
    names,
)


def _compared(study) -> Iterator[tuple[str, dict]]:
    """Each row that names comparisons, with its place."""
    for table in ("plan", "post_hoc"):
        for number, row in enumerate(study.tables[table], 2):
            yield f"config/{table}.tsv, row {number}", row


def _plan_has_rows(study) -> None:
    if not study.tables["plan"]:
        raise UserError(
            "the table has no row",
            where="config/plan.tsv",
            rule="a study compares something",
            do="write a row a comparison, for instance (with tabs, and nothing for `exclude`): plan"
            " primary primary HBA1C all month_6 paired_t mean_sem  holm 0.05",
        )


def _plan_names_exist(study) -> None:
    markers = [row["marker"] for row in study.tables["markers"]]
    cohorts = [row["cohort"] for row in study.tables["cohorts"]]
    profiles = {row["profile"] for row in study.tables["plan"]}
    flags = known_flags(row["check"] for row in study.tables["cross_checks"])
    for where, row in _compared(study):
        for marker in names(row["markers"]):
            if marker not in markers:
                raise unknown("marker", marker, markers, where)
        if row["cohort"] not in cohorts:
            raise unknown("cohort", row["cohort"], cohorts, where)
        followups = [t for t in study.timepoints if t != BASELINE]
        if row["timepoint"] not in followups:
            raise unknown("follow-up timepoint", row["timepoint"], followups, where)
        for flag in names(row["exclude"]):
            if flag not in flags:
                raise unknown("flag", flag, flags, where + ", column 'exclude'")
        if row["profile"] not in profiles:
            raise unknown("profile of the plan", row["profile"], profiles, where)


def _comparisons_are_single(study) -> None:
    seen: dict[tuple, str] = {}
    for where, row in _compared(study):
        for marker in names(row["markers"]):
            group = row.get("family", POST_HOC)
            key = (row["profile"], group, marker, row["cohort"], row["timepoint"])
            if key in seen:
                raise UserError(
                    f"{marker} in {row['cohort']} at {row['timepoint']} is named twice",
                    where=f"{seen[key]} and {where}",
                    rule="a comparison (profile, family, marker, cohort, timepoint) is named once:"
                    " both tests are made of each, `test` is the primary one",
                    do="remove one of the two",
                )
            seen[key] = where


def _post_hoc_is_not_planned(study) -> None:
    planned = _planned(study)
    for number, row in enumerate(study.tables["post_hoc"], 2):
        for marker in names(row["markers"]):
            if (row["profile"], marker, row["cohort"], row["timepoint"]) in planned:
                raise UserError(
                    f"{marker} in {row['cohort']} at {row['timepoint']} is in the plan",
                    where=f"config/post_hoc.tsv, row {number}",
                    rule="post hoc is what the plan does not name",
                    do="remove it from config/post_hoc.tsv",
                )


def _families_have_names_of_their_own(study) -> None:
    for number, row in enumerate(study.tables["plan"], 2):
        if row["family"] in (POST_HOC, ALL_FAMILIES):
            raise UserError(
                f"a family cannot be called '{row['family']}'",
                where=f"config/plan.tsv, row {number}",
                rule=f"'{POST_HOC}' are the comparisons in config/post_hoc.tsv, '{ALL_FAMILIES}'"
                " is the sum of a profile's families",
                do="rename the family, or move the row there",
            )


def _families_are_of_one_kind(study) -> None:
    for table, columns in (("plan", ("correction", "alpha")), ("post_hoc", ("alpha",))):
        first: dict[tuple, tuple[int, dict]] = {}
        for number, row in enumerate(study.tables[table], 2):
            family = row.get("family", POST_HOC)
            before, other = first.setdefault((row["profile"], family), (number, row))
            for column in columns:
                if row[column] != other[column]:
                    raise UserError(
                        f"family {family} has more than one {column}:"
                        f" {other[column]} and {row[column]}",
                        where=f"config/{table}.tsv, rows {before} and {number}, column '{column}'",
                        rule="a family of tests is adjusted as one, at one alpha; what is post hoc"
                        " is one family of its profile",
                        do="make them the same, or make two families in config/plan.tsv",
                    )


def _primary_is_not_chosen_on_baseline(study) -> None:
    cohorts = {row["cohort"]: row for row in study.tables["cohorts"]}
    for number, row in enumerate(study.tables["plan"], 2):
        if row["role"] == "primary" and is_selected_on_baseline(cohorts[row["cohort"]]):
            raise UserError(
                f"cohort {row['cohort']} is chosen on a baseline value and cannot be primary",
                where=f"config/plan.tsv, row {number}, column 'role'",
                rule="a cohort chosen on a baseline value changes by regression to the mean alone",
                do="give the row the role secondary or sensitivity",
            )


def _figures_names_exist(study) -> None:
    planned = _planned(study)
    for row in study.tables["figures"]:
        where = f"config/figures.tsv, figure {row['figure']}"
        _columns_of_kind(row, FIGURE_KINDS, where)
        known = {
            "markers": {r["marker"] for r in study.tables["markers"]},
            "cohorts": {r["cohort"] for r in study.tables["cohorts"]},
            "timepoints": {r["timepoint"] for r in study.tables["visits"]},
        }
        for column, own in known.items():
            for name in names(row[column]):
                if name not in own:
                    raise unknown(column.removesuffix("s"), name, own, where)
        if "profile" in FIGURE_KINDS[row["kind"]][0] and row["markers"]:
            _shows_what_is_planned(row, planned, where)
        _shows_what_its_kind_can(study, row, where)
        if row["kind"] == "specifications":
            _shows_what_is_in_the_grid(study, row, where)


def _shows_what_its_kind_can(study, row: dict, where: str) -> None:
    """Transitions are of classes, regression to the mean of cohorts chosen on a baseline value."""
    if row["kind"] not in ("transitions", "regression_to_the_mean"):
        return
    for marker in names(row["markers"]):
        if marker not in CLASSES:
            raise unknown("marker that is a class", marker, CLASSES, where)
    if row["kind"] == "regression_to_the_mean":
        chosen = [r["cohort"] for r in study.tables["cohorts"] if is_selected_on_baseline(r)]
        for cohort in names(row["cohorts"]):
            if cohort not in chosen:
                raise unknown("cohort chosen on a baseline value", cohort, chosen, where)
    followups = [t for t in study.timepoints if t != BASELINE]
    for timepoint in names(row["timepoints"]):
        if timepoint not in followups:
            raise unknown("follow-up timepoint", timepoint, followups, where)


def _shows_what_is_planned(row: dict, planned: set, where: str) -> None:
    """Each marker in some cohort of the figure, each cohort with some marker, at each timepoint."""
    markers, cohorts = names(row["markers"]), names(row["cohorts"])
    for timepoint in names(row["timepoints"]):
        of = {(m, c) for p, m, c, t in planned if p == row["profile"] and t == timepoint}
        missing = [
            m for m in markers if not any((m, c) in of for c in cohorts or {c for _, c in of})
        ]
        missing += [c for c in cohorts if not any((m, c) in of for m in markers)]
        if missing:
            of_what = f" in {', '.join(cohorts)}" if missing[0] in markers and cohorts else ""
            raise UserError(
                f"{missing[0]}{of_what} at {timepoint} is not in profile {row['profile']} of the"
                " plan",
                where=where,
                rule="a figure shows comparisons that config/plan.tsv names",
                do="add the comparison to the plan, or correct the figure",
            )


def _shows_what_is_in_the_grid(study, row: dict, where: str) -> None:
    """Each marker is put through the grid, in some cohort of the figure at its timepoints."""
    how = study.config["sensitivity"]
    in_grid = {
        marker
        for one in study.tables["plan"]
        for marker in names(one["markers"])
        if one["profile"] == row["profile"]
        and one["cohort"] in names(row["cohorts"])
        and one["timepoint"] in names(row["timepoints"])
        and (one["role"] in how["roles"] or marker in how["markers"])
    }
    for marker in names(row["markers"]):
        if marker not in in_grid:
            raise UserError(
                f"{marker} is not in the grid of specifications",
                where=where,
                rule="the grid has the comparisons of `roles` and of `markers` of sensitivity: in"
                " config/config.yaml",
                do=f"add {marker} to sensitivity: markers:, or take it out of the figure",
            )


def _columns_of_kind(row: dict, kinds: dict, where: str) -> None:
    """A row has the columns that its kind needs, and no other."""
    needed, possible = kinds[row["kind"]]
    every = {column for one in kinds.values() for columns in one for column in columns}
    for column in sorted(every):
        if column in needed and not row[column]:
            raise UserError(
                f"the column '{column}' is empty",
                where=where,
                rule=f"kind {row['kind']} needs: {', '.join(needed)}",
                do="fill it in (config/README.md says what each kind shows)",
            )
        if row[column] and column not in (*needed, *possible):
            raise UserError(
                f"the column '{column}' would not be read",
                where=where,
                rule=f"kind {row['kind']} reads: {', '.join((*needed, *possible)) or 'none'}",
                do="leave it empty",
            )


def _planned(study) -> set[tuple[str, str, str, str]]:
    return {
        (row["profile"], marker, row["cohort"], row["timepoint"])
        for row in study.tables["plan"]
        for marker in names(row["markers"])
    }


def _tables_names_exist(study) -> None:
    panels = {row["marker"]: row["panel"] for row in study.tables["markers"]}
    planned = {
        (row["profile"], panels[marker])
        for row in study.tables["plan"]
        for marker in names(row["markers"])
    }
    for row in study.tables["tables"]:
        if row["table"] in SIBLINGS:
            raise UserError(
                f"a table cannot be called '{row['table']}'",
                where=f"config/tables.tsv, table {row['table']}",
                rule=f"every study has tables of these names: {', '.join(SIBLINGS)}",
                do="give the table another name",
            )
        where = f"config/tables.tsv, table {row['table']}"
        _columns_of_kind(row, TABLE_KINDS, where)
        cohorts = {r["cohort"] for r in study.tables["cohorts"]}
        for name in names(row["cohorts"]):
            if name not in cohorts:
                raise unknown("cohort", name, cohorts, where)
        if row["kind"] == "scorecard" and study.config["published"] is None:
            raise UserError(
                "the study names no publication to hold the run against",
                where=where,
                rule="a table of kind scorecard shows published results: `published` of"
                " config/config.yaml names the publication (resources/published_results.tsv)",
                do="set `published`, or remove the table",
            )
        if row["panel"] and (row["profile"], row["panel"]) not in planned:
            own = {panel for profile, panel in planned if profile == row["profile"]}
            if not own:
                raise unknown("profile", row["profile"], {p for p, _ in planned}, where)
            raise unknown(f"panel of profile {row['profile']}", row["panel"], own, where)


RULES = (
    _plan_has_rows,
    _plan_names_exist,
    _comparisons_are_single,
    _post_hoc_is_not_planned,
    _families_have_names_of_their_own,
    _families_are_of_one_kind,
    _primary_is_not_chosen_on_baseline,
    _figures_names_exist,
    _tables_names_exist,
)
