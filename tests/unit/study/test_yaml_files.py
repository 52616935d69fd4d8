"""YAML as people mean it, and messages about what a schema refuses."""

from pathlib import Path

import pytest
from labcohort.errors import UserError
from labcohort.study.yaml_files import check_schema, parse_yaml

SCHEMAS = Path(__file__).parents[3] / "schemas"
CONFIG = {"study": "x", "title": "X", "synthetic": False, "privacy": {"key_file": "k"}}
SOURCE = {
    "content": "results",
    "file": "raw/a.csv",
    "format": {"type": "text", "encoding": "utf-8", "delimiter": ","},
    "person": {"column": "id"},
    "layout": "long",
    "date": {"column": "day", "formats": ["YYYY-MM-DD"]},
    "analyte": "test",
    "value": "result",
    "analytes": {"a": "HBA1C"},
}
PATIENTS = {k: SOURCE[k] for k in ("file", "format", "person")} | {
    "content": "patients",
    "attributes": {"sex": {"column": "s", "codes": {"M": "male"}}},
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x: 2014-11-01", "2014-11-01"),
        ("x: 2014-11-01 10:30:00", "2014-11-01 10:30:00"),
        ("x: yes", "yes"),
        ("x: no", "no"),
        ("x: on", "on"),
        ("x: Off", "Off"),
        ("x: y", "y"),
        ("x: true", True),
        ("x: false", False),
        ("x: 6", 6),
        ("x: 0.02", 0.02),
        ('x: "6"', "6"),
        ("x:", None),
        ("x: {1: male, 2: female, U: unknown}", {"1": "male", "2": "female", "U": "unknown"}),
        ("x: {007: a, 1.0: b, yes: c, true: d}", {"007": "a", "1.0": "b", "yes": "c", "true": "d"}),
        ("x: 肌酐", "肌酐"),
    ],
)
def test_values_and_keys_as_they_are_written(text, value):
    parsed = parse_yaml(text.encode(), "f.yaml")["x"]
    assert parsed == value and type(parsed) is type(value)


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ("a: 1\nb: 2\na: 3\n", "a", 3),
        ("a:\n  b: 1\n  c: 2\n  b: 3\n", "b", 4),
        ("a: {b: 1, b: 2}\n", "b", 1),
        ('1: x\n"1": y\n', "1", 2),
    ],
)
def test_a_key_that_stands_twice(text, key, line):
    with pytest.raises(UserError, match=f"key '{key}' stands twice") as caught:
        parse_yaml(text.encode(), "config/sources/a.yaml")
    assert caught.value.where == f"config/sources/a.yaml, line {line}"


@pytest.mark.parametrize(
    "text", ["a: [1\n", "a: 'x\n", "a: 1\n b: 2\n", "a: b: c\n", "a:\n\t- x\n"]
)
def test_broken_yaml_names_file_and_line(text):
    with pytest.raises(UserError, match="not valid YAML") as caught:
        parse_yaml(text.encode(), "config/config.yaml")
    assert caught.value.where.startswith("config/config.yaml, line ")


@pytest.mark.parametrize("number", [".nan", ".inf", "-.inf", "1.0e+999"])
def test_a_number_that_is_none(number):
    with pytest.raises(UserError, match=f"'{number}' is no number".replace("+", r"\+")) as caught:
        parse_yaml(f"a: 1\nb: [{number}]\n".encode(), "config/config.yaml")
    assert caught.value.where == "config/config.yaml, line 2"


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n", "text\n"])
def test_a_file_without_settings(text):
    with pytest.raises(UserError, match="the file holds no settings"):
        parse_yaml(text.encode(), "config/config.yaml")


def test_a_file_in_another_encoding():
    with pytest.raises(UserError, match="not UTF-8: byte 0xbc") as caught:
        parse_yaml("a: 1\nb: 肌酐\n".encode("gb18030"), "config/config.yaml")
    assert caught.value.where == "config/config.yaml, line 2"


def test_a_byte_order_mark_is_no_part_of_a_key():
    assert parse_yaml(b"\xef\xbb\xbfa: 1\n", "config/config.yaml") == {"a": 1}


@pytest.mark.parametrize("text", ["a: \x07\n", "? [a]\n: 1\n"], ids=["control", "list as key"])
def test_what_yaml_allows_nobody_to_write_is_a_message_too(text):
    with pytest.raises(UserError, match="not valid YAML"):
        parse_yaml(text.encode(), "config/config.yaml")


def test_nothing_is_executed():
    with pytest.raises(UserError, match="not valid YAML"):
        parse_yaml(b"a: !!python/object/apply:os.getcwd []\n", "config/config.yaml")


def check(value: dict, kind: str) -> None:
    check_schema(value, SCHEMAS / f"{kind}.schema.yaml", "f.yaml")


