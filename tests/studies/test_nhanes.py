"""NHANES 2017-2018 by configuration alone, in the units of the United States and in SI units.

The files are read here by pyreadstat as plain lists; limits of detection are those of the files'
documentation (INS_J, HSCRP_J and BIOPRO_J, "Detection Limits"), NHANES' factors are those that its
pairs of columns show.
"""

from math import isclose, sqrt
from pathlib import Path

import polars as pl
import pytest

from tests.running import SHARED, finished, make_nhanes, make_nhanes_si, snakemake

SOURCES = {
    "biochemistry": "BIOPRO_J",
    "glucose": "GLU_J",
    "hba1c": "GHB_J",
    "hdl": "HDL_J",
    "hscrp": "HSCRP_J",
    "insulin": "INS_J",
}
# file, column in units of the United States, column in SI units, marker, decimals of the latter,
# NHANES' factor from one to the other, ours
PAIRS = [
    ("BIOPRO_J", "LBXSAL", "LBDSALSI", "ALB", 0, 10, 10),
    ("BIOPRO_J", "LBXSTP", "LBDSTPSI", "TP", 0, 10, 10),
    ("BIOPRO_J", "LBXSGB", "LBDSGBSI", "GLOB_REPORTED", 0, 10, 10),
    ("BIOPRO_J", "LBXSCR", "LBDSCRSI", "CREAT", 2, 88.4, 88.4),
    ("INS_J", "LBXIN", "LBDINSI", "INSULIN", 2, 6.0, 6.0),
    ("BIOPRO_J", "LBXSGL", "LBDSGLSI", "GLUCOSE_SERUM", 2, 0.05551, 0.055507449),
    ("GLU_J", "LBXGLU", "LBDGLUSI", "FBS", 2, 0.05551, 0.055507449),
    ("BIOPRO_J", "LBXSUA", "LBDSUASI", "UA", 1, 59.48, 59.484153),
    ("HDL_J", "LBDHDD", "LBDHDDSI", "HDL", 2, 0.02586, 0.025862247),
    ("BIOPRO_J", "LBXSCH", "LBDSCHSI", "TC", 3, 0.02586, 0.025862247),
    ("BIOPRO_J", "LBXSBU", "LBDSBUSI", "BUN", 2, 0.357, 0.35696437),
    ("BIOPRO_J", "LBXSPH", "LBDSPHSI", "PHOSPHATE", 3, 0.3229, 0.3228539),
    ("BIOPRO_J", "LBXSIR", "LBDSIRSI", "IRON", 1, 0.1791, 0.17906706),
    ("BIOPRO_J", "LBXSTB", "LBDSTBSI", "BILIRUBIN", 2, 17.1, 17.103896),
    ("BIOPRO_J", "LBXSTR", "LBDSTRSI", "TG", 3, 0.01129, 0.011293654),
    ("BIOPRO_J", "LBXSCA", "LBDSCASI", "CALCIUM", 3, 0.25, 0.2495134),
]
# the marker's own unit is that of the United States: pmol/L in 1 mU/L
SI_A_UNIT = {"INSULIN": 6.0}
# file, column, its mark of what is below the limit, marker, the limit, decimals of the column
LIMITS = [
    ("INS_J", "LBXIN", "LBDINLC", "INSULIN", 1.0, 2),
    ("HSCRP_J", "LBXHSCRP", "LBDHRPLC", "HSCRP", 0.15, 2),
    ("BIOPRO_J", "LBXSATSI", "LBDSATLC", "ALT", 3.0, 0),
    ("BIOPRO_J", "LBXSGTSI", "LBDSGTLC", "GGT", 3.0, 0),
    ("BIOPRO_J", "LBXSTB", "LBDSTBLC", "BILIRUBIN", 0.1, 1),
]

# columns that the study uses
USED = {pair[1] for pair in PAIRS} | {
    *("LBXSATSI", "LBXSASSI", "LBXSAPSI", "LBXSGTSI", "LBXGH", "LBXHSCRP"),
}


@pytest.fixture(scope="module")
def nhanes(tmp_path_factory) -> Path:
    """The study, run whole."""
    return finished(make_nhanes(tmp_path_factory.mktemp("nhanes")))


@pytest.fixture(scope="module")
def nhanes_si(tmp_path_factory) -> Path:
    """The study in SI units, as far as values in canonical units."""
    study = make_nhanes_si(tmp_path_factory.mktemp("nhanes_si"))
    code, text = snakemake(study, "results/harmonised/done")
    assert code == 0, text
    return study


@pytest.fixture(scope="module")
def files() -> dict[str, dict[str, list]]:
    """Each file's columns as lists, None where there is no value."""
    if not (SHARED / "nhanes").is_dir():
        pytest.skip("the files are not here (../shared/data/nhanes)")
    import pyreadstat

    return {
        path.stem: pyreadstat.read_xport(str(path), output_format="dict")[0]
        for path in sorted((SHARED / "nhanes").glob("*.XPT"))
    }


