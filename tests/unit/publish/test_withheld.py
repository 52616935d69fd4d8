"""What of the tables in results/tables/ is withheld, and what is not."""

import polars as pl
import pytest
from labcohort.assess.small_groups import ALL_PAIRS, KEY
from labcohort.publish import withheld

from schemas.attenders import Attenders
from schemas.in_range import InRange
from schemas.regression import Regression
from schemas.scorecard import Scorecard
from schemas.sensitivity import Sensitivity
from tests.unit.publish.test_tables import ROW, comparisons

HOW = {"words": {}, "minimum_cell": 5, "published_profile": "recommended"}
ONE = HOW | {"minimum_cell": 1}
FEW = "fewer than 5 persons"
COUNTS = "counts of fewer than 5 persons"
PLACE = {"marker": "HBA1C", "cohort": "all", "timepoint": "month_6"}
NOBODY = pl.DataFrame(schema={"cohort": pl.String, "timepoint": pl.String})


def groups(*rows: tuple) -> pl.DataFrame:
    schema = dict.fromkeys(KEY, pl.String) | {"few": pl.Boolean}
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def of(model, **row) -> pl.DataFrame:
    schema = {name: column.dtype.type for name, column in model.to_schema().columns.items()}
    return pl.DataFrame([dict.fromkeys(schema) | row], schema=schema, orient="row")


def own(row: dict, *gone: tuple, members: pl.DataFrame = NOBODY, how: dict = HOW) -> dict:
    frame = comparisons(row).drop("withheld")
    return withheld.comparisons(frame, groups(*gone), members, how).row(0, named=True)


PLENTY = {
    "n_members": 60, "n_baseline": 60, "n_followup": 60, "n_pairs": 60, "n_lost": 0,
    "n_positive": 20, "n_negative": 40, "w_plus": 300.0, "baseline_min": 1.0, "n_ties": 9,
}  # fmt: skip


@pytest.mark.parametrize(("few", "said"), [(True, FEW), (False, "would give away " + FEW)])
def test_of_a_group_that_is_withheld_no_number_is_left(few, said):
    row = own(PLENTY | {"note": "3 pairs"}, ("recommended", *PLACE.values(), few))
    assert row["withheld"] == said
    numbers = {k for k, v in row.items() if isinstance(v, int | float) and v is not True}
    assert {k for k in numbers if not isinstance(row[k], bool)} == {"alpha"}
    assert row["note"] is None and row["adjustment"] == ROW["adjustment"]


def test_extremes_are_single_persons_values_and_withheld_in_every_group():
    row = own(PLENTY)
    assert row["baseline_min"] is None and row["withheld"] is None
    assert (row["n_positive"], row["w_plus"], row["baseline_mean"]) == (20, 300.0, 7.765)


def test_a_minimum_of_one_withholds_nothing():
    row = own({"baseline_min": 1.0}, ("recommended", *PLACE.values(), True), how=ONE)
    assert (row["baseline_min"], row["n_positive"], row["withheld"]) == (1.0, 2, None)


def test_few_with_a_sign_of_change_are_withheld_with_the_rank_sums_that_tell_them():
    note = "3 non-zero differences: the exact p cannot fall below 0.25; another"
    row = own(PLENTY | {"n_positive": 3, "n_negative": 47, "n_zero": 10, "note": note})
    # 3 and the smallest other
    assert [row[k] for k in ("n_positive", "n_negative", "n_zero", "w_plus")] == [
        None,
        47,
        None,
        None,
    ]
    assert (row["note"], row["withheld"], row["n_pairs"]) == ("another", COUNTS, 60)


@pytest.mark.parametrize("below", [2, 57])
def test_few_below_detection_or_few_above_are_withheld_with_the_note_that_says_them(below):
    said = f"{below} of 120 values are, or rest on, a result sent as a limit (lod_half)"
    row = own(PLENTY | {"n_below_baseline": below, "n_censored": below, "note": said})
    assert [row[k] for k in ("n_censored", "n_below_baseline", "n_below_followup")] == [None] * 3
    assert row["note"] is None


def test_pairs_lost_by_a_flag_are_counts_of_persons_and_values_that_are_missing_are_not():
    missing = own(PLENTY | {"lost": "no value at follow-up: 2"})
    assert missing["lost"] == "no value at follow-up: 2"
    flagged = own(PLENTY | {"lost": "insulin-treated: 2; no value at follow-up: 9"})
    assert flagged["lost"] is None and flagged["withheld"] == COUNTS


