"""Rules: the table is whole, a study may change severities, and what a number of cases means."""

import ast
import re
from pathlib import Path

import pytest
import yaml
from labcohort.errors import UserError
from labcohort.flags import known_flags
from labcohort.harmonise.corrections import CORRECTED
from labcohort.harmonise.identity import IDENTITY_RULES
from labcohort.harmonise.proposals import PROPOSED
from labcohort.harmonise.rules import broken_rules
from labcohort.study.load import DEFAULTS
from labcohort.study.tables import read_table
from labcohort.validate.rules import (
    UNDER_THE_CEILING,
    check_rule_settings,
    judge,
    rules_of,
    unlisted,
    verdict,
    worst,
)

from schemas.config import CONFIG
from schemas.resources import RESOURCES, CrossChecks

HOME = Path(__file__).parents[3]
CORRECTIONS = "config/corrections.tsv"
LIBRARY = HOME / "workflow" / "labcohort"
# whose cells are set aside or settled by words in their code, not by a table of theirs
IN_CODE = [
    LIBRARY / "harmonise" / "patients.py",
    LIBRARY / "derive" / "panel.py",
    LIBRARY / "derive" / "repeats.py",
    LIBRARY / "derive" / "sex_specific.py",
]
# words before a colon that are no key
NO_KEYS = {"nothing", "patients", "reasons"}
SETTING = {"source": None, "threshold": None, "why": "because"}


def cross_checks() -> list[dict]:
    path = "resources/cross_checks.tsv"
    return read_table(HOME / path, path, CrossChecks)


def texts(path: Path) -> set[str]:
    """All string constants of a module."""
    tree = ast.parse(path.read_text("utf-8"))
    return {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and type(n.value) is str}


