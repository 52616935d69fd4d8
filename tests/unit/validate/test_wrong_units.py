"""Units mapped wrongly on purpose: the demo's own results under every other unit of each marker.

Half of the persons of site A are one source, mapped as they are; the other half are another,
of which one marker is declared in a unit that it has not.
"""

from pathlib import Path

import polars as pl
import pytest
import yaml
from labcohort.harmonise.cells import harmonise_cells
from labcohort.harmonise.units import known_units
from labcohort.ingest.layouts import COLUMNS
from labcohort.settings.validation import _widest_ranges
from labcohort.study.load import Study
from labcohort.study.tables import read_table
from labcohort.validate.findings import findings
from labcohort.validate.profile import profile
from labcohort.validate.rules import rules_of, verdict, worst

from schemas.resources import RESOURCES

HOME = Path(__file__).parents[3]
TABLES = {
    name: read_table(HOME / "resources" / f"{name}.tsv", name, RESOURCES[name])
    for name in ("markers", "conversions", "reference_ranges", "rules")
}
RULES = {rule["rule"]: rule for rule in rules_of(TABLES["rules"], [], [], 0.02)}
SOURCE = yaml.safe_load((HOME / "config" / "sources" / "site_a.yaml").read_text("utf-8"))
ANALYTES = {
    code: {"marker": entry} if isinstance(entry, str) else entry
    for code, entry in SOURCE["analytes"].items()
}
STUDY = Study({}, {}, TABLES, {})
# estradiol: the medians of the halves are a fifth apart, so that a factor may not be recognised
WIDE = ("14715-7",)


@pytest.fixture(scope="module")
def halves() -> dict[str, pl.DataFrame]:
    """The results of site A as cells, in two halves by person."""
    raw = pl.read_csv(HOME / SOURCE["file"], infer_schema=False).with_row_index("row", 2)
    cells = raw.select(
        **{name: pl.lit(None, kind) for name, kind in COLUMNS.items()}
        | {
            "file": pl.lit("a.csv"),
            "row": pl.col("row").cast(pl.Int64),
            "column": pl.lit("result"),
            "person": "patient_id",
            "date_text": "collected",
            "analyte": "loinc",
            "value_text": pl.col("result").fill_null(""),
            "unit_text": "unit",
        }
    )
    half = pl.col("person").str.slice(-1).is_in(["0", "2", "4", "6", "8"])
    return {
        source: cells.filter(mine).with_columns(source=pl.lit(source))
        for source, mine in (("a", half), ("b", ~half))
    }


def told(code: str, **entry) -> dict:
    """How the results of one analyte are read."""
    marker = ANALYTES[code]["marker"]
    row = next(row for row in TABLES["markers"] if row["marker"] == marker)
    limits = ("marker", "panel", "hard_low", "hard_high", "soft_low", "soft_high")
    return {
        "analytes": {code: ANALYTES[code] | entry},
        "ignore": [],
        "missing": SOURCE["missing"],
        "decimal": ".",
        "dates": {"formats": SOURCE["date"]["formats"]},
        "layout": "long",
        "corrections": [],
        "cross_checks": [],
        "markers": [{k: row[k] for k in limits}],
        "conversions": [c for c in TABLES["conversions"] if c["marker"] == marker],
        "shown": {marker: {"decimals": row["decimals"], "scale": row["scale"]}},
    }


def profiled(code: str, cells: pl.DataFrame, **entry) -> tuple[dict, int]:
    """The profile of one analyte's cells, and how many were set aside."""
    how = told(code, **entry)
    cells = cells.filter(pl.col("analyte") == code)
    if "unit" in entry:
        # a unit that the file sends would give the wrong one away at once
        cells = cells.with_columns(unit_text=pl.lit(None, pl.String))
    found = harmonise_cells(cells, how)
    return profile(found, how), found.quarantine.height


def judged(code: str, a: tuple[dict, int], b: tuple[dict, int]) -> str:
    """The worst verdict on two sources."""
    marker = ANALYTES[code]["marker"]
    ranges = _widest_ranges(STUDY, {marker})
    study = {
        "patients": "p",
        "conversions": TABLES["conversions"],
        "ranges": ranges,
        "misnamed": [],
        "left_out": [],
    }
    aside = {("a", marker): a[1], ("b", marker): b[1]}
    lost = {source: {"values": 0, "used": 1, "why": {}} for source in "ab"}
    rows = findings({"a": a[0], "b": b[0]}, {"columns": []}, aside, lost, study)
    return worst(
        verdict(RULES[r["rule"]], r["source"], int(r["measure"] > 0), r["measure"]) for r in rows
    )


@pytest.mark.parametrize("code", sorted(ANALYTES))
def test_every_wrong_unit_is_critical_and_the_right_one_is_not(code, halves):
    entry = ANALYTES[code]
    units = known_units(TABLES["conversions"], entry["marker"], entry.get("analyte"))
    sent = halves["b"].filter(pl.col("analyte") == code).get_column("unit_text").drop_nulls()
    own = units[sent.mode()[0]]
    right = profiled(code, halves["a"])
    assert judged(code, right, profiled(code, halves["b"])) == "ok"
    # spellings of one unit are one
    others = {(row["slope"], row["intercept"]): unit for unit, row in units.items()}
    for (slope, intercept), unit in others.items():
        factor = max(slope / own["slope"], own["slope"] / slope)
        # triglycerides of 1 mmol/L are 0.89 g/L, which nobody can tell from the values
        if factor > 1.7 or intercept != own["intercept"]:
            found = judged(code, right, profiled(code, halves["b"], unit=unit))
            assert found in (("warn", "critical") if code in WIDE else ("critical",)), unit
