"""Pairs are joined by person; counts as the contract defines them (Cohort)."""

import random

import polars as pl
import pytest
from labcohort.compare.pairs import Pairing

CHOSEN = {
    "person": pl.String, "marker": pl.String, "timepoint": pl.String, "value": pl.Float64,
    "comparator": pl.String, "flag": pl.String,
}  # fmt: skip
MEMBERS = {"cohort": pl.String, "timepoint": pl.String, "person": pl.String}


def chosen(*rows: tuple) -> pl.DataFrame:
    """Values from (person, timepoint, value[, comparator[, marker]])."""
    full = [(*row, *(None, "HBA1C")[len(row) - 3 :]) for row in rows]
    return pl.DataFrame(
        [(person, marker, t, value, sign, None) for person, t, value, sign, marker in full],
        schema=CHOSEN,
        orient="row",
    )


def members(people: str, cohort: str = "all", timepoint: str = "month_6") -> pl.DataFrame:
    rows = [(cohort, timepoint, person) for person in people.split()]
    return pl.DataFrame(rows, schema=MEMBERS, orient="row")


def paired(values: pl.DataFrame, who: pl.DataFrame, **how):
    return Pairing([(values.lazy(), who.lazy())], "baseline").pairs(
        "HBA1C", "all", "month_6", **how
    )


def flagged(values: pl.DataFrame, **flags: str) -> pl.DataFrame:
    """The values, all those of a person with a flag."""
    flag = pl.col("person").replace_strict(flags, default=None, return_dtype=pl.String)
    return values.with_columns(flag=flag)


def both_visits(people: str) -> pl.DataFrame:
    return chosen(*((p, t, 7.0) for p in people.split() for t in ("baseline", "month_6")))


def counts(data) -> tuple[int, int, int, int]:
    return data.n_members, data.n_baseline, data.n_followup, len(data.baseline)


def test_counts_of_members_values_and_pairs():
    values = chosen(
        ("p1", "baseline", 7.0), ("p1", "month_6", 6.5),
        ("p2", "baseline", 8.0),
        ("p3", "month_6", 6.0),
        # p4 has nothing of this marker, p9 is no member
        ("p9", "baseline", 1.0), ("p9", "month_6", 1.0),
    )  # fmt: skip
    data = paired(values, members("p1 p2 p3 p4"))
    assert counts(data) == (4, 2, 2, 1)
    assert (data.baseline.tolist(), data.followup.tolist()) == ([7.0], [6.5])


def test_members_are_those_of_this_cohort_and_timepoint():
    values = chosen(*((p, t, 7.0) for p in ("p1", "p2", "p3") for t in ("baseline", "month_6")))
    who = pl.concat(
        [members("p1"), members("p2", cohort="male"), members("p3", timepoint="month_12")]
    )
    assert counts(paired(values, who)) == (1, 1, 1, 1)


def test_other_markers_and_timepoints_do_not_count():
    values = chosen(
        ("p1", "baseline", 7.0), ("p1", "month_12", 6.0), ("p1", "month_6", 5.0, None, "FBS")
    )
    assert counts(paired(values, members("p1"))) == (1, 1, 0, 0)


def test_an_empty_cohort_has_no_pairs():
    assert counts(paired(chosen(("p1", "baseline", 7.0)), members(""))) == (0, 0, 0, 0)


def test_each_member_who_is_no_pair_is_lost_for_one_reason():
    values = chosen(
        ("p1", "baseline", 7.0), ("p1", "month_6", 6.5),
        ("p2", "baseline", 8.0), ("p3", "baseline", 8.0), ("p4", "month_6", 6.0),
    )  # fmt: skip
    data = paired(values, members("p1 p2 p3 p4 p5 p6 p7"))
    assert data.lost == {
        "no value at baseline": 1, "no value at either visit": 3, "no value at follow-up": 2,
    }  # fmt: skip
    assert sum(data.lost.values()) + len(data.baseline) == data.n_members


def test_nobody_is_lost_where_all_are_pairs():
    assert paired(both_visits("p1 p2"), members("p1 p2")).lost == {}