def named_in_code(path: Path) -> set[str]:
    """Words that a module gives as a rule: the second argument of `_marked`, and what stands in
    `pl.lit(…)` of an expression that is called rule or broken, or that a `.then(…)` returns."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name == "_marked" and isinstance(node.args[1], ast.Constant):
            found.add(node.args[1].value)
        if name == "lit" and node.args and isinstance(node.args[0], ast.Constant):
            found.add(node.args[0].value)
    return {text for text in found if isinstance(text, str) and "_" in text and " " not in text}


def repeats() -> set[str]:
    """The rules by which repeats are settled: one for each that a study may declare."""
    schema = yaml.safe_load((HOME / "schemas" / "config.schema.yaml").read_text("utf-8"))
    declared = schema["properties"]["repeats"]["enum"]
    return {f"repeat_{rule}" for rule in declared if rule != "set_aside"}


def known_to_the_code() -> set[str]:
    """Every rule and flag that the tables of the code name."""
    checks = cross_checks()
    kept = [row["check"] for row in checks if row.get("equal") != "aside"]
    return {
        *(rule for rule, _ in broken_rules()),
        *IDENTITY_RULES,
        *known_flags(kept),
        *(row["check"] for row in checks),
        *repeats(),
        CORRECTED,
        PROPOSED,
    }


def test_every_rule_of_the_code_has_a_row(rows):
    listed = {row["rule"] for row in rows}
    in_code = {word for path in IN_CODE for word in named_in_code(path)}
    assert {"unknown_person", "contradictory_repeat", "identical_repeat"} <= in_code
    assert known_to_the_code() | in_code - {"insulin_treated"} <= listed


def test_every_row_is_a_rule_of_the_code(rows):
    """Rules of cells, values and repeats stand in the code or its tables; those of whole sources
    in the rooms of validate."""
    own = {word for path in (LIBRARY / "validate").glob("*.py") for word in texts(path)}
    in_code = {word for path in IN_CODE for word in texts(path)} | known_to_the_code()
    for row in rows:
        of_cells = row["kind"] in ("aside", "flag", "repeat")
        if row["rule"] == "set_aside_share" or row["kind"] in ("note", "delivery"):
            continue  # judged by their kind
        assert row["rule"] in (in_code if of_cells else own), row["rule"]


def test_each_stage_and_kind_has_its_trials(rows):
    units = {
        "aside": {"cells", "attributes"}, "flag": {"values"}, "repeat": {"cells"},
        "note": {"names", "values"}, "delivery": {"cells"}, "share": {"cells"},
        "finding": {"markers", "columns", "analytes", "sources", "pairs of sources"},
    }  # fmt: skip
    for row in rows:
        assert row["trials"] in units[row["kind"]], row["rule"]
        assert (row["trials"] == "attributes") == (row["stage"] == "patients"), row["rule"]


def keys_of(schema) -> set[str]:
    """All names of properties of a JSON schema."""
    if isinstance(schema, list):
        return {key for part in schema for key in keys_of(part)}
    if not isinstance(schema, dict):
        return set()
    own = set(schema.get("properties", {}))
    return own | {key for part in schema.values() for key in keys_of(part)}


def test_what_to_do_names_keys_and_files_that_there_are(rows):
    """Keys are those of the schemas of config.yaml and of a source, files those of a study or of
    the rules of the workflow that write them."""
    keys = set()
    for name in ("config", "source"):
        keys |= keys_of(yaml.safe_load((HOME / f"schemas/{name}.schema.yaml").read_text("utf-8")))
    written = "".join(p.read_text("utf-8") for p in (HOME / "workflow/rules").glob("*.smk"))
    studys = {f"config/{name}.tsv" for name in (*CONFIG, *RESOURCES)} | {"config/config.yaml"}
    named = set()
    for row in rows:
        found = set(re.findall(r"([a-z_]+):", row["do"])) - NO_KEYS
        assert found <= keys, row["rule"]
        named |= found
        for file in re.findall(r"(?:config|results)/[a-z_/]+\.[a-z]+", row["do"]):
            assert file in studys or f'"{file}"' in written, row["rule"]
        for flag in re.findall(r"[(]((?:[a-z]+_[a-z_]+(?:, )?)+)[)]", row["do"]):
            assert set(flag.split(", ")) <= {r["rule"] for r in rows}, row["rule"]
    assert {"analytes", "formats", "decimal", "repeats", "fill_down"} <= named


def test_both_languages_name_the_same_keys_and_files(rows):
    for row in rows:
        names = [
            sorted(set(re.findall(r"[a-z_]+:|[a-z]+/[a-z_/]+\.[a-z]+", row[column])) -
                   {f"{word}:" for word in NO_KEYS})
            for column in ("do", "do_zh")
        ]  # fmt: skip
        assert names[0] == names[1], row["rule"]
        assert re.search("[\u4e00-\u9fff]", row["do_zh"]), row["rule"]


def test_a_unit_is_proposed_with_the_file_and_how_a_row_of_it_is_accepted(rows):
    (do,) = [row["do"] for row in rows if row["rule"] == "unit_proposed"]
    places = [do.index(w) for w in ("results/restricted/unit_proposals.tsv", "copy", CORRECTIONS)]
    assert places == sorted(places)
    assert all(column in do for column in ("who", "why", "date"))


def test_the_ceiling_of_a_study_is_the_threshold_of_shares_set_aside(rows):
    written = {r["rule"]: r["threshold"] for r in rows if r["rule"] in UNDER_THE_CEILING}
    # the table says what the default of config.yaml does
    assert set(written.values()) == {DEFAULTS["ceiling"]} and len(written) == 2
    of = {rule["rule"]: rule for rule in rules_of(rows, [], [], 0.5)}
    assert all(judge(of[rule], "a")["threshold"] == 0.5 for rule in UNDER_THE_CEILING)


def test_a_setting_of_a_source_goes_before_one_of_all(rows):
    settings = [
        SETTING | {"rule": "hard_limit", "severity": "error"},
        SETTING | {"rule": "hard_limit", "source": "a", "severity": "critical", "threshold": 0.1},
    ]
    rule = next(r for r in rules_of(rows, [], settings, 0.02) if r["rule"] == "hard_limit")
    assert judge(rule, "a") == {"severity": "critical", "threshold": 0.1, "why": "because"}
    assert judge(rule, "b")["severity"] == judge(rule, None)["severity"] == "error"


def test_a_studys_own_ceiling_gives_way_to_its_own_rule(rows):
    given = SETTING | {"rule": "set_aside_share", "severity": "warn", "threshold": 0.3}
    rules = {r["rule"]: r for r in rules_of(rows, [], [given], 0.02)}
    assert judge(rules["set_aside_share"], "a")["threshold"] == 0.3


@pytest.mark.parametrize(
    ("severity", "threshold", "failed", "measure", "said"),
    [
        ("warn", None, 0, 0.0, "ok"),
        ("warn", None, 1, 0.001, "warn"),
        ("critical", 0.02, 2, 0.02, "ok"),  # above, not at
        ("critical", 0.02, 3, 0.0201, "critical"),
        ("none", None, 99, 1.0, "ok"),
        ("warn", 1.7, 1, 2.14, "warn"),
    ],
)
def test_verdicts(severity, threshold, failed, measure, said):
    rule = {"settings": {"": {"severity": severity, "threshold": threshold, "why": None}}}
    assert verdict(rule, "a", failed, measure) == said


def test_the_worst_of_verdicts():
    assert worst([]) == "ok"
    assert worst(["warn", "critical", "ok", "error"]) == "critical"
    assert worst(["warn", "error", "ok"]) == "error"


def test_a_check_of_a_studys_own_brings_its_text(rows):
    own = {"check": "b_above_a", "reason": "B above A", "equal": "flag"}
    rules = {r["rule"]: r for r in rules_of(rows, [own, *cross_checks()], [], 0.02)}
    assert rules["b_above_a"]["text"] == "B above A"
    assert CORRECTIONS in rules["b_above_a"]["do"]
    listed = {row["rule"]: row["do"] for row in rows}
    assert all(rules[rule]["do"] == do for rule, do in listed.items())
    assert rules["b_above_a_equal"]["kind"] == "flag"
    assert len(rules) == len(rows) + 2  # the project's checks have rows of their own
    aside = rules_of([], [own | {"equal": "aside"}], [], 0.02)
    assert [rule["rule"] for rule in aside] == ["b_above_a"]


def test_what_no_row_describes_is_an_error_and_not_left_out():
    (rule,) = unlisted({"a_new_rule"})
    assert rule["text"] == "a new rule" and verdict(rule, "a", 1, 0.01) == "error"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"rule": "hard_limits"}, "unknown rule 'hard_limits'; nearest known: 'hard_limit'"),
        ({"source": "site_1"}, "unknown source 'site_1'; nearest known: 'site_a'"),
        ({"severity": "none", "threshold": 0.5}, "has a threshold and is never judged"),
    ],
)
def test_settings_that_fit_nothing_are_refused(rows, row, said):
    given = SETTING | {"rule": "hard_limit", "severity": "warn"} | row
    with pytest.raises(UserError, match=said) as caught:
        check_rule_settings([SETTING | {"rule": "hard_limit", "severity": "warn"}, given], rows,
                            ["site_a"])  # fmt: skip
    assert "config/rule_settings.tsv, row 3" in caught.value.where
