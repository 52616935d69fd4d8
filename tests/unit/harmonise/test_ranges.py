"""Reference ranges as laboratories write them, and their way to the canonical unit."""

from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest
from labcohort.errors import UserError
from labcohort.harmonise.cells import harmonise_cells
from labcohort.harmonise.ranges import check_declared_range, parsed_range
from labcohort.ledger import balance
from labcohort.study.rules import reading, sources
from labcohort.study.yaml_files import check_schema

from schemas.harmonised import Values

UNREADABLE = "unreadable_range"


def parsed(*texts: str | None, decimal: str = ".", thousands: str | None = None) -> list[tuple]:
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String})
    return frame.select(**parsed_range(pl.col("text"), decimal, thousands)).rows()


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("3.9-6.1", 3.9, 6.1),
        ("3.9 - 6.1", 3.9, 6.1),
        ("3.9 \u2013 6.1", 3.9, 6.1),  # en dash
        ("3.9\u20146.1", 3.9, 6.1),  # em dash
        ("3.9\u22126.1", 3.9, 6.1),  # minus sign
        ("3.90--6.10", 3.9, 6.1),
        ("3.9~6.1", 3.9, 6.1),
        ("\uff13.\uff19\uff5e\uff16.\uff11", 3.9, 6.1),  # full width
        ("3.9\u81f36.1", 3.9, 6.1),  # Chinese "to"
        ("3.9 to 6.1", 3.9, 6.1),
        ("3.9..6.1", 3.9, 6.1),
        ("(3.9-6.1)", 3.9, 6.1),
        ("[ 3.9 - 6.1 ]", 3.9, 6.1),
        (" 4-6\t", 4, 6),
        (".5-1.5", 0.5, 1.5),
        ("5-5", 5, 5),
        ("<5.0", None, 5),
        ("< 5", None, 5),
        ("<=5", None, 5),
        ("\u2264 5", None, 5),
        ("\u2266 5", None, 5),
        ("\uff1c5", None, 5),
        ("up to 40", None, 40),
        ("Up To 40", None, 40),
        ("below 40", None, 40),
        ("..40", None, 40),
        (">60", 60, None),
        (">=60", 60, None),
        ("\u2265 60", 60, None),
        ("above 60", 60, None),
        ("60..", 60, None),
    ],
)
def test_a_range_is_read(text, low, high):
    assert parsed(text) == [(low, high, False)]


@pytest.mark.parametrize("text", [None, "", "  ", "()", ".."])
def test_no_range_is_not_unreadable(text):
    assert parsed(text) == [(None, None, False)]


@pytest.mark.parametrize(
    "text",
    ["6.1-3.9", "negative", "5", "1-2-3", "-2-3", "3,9-6,1", "3.9-6.1 mmol/L", "M 3-5; F 2-4",
     "3.-6.", "1e2-2e2", "1,000-2,000", "0-9999999999999999", "<", "-", "<5-6", "3.9-"],
)  # fmt: skip
def test_what_is_no_range_is_unreadable(text):
    assert parsed(text) == [(None, None, True)]


def test_the_decimal_sign_is_that_of_the_source():
    assert parsed("3,9-6,1", "<0,3", "3.9-6.1", decimal=",") == [
        (3.9, 6.1, False), (None, 0.3, False), (None, None, True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "decimal", "thousands", "low", "high"),
    [
        ("1,000 - 2,500", ".", ",", 1000, 2500),
        ("1,000.5-2,500.5", ".", ",", 1000.5, 2500.5),
        ("3,5-5,1", ",", ".", 3.5, 5.1),
        ("< 1.000,5", ",", ".", None, 1000.5),
        ("\u2264 1.000", ",", ".", None, 1000),
        ("1.000..2.500", ",", ".", 1000, 2500),
        ("1 000 - 2\u202f500", ".", " ", 1000, 2500),
        ("1'000-2\u2019500", ".", "'", 1000, 2500),
        # a number need not be grouped
        ("1000-2500", ".", ",", 1000, 2500),
        ("0.9-1.2", ".", ",", 0.9, 1.2),
    ],
)
def test_thousands_are_separated_as_in_the_results(text, decimal, thousands, low, high):
    # values as the sign and the groups of three say, written out by hand
    assert parsed(text, decimal=decimal, thousands=thousands) == [(low, high, False)]


