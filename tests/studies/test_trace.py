"""The command `trace` on the demo: what it prints is what stands in the raw files' cells."""

import csv
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from labcohort.trace.pairs import agreement
from python_calamine import CalamineWorkbook

from tests.running import HOME, make_demo, ran

RAW = HOME / "resources" / "demo"


def traced(study: Path, *arguments: str) -> tuple[int, str]:
    return ran([str(HOME / "workflow"), "trace", *arguments, "--study", str(study)], study)


def lines_of(study: Path, *arguments: str) -> list[dict]:
    """What is traced, as the file that the command writes into the restricted folder."""
    path = study / "results" / "restricted" / "traced.csv"
    code, text = traced(study, *arguments, "--csv", str(path))
    assert code == 0, text
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    path.unlink()
    return rows


@pytest.fixture(scope="module")
def raw() -> dict[str, list[dict]]:
    """Each raw file by plain reading, as rows from 1 (the header's)."""

    def text(name: str, encoding: str, delimiter: str) -> list[dict]:
        with (RAW / name).open(encoding=encoding, newline="") as file:
            return [{}, *csv.DictReader(file, delimiter=delimiter)]

    book = CalamineWorkbook.from_path(RAW / "site_b_visits.xlsx")
    header, *rows = book.get_sheet_by_name("Visits").to_python()
    return {
        "resources/demo/site_a_results.csv": text("site_a_results.csv", "utf-8", ","),
        "resources/demo/site_c_visits.txt": text("site_c_visits.txt", "gb18030", ";"),
        "resources/demo/patients.csv": text("patients.csv", "utf-8", ","),
        "resources/demo/site_b_visits.xlsx": [
            {},
            *(
                {
                    k: f"{v:.15g}" if isinstance(v, float) else str(v)
                    for k, v in zip(header, row, strict=True)
                }
                for row in rows
            ),
        ],
    }


def cell(raw: dict, line: dict) -> str:
    """The text of the raw file at the place that a line names."""
    return raw[line["file"]][int(line["row"]) - 1][line["column"]]


@pytest.fixture(scope="module")
def hba1c(demo) -> list[dict]:
    return lines_of(demo, "HBA1C", "all", "month_6")


def test_a_measured_value_is_that_of_its_cell_in_each_kind_of_file(hba1c, raw):
    """HbA1c is in % in all three files: no conversion stands between."""
    values = [line for line in hba1c if line["file"]]
    assert {line["source"] for line in values} == {"site_a", "site_b", "site_c"}
    for line in values:
        assert cell(raw, line) == line["text"]
        assert float(line["text"].replace(",", ".")) == pytest.approx(float(line["value"]))
        assert line["unit"] == "%"


def test_the_row_is_the_person_s_and_the_sample_s(hba1c, raw):
    """The long file says the code of HbA1c and the day in the row itself."""
    own = [line for line in hba1c if line["source"] == "site_a"]
    for line in own:
        row = raw[line["file"]][int(line["row"]) - 1]
        assert (row["loinc"], row["collected"]) == ("4548-4", line["date"])
    # one pseudonym is one id of the file, and the other way round
    ids = {(line["person"], raw[line["file"]][int(line["row"]) - 1]["patient_id"]) for line in own}
    assert len(ids) == len({person for person, _ in ids}) == len({name for _, name in ids})


def test_each_pair_has_both_visits_and_its_change(hba1c, demo):
    pairs: dict[str, dict[str, dict]] = {}
    for line in hba1c:
        pairs.setdefault(line["pair"], {})[line["visit"]] = line
    rows = pl.read_parquet(demo / "results/comparisons/glycaemic.parquet").filter(
        profile="as_published", marker="HBA1C", cohort="all", timepoint="month_6", primary=True
    )
    assert len(pairs) == rows["n_pairs"].item()
    changes = []
    for pair in pairs.values():
        assert set(pair) == {"baseline", "month_6", "change"}
        values = [float(pair[visit]["value"]) for visit in ("baseline", "month_6")]
        changes.append(values[1] - values[0])
        assert float(pair["change"]["value"]) == changes[-1]
        assert date.fromisoformat(pair["baseline"]["date"]) < date.fromisoformat(
            pair["month_6"]["date"]
        )
    assert sum(changes) / len(changes) == pytest.approx(rows["change_mean"].item(), rel=1e-12)
    assert {line["synthetic"] for line in hba1c} == {"SYNTHETIC"}


