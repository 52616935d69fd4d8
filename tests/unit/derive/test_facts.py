"""The tables of facts: markers, conversions, methods, factors, stages, checks, publications."""

import re
import unicodedata
from collections import Counter
from decimal import Decimal

import pytest
from labcohort.derive.formulas import mg_per_dl
from labcohort.derive.registry import registered

PANELS = [
    "anthropometric",
    "blood_pressure",
    "glycaemic",
    "lipid",
    "liver",
    "renal",
    "hormone",
    "inflammation",
]
TABLES = [
    "markers",
    "conversions",
    "methods",
    "martin_hopkins",
    "ckd_stages",
    "cross_checks",
    "biological_variation",
    "sex_limits",
    "published_results",
]
# IUPAC, abridged standard atomic weights of 2021
ATOMS = {"C": 12.011, "H": 1.008, "N": 14.007, "O": 15.999, "S": 32.06}


@pytest.fixture(scope="module")
def markers(facts):
    return {row["marker"]: row for row in facts("markers")}


@pytest.fixture(scope="module")
def conversions(facts):
    return {(r["marker"], r["analyte"], r["unit"]): r for r in facts("conversions")}


@pytest.mark.parametrize("name", TABLES)
def test_cells_are_trimmed_and_every_row_has_a_source(facts, name):
    rows = facts(name)
    for row in rows:
        assert None not in row and None not in row.values(), row
        assert all(cell == cell.strip() for cell in row.values()), row
        # a cell that a spreadsheet has quoted; the mark for inch stands alone
        assert not any('"' in cell and (column, cell) != ("unit", '"')
                       for column, cell in row.items()), row  # fmt: skip
        assert row["source"], row


def test_codes_are_unique(facts, markers):
    assert len(markers) == len(facts("markers"))
    assert all(re.fullmatch(r"[A-Z][A-Z0-9_]*", code) for code in markers)
    assert len({row["label"] for row in markers.values()}) == len(markers)
    assert len({row["label_zh"] for row in markers.values()}) == len(markers)


def test_panels_stand_together_and_in_order(markers):
    assert list(dict.fromkeys(row["panel"] for row in markers.values())) == PANELS
    panels = [PANELS.index(row["panel"]) for row in markers.values()]
    assert panels == sorted(panels)


def test_limits_are_ordered_and_measured_markers_have_them(markers):
    for code, row in markers.items():
        limits = [row[name] for name in ("hard_low", "soft_low", "soft_high", "hard_high")]
        if row["kind"] == "measured":
            assert all(limits), code
        numbers = [float(limit) for limit in limits if limit]
        assert len(numbers) in (0, 4) and numbers == sorted(numbers), code


def test_kinds_decimals_and_codes(markers):
    for code, row in markers.items():
        assert row["kind"] in ("measured", "derived"), code
        assert row["scale"] in ("linear", "log"), code
        assert 0 <= int(row["decimals"]) <= 4, code
        assert re.fullmatch(r"(\d{3,5}-\d)?", row["loinc"]), code
        assert row["unit"], code


def test_measured_markers_come_before_the_derived_ones_of_their_panel(markers):
    # what a laboratory reports beside our own value stands last
    for panel in PANELS:
        rows = [row for row in markers.values() if row["panel"] == panel]
        order = ["reported" if row["marker"].endswith("_REPORTED") else row["kind"] for row in rows]
        assert order == sorted(order, key=["measured", "derived", "reported"].index), panel


def test_what_is_analysed_by_ratios_too(markers):
    # right-skewed in every population: enzymes, hormones, insulin, triglycerides, CRP
    logs = {code for code, row in markers.items() if row["scale"] == "log"}
    assert {"HSCRP", "TG", "INSULIN", "HOMA_IR", "GGT", "ALT", "UACR", "TESTO", "E2"} <= logs
    assert {row["scale"] for row in markers.values() if row["panel"] == "hormone"} == {"log"}
    # a ratio is of positive numbers: no marker that can be negative
    assert all(float(markers[code]["hard_low"]) >= 0 for code in logs)
    # itself a logarithm already, or bounded, or a class
    assert logs.isdisjoint({"AIP", "TYG", "FLI", "CKD_STAGE", "GFR_CATEGORY"})


@pytest.mark.parametrize("known", ["4548-4", "2085-9"])
def test_the_check_digit_rule_on_codes_in_wide_use(known):
    assert check_digit(known.split("-")[0]) == int(known[-1])


def test_loinc_check_digits(markers):
    for row in markers.values():
        if row["loinc"]:
            number, digit = row["loinc"].split("-")
            assert check_digit(number) == int(digit), row["marker"]


