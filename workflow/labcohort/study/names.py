"""Names in the study's tables."""

# the timepoint from which changes are counted
BASELINE = "baseline"
# the anchor of visits that count from a first result, and from no date of the patients'
FIRST_RESULT = "first_result"
# markers that are classes -> their scheme in resources/ckd_stages.tsv
CLASSES = {"CKD_STAGE": "kdoqi", "GFR_CATEGORY": "kdigo_g"}
# the family (and role) of comparisons that the plan does not name
POST_HOC = "post_hoc"
# of comparisons, the foremost first
ROLES = ("primary", "secondary", "sensitivity", POST_HOC)
# the row that sums up the families of a profile
ALL_FAMILIES = "all"
# printed tables of every study
SIBLINGS = (
    "comparisons",
    "selection_flow",
    "multiplicity",
    "regression_to_the_mean",
    "sensitivity",
    "attenders",
    "in_range",
    "scorecard",
)
# kind of figure -> columns of config/figures.tsv that it needs, and those that it may have
FIGURE_KINDS = {
    "before_after": (("profile", "markers", "cohorts", "timepoints"), ()),
    "paired_changes": (("profile", "markers", "cohorts", "timepoints"), ()),
    "forest": (("profile", "timepoints"), ("markers", "cohorts")),
    "specifications": (("profile", "markers", "cohorts", "timepoints"), ()),
    "regression_to_the_mean": (("cohorts", "timepoints"), ()),
    "transitions": (("markers", "cohorts", "timepoints"), ()),
    "flow": ((), ()),
    "missingness": ((), ("markers",)),
    "visit_timing": ((), ()),
    "quality": ((), ()),
}
# kind of table -> columns of config/tables.tsv that it needs, and those that it may have
TABLE_KINDS = {
    "comparisons": (("profile", "panel"), ()),
    "estimates": (("profile", "panel"), ()),
    "baseline": (("cohorts",), ()),
    "attenders": ((), ()),
    "scorecard": ((), ()),
    "sensitivity": ((), ()),
}


def is_selected_on_baseline(cohort: dict) -> bool:
    """Whether a row of cohorts.tsv chooses its members on a value at baseline."""
    return cohort["criterion"].startswith("baseline_")


def names(cell: str | None) -> list[str]:
    """The names in a cell that lists several, separated by `|`; blanks around them do not count."""
    return [name.strip() for name in (cell or "").split("|") if name.strip()]