def test_where_members_are_withheld_so_is_what_would_add_up_to_them():
    members = pl.DataFrame([("all", "month_6")], schema=NOBODY.schema, orient="row")
    row = own(PLENTY, members=members)
    assert [row[k] for k in ("n_members", "n_lost", "n_baseline", "n_pairs")] == [
        None,
        None,
        None,
        60,
    ]


SQUARE = {
    **PLACE, "n_pairs": 100, "n_judged": 100, "n_without_range": 0, "n_own_range": 0,
    "n_censored": 0, "in_in": 50, "in_out": 10, "out_in": 20, "out_out": 20,
    "share_baseline": 0.6, "share_followup": 0.7, "difference": 0.1, "p_mcnemar": 0.1,
    "difference_ci_low": 0.0, "below_baseline": 20, "above_baseline": 20, "below_followup": 0,
    "above_followup": 30, "selected_on_baseline": False,
}  # fmt: skip


def ranged(*gone: tuple, **row) -> dict:
    frame = of(InRange, **SQUARE | row)
    return withheld.in_range(frame, groups(*gone), HOW).row(0, named=True)


def test_shares_in_range_of_many_are_shown():
    assert {k: ranged()[k] for k in SQUARE} == SQUARE


def test_few_outside_at_a_visit_take_its_share_and_all_that_tells_it():
    row = ranged(in_in=70, in_out=27, out_in=2, out_out=1, below_baseline=0, above_baseline=3)
    shown = {k for k in SQUARE if row[k] is not None}
    assert {"share_followup", "above_followup", "n_judged"} <= shown
    hidden = {
        "share_baseline",
        "above_baseline",
        "below_baseline",
        "difference",
        "p_mcnemar",
        "in_in",
    }
    assert not hidden & shown


def test_few_who_moved_are_withheld_with_the_test_that_tells_them_but_not_the_shares():
    row = ranged(in_in=58, in_out=2, out_in=12, out_out=28)
    assert [row[k] for k in ("in_in", "in_out", "p_mcnemar", "difference_ci_low")] == [None] * 4
    assert (row["share_baseline"], row["difference"]) == (0.6, 0.1)


def test_sides_of_a_range_are_cells():
    row = ranged(below_baseline=38, above_baseline=2)
    assert (row["below_baseline"], row["above_baseline"], row["share_baseline"]) == (
        None,
        None,
        0.6,
    )


def test_shares_of_a_withheld_group_and_of_few_judged_pairs_are_withheld():
    assert ranged((ALL_PAIRS, *PLACE.values(), True))["n_pairs"] is None
    row = ranged(n_judged=3, n_without_range=97)
    assert (row["n_pairs"], row["n_judged"], row["n_without_range"]) == (100, None, None)


MEANS = {
    "comparison": "paired", "group_a": "paired", "group_b": "unpaired", "variable": "HBA1C",
    "scale": "linear", "n_a": 215, "n_b": 30, "n_both": 0, "mean_a": 7.5, "sd_a": 1.0,
    "mean_b": 8.5, "sd_b": 1.5, "standardised_difference": 0.8, "sd_ci_low": 0.1, "sd_ci_high": 2.0,
}  # fmt: skip


def attending(*rows: dict) -> list[dict]:
    frame = pl.concat(of(Attenders, **MEANS | row) for row in rows)
    return withheld.attenders(frame, HOW).to_dicts()


def test_a_group_of_few_has_no_mean_and_no_difference_that_tells_it():
    row, other = attending({"n_b": 3}, {})
    assert [row[k] for k in ("n_b", "mean_b", "sd_b", "standardised_difference")] == [None] * 4
    assert (row["n_a"], row["mean_a"], row["withheld"]) == (215, 7.5, FEW)
    assert other["withheld"] is None and other["mean_b"] == 8.5


@pytest.mark.parametrize("share", [3 / 30, 27 / 30])
def test_a_share_of_a_known_number_is_a_count(share):
    men = {"variable": "sex_male", "scale": "share", "sd_a": None, "sd_b": None, "mean_a": 0.5}
    (row,) = attending(men | {"mean_b": share})
    assert (row["mean_b"], row["standardised_difference"]) == (None, None)
    assert (row["n_b"], row["mean_a"]) == (30, 0.5)


def test_what_is_withheld_of_a_followup_is_of_all_who_attended():
    rows = attending(
        {"comparison": "followup_sets", "n_b": 3}, {"comparison": "any_followup"},
        {"comparison": "any_followup", "variable": "age"},
    )  # fmt: skip
    assert [row["mean_a"] for row in rows] == [7.5, None, 7.5]


