"""The real iPOP file through the whole workflow, against R (tests/studies/ipop/oracle.R)."""

from pathlib import Path

import polars as pl
import pytest

EXPECTED = Path(__file__).parent / "ipop"
KEYS = ["profile", "family", "marker", "cohort", "timepoint", "test"]
COUNTS = [
    "n_baseline",
    "n_followup",
    "n_pairs",
    "n_positive",
    "n_negative",
    "n_zero",
    "n_ties",
    "n_censored",
    "n_below_baseline",
    "n_below_followup",
]
# columns -> how many rows have a number at least; R withholds what describes fewer than 5 pairs,
# ratios are of right-skewed markers, and adjusted p of the one primary test of two
NUMBERS = {
    **dict.fromkeys(("statistic", "p_value", "w_plus", "w_minus", "rank_biserial"), 98),
    **dict.fromkeys(("rb_ci_low", "rb_ci_high"), 98),
    "df": 49,
    "p_exact": 4,
    "p_adjusted": 49,
    **{
        name: 94
        for name in (
            *("change_mean", "change_sd", "change_ci_low", "change_ci_high", "change_median"),
            *("hodges_lehmann", "hl_ci_low", "hl_ci_high", "d_z", "dz_ci_low", "dz_ci_high"),
            *("shapiro_w", "shapiro_p", "skewness", "detectable_change"),
        )
    },
    **dict.fromkeys(("geometric_ratio", "gr_ci_low", "gr_ci_high"), 30),
    # a median, which stands where limits forbid means
    "percent_change_median": 32,
    **{
        f"{visit}_{name}": 94
        for visit in ("baseline", "followup")
        for name in ("mean", "sd", "sem", "median", "q1", "q3", "iqr")
    },
}


@pytest.fixture(scope="module")
def joined(ipop) -> pl.DataFrame:
    """Our rows beside R's, R's columns ending in `_r`."""
    ours = pl.read_csv(ipop / "results/restricted/comparisons.csv", infer_schema_length=None)
    theirs = pl.read_csv(EXPECTED / "expected_comparisons.csv", infer_schema_length=None)
    assert ours.height == theirs.height == 100
    both = ours.join(theirs, on=KEYS, how="inner", suffix="_r", validate="1:1")
    assert both.height == 100
    return both


def counted(quantity: str) -> dict[str, int]:
    """R's counts of one quantity by what they are counted by."""
    rows = pl.read_csv(EXPECTED / "expected_counts.csv").filter(pl.col("quantity") == quantity)
    return dict(zip(rows["marker"], rows["n"], strict=True))


@pytest.mark.parametrize("column", COUNTS)
def test_counts_are_those_of_r(joined, column):
    assert joined[column].to_list() == joined[f"{column}_r"].to_list()


@pytest.mark.parametrize("column", NUMBERS)
def test_numbers_are_those_of_r(joined, column):
    told = joined.filter(pl.col(f"{column}_r").is_not_null())
    assert told.height >= NUMBERS[column]
    # of what R withholds we say more, and of nothing else
    more = joined.filter(pl.col(f"{column}_r").is_null(), pl.col(column).is_not_null())
    assert more["descriptives_withheld"].to_list() == [1] * more.height
    for row in told.iter_rows(named=True):
        where = [row[key] for key in KEYS]
        # an end of an interval may be zero but for the last digits of what it is computed from
        assert row[column] == pytest.approx(row[f"{column}_r"], rel=1e-9, abs=1e-10), where


def test_tests_are_primary_where_r_has_them_so(joined):
    assert joined["primary"].to_list() == joined["primary_r"].to_list()


def test_limits_left_out_or_taken_otherwise_and_other_windows_give_what_r_gives(ipop):
    keys = ["marker", "cohort", "timepoint", "test", "censored", "half_width"]
    theirs = pl.read_csv(EXPECTED / "expected_specifications.csv")
    ours = pl.read_parquet(ipop / "results/assessments/specifications.parquet").filter(
        pl.col("marker") == "HSCRP"
    )
    assert (ours["window_before"] == ours["window_after"]).all()
    both = ours.rename({"window_before": "half_width"}).join(
        theirs, on=keys, suffix="_r", validate="1:1"
    )
    assert both.height == ours.height == theirs.height == 192
    assert both["n_pairs"].to_list() == both["n_pairs_r"].to_list()
    forbidden = (both["test"] == "paired_t") & (both["share_limited"] > 0.15)
    assert forbidden.any() and not forbidden.all()
    for row, no_mean in zip(both.iter_rows(named=True), forbidden, strict=True):
        if no_mean:
            assert row["statistic"] is row["p_value"] is None, row
            assert row["reason"] == "over 15 % of the values of a visit rest on limits", row
            continue
        for number in ("statistic", "p_value"):
            assert row[number] == pytest.approx(row[f"{number}_r"], rel=1e-9), row