def is_result(column: str) -> bool:
    """Whether NHANES' name of a column is that of a laboratory result, and no mark of limits."""
    return column.startswith(("LBX", "LBD")) and not column.endswith("LC")


def ledger(study: Path, source: str) -> pl.DataFrame:
    rows = pl.read_csv(study / "results/quality/ledger.tsv", separator="\t")
    return rows.filter(pl.col("source") == source)


def cells(rows: pl.DataFrame, **where: str) -> int:
    return rows.filter(**where)["cells"].sum()


def harmonised(study: Path, marker: str) -> dict[int, dict]:
    """A marker's values by their row in its file."""
    parts = study.glob("results/harmonised/*/*/*.parquet")
    values = pl.concat(pl.read_parquet(p) for p in sorted(parts))
    return {row["row"]: row for row in values.filter(marker=marker).iter_rows(named=True)}


@pytest.mark.parametrize("source", SOURCES)
def test_every_cell_of_every_file_has_one_fate(nhanes, files, source):
    columns = {c: v for c, v in files[SOURCES[source]].items() if is_result(c)}
    rows = ledger(nhanes, source)
    due = sum(map(len, columns.values()))
    assert cells(rows, stage="ingest", kind="in") == due
    for stage in ("ingest", "harmonise", "derive", "cohorts"):
        own = rows.filter(stage=stage)
        assert cells(own, kind="in") == cells(own, kind="fate") + cells(own, kind="out"), stage
    unused = {c for c in columns if c not in USED}
    assert cells(rows, fate="ignored") == sum(len(columns[c]) for c in unused)
    empty = sum(v is None for c in columns if c in USED for v in columns[c])
    assert cells(rows, fate="missing") == empty
    assert cells(rows, fate="set_aside") == 0
    used = sum(len(columns[c]) for c in columns if c in USED) - empty
    assert cells(rows, stage="cohorts", kind="out") == used


@pytest.mark.parametrize(
    ("file", "us", "si", "marker", "decimals", "theirs", "ours"), PAIRS, ids=[p[3] for p in PAIRS]
)
def test_both_columns_of_an_analyte_give_one_value(
    nhanes, nhanes_si, files, file, us, si, marker, decimals, theirs, ours
):
    one, other = harmonised(nhanes, marker), harmonised(nhanes_si, marker)
    sent = [n for n, value in enumerate(files[file][si], 1) if value is not None]
    assert list(other) and sorted(other) == sent
    # of bilirubin the SI column lacks the one result below its limit
    assert set(other) <= set(one) and len(one) - len(other) == (marker == "BILIRUBIN")
    scale = SI_A_UNIT.get(marker, 1.0)
    for row, value in other.items():
        number = files[file][si][row - 1]
        # fasting glucose of 10 mmol/L and more has one decimal
        places = 1 if marker == "FBS" and number >= 10 else decimals
        # what is below its limit is the limit itself, in both units
        if value["comparator"] == "<":
            assert one[row]["value"] == pytest.approx(value["value"], rel=1e-12), row
            continue
        # NHANES' own conversion, rounded as its SI column is, ends there
        assert abs(files[file][us][row - 1] * theirs - number) <= 0.5 * 10**-places + 1e-9, row
        assert value["value"] == pytest.approx(number / scale, rel=1e-12), row
        # ours differs from it by the ratio of the factors, and by no more
        alike = one[row]["value"] * scale * theirs / ours
        assert abs(alike - number) <= 0.5 * 10**-places + 1e-9 + 2e-8 * number, row
        assert value["person"] == one[row]["person"]


@pytest.mark.parametrize(
    ("file", "column", "mark", "marker", "limit", "decimals"), LIMITS, ids=[x[3] for x in LIMITS]
)
def test_marked_values_are_below_the_documented_limit(
    nhanes, files, file, column, mark, marker, limit, decimals
):
    numbers, marks = files[file][column], files[file][mark]
    below = [n for n, code in enumerate(marks, 1) if code == 1]
    values = harmonised(nhanes, marker)
    assert sorted(n for n, row in values.items() if row["comparator"] == "<") == below != []
    assert {numbers[n - 1] for n in below} == {round(limit / sqrt(2), decimals)}
    assert {values[n]["number"] for n in below} == {limit}
    # and no other value is below it
    others = [v for v, code in zip(numbers, marks, strict=True) if code == 0]
    assert min(others) >= limit


def derived(study: Path, panel: str, marker: str) -> dict[str, float]:
    """A derived marker's values by person."""
    rows = pl.read_parquet(study / f"results/derived/{panel}/1-of-1.parquet").filter(marker=marker)
    rows = rows.filter(pl.col("value").is_not_null())
    found = dict(zip(rows["person"], rows["value"], strict=True))
    assert len(found) == rows.height
    return found


@pytest.fixture(scope="module")
def persons(nhanes, files) -> dict[float, str]:
    """Pseudonym of each SEQN: of all cells of one analyte a file, by their rows."""
    found = {}
    for marker, file in (("HSCRP", "HSCRP_J"), ("ALB", "BIOPRO_J"), ("FBS", "GLU_J")):
        for row, value in harmonised(nhanes, marker).items():
            assert found.setdefault(files[file]["SEQN"][row - 1], value["person"])
    return found


