"""Spellings of units and conversions; numbers from the sources that conversions.tsv names."""

import csv
from pathlib import Path

import pytest
from labcohort.errors import UserError
from labcohort.harmonise.cells import harmonise_cells
from labcohort.harmonise.units import check_declared_unit, conversion_table, folded, known_units

RESOURCES = Path(__file__).parents[3] / "resources"


@pytest.fixture(scope="module")
def conversions() -> list[dict]:
    with (RESOURCES / "conversions.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [
            row
            | {"analyte": row["analyte"] or None}
            | {name: float(row[name]) for name in ("slope", "intercept")}
            for row in rows
        ]


def converted(conversions, marker: str, value: float, unit: str, analyte: str | None = None):
    row = known_units(conversions, marker, analyte)[folded(unit)]
    return row["slope"] * value + row["intercept"]


@pytest.mark.parametrize(
    ("spelled", "unit"),
    [
        ("\u00b5mol/L", "umol/L"),  # micro sign
        ("\u03bcmol/L", "umol/L"),  # Greek mu
        (" mg/dL ", "mg/dL"),
        ("％", "%"),
        ("ｍｇ／ｄＬ", "mg/dL"),
        ("mm\u00a0Hg", "mm Hg"),
        ("kg/m²", "kg/m2"),
        ("Mmol/L", "Mmol/L"),
        ("", ""),
    ],
)
def test_a_spelling_without_accidents_of_type(spelled, unit):
    assert folded(spelled) == unit


def test_every_unit_of_the_table_can_be_met(conversions):
    # a row whose unit is not its own folding would match no result
    assert [row["unit"] for row in conversions if folded(row["unit"]) != row["unit"]] == []


@pytest.mark.parametrize(
    ("marker", "value", "unit", "analyte", "canonical", "within"),
    [
        # NGSP/IFCC master equation: an offset, no factor (20 -> 3.9816, 31 -> 4.98788)
        ("HBA1C", 20, "mmol/mol", None, 3.9816, 1e-12),
        ("HBA1C", 31, "mmol/mol", None, 4.98788, 1e-12),
        # worked numbers: 5 mg/dL of urea nitrogen is 1.78486, 10 mg/dL of urea 1.66511 mmol/L
        ("BUN", 5, "mg/dL", "urea_nitrogen", 1.78486, 5e-5),
        ("BUN", 10, "mg/dL", "urea", 1.66511, 5e-6),
        ("BUN", 5, "mmol/L", "urea_nitrogen", 5, 0),
        ("BUN", 5, "mmol/L", None, 5, 0),
        # worked numbers: creatinine 44.2 umol/L is 0.5 mg/dL
        ("CREAT", 0.5, "mg/dL", None, 44.2, 1e-12),
        ("CREAT", 61.88, "\u00b5mol/L", None, 61.88, 0),
        ("CREAT", 61.88, "\u03bcmol/L", None, 61.88, 0),
        # AMA: uric acid x 59.48
        ("UA", 2.4, "mg/dL", None, 142.762, 5e-4),
        ("ALB", 4.4, "g/dL", None, 44, 1e-12),
        ("WEIGHT", 1, "lb", None, 0.45359237, 0),
        # international inch and foot (1959)
        ("HEIGHT", 70, '"', None, 177.8, 1e-12),
        ("HEIGHT", 5.5, "'", None, 167.64, 1e-12),
        ("HEIGHT", 70, "in", None, 177.8, 1e-12),
        # worked numbers: 4.5 ng/mL is 450 ng/dL and 15.6 nmol/L of testosterone
        ("TESTO", 4.5, "ng/mL", None, 15.6, 0.05),
        ("TESTO", 450, "ng/dL", None, 15.6, 0.05),
        # worked numbers: 60 pmol/L of insulin is 10 uIU/mL, by the older constant 8.64
        ("INSULIN", 60, "pmol/L", None, 10, 0),
        ("INSULIN", 60, "pmol/L", "insulin_6.945", 8.639, 5e-4),
        # C-peptide of 3020.3 g/mol; worked numbers: 150000/uL are 150, and 0.3 mg/dL of CRP 3 mg/L
        ("CPEPTIDE", 2, "ng/mL", None, 0.6622, 5e-5),
        ("PLT", 150000, "/uL", None, 150, 1e-12),
        ("HSCRP", 0.3, "mg/dL", None, 3, 1e-12),
        # KDIGO: 300 mg/g of albumin to creatinine is 33.9 mg/mmol
        ("UACR", 300, "mg/g", None, 33.9, 0.05),
        ("IGF1", 20, "nmol/L", None, 152.98, 1e-12),
    ],
)
def test_conversions_of_worked_numbers(
    conversions, marker, value, unit, analyte, canonical, within
):
    assert converted(conversions, marker, value, unit, analyte) == pytest.approx(
        canonical, abs=within
    )


