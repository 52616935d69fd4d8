"""Each cell ends as a value, set aside by the first rule that it breaks, or unused.

Expected fates are those of the contract (fate table, unknown things in a source).
"""

from datetime import date

import pytest
from labcohort.errors import UserError
from labcohort.harmonise.cells import harmonise_cells
from labcohort.quarantine import check_ceiling
from labcohort.validate.profile import profile

from schemas.harmonised import Values
from schemas.quality import Quarantine

FAULTS = {
    "unknown_analyte": {"analyte": "HbA1c"},
    "missing_person": {"person": None},
    "missing_date": {"date_text": ""},
    "undeclared_date_format": {"date_text": "5/6/19"},
    "invalid_date": {"date_text": "2019-02-29"},
    "unparseable_value": {"value_text": "1.2.3"},
    "missing_unit": {"unit_text": ""},
    "unknown_unit": {"unit_text": "mg/dL"},
    "hard_limit": {"value_text": "25.1"},
}
# of two faults in one cell the one that stands earlier here is its reason
PRECEDENCE = list(FAULTS)


def rules_of(result) -> list[str]:
    return result.quarantine.sort("row").get_column("rule").to_list()


def test_a_good_cell_is_a_value(cells, mapping):
    result = harmonise_cells(cells({"value_text": "7.10"}), mapping)
    assert Values.validate(result.values, lazy=True).to_dicts() == [
        {
            "source": "site",
            "file": "raw/site.csv",
            "sheet": None,
            "row": 2,
            "column": "result",
            "person": "p0000000000000001",
            "marker": "HBA1C",
            "sample_date": date(2020, 1, 2),
            "value_text": "7.10",
            "comparator": None,
            "number": 7.1,
            "decimals": 2,
            "unit": "%",
            "value": 7.1,
            "flag": None,
            "range_low": None,
            "range_high": None,
            "visit": None,
            "status": None,
            "reported": None,
        }
    ]
    assert result.quarantine.is_empty() and result.unused.is_empty()


def test_units_are_converted_with_their_offset(cells, mapping):
    result = harmonise_cells(
        cells(
            {"value_text": "31", "unit_text": "mmol/mol"},
            {"analyte": "Crea", "value_text": "0.5", "unit_text": "mg/dL"},
            {"analyte": "Crea", "value_text": "80", "unit_text": "\u00b5mol/L"},
            {"analyte": "Crea", "value_text": "81", "unit_text": "\u03bcmol/L"},
        ),
        mapping,
    )
    values = dict(result.values.select("row", "value").iter_rows())
    # worked numbers: 31 mmol/mol -> 4.98788 %; 0.5 mg/dL -> 44.2 umol/L
    assert values == pytest.approx({2: 4.98788, 3: 44.2, 4: 80, 5: 81}, abs=1e-12)
    kept = dict(result.values.select("row", "number").iter_rows())
    assert kept == {2: 31, 3: 0.5, 4: 80, 5: 81}


def test_a_limit_keeps_its_comparator(cells, mapping):
    result = harmonise_cells(cells({"value_text": "<4.5"}), mapping)
    assert result.values.select("comparator", "value").row(0) == ("<", 4.5)


@pytest.mark.parametrize("rule", FAULTS)
def test_each_rule_sets_the_cell_aside_that_breaks_it(cells, mapping, rule):
    result = harmonise_cells(cells({}, FAULTS[rule]), mapping)
    record = Quarantine.validate(result.quarantine, lazy=True).row(0, named=True)
    assert (record["rule"], record["row"]) == (rule, 3)
    assert record["raw_value"] == FAULTS[rule].get("value_text", "7.1")
    assert record["reason"]
    assert result.values.get_column("row").to_list() == [2]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [(a, b) for i, a in enumerate(PRECEDENCE) for b in PRECEDENCE[i + 1 :]],
)
def test_the_earlier_of_two_broken_rules_is_the_reason(cells, mapping, earlier, later):
    both = FAULTS[later] | FAULTS[earlier]
    result = harmonise_cells(cells({}, both), mapping)
    assert rules_of(result) == [earlier]


