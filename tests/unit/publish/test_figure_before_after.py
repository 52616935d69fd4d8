"""Figures of kind before_after: what is drawn and said of rows of the comparisons."""

import pytest
from labcohort.jobs import figure as job
from labcohort.publish import style
from labcohort.publish.figures import before_after
from labcohort.publish.figures.rows import shown_comparisons

from tests.unit.publish.compared import HOW, ONE, compared, frame, small_groups, texts

FORMS = ("svg", "pdf", "png", "source", "caption")


@pytest.fixture(autouse=True)
def styled():
    style.apply(HOW)


def rows(*own: dict, how: dict = ONE, withheld: tuple[dict, ...] = ()) -> list[dict]:
    return shown_comparisons(frame(*own), small_groups(*withheld), how)


def empty(marker: str) -> dict:
    full = compared(marker, n_pairs=0, p_value=None)
    return {k: None if k.startswith(("baseline_", "followup_")) else v for k, v in full.items()}


def written(path, *own: dict, **how) -> dict[str, str]:
    """What the job writes of these rows: form -> text."""
    comparisons = path / "comparisons.parquet"
    frame(*own).write_parquet(comparisons)
    withheld = path / "small_groups.parquet"
    small_groups().write_parquet(withheld)
    paths = {form: str(path / f"figure.{form}") for form in FORMS}
    # the formats are told by the ends of the paths
    read = {"comparisons": [str(comparisons)], "small_groups": [str(withheld)]}
    job.main(read | paths, "figure_1", ONE | how)
    return {form: (path / f"figure.{form}").read_text("utf-8") for form in ("source", "caption")}


def test_each_marker_has_its_axes_with_label_unit_n_and_p():
    own = rows(compared(), compared("DBP", p_value=0.0512), how=HOW)
    shown = texts(before_after.draw(own, HOW))
    for part in ("Systolic, mmHg", "Diastolic, mmHg", "p < 0.001", "p = 0.0512", "n = 30"):
        assert part in shown
    assert "Change from baseline, no control group" in shown


def test_a_marker_without_pairs_says_so():
    own = rows(compared(), empty("DBP"), how=HOW)
    assert "no pairs" in texts(before_after.draw(own, HOW))


def test_a_group_of_few_pairs_is_named_and_not_drawn():
    own = rows(compared(n_pairs=4), withheld=({"few": True},))
    drawn = before_after.draw(own, ONE)
    shown = texts(drawn).replace("\n", " ")
    assert "fewer than 5 pairs" in shown and "n < 5" in shown and "p <" not in shown
    assert not drawn_centres(drawn)
    source = before_after.source(own, ONE)
    assert source["n_pairs"].to_list() == ["<5", "<5"]
    hidden = source.select("centre", "low", "high", "p_value")
    assert all(column.is_null().all() for column in hidden)
    assert "fewer than 5 pairs" in before_after.caption(own, ONE)


def test_of_a_group_that_gives_a_small_one_away_nothing_is_drawn_either():
    own = rows(compared(n_pairs=30), withheld=({"few": False},))
    drawn = before_after.draw(own, ONE)
    assert not drawn_centres(drawn) and "p <" not in texts(drawn) and "30" not in texts(drawn)
    hidden = before_after.source(own, ONE).select("n_pairs", "centre", "low", "high", "p_value")
    assert all(column.is_in(["", None], nulls_equal=True).all() for column in hidden)


def drawn_centres(drawn) -> list[float]:
    """Heights of the marks that a figure's first axes show."""
    return [float(c.lines[0].get_ydata()[0]) for c in drawn.axes[0].containers]


@pytest.mark.parametrize(("summary", "centre"), [("mean_sem", 120.0), ("median_iqr", 119.0)])
def test_centres_are_those_of_the_form_of_summary(summary, centre):
    own = rows(compared(summary=summary))
    assert drawn_centres(before_after.draw(own, ONE)) == [centre, centre]


@pytest.mark.parametrize("visit", ["baseline", "followup"])
def test_a_visit_below_detection_is_not_drawn_and_the_other_is(visit):
    hidden = dict.fromkeys((f"{visit}_{k}" for k in ("median", "q1", "q3", "iqr", "min")), None)
    own = rows(compared(summary="median_iqr") | hidden)
    assert drawn_centres(before_after.draw(own, ONE)) == [119.0]
    assert "too many values at a limit of detection" in before_after.caption(own, ONE)


def test_where_neither_visit_can_be_drawn_the_panel_says_why():
    hidden = dict.fromkeys((f"{visit}_mean" for visit in ("baseline", "followup")), None)
    shown = texts(before_after.draw(rows(compared() | hidden), ONE))
    assert "<LOD" in shown and "no pairs" not in shown


def test_the_caption_says_which_summary_and_test_are_drawn():
    said = before_after.caption(rows(compared()), ONE)
    assert "6 months: mean ± standard error of the mean" in said and "paired t test" in said
    ranks = compared(summary="median_iqr", test="wilcoxon_signed_rank")
    said = before_after.caption(rows(ranks), ONE)
    assert "6 months: median and quartiles" in said and "Wilcoxon signed-rank test" in said
    assert "no control group" in said and "not adjusted" in said and "recommended" in said


def test_the_caption_names_the_equation_and_groups_chosen_on_a_baseline_value():
    own = rows(compared(equation="ckd_epi_2021", selected_on_baseline=True))
    said = before_after.caption(own, ONE)
    assert "Systolic was computed by CKD-EPI 2021" in said and "regression to the mean" in said
    assert "regression to the mean" not in before_after.caption(rows(compared()), ONE)


def test_the_words_are_in_the_study_s_language():
    how = ONE | {"words": {"At follow-up": "After", "p values: {tests}.": "P: {tests}."}}
    assert "After" in texts(before_after.draw(rows(compared()), how))
    assert "P: paired t test." in before_after.caption(rows(compared()), how)


@pytest.mark.parametrize("synthetic", [True, False])
def test_a_caption_says_synthetic_where_the_data_are_and_only_there(tmp_path, monkeypatch,
                                                                    synthetic):  # fmt: skip
    monkeypatch.setattr(style, "save", lambda figure, path: None)
    out = written(tmp_path, compared(), synthetic=synthetic)
    assert out["caption"].startswith("SYNTHETIC data. ") == synthetic
    assert ("SYNTHETIC" in out["source"]) == synthetic


def test_a_figure_in_another_unit(tmp_path, monkeypatch):
    # conventional millimetre of mercury: 0.133322 kPa; 120 mmHg = 16.0 kPa
    monkeypatch.setattr(style, "save", lambda figure, path: None)
    units = {"SBP": {"unit": "kPa", "slope": 0.13332239, "intercept": 0}}
    markers = [ONE["markers"][0] | {"unit": "kPa"}]
    out = written(tmp_path, compared(), units=units, markers=markers)
    assert ",kPa," in out["source"] and ",15.998" in out["source"]


@pytest.mark.parametrize("kind", style.FORMATS)
def test_the_same_rows_in_any_order_give_the_same_bytes(tmp_path, kind):
    own = [compared(), compared("DBP"), compared(role="sensitivity", p_value=0.5)]
    for i, order in enumerate((own, own[::-1])):
        drawn = before_after.draw(rows(*order, how=HOW), HOW)
        style.save(drawn, str(tmp_path / f"{i}.{kind}"))
    first, second = (tmp_path / f"{i}.{kind}" for i in (0, 1))
    assert first.read_bytes() == second.read_bytes()
