"""The jobs `validate` and `gate`: files in, files out; a critical verdict stops the run."""

import json
from pathlib import Path

import polars as pl
import pytest
from labcohort.errors import UserError
from labcohort.jobs import gate, validate
from python_calamine import CalamineWorkbook

from tests.unit.validate.made import PERSON, RAW

SHAREABLE = ("json", "html", "summary")


def output(paths: dict) -> dict[str, bytes]:
    return {
        path: Path(path).read_bytes()
        for path in (*(paths[name] for name in SHAREABLE), *paths["extracts"])
    }


def test_all_is_written(files, study):
    assert validate.main(files, "all", study()).startswith("verdict critical, ")
    found = json.loads(Path(files["json"]).read_text("utf-8"))
    # of the three members two have a value, one of the two is no member
    assert found["missingness"] == [
        {"marker": "TC", "timepoint": "baseline", "members": 3, "with_value": 2}
    ]
    short = json.loads(Path(files["summary"]).read_text("utf-8"))
    assert short["verdict"] == "critical" and set(short["digests"]) == {
        "raw",
        "rules",
        "validation",
    }
    rows = [
        len(CalamineWorkbook.from_path(path).get_sheet_by_name("set aside").to_python()) - 1
        for path in files["extracts"]
    ]
    assert rows == [2, 0, 0]


def test_what_may_be_passed_on_tells_of_nobody(files, study):
    validate.main(files, "all", study())
    for name in SHAREABLE:
        text = Path(files[name]).read_text("utf-8")
        assert RAW not in text and PERSON not in text


def test_the_same_bytes_whatever_the_order(files, study):
    validate.main(files, "all", study())
    first = output(files)
    for path in (files["quarantine"], *files["membership"], files["flagged"]):
        pl.read_parquet(path).reverse().write_parquet(path)
    for name in ("ledger", "flags", "derived"):
        frame = pl.read_csv(files[name], separator="\t", infer_schema=False)
        frame.reverse().write_csv(files[name], separator="\t")
    validate.main(files | {"profiles": files["profiles"][::-1]}, "all", study())
    assert output(files) == first


def test_a_study_without_deliveries_or_values(files, study):
    validate.main(files | {"values": [], "deliveries": []}, "all", study())
    assert json.loads(Path(files["json"]).read_text("utf-8"))["missingness"] == []


@pytest.fixture
def gated(files, study, tmp_path):
    """The gate behind the validation of the small study."""

    def ran(*settings: tuple) -> Path:
        validate.main(files, "all", study(*settings))
        done = tmp_path / "done"
        gate.main({"validation": files["json"], "done": str(done)}, "all", {})
        return done

    return ran


def test_the_gate_stops_what_is_critical_and_says_why(gated, files, tmp_path):
    with pytest.raises(UserError) as caught:
        gated()
    said = caught.value
    assert said.what.endswith(": a")
    # one cell by each of the two rules; as many: by name
    assert said.rule == (
        "a, set_aside_share: 2 of 90 cells (2.2 %); threshold: 2 %; set aside by hard_limit 1"
        " (first in raw/a.csv, row 3, column 'result'), unparseable_value 1"
    )
    assert said.where == str(Path(files["html"])) and Path(said.where).exists()
    assert "config/rule_settings.tsv" in said.do
    assert not (tmp_path / "done").exists()


def test_a_critical_finding_names_its_marker(gated):
    # 2 of the 90 results of TC were set aside
    said = "a, marker_set_aside_share: 1 of 1 markers; threshold: 1 %; TC: 2.2 % of 90 results"
    with pytest.raises(UserError) as caught:
        gated(("marker_set_aside_share", None, "critical", 0.01))
    assert said in caught.value.rule.splitlines()


def test_the_gate_lets_pass_what_is_not_critical(gated):
    done = gated(("set_aside_share", None, "error", 0.02))
    assert done.read_text("utf-8") == "nothing critical was found\n"
