"""Change by baseline value: who is drawn, the expected line, what is withheld of the small."""

import numpy as np
import polars as pl
import pytest
from labcohort.assess.regression_table import LABEL
from labcohort.assess.truncated_normal import selected_mean
from labcohort.publish.figures import chosen_groups
from labcohort.publish.figures import regression_to_the_mean as kind

from tests.unit.publish.compared import small_groups

BAND = {"low_inclusive": True, "high_inclusive": False, "reason": None}
HOW = {
    "title": "Regression", "words": {}, "language": "en", "minimum_cell": 5, "drawn_singly": 10,
    "minimum_selected": 10, "confidence": 0.95, "everyone": "all", "at": "baseline", "log": [],
    "cohorts": [{"cohort": "low", "label": "Low"}, {"cohort": "high", "label": "High"}],
    "timepoints": [{"timepoint": "month_6", "label": "6 months"}],
    "selections": [
        {"cohort": "low", "marker": "EGFR", "low": None, "high": 60.0} | BAND,
        {"cohort": "high", "marker": "EGFR", "low": 60.0, "high": 90.0} | BAND,
    ],
    "selecting": {"EGFR": {"label": "eGFR", "unit": "mL/min", "decimals": 1}},
    "units": {},
}  # fmt: skip
ESTIMATED = {
    "mu": 70.0, "sigma": 20.0, "rho": 0.8, "observed": 2.0, "observed_ci_low": 1.0,
    "observed_ci_high": 3.0, "expected": 1.5, "expected_ci_low": 1.25, "expected_ci_high": 1.75,
    "difference": 0.5, "difference_ci_low": -0.5, "difference_ci_high": 1.5,
}  # fmt: skip


def row(cohort: str, statistic="mean", estimator="truncated_normal", source="data", **more) -> dict:
    return {
        "cohort": cohort, "timepoint": "month_6", "marker": "EGFR", "selecting_marker": "EGFR",
        "selecting_scale": "linear", "scale": "linear", "statistic": statistic,
        "estimator": estimator, "rho_source": source, "label": LABEL,
        **dict.fromkeys(ESTIMATED), **more,
    }  # fmt: skip


ROWS = [
    row("high", **ESTIMATED),
    row("high", "median", **ESTIMATED | {"observed": 9.0}),
    row(
        "high", estimator="time_reversed", **ESTIMATED | {"mu": None, "rho": None, "expected": 1.1}
    ),
    # another marker in the cohort is not the one that selects
    row("high", **ESTIMATED | {"mu": 5.0, "rho": 0.1}) | {"marker": "BUN"},
    row("low"),
]


def panels(
    tmp_path, baseline: list[float], rows=ROWS, buckets: int = 1, withheld=(), **how
) -> list[dict]:
    """What is read where these are the values at baseline and each rose by its place."""
    values = [(f"p{i:03}", "EGFR", "baseline", x) for i, x in enumerate(baseline)]
    values += [(f"p{i:03}", "EGFR", "month_6", x + i) for i, x in enumerate(baseline)]
    # no member of everyone at the timepoint; one without a value then; another marker
    values += [("x", "EGFR", "baseline", 70.0), ("x", "EGFR", "month_6", 70.0)]
    values += [("p999", "EGFR", "baseline", 70.0), ("p000", "BUN", "baseline", 5.0)]
    members = [("all", "month_6", f"p{i:03}") for i in (*range(len(baseline)), 999)]
    members += [("high", "month_6", "x"), ("all", "month_12", "x")]
    schemas = {
        "values/renal": (values, ("person", "marker", "timepoint", "value")),
        "membership": (members, ("cohort", "timepoint", "person")),
    }
    tmp_path.mkdir(exist_ok=True)
    paths = {name: [str(tmp_path / f"{name}.parquet")] for name in ("regression", "small_groups")}
    small_groups(*withheld).write_parquet(paths["small_groups"][0])
    pl.DataFrame(rows, infer_schema_length=None).with_columns(
        pl.col(list(ESTIMATED)).cast(pl.Float64)
    ).write_parquet(paths["regression"][0])
    for name, (own, columns) in schemas.items():
        frame = pl.DataFrame(own, list(columns), orient="row")
        for i in range(buckets):
            path = tmp_path / name / f"{i}-of-{buckets}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            inside = pl.col("person").str.len_bytes().add(pl.col("person").str.slice(-1)
                .str.to_integer(strict=False).fill_null(0)) % buckets == i  # fmt: skip
            frame.filter(inside).write_parquet(path)
            paths.setdefault(name.partition("/")[0], []).append(str(path))
    return kind.read(paths, HOW | how)


