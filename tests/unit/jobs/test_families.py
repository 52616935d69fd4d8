"""The job `families`: adjusted p, profiles side by side, the digest of the plan, tests counted."""

import polars as pl
import pytest
from labcohort.jobs import families

from schemas.comparison import Adjusted, Comparison
from schemas.multiplicity import Multiplicity

SCHEMA = {name: c.dtype.type for name, c in Comparison.to_schema().columns.items()}


def both(marker: str, p_value: float | None, profile="recommended", **more) -> list[dict]:
    """Both tests of a comparison; the t test is the primary one."""
    row = dict.fromkeys(SCHEMA) | {
        "profile": profile, "family": "primary", "role": "primary", "panel": "x", "marker": marker,
        "cohort": "all", "timepoint": "month_6", "test": "paired_t", "primary": True,
        "summary": "mean_sem", "correction": "holm", "alpha": 0.05, "n_members": 3,
        "n_baseline": 3, "n_followup": 3, "n_pairs": 3, "n_lost": 0, "statistic": 2.0,
        "p_value": p_value, "n_positive": 3, "n_negative": 0, "n_zero": 0, "n_ties": 0,
        "n_censored": 0, "n_below_baseline": 0, "n_below_followup": 0,
        "selected_on_baseline": False, "note": None if p_value else "no test: x",
    } | more  # fmt: skip
    other = {"test": "wilcoxon_signed_rank", "primary": False, "p_value": 0.9, "statistic": 0.1}
    return [row, row | other]


@pytest.fixture
def run(tmp_path):
    """Adjusted comparisons and counts, from the comparisons of each panel."""

    def tables(*panels: list[dict]) -> tuple[pl.DataFrame, pl.DataFrame]:
        paths = {n: str(tmp_path / f"{n}.parquet") for n in ("adjusted", "multiplicity")}
        paths["comparisons"] = []
        for i, rows in enumerate(panels):
            path = str(tmp_path / f"panel_{i}.parquet")
            pl.DataFrame(rows, schema=SCHEMA, orient="row").write_parquet(path)
            paths["comparisons"].append(path)
        families.main(paths, "all", {"plan": "0123456789abcdef", "declared": "beforehand"})
        adjusted, counted = (pl.read_parquet(paths[n]) for n in ("adjusted", "multiplicity"))
        return Adjusted.validate(adjusted, lazy=True), Multiplicity.validate(counted, lazy=True)

    return tables


POST_HOC = {"family": "post_hoc", "role": "post_hoc", "correction": "none"}


def test_a_family_is_adjusted_over_all_panels(run):
    # Holm: the smaller of two times 2
    adjusted, _ = run(both("HBA1C", 0.01), both("HSCRP", 0.04))
    found = adjusted.filter("primary").select("marker", "p_adjusted", "adjustment")
    assert sorted(found.rows()) == [
        ("HBA1C", 0.02, "Holm, 2 tests"), ("HSCRP", 0.04, "Holm, 2 tests"),
    ]  # fmt: skip
    others = adjusted.filter(~pl.col("primary"))
    assert others.get_column("p_adjusted").null_count() == others.height == 2


def test_what_is_post_hoc_is_in_no_family_of_the_plan_and_says_so(run):
    adjusted, counted = run([*both("HBA1C", 0.01), *both("UA", 0.001, **POST_HOC)])
    rows = {row["marker"]: row for row in adjusted.filter("primary").to_dicts()}
    assert (rows["HBA1C"]["p_adjusted"], rows["HBA1C"]["adjustment"]) == (0.01, "Holm, 1 test")
    assert (rows["UA"]["p_adjusted"], rows["UA"]["adjustment"]) == (None, "none")
    assert (rows["HBA1C"]["plan"], rows["UA"]["plan"]) == ("0123456789abcdef", "post hoc")
    assert counted.select("family", "n_tests").rows() == [
        ("primary", 1), ("post_hoc", 1), ("all", 2),
    ]  # fmt: skip


def test_families_stand_by_profile_and_role(run):
    secondary = {"family": "a_first_by_name", "role": "secondary", "correction": "bh"}
    _, counted = run(
        [*both("UA", 0.2, **POST_HOC), *both("TC", 0.3, **secondary), *both("HBA1C", 0.01)],
        [*both("HBA1C", 0.02, "as_published", correction="none")],
    )
    assert counted.select("profile", "family").rows() == [
        ("as_published", "primary"), ("as_published", "all"),
        ("recommended", "primary"), ("recommended", "a_first_by_name"),
        ("recommended", "post_hoc"), ("recommended", "all"),
    ]  # fmt: skip


def test_profiles_are_held_against_each_other(run):
    adjusted, _ = run([*both("HBA1C", 0.01), *both("HBA1C", 0.2, "as_published")])
    told = dict(adjusted.select("primary", "profiles_agree").unique().iter_rows())
    assert told == {True: "no: alpha", False: None}


def test_an_undefined_test_is_counted_as_missing(run):
    adjusted, counted = run([*both("HBA1C", 0.01), *both("HSCRP", None)])
    assert adjusted.filter("primary").get_column("p_adjusted").to_list() == [0.01, None]
    row = counted.filter(pl.col("family") == "primary").row(0, named=True)
    assert (row["n_tests"], row["n_missing"], row["n_counted"]) == (2, 1, 1)
    # alpha times the tests that have a p value
    assert row["expected_false_positives"] == pytest.approx(0.05)