def check_digit(number: str) -> int:
    """LOINC Users' Guide, appendix C: the Mod 10 (Luhn) check digit."""
    doubled = [int(d) * (2 if i % 2 == 0 else 1) for i, d in enumerate(reversed(number))]
    return -sum(d - 9 if d > 9 else d for d in doubled) % 10


def test_every_measured_marker_converts_from_its_own_unit(markers, conversions):
    for code, row in markers.items():
        if row["kind"] == "measured":
            own = conversions[code, "", row["unit"]]
            assert (float(own["slope"]), float(own["intercept"])) == (1, 0), code
    assert {marker for marker, _, _ in conversions} <= {
        code for code, row in markers.items() if row["kind"] == "measured"
    }


def test_the_marks_for_inch_and_foot_are_units_of_a_height_alone(conversions):
    found = {(marker, unit) for marker, _, unit in conversions if unit in ("'", '"')}
    assert found == {("HEIGHT", "'"), ("HEIGHT", '"')}
    # the international inch and foot of 1959
    assert float(conversions["HEIGHT", "", '"']["slope"]) == 2.54
    assert float(conversions["HEIGHT", "", "'"]["slope"]) == 12 * 2.54


def test_spellings_are_unique_and_as_they_are_looked_up(facts, conversions):
    assert len(conversions) == len(facts("conversions"))
    for _, _, unit in conversions:
        assert unit == unicodedata.normalize("NFKC", unit).replace("\u03bc", "u").strip()


def test_an_analyte_never_falls_back_on_another_one_for_the_same_unit(conversions):
    # a spelling of % that is listed for NGSP alone would read a JDS value as NGSP
    for unit in ("%", "percent"):
        assert ("HBA1C", "jds", unit) in conversions
    for unit in ("pmol/L", "pmol/l"):
        assert ("INSULIN", "insulin_6.945", unit) in conversions
    mg_per_dl = [u for m, analyte, u in conversions if m == "BUN" and u.startswith("mg/d")]
    assert mg_per_dl and not any(("BUN", "", unit) in conversions for unit in mg_per_dl)


@pytest.mark.parametrize(
    ("marker", "analyte", "unit", "value", "expected"),
    [
        # AMA Manual of Style, 11th edition, SI conversion factors (rounded to three digits)
        ("FBS", "", "mg/dL", 100, 5.55),
        ("TC", "", "mg/dL", 100, 2.59),
        ("HDL", "", "mg/dL", 100, 2.59),
        ("LDL", "", "mg/dL", 100, 2.59),
        ("TG", "", "mg/dL", 100, 1.13),
        ("CREAT", "", "mg/dL", 1, 88.4),
        ("BUN", "urea_nitrogen", "mg/dL", 100, 35.7),
        ("UA", "", "mg/dL", 1, 59.48),
        ("TESTO", "", "ng/dL", 100, 3.47),
        ("E2", "", "pg/mL", 100, 367.1),
        ("DHEAS", "", "ug/dL", 100, 2.71),
        ("TP", "", "g/dL", 7.2, 72),
        ("INSULIN", "insulin_6.945", "pmol/L", 69.45, 10),
        # Knopp 2019: 6.00 pmol/L per uIU/mL
        ("INSULIN", "", "pmol/L", 60, 10),
        # urea is 60.056 g/mol
        ("BUN", "urea", "mg/dL", 60.056, 10),
        # NGSP's table of converted results
        ("HBA1C", "", "mmol/mol", 31, 5.0),
        ("HBA1C", "", "mmol/mol", 53, 7.0),
        ("HBA1C", "", "mmol/mol", 86, 10.0),
        # Kashiwagi 2012: JDS 6.1 % is NGSP 6.5 %
        ("HBA1C", "jds", "%", 6.1, 6.5),
        # units by definition
        ("WEIGHT", "", "lb", 220, 99.79),
        ("WEIGHT", "", "st", 10, 63.50),
        ("HEIGHT", "", "in", 70, 177.8),
        ("HEIGHT", "", "ft", 6, 182.88),
        ("SBP", "", "kPa", 16, 120.0),
        ("ALT", "", "ukat/L", 1, 60),
        ("HSCRP", "", "mg/dL", 0.3, 3),
        # AMA: C-peptide ng/mL x 0.331
        ("CPEPTIDE", "", "ng/mL", 1, 0.331),
        # 150 000 cells a microlitre are 150 of 10*9/L
        ("PLT", "", "/uL", 150000, 150),
        ("PLT", "", "10*3/uL", 150, 150),
        ("UACR", "", "mg/g", 30, 3.39),
    ],
)
def test_conversions(conversions, marker, analyte, unit, value, expected):
    row = conversions[marker, analyte, unit]
    converted = value * float(row["slope"]) + float(row["intercept"])
    # HbA1c in these tables is rounded to 0.1 %, the others to three digits or more
    tolerance = {"abs": 0.05} if marker == "HBA1C" else {"rel": 2e-3}
    assert converted == pytest.approx(expected, **tolerance)