# 12 persons in each band, 20 above both
MANY = [*np.linspace(30, 59, 12), *np.linspace(60, 89, 12), *np.linspace(90, 120, 20)]


def beside(panel: dict, **how) -> list[str]:
    return kind._beside(panel, HOW | how).split("\n")


def test_persons_are_members_of_everyone_with_both_values_whatever_the_buckets(tmp_path):
    low, high = panels(tmp_path / "one", MANY)
    persons = high["persons"]
    assert persons.get_column("person").to_list() == [f"p{i:03}" for i in range(44)]
    assert persons.get_column("x").to_list() == MANY
    assert persons.get_column("change").to_list() == pytest.approx(list(range(44)))
    # 60 lies in the upper band, 90 does not
    assert np.flatnonzero(persons.get_column("selected")).tolist() == [*range(12, 24)]
    assert np.flatnonzero(low["persons"].get_column("selected")).tolist() == [*range(12)]
    again = panels(tmp_path / "three", MANY, buckets=3)
    assert again[1]["persons"].equals(persons)


def test_the_line_is_what_the_normal_model_expects_at_a_value():
    model = {"mu": 70.0, "scale": "linear"}
    # (0.8 - 1)(50 - 70) = 4; at the mean nothing
    assert kind.line(model, np.array([50.0, 70.0, 90.0]), 0.8).tolist() == pytest.approx([4, 0, -4])
    # over a band it adds up to what the truncated normal has: E[Y - X | 50 <= X < 55]
    x = np.linspace(50, 55, 20_001)
    weights = np.exp(-(((x - 70) / 20) ** 2) / 2)
    bounds = (np.array([-1.0]), np.array([-0.75]))
    means = [selected_mean(70.0, 20.0, r, *bounds, False)[0] for r in (1.0, 0.8)]
    average = np.average(kind.line(model, x, 0.8), weights=weights)
    assert average == pytest.approx(means[1] - means[0], rel=1e-4)


def test_on_the_log_scale_the_line_is_the_median_of_the_follow_up():
    model = {"mu": np.log(2.0), "scale": "log"}
    # exp(ln 2 + 0.5 ln(8/2)) = 2 · 2 = 4: from 8 down by 4; at the median nothing
    assert kind.line(model, np.array([8.0, 2.0]), 0.5).tolist() == pytest.approx([-4, 0])


def test_what_was_observed_and_expected_is_of_the_means(tmp_path):
    low, high = panels(tmp_path, MANY)
    assert beside(high) == [
        "all: n = 44", "selected: n = 12", "observed", "  2.0 (1.0 to 3.0)",
        "expected, normal model", "  1.5 (1.3 to 1.8)",
        "expected, time-reversed", "  1.1 (1.3 to 1.8)",
    ]  # fmt: skip
    assert beside(low) == ["all: n = 44", "selected: n = 12", "no estimate"]


def test_on_the_log_scale_they_are_of_the_medians(tmp_path):
    _, high = panels(tmp_path, MANY, log=["EGFR"])
    assert "  9.0 (1.0 to 3.0)" in beside(high, log=["EGFR"])


def test_an_external_reliability_has_a_line_and_a_number_of_its_own(tmp_path):
    rows = [*ROWS, row("high", source="external", **ESTIMATED | {"rho": 0.6, "expected": 3.0})]
    found = panels(tmp_path, MANY, rows)
    assert found[1]["model"] == {"mu": 70.0, "scale": "linear", "rho": 0.8, "external": 0.6}
    assert beside(found[1])[-3:] == [
        "expected, normal model", "  external reliability", "  3.0 (1.3 to 1.8)"
    ]  # fmt: skip
    drawn = kind.draw(found, HOW)
    styles = [line.get_linestyle() for line in drawn.axes[1].lines]
    assert styles.count("--") == 1
    texts = [t.get_text() for t in drawn.legends[0].get_texts()]
    assert "the same, external reliability" in texts
    plain = kind.draw(panels(tmp_path, MANY), HOW)
    assert len(plain.legends[0].get_texts()) == len(texts) - 1


