"""A panel merged from its sources: measured and derived rows, and what is not among them."""

from datetime import date

import polars as pl
import pytest
from labcohort.derive.against_reported import counted
from labcohort.derive.panel import cells_of_derived, derive_panel, derived_balance
from labcohort.derive.registry import Formula
from labcohort.derive.repeats import KEY
from pandera.errors import SchemaErrors

from schemas.derived import Derived
from schemas.quality import Quarantine

DAY = date(2020, 1, 2)
HOW = {
    "measured": ["FBS", "INSULIN"],
    "inputs": ["FBS", "INSULIN"],
    "derived": ["HOMA_IR"],
    "methods": {},
    "tables": {},
    "repeats": "set_aside",
    "censored": "lod_half",
}
PATIENTS = pl.DataFrame(
    {
        "person": ["p1", "p2"],
        "sex": ["female", "male"],
        "birth_date": [None] * 2,
        "age": [50.0] * 2,
        "insulin_treated": ["no"] * 2,
    },
    schema_overrides={"birth_date": pl.Date},
)


def values(*cells: tuple) -> pl.DataFrame:
    """Harmonised values from (marker, value[, what differs]), in rows 2, 3, …"""
    rows = []
    for row, (marker, value, *other) in enumerate(cells, 2):
        cell = {
            "source": "site_a", "file": "raw/a.csv", "sheet": None, "row": row,
            "column": "result", "person": "p1", "marker": marker, "sample_date": DAY,
            "value_text": str(value), "comparator": None, "number": float(value), "decimals": 1,
            "unit": "x", "value": float(value), "flag": None, "range_low": None, "range_high": None,
            "visit": None, "status": None, "reported": None,
        }  # fmt: skip
        rows.append(cell | (other[0] if other else {}))
    texts = ("sheet", "comparator", "flag", "visit", "status", "reported")
    types = dict.fromkeys(texts, pl.String)
    types |= dict.fromkeys(("range_low", "range_high"), pl.Float64)
    return pl.DataFrame(rows, schema_overrides=types, infer_schema_length=None)


def test_measured_and_derived_rows():
    # Matthews 1985: 4.5 mmol/L x 10 uIU/mL / 22.5 = 2
    panel = derive_panel(values(("FBS", 4.5), ("INSULIN", 10)), PATIENTS, HOW)
    derived = Derived.validate(panel.derived, lazy=True)
    assert derived.select("marker", "origin", "value", "row").rows() == [
        ("FBS", "measured", 4.5, 2),
        ("HOMA_IR", "derived", pytest.approx(2, rel=1e-14), None),
        ("INSULIN", "measured", 10, 3),
    ]
    assert panel.duplicates.is_empty() and panel.quarantine.is_empty()
    assert cells_of_derived(derived).get_column("row").to_list() == [2, 3]


def test_who_is_set_aside_in_the_patient_table_is_not_said_to_be_missing_from_it():
    cells = values(("FBS", 4.5), ("FBS", 5, {"person": "p8"}), ("FBS", 5, {"person": "p9"}))
    aside = pl.DataFrame(
        {"person": ["p8", "p8", "p1"], "rule": ["one_person_two_ids", "one_id_two_people", "x"]}
    )
    for order in (aside, aside.reverse()):
        panel = derive_panel(cells, PATIENTS, HOW, order)
        bad = Quarantine.validate(panel.quarantine, lazy=True)
        assert bad.select("row", "rule", "reason").rows() == [
            (3, "person_set_aside", "the person is set aside in the patient table:"
             " one_id_two_people, one_person_two_ids"),
            (4, "unknown_person", "the id is not in the patient table"),
        ]  # fmt: skip
        assert cells_of_derived(panel.derived).get_column("row").to_list() == [2]


def test_a_date_before_birth_is_said_with_its_column():
    """The record's place is that of the result; the file has the date somewhere else."""
    born = PATIENTS.with_columns(birth_date=pl.lit(date(2020, 6, 1)))
    cells = values(("FBS", 4.5), ("INSULIN", 5, {"visit": "6"}), ("FBS", 5, {"source": "site_b"}))
    columns = [("site_a", None, "Drawn"), ("site_a", "6", "Drawn_6"), ("site_c", None, "x")]
    told = [dict(zip(("source", "visit", "column"), row, strict=True)) for row in columns]
    bad = derive_panel(cells, born, HOW | {"date_columns": told}).quarantine
    assert bad.select("row", "rule", "reason").rows() == [
        (row, "before_birth", f"the sample date{at} lies before the person's birth date")
        for row, at in ((2, " in column 'Drawn'"), (3, " in column 'Drawn_6'"), (4, ""))
    ]
    assert derive_panel(cells, born, HOW).quarantine.get_column("reason").n_unique() == 1