def test_a_derived_value_has_the_cells_of_all_its_inputs(demo, raw):
    """HOMA-IR is glucose (mmol/L) times insulin (mIU/L) over 22.5; glucose of site B is in mg/dL,
    a 18.0182th of which is mmol/L (molar mass 180.156 g/mol)."""
    lines = lines_of(demo, "HOMA_IR", "all", "month_12")
    values: dict[tuple[str, str], dict[str, dict]] = {}
    for line in lines:
        if line["visit"] != "change":
            values.setdefault((line["pair"], line["visit"]), {})[line["what"].strip()] = line
    assert {own["FBS"]["source"] for own in values.values()} == {"site_a", "site_b", "site_c"}
    for own in values.values():
        assert set(own) == {"HOMA_IR", "FBS", "INSULIN"}
        for name in ("FBS", "INSULIN"):
            assert cell(raw, own[name]) == own[name]["text"]
        glucose, insulin = (float(own[n]["text"].replace(",", ".")) for n in ("FBS", "INSULIN"))
        glucose /= 18.0156 if own["FBS"]["sent_unit"] == "mg/dL" else 1
        expected = glucose * insulin / 22.5
        assert float(own["HOMA_IR"]["value"]) == pytest.approx(expected, rel=1e-4)
        assert own["HOMA_IR"]["note"] == "computed"


def test_what_a_formula_takes_of_the_person_has_its_cell_too(demo, raw):
    lines = lines_of(demo, "EGFR", "ckd_5", "month_6")
    facts = [line for line in lines if line["what"].strip() in ("sex", "birth_date")]
    assert facts
    for line in facts:
        text = cell(raw, line)
        assert {"M": "male", "F": "female"}.get(text, text) == line["value"]
        assert line["source"] == "patients"


def test_values_that_the_plan_excludes_are_no_pairs(demo):
    published, recommended = (
        len({line["pair"] for line in lines_of(demo, "HOMA_IR", "all", "month_6", *profile)})
        for profile in ((), ("--profile", "recommended"))
    )
    rows = pl.read_parquet(demo / "results/comparisons/glycaemic.parquet").filter(
        marker="HOMA_IR", cohort="all", timepoint="month_6", primary=True
    )
    assert dict(rows.select("profile", "n_pairs").iter_rows()) == {
        "as_published": published, "recommended": recommended,
    }  # fmt: skip
    assert recommended < published


def test_the_text_says_what_it_is_and_that_the_numbers_agree(demo):
    code, text = traced(demo, "EGFR", "ckd_5", "month_12")
    assert code == 0, text
    lines = text.splitlines()
    assert lines[0].startswith("SYNTHETIC")
    assert any(line.startswith("RESTRICTED") for line in lines)
    assert "results/restricted/files_site_a.tsv" in text
    assert lines[-1].startswith("checked: 2 pairs, in comparisons 2; mean change ")


def test_pairs_that_do_not_give_the_comparison_are_said_loudly():
    pairs = pl.DataFrame({"value": [1.0, 2.0], "value_then": [2.0, 4.0]})
    row = {"n_pairs": 2, "change_mean": 1.5, "change_median": 1.5, "note": None}
    assert agreement(pairs, row, {"confidence": 0.95})[0]
    for wrong in ({"n_pairs": 3}, {"change_mean": 1.6}, {"change_mean": None, "change_median": 1}):
        agrees, said = agreement(pairs, row | wrong, {"confidence": 0.95})
        assert not agrees
        assert "THESE PAIRS DO NOT GIVE" in said
    undefined = row | {"change_mean": None, "change_median": None, "note": "too many limits"}
    agrees, said = agreement(pairs, undefined, {"confidence": 0.95})
    assert agrees and "too many limits" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("HBA1c", "all", "month_6"), "nearest known: 'HBA1C'"),
        (("HBA1C", "everyone", "month_6"), "unknown cohort 'everyone'"),
        (("HBA1C", "all", "baseline"), "unknown follow-up 'baseline'"),
        (("HBA1C", "all", "month_6", "--profile", "x"), "unknown profile 'x'"),
        (("TESTO", "all", "month_6"), "male month_6 --profile as_published"),
        (("HBA1C", "all"), "these arguments cannot be read"),
        (("HBA1C", "all", "month_6", "--csv", "pairs.csv"), "stays on the site"),
    ],
)
def test_a_mistake_has_one_message(demo, arguments, said):
    code, text = traced(demo, *arguments)
    assert code == 1
    assert said in text
    assert "Traceback" not in text


def test_a_study_without_results_says_so(tmp_path):
    code, text = traced(make_demo(tmp_path / "study"), "HBA1C", "all", "month_6")
    assert code == 1
    assert "the study has no results" in text


def test_results_of_another_configuration_are_not_traced(demo):
    path = demo / "config" / "config.yaml"
    before = path.read_text("utf-8")
    try:
        path.write_text(before.replace("quartiles: 6", "quartiles: 7"), "utf-8")
        code, text = traced(demo, "HBA1C", "all", "month_6")
    finally:
        path.write_text(before, "utf-8")
    assert code == 1
    assert "to be done: compare" in text
    assert "workflow why results/comparisons/glycaemic.parquet" in text
