"""Units that would make a value plausible: proposed to a person, never applied."""

import pytest
from labcohort.harmonise.cells import harmonise_cells

from schemas.config import Corrections

CONFIG_COLUMNS = list(Corrections.to_schema().columns)


def proposed(result) -> list[tuple]:
    return result.proposals.select("row", "old", "new").rows()


def test_a_value_that_only_another_unit_makes_plausible_is_proposed_and_left(cells, mapping):
    """Creatinine 1 umol/L is impossible, and 88.4 umol/L if it is mg/dL (AMA: x 88.4);
    16.5 % of HbA1c is rare, and 3.7 % if it is mmol/mol, which is rare too."""
    given = cells(
        {"analyte": "Crea", "value_text": "1", "unit_text": "umol/L"},
        {"analyte": "Crea", "value_text": "20", "unit_text": "umol/L"},
        {"value_text": "16.5"},
        {"value_text": "31"},
        {"value_text": "7"},
    )
    result = harmonise_cells(given, mapping)
    # 20 umol/L is under the soft limit, and 1768 umol/L over it: nothing to propose
    assert proposed(result) == [(2, "umol/L", "mg/dL"), (5, "%", "mmol/mol")]
    kept = dict(result.values.select("row", "value").iter_rows())
    assert kept == {3: 20, 4: 16.5, 6: 7}
    aside = dict(result.quarantine.select("row", "reason").iter_rows())
    assert aside[2].endswith("below the hard limit 5.0; it would be plausible in mg/dL")
    assert aside[5].endswith("above the hard limit 25.0; it would be plausible in mmol/mol")


def test_a_value_inside_the_hard_limits_stays_with_a_flag(cells, mapping):
    # 20 % is possible; 20 mmol/mol is 3.98 %, under the soft limit: so with 24, 4.35 %
    result = harmonise_cells(cells({"value_text": "20"}, {"value_text": "24"}), mapping)
    assert result.values.select("row", "value", "flag").rows() == [
        (2, 20, "soft_high"), (3, 24, "soft_high|unit_proposed"),
    ]  # fmt: skip
    assert proposed(result) == [(3, "%", "mmol/mol")]


def test_of_two_units_that_would_do_neither_is_proposed(cells, mapping):
    """As µg of one marker may be read in two ways: a guess between them would be a guess."""
    mapping["conversions"] += [
        {"marker": "CREAT", "analyte": None, "unit": unit, "slope": slope, "intercept": 0.0}
        for unit, slope in (("mg/L", 8.84), ("mg/100mL", 88.4))
    ]
    given = cells(*(
        {"analyte": "Crea", "value_text": text, "unit_text": "umol/L"} for text in ("4.5", "1")
    ))  # fmt: skip
    # 4.5 is 398 or 39.8 umol/L, 1 is 88.4 or 8.84, of which only the first is plausible;
    # the same by two spellings is one proposal, of the first in conversions.tsv
    assert proposed(harmonise_cells(given, mapping)) == [(3, "umol/L", "mg/dL")]


def test_limits_and_plausible_values_propose_nothing(cells, mapping):
    for row in mapping["markers"]:
        row |= dict.fromkeys(("hard_low", "hard_high", "soft_low", "soft_high"))
    given = cells({"analyte": "Crea", "value_text": "1", "unit_text": "umol/L"}, {})
    assert harmonise_cells(given, mapping).proposals.is_empty()


@pytest.mark.parametrize("limit", ["<1", "≤ 1", ">9999"])
def test_a_value_sent_as_a_limit_proposes_nothing(cells, mapping, limit):
    """`<1` says that creatinine is under 1 umol/L and not that it is 88.4 umol/L in mg/dL."""
    plain = {"analyte": "Crea", "value_text": limit.strip("<>≤ "), "unit_text": "umol/L"}
    if limit != ">9999":  # in mg/dL still more
        assert proposed(harmonise_cells(cells(plain), mapping))
    assert proposed(harmonise_cells(cells(plain | {"value_text": limit}), mapping)) == []


def test_hard_limits_serve_where_there_are_no_soft_ones(cells, mapping):
    for row in mapping["markers"]:
        row |= {"soft_low": None, "soft_high": None}
    given = cells({"analyte": "Crea", "value_text": "1", "unit_text": "umol/L"},
                  {"analyte": "Crea", "value_text": "20", "unit_text": "umol/L"})  # fmt: skip
    assert proposed(harmonise_cells(given, mapping)) == [(2, "umol/L", "mg/dL")]


def test_a_proposal_is_a_row_for_corrections_that_lacks_the_signature(cells, mapping):
    given = cells({"analyte": "Crea", "value_text": "1", "unit_text": "umol/L"})
    rows = harmonise_cells(given, mapping).proposals
    assert rows.columns == CONFIG_COLUMNS
    assert rows.select("who", "why", "date").rows() == [("", "", "")]


@pytest.mark.parametrize("sent", ["umol/L", None])
def test_an_accepted_proposal_makes_the_value_and_is_proposed_no_more(cells, mapping, sent):
    """Copied with a signature into config/corrections.tsv; also where the mapping declares the
    unit and the file sends none."""
    mapping["analytes"]["Crea"]["unit"] = "umol/L"
    given = cells({"analyte": "Crea", "value_text": "1", "unit_text": sent})
    row = harmonise_cells(given, mapping).proposals.row(0, named=True)
    signed = {k: v for k, v in row.items() if k not in ("source", "why", "date")}
    signed |= {"who": "A. Analyst", "line": 2}
    result = harmonise_cells(given, mapping | {"corrections": [signed]})
    assert result.values.select("value", "unit", "flag").rows() == [
        (88.4, "mg/dL", "corrected_by_hand")
    ]
    assert result.proposals.is_empty() and result.quarantine.is_empty()


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_the_cells_changes_no_proposal(cells, mapping, seed):
    texts = ["1", "0.7", "20", "400", "9999", "2.2"]
    given = cells(
        *({"analyte": "Crea", "value_text": t, "unit_text": u} for t in texts
          for u in ("umol/L", "mg/dL")),
        *({"value_text": t} for t in texts),
    )  # fmt: skip
    shuffled = given.sample(fraction=1, shuffle=True, seed=seed)
    found, again = (harmonise_cells(frame, mapping).proposals for frame in (given, shuffled))
    assert found.height > 3 and found.equals(again)
