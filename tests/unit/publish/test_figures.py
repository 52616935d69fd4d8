"""Figures from rows of the comparisons: what is drawn, and the same bytes every time."""

import polars as pl
import pytest
from labcohort.jobs import figure as job
from labcohort.publish.figures import figure
from labcohort.publish.style import save
from labcohort.publish.units import DISTANCES, LOCATIONS

HOW = {
    "figure": "figure_1",
    "kind": "before_after",
    "profile": "recommended",
    "title": "Blood pressure",
    "synthetic": True,
    "markers": [
        {"marker": "SBP", "label": "Systolic", "unit": "mm[Hg]", "decimals": 1, "panel": "x"},
        {"marker": "DBP", "label": "Diastolic", "unit": "mm[Hg]", "decimals": 1, "panel": "x"},
    ],
    "cohort": {"cohort": "all", "label": "All patients"},
    "timepoints": [{"timepoint": "month_6", "label": "6 months"}],
    "baseline": "Baseline",
    "methods": {"ckd_epi_2021": "CKD-EPI 2021", "measured": "TC - HDL - measured LDL"},
    "units": {},
}


def row(marker: str, **more) -> dict:
    numbers = {"mean": 120.0, "sem": 2.0, "median": 119.0, "q1": 110.0, "q3": 130.0,
               "min": 100.0, "max": 150.0}  # fmt: skip
    visits = {f"{v}_{k}": x for v in ("baseline", "followup") for k, x in numbers.items()}
    return visits | {
        "marker": marker, "cohort": "all", "timepoint": "month_6", "family": "f",
        "role": "secondary", "test": "paired_t", "summary": "mean_sem", "n_pairs": 9,
        "p_value": 0.0004, "equation": None, **more,
    }  # fmt: skip


def empty(marker: str) -> dict:
    full = row(marker, n_pairs=0, p_value=None)
    return {k: None if k.startswith(("baseline_", "followup_")) else v for k, v in full.items()}


def written(path, *rows: dict, **how) -> str:
    """The SVG that the job draws of these rows."""
    comparisons, drawn = path / "comparisons.parquet", path / "figure.svg"
    columns = {"primary": True, "profile": "recommended"} | dict.fromkeys((*LOCATIONS, *DISTANCES))
    frame = pl.DataFrame([columns | r for r in rows], infer_schema_length=None)
    frame.with_columns(pl.col(pl.Null).cast(pl.Float64)).write_parquet(comparisons)
    job.main({"comparisons": [str(comparisons)], "figure": str(drawn)}, "figure_1", ONE | how)
    return drawn.read_text("utf-8")


def texts(drawn) -> str:
    return " | ".join(
        t.get_text() for part in (drawn, *drawn.axes) for t in part.texts
    ) + " | ".join(a.get_title(loc="left") for a in drawn.axes)


@pytest.mark.parametrize("synthetic", [True, False])
def test_a_figure_says_synthetic_where_the_data_are_and_only_there(synthetic):
    drawn = figure([row("SBP"), row("DBP")], HOW | {"synthetic": synthetic})
    assert ("SYNTHETIC" in texts(drawn)) == synthetic


def test_each_marker_has_its_axes_with_label_unit_and_p():
    shown = texts(figure([row("SBP"), row("DBP", p_value=0.0512)], HOW))
    for part in ("Systolic, mmHg", "Diastolic, mmHg", "p < 0.001", "p = 0.0512"):
        assert part in shown


def test_a_marker_without_pairs_says_so():
    assert "no pairs" in texts(figure([row("SBP"), empty("DBP")], HOW))


@pytest.mark.parametrize("n_pairs", [1, 3])
def test_few_pairs_are_drawn_by_their_range(n_pairs):
    few = row("SBP", summary="median_iqr", n_pairs=n_pairs, p_value=None, baseline_q1=None,
              baseline_q3=None, followup_q1=None, followup_q3=None)  # fmt: skip
    assert figure([few], HOW | {"markers": HOW["markers"][:1]}).axes


def test_the_foremost_role_is_shown():
    rows = [row("SBP", role="sensitivity", p_value=0.9), row("SBP", role="primary", p_value=0.2)]
    shown = texts(figure(rows, HOW | {"markers": HOW["markers"][:1]}))
    assert "p = 0.200" in shown and "0.900" not in shown


