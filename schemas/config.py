"""The tables of config/ (decisions): columns, types, allowed values."""

import pandera.polars as pa
from labcohort.study.names import FIGURE_KINDS, TABLE_KINDS

from schemas.tables import CODES, NAME, NAMES, SEVERITIES, SUMMARIES, TESTS, Table

CORRECTIONS = ("holm", "bh", "none")


class RuleSettings(Table):
    """config/rule_settings.tsv: another severity and threshold of a rule, of one source or all.

    A row replaces both; a row of a source goes before one of all (empty `source`). `why` is
    printed in the report.
    """

    rule: str = pa.Field(str_matches=NAME)
    source: str = pa.Field(nullable=True)
    severity: str = pa.Field(isin=list(SEVERITIES))
    threshold: float = pa.Field(nullable=True, ge=0)
    why: str = pa.Field(str_length={"min_value": 1})

    class Config:
        unique = ("rule", "source")


class Eligibility(Table):
    """config/eligibility.tsv: ordered criteria; the first that fails is the reason."""

    order: int = pa.Field(unique=True, ge=1)
    criterion: str = pa.Field(isin=["attribute_is", "date_within", "result_at"])
    subject: str = pa.Field(str_matches=NAMES)
    values: str = pa.Field(nullable=True)
    label: str = pa.Field(str_length={"min_value": 1})
    label_zh: str = pa.Field(nullable=True)


class Visits(Table):
    """config/visits.tsv: timepoints as windows of days around an anchor, bounds inclusive."""

    timepoint: str = pa.Field(unique=True, str_matches=NAME)
    anchor: str = pa.Field(str_matches=NAME)
    scope: str = pa.Field(isin=["person", "marker"])
    target_day: int
    before: int = pa.Field(ge=0)
    after: int = pa.Field(ge=0)
    choice: str = pa.Field(isin=["nearest", "first", "last", "mean"])
    tie: str = pa.Field(isin=["earlier", "later"])
    label: str = pa.Field(str_length={"min_value": 1})
    label_zh: str = pa.Field(nullable=True)


class Cohorts(Table):
    """config/cohorts.tsv: named subgroups of the eligible."""

    cohort: str = pa.Field(unique=True, str_matches=NAME)
    criterion: str = pa.Field(
        isin=[
            "everyone",
            "attribute_is",
            "baseline_is",
            "baseline_at_least",
            "baseline_above",
            "baseline_at_most",
            "baseline_below",
        ]
    )
    subject: str = pa.Field(nullable=True)
    values: str = pa.Field(nullable=True)
    label: str = pa.Field(str_length={"min_value": 1})
    label_zh: str = pa.Field(nullable=True)


class Plan(Table):
    """config/plan.tsv: the analysis plan; a row per marker list, cohort and timepoint.

    Both tests are computed for every row; `test` is its primary one. `exclude` names flags whose
    values are left out. A family has one correction and one alpha.
    """

    profile: str = pa.Field(str_matches=NAME)
    family: str = pa.Field(str_matches=NAME)
    role: str = pa.Field(isin=["primary", "secondary", "sensitivity"])
    markers: str = pa.Field(str_matches=CODES)
    cohort: str = pa.Field(str_matches=NAME)
    timepoint: str = pa.Field(str_matches=NAME)
    test: str = pa.Field(isin=list(TESTS))
    summary: str = pa.Field(isin=list(SUMMARIES))
    exclude: str = pa.Field(nullable=True, str_matches=NAMES)
    correction: str = pa.Field(isin=list(CORRECTIONS))
    alpha: float = pa.Field(gt=0, lt=1)


class PostHoc(Table):
    """config/post_hoc.tsv: comparisons that the plan does not name; never in a family of it."""

    profile: str = pa.Field(str_matches=NAME)
    markers: str = pa.Field(str_matches=CODES)
    cohort: str = pa.Field(str_matches=NAME)
    timepoint: str = pa.Field(str_matches=NAME)
    test: str = pa.Field(isin=list(TESTS))
    summary: str = pa.Field(isin=list(SUMMARIES))
    exclude: str = pa.Field(nullable=True, str_matches=NAMES)
    alpha: float = pa.Field(gt=0, lt=1)


class Corrections(Table):
    """config/corrections.tsv: single values that a person has corrected, each signed.

    `file` is called as in results/restricted/, `sha256` begins its digest (files_{source}.tsv
    there): of one file among several it is needed, for their numbers may move. `old` and `new` are
    texts as the file has them (of the unit, an empty one is none).
    """

    source: str = pa.Field(str_matches=NAME)
    file: str = pa.Field(str_length={"min_value": 1})
    sha256: str = pa.Field(
        nullable=True,
        str_matches=r"^[0-9A-Fa-f]{8,64}$",
        description="the first 8 to 64 digits of the file's SHA-256, as sha256_begins has them",
    )
    sheet: str = pa.Field(nullable=True)
    row: int = pa.Field(ge=1)
    column: str = pa.Field(str_length={"min_value": 1})
    field: str = pa.Field(isin=["value", "unit", "date"])
    old: str = pa.Field(nullable=True)
    new: str = pa.Field(nullable=True)
    who: str = pa.Field(
        str_length={"min_value": 1}, description="the name of the person who signs the correction"
    )
    why: str = pa.Field(
        str_length={"min_value": 1}, description="the reason why the value is corrected"
    )
    date: str = pa.Field(
        str_matches=r"^\d{4}-\d{2}-\d{2}$",
        description="the day on which the correction was signed, as YYYY-MM-DD",
    )

    class Config:
        unique = ("source", "file", "sheet", "row", "column", "field")


class Figures(Table):
    """config/figures.tsv: a row a figure; `kind` names a module of publish.figures.

    Which of the other columns a kind needs and may have: labcohort.study.names.FIGURE_KINDS.
    """

    figure: str = pa.Field(unique=True, str_matches=NAME)
    kind: str = pa.Field(isin=list(FIGURE_KINDS))
    profile: str = pa.Field(nullable=True, str_matches=NAME)
    markers: str = pa.Field(nullable=True, str_matches=CODES)
    cohorts: str = pa.Field(nullable=True, str_matches=NAMES)
    timepoints: str = pa.Field(nullable=True, str_matches=NAMES)
    title: str = pa.Field(str_length={"min_value": 1})
    title_zh: str = pa.Field(nullable=True)


class Tables(Table):
    """config/tables.tsv: a row a printed table; `kind` names a module of publish.tables.

    Which of the other columns a kind needs and may have: labcohort.study.names.TABLE_KINDS.
    """

    table: str = pa.Field(unique=True, str_matches=NAME)
    kind: str = pa.Field(isin=list(TABLE_KINDS))
    profile: str = pa.Field(nullable=True, str_matches=NAME)
    panel: str = pa.Field(nullable=True, str_matches=NAME)
    cohorts: str = pa.Field(nullable=True, str_matches=NAMES)
    title: str = pa.Field(str_length={"min_value": 1})
    title_zh: str = pa.Field(nullable=True)


CONFIG = {
    "eligibility": Eligibility,
    "visits": Visits,
    "cohorts": Cohorts,
    "plan": Plan,
    "post_hoc": PostHoc,
    "corrections": Corrections,
    "rule_settings": RuleSettings,
    "figures": Figures,
    "tables": Tables,
}
