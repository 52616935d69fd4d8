"""Figures of kind specifications: one comparison under other decisions."""

import polars as pl
import pytest
from labcohort.publish import style
from labcohort.publish.figures import specifications

from tests.unit.publish.compared import ONE, small_groups, texts

HOW = ONE | {"families": ["primary", "exploratory"], "methods": {"ckd_epi_2021": "CKD-EPI 2021"}}


@pytest.fixture(autouse=True)
def styled():
    style.apply(HOW)


def grid(**more) -> list[dict]:
    """Windows of 45 and 90 days by both tests; the declared one is t within 45 days."""
    statistics = {(45, "paired_t"): -2.5, (45, "wilcoxon_signed_rank"): -1.0,
                  (90, "paired_t"): 0.5, (90, "wilcoxon_signed_rank"): None}  # fmt: skip
    return [
        {
            "profile": "recommended", "family": "primary", "marker": "SBP", "cohort": "all",
            "timepoint": "month_6", "equation": None, "censored": "lod_half",
            "window_before": days, "window_after": days, "test": test, "n_pairs": 30,
            "statistic": statistic, "p_value": None if statistic is None else 0.02,
            "same_sign": None, "below_alpha": None if statistic is None else statistic < -2,
            "declared": (days, test) == (45, "paired_t"),
            "reason": "no pairs" if statistic is None else None, **more,
        }
        for (days, test), statistic in statistics.items()
    ]  # fmt: skip


def blocks(path, rows: list[dict], withheld: tuple[dict, ...] = ()) -> list[dict]:
    frame = pl.DataFrame(rows, infer_schema_length=None, schema_overrides={"equation": pl.String})
    paths = {name: [str(path / f"{name}.parquet")] for name in ("specifications", "small_groups")}
    frame.write_parquet(*paths["specifications"])
    small_groups(*withheld).write_parquet(*paths["small_groups"])
    return specifications.read(paths, HOW)


def test_specifications_stand_in_the_order_of_their_statistics(tmp_path):
    found = blocks(tmp_path, grid()[::-1])
    source = specifications.source(found, HOW)
    assert source["statistic"].to_list() == [-2.5, -1.0, 0.5, None]
    assert source["rank"].to_list() == [1, 2, 3, 4]
    assert source["declared"].to_list() == [True, False, False, False]
    assert "n_pairs" not in source.columns


def test_the_declared_one_is_a_diamond_and_those_below_alpha_are_filled(tmp_path):
    drawn = specifications.draw(blocks(tmp_path, grid()), HOW)
    dots = [m for m in drawn.axes[0].lines if m.get_marker() in ("o", "D")]
    shown = {(float(m.get_ydata()[0]), m.get_marker(), m.get_markerfacecolor() != "white")
             for m in dots}  # fmt: skip
    assert shown == {(-2.5, "D", True), (-1.0, "o", False), (0.5, "o", False)}


def test_the_matrix_shows_what_varies_and_each_column_has_one_level_of_each(tmp_path):
    drawn = specifications.draw(blocks(tmp_path, grid()), HOW)
    shown = texts(drawn)
    for part in ("window ±45 days", "window ±90 days", "paired t test", "Wilcoxon"):
        assert part in shown
    # one rule for limits alone: it has no part in the comparison
    assert "x/2" not in shown
    columns = [round(bar.get_x() + bar.get_width() / 2) for bar in drawn.axes[1].patches
               if bar.get_width() < 1]  # fmt: skip
    assert sorted(columns) == [0, 0, 1, 1, 2, 2, 3, 3]


def test_levels_are_told_in_words(tmp_path):
    rows = [r | {"censored": c, "equation": e, "window_before": b} for r in grid()[:1]
            for c, e, b in (("lod", "ckd_epi_2021", 45), ("sqrt2", "mdrd_4", 30))]  # fmt: skip
    rows[1]["declared"] = False
    shown = texts(specifications.draw(blocks(tmp_path, rows), HOW))
    for part in ("“<x” counts as x", "x/√2", "CKD-EPI 2021", "window −30 to +45 days"):
        assert part in shown


def test_the_family_of_the_foremost_role_is_shown(tmp_path):
    both = [*grid(family="exploratory", statistic=9.0), *grid()]
    (block,) = blocks(tmp_path, both)
    assert {row["family"] for row in block["specifications"]} == {"primary"}


def test_few_pairs_are_withheld(tmp_path):
    found = blocks(tmp_path, grid(n_pairs=3), withheld=({"few": True},))
    drawn = specifications.draw(found, HOW)
    assert "fewer than 5 pairs" in texts(drawn)
    assert specifications.source(found, HOW).is_empty()
    # of many pairs, whose number would tell that of a small group; in this profile only
    assert specifications.source(blocks(tmp_path, grid(), ({"few": False},)), HOW).is_empty()
    elsewhere = {"few": False, "profile": "as_published"}
    assert specifications.source(blocks(tmp_path, grid(), (elsewhere,)), HOW).height == 4
    # one window of few pairs among others: its test is not shown
    rows = grid()
    rows[0]["n_pairs"], rows[1]["n_pairs"] = 30, 4
    source = specifications.source(blocks(tmp_path, rows), HOW)
    assert source["statistic"].to_list() == [-2.5, 0.5, None, None]


def test_the_caption_says_what_shares_are_not(tmp_path):
    said = specifications.caption(blocks(tmp_path, grid()), HOW)
    assert "not independent" in said and "no evidence" in said
    assert "the days around the target day, the test." in said
    assert "Columns without a dot have no test." in said