@pytest.mark.parametrize(
    ("text", "decimal", "thousands"),
    [
        ("1,000-2,500", ".", None),
        ("1.000-2.500", ",", None),
        ("3,5-5,1", ".", ","),
        ("1,0000-2,500", ".", ","),
        ("0,900-1,200", ".", ","),
        ("3.5-5.1", ",", "."),
    ],
)
def test_what_the_declared_signs_do_not_read_is_unreadable(text, decimal, thousands):
    assert parsed(text, decimal=decimal, thousands=thousands) == [(None, None, True)]


def test_a_result_and_its_range_are_read_by_the_same_signs(cells, mapping):
    given = cells(
        {"analyte": "Crea", "value_text": "1.020,5", "unit_text": "umol/L",
         "range_text": "< 1.000,5"},
        {"analyte": "Crea", "value_text": "1.020,5", "unit_text": "umol/L",
         "range_text": "1,000 - 2,500"},
    )  # fmt: skip
    result = harmonise_cells(given, mapping | {"decimal": ",", "thousands": "."})
    assert ranges_of(result) == [(None, 1000.5, None), (1.0, 2.5, None)]


def ranges_of(result) -> list[tuple]:
    frame = Values.validate(result.values, lazy=True).sort("row")
    return frame.select("range_low", "range_high", "flag").rows()


def test_a_range_is_converted_as_its_result_is(cells, mapping):
    result = harmonise_cells(
        cells(
            {"analyte": "Crea", "value_text": "1", "unit_text": "mg/dL", "range_text": "0.6-1.2"},
            {"value_text": "53", "unit_text": "mmol/mol", "range_text": "20-31"},
            {"range_text": "<5.7"},
        ),
        mapping,
    )
    # AMA: creatinine x 88.4; worked numbers: 20 mmol/mol is 3.9816 %, 31 mmol/mol 4.98788 %
    assert ranges_of(result) == [(53.04, 106.08, None), (3.9816, 4.98788, None), (None, 5.7, None)]


def test_the_dust_of_a_conversion_is_taken_off_a_range(cells, mapping):
    mapping["conversions"][3]["slope"] = 10
    given = cells({"analyte": "Crea", "value_text": "9", "unit_text": "mg/dL",
                   "range_text": "0.57-1.14"})  # fmt: skip
    assert 0.57 * 10 != 5.7
    assert ranges_of(harmonise_cells(given, mapping))[0][:2] == (5.7, 11.4)


@pytest.mark.parametrize("text", ["see report", "6-4", "4,0-6,0"])
def test_an_unreadable_range_leaves_the_result_as_it_is(cells, mapping, text):
    plain = harmonise_cells(cells({}), mapping)
    result = harmonise_cells(cells({"range_text": text}), mapping)
    assert ranges_of(result) == [(None, None, UNREADABLE)]
    assert result.quarantine.is_empty() and result.unused.is_empty()
    assert result.values.drop("flag").equals(plain.values.drop("flag"))


def test_flags_of_one_result_are_joined(cells, mapping):
    given = cells(
        {"value_text": "17", "range_text": "?"},
        {"analyte": "Sys", "value_text": "90", "unit_text": "mmHg", "range_text": "?"},
        {"analyte": "Dia", "value_text": "90", "unit_text": "mmHg"},
    )
    flags = [flag for _, _, flag in ranges_of(harmonise_cells(given, mapping))]
    assert flags == [
        f"soft_high|{UNREADABLE}", f"{UNREADABLE}|dbp_above_sbp_equal", "dbp_above_sbp_equal",
    ]  # fmt: skip