def test_inputs_of_different_sources_meet_by_person_and_date():
    other = {"source": "site_b", "file": "raw/b.xlsx"}
    panel = derive_panel(values(("FBS", 4.5), ("INSULIN", 10, other)), PATIENTS, HOW)
    assert panel.derived.filter(pl.col("marker") == "HOMA_IR").item(0, "value") == pytest.approx(2)


@pytest.mark.parametrize("other", [{"person": "p2"}, {"sample_date": date(2020, 1, 3)}])
def test_inputs_of_another_person_or_date_do_not_meet(other):
    panel = derive_panel(values(("FBS", 4.5), ("INSULIN", 10, other)), PATIENTS, HOW)
    computed = panel.derived.filter(pl.col("marker") == "HOMA_IR")
    assert computed.get_column("value").to_list() == [None, None]
    assert sorted(computed.get_column("reason")) == ["missing input: FBS", "missing input: INSULIN"]


def test_a_person_whom_the_patient_table_lacks_is_set_aside():
    panel = derive_panel(values(("FBS", 4.5), ("FBS", 5, {"person": "p9"})), PATIENTS, HOW)
    record = Quarantine.validate(panel.quarantine, lazy=True).row(0, named=True)
    assert (record["rule"], record["row"], record["person"]) == ("unknown_person", 3, "p9")
    assert record["raw_value"] == "5" and record["stage"] == "derive"
    assert set(panel.derived.get_column("person")) == {"p1"}


def test_contradictory_repeats_are_set_aside_and_derive_nothing():
    panel = derive_panel(values(("FBS", 4.5), ("FBS", 5), ("INSULIN", 10)), PATIENTS, HOW)
    assert panel.quarantine.select("rule", "row").rows() == [
        ("contradictory_repeat", 2),
        ("contradictory_repeat", 3),
    ]
    computed = panel.derived.filter(pl.col("marker") == "HOMA_IR").row(0, named=True)
    assert computed["value"] is None and computed["reason"] == "missing input: FBS"


def the(panel, marker: str) -> dict:
    """The only row of a marker."""
    return panel.derived.row(by_predicate=pl.col("marker") == marker, named=True)


@pytest.mark.parametrize(
    ("rule", "insulin", "homa_ir"),
    # 4.5 x insulin / 22.5; 3 / 1.41421356237309505
    [("lod_half", 1.5, 0.3), ("lod", 3, 0.6), ("sqrt2", 2.12132034355964265, 0.42426406871192853)],
)
def test_a_limit_is_analysed_by_the_rule_and_flags_what_rests_on_it(rule, insulin, homa_ir):
    cells = values(("FBS", 4.5), ("INSULIN", 3, {"comparator": "<"}))
    panel = derive_panel(cells, PATIENTS, HOW | {"censored": rule})
    derived = Derived.validate(panel.derived, lazy=True)
    assert derived.get_column("value").to_list() == pytest.approx([4.5, homa_ir, insulin])
    assert derived.get_column("flag").to_list() == [None, "censored_input", None]


@pytest.mark.parametrize("comparator", ["<", "<=", ">", ">="])
def test_an_excluded_limit_stays_as_sent_and_is_no_input(comparator):
    cells = values(("FBS", 4.5), ("INSULIN", 3, {"comparator": comparator}))
    panel = derive_panel(cells, PATIENTS, HOW | {"censored": "excluded"})
    Derived.validate(panel.derived, lazy=True)
    insulin, homa_ir = the(panel, "INSULIN"), the(panel, "HOMA_IR")
    assert (insulin["value"], insulin["comparator"]) == (3, comparator)
    assert homa_ir["value"] is None and homa_ir["flag"] is None
    assert homa_ir["reason"] == "an input was sent as a limit (excluded)"


def test_a_limit_beside_a_missing_input_flags_nothing():
    panel = derive_panel(values(("INSULIN", 3, {"comparator": "<"})), PATIENTS, HOW)
    assert the(panel, "HOMA_IR")["reason"] == "missing input: FBS"
    assert the(panel, "HOMA_IR")["flag"] is None