def drawn_x(figure, i: int) -> list[float]:
    return sorted(x for c in figure.axes[i].collections for x in c.get_offsets()[:, 0].tolist())


def test_points_are_pictures_and_the_selected_stand_out(tmp_path):
    figure = kind.draw(panels(tmp_path, MANY), HOW)
    others, selected = figure.axes[1].collections[:2]
    assert others.get_rasterized() and selected.get_rasterized()
    assert selected.get_offsets()[:, 0].tolist() == MANY[12:24]
    assert drawn_x(figure, 0) == drawn_x(figure, 1) == MANY


def test_nobody_of_a_group_that_is_too_small_is_drawn_in_any_panel(tmp_path):
    few = MANY[5:]
    found = panels(tmp_path, few)
    figure = kind.draw(found, HOW)
    # 7 in the lower band: said, and not drawn
    assert beside(found[0])[1] == "selected: n = 7"
    assert drawn_x(figure, 0) == drawn_x(figure, 1) == MANY[12:]


def test_of_many_persons_a_sample_is_drawn_and_all_are_counted(tmp_path, monkeypatch):
    assert "sample" not in kind.caption(panels(tmp_path, MANY), HOW)
    for module in (kind, chosen_groups):
        monkeypatch.setattr(module, "MOST", 20)
    found = panels(tmp_path, MANY)
    # 44 of 20 at most: every third
    assert drawn_x(kind.draw(found, HOW), 1) == MANY[::3]
    assert kind.persons(found, HOW).filter(cohort="high").height == 15
    assert beside(found[1])[:2] == ["all: n = 44", "selected: n = 12"]
    assert "Of more than 20 persons a sample is drawn." in kind.caption(found, HOW)
    assert chosen_groups.sampled(20).all() and chosen_groups.sampled(0).size == 0


def test_few_selected_are_withheld_with_their_estimates_and_with_another_group(tmp_path):
    rows = [row("low", **ESTIMATED), *ROWS[:4]]
    found = panels(tmp_path, MANY[9:], rows)
    assert beside(found[0])[1:] == ["selected: n < 5", "fewer than 10:", "no estimate"]
    # the other group and that of neither band would tell
    assert beside(found[1])[1:] == ["selected: n withheld", "estimates withheld"]
    table = kind.source(found, HOW)
    low = table.filter(cohort="low")
    assert low.select("n_selected", "observed", "mu").row(0) == (None, None, None)
    assert low.get_column("withheld").to_list() == [True]
    assert table.get_column("n_selected").null_count() == table.height
    assert drawn_x(kind.draw(found, HOW), 0) == MANY[24:]


def test_a_group_that_is_withheld_elsewhere_is_withheld_here(tmp_path):
    """12 selected, whose number would tell a smaller one in the comparisons of any profile."""
    place = {"profile": "another", "marker": "EGFR", "cohort": "high", "few": False}
    low, high = panels(tmp_path, MANY, withheld=(place,))
    assert beside(low) == ["all: n = 44", "selected: n = 12", "no estimate"]
    assert beside(high) == ["all: n = 44", "selected: n withheld", "estimates withheld"]
    row = kind.source([high], HOW).row(0, named=True)
    assert (row["n_all"], row["n_selected"], row["observed"], row["withheld"]) == (
        44, None, None, True
    )  # fmt: skip
    figure = kind.draw([low, high], HOW)
    assert drawn_x(figure, 0) == drawn_x(figure, 1) == [*MANY[:12], *MANY[24:]]
    # no change, and that of regression to the mean; the observed is a third where it is shown
    assert [len(axes.lines) for axes in figure.axes] == [2, 2]
    assert len(kind.draw(panels(tmp_path, MANY), HOW).axes[1].lines) == 3


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [
        ([106, 24, 6, 4], [False, False, True, True]),
        ([106, 24, 6, 0], [False] * 4),
        # 3 and 1 are fewer than 5 together
        ([40, 7, 3, 1], [False, True, True, True]),
        ([40, 3, 3], [False, True, True]),
        ([40, 3], [True, True]),
        ([3], [True]),
    ],
)
def test_another_group_is_withheld_where_the_rest_would_tell_a_small_one(sizes, hidden):
    of = np.repeat(np.arange(len(sizes)), sizes)
    bands = [np.append(of == i, [False] * 50) for i in range(len(sizes))]
    assert chosen_groups.hidden_bands(bands, 5) == hidden