@pytest.mark.parametrize(
    ("value", "kind"), [(CONFIG, "config"), (SOURCE, "source"), (PATIENTS, "source")]
)
def test_a_minimal_file_is_valid(value, kind):
    check(value, kind)


@pytest.mark.parametrize("rule", ["lod_half", "lod", "sqrt2", "excluded"])
def test_every_rule_for_limits_is_valid(rule):
    check(CONFIG | {"censored": rule, "sensitivity": {"censored": [rule]}}, "config")


@pytest.mark.parametrize(
    ("value", "kind", "what", "where"),
    [
        (CONFIG | {"quartile": 6}, "config", "unknown key 'quartile'; nearest known: 'quartiles'",
         "f.yaml, at top level"),
        (CONFIG | {"privacy": {"key_fil": "k"}}, "config",
         "unknown key 'key_fil'; nearest known: 'key_file'", "f.yaml, at privacy"),
        (CONFIG | {"detection": {"no_men": 0.1}}, "config",
         "unknown key 'no_men'; nearest known: 'no_mean'", "f.yaml, at detection"),
        (CONFIG | {"regression": {"resample": 500}}, "config",
         "unknown key 'resample'; nearest known: 'resamples'", "f.yaml, at regression"),
        (CONFIG | {"sensitivity": {"width": [30]}}, "config",
         "unknown key 'width'; nearest known: 'widths'", "f.yaml, at sensitivity"),
        (SOURCE | {"layouts": "long"}, "source", "unknown key 'layouts'; nearest known: 'layout'",
         "f.yaml, at top level"),
        (SOURCE | {"date": SOURCE["date"] | {"format": []}}, "source",
         "unknown key 'format'; nearest known: 'formats'", "f.yaml, at date"),
        (PATIENTS | {"atributes": {}}, "source",
         "unknown key 'atributes'; nearest known: 'attributes'", "f.yaml, at top level"),
    ],
)  # fmt: skip
def test_an_unknown_key_names_the_nearest(value, kind, what, where):
    with pytest.raises(UserError) as caught:
        check(value, kind)
    assert caught.value.what.startswith(what)
    assert caught.value.where == where


@pytest.mark.parametrize(
    ("value", "kind", "where"),
    [
        (CONFIG | {"synthetic": "yes"}, "config", "synthetic"),
        (CONFIG | {"ceiling": 2}, "config", "ceiling"),
        (CONFIG | {"confidence": 1}, "config", "confidence"),
        (CONFIG | {"quartiles": 5}, "config", "quartiles"),
        (CONFIG | {"repeats": "median"}, "config", "repeats"),
        (CONFIG | {"censored": "zero"}, "config", "censored"),
        (CONFIG | {"study": "My study"}, "config", "study"),
        (CONFIG | {"detection": {"no_mean": 1.1}}, "config", "detection > no_mean"),
        (CONFIG | {"detection": {"no_median": 0}}, "config", "detection > no_median"),
        (CONFIG | {"input_days": {"HOMA_IR": 1.5}}, "config", "input_days > HOMA_IR"),
        (CONFIG | {"input_days": {"HOMA_IR": -1}}, "config", "input_days > HOMA_IR"),
        (CONFIG | {"exact_below": 500}, "config", "exact_below"),
        (CONFIG | {"power": 1}, "config", "power"),
        (CONFIG | {"seed": -1}, "config", "seed"),
        (CONFIG | {"regression": {"resamples": 10}}, "config", "regression > resamples"),
        (CONFIG | {"regression": {"minimum_pairs": 2}}, "config", "regression > minimum_pairs"),
        (CONFIG | {"regression": {"reliability": {"TG": {"rho": 0.6}}}}, "config",
         "regression > reliability > TG"),
        (CONFIG | {"regression": {"reliability": {"TG": {"rho": 1.2, "source": "x"}}}}, "config",
         "regression > reliability > TG > rho"),
        (CONFIG | {"sensitivity": {"roles": ["main"]}}, "config", "sensitivity > roles"),
        (CONFIG | {"sensitivity": {"censored": ["lod", "zero"]}}, "config",
         "sensitivity > censored"),
        (CONFIG | {"sensitivity": {"widths": [30, -1]}}, "config", "sensitivity > widths"),
        (CONFIG | {"sensitivity": {"widths": [30, 30]}}, "config", "sensitivity > widths"),
        (CONFIG | {"units": {"FBS": ""}}, "config", "units > FBS"),
        (CONFIG | {"published": "Chin 2025"}, "config", "published"),
        (CONFIG | {"privacy": {}}, "config", "privacy"),
        (CONFIG | {"privacy": {"key_file": "k", "public_key": "12345678"}}, "config", "privacy"),
        ({k: v for k, v in CONFIG.items() if k != "privacy"}, "config", "top level"),
        (SOURCE | {"missing": [-9]}, "source", "missing"),
        (SOURCE | {"decimal": ";"}, "source", "decimal"),
        (SOURCE | {"layout": "tall"}, "source", "layout"),
        (SOURCE | {"analytes": {}}, "source", "analytes"),
        (SOURCE | {"analytes": {"a": "hba1c"}}, "source", "analytes > a"),
        ({k: v for k, v in SOURCE.items() if k != "value"}, "source", "top level"),
        ({k: v for k, v in SOURCE.items() if k != "date"}, "source", "top level"),
        ({k: v for k, v in PATIENTS.items() if k != "attributes"}, "source", "top level"),
        (PATIENTS | {"attributes": {"sex": {"column": "s"}}}, "source", "attributes > sex"),
        (PATIENTS | {"attributes": {"sex": {"column": "s", "text": True, "number": True}}},
         "source", "attributes > sex"),
        # a label alone says not how it is read; only meanings have labels
        (PATIENTS | {"attributes": {"sex": {"column": "s", "label": "Sex"}}},
         "source", "attributes > sex"),
        (PATIENTS | {"attributes": {"dose": {"column": "d", "number": True, "labels": {"a": "b"}}}},
         "source", "attributes > dose"),
    ],
)  # fmt: skip
def test_what_a_schema_refuses_is_named_by_its_key(value, kind, where):
    with pytest.raises(UserError) as caught:
        check(value, kind)
    assert caught.value.where.startswith(f"f.yaml, at {where}")


