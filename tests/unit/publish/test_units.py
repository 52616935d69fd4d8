"""Shown units: locations, distances and ratios, and the factors of shown_units.tsv.

HbA1c: 10.93 NGSP - 23.50 (Hoelzel, Clin Chem 2004;50:166-174; worked numbers of ngsp.org:
7.0 % is 53 mmol/mol). AMA Manual of Style: glucose 18, creatinine 88.4, uric acid 59.48.
"""

import csv
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from labcohort.compare.paired_t import paired_t
from labcohort.compare.summaries import summarise
from labcohort.publish.units import (
    DISTANCES,
    LOCATIONS,
    RATIOS,
    shown,
    shown_markers,
)
from labcohort.study.tables import read_table

from schemas.comparison import Adjusted
from schemas.resources import ShownUnits

RESOURCES = Path(__file__).parents[3] / "resources"
TABLE = read_table(RESOURCES / "shown_units.tsv", "shown_units.tsv", ShownUnits)
UNITS = {row["marker"]: row for row in TABLE if row["marker"] in ("HBA1C", "FBS")}


def rows(*some: dict) -> pl.DataFrame:
    fields = (*LOCATIONS, *DISTANCES, *RATIOS, "p_value")
    schema = {"marker": pl.String, **dict.fromkeys(fields, pl.Float64), "note": pl.String}
    return pl.DataFrame([dict.fromkeys(schema) | row for row in some], schema, orient="row")


def test_hba1c_in_mmol_per_mol():
    row = {
        "marker": "HBA1C", "baseline_mean": 7.0, "baseline_sd": 1.0, "baseline_sem": 0.1,
        "change_mean": -0.5, "change_ci_low": -1.0, "hodges_lehmann": -0.5, "range_high": 5.0,
        "detectable_change": 1.0,
    }  # fmt: skip
    converted = shown(rows(row), UNITS).row(0, named=True)
    expected = {
        "baseline_mean": 53.01, "baseline_sd": 10.93, "baseline_sem": 1.093,
        "change_mean": -5.465,  # and not -28.97
        "change_ci_low": -10.93, "hodges_lehmann": -5.465, "range_high": 31.15,
        "detectable_change": 10.93,
    }  # fmt: skip
    assert {k: converted[k] for k in expected} == pytest.approx(expected, rel=1e-14)


def test_glucose_in_mg_per_dl_has_no_offset_and_keeps_its_ratios():
    row = {"marker": "FBS", "baseline_median": 5.0, "change_mean": -1.0, "geometric_ratio": 0.9,
           "percent_change_median": -8.0}  # fmt: skip
    converted = shown(rows(row), UNITS).row(0, named=True)
    assert converted["baseline_median"] == pytest.approx(90.078, rel=1e-14)
    assert converted["change_mean"] == pytest.approx(-18.0156, rel=1e-14)
    assert (converted["geometric_ratio"], converted["percent_change_median"]) == (0.9, -8.0)
    assert converted["note"] is None


@pytest.mark.parametrize("note", [None, "under four pairs"])
def test_ratios_of_a_scale_with_another_zero_are_left_out_and_the_note_says_so(note):
    row = {"marker": "HBA1C", "note": note} | dict.fromkeys(RATIOS, 0.9)
    converted = shown(rows(row), UNITS).row(0, named=True)
    assert [converted[name] for name in RATIOS] == [None] * len(RATIOS)
    said = "no ratio or percent change in mmol/mol: it depends on the scale's zero"
    assert converted["note"] == (f"{note}; {said}" if note else said)


def test_no_note_where_no_ratio_was_lost():
    assert shown(rows({"marker": "HBA1C"}), UNITS).item(0, "note") is None


def test_other_markers_keep_every_bit():
    numbers = {name: 0.1 * i for i, name in enumerate((*LOCATIONS, *DISTANCES, *RATIOS), 1)}
    table = rows({"marker": "LDL", "note": "x", "p_value": 0.3} | numbers, {"marker": "UA"})
    assert shown(table, UNITS).equals(table)
    assert shown(table, {}) is table


