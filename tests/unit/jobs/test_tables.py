"""The job `tables`: which comparisons a table shows, in which unit, and what stays canonical."""

import json
from pathlib import Path

import polars as pl
import pytest
from labcohort.assess.small_groups import hidden_groups
from labcohort.jobs import tables as job
from labcohort.publish.tables import document, workbook
from labcohort.study.names import SIBLINGS

from schemas.attenders import Attenders
from schemas.comparison import Adjusted
from schemas.in_range import InRange
from schemas.regression import Regression
from schemas.scorecard import Scorecard
from schemas.sensitivity import Sensitivity
from tests.unit.publish.test_tables import HOW, IFCC, ROW, comparisons, made

FLOW = "order\tcriterion\tsubject\tentered\tfailed\tremained\n1\ta\ts\t9\t1\t8\n2\tb\tt\t8\t0\t8\n"
SIZES = "cohort\ttimepoint\tmembers\nall\tbaseline\t8\nall\tmonth_6\t5\n"
TABLES = [
    {"table": "published", "kind": "comparisons", "profile": "as_published", "panel": "glycaemic",
     "title": "Glycaemia"},
    {"table": "estimates", "kind": "estimates", "profile": "recommended", "panel": "glycaemic",
     "title": "Glycaemia: estimates"},
    {"table": "lipid", "kind": "comparisons", "profile": "recommended", "panel": "lipid",
     "title": "Lipids"},
]  # fmt: skip
SETTINGS = HOW | {"tables": TABLES, "units": IFCC}
IN_RANGE = {"marker": pl.String, "cohort": pl.String, "timepoint": pl.String, "n_pairs": pl.Int64}
RANKS = {"test": "wilcoxon_signed_rank", "primary": False}
MODELS = {
    "in_range": InRange,
    "attenders": Attenders,
    "scorecard": Scorecard,
    "sensitivity": Sensitivity,
    "regression_to_the_mean": Regression,
}
# one for each table: the study's rules let none be without rows
SHOWN = ({}, {"profile": "as_published", "p_value": 0.2}, {"panel": "lipid"})


@pytest.fixture
def run(tmp_path):
    """Text of each file that the job writes."""

    def files(*rows: dict, **how) -> dict[str, str]:
        names = [name for name in SIBLINGS if name not in ("selection_flow", "comparisons")]
        paths = {"flow": [str(tmp_path / "flow.tsv")], "sizes": [str(tmp_path / "sizes.tsv")]}
        (tmp_path / "flow.tsv").write_text(FLOW)
        (tmp_path / "sizes.tsv").write_text(SIZES)
        paths["assessments"] = [str(tmp_path / f"{n}.parquet") for n in ("comparisons", *names)]
        comparisons(*rows).write_parquet(paths["assessments"][0])
        groups = hidden_groups(
            comparisons(*rows), pl.DataFrame(schema=IN_RANGE), how.get("cohort_parts", []),
            (SETTINGS | how)["minimum_cell"],
        )  # fmt: skip
        groups.write_parquet(tmp_path / "small_groups.parquet")
        for path in paths["assessments"][1:]:
            name = Path(path).stem
            columns = MODELS[name].to_schema().columns if name in MODELS else {}
            empty = pl.DataFrame(schema={c: column.dtype.type for c, column in columns.items()})
            rows = pl.DataFrame({"marker": ["HBA1C"], "number": [0.5]})
            (empty if columns else rows).write_parquet(path)
        paths["assessments"].append(str(tmp_path / "small_groups.parquet"))
        (tmp_path / "out").mkdir()
        paths["siblings"] = [str(tmp_path / f"out/{name}.csv") for name in SIBLINGS]
        for kind in job.FORMATS:
            paths[kind] = [str(tmp_path / f"out/{row['table']}.{kind}") for row in TABLES]
        paths |= {"report": str(tmp_path / "tables.json")}
        paths |= {"complete": str(tmp_path / "out/complete.csv")}
        job.main(paths, "all", SETTINGS | how)
        written = [*(tmp_path / "out").iterdir(), tmp_path / "tables.json"]
        return {
            path.name: path.read_text("utf-8")
            for path in written
            if path.suffix not in (".xlsx", ".docx")
        }

    return files