@pytest.mark.parametrize(
    ("marker", "spelling", "slope"),
    [
        # three ways to write micro, of which one is no sign: AMA's and the ISMP's mc
        *[("CREAT", unit, 1) for unit in ("\u00b5mol/L", "\u03bcmol/L", "umol/l", "mcmol/L")],
        *[("UA", unit, 1) for unit in ("\u00b5mol/L", "\u03bcmol/l", "mcmol/l")],
        *[("DHEAS", unit, 0.027137926) for unit in ("\u00b5g/dL", "\u03bcg/dl", "mcg/dL")],
        *[
            ("INSULIN", unit, 1)
            for unit in ("\u00b5IU/mL", "\u03bcU/mL", "mcIU/mL", "mIU/L", "mU/L")
        ],
        *[("IGF1", unit, 1) for unit in ("\u00b5g/L", "mcg/L", "ng/ml")],
        *[("HSCRP", unit, 1) for unit in ("\u00b5g/mL", "mcg/mL", "mg/l")],
        *[("ALT", unit, 60) for unit in ("\u00b5kat/L", "mckat/L")],
        # international units of enzymes and of gonadotrophins
        *[(enzyme, "IU/L", 1) for enzyme in ("ALT", "AST", "GGT", "ALP")],
        *[(hormone, unit, 1) for hormone in ("LH", "FSH") for unit in ("mIU/mL", "IU/L", "U/L")],
        # grams and percents of older reports
        *[("ALB", unit, 10) for unit in ("g/dl", "gm/dL", "g%", "gm%")],
        *[("TP", unit, 1) for unit in ("g/L", "gm/L")],
        *[("FBS", unit, 0.055507449) for unit in ("mg%", "mg/100ml", "mg/dl")],
        *[("TC", unit, 0.025862247) for unit in ("mg%", "mg/dl")],
        *[("TG", unit, 0.011293654) for unit in ("mg%", "mg/dl")],
        # platelets
        *[
            ("PLT", unit, 1)
            for unit in ("\u00d710\u2079/L", "10^9/L", "G/L", "K/\u00b5L", "10\u00b3/\u03bcL")
        ],
        *[("PLT", unit, 0.001) for unit in ("/\u00b5L", "cells/uL", "/mm\u00b3")],
        *[("EGFR_REPORTED", unit, 1) for unit in ("mL/min/1.73m\u00b2", "mL/min/1.73 m\u00b2")],
    ],
)
def test_spellings_of_one_unit(conversions, marker, spelling, slope):
    assert converted(conversions, marker, 1, spelling) == pytest.approx(slope, rel=1e-15)