def test_reasons_name_what_was_found(cells, mapping):
    found = {
        rule: harmonise_cells(cells({}, fault), mapping).quarantine.item(0, "reason")
        for rule, fault in FAULTS.items()
    }
    assert "'HbA1c'" in found["unknown_analyte"] and "'A1c'" in found["unknown_analyte"]
    assert "'5/6/19'" in found["undeclared_date_format"]
    assert "YYYY-MM-DD" in found["undeclared_date_format"]
    assert "'2019-02-29'" in found["invalid_date"]
    assert "'1.2.3'" in found["unparseable_value"]
    assert "HBA1C" in found["unknown_unit"] and "'mg/dL'" in found["unknown_unit"]
    assert "25.1" in found["hard_limit"] and "above the hard limit 25" in found["hard_limit"]


@pytest.mark.parametrize(
    ("text", "rule", "flag"),
    [
        ("1.9", "hard_limit", None),
        ("2", None, "soft_low"),
        ("3.9", None, "soft_low"),
        ("4", None, None),
        ("16", None, None),
        ("16.1", None, "soft_high"),
        # 25 mmol/mol would be 4.4 %: a person is asked whether that is the unit
        ("25", None, "soft_high|unit_proposed"),
        ("25.1", "hard_limit", None),
    ],
)
def test_limits_include_their_bounds(cells, mapping, text, rule, flag):
    result = harmonise_cells(cells({"value_text": text}), mapping)
    if rule:
        assert rules_of(result) == [rule]
    else:
        assert result.values.item(0, "flag") == flag


def test_limits_are_of_the_canonical_unit(cells, mapping):
    # 180 mmol/mol is 18.6 %, a soft flag; 255 mmol/mol is 25.5 %, over the hard limit
    result = harmonise_cells(
        cells(
            {"value_text": "180", "unit_text": "mmol/mol"},
            {"value_text": "255", "unit_text": "mmol/mol"},
        ),
        mapping,
    )
    assert result.values.select("row", "flag").rows() == [(2, "soft_high")]
    assert rules_of(result) == ["hard_limit"]


def test_a_marker_without_limits_has_none(cells, mapping):
    for row in mapping["markers"]:
        row |= dict.fromkeys(("hard_low", "hard_high", "soft_low", "soft_high"))
    result = harmonise_cells(cells({"value_text": "-900"}), mapping)
    assert result.values.select("value", "flag").row(0) == (-900, None)


@pytest.mark.parametrize(
    ("cell", "fate", "reason"),
    [
        ({"value_text": ""}, "missing", None),
        ({"value_text": "NA"}, "missing", None),
        ({"value_text": "-"}, "missing", None),
        ({"analyte": "PLT"}, "ignored", "PLT"),
        ({"analyte": "PLT", "value_text": ""}, "ignored", "PLT"),
        ({"analyte": "PLT", "value_text": "NA"}, "ignored", "PLT"),
        ({"value_text": "", "person": None, "date_text": "", "analyte": "?"}, "missing", None),
    ],
)
def test_ignored_goes_before_missing_and_both_before_any_rule(cells, mapping, cell, fate, reason):
    result = harmonise_cells(cells({}, cell), mapping)
    assert result.unused.select("row", "fate", "reason").rows() == [(3, fate, reason)]
    assert result.quarantine.is_empty() and result.values.height == 1


def test_a_token_is_missing_only_where_it_is_declared(cells, mapping):
    assert rules_of(harmonise_cells(cells({}, {"value_text": "n/a"}), mapping)) == [
        "unparseable_value"
    ]


def test_every_cell_has_one_fate(cells, mapping):
    given = [{}, {"analyte": "PLT"}, {"value_text": "NA"}, *FAULTS.values()]
    result = harmonise_cells(cells(*given), mapping)
    rows = [r for f in (result.values, result.quarantine, result.unused) for r in f["row"]]
    assert sorted(rows) == list(range(2, 2 + len(given)))


def test_a_decimal_comma_where_it_is_declared(cells, mapping):
    given = cells({"value_text": "7,1"}, {"value_text": "7.1"})
    result = harmonise_cells(given, mapping | {"decimal": ","})
    assert result.values.select("row", "value").rows() == [(2, 7.1)]
    assert rules_of(result) == ["unparseable_value"]


