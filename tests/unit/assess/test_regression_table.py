"""Rows of the regression artefact: who is counted, what is null and why, and the job."""

import numpy as np
import polars as pl
import pytest
from labcohort.assess import regression_table
from labcohort.assess.regression_table import LABEL
from labcohort.jobs import regression as job

from schemas.cohort import Membership
from schemas.regression import Regression

VISITS = ("baseline", "month_6")
CHOSEN = {
    "person": pl.String, "marker": pl.String, "timepoint": pl.String, "value": pl.Float64,
    "comparator": pl.String, "flag": pl.String,
}  # fmt: skip
SETTINGS = {
    "everyone": "all", "baseline": "baseline", "log": ["HSCRP"], "reliability": {}, "seed": 1,
    "detection": {"no_mean": 0.15, "no_median": 0.5},
    "resamples": 100, "confidence": 0.95, "minimum_pairs": 40, "minimum_selected": 10,
    "selections": [
        {"cohort": "ckd_2", "marker": "EGFR", "low": 59.5, "high": 89.5, "low_inclusive": True,
         "high_inclusive": False, "reason": None},
        {"cohort": "high_crp", "marker": "HSCRP", "low": 1.5, "high": None, "low_inclusive": True,
         "high_inclusive": False, "reason": None},
        {"cohort": "ckd_2_or_4", "marker": "EGFR", "low": None, "high": None,
         "low_inclusive": True, "high_inclusive": False, "reason": "stages 2 and 4: two intervals"},
    ],
    "tested": [{"cohort": "ckd_2", "marker": "EGFR", "timepoint": "month_6"}],
}  # fmt: skip


def regression_rows(chosen: pl.DataFrame, members: pl.DataFrame, settings: dict) -> list[dict]:
    return regression_table.regression_rows([(chosen.lazy(), members.lazy())], settings)


NUMBERS = [f"{n}{end}" for n in ("observed", "expected", "difference")
           for end in ("", "_ci_low", "_ci_high")]  # fmt: skip