def test_limits_of_derived_markers():
    limits = {"HOMA_IR": {"hard_high": 5, "soft_low": 1, "soft_high": 1.5}}
    cells = values(
        ("FBS", 4.5), ("INSULIN", 10), ("FBS", 4.5, {"person": "p2"}),
        ("INSULIN", 30, {"person": "p2"}),
    )  # fmt: skip
    panel = derive_panel(cells, PATIENTS, HOW | {"limits": limits})
    rows = panel.derived.filter(pl.col("marker") == "HOMA_IR").select("value", "reason", "flag")
    assert rows.rows() == [
        (pytest.approx(2), None, "soft_high"),
        (None, "HOMA_IR is above the credible 5", None),
    ]


def test_inputs_of_other_dates_where_the_study_allows_them():
    later = {"sample_date": date(2020, 1, 9)}
    cells = values(("FBS", 4.5), ("INSULIN", 20, later | {"comparator": "<"}))
    panel = derive_panel(cells, PATIENTS, HOW | {"input_days": {"HOMA_IR": 7}})
    Derived.validate(panel.derived, lazy=True)
    row = the(panel, "HOMA_IR")
    assert (row["sample_date"], row["value"]) == (DAY, pytest.approx(2))
    assert row["flag"] == "censored_input|inputs_of_other_date"
    panel = derive_panel(cells, PATIENTS, HOW | {"input_days": {"HOMA_IR": 6}})
    assert the(panel, "HOMA_IR")["reason"] == "missing input: INSULIN"


def test_ranges_pass_through_and_their_upper_end_reaches_formulas(register):
    def over_upper_limit(
        fbs: pl.Expr, fbs_upper_limit: pl.Expr, insulin_treated: pl.Expr
    ) -> Formula:
        return Formula(
            value=fbs / fbs_upper_limit.fill_null(1), flags=((insulin_treated == "yes", "treated"),)
        )

    register["HOMA_IR"] = {"": over_upper_limit}
    cells = values(
        ("FBS", 5, {"range_low": 3.9, "range_high": 5.5}), ("FBS", 4.4, {"person": "p2"})
    )
    patients = PATIENTS.with_columns(insulin_treated=pl.Series(["yes", "unknown"]))
    panel = derive_panel(cells, patients, HOW)
    rows = Derived.validate(panel.derived, lazy=True).select("value", "range_low", "range_high")
    assert rows.rows() == [
        (5, 3.9, 5.5),
        (4.4, None, None),
        (pytest.approx(10 / 11), None, None),
        (4.4, None, None),
    ]
    assert panel.derived.get_column("flag").to_list() == [None, None, "treated", None]
    unasked = derive_panel(cells, patients.drop("insulin_treated"), HOW)
    assert unasked.derived.get_column("value").equals(panel.derived.get_column("value"))
    assert unasked.derived.get_column("flag").null_count() == 4


@pytest.mark.parametrize("censored", ["lod_half", "excluded"])
@pytest.mark.parametrize("input_days", [{}, {"HOMA_IR": 7}])
def test_the_balance_of_derived_values_adds_up(censored, input_days):
    days = [{"sample_date": date(2020, 1, day)} for day in (1, 5, 20, 21, 22)]
    cells = values(
        ("FBS", 4.5, days[0]), ("INSULIN", 10, days[1]), ("FBS", 4.5, days[2]),
        ("INSULIN", 9, days[2]), ("INSULIN", 9, days[3] | {"comparator": "<"}),
        ("FBS", 5, days[3]), ("FBS", 4, days[4]), ("FBS", 6, days[4]),
        ("INSULIN", 7, days[4]), ("FBS", 400, {"person": "p2"}),
    )  # fmt: skip
    how = HOW | {"censored": censored, "limits": {"HOMA_IR": {"hard_high": 3}}}
    panel = derive_panel(cells, PATIENTS, how | {"input_days": input_days})
    counts = derived_balance(panel.derived)
    # the contradictory glucose of the last day is none; with input_days glucose says when
    expected = 4 if input_days else 6
    assert counts.get_column("n").sum() == expected
    assert counts.filter(pl.col("reason").is_null()).item(0, "n") >= 1
    without = panel.derived.filter(pl.col("value").is_null())
    assert counts.filter(pl.col("reason").is_not_null()).get_column("n").sum() == without.height