def test_statistics_of_converted_values_are_the_converted_statistics():
    rng = np.random.default_rng(3)
    before, after = rng.integers(50, 120, (2, 41)) / 10
    how = UNITS["HBA1C"]

    def described(before: np.ndarray, after: np.ndarray) -> dict:
        names = {"minimum": "min", "maximum": "max"}
        row = {"marker": "HBA1C"}
        for visit, values in (("baseline", before), ("followup", after)):
            summary = summarise(values)
            for field in summary.__slots__[1:]:
                row[f"{visit}_{names.get(field, field)}"] = getattr(summary, field)
        t = paired_t(after - before)
        return row | {
            "change_mean": t.change_mean, "change_sd": t.change_sd, "change_ci_low": t.ci_low,
            "change_ci_high": t.ci_high, "p_value": t.p_value,
        }  # fmt: skip

    ours = shown(rows(described(before, after)), UNITS).row(0, named=True)
    expected = described(*(how["slope"] * x + how["intercept"] for x in (before, after)))
    for name, value in expected.items():
        assert ours[name] == (value if name == "marker" else pytest.approx(value, rel=1e-11))


# one and the same in both units
UNCHANGED = {
    "alpha", "statistic", "p_value", "p_exact", "p_raw_double", "d_z", "dz_ci_low", "dz_ci_high",
    "rank_biserial", "rb_ci_low", "rb_ci_high", "w_plus", "w_minus", "z", "shapiro_w", "shapiro_p",
    "skewness", "p_adjusted",
}  # fmt: skip


def test_each_number_of_a_comparison_is_known_to_convert_or_not():
    columns = Adjusted.to_schema().columns
    floats = {name for name, column in columns.items() if "Float" in str(column.dtype)}
    known = [*LOCATIONS, *DISTANCES, *RATIOS, *UNCHANGED]
    assert floats <= set(known) and len(known) == len(set(known))


def test_units_and_decimals_of_the_markers_that_are_printed():
    markers = {
        "HBA1C": {"label": "HbA1c", "unit": "%", "decimals": 2},
        "LDL": {"label": "LDL", "unit": "mmol/L", "decimals": 2},
    }
    assert shown_markers(markers, UNITS) == {
        "HBA1C": {"label": "HbA1c", "unit": "mmol/mol", "decimals": 1},
        "LDL": markers["LDL"],
    }


def conversions() -> dict[tuple[str, str], list[tuple[float, float]]]:
    known: dict[tuple[str, str], list[tuple[float, float]]] = {}
    with (RESOURCES / "conversions.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["analyte"] in ("", "urea_nitrogen"):
                pair = float(row["slope"]), float(row["intercept"])
                known.setdefault((row["marker"], row["unit"]), []).append(pair)
    return known


KNOWN = conversions()
# derived, so no laboratory's unit is converted; they have the factor of what they are made of
LIKE = {
    **dict.fromkeys(
        ("LDL_FRIEDEWALD", "LDL_SAMPSON", "LDL_MARTIN_HOPKINS", "NON_HDL", "REMNANT_C"), "TC"
    ),
    **dict.fromkeys(("PULSE_PRESSURE", "MAP"), "SBP"),
    "GLOB": "TP",
}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row['marker']} {row['unit']}")
def test_a_factor_undoes_the_one_by_which_results_come_in(row):
    if row["marker"] == "HBA1C":
        assert (row["slope"], row["intercept"]) == (10.93, -23.5)
        return
    assert row["intercept"] == 0
    if row["marker"] == "FREE_TESTO":
        # nmol/L to pg/mL: the molar mass, a thousand both up and down
        assert row["slope"] == 288.431
        return
    ((slope, intercept),) = KNOWN[LIKE.get(row["marker"], row["marker"]), row["unit"]]
    assert intercept == 0
    assert slope * row["slope"] == pytest.approx(1, abs=1e-6)