INSULIN = ("insulin_treated", "insulin_unknown")


def test_values_with_an_excluded_flag_are_lost_and_counted_by_flag():
    values = flagged(
        both_visits("p1 p2 p3 p4 p5"),
        p1="insulin_treated", p2="insulin_unknown", p3="insulin_treated", p4="soft_high",
    )  # fmt: skip
    data = paired(values, members("p1 p2 p3 p4 p5"), exclude=INSULIN)
    assert counts(data) == (5, 5, 5, 2)
    assert data.lost == {"insulin treatment not known": 1, "insulin-treated": 2}


def test_without_exclusion_a_flag_loses_nobody():
    values = flagged(both_visits("p1 p2"), p1="insulin_treated")
    assert counts(paired(values, members("p1 p2"))) == (2, 2, 2, 2)


@pytest.mark.parametrize("visit", ["baseline", "month_6"])
def test_a_flag_at_either_visit_is_enough(visit):
    at_visit = pl.when(pl.col("timepoint") == visit).then(pl.lit("insulin_treated"))
    data = paired(both_visits("p1").with_columns(flag=at_visit), members("p1"), exclude=INSULIN)
    assert data.lost == {"insulin-treated": 1}


@pytest.mark.parametrize(
    ("flag", "lost"),
    [
        ("soft_high|insulin_treated", True),
        ("insulin_treated|censored_input", True),
        # the first that is excluded is the reason, whatever the row says first
        ("insulin_unknown|insulin_treated", True),
        ("insulin_treated_once", False),
        ("not_insulin_treated", False),
    ],
)
def test_a_flag_is_one_of_several_and_no_part_of_another(flag, lost):
    data = paired(flagged(both_visits("p1"), p1=flag), members("p1"), exclude=INSULIN)
    assert data.lost == ({"insulin-treated": 1} if lost else {})


def test_who_lacks_a_value_is_lost_for_that_and_not_for_a_flag():
    values = flagged(chosen(("p1", "baseline", 7.0)), p1="insulin_treated")
    data = paired(values, members("p1"), exclude=INSULIN)
    assert data.lost == {"no value at follow-up": 1}


@pytest.mark.parametrize(
    ("before", "after", "limits", "below"),
    [
        (None, None, [False, False], [False, False]),
        ("<", None, [True, False], [True, False]),
        (None, "<=", [False, True], [False, True]),
        (None, ">=", [False, True], [False, False]),
        ("<", ">", [True, True], [True, False]),
    ],
)
def test_limits_are_told_of_each_paired_value(before, after, limits, below):
    values = chosen(
        ("p1", "baseline", 0.1, before), ("p1", "month_6", 0.2, after),
        ("p2", "baseline", 0.1, "<"), ("p3", "month_6", 0.1, "<"),
    )  # fmt: skip
    data = paired(values, members("p1 p2 p3"))
    assert (data.limits.tolist(), data.below.tolist()) == ([limits], [below])


def test_limits_stand_in_the_order_of_the_pairs():
    values = chosen(
        ("p2", "baseline", 0.2), ("p2", "month_6", 0.2, "<"),
        ("p1", "baseline", 0.1, "<"), ("p1", "month_6", 0.1),
    )  # fmt: skip
    data = paired(values, members("p2 p1"))
    assert data.baseline.tolist() == [0.1, 0.2]
    assert data.limits.tolist() == [[True, False], [False, True]]


def test_a_value_derived_from_a_limit_rests_on_it_and_is_not_below_it():
    values = chosen(("p1", "baseline", 0.1), ("p1", "month_6", 0.2))
    derived = values.with_columns(flag=pl.Series(["soft_low|censored_input", None]))
    data = paired(derived, members("p1"))
    assert data.limits.tolist() == [[True, False]]
    assert not data.below.any()