def test_leaving_limits_out_before_the_choice_crosses_05(ipop):
    # iPOP hs-CRP .048 excluded, .058 at half
    grid = pl.read_parquet(ipop / "results/assessments/specifications.parquet").filter(
        pl.col("marker") == "HSCRP",
        pl.col("cohort") == "all",
        pl.col("timepoint") == "month_6",
        pl.col("test") == "wilcoxon_signed_rank",
        pl.col("window_before") == 60,
    )
    found = {row["censored"]: (row["n_pairs"], row["p_value"]) for row in grid.to_dicts()}
    assert found["lod_half"] == (71, pytest.approx(0.0575, abs=5e-5))
    assert found["excluded"] == (68, pytest.approx(0.0483, abs=5e-5))


def test_the_declared_specification_is_the_comparison_s_own_to_the_bit(ipop):
    tests = ["statistic", "p_value"]
    comparisons = pl.read_parquet(ipop / "results/assessments/comparisons.parquet")
    grid = pl.read_parquet(ipop / "results/assessments/specifications.parquet")
    # both tests of the sample that is declared
    sample = [*KEYS[:-1], "equation", "censored", "window_before", "window_after"]
    declared = grid.filter(pl.col("declared")).select(sample)
    own = grid.join(declared, on=sample, how="semi", nulls_equal=True)
    both = own.join(comparisons, on=KEYS, suffix="_compared", validate="1:1")
    assert both.height == own.height == comparisons.height == 100
    for column in ("n_pairs", *tests):
        assert both[column].eq_missing(both[f"{column}_compared"]).all(), column
    # hs-CRP of men at month 12 has no t: over 15 % are limits
    assert both.filter(pl.col("p_value").is_null()).select("marker", "cohort", "test").rows() == [
        ("HSCRP", "male", "paired_t")
    ]


def test_every_cell_of_the_51_tests_has_one_fate(ipop):
    ledger = pl.read_csv(ipop / "results/quality/ledger.tsv", separator="\t")
    read = ledger.filter(pl.col("stage") == "ingest", pl.col("kind") == "in")["cells"].sum()
    assert read == counted("result_cells")[None] == 969 * 51
    harmonised = ledger.filter(pl.col("stage") == "harmonise")
    ignored = harmonised.filter(pl.col("fate") == "ignored")
    missing = counted("missing_cells")
    present = counted("present_cells")
    for test, cells in zip(ignored["reason"], ignored["cells"], strict=True):
        assert cells == missing[test] + present[test], test
    mapped = set(missing) - set(ignored["reason"])
    assert len(mapped) == 19 and ignored.height == 32
    lost = harmonised.filter(pl.col("fate") == "missing")["cells"].sum()
    assert lost == sum(missing[test] for test in mapped)
    out = harmonised.filter(pl.col("kind") == "out")["cells"].sum()
    assert out == sum(present[test] for test in mapped)
    assert harmonised.filter(pl.col("fate") == "set_aside").height == 0


def test_people_are_those_of_r(ipop):
    flow = pl.read_csv(ipop / "results/quality/cohorts/1-of-1.selection_flow.tsv", separator="\t")
    assert flow["entered"].to_list() == [counted("persons_in_subject_info")[None]]
    assert flow["remained"].to_list() == [counted("eligible")[None]]
    sizes = pl.read_csv(ipop / "results/quality/cohorts/1-of-1.sizes.tsv", separator="\t")
    ours = {(c, t): n for c, t, n in sizes.iter_rows()}
    for timepoint in ("month_6", "month_12"):
        for cohort, n in counted(f"members_{timepoint}").items():
            assert ours[cohort, timepoint] == n, (cohort, timepoint)


@pytest.mark.parametrize(
    ("test", "panel", "ours", "scale", "decimals", "differing"),
    [
        # g/L against the file's g/dL
        ("GLOB", "liver", "GLOB", 10.0, 1, 0),
        ("CHOLHDL", "lipid", "HDL_RATIO", 1.0, 1, 0),
        # mmol/L against the file's mg/dL; two visits of the file contradict themselves (README)
        ("NHDL", "lipid", "NON_HDL", 0.025862247, 0, 2),
    ],
)
def test_what_the_laboratory_derived_checks_ours(
    ipop, test, panel, ours, scale, decimals, differing
):
    derived = pl.read_parquet(ipop / f"results/derived/{panel}/1-of-1.parquet").filter(
        pl.col("value").is_not_null()
    )
    keys = ["person", "sample_date"]
    both = derived.filter(pl.col("marker") == ours).join(
        derived.filter(pl.col("marker") == f"{ours}_REPORTED"), on=keys, suffix="_reported"
    )
    assert both.height == counted("reported_and_ours")[test]
    # the file rounds to so many decimals
    tolerance = 0.5 * 10.0**-decimals + 1e-9
    off = ((both["value"] - both["value_reported"]) / scale).abs() > tolerance
    assert off.sum() == differing