@pytest.mark.parametrize(
    ("marker", "analyte", "unit", "composition", "canonical_per_mol", "grams_per_litre"),
    [
        ("FBS", "", "mg/dL", "C6H12O6", 1e3, 1e-2),
        ("FBS", "", "g/L", "C6H12O6", 1e3, 1),
        ("TC", "", "mg/dL", "C27H46O", 1e3, 1e-2),
        ("HDL", "", "mg/dL", "C27H46O", 1e3, 1e-2),
        ("LDL", "", "g/L", "C27H46O", 1e3, 1),
        ("NON_HDL_REPORTED", "", "mg/dL", "C27H46O", 1e3, 1e-2),
        # triolein stands for all triglycerides
        ("TG", "", "mg/dL", "C57H104O6", 1e3, 1e-2),
        # 88.4 by convention, 88.40 by its mass
        ("CREAT", "", "mg/dL", "C4H7N3O", 1e6, 1e-2),
        ("UA", "", "mg/dL", "C5H4N4O3", 1e6, 1e-2),
        ("BUN", "urea", "mg/dL", "CH4N2O", 1e3, 1e-2),
        ("BUN", "urea", "g/L", "CH4N2O", 1e3, 1),
        # the nitrogen of one molecule of urea
        ("BUN", "urea_nitrogen", "mg/dL", "N2", 1e3, 1e-2),
        ("BUN", "urea_nitrogen", "g/L", "N2", 1e3, 1),
        ("TESTO", "", "ng/dL", "C19H28O2", 1e9, 1e-8),
        ("TESTO", "", "ng/mL", "C19H28O2", 1e9, 1e-6),
        ("E2", "", "pg/mL", "C18H24O2", 1e12, 1e-9),
        ("E2", "", "ng/dL", "C18H24O2", 1e12, 1e-8),
        # the acid and not its sodium salt
        ("DHEAS", "", "ug/dL", "C19H28O5S", 1e6, 1e-5),
        ("DHEAS", "", "ng/mL", "C19H28O5S", 1e6, 1e-6),
        ("CPEPTIDE", "", "ng/mL", "C129H211N35O48", 1e9, 1e-6),
        ("CPEPTIDE", "", "ng/dL", "C129H211N35O48", 1e9, 1e-8),
        # 6.00 pmol/L per uIU/mL (Knopp 2019)
        ("INSULIN", "", "ng/mL", "C257H383N65O77S6", 1e12 / 6, 1e-6),
        # mg of albumin per mmol of creatinine
        ("UACR", "", "mg/g", "C4H7N3O", None, 1e-3),
    ],
)
def test_factors_are_molar_masses(
    conversions, marker, analyte, unit, composition, canonical_per_mol, grams_per_litre
):
    mass = molar_mass(composition)
    expected = (
        mass * grams_per_litre
        if canonical_per_mol is None
        else canonical_per_mol * grams_per_litre / mass
    )
    # masses of older atomic weights differ in their sixth digit, creatinine's 88.4 in its fifth
    tolerance = 5e-5 if composition == "C4H7N3O" else 1.5e-5
    slope = float(conversions[marker, analyte, unit]["slope"])
    assert slope == pytest.approx(expected, rel=tolerance)


def molar_mass(composition: str) -> float:
    elements = re.findall(r"([A-Z])(\d*)", composition)
    return sum(ATOMS[element] * int(count or 1) for element, count in elements)


def test_igf_1_is_of_70_amino_acids(conversions):
    # UniProt P05019, mature chain: 7649 Da with its disulphide bridges
    assert float(conversions["IGF1", "", "nmol/L"]["slope"]) == 7.649


def test_crp_is_by_convention(conversions):
    # AMA Manual of Style: 9.524 nmol/L per mg/L
    slope = float(conversions["HSCRP", "", "nmol/L"]["slope"])
    assert slope == pytest.approx(1 / 9.524, rel=1e-6)