def wide(mapping: dict, **declared: str) -> dict:
    """The mapping as that of a wide file, with units declared for some columns."""
    analytes = {
        name: entry | ({"unit": declared[name]} if name in declared else {})
        for name, entry in mapping["analytes"].items()
    }
    return mapping | {"layout": "wide", "analytes": analytes}


def test_a_long_analyte_without_any_unit_stops(cells, mapping):
    given = cells({"analyte": "Crea", "value_text": "80", "unit_text": "umol/L"}, {"unit_text": ""})
    with pytest.raises(UserError, match="HBA1C has no unit") as caught:
        harmonise_cells(given, mapping)
    assert "raw/site.csv" in caught.value.where and "analyte A1c" in caught.value.where


def test_a_long_analyte_with_an_unknown_unit_in_some_rows_goes_on(cells, mapping):
    result = harmonise_cells(cells({}, {"unit_text": "mg"}, {"unit_text": None}), mapping)
    assert rules_of(result) == ["unknown_unit", "missing_unit"]


@pytest.mark.parametrize(
    ("unit", "message"),
    [(None, "HBA1C has no unit"), ("", "HBA1C has no unit"), ("mmol/L", "unknown unit 'mmol/L'")],
)
def test_a_wide_column_whose_unit_is_unknown_stops(cells, mapping, unit, message):
    given = cells({"column": "A1c", "unit_text": unit})
    with pytest.raises(UserError, match=message) as caught:
        harmonise_cells(given, wide(mapping))
    assert "column 'A1c'" in caught.value.where


def test_the_unit_of_the_mapping_holds_before_that_of_the_file(cells, mapping):
    given = cells({"column": "A1c", "value_text": "31", "unit_text": "%"})
    result = harmonise_cells(given, wide(mapping, A1c="mmol/mol"))
    assert result.values.select("unit", "value").row(0) == ("mmol/mol", pytest.approx(4.98788))


def test_a_column_without_any_value_needs_no_unit(cells, mapping):
    given = cells({"column": "A1c"}, {"column": "Crea", "analyte": "Crea", "value_text": "",
                                      "unit_text": None})  # fmt: skip
    assert harmonise_cells(given, wide(mapping)).values.height == 1


def test_more_set_aside_than_the_ceiling_stops(cells, mapping):
    given = cells(*[{}] * 97, *[{"value_text": "x"}] * 3)
    result = harmonise_cells(given, mapping)
    with pytest.raises(UserError, match=r"3 of 100 values of site \(3.0 %\)") as caught:
        check_ceiling(result.quarantine, given.height, 0.02, "site")
    assert "unparseable_value 3 times, first in raw/site.csv, row 99" in caught.value.where


def test_what_a_reader_holds_back_is_ignored_with_its_reason(cells, mapping):
    # before any rule: such a cell has nobody, no date and no known analyte
    held = {"ignored": "message ADT^A01", "person": None, "date_text": "", "analyte": "?"}
    result = harmonise_cells(cells({}, held, held | {"value_text": ""}), mapping)
    assert result.unused.select("row", "fate", "reason").rows() == [
        (3, "ignored", "message ADT^A01"), (4, "ignored", "message ADT^A01"),
    ]  # fmt: skip
    assert result.quarantine.is_empty() and result.values.height == 1


def test_a_name_that_is_the_mappings_but_for_type_is_read_and_told(cells, mapping):
    # Cyrillic A and full-width digits: what a Chinese or Russian keyboard types
    result = harmonise_cells(cells({"analyte": "\u0410\uff11c"}, {"analyte": "A1C"}), mapping)
    assert result.values.get_column("marker").to_list() == ["HBA1C", "HBA1C"]
    assert [(name.name, name.key) for name in result.folded] == [
        ("A1C", "A1c"), ("\u0410\uff11c", "A1c"),
    ]  # fmt: skip


def test_codes_of_units_are_put_into_words(cells, mapping):
    given = cells({"value_text": "31", "unit_text": "7"}, {"unit_text": "%"}, {"unit_text": "8"})
    result = harmonise_cells(given, mapping | {"units": {"7": "mmol/mol"}})
    values = dict(result.values.select("row", "value").iter_rows())
    assert values == pytest.approx({2: 4.98788, 3: 7.1}, abs=1e-12)
    assert rules_of(result) == ["unknown_unit"]