def by_id(file: dict[str, list], column: str) -> dict[float, float]:
    both = zip(file["SEQN"], file[column], strict=True)
    return {person: value for person, value in both if value is not None}


def test_globulin_is_what_nhanes_reports(nhanes, files, persons):
    file = files["BIOPRO_J"]
    reported, total, albumin = (by_id(file, c) for c in ("LBXSGB", "LBXSTP", "LBXSAL"))
    ours = derived(nhanes, "liver", "GLOB")
    assert set(ours) == {persons[p] for p in set(total) & set(albumin)} and len(ours) == 5901
    for person, value in reported.items():
        assert ours[persons[person]] == pytest.approx(10 * value, abs=1e-9)


@pytest.fixture(scope="module")
def egfr(files) -> dict[float, float]:
    """CKD-EPI 2021 of every adult with creatinine, by SEQN.

    Inker LA et al. N Engl J Med 2021;385:1737-1749, with its constants as printed, from mg/dL.
    """
    age, sex = by_id(files["DEMO_J"], "RIDAGEYR"), by_id(files["DEMO_J"], "RIAGENDR")
    found = {}
    for person, creatinine in by_id(files["BIOPRO_J"], "LBXSCR").items():
        if age[person] >= 18:
            kappa, alpha, last = (0.7, -0.241, 1.012) if sex[person] == 2 else (0.9, -0.302, 1.0)
            ratio = creatinine / kappa
            value = 142 * min(ratio, 1) ** alpha * max(ratio, 1) ** -1.2 * 0.9938 ** age[person]
            found[person] = value * last
    return found


def test_egfr_is_ckd_epi_2021_of_every_adult_with_creatinine(nhanes, files, persons, egfr):
    ours = derived(nhanes, "renal", "EGFR")
    assert set(ours) == {persons[person] for person in egfr} and len(egfr) == 5154
    assert len(by_id(files["BIOPRO_J"], "LBXSCR")) == 5903  # the others are younger
    for person, value in egfr.items():
        assert isclose(ours[persons[person]], value, rel_tol=1e-9), person


def test_homa_ir_is_of_everyone_with_both_fasting_adults_among_them(nhanes, files, persons):
    glucose, insulin = by_id(files["GLU_J"], "LBXGLU"), by_id(files["INS_J"], "LBXIN")
    weight, age = by_id(files["GLU_J"], "WTSAF2YR"), by_id(files["DEMO_J"], "RIDAGEYR")
    below = {p for p, code in by_id(files["INS_J"], "LBDINLC").items() if code == 1}
    both = set(glucose) & set(insulin)
    ours = derived(nhanes, "glycaemic", "HOMA_IR")
    assert set(ours) == {persons[p] for p in both} and len(both) == 2825
    # fasting: a weight above 0 says so of 8 to 24 hours; adults from 18
    fasting_adults = {p for p in both if weight[p] > 0 and age[p] >= 18}
    assert len(fasting_adults) == 2340 and {persons[p] for p in fasting_adults} <= set(ours)
    for person in both:
        # the limit over the root of 2, as config.yaml says, and not that rounded as in the file
        level = 1.0 / sqrt(2) if person in below else insulin[person]
        expected = glucose[person] * 0.055507449 * level / 22.5
        assert isclose(ours[persons[person]], expected, rel_tol=1e-8), person


def test_one_examination_is_compared_with_none_and_said_to_be(nhanes):
    rows = pl.read_csv(nhanes / "results/restricted/comparisons.csv", infer_schema_length=None)
    assert rows.height == 14 and rows["n_pairs"].to_list() == [0] * 14
    assert rows["n_followup"].to_list() == rows["n_members"].to_list() == [0] * 14
    assert rows["p_value"].null_count() == 14
    assert rows["note"].str.contains("nobody is in this cohort at this timepoint").all()


def test_everyone_with_a_result_is_at_the_baseline(nhanes, files, egfr):
    examined = set()
    for name, file in files.items():
        for column in USED & set(file) if name != "DEMO_J" else ():
            examined |= set(by_id(file, column))
    flow = pl.read_csv(nhanes / "results/quality/cohorts/1-of-1.selection_flow.tsv", separator="\t")
    assert flow["entered"].to_list() == [len(files["DEMO_J"]["SEQN"])] == [9254]
    assert flow["remained"].to_list() == [len(examined)]
    sizes = pl.read_csv(nhanes / "results/quality/cohorts/1-of-1.sizes.tsv", separator="\t")
    count = dict(zip(sizes["cohort"] + " " + sizes["timepoint"], sizes["members"], strict=True))
    women = {p for p, sex in by_id(files["DEMO_J"], "RIAGENDR").items() if sex == 2}
    assert count["all baseline"] == len(examined)
    assert count["female baseline"] == len(examined & women)
    # egfr_rounding: none
    assert count["ckd_3 baseline"] == sum(30 <= value < 60 for value in egfr.values())