@pytest.mark.parametrize(
    ("marker", "unit"),
    [
        # its mass depends on what is taken for the dimer
        ("SHBG", "mg/L"),
        # a thousandfold less than the mIU/mL that is meant
        ("LH", "mIU/L"),
        ("FSH", "mIU/L"),
        # not per 1.73 m2 of body surface
        ("EGFR_REPORTED", "mL/min"),
        # nobody's unit of a ratio
        ("UACR", "mg/L"),
        ("CREAT", "mol/L"),
        # of a height they are inches and feet; of a girth, or both at once, nobody knows
        ("WAIST", '"'),
        ("WAIST", "'"),
        ("HEIGHT", "'\""),
    ],
)
def test_units_that_are_refused(conversions, marker, unit):
    with pytest.raises(UserError, match="unknown unit"):
        check_declared_unit(conversions, {"marker": marker}, unit, "here")


def test_a_litre_may_be_written_small(conversions):
    # whoever writes mmol/L may write mmol/l, of every marker and analyte
    known = {(row["marker"], row["analyte"], row["unit"]): row["slope"] for row in conversions}
    for (marker, analyte, unit), slope in known.items():
        for litre in ("/L", "/dL", "/mL"):
            if unit.endswith(litre):
                small = unit.removesuffix(litre) + litre.lower()
                assert known.get((marker, analyte, small)) == slope, (marker, unit)


def test_micro_may_be_written_mc(conversions):
    known = {(row["marker"], row["analyte"], row["unit"]): row["slope"] for row in conversions}
    for (marker, analyte, unit), slope in known.items():
        if unit.startswith(("umol", "ug", "ukat", "uIU", "uU")):
            assert known.get((marker, analyte, "mc" + unit[1:])) == slope, (marker, unit)


def test_mg_per_dl_of_bun_needs_its_analyte(conversions):
    # urea nitrogen and urea differ by a factor of 2.14: neither may be guessed
    assert "mg/dL" not in known_units(conversions, "BUN", None)
    with pytest.raises(UserError, match="unknown unit 'mg/dL' of BUN") as caught:
        check_declared_unit(conversions, {"marker": "BUN"}, "mg/dL", "here")
    assert "more with analyte: urea, urea_nitrogen" in caught.value.rule


def test_a_conversion_of_the_very_analyte_goes_before_the_general_one(conversions):
    # Kashiwagi 2012: NGSP = 1.02 JDS + 0.25
    assert converted(conversions, "HBA1C", 6.0, "%", "jds") == pytest.approx(6.37, abs=1e-12)
    assert converted(conversions, "HBA1C", 6.0, "%") == 6.0


def test_a_unit_of_another_case_is_another_unit(conversions):
    with pytest.raises(UserError, match="unknown unit 'MMOL/L' of FBS") as caught:
        check_declared_unit(conversions, {"marker": "FBS"}, "MMOL/L", "here")
    assert "nearest known:" in caught.value.what and "'mmol/" in caught.value.what


def test_no_unit_at_all(conversions):
    with pytest.raises(UserError, match="FBS has no unit") as caught:
        check_declared_unit(conversions, {"marker": "FBS"}, "", "raw/a.csv, column 'x'")
    assert caught.value.where == "raw/a.csv, column 'x'"


def test_the_table_joins_by_the_name_that_the_source_uses(conversions):
    table = conversion_table(
        conversions,
        {
            "S-Urea": {"marker": "BUN", "analyte": "urea"},
            "BUN": {"marker": "BUN", "analyte": "urea_nitrogen"},
        },
    )
    slopes = {(r["analyte"], r["unit"]): r["slope"] for r in table.to_dicts()}
    assert len(slopes) == table.height
    assert slopes["BUN", "mg/dL"] / slopes["S-Urea", "mg/dL"] == pytest.approx(2.1438, abs=5e-5)
    assert slopes["BUN", "mmol/L"] == slopes["S-Urea", "mmol/L"] == 1


def test_the_dust_of_a_conversion_is_taken_off():
    """0.57 mg/dL is 5.7 mg/L in decimals; in binary the product is 5.699999999999999."""
    import polars as pl
    from labcohort.harmonise.texts import DIGITS

    assert 0.57 * 10 != 5.7
    assert pl.Series([0.57 * 10]).round_sig_figs(DIGITS).to_list() == [5.7]