def test_a_limit_is_analysed_by_half_and_keeps_its_comparator():
    panel = derive_panel(values(("FBS", 4.5), ("INSULIN", 2, {"comparator": "<"})), PATIENTS, HOW)
    rows = {r["marker"]: r for r in panel.derived.to_dicts()}
    assert (rows["INSULIN"]["value"], rows["INSULIN"]["comparator"]) == (1, "<")
    # 4.5 x 1 / 22.5
    assert rows["HOMA_IR"]["value"] == pytest.approx(0.2)


def test_limits_are_told_apart_before_they_are_halved():
    # "<2" and "1" contradict each other though both would be analysed as 1
    panel = derive_panel(values(("FBS", 2, {"comparator": "<"}), ("FBS", 1)), PATIENTS, HOW)
    assert panel.quarantine.height == 2


def test_flags_stay_on_the_row():
    panel = derive_panel(values(("FBS", 31, {"flag": "soft_high"})), PATIENTS, HOW)
    assert panel.derived.filter(pl.col("origin") == "measured").item(0, "flag") == "soft_high"


def test_inputs_of_another_panel_are_used_and_not_listed():
    how = HOW | {"measured": ["INSULIN"]}
    cells = values(("FBS", 4.5), ("FBS", 4.5), ("FBS", 6, {"person": "p9"}), ("INSULIN", 10))
    panel = derive_panel(cells, PATIENTS, how)
    assert panel.derived.get_column("marker").to_list() == ["HOMA_IR", "INSULIN"]
    assert panel.derived.item(0, "value") == pytest.approx(2)
    assert panel.duplicates.is_empty() and panel.quarantine.is_empty()


@pytest.mark.parametrize("repeats", ["set_aside", "first", "last", "mean"])
def test_every_cell_of_the_panel_has_one_fate(repeats):
    cells = values(
        ("FBS", 4.5), ("FBS", 4.5), ("FBS", 5), ("INSULIN", 10), ("INSULIN", 10),
        ("FBS", 5, {"person": "p9"}), ("INSULIN", 4, {"person": "p2", "comparator": "<"}),
        ("INSULIN", 4, {"person": "p2"}),
    )  # fmt: skip
    panel = derive_panel(cells, PATIENTS, HOW | {"repeats": repeats})
    parts = [cells_of_derived(panel.derived), panel.duplicates, panel.quarantine]
    assert sorted(row for part in parts for row in part["row"]) == list(range(2, 10))


def test_rows_do_not_depend_on_the_order_of_the_values():
    cells = values(("FBS", 4.5), ("INSULIN", 10), ("FBS", 6, {"person": "p2"}), ("FBS", 4.5))
    one = derive_panel(cells, PATIENTS, HOW)
    other = derive_panel(cells.reverse(), PATIENTS.reverse(), HOW)
    assert one.derived.equals(other.derived) and one.duplicates.equals(other.duplicates)
    assert one.derived.equals(one.derived.sort("marker", *KEY[1:]))


def test_rows_that_are_out_of_order_or_come_twice_are_refused():
    found = derive_panel(values(("FBS", 4.5), ("INSULIN", 10)), PATIENTS, HOW).derived
    for wrong in (found.reverse(), pl.concat([found, found]), found[[0, 0, 1, 2]]):
        with pytest.raises(SchemaErrors):
            Derived.validate(wrong, lazy=True)


def test_a_panel_without_values_has_no_rows():
    panel = derive_panel(values(("FBS", 4.5)).clear(), PATIENTS, HOW)
    assert Derived.validate(panel.derived, lazy=True).is_empty()


def test_a_panel_without_formulas():
    panel = derive_panel(values(("FBS", 4.5)), PATIENTS, HOW | {"derived": []})
    assert panel.derived.get_column("origin").to_list() == ["measured"]


def test_a_sample_before_birth_is_set_aside_and_derives_nothing():
    patients = PATIENTS.with_columns(birth_date=pl.Series([date(2020, 1, 3), DAY]))
    cells = values(("FBS", 4.5), ("INSULIN", 10), ("FBS", 5, {"person": "p2"}))
    panel = derive_panel(cells, patients, HOW)
    assert Quarantine.validate(panel.quarantine, lazy=True).select("row", "rule").rows() == [
        (2, "before_birth"),
        (3, "before_birth"),
    ]
    # born on the day of the sample
    assert set(panel.derived.get_column("person")) == {"p2"}


