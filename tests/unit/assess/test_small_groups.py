"""Groups of few persons, and those from which they could be told by subtraction."""

import polars as pl
import pytest
from labcohort.assess.small_groups import ALL_PAIRS, Group, hidden, hidden_groups, hidden_members

STAGES = {
    "stage_3": ["3"],
    "stage_4": ["4"],
    "stage_5": ["5"],
    "stages_3_5": ["3", "4", "5"],
    "all": ["3", "4", "5", "rest"],
}
SEX = {"male": ["male"], "female": ["female"], "all": ["male", "female", "rest"]}


def gone(**counts: int) -> set[str]:
    groups = {Group(cohort, n) for cohort, n in counts.items()}
    return {group.cohort for group in hidden(groups, [STAGES, SEX], 5)}


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"all": 60}, set()),
        ({"all": 4}, {"all"}),
        ({"stage_3": 24, "stage_4": 0}, set()),
        # nothing tells a 4 by itself
        ({"stage_3": 24, "stage_5": 4}, {"stage_5"}),
        # 34 - 24 - 6 = 4: the smaller of the others goes too, and 10 is left
        (
            {"stages_3_5": 34, "stage_3": 24, "stage_4": 6, "stage_5": 4},
            {"stage_4", "stage_5"},
        ),
        # the same where the few are no group of their own
        ({"stages_3_5": 34, "stage_3": 24, "stage_4": 6}, {"stage_4"}),
        # two of few: 12 - 7 = 5 is 1 + 4 or 2 + 3
        ({"stages_3_5": 12, "stage_3": 7, "stage_4": 3, "stage_5": 2}, {"stage_4", "stage_5"}),
        # 15 - 7 = 8 can only be 4 and 4, so the 7 goes as well
        (
            {"stages_3_5": 15, "stage_3": 7, "stage_4": 4, "stage_5": 4},
            {"stage_3", "stage_4", "stage_5"},
        ),
        # 9 - 7 = 2 are too few to be told, in however many groups
        (
            {"stages_3_5": 9, "stage_3": 7, "stage_4": 1, "stage_5": 1},
            {"stage_3", "stage_4", "stage_5"},
        ),
        # all less men are few, whoever they are
        ({"all": 60, "male": 57}, {"male"}),
        ({"all": 60, "male": 60, "female": 0}, set()),
        ({"all": 60, "male": 30, "female": 30}, set()),
    ],
)
def test_which_groups_are_withheld(counts, expected):
    assert gone(**counts) == expected


def test_a_minimum_of_one_withholds_no_group():
    assert hidden({Group("all", 1), Group("male", 1)}, [SEX], 1) == set()


def test_an_analysis_that_leaves_out_few_persons_is_withheld():
    # 60 less 57: three who were left out, for something known of them
    assert hidden({Group("all", 60), Group("all", 57)}, [SEX], 5) == {Group("all", 57)}


def counted(*rows: tuple) -> pl.DataFrame:
    names = ("profile", "marker", "cohort", "timepoint", "n_pairs")
    return pl.DataFrame(rows, schema=names, orient="row")


def test_groups_of_all_profiles_are_looked_at_together():
    """Stages 3 to 5 in one profile, and 3 and 4 in another, tell the 4 of stage 5 as well."""
    comparisons = counted(
        ("a", "X", "stages_3_5", "t", 34), ("b", "X", "stage_3", "t", 24),
        ("b", "X", "stage_4", "t", 6), ("b", "Y", "stage_4", "t", 6), ("b", "X", "stage_5", "u", 4),
    )  # fmt: skip
    found = hidden_groups(comparisons, comparisons.head(1), [STAGES], 5)
    assert found.rows() == [("b", "X", "stage_4", "t", False), ("b", "X", "stage_5", "u", True)]


def test_the_shares_in_range_are_an_analysis_that_leaves_out_nobody():
    comparisons, in_range = counted(("a", "X", "all", "t", 57)), counted(("", "X", "all", "t", 60))
    found = hidden_groups(comparisons, in_range, [SEX], 5)
    assert found.rows() == [("a", "X", "all", "t", False)]
    few = hidden_groups(
        counted(("a", "X", "all", "t", 3)), counted(("", "X", "all", "t", 3)), [], 5
    )
    assert set(few.get_column("profile")) == {"a", ALL_PAIRS}


def test_members_are_looked_at_by_timepoint():
    members = pl.DataFrame(
        [("stage_5", "t", 4), ("stage_4", "t", 9), ("stage_5", "u", 9)],
        schema=["cohort", "timepoint", "n_members"], orient="row",
    )  # fmt: skip
    assert hidden_members(members, [STAGES], 5).rows() == [("stage_5", "t")]