def test_a_conversion_may_spell_micro_either_way():
    row = {"marker": "CREAT", "analyte": None, "unit": "\u00b5mol/L", "slope": 1, "intercept": 0}
    assert set(known_units([row], "CREAT", None)) == {"umol/L"}


# --------------------------------------------------------- a unit sent and another one declared


def harmonised(cells, mapping, *given: dict, entry: dict, **how):
    """(unit, value, flag) of creatinine results; 1 mg/dL is 88.4 umol/L (AMA)."""
    told = mapping | {"analytes": mapping["analytes"] | {"Crea": {"marker": "CREAT"} | entry}} | how
    rows = [{"analyte": "Crea", "value_text": "100"} | cell for cell in given]
    return harmonise_cells(cells(*rows), told).values.select("unit", "value", "flag").rows()


def test_a_unit_that_contradicts_the_declared_one_is_flagged_and_not_applied(cells, mapping):
    found = harmonised(
        cells, mapping, *({"unit_text": unit} for unit in ("mg/dL", "umol/L", "µmol/L", None, "")),
        entry={"unit": "umol/L"},
    )  # fmt: skip
    # both spellings of micro are one unit, and an empty one says nothing
    assert found == [("umol/L", 100, "unit_contradicts_mapping")] + [("umol/L", 100, None)] * 4


def test_a_unit_that_no_conversion_knows_contradicts_nothing(cells, mapping):
    assert harmonised(cells, mapping, {"unit_text": "ml/min"}, entry={"unit": "umol/L"}) == [
        ("umol/L", 100, None)
    ]


def test_codes_of_units_are_compared_by_what_they_mean(cells, mapping):
    given = [{"unit_text": "1"}, {"unit_text": "2"}]
    codes = {"units": {"1": "umol/L", "2": "mg/dL"}}
    found = harmonised(cells, mapping, *given, entry={"unit": "umol/L"}, **codes)
    assert [row[2] for row in found] == [None, "unit_contradicts_mapping"]


def test_without_a_declared_unit_nothing_is_contradicted(cells, mapping):
    found = harmonised(cells, mapping, {"unit_text": "umol/L"}, {"value_text": "1",
                       "unit_text": "mg/dL"}, entry={})  # fmt: skip
    assert sorted(found) == [("mg/dL", 88.4, None), ("umol/L", 100, None)]


@pytest.mark.parametrize(
    ("column", "flag"),
    [
        ("Crea (mg/dL)", "unit_contradicts_mapping"), ("肌酐[mg/dL]", "unit_contradicts_mapping"),
        ("Crea (umol/L)", None), ("Crea (µmol/L)", None), ("Crea (fasting)", None), ("Crea", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("layout", ["wide", "long"])
def test_the_unit_in_a_header_or_in_the_analytes_name_is_sent_too(
    cells, mapping, column, flag, layout
):
    told = mapping | {"layout": layout}
    told["analytes"] = mapping["analytes"] | {column: {"marker": "CREAT", "unit": "umol/L"}}
    place = {"column": column} if layout == "wide" else {}
    given = cells({"analyte": column, "value_text": "100", "unit_text": None} | place)
    result = harmonise_cells(given, told)
    assert result.values.select("unit", "flag").rows() == [("umol/L", flag)]


def test_a_unit_corrected_by_hand_is_no_contradiction(cells, mapping):
    fix = {"file": "raw/site.csv", "sheet": None, "row": 2, "column": "result", "field": "unit",
           "old": "umol/L", "new": "mg/dL", "who": "A. Analyst"}  # fmt: skip
    found = harmonised(cells, mapping, {"value_text": "1", "unit_text": "umol/L"},
                       entry={"unit": "umol/L"}, corrections=[fix])  # fmt: skip
    assert found == [("mg/dL", 88.4, "corrected_by_hand")]