def test_limits_of_a_sex_set_aside_or_flag():
    limits = [
        {"marker": "FBS", "sex": "female", "hard_low": None, "hard_high": 30.0, "soft_low": None,
         "soft_high": 20.0},
        {"marker": "INSULIN", "sex": "male", "hard_low": None, "hard_high": None,
         "soft_low": None, "soft_high": None},
    ]  # fmt: skip
    man = {"person": "p2"}
    cells = values(
        ("FBS", 25, {"flag": "soft_high"}), ("INSULIN", 9), ("FBS", 25, man), ("INSULIN", 9, man),
        ("FBS", 31, {"sample_date": date(2020, 1, 5)}),
    )  # fmt: skip
    panel = derive_panel(cells, PATIENTS, HOW | {"sex_limits": limits})
    assert panel.quarantine.select("row", "rule").rows() == [
        (5, "not_of_this_sex"),
        (6, "hard_limit_of_sex"),
    ]
    measured = panel.derived.filter(pl.col("origin") == "measured")
    assert measured.select("marker", "person", "flag").rows() == [
        ("FBS", "p1", "soft_high|implausible_for_sex"),
        ("FBS", "p2", None),
        ("INSULIN", "p1", None),
    ]
    own = derive_panel(cells, PATIENTS, HOW | {"sex_limits": limits, "measured": ["FBS"]})
    # what another panel owns is no input either, and is recorded there
    assert own.quarantine.get_column("row").to_list() == [6]
    computed = own.derived.filter(pl.col("origin") == "derived", pl.col("person") == "p2")
    assert computed.get_column("reason").to_list() == ["missing input: INSULIN"]


def test_changes_are_judged_on_results_as_sent_and_not_on_what_stands_for_them():
    later = [{"sample_date": date(2020, 1, day)} for day in (3, 4)]
    cells = values(
        ("INSULIN", 10), ("INSULIN", 9, later[0] | {"comparator": "<"}), ("INSULIN", 100, later[1])
    )
    variation = [{"marker": "INSULIN", "cv_within": 26.0, "cv_analytical": None}]
    panel = derive_panel(cells, PATIENTS, HOW | {"variation": variation})
    insulin = panel.derived.filter(pl.col("marker") == "INSULIN")
    assert insulin.select("value", "flag").rows() == [
        (10, None), (4.5, None), (100, "delta_check"),
    ]  # fmt: skip
    # flags of results are not those of what is computed from them
    assert panel.derived.filter(origin="derived").get_column("flag").null_count() == 3


def test_a_preliminary_result_is_used_until_the_final_one_is_there():
    cells = values(("FBS", 4.5, {"status": "preliminary"}), ("INSULIN", 10))
    assert the(derive_panel(cells, PATIENTS, HOW), "FBS")["flag"] == "preliminary"
    final = values(("FBS", 4.5, {"status": "preliminary"}), ("FBS", 9, {"status": "final"}))
    panel = derive_panel(final, PATIENTS, HOW)
    assert (the(panel, "FBS")["value"], the(panel, "FBS")["flag"]) == (9, None)
    assert panel.duplicates.select("row", "rule", "kept_row").rows() == [
        (2, "superseded_preliminary", 3)
    ]


def test_a_laboratorys_own_calculation_is_held_against_ours():
    how = HOW | {"measured": ["TP", "ALB", "GLOB_REPORTED"], "derived": ["GLOB"]}
    # 70 - 42 = 28; and 42 is the albumin
    cells = values(
        ("TP", 70), ("ALB", 42), ("GLOB_REPORTED", 42), ("TP", 70, {"person": "p2"}),
        ("ALB", 42, {"person": "p2"}), ("GLOB_REPORTED", 28, {"person": "p2"}),
    )  # fmt: skip
    panel = derive_panel(cells, PATIENTS, how)
    reported = panel.derived.filter(pl.col("marker") == "GLOB_REPORTED")
    assert reported.select("value", "flag").rows() == [(42, "differs_from_reported"), (28, None)]
    # the median of 28/42 and 28/28
    assert counted([panel.against_reported]).rows() == [
        ("GLOB", None, 2, 1, 1, pytest.approx(5 / 6))
    ]
    assert derive_panel(values(("FBS", 5)), PATIENTS, HOW).against_reported.is_empty()
