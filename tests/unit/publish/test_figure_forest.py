"""Figures of kind forest: standardised changes of all markers of a profile."""

import polars as pl
import pytest
from labcohort.publish import style
from labcohort.publish.figures import forest
from labcohort.publish.figures.rows import shown_comparisons

from tests.unit.publish.compared import HOW, compared, frame, small_groups, texts

COHORTS = [*HOW["cohorts"], {"cohort": "high", "label": "High"}]
HOW = HOW | {"cohorts": COHORTS}


@pytest.fixture(autouse=True)
def styled():
    style.apply(HOW)


def rows(*own: dict, withheld: tuple[dict, ...] = ()) -> list[dict]:
    return shown_comparisons(frame(*own), small_groups(*withheld), HOW)


def marks(drawn) -> dict[float, bool]:
    """d_z of each mark of the first column -> whether it is filled."""
    found = [line for line in drawn.axes[0].lines if line.get_marker() == "o"]
    return {float(m.get_xdata()[0]): m.get_markerfacecolor() != "white" for m in found}


def test_a_mark_is_filled_where_the_adjusted_p_is_below_alpha():
    own = rows(
        compared(d_z=-0.4, p_value=0.001, p_adjusted=0.04),
        compared("DBP", d_z=-0.3, p_value=0.04, p_adjusted=0.06),
    )
    assert marks(forest.draw(own, HOW)) == {-0.4: True, -0.3: False}
    said = forest.caption(own, HOW)
    assert "Benjamini-Hochberg" in said and "(0.05)" in said


def test_a_profile_that_adjusts_nothing_is_judged_by_p_itself():
    own = rows(compared(p_value=0.04, p_adjusted=None, correction="none", adjustment=None))
    assert marks(forest.draw(own, HOW)) == {-0.4: True}
    assert "not adjusted, is below alpha" in forest.caption(own, HOW)


def test_groups_are_named_and_those_chosen_on_a_baseline_value_marked():
    chosen = compared(cohort="high", selected_on_baseline=True)
    own = rows(compared(n_pairs=60), chosen)
    shown = texts(forest.draw(own, HOW)).split(" | ")
    assert "Systolic" in shown and "Systolic, High †" in shown and "Blood pressure" in shown
    assert "regression to the mean" in forest.caption(own, HOW)
    assert "†" not in forest.caption(rows(compared()), HOW)


def test_few_pairs_are_withheld():
    own = rows(compared(n_pairs=4), compared("DBP"), withheld=({"marker": "SBP"},))
    drawn = forest.draw(own, HOW)
    assert len(marks(drawn)) == 1 and "n < 5" in texts(drawn)
    line = forest.source(own, HOW).filter(pl.col("marker") == "SBP").row(0, named=True)
    assert line["n_pairs"] == "<5" and line["d_z"] is None and line["p_adjusted"] is None


def test_a_very_long_interval_ends_in_an_arrow():
    own = rows(compared(), compared("DBP", d_z=1.0, dz_ci_low=-0.5, dz_ci_high=9.0))
    drawn = forest.draw(own, HOW)
    assert max(drawn.axes[0].get_xlim()) < 9
    assert [line for line in drawn.axes[0].lines if line.get_marker() == ">"]
    assert "Arrows" in forest.caption(own, HOW)
    assert "Arrows" not in forest.caption(rows(compared()), HOW)


def test_a_comparison_without_d_z_has_no_mark_and_the_caption_says_why():
    none = dict.fromkeys(("d_z", "dz_ci_low", "dz_ci_high"), None)
    own = rows(compared(**none), compared("DBP"))
    assert len(marks(forest.draw(own, HOW))) == 1
    assert "limit of detection" in forest.caption(own, HOW)


@pytest.mark.parametrize("many", [10, 90])
def test_a_long_list_fits_a_page_and_its_lines_do_not_overlap(many):
    markers = [{"marker": f"M{i}", "label": f"Marker {i}", "panel": "liver"} for i in range(many)]
    how = HOW | {"markers": markers}
    every = frame(*(compared(f"M{i}") for i in range(many)))
    own = shown_comparisons(every, small_groups(), how)
    drawn = forest.draw(own, how)
    assert drawn.get_size_inches()[1] / style.MM <= style.PAGE_HEIGHT_MM + 0.01
    axes = drawn.axes[0]
    height = axes.get_position().height * drawn.get_size_inches()[1] * 72 / (many + 1)
    assert all(text.get_fontsize() <= height for text in axes.texts)
