"""The scorecard: what counts as reproduced, and what keeps a result from being compared.

Printed numbers are those of resources/published_results.tsv (doi 10.2147/DMSO.S507801).
"""

import csv
from pathlib import Path

import polars as pl
import pytest
from labcohort.assess.scorecard import scorecard
from labcohort.jobs import scorecard as job

from schemas.scorecard import Scorecard

PUBLISHED = Path(__file__).parents[3] / "resources/published_results.tsv"
HBA1C = {
    "publication": "chin_2025", "marker": "HBA1C", "cohort": "all", "timepoint": "month_6",
    "test": "paired_t", "summary": "mean_sem", "baseline_centre": "7.77", "baseline_spread": "0.10",
    "followup_centre": "7.52", "followup_spread": "0.10", "significant": "yes",
    "direction": "down", "source": "section 2",
}  # fmt: skip
NUMBERS = ("baseline_centre", "baseline_spread", "followup_centre", "followup_spread")
WORDS_ONLY = HBA1C | dict.fromkeys(NUMBERS)
OURS = {
    "profile": "as_published", "family": "primary", "role": "primary", "marker": "HBA1C",
    "cohort": "all", "timepoint": "month_6", "test": "paired_t", "primary": True, "alpha": 0.05,
    "n_pairs": 218, "p_value": 0.001, "note": None,
    "baseline_mean": 7.7651, "baseline_sem": 0.0951, "baseline_median": 7.5, "baseline_iqr": 1.4,
    "followup_mean": 7.5249, "followup_sem": 0.1049, "followup_median": 7.3, "followup_iqr": 1.6,
}  # fmt: skip


def verdict(published: dict, ours: dict | None = None, *more: dict) -> dict:
    rows = [OURS | (ours or {}), *({**OURS, **row} for row in more)]
    (row,) = scorecard([published], pl.DataFrame(rows, infer_schema_length=None), "as_published")
    return row


def test_reproduced_where_all_printed_digits_are_equal():
    row = verdict(HBA1C)
    assert row["verdict"] == "reproduced"
    assert row["published_baseline"] == row["ours_baseline"] == "7.77 ± 0.10"
    assert row["published_followup"] == row["ours_followup"] == "7.52 ± 0.10"
    assert (row["ours_significant"], row["ours_direction"]) == ("yes", "down")
    assert (row["n_pairs"], row["p_value"]) == (218, 0.001)


def test_the_source_decides_on_decimals_and_form():
    published = HBA1C | {
        "test": "wilcoxon_signed_rank", "summary": "median_iqr", "baseline_centre": "7.50",
        "baseline_spread": "1.40", "followup_centre": "7.3", "followup_spread": "2",
    }  # fmt: skip
    row = verdict(published, {"test": "wilcoxon_signed_rank"})
    assert (row["ours_baseline"], row["ours_followup"]) == ("7.50 [1.40]", "7.3 [2]")
    assert row["verdict"] == "reproduced"


@pytest.mark.parametrize(
    ("ours", "why"),
    [
        ({"baseline_mean": 7.7649}, "baseline mean is 7.76, printed 7.77"),
        ({"followup_sem": 0.105}, "followup SEM is 0.11, printed 0.10"),  # half away from zero
        ({"p_value": 0.05}, "p is not below 0.05, reported significant"),
        ({"baseline_mean": 7.765, "alpha": 0.001}, "p is not below 0.001, reported significant"),
    ],
)
def test_contradictions_say_what_differs(ours, why):
    row = verdict(HBA1C, ours)
    assert (row["verdict"], row["why"]) == ("contradicts", why)


def test_every_contradiction_is_named():
    row = verdict(HBA1C, {"followup_mean": 7.9, "p_value": 0.2})
    assert row["why"] == (
        "followup mean is 7.90, printed 7.52; p is not below 0.05, reported significant;"
        " up, reported down"
    )


@pytest.mark.parametrize("p", [0.0499999999, 0.05])
def test_significance_is_of_the_unrounded_p(p):
    row = verdict(WORDS_ONLY, {"p_value": p})
    expected = ("yes", "same direction") if p < 0.05 else ("no", "contradicts")
    assert (row["ours_significant"], row["verdict"]) == expected