def study(n: int = 80) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Values of eGFR, BUN and hs-CRP of n persons, all of them members of `all` at month 6."""
    rng = np.random.default_rng(n)
    level = rng.normal(0, 1, n)
    rows = []
    for visit in VISITS:
        at = level + rng.normal(0, 0.5, n)
        markers = {
            "EGFR": 80 + 20 * at,
            "BUN": 6 - at + rng.normal(0, 1, n),
            "HSCRP": np.exp(0.6 - at),
        }
        for marker, values in markers.items():
            for i, value in enumerate(values):
                rows.append((f"p{i:03}", marker, visit, value, None, None))
    people = [("all", "month_6", f"p{i:03}") for i in range(n)]
    members = pl.DataFrame(
        people, schema=dict.fromkeys(("cohort", "timepoint", "person"), pl.String), orient="row"
    )
    return pl.DataFrame(rows, schema=CHOSEN, orient="row"), members


def settings_of(cohort: str, marker: str, **settings) -> dict:
    entry = {"cohort": cohort, "marker": marker, "timepoint": "month_6"}
    return SETTINGS | {"tested": [entry]} | settings


def checked(rows: list[dict]) -> pl.DataFrame:
    schema = {name: c.dtype.type for name, c in Regression.to_schema().columns.items()}
    return Regression.validate(pl.DataFrame(rows, schema=schema, orient="row"), lazy=True)


def only(rows: list[dict], name: str) -> object:
    """The one value that all rows have."""
    values = {row[name] for row in rows}
    assert len(values) == 1
    return values.pop()


def without(chosen: pl.DataFrame, person: str, marker: str, visit: str) -> pl.DataFrame:
    row = (pl.col("person") == person) & (pl.col("marker") == marker)
    return chosen.filter(~(row & (pl.col("timepoint") == visit)))


def selected_person(chosen: pl.DataFrame) -> str:
    """Somebody whose eGFR is in the band at baseline."""
    band = pl.col("value").is_between(59.5, 89.5, closed="left")
    here = (pl.col("marker") == "EGFR") & (pl.col("timepoint") == "baseline")
    return chosen.filter(here & band).get_column("person")[0]


def test_a_row_a_statistic_and_estimator_with_label_and_parameters():
    rows = regression_rows(*study(), SETTINGS)
    table = checked(rows)
    assert table.height == 4
    assert table.select(NUMBERS).null_count().sum_horizontal().item() == 0
    assert only(rows, "label") == LABEL
    assert only(rows, "note") is None
    assert only(rows, "n_all") == 80
    modelled = table.filter(pl.col("estimator") == "truncated_normal")
    assert modelled.select("mu", "sigma", "rho", "mu_marker").null_count().row(0) == (0, 0, 0, 0)
    assert set(modelled.get_column("rho_baseline")) == {1.0}
    backwards = table.filter(pl.col("estimator") == "time_reversed")
    assert set(backwards.get_column("rho")) == {None}


def test_the_selected_are_members_of_everyone_at_that_timepoint_in_the_band():
    chosen, members = study()
    elsewhere = members.with_columns(
        cohort=pl.when(pl.col("person") < "p020").then(pl.lit("ckd_2")).otherwise("cohort"),
        timepoint=pl.when(pl.col("person") > "p069")
        .then(pl.lit("month_12"))
        .otherwise("timepoint"),
    )
    rows = regression_rows(chosen, elsewhere, SETTINGS)
    inside = (pl.col("marker") == "EGFR") & pl.col("person").is_between(
        pl.lit("p020"), pl.lit("p069")
    )
    wide = chosen.filter(inside).pivot("timepoint", index="person", values="value")
    band = wide.filter(pl.col("baseline").is_between(59.5, 89.5, closed="left"))
    assert (only(rows, "n_all"), only(rows, "n_selected")) == (50, band.height)
    mean = next(row for row in rows if row["statistic"] == "mean")
    expected = (band.get_column("month_6") - band.get_column("baseline")).mean()
    assert mean["observed"] == pytest.approx(expected)


def test_another_marker_needs_the_selecting_one_at_baseline_only():
    chosen, members = study()
    person = selected_person(chosen)
    full = regression_rows(chosen, members, settings_of("ckd_2", "BUN"))
    later = without(chosen, person, "EGFR", "month_6")
    rows = regression_rows(later, members, settings_of("ckd_2", "BUN"))
    assert (only(rows, "n_all"), only(rows, "n_selected")) == (80, only(full, "n_selected"))
    assert [r["observed"] for r in rows] == [r["observed"] for r in full]
    expected = {row["estimator"]: row["expected"] for row in rows}
    before = {row["estimator"]: row["expected"] for row in full}
    assert expected["truncated_normal"] == before["truncated_normal"]
    assert expected["time_reversed"] != before["time_reversed"]
    # without it at baseline, or without the marker itself, a person is in no estimate
    for marker, visit in (("EGFR", "baseline"), ("BUN", "baseline"), ("BUN", "month_6")):
        rows = regression_rows(
            without(chosen, person, marker, visit), members, settings_of("ckd_2", "BUN")
        )
        assert only(rows, "n_all") == 79
    rows = regression_rows(later, members, SETTINGS)
    assert only(rows, "n_all") == 79


@pytest.mark.parametrize(
    ("cohort", "settings", "reason"),
    [
        ("ckd_2_or_4", {}, "stages 2 and 4: two intervals"),
        ("ckd_2", {"minimum_pairs": 81}, "80 pairs in the whole cohort, fewer than 81"),
        ("ckd_2", {"minimum_selected": 70}, "selected pairs, fewer than 70"),
        ("ckd_2", {"everyone": "nobody"}, "0 pairs in the whole cohort, fewer than 40"),
    ],
)
def test_undefined_is_null_with_a_reason(cohort, settings, reason):
    rows = regression_rows(*study(), settings_of(cohort, "EGFR", **settings))
    table = checked(rows)
    assert table.height == 4
    assert reason in only(rows, "note")
    assert table.select(NUMBERS).null_count().row(0) == (4,) * len(NUMBERS)


def test_a_value_of_zero_has_no_logarithm():
    chosen, members = study()
    zero = (pl.col("person") == "p001") & (pl.col("marker") == "HSCRP")
    chosen = chosen.with_columns(value=pl.when(zero).then(0.0).otherwise("value"))
    rows = regression_rows(chosen, members, settings_of("high_crp", "HSCRP"))
    assert only(rows, "note") == "a value of zero or less has no logarithm"
    checked(rows)


def test_a_marker_that_never_varies_has_no_correlation():
    chosen, members = study()
    flat = (pl.col("marker") == "BUN") & (pl.col("timepoint") == "month_6")
    chosen = chosen.with_columns(value=pl.when(flat).then(5.0).otherwise("value"))
    rows = regression_rows(chosen, members, settings_of("ckd_2", "BUN"))
    assert "no correlation" in only(rows, "note")
    checked(rows)


def test_too_few_backwards_leaves_the_other_estimate():
    chosen, members = study()
    # at follow-up everybody is far below or far above the band, and the mean stays
    later = (pl.col("marker") == "EGFR") & (pl.col("timepoint") == "month_6")
    odd = pl.col("person").str.slice(-1).is_in(list("13579"))
    apart = pl.when(odd).then(10.0).otherwise(150.0)
    chosen = chosen.with_columns(value=pl.when(later).then(apart).otherwise("value"))
    table = checked(regression_rows(chosen, members, SETTINGS))
    undefined = table.filter(pl.col("expected").is_null())
    assert set(undefined.get_column("estimator")) == {"time_reversed"}
    assert "in time-reversed selection, fewer than 10" in undefined.get_column("note")[0]
    assert table.get_column("observed").null_count() == 0
    assert set(table.get_column("estimators_differ")) == {None}


def test_an_interval_that_too_few_resamples_support_is_null_and_said(monkeypatch):
    monkeypatch.setattr("labcohort.assess.resampling.LARGEST_UNDEFINED", -1.0)
    table = checked(regression_rows(*study(), SETTINGS))
    assert table.select("observed", "expected").null_count().row(0) == (0, 0)
    assert set(table.get_column("difference_ci_low")) == {None}
    assert all("no interval" in note for note in table.get_column("note"))


def test_a_band_in_which_nobody_can_be_is_null_and_said():
    far = {**SETTINGS["selections"][0], "low": 1e9, "high": None}
    rows = regression_rows(*study(), SETTINGS | {"selections": [far], "minimum_selected": 0})
    assert checked(rows).select(NUMBERS).null_count().row(0) == (4,) * len(NUMBERS)
    assert only(rows, "note") == "no estimate: it puts nobody into the band"


def test_an_external_reliability_has_a_row_of_the_selecting_marker_alone():
    reliability = {"HSCRP": {"rho": 0.61, "source": "Circ J 2006;70:559"}}
    rows = regression_rows(*study(), settings_of("high_crp", "HSCRP", reliability=reliability))
    outside = checked(rows).filter(pl.col("rho_source") == "external")
    assert outside.get_column("statistic").to_list() == ["mean", "median"]
    assert set(outside.get_column("rho")) == {0.61}
    assert set(outside.get_column("reliability_source")) == {"Circ J 2006;70:559"}
    other = regression_rows(*study(), settings_of("ckd_2", "HSCRP", reliability=reliability))
    assert only(other, "rho_source") == "data"


def test_too_many_limits_among_the_selected_leave_no_mean_and_keep_the_median():
    chosen, members = study()
    # every fourth person's BUN at follow-up was sent as a limit
    fourth = pl.col("person").str.slice(-1).is_in(["0", "4", "8"])
    then = (pl.col("marker") == "BUN") & (pl.col("timepoint") == "month_6")
    sent = pl.when(fourth & then).then(pl.lit("<")).otherwise("comparator")
    rows = regression_rows(
        chosen.with_columns(comparator=sent), members, settings_of("ckd_2", "BUN")
    )
    by_mean = [row for row in rows if row["statistic"] == "mean"]
    assert {row["note"] for row in by_mean} == {"over 15 % of the values of a visit rest on limits"}
    assert not any("observed" in row for row in by_mean)
    assert all(row["observed"] is not None for row in rows if row["statistic"] == "median")


def test_scales_are_those_of_the_two_markers():
    rows = regression_rows(*study(), settings_of("ckd_2", "HSCRP"))
    assert (only(rows, "selecting_scale"), only(rows, "scale")) == ("linear", "log")


def test_limits_among_the_chosen_values_count_as_the_values_they_have():
    chosen, members = study()
    limit = (pl.col("person") == "p001") & (pl.col("marker") == "HSCRP")
    sent = chosen.with_columns(comparator=pl.when(limit).then(pl.lit("<")).otherwise(None))
    rests = chosen.with_columns(flag=pl.when(limit).then(pl.lit("odd|censored_input")))
    exact = regression_rows(chosen, members, settings_of("high_crp", "HSCRP"))
    for values in (sent, rests):
        rows = regression_rows(values, members, settings_of("high_crp", "HSCRP"))
        assert rows == exact and only(rows, "n_all") == 80
    # one that is excluded was chosen for no timepoint, as if it had not been measured
    rows = regression_rows(chosen.filter(~limit), members, settings_of("high_crp", "HSCRP"))
    assert only(rows, "n_all") == 79


def test_estimates_that_differ_beyond_their_intervals_are_marked():
    # in this cohort the selected fall to the whole cohort's mean, and nobody takes their place
    rng = np.random.default_rng(5)
    n = 400
    before = np.concatenate([rng.normal(100, 3, 300), rng.normal(75, 3, 100)])
    after = np.where(before < 89.5, rng.normal(86, 3, n), before + rng.normal(0, 1, n))
    rows = [
        (f"p{i:03}", "EGFR", visit, values[i], None, None)
        for visit, values in zip(VISITS, (before, after), strict=True)
        for i in range(n)
    ]
    _, members = study(n)
    found = regression_rows(pl.DataFrame(rows, schema=CHOSEN, orient="row"), members, SETTINGS)
    differ = {row["statistic"]: row["estimators_differ"] for row in found}
    assert differ["mean"] is True
    said = [row["note"] for row in found if row["estimators_differ"]]
    assert all("subtract neither" in note for note in said)
    assert only(regression_rows(*study(), SETTINGS), "estimators_differ") is False


def test_no_row_depends_on_the_order_of_rows_or_on_what_else_is_tested():
    chosen, members = study()
    alone = regression_rows(chosen, members, settings_of("ckd_2", "BUN"))
    both = [SETTINGS["tested"][0], *settings_of("ckd_2", "BUN")["tested"]]
    mixed = chosen.sample(fraction=1, shuffle=True, seed=1), members.reverse()
    assert regression_rows(*mixed, SETTINGS | {"tested": both})[4:] == alone


def test_the_job_joins_panels_and_buckets_and_writes_what_its_schema_says(tmp_path):
    chosen, members = study()
    paths = {"regression": str(tmp_path / "regression.parquet")}
    paths["membership"], paths["values"] = [], []
    for bucket, own in enumerate((pl.col("person") > "p030", pl.col("person") <= "p030"), 1):
        (tmp_path / "membership").mkdir(exist_ok=True)
        paths["membership"].append(str(tmp_path / f"membership/{bucket}-of-2.parquet"))
        Membership.validate(members.filter(own)).write_parquet(paths["membership"][-1])
        # hs-CRP comes with two panels
        for panel, markers in (("renal", ["EGFR", "BUN", "HSCRP"]), ("inflammation", ["HSCRP"])):
            (tmp_path / panel).mkdir(exist_ok=True)
            paths["values"].append(str(tmp_path / f"{panel}/{bucket}-of-2.parquet"))
            cells = chosen.filter(own, pl.col("marker").is_in(markers))
            cells.write_parquet(paths["values"][-1])
    said = job.main(paths, "", settings_of("ckd_2", "HSCRP"))
    assert said == "regression to the mean: 4 estimates"
    table = Regression.validate(pl.read_parquet(paths["regression"]), lazy=True)
    rows = regression_rows(chosen, members, settings_of("ckd_2", "HSCRP"))
    assert table.equals(checked(rows))
    nothing = SETTINGS | {"tested": []}
    assert job.main(paths, "", nothing) == "regression to the mean: 0 estimates"


def test_two_values_of_one_person_at_a_visit_are_refused():
    chosen, members = study()
    person = (pl.col("person") == "p001") & (pl.col("marker") == "EGFR")
    other = chosen.filter(person).with_columns(value=pl.col("value") + 1)
    with pytest.raises(ValueError, match="two values at baseline"):
        regression_rows(pl.concat([chosen, other]), members, SETTINGS)


def test_how_the_intervals_of_a_large_cohort_were_made_is_said(monkeypatch):
    for module in ("regression_table", "regression_to_the_mean"):
        monkeypatch.setattr(f"labcohort.assess.{module}.LARGEST", 79)
    rows = regression_rows(*study(), SETTINGS)
    assert all("bag of little bootstraps" in row["note"] for row in rows)
    # and where there is none, nothing
    rows = regression_rows(*study(), settings_of("ckd_2", "EGFR", minimum_pairs=81))
    assert only(rows, "note").endswith("fewer than 81")
    checked(rows)