def test_units_of_one_quantity_agree(conversions):
    # powers of ten between them
    for marker, analyte, unit, other, ratio in [
        ("FBS", "", "g/L", "mg/dL", 100),
        ("TC", "", "g/L", "mg/dL", 100),
        ("TG", "", "g/L", "mg/dL", 100),
        ("CREAT", "", "mmol/L", "umol/L", 1000),
        ("TESTO", "", "ng/mL", "ng/dL", 100),
        ("E2", "", "ng/dL", "pg/mL", 10),
        ("DHEAS", "", "ug/dL", "ng/mL", 10),
        ("DHEAS", "", "mg/L", "ug/L", 1000),
        ("PLT", "", "10*3/uL", "/uL", 1000),
        ("CPEPTIDE", "", "nmol/L", "pmol/L", 1000),
        ("UACR", "", "mg/mg", "mg/g", 1000),
        ("ALT", "", "ukat/L", "nkat/L", 1000),
        ("BUN", "urea", "g/L", "mg/dL", 100),
        ("BUN", "urea_nitrogen", "g/L", "mg/dL", 100),
    ]:
        slope, smaller = (float(conversions[marker, analyte, u]["slope"]) for u in (unit, other))
        assert slope / smaller == pytest.approx(ratio, rel=1e-12), (marker, unit)


def test_albumin_creatinine_ratio(conversions):
    # KDIGO 2024: 30 and 300 mg/g are 3 and 30 mg/mmol, rounded (x 0.113)
    slope = float(conversions["UACR", "", "mg/g"]["slope"])
    assert slope == pytest.approx(0.113, abs=5e-4)
    assert slope * 8.84 == pytest.approx(1, rel=1e-15)
    assert slope == pytest.approx(10 / float(conversions["CREAT", "", "mg/dL"]["slope"]), rel=1e-15)


@pytest.mark.parametrize(
    ("constant", "marker", "analyte"),
    [
        ("MMOL_PER_L_OF_GLUCOSE", "FBS", ""),
        ("MMOL_PER_L_OF_CHOLESTEROL", "TC", ""),
        ("MMOL_PER_L_OF_CHOLESTEROL", "HDL", ""),
        ("MMOL_PER_L_OF_CHOLESTEROL", "LDL", ""),
        ("MMOL_PER_L_OF_TRIGLYCERIDES", "TG", ""),
        ("UMOL_PER_L_OF_CREATININE", "CREAT", ""),
    ],
)
def test_formulas_go_back_by_the_factors_of_the_table(conversions, constant, marker, analyte):
    assert getattr(mg_per_dl, constant) == float(conversions[marker, analyte, "mg/dL"]["slope"])


def test_methods_are_those_of_the_formulas_that_have_several(facts):
    listed = [(row["marker"], row["method"]) for row in facts("methods")]
    several = {
        (marker, method)
        for marker, methods in registered().items()
        for method in methods
        if len(methods) > 1
    }
    assert len(listed) == len(set(listed)) and set(listed) == several
    labels = [(row["marker"], row["label"]) for row in facts("methods")]
    assert len(set(labels)) == len(labels)
    assert all(row["label_zh"] for row in facts("methods"))


def test_the_table_of_martin_and_hopkins(facts):
    rows = facts("martin_hopkins")
    assert len(rows) == 180
    # the sum and these cells: seven public transcriptions of Martin 2013 agree in them
    assert sum(Decimal(row["factor"]) for row in rows) == Decimal("949.4")
    cells = {(row["tg_low"], row["non_hdl_low"]): row["factor"] for row in rows}
    corners = [("7", ""), ("7", "220"), ("400", ""), ("400", "220"), ("147", "130"), ("97", "130")]
    assert [cells[corner] for corner in corners] == ["3.5", "3.1", "11.9", "6.7", "5.7", "4.8"]


@pytest.mark.parametrize(
    ("axis", "strata", "ends"), [("tg", 30, ("7", "13975")), ("non_hdl", 6, ("", ""))]
)
def test_strata_touch(facts, axis, strata, ends):
    bounds = dict.fromkeys((r[f"{axis}_low"], r[f"{axis}_high"]) for r in facts("martin_hopkins"))
    lows, highs = zip(*bounds, strict=True)
    assert len(bounds) == strata
    assert [int(low) for low in lows[1:]] == [int(high) + 1 for high in highs[:-1]]
    assert (lows[0], highs[-1]) == ends


def test_factors_fall_with_non_hdl_cholesterol(facts):
    # Martin 2013, figure 1: the ratio rises with triglycerides and falls with non-HDL cholesterol
    rows = facts("martin_hopkins")
    for start in range(0, 180, 6):
        factors = [float(row["factor"]) for row in rows[start : start + 6]]
        assert factors == sorted(factors, reverse=True)