# unambiguous names of three markers, of resources/aliases.tsv
NAMED = {"HbA1c": "HBA1C", "糖化血红蛋白": "HBA1C", "Creatinine": "CREAT", "Platelets": "PLT"}


def by_name(mapping: dict, asked: bool = True) -> dict:
    """The mapping as `recognise: [aliases]` makes it."""
    known = {name: {"marker": marker} for name, marker in NAMED.items() if marker != "PLT"}
    analytes = mapping["analytes"] | (known if asked else {})
    ignored = {"ignore": [*mapping["ignore"], "platelets"]}
    return mapping | ignored | {"analytes": analytes, "aliases": NAMED, "by_name": asked}


def test_a_code_that_nothing_knows_is_looked_up_by_the_name_beside_it(cells, mapping):
    given = cells(
        {"analyte": "L01", "analyte_name": "hba1C"},
        {"analyte": "L01", "analyte_name": ""},
        {"analyte": "L02", "analyte_name": "糖化血红蛋白"},
        {"analyte": "L03", "analyte_name": "PLATELETS"},
        {"analyte": "L04", "analyte_name": "Hb A1"},
    )
    result = harmonise_cells(given, by_name(mapping))
    assert result.values.sort("row").select("row", "marker").rows() == [
        (2, "HBA1C"), (3, "HBA1C"), (4, "HBA1C"),
    ]  # fmt: skip
    assert result.unused.select("row", "fate", "reason").rows() == [(5, "ignored", "platelets")]
    [record] = result.quarantine.select("row", "rule", "reason").rows()
    assert record[:2] == (6, "unknown_analyte")
    assert record[2].startswith("'L04' ('Hb A1') is no analyte of the mapping; nearest known: 'HbA")
    assert {(f.name, f.key) for f in result.folded} == {
        ("hba1C", "HbA1c"),
        ("PLATELETS", "platelets"),
    }


def test_names_are_not_looked_up_where_nobody_asked(cells, mapping):
    result = harmonise_cells(
        cells({"analyte": "L01", "analyte_name": "HbA1c"}), by_name(mapping, asked=False)
    )
    assert rules_of(result) == ["unknown_analyte"]


@pytest.mark.parametrize(
    "given",
    [
        # two codes of one name, of which one is mapped: which is urine's?
        [{"analyte": "Crea", "analyte_name": "Creatinine"},
         {"analyte": "UCR", "analyte_name": "Creatinine"}],
        [{"analyte": "Crea"}, {"analyte": "2161-8", "analyte_name": "Creatinine"}],
        [{"analyte": "Crea"}, {"analyte": "U7", "analyte_name": "Creatinine"},
         {"analyte": "U7", "analyte_name": "Urea"}],
    ],
)  # fmt: skip
def test_a_name_that_does_not_tell_codes_apart_tells_nothing(cells, mapping, given):
    cell = {"value_text": "80", "unit_text": "umol/L"}
    result = harmonise_cells(cells(*(cell | g for g in given)), by_name(mapping))
    assert result.values.get_column("row").to_list() == [2]
    assert set(rules_of(result)) == {"unknown_analyte"}
    assert "nearest known: 'Creatinine'" in result.quarantine.item(0, "reason")


def test_a_mapped_code_goes_before_its_name_and_the_contradiction_is_counted(cells, mapping):
    given = cells(
        {"analyte": "A1c", "analyte_name": "HbA1c"},
        {"analyte": "A1c", "analyte_name": "Creatinine"},
        {"analyte": "A1c", "analyte_name": "A1"},
    )
    how = by_name(mapping) | {"shown": {"HBA1C": {"decimals": 1, "scale": "linear"}}}
    result = harmonise_cells(given, how)
    assert set(result.values.get_column("marker")) == {"HBA1C"} and result.quarantine.is_empty()
    assert profile(result, how)["misnamed"] == [
        {"analyte": "A1c", "marker": "HBA1C", "means": "CREAT", "n": 2, "failed": 1}
    ]