def test_without_printed_numbers_words_are_compared_and_none_of_ours_is_shown():
    row = verdict(WORDS_ONLY)
    assert row["verdict"] == "same direction"
    assert row["why"] == "p is below 0.05, as reported; down, as reported"
    assert row["ours_baseline"] is row["ours_followup"] is row["published_baseline"] is None


def test_direction_is_of_the_centre_that_the_test_is_about():
    # means fall, medians rise
    ours = {"baseline_median": 7.3, "followup_median": 7.5}
    assert verdict(WORDS_ONLY, ours)["ours_direction"] == "down"
    wilcoxon = {"test": "wilcoxon_signed_rank"}
    row = verdict(WORDS_ONLY | wilcoxon, ours | wilcoxon)
    assert (row["ours_direction"], row["verdict"]) == ("up", "contradicts")


def test_centres_equal_in_decimals_are_no_change():
    # (0.1 + 0.2) and 0.3 differ in binary
    row = verdict(WORDS_ONLY, {"baseline_mean": 0.1 + 0.2, "followup_mean": 0.3})
    assert (row["ours_direction"], row["why"]) == ("none", "no change, reported down")


@pytest.mark.parametrize("significant", ["no", "unknown"])
@pytest.mark.parametrize(("p", "expected"), [(0.05, "same direction"), (0.04, "contradicts")])
def test_direction_none_asserts_no_more_than_p_of_at_least_alpha(significant, p, expected):
    row = verdict(WORDS_ONLY | {"direction": "none", "significant": significant}, {"p_value": p})
    assert row["verdict"] == expected
    assert row["why"].count("p is") == 1


@pytest.mark.parametrize(
    ("published", "expected", "why"),
    [
        ({"significant": "unknown"}, "same direction", "down, as reported"),
        ({"direction": "unknown"}, "same direction", "p is below 0.05, as reported"),
        ({"significant": "unknown", "direction": "unknown"}, "not comparable", "section 2"),
    ],
)
def test_what_the_source_leaves_open_is_not_held_against_it(published, expected, why):
    row = verdict(WORDS_ONLY | published)
    assert row["verdict"] == expected and why in row["why"] and "open" in row["why"]


def test_printed_numbers_are_compared_where_the_words_are_open():
    row = verdict(HBA1C | {"significant": "unknown", "direction": "unknown"}, {"p_value": 0.9})
    assert row["verdict"] == "reproduced"


@pytest.mark.parametrize(
    ("ours", "why"),
    [
        ({"profile": "recommended"}, "no comparisons of the profile as_published"),
        ({"role": "post_hoc"}, "no comparisons of the profile as_published"),
        ({"test": "wilcoxon_signed_rank"}, "another test is planned: wilcoxon_signed_rank"),
        ({"n_pairs": 0, "p_value": None}, "no pairs"),
        ({"baseline_sem": None}, "baseline SEM is undefined here"),
    ],
)
def test_not_comparable_says_why(ours, why):
    row = verdict(HBA1C, ours)
    assert row["verdict"] == "not comparable" and why in row["why"]


def test_a_comparison_that_is_not_in_the_plan():
    row = verdict(HBA1C, {"cohort": "male"}, {"role": "post_hoc", "family": "after"})
    assert row["why"] == "the profile as_published plans no such comparison"


def test_of_two_families_that_of_the_first_role_answers():
    other = {"family": "a", "role": "sensitivity", "baseline_mean": 9.0}
    assert verdict(HBA1C, other, {})["verdict"] == "reproduced"


def test_the_other_test_beside_the_planned_one_is_no_answer():
    row = verdict(HBA1C, {"primary": False}, {"test": "wilcoxon_signed_rank"})
    assert row["why"] == "another test is planned: wilcoxon_signed_rank"
    assert row["ours_baseline"] is row["p_value"] is row["n_pairs"] is None


def test_a_test_that_is_undefined_agrees_with_nothing():
    ours = {"p_value": None, "note": "no test: every difference is zero"}
    row = verdict(WORDS_ONLY | {"significant": "no", "direction": "none"}, ours)
    assert (row["verdict"], row["why"]) == ("not comparable", "no test: every difference is zero")
    assert row["ours_significant"] is None