@pytest.mark.parametrize("layout", ["long", "wide"])
@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (None, (31.15, 53.01, None)),
        ("", (31.15, 53.01, None)),
        ("NA", (31.15, 53.01, None)),
        ("..", (31.15, 53.01, None)),
        ("NA..-", (31.15, 53.01, None)),
        ("20-42", (20, 42, None)),
        ("NA..42", (None, 42, None)),
        ("?", (None, None, UNREADABLE)),
    ],
)
def test_a_declared_range_holds_where_the_file_sends_none(cells, mapping, layout, sent, expected):
    # 5 % and 7 % are 31.15 and 53.01 mmol/mol (master equation)
    entry = {"marker": "HBA1C", "unit": "mmol/mol", "range": "31.15-53.01"}
    mapping |= {"layout": layout, "analytes": mapping["analytes"] | {"A1c": entry}}
    given = cells({"column": "A1c", "value_text": "53", "unit_text": None, "range_text": sent})
    low, high, flag = ranges_of(harmonise_cells(given, mapping))[0]
    assert flag == expected[2]
    for bound, sent_bound in zip((low, high), expected, strict=False):
        if sent_bound is None:
            assert bound is None
        else:
            assert bound == pytest.approx(0.09148 * sent_bound + 2.152, abs=1e-12)


def test_ranges_move_no_cell_in_the_ledger(cells, mapping):
    bare = [{}, {"value_text": "NA"}, {"analyte": "PLT"}, {"value_text": "x"}, {"unit_text": "mg"}]
    texts = ["4-6", "?", "?", "?", "4-6"]
    ledgers = []
    for given in (bare, [cell | {"range_text": t} for cell, t in zip(bare, texts, strict=True)]):
        frame = cells(*given)
        result = harmonise_cells(frame, mapping)
        aside = result.quarantine.select("source", fate=pl.lit("set_aside"), reason=pl.col("rule"))
        ledgers.append(balance("harmonise", frame, [result.unused, aside], result.values))
    assert ledgers[0].equals(ledgers[1])


def refused(rule, **source) -> UserError:
    study = SimpleNamespace(result_sources=["site"], sources={"site": source})
    with pytest.raises(UserError) as caught:
        rule(study)
    return caught.value


@pytest.mark.parametrize("text", ["6-4", "?", "3,9-6,1", "5"])
def test_a_declared_range_that_cannot_be_read_is_refused(text):
    check_declared_range("3,9-6,1", ",", None, "here")
    check_declared_range("1.000-2.000", ",", ".", "here")
    with pytest.raises(UserError, match="is no reference range") as caught:
        check_declared_range(text, ".", None, "here")
    assert caught.value.where == "here"
    analytes = {"GLU": {"marker": "FBS", "unit": "mmol/L", "range": text}}
    error = refused(sources._declared_ranges_are_read, layout="wide", analytes=analytes)
    assert error.where == "config/sources/site.yaml, analytes > GLU > range"


def test_a_declared_range_of_a_long_file_has_a_unit():
    analytes = {"GLU": {"marker": "FBS", "range": "3.9-6.1"}}
    error = refused(sources._declared_ranges_are_read, layout="long", analytes=analytes)
    assert error.what == "the range '3.9-6.1' has no unit"


@pytest.mark.parametrize(
    ("layout", "key"),
    [("long", "units_row"), ("long", "ranges_row"), ("wide", "range"), ("wide", "unit")],
)
def test_a_key_of_the_other_layout_is_refused(layout, key):
    error = refused(reading._keys_are_of_the_layout, layout=layout, **{key: 2})
    assert error.what == f"a {layout} file has no '{key}'"


LONG = {
    "content": "results", "file": "f.csv", "person": {"column": "id"}, "layout": "long",
    "format": {"type": "text", "encoding": "utf-8", "delimiter": ","},
    "date": {"column": "day", "formats": ["YYYY-MM-DD"]}, "analyte": "test", "value": "result",
    "analytes": {"GLU": {"marker": "FBS", "unit": "mmol/L", "range": "3.9-6.1"}},
}  # fmt: skip
SCHEMA = Path(__file__).parents[3] / "schemas" / "source.schema.yaml"


@pytest.mark.parametrize("columns", [{"column": "x"}, {"low": "x", "high": "y"}])
def test_ranges_are_declared_as_one_column_or_two(columns):
    check_schema(LONG | {"range": columns}, SCHEMA, "f.yaml")


@pytest.mark.parametrize(
    "columns", [{}, "x", {"low": "x"}, {"high": "x"}, {"column": "x", "low": "y", "high": "z"}]
)
def test_half_a_declaration_of_ranges_is_refused(columns):
    with pytest.raises(UserError) as caught:
        check_schema(LONG | {"range": columns}, SCHEMA, "f.yaml")
    assert caught.value.where == "f.yaml, at range"