@pytest.mark.parametrize(
    ("value", "kind", "what", "where"),
    [
        (CONFIG | {"privacy": {}}, "config", "no key_file or public_key", "privacy"),
        (CONFIG | {"privacy": {"key_file": "k", "public_key": "12345678"}}, "config",
         "key_file and public_key exclude each other", "privacy"),
        ({k: v for k, v in SOURCE.items() if k != "analytes"}, "source",
         "no analytes or recognise", "top level"),
        (SOURCE | {"format": {"type": "xlsx"}}, "source", "no sheet or sheets", "format"),
        (SOURCE | {"format": {"type": "xls", "sheet": "a", "sheets": ["b"]}}, "source",
         "sheet and sheets exclude each other", "format"),
        (SOURCE | {"format": {"type": "csv"}}, "source", "'csv' is not allowed", "format > type"),
        (SOURCE | {"format": {"type": "sav"}}, "source", "key 'labels' is missing", "format"),
        (SOURCE | {"format": {"type": "xpt", "labels": True}}, "source", "unknown key 'labels'",
         "format"),
        (SOURCE | {"person": {"column": "a", "before": "-", "length": 3}}, "source",
         "before and length exclude each other", "person"),
        (SOURCE | {"header": 0}, "source", "0 is less than the minimum of 1", "header"),
        (SOURCE | {"date": {}}, "source", "no key is here", "date"),
        (SOURCE | {"date": {"on": "2020-1-1"}}, "source", "'2020-1-1' is not allowed",
         "date > on"),
        (SOURCE | {"date": {"on": "2020-01-01", "column": "a"}}, "source",
         "on, column: that is not allowed together", "date"),
        (SOURCE | {"date": {"from": "infusion_date", "unit": "months"}}, "source",
         "key 'column' is missing", "date"),
        (SOURCE | {"date": {"from": "infusion_date", "column": "a", "zone": "UTC"}}, "source",
         "from and zone exclude each other", "date"),
        (SOURCE | {"visit": {"sheet": False}}, "source", "'False' is not allowed",
         "visit > sheet"),
        (SOURCE | {"visits": {"V1": {"months": 1, "days": 2}}}, "source",
         "months and days exclude each other", "visits > V1"),
        (SOURCE | {"status": {"column": "a", "codes": {"F": "done"}}}, "source",
         "'done' is not allowed", "status > codes > F"),
        (SOURCE | {"claims": {}}, "source", "no key is here", "claims"),
        (SOURCE | {"recognise": ["names"]}, "source",
         "'names' is not allowed; nearest known: 'aliases'", "recognise > 0"),
        (SOURCE | {"layout": "blocks"}, "source", "key 'columns' is missing", "top level"),
        (SOURCE | {"analytes": {"a": {"marker": "A", "below": {"column": "c", "codes": ["1"]}}}},
         "source", "key 'limit' is missing", "analytes > a > below"),
        (SOURCE | {"range": {"low": "a"}}, "source", "key 'high' is missing", "range"),
        (PATIENTS | {"rows": {"column": "a"}}, "source", "key 'values' is missing", "rows"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_key_is_said_in_words(value, kind, what, where):
    with pytest.raises(UserError) as caught:
        check(value, kind)
    assert caught.value.what.startswith(what)
    assert caught.value.where == f"f.yaml, at {where}"