def test_groups_that_contain_others_may_tell_them():
    # of 44 in 3 to 5 are 24 in 3, 16 in 4 and 4 in 5
    of = np.repeat([3, 4, 5, 0], [24, 16, 4, 30])
    bands = [of == 3, of == 4, of == 5, of >= 3]
    assert chosen_groups.hidden_bands(bands, 5) == [False, True, True, False]


def test_a_figure_of_few_persons_draws_nobody(tmp_path):
    found = panels(tmp_path, [70.0, 71.0, 72.0], ROWS[-1:])
    assert drawn_x(kind.draw(found, HOW), 1) == []


def test_the_axis_holds_band_and_points():
    x = np.array([70.0, 110.0])
    low, high = kind._ends(x, 14.5, 29.5, log=False)
    assert low < 14.5 and high > 110
    # an open end: a tenth of 14.5..110 below
    assert kind._ends(x, None, 14.5, log=False)[0] == pytest.approx(14.5 - 9.55)
    assert kind._ends(np.array([1.0, 100.0]), None, None, log=True) == pytest.approx(
        (10**-0.2, 10**2.2)
    )


def test_the_scale_of_changes_is_linear_up_to_their_usual_size():
    # medians 0.3 and 0.4; half way from 0.1 to 1 is 0.316
    assert kind._near_zero(np.array([-50, 0.02, 0.3])) == pytest.approx(0.1)
    assert kind._near_zero(np.array([-50, 0.02, 0.4])) == 1
    assert kind._near_zero(np.array([])) == kind._near_zero(np.zeros(3)) == 1


def test_another_unit_moves_values_changes_and_the_line(tmp_path):
    # half of it, from another zero
    unit = {"slope": 0.5, "intercept": 10.0}
    how = {"units": {"EGFR": unit}}
    found = panels(tmp_path, MANY, **how)
    plain, other = (kind.draw(found, HOW | more).axes[1] for more in ({}, how))
    points = [
        np.vstack([c.get_offsets().data for c in axes.collections[:2]]) for axes in (plain, other)
    ]
    assert points[1][:, 0] == pytest.approx(points[0][:, 0] * 0.5 + 10)
    assert points[1][:, 1] == pytest.approx(points[0][:, 1] * 0.5)
    lines = [next(a for a in axes.lines if a.get_color() == kind.LINE_COLOUR).get_xydata()
             for axes in (plain, other)]  # fmt: skip
    assert lines[1][:, 0] == pytest.approx(lines[0][:, 0] * 0.5 + 10)
    assert lines[1][:, 1] == pytest.approx(lines[0][:, 1] * 0.5)
    assert "  1.0 (0.5 to 1.5)" in beside(found[1], **how)
    first = kind.source(found, HOW | how).filter(cohort="high").row(0, named=True)
    assert (first["low"], first["high"], first["observed"]) == (40.0, 55.0, 1.0)
    people = kind.persons(found, HOW | how)
    assert people.height == 88 and people.row(0)[3:] == ("p000", 25.0, 0.0, True)


def test_a_cohort_that_is_no_band_says_that_there_is_no_estimate(tmp_path):
    selections = [{"cohort": "low", "marker": "EGFR", "low": None, "high": None} | BAND]
    (found,) = panels(tmp_path, MANY, selections=selections)
    assert beside(found) == [
        "all: n = 44", "selected: n = 0", "fewer than 10:", "no estimate"
    ]  # fmt: skip
    assert len(kind.draw([found], HOW).axes) == 1


def test_the_caption_has_the_artefacts_own_label(tmp_path):
    said = kind.caption(panels(tmp_path, MANY), HOW)
    assert f"Observed less expected: {LABEL}." in said
    assert "fewer than 10" in said and "95 % confidence" in said
    chinese = {LABEL: "与期望的向均数回归之差"}
    assert "与期望的向均数回归之差" in kind.caption(
        panels(tmp_path, MANY), HOW | {"words": chinese}
    )
