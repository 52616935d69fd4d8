"""Tables of the scorecard, the attenders and the sensitivity grid: their words and numbers."""

import polars as pl
import pytest
from labcohort.publish.tables import attenders, scorecard, sensitivity

from schemas.sensitivity import Sensitivity
from tests.unit.publish.test_tables import HOW, IFCC
from tests.unit.publish.test_withheld import CARD, MEANS

TABLE = {"table": "t", "title": "T"}


def frame(*rows: dict, **columns) -> pl.DataFrame:
    return pl.DataFrame([{"withheld": None} | row for row in rows], infer_schema_length=None)


def texts(table) -> list[list[str]]:
    return [[cell.text for cell in line.cells] for line in table.lines]


def carded(how: dict | None = None, **row):
    own = CARD | {"published_followup": None, "ours_followup": None, "ours_direction": "down"}
    return scorecard.printed(frame(own | row), TABLE | {"kind": "scorecard"}, how or HOW)


def test_a_published_result_stands_beside_ours():
    table = carded(published_followup="7.52", ours_followup="7.53", n_pairs=20)
    assert texts(table) == [
        ["HbA1c, %", "All patients", "6 months", "paired t", "7.77 → 7.52", "7.77 → 7.53",
         "not significant", "lower, not significant", "20", "0.300", "reproduced"],
    ]  # fmt: skip
    assert table.lines[0].note == "x"
    assert table.footnotes[0] == "1 published results: 1 reproduced."


@pytest.mark.parametrize(
    ("significant", "direction", "said"),
    [
        ("yes", "down", "lower, significant"),
        ("yes", "up", "higher, significant"),
        ("unknown", "up", "higher"),
        # "none" asserts no more than that p is not below alpha
        ("no", "none", "not significant"),
        ("unknown", "unknown", "not stated"),
    ],
)
def test_what_a_source_says_is_printed_and_no_more(significant, direction, said):
    table = carded(published_significant=significant, published_direction=direction)
    assert texts(table)[0][6] == said


@pytest.mark.parametrize("synthetic", [True, False])
def test_a_verdict_on_made_up_data_is_not_about_the_publication(synthetic):
    said = " ".join(carded(HOW | {"synthetic": synthetic}).footnotes)
    assert ("not about the publication" in said) == synthetic


def test_a_withheld_group_has_no_verdict():
    gone = dict.fromkeys(("ours_baseline", "n_pairs", "p_value", "verdict", "why"))
    table = carded(**gone, withheld="fewer than 5 persons")
    assert texts(table)[0][-3:] == ["<5", "", "withheld"]
    assert table.lines[0].note == "withheld: fewer than 5 persons"
    assert table.footnotes[0] == "1 published results: 1 withheld."


def attending(*rows: dict, **how):
    own = (MEANS | {"timepoint": "month_6", "marker": "HBA1C", "note": None} | row for row in rows)
    return attenders.printed(frame(*own), TABLE | {"kind": "attenders"}, HOW | how)


SETS = {"comparison": "followup_sets", "group_a": "month_6", "group_b": "month_12"}


def test_attenders_stand_in_groups_of_lines_in_the_order_of_the_comparisons():
    table = attending(
        {}, {"comparison": "any_followup"}, SETS, SETS | {"variable": "age"}, {"variable": "age"}
    )
    assert [bool(line.heading) for line in table.lines] == [True, False, True, True]
    assert "6 months (first group) against those at 12 months" in table.lines[0].heading
    assert [line.about["comparison"] for line in table.lines] == [
        "followup_sets", "followup_sets", "any_followup", "paired",
    ]  # fmt: skip
    # age before the markers; of those with a pair the marker itself alone
    assert [line.about["variable"] for line in table.lines] == ["age", "HBA1C", "HBA1C", "HBA1C"]
    assert texts(table)[1] == [
        "HbA1c, %", "mean (SD)", "215", "7.50 (1.00)", "30", "8.50 (1.50)", "0.80 (0.10 to 2.00)",
    ]  # fmt: skip


def test_a_share_is_in_per_cent_and_a_factor_has_no_unit():
    share = SETS | {"variable": "sex_male", "scale": "share", "mean_a": 0.5, "mean_b": 0.125}
    log = SETS | {"variable": "WHR", "scale": "log", "sd_a": 1.256, "mean_a": 0.9}
    men, ratio = texts(attending(share | {"sd_a": None, "sd_b": None}, log))
    assert men[:4] == ["Men, %", "share", "215", "50.0"] and men[5] == "12.5"
    assert ratio[1:4] == ["geometric mean (SD factor)", "215", "0.900 (1.26)"]


def test_attenders_are_in_the_unit_to_show_but_for_logarithms_of_one_with_another_zero():
    # NGSP to IFCC, Hoelzel 2004: 10.93 * 7.5 - 23.5 = 58.475, and 10.93 for an SD of 1
    linear, log = texts(attending(SETS, {"scale": "log"}, units=IFCC))
    assert (linear[0], linear[3]) == ("HbA1c, mmol/mol", "58.5 (10.9)")
    assert (log[0], log[3]) == ("HbA1c, %", "7.50 (1.00)")


GRID = {
    "profile": "as_published", "family": "f", "marker": "HBA1C", "cohort": "all",
    "timepoint": "month_6", "reference_test": "paired_t", "n_grid": 8, "n_valid": 6,
    "n_distinct": 4, "n_same_sign": 6, "share_same_sign": 1.0, "n_below_alpha": 4,
    "share_below_alpha": 4 / 6, "n_same_sign_below_alpha": 4, "alpha": 0.05,
    "share_same_sign_below_alpha": 4 / 6, "dimensions": "censored: lod, sqrt2; window: ±45, ±30",
    "crosses_alpha_by": "test: wilcoxon_signed_rank; equation: ckd_epi_2021", "withheld": None,
    "note": "shares are of the valid specifications; these are not independent: a share describes,"
    " it is no evidence; 2 of 8 without a test: x",
}  # fmt: skip


def test_shares_of_specifications_have_their_denominator_and_decisions_are_in_words():
    assert set(GRID) == {*Sensitivity.to_schema().columns, "withheld"}
    table = sensitivity.printed(frame(GRID), TABLE | {"kind": "sensitivity"}, HOW)
    assert texts(table) == [
        ["HbA1c", "All patients", "6 months", "paired t", "6/8", "4", "6/6 (100.0 %)",
         "4/6 (66.7 %)", "4/6 (66.7 %)", "test: Wilcoxon; equation: CKD-EPI 2021"],
    ]  # fmt: skip
    (line,) = table.lines
    assert line.heading == "Profile of the plan: as published"
    assert line.note == (
        "varied: values below detection: the limit, the limit over √2; window in days: ±45, ±30;"
        " 2 of 8 without a test: x"
    )


def test_a_withheld_grid_has_no_shares():
    gone = dict.fromkeys(k for k in GRID if k.startswith(("n_", "share", "cross", "note")))
    row = GRID | gone | {"withheld": "fewer than 5 persons"}
    (own,) = texts(sensitivity.printed(frame(row), TABLE | {"kind": "sensitivity"}, HOW))
    assert own[4:] == ["withheld", "", "", "", "", ""]
