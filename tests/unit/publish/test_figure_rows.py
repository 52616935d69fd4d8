"""Which comparisons a figure shows, and that it withholds the groups that the artefact names."""

import pytest
from labcohort.assess.small_groups import hidden_groups
from labcohort.publish.figures.rows import n_text, panels, shown_comparisons

from tests.unit.publish.compared import HOW, ONE, compared, frame, small_groups

STAGES = [{"cohort": c, "label": c} for c in ("ckd_3", "ckd_4", "ckd_5")]


def shown(*rows: dict, parts=(), **how) -> dict:
    """Cohort -> (n as printed, why withheld), by the artefact as it is made of these rows."""
    how = ONE | how
    every = frame(*rows)
    groups = hidden_groups(every, every.clear(), parts, how["minimum_cell"])
    return printed(shown_comparisons(every, groups, how), how)


def printed(found: list[dict], how: dict) -> dict:
    return {row["cohort"]: (n_text(row, how), row["withheld"]) for row in found}


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ({"few": True}, ("<5", "few pairs")),
        ({"few": False}, ("", "gives away")),
        ({"profile": "as_published"}, ("30", None)),
        ({"marker": "DBP"}, ("30", None)),
        ({"cohort": "high"}, ("30", None)),
        ({"timepoint": "month_12"}, ("30", None)),
    ],
)
def test_the_artefact_says_what_is_withheld_and_why(group, expected):
    found = shown_comparisons(frame(compared(n_pairs=30)), small_groups(group), ONE)
    assert printed(found, ONE) == {"all": expected}


def test_a_figure_counts_nothing_for_itself():
    found = shown_comparisons(frame(compared(n_pairs=3)), small_groups(), ONE)
    assert printed(found, ONE) == {"all": ("3", None)}


@pytest.mark.parametrize(
    ("n", "text", "why"),
    [(0, "0", None), (1, "<5", "few pairs"), (4, "<5", "few pairs"), (5, "5", None)],
)
def test_groups_of_one_to_four_pairs_are_withheld(n, text, why):
    assert shown(compared(n_pairs=n)) == {"all": (text, why)}


def test_the_smallest_group_is_the_settings():
    assert shown(compared(n_pairs=9), minimum_cell=10) == {"all": ("<10", "few pairs")}


def stages(three: int, four: int, five: int, **pooled) -> list[dict]:
    counts = {"ckd_3": three, "ckd_4": four, "ckd_5": five}
    rows = [compared(cohort=c, n_pairs=n) for c, n in counts.items()]
    return [*rows, compared(cohort="ckd_3_5", n_pairs=three + four + five, **pooled)]


PARTS = [{"ckd_3": ["3"], "ckd_4": ["4"], "ckd_5": ["5"], "ckd_3_5": ["3", "4", "5"]}]


@pytest.mark.parametrize("pooled", [{}, {"profile": "as_published"}])
def test_a_group_that_gives_a_small_one_away_is_withheld_too(pooled):
    # 34 - 24 - 6 = 4: of the stages that are not small, 4 is the smallest; wherever 34 is printed
    found = shown(*stages(24, 6, 4, **pooled), cohorts=STAGES, parts=PARTS)
    assert found == {
        "ckd_3": ("24", None), "ckd_4": ("", "gives away"), "ckd_5": ("<5", "few pairs"),
    }  # fmt: skip


def test_two_small_groups_hide_each_other_where_they_are_enough_together():
    # 12 - 7 = 5 persons in two groups: neither is told
    found = shown(*stages(7, 3, 2), cohorts=STAGES, parts=PARTS)
    assert found["ckd_3"] == ("7", None)
    # 9 - 7 = 2 persons in two groups of 1: that is too few to be told
    found = shown(*stages(7, 1, 1), cohorts=STAGES, parts=PARTS)
    assert found["ckd_3"][1] == "gives away"


def test_without_the_sum_nothing_is_given_away():
    found = shown(*stages(24, 6, 4)[:3], cohorts=STAGES, parts=PARTS)
    assert found["ckd_4"] == ("6", None)


def test_a_group_of_almost_all_is_withheld():
    # 30 - 27 = 3 persons are not in the group
    cohorts = [{"cohort": c, "label": c} for c in ("all", "high")]
    parts = [{"all": ["band 0", "band 1", "rest"], "high": ["band 1"]}]
    rows = [compared(n_pairs=30), compared(cohort="high", n_pairs=27)]
    found = shown(*rows, cohorts=cohorts, parts=parts)
    assert found == {"all": ("30", None), "high": ("", "gives away")}


def test_the_primary_test_of_the_foremost_role_is_shown():
    rows = [
        compared(role="sensitivity", p_value=0.9),
        compared(role="primary", p_value=0.2),
        compared(role="post_hoc", p_value=0.8),
        compared(role="primary", p_value=0.7, primary=False),
        compared(role="primary", p_value=0.6, profile="as_published"),
        compared("DBP", p_value=0.5, role="primary"),
    ]
    found = shown_comparisons(frame(*rows), small_groups(), ONE)
    assert [row["p_value"] for row in found] == [0.2]


def test_panels_come_by_marker_in_a_grid_and_by_cohort_where_markers_differ():
    sexes = [{"cohort": c, "label": c} for c in ("male", "female")]
    how = HOW | {"cohorts": sexes}
    grid = [compared(m, cohort=c) for m in ("DBP", "SBP") for c in ("female", "male")]
    in_grid = [(m["marker"], c["cohort"]) for m, c, _ in panels(grid, how)]
    assert in_grid == [("SBP", "male"), ("SBP", "female"), ("DBP", "male"), ("DBP", "female")]
    gap = [(m["marker"], c["cohort"]) for m, c, _ in panels(grid[1:], how)]
    assert gap == [("SBP", "male"), ("DBP", "male"), ("SBP", "female")]