def test_insulin_has_one_number_for_six(conversions):
    assert 60 * float(conversions["INSULIN", "", "pmol/L"]["slope"]) == 10
    ratio = float(conversions["INSULIN", "", "pmol/L"]["slope"]) / float(
        conversions["INSULIN", "insulin_6.945", "pmol/L"]["slope"]
    )
    assert ratio == pytest.approx(6.945 / 6, rel=1e-15)


@pytest.mark.parametrize("scheme", ["kdigo_g", "kdoqi"])
def test_bands_of_egfr_touch_and_cover(facts, scheme):
    bands = [row for row in facts("ckd_stages") if row["scheme"] == scheme]
    assert [float(b["low"]) for b in bands][:-1] == [float(b["high"]) for b in bands[1:]]
    assert (bands[0]["high"], float(bands[-1]["low"])) == ("", 0)


def test_cross_checks_name_two_measured_markers_of_one_unit(facts, markers):
    for row in facts("cross_checks"):
        greater, lesser = markers[row["greater"]], markers[row["lesser"]]
        assert greater["kind"] == lesser["kind"] == "measured"
        assert greater["unit"] == lesser["unit"] and greater["marker"] != lesser["marker"]


def test_only_a_pair_that_can_never_be_equal_is_set_aside_where_it_is(facts):
    # no plasma is without globulins; a pressure or a lipoprotein may round to the other
    aside = [row["check"] for row in facts("cross_checks") if row["equal"] == "aside"]
    assert aside == ["albumin_above_total_protein"]


def test_biological_variation_is_of_measured_markers(facts, markers):
    rows = facts("biological_variation")
    assert {markers[row["marker"]]["kind"] for row in rows} == {"measured"}
    assert not [row for row in rows if row["marker"].endswith("_REPORTED")]
    # hormones of the cycle and what has no published coefficient here are not judged
    assert {"E2", "LH", "FSH", "HEIGHT"}.isdisjoint(row["marker"] for row in rows)


def test_biological_variation_as_published(facts):
    within = {row["marker"]: float(row["cv_within"]) for row in facts("biological_variation")}
    # Smith 1993, composite of 30 studies; Carobene 2017; Widjaja 1999
    assert [within[m] for m in ("TC", "HDL", "LDL", "TG")] == [6.1, 7.4, 9.5, 22.6]
    assert [within[m] for m in ("ALT", "AST", "GGT", "ALP")] == [9.3, 9.5, 8.9, 5.3]
    assert [within[m] for m in ("INSULIN", "CPEPTIDE")] == [26, 24]


def test_limits_of_a_sex_lie_within_those_of_the_marker(facts, markers):
    for row in facts("sex_limits"):
        own = markers[row["marker"]]
        assert own["kind"] == "measured"
        low, high = float(own["hard_low"]), float(own["hard_high"])
        given = [float(row[name]) for name in row if name.endswith(("_low", "_high")) and row[name]]
        assert given and all(low < limit < high for limit in given)


def test_published_results_speak_of_known_markers_in_their_panels(facts, markers):
    rows = facts("published_results")
    assert all(markers[row["marker"]]["panel"] == row["panel"] for row in rows)
    keys = Counter((row["marker"], row["cohort"], row["timepoint"]) for row in rows)
    assert len(rows) == len(keys) == 98


def test_published_results_words(facts):
    words = {
        "cohort": "all male female ckd_2 ckd_3 ckd_4 ckd_5 hscrp_ge_1_50",
        "timepoint": "month_6 month_12",
        "test": "paired_t wilcoxon_signed_rank",
        "summary": "mean_sem median_iqr",
        "significant": "yes no unknown",
        "direction": "down up none unknown",
    }
    for row in facts("published_results"):
        for column, allowed in words.items():
            assert row[column] in allowed.split(), row
        assert (row["test"] == "paired_t") == (row["summary"] == "mean_sem"), row
        values = [row[c] for c in row if c.startswith(("baseline_", "followup_"))]
        assert all(re.fullmatch(r"\d+\.\d\d", v) for v in values) or not any(values), row


def test_published_significant_rows(facts):
    rows = facts("published_results")
    counts = Counter(row["significant"] for row in rows)
    chosen = [r for r in rows if r["significant"] == "yes" and r["cohort"][:3] in ("ckd", "hsc")]
    # of 16 significant rows 6 lie in cohorts chosen on a baseline value
    assert (counts["yes"], len(chosen)) == (16, 6)