CARD = {
    **PLACE, "publication": "p", "test": "paired_t", "summary": "mean_sem", "ours_baseline": "7.77",
    "published_baseline": "7.77", "published_significant": "no", "published_direction": "none",
    "ours_significant": "no", "n_pairs": 4, "p_value": 0.3, "verdict": "reproduced", "why": "x",
    "source": "s",
}  # fmt: skip


def test_a_verdict_on_a_withheld_group_would_tell_its_numbers():
    hidden = groups(("recommended", *PLACE.values(), True))
    row = withheld.scorecard(of(Scorecard, **CARD), hidden, HOW).row(0, named=True)
    gone = ("ours_baseline", "ours_significant", "n_pairs", "p_value", "verdict", "why")
    assert [row[k] for k in gone] == [None] * 6
    assert (row["published_baseline"], row["withheld"]) == ("7.77", FEW)
    # of another profile than the one that answers the publication
    other = groups(("another", *PLACE.values(), True))
    assert withheld.scorecard(of(Scorecard, **CARD), other, HOW).row(0, named=True)["verdict"]


def test_the_grid_says_nothing_of_a_withheld_group_and_not_how_few_pairs_another_has():
    grid = {
        **PLACE, "profile": "recommended", "family": "f", "reference_test": "paired_t",
        "n_grid": 8, "n_valid": 6, "alpha": 0.05, "dimensions": "test: a, b",
        "note": "shares; 2 of 8 without a test: one pair only; 1 of 8 without a test: every"
        " difference is zero",
    }  # fmt: skip
    frame = of(Sensitivity, **grid)
    hidden = groups(("recommended", *PLACE.values(), True))
    row = withheld.sensitivity(frame, hidden, HOW).row(0, named=True)
    assert (row["n_valid"], row["note"], row["withheld"]) == (None, None, FEW)
    row = withheld.sensitivity(frame, groups(), HOW).row(0, named=True)
    assert row["n_valid"] == 6
    assert row["note"] == "shares; 1 of 8 without a test: every difference is zero"


@pytest.mark.parametrize(
    ("n_all", "n_selected", "n_reversed", "shown"),
    [(100, 50, 40, True), (100, 4, 40, False), (100, 97, 40, False), (100, 50, 3, True)],
)
def test_few_selected_and_few_who_were_not_are_withheld(n_all, n_selected, n_reversed, shown):
    numbers = {"n_all": n_all, "n_selected": n_selected, "n_reversed": n_reversed}
    note = f"{n_reversed} pairs in time-reversed selection, fewer than 10"
    frame = of(Regression, **PLACE, **numbers, observed=1.5, note=note, label="l")
    row = withheld.regression_to_the_mean(frame, groups(), HOW).row(0, named=True)
    assert (row["observed"] == 1.5) == shown
    assert (row["n_selected"] == n_selected) == shown
    assert (row["n_reversed"], row["note"]) == (
        (40, note) if shown and n_reversed == 40 else (None, None)
    )


def flow(failed: list[int], entered: int = 100) -> list[tuple]:
    rows = []
    for n in failed:
        rows.append((f"step {len(rows)}", entered, n, entered - n))
        entered -= n
    rows += [("at baseline", None, None, entered), ("at both", None, None, 3)]
    names = {"step": pl.String, "entered": pl.Int64, "excluded": pl.Int64, "remained": pl.Int64}
    frame = withheld.selection_flow(pl.DataFrame(rows, schema=names, orient="row"), HOW)
    return frame.select("entered", "excluded", "remained").rows()


def test_a_flow_without_few_is_shown_but_for_few_at_a_timepoint():
    assert flow([12, 0, 8]) == [
        (100, 12, 88), (88, 0, 88), (88, 8, 80), (None, None, 80), (None, None, None),
    ]  # fmt: skip


def test_few_excluded_are_withheld_with_another_step_and_what_remained_between():
    assert flow([12, 3, 9, 20])[:4] == [
        (100, 12, 88), (88, None, None), (None, None, 76), (76, 20, 56),
    ]  # fmt: skip


def test_few_eligible_are_withheld_with_an_exclusion_that_would_tell_them():
    assert flow([88, 9]) == [
        (100, 88, 12), (12, None, None), (None, None, None), (None, None, None),
    ]  # fmt: skip


def test_few_excluded_who_are_the_only_ones_take_the_number_at_the_start():
    # the eligible at the end stand in other tables
    assert flow([0, 3, 0])[:4] == [(None, 0, None), (None, None, 97), (97, 0, 97), (None, None, 97)]