def test_a_limit_makes_a_pair_and_counts_as_the_value_it_has():
    # one that the study excludes is not among the chosen values (cohorts.timepoints)
    values = chosen(
        ("p1", "baseline", 0.1, "<"), ("p1", "month_6", 0.2),
        ("p2", "baseline", 0.1), ("p2", "month_6", 9.0, ">"),
        ("p3", "baseline", 0.3), ("p3", "month_6", 0.4),
    )  # fmt: skip
    data = paired(values, members("p1 p2 p3"))
    assert (data.baseline.tolist(), data.followup.tolist()) == ([0.1, 0.1, 0.3], [0.2, 9.0, 0.4])
    assert data.lost == {}
    without = values.filter(pl.col("comparator").is_null())
    assert paired(without, members("p1 p2 p3")).lost == {
        "no value at baseline": 1, "no value at follow-up": 1,
    }  # fmt: skip


def test_no_pairs_have_no_limits_of_two_visits():
    data = paired(chosen(("p1", "baseline", 7.0)), members("p1"))
    assert data.limits.shape == data.below.shape == (0, 2)


def test_two_values_of_one_person_and_timepoint_are_a_fault():
    values = chosen(("p1", "baseline", 7.0), ("p1", "month_6", 6.0), ("p1", "month_6", 5.0))
    with pytest.raises(ValueError, match="stands twice"):
        paired(values, members("p1"))


@pytest.mark.parametrize("seed", range(10))
def test_shuffled_rows_never_join_the_wrong_persons(seed):
    draw = random.Random(seed)
    people = [f"p{draw.randrange(10**9):09}" for _ in range(50)]
    # each person's own pair of values: follow-up is baseline + 0.5 exactly
    rows = [(p, "baseline", float(i)) for i, p in enumerate(people) if draw.random() < 0.8]
    rows += [(p, "month_6", i + 0.5) for i, p in enumerate(people) if draw.random() < 0.8]
    draw.shuffle(rows)
    who = members(" ".join(draw.sample(people, 40)))
    data = paired(chosen(*rows), who)
    inside = set(who.get_column("person"))
    before = {p for p, t, _ in rows if t == "baseline" and p in inside}
    after = {p for p, t, _ in rows if t == "month_6" and p in inside}
    assert counts(data) == (40, len(before), len(after), len(before & after))
    assert (data.followup - data.baseline == 0.5).all()
    # in the order of the pseudonyms, so that the file's order changes no bit
    expected = [float(people.index(p)) for p in sorted(before & after)]
    assert data.baseline.tolist() == expected


@pytest.mark.parametrize("buckets", [1, 3, 8])
def test_pairs_are_in_the_order_of_the_pseudonyms_in_whatever_buckets(buckets):
    draw = random.Random(buckets)
    people = [f"p{draw.randrange(10**9):09}" for _ in range(50)]
    values = both_visits(" ".join(people)).with_columns(
        value=pl.col("person").str.slice(1).cast(pl.Float64)
    )
    who = members(" ".join(people))
    of = pl.col("person").replace_strict({p: draw.randrange(buckets) for p in people})
    parts = [
        (values.filter(of == b).lazy(), who.filter(of == b).sample(fraction=1, shuffle=True).lazy())
        for b in range(buckets)
    ]
    data = Pairing(parts, "baseline").pairs("HBA1C", "all", "month_6")
    assert data.baseline.tolist() == sorted(float(person[1:]) for person in people)
    assert data.n_members == 50 and data.lost == {}


def test_a_membership_twice_is_a_fault():
    who = pl.concat([members("p1 p2"), members("p2")])
    with pytest.raises(ValueError, match="stands twice"):
        paired(both_visits("p1 p2"), who)


def test_markers_may_be_asked_for_in_any_order():
    values = pl.concat(
        [both_visits("p1 p2"), chosen(*((p, t, 5.0, None, "FBS") for p in ("p1", "p2")
                                        for t in ("baseline", "month_6")))]
    )  # fmt: skip
    pairing = Pairing([(values.lazy(), members("p1 p2").lazy())], "baseline")
    found = [pairing.pairs(m, "all", "month_6").baseline.tolist() for m in ("FBS", "HBA1C", "FBS")]
    assert found == [[5.0, 5.0], [7.0, 7.0], [5.0, 5.0]]
