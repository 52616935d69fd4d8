"""The job `tables`: which comparisons a table shows, in which unit, and what stays canonical."""

import polars as pl
import pytest
from labcohort.jobs import tables as job
from labcohort.study.names import SIBLINGS

from schemas.comparison import Adjusted
from tests.unit.publish.test_tables import HOW, IFCC, ROW, comparisons

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
RANKS = {"test": "wilcoxon_signed_rank", "primary": False}
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
        for path in paths["assessments"][1:]:
            pl.DataFrame({"marker": ["HBA1C"], "number": [0.5]}).write_parquet(path)
        (tmp_path / "out").mkdir()
        paths["siblings"] = [str(tmp_path / f"out/{name}.csv") for name in SIBLINGS]
        for kind in ("csv", "html"):
            paths[kind] = [str(tmp_path / f"out/{row['table']}.{kind}") for row in TABLES]
        job.main(paths, "all", SETTINGS | how)
        return {path.name: path.read_text("utf-8") for path in (tmp_path / "out").iterdir()}

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
    assert "HbA1c, mmol/mol" in written["estimates.csv"]
    assert "61.4 ± 1.1" in written["estimates.html"]
    table = pl.read_csv(written["comparisons.csv"].encode())
    assert set(table.select("unit", "baseline_mean").rows()) == {("%", ROW["baseline_mean"])}


def test_each_sibling_is_written_with_labels(run):
    written = run(*SHOWN)
    assert {f"{name}.csv" for name in SIBLINGS} <= set(written)
    assert written["attenders.csv"].splitlines() == [
        "marker,marker_label,marker_unit,number,synthetic", "HBA1C,HbA1c,%,0.5,SYNTHETIC",
    ]  # fmt: skip


@pytest.mark.parametrize("synthetic", [True, False])
def test_every_file_says_synthetic_where_the_data_are_and_only_there(run, synthetic):
    written = run(*SHOWN, synthetic=synthetic)
    assert {name: "SYNTHETIC" in text for name, text in written.items()} == dict.fromkeys(
        written, synthetic
    )


def test_every_number_of_the_comparisons_is_in_the_file(run):
    header = run(*SHOWN)["comparisons.csv"].splitlines()[0].split(",")
    assert set(Adjusted.to_schema().columns) <= set(header)