ONE = HOW | {"markers": HOW["markers"][:1]}


def test_what_is_planned_goes_before_what_is_post_hoc():
    rows = [row("SBP", role="post_hoc", p_value=0.9), row("SBP", p_value=0.2)]
    assert "p = 0.200" in texts(figure(rows, ONE))


def test_the_caption_says_which_summary_and_test_are_drawn():
    shown = texts(figure([row("SBP")], ONE))
    assert "6 months: mean ± SEM, paired t test" in shown
    ranks = row("SBP", summary="median_iqr", test="wilcoxon_signed_rank")
    shown = texts(figure([ranks], ONE))
    assert "6 months: median and quartiles, Wilcoxon signed-rank test" in shown
    assert "no control group; p not adjusted" in shown


def test_the_caption_names_the_equation_of_a_marker_that_has_several():
    shown = texts(figure([row("SBP", equation="ckd_epi_2021"), row("DBP")], HOW))
    assert "Systolic by CKD-EPI 2021" in shown
    assert "Diastolic by" not in shown


def drawn_ends(drawn) -> list[float]:
    """Heights of the markers that a figure's first axes show."""
    return [float(c.lines[0].get_ydata()[0]) for c in drawn.axes[0].containers]


def test_centres_are_those_of_the_form_of_summary():
    assert drawn_ends(figure([row("SBP")], ONE)) == [120.0, 120.0]
    assert drawn_ends(figure([row("SBP", summary="median_iqr")], ONE)) == [119.0, 119.0]


@pytest.mark.parametrize("visit", ["baseline", "followup"])
def test_a_visit_below_detection_is_not_drawn_and_the_other_is(visit):
    hidden = dict.fromkeys(f"{visit}_{k}" for k in ("median", "q1", "iqr", "min"))
    drawn = figure([row("SBP", summary="median_iqr") | hidden], ONE)
    assert drawn_ends(drawn) == [119.0]
    assert "no pairs" not in texts(drawn)
    assert "too many values at a limit of detection" in texts(drawn)
    assert "range in place of quartiles" not in texts(drawn)


def test_where_neither_visit_can_be_drawn_the_panel_says_why():
    hidden = dict.fromkeys(f"{visit}_mean" for visit in ("baseline", "followup"))
    shown = texts(figure([row("SBP") | hidden], ONE))
    assert "<LOD" in shown and "no pairs" not in shown


@pytest.mark.parametrize("kind", ["svg", "pdf", "png"])
def test_the_same_rows_give_the_same_bytes(tmp_path, kind):
    paths = [tmp_path / f"{i}.{kind}" for i in (1, 2)]
    for path in paths:
        save(figure([row("SBP"), row("DBP")], HOW), str(path))
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_the_job_draws_the_primary_test_of_the_profile_and_cohort(tmp_path):
    drawn = written(
        tmp_path,
        row("SBP", p_value=0.201),
        row("SBP", p_value=0.302, primary=False, role="primary"),
        row("SBP", p_value=0.403, profile="as_published", role="primary"),
        row("SBP", p_value=0.504, cohort="male", role="primary"),
        row("DBP", p_value=0.605, role="primary"),
    )
    assert [p for p in ("0.201", "0.302", "0.403", "0.504", "0.605") if f"p = {p}" in drawn] == [
        "0.201"
    ]
    other = written(
        tmp_path,
        row("SBP", p_value=0.201),
        row("SBP", p_value=0.403, profile="as_published"),
        profile="as_published",
    )
    assert "p = 0.403" in other


def test_a_figure_in_another_unit(tmp_path):
    # conventional millimetre of mercury: 0.133322 kPa; 120 mmHg = 16.0 kPa, 240 mmHg = 32.0 kPa
    units = {"SBP": {"unit": "kPa", "slope": 0.13332239, "intercept": 0, "decimals": 2}}
    markers = [HOW["markers"][0] | {"unit": "kPa", "decimals": 2}]
    drawn = written(tmp_path, row("SBP"), units=units, markers=markers)
    assert "Systolic, kPa" in drawn
    canonical = written(tmp_path, row("SBP"))
    assert "Systolic, mmHg" in canonical
    assert "<!-- 120" in canonical and "<!-- 120" not in drawn
    assert "<!-- 16" in drawn