@pytest.mark.parametrize("visit", ["baseline", "followup"])
def test_a_median_below_detection_has_no_direction(visit):
    wilcoxon = {"test": "wilcoxon_signed_rank"}
    row = verdict(WORDS_ONLY | wilcoxon, wilcoxon | {f"{visit}_median": None})
    assert row["ours_direction"] is None
    assert row["verdict"] == "same direction" and "undefined here" in row["why"]


OF_RANKS = {"test": "wilcoxon_signed_rank"}
NOT_SIGNIFICANT = WORDS_ONLY | OF_RANKS | {"significant": "no", "direction": "none"}


@pytest.mark.parametrize(
    ("n", "smallest"),
    # R 4.2: wilcox.test(1:n, exact = FALSE, correct = FALSE)$p.value, .17971 and .10881
    [(2, "0.157"), (3, "0.083")],
)
@pytest.mark.parametrize("significant", ["no", "unknown"])
def test_so_few_ranks_that_no_p_can_be_below_alpha_cannot_disagree(n, smallest, significant):
    published = NOT_SIGNIFICANT | {"significant": significant}
    row = verdict(published, OF_RANKS | {"n_pairs": n, "p_value": 0.3})
    assert row["verdict"] == "not comparable"
    assert row["why"] == f"of {n} pairs no p can be below {smallest}: it cannot disagree"
    assert row["p_value"] is row["n_pairs"] is None


def test_five_ranks_can_disagree():
    # R 4.2, as above: .0431
    agreeing = verdict(NOT_SIGNIFICANT, OF_RANKS | {"n_pairs": 5, "p_value": 0.3})
    assert (agreeing["verdict"], agreeing["n_pairs"]) == ("same direction", 5)
    row = verdict(NOT_SIGNIFICANT, OF_RANKS | {"n_pairs": 5, "p_value": 0.0431})
    assert row["verdict"] == "contradicts"


def test_how_few_are_too_few_depends_on_alpha():
    ours = OF_RANKS | {"n_pairs": 5, "p_value": 0.3, "alpha": 0.01}
    assert verdict(NOT_SIGNIFICANT, ours)["verdict"] == "not comparable"
    # R 4.2, as above: .1088
    ours = OF_RANKS | {"n_pairs": 3, "p_value": 0.3, "alpha": 0.11}
    assert verdict(NOT_SIGNIFICANT, ours)["verdict"] == "same direction"


def test_what_was_significant_is_contradicted_by_few_pairs_too():
    row = verdict(NOT_SIGNIFICANT | {"significant": "yes"}, OF_RANKS | {"n_pairs": 3, "p_value": 1})
    assert (row["verdict"], row["n_pairs"]) == ("contradicts", 3)


def test_a_t_test_of_two_pairs_can_have_any_p():
    published = NOT_SIGNIFICANT | {"test": "paired_t"}
    assert verdict(published, {"n_pairs": 2, "p_value": 0.3})["verdict"] == "same direction"
    assert verdict(published, {"n_pairs": 2, "p_value": 0.01})["verdict"] == "contradicts"


def run(folder: Path, published: list[dict], comparisons: pl.DataFrame) -> pl.DataFrame:
    comparisons.write_parquet(folder / "comparisons.parquet")
    paths = {
        "comparisons": [str(folder / "comparisons.parquet")],
        "scorecard": str(folder / "scorecard.parquet"),
    }
    said = job.main(paths, "all", {"published": published, "profile": "as_published"})
    assert said.startswith(f"{len(published)} published results: ")
    return pl.read_parquet(paths["scorecard"])


def test_the_job_without_published_results(tmp_path):
    table = run(tmp_path, [], pl.DataFrame([OURS]))
    assert table.is_empty() and table.columns == list(Scorecard.to_schema().columns)


def test_the_job_on_all_published_rows(tmp_path):
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        records = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        published = [{k: v or None for k, v in row.items()} for row in records]
    table = run(tmp_path, published, pl.DataFrame([OURS]))
    assert table.height == 98
    assert table.filter(pl.col("verdict") != "not comparable").rows(named=True) == [
        table.row(by_predicate=(pl.col("marker") == "HBA1C") & (pl.col("timepoint") == "month_6"),
                  named=True)
    ]  # fmt: skip
    assert table.filter(marker="HBA1C", timepoint="month_6").item(0, "verdict") == "reproduced"