def test_a_table_has_the_primary_tests_of_its_profile_and_panel_alone(run):
    written = run(*SHOWN, RANKS)
    assert written["published.csv"].count("\n") == 1 + 1
    assert "0.200" in written["published.csv"]
    assert "Adjusted p" in written["estimates.csv"].splitlines()[0]
    assert "Adjusted p" not in written["published.csv"].splitlines()[0]
    assert "0.0499" in written["estimates.csv"] and "0.200" not in written["estimates.csv"]
    # all tests of all profiles stand in the one file
    assert written["comparisons.csv"].count("\n") == 1 + 4


def test_tables_are_in_the_shown_unit_and_comparisons_in_the_canonical_one(run):
    written = run(*SHOWN)
    # NGSP to IFCC, Hoelzel 2004: 10.93 * 7.765 - 23.5
    assert "mmol/mol" in written["estimates.csv"].splitlines()[0]
    assert "61.4 ± 1.1" in written["estimates.html"]
    table = pl.read_csv(written["comparisons.csv"].encode())
    assert set(table.select("unit", "baseline_mean").rows()) == {("%", ROW["baseline_mean"])}


def test_each_sibling_is_written_with_labels(run):
    written = run(*SHOWN)
    assert {f"{name}.csv" for name in SIBLINGS} <= set(written)
    assert written["multiplicity.csv"].splitlines() == [
        "marker,marker_label,marker_unit,number,synthetic", "HBA1C,HbA1c,%,0.5,SYNTHETIC",
    ]  # fmt: skip
    assert "withheld" in written["attenders.csv"].splitlines()[0]


@pytest.mark.parametrize("synthetic", [True, False])
def test_every_file_says_synthetic_where_the_data_are_and_only_there(run, synthetic):
    written = run(*SHOWN, synthetic=synthetic)
    # the report that reads it says so itself, and these have no row here
    empty = ("tables.json", *(f"{name}.csv" for name in MODELS))
    written = {name: text for name, text in written.items() if name not in empty}
    assert {name: "SYNTHETIC" in text for name, text in written.items()} == dict.fromkeys(
        written, synthetic
    )


def test_groups_of_few_pairs_leave_the_site_without_numbers(run):
    few = {"n_pairs": 4, "n_lost": 5, "n_positive": 1, "n_negative": 3, "baseline_mean": 123.25}
    written = run(*SHOWN[1:], few)
    assert "123.25" in written["complete.csv"]
    public = {name: text for name, text in written.items() if name != "complete.csv"}
    assert [name for name, text in public.items() if "123.25" in text] == []
    assert "fewer than 5 persons" in written["comparisons.csv"]
    assert "&lt;5" in written["estimates.html"] and "<5" in written["estimates.csv"]


def test_the_report_reads_every_table_with_its_numbers(run):
    tables = json.loads(run(*SHOWN)["tables.json"])
    assert [table["name"] for table in tables] == ["published", "estimates", "lipid"]
    (line,) = tables[1]["lines"]
    assert line["about"]["marker"] == "HBA1C"
    # p of the row, in the cell of p (the last but one)
    assert line["cells"][-2]["numbers"] == [ROW["p_value"]]


def test_the_same_rows_in_another_order_are_the_same_bytes(tmp_path):
    rows = [{}, {"marker": "WHR"}, {"marker": "EGFR", "timepoint": "month_12"}]
    for module, name in ((document, "docx"), (workbook, "xlsx")):
        paths = [tmp_path / f"{i}.{name}" for i in range(2)]
        for path, order in zip(paths, (rows, rows[::-1]), strict=True):
            module.write(path, made("estimates", comparisons(*order)), HOW)
        assert paths[0].read_bytes() == paths[1].read_bytes()


def test_every_number_of_the_comparisons_is_in_the_file(run):
    header = run(*SHOWN)["comparisons.csv"].splitlines()[0].split(",")
    assert set(Adjusted.to_schema().columns) <= set(header)
