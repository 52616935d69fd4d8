"""Models of the tables in config/ and resources/: the demo's fit, and wrong cells do not."""

import csv
import re
from pathlib import Path

import pandera.polars as pa
import polars as pl
import pytest
from labcohort.study.tables import read_table

from schemas.config import CONFIG
from schemas.resources import RESOURCES

HOME = Path(__file__).parents[2]
FILES = [
    *((f"resources/{name}.tsv", model) for name, model in RESOURCES.items()),
    # the demo has nothing to correct
    *((f"config/{name}.tsv", model) for name, model in CONFIG.items() if name != "corrections"),
]
CORRECTION = {
    "source": "site_a", "file": "raw/a.csv", "sha256": None, "sheet": None, "row": 7,
    "column": "result", "field": "unit", "old": None, "new": "mg/dL", "who": "A. B.",
    "why": "asked the laboratory", "date": "2025-01-31",
}  # fmt: skip
MODELS = {Path(file).stem: (file, model) for file, model in FILES}
MODELS["corrections"] = ("config/corrections.tsv", CONFIG["corrections"])


def first_row(name: str) -> pl.DataFrame:
    """The table's first row, typed."""
    file, model = MODELS[name]
    schema = {n: column.dtype.type for n, column in model.to_schema().columns.items()}
    made = {"corrections": [CORRECTION]}
    rows = made[name] if name in made else read_table(HOME / file, file, model)[:1]
    return pl.DataFrame(rows, schema=schema, orient="row")


@pytest.mark.parametrize(("file", "model"), FILES, ids=[file for file, _ in FILES])
def test_the_columns_of_a_table_are_those_of_its_model(file, model):
    with (HOME / file).open(encoding="utf-8", newline="") as text:
        header = next(csv.reader(text, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert header == list(model.to_schema().columns)


def test_the_columns_of_corrections_are_those_that_the_readme_names():
    text = (HOME / "config/README.md").read_text("utf-8")
    (row,) = [line for line in text.splitlines() if line.startswith("| `corrections.tsv`")]
    # in brackets are the values of `field`
    named = re.findall("`([a-z0-9]+)`", re.sub(r"`field` \([^)]*\)", "`field`", row))
    assert named == list(CONFIG["corrections"].to_schema().columns)


WRONG = [
    ("markers", "marker", "hba1c"),
    ("markers", "marker", "HBA1C%"),
    ("markers", "label", ""),
    ("markers", "panel", "Glycaemic"),
    ("markers", "decimals", -1),
    ("markers", "decimals", 7),
    ("markers", "kind", "computed"),
    ("markers", "source", None),
    ("markers", "scale", "ln"),
    ("markers", "scale", None),
    ("conversions", "slope", 0.0),
    ("conversions", "slope", -1.0),
    ("conversions", "slope", None),
    ("conversions", "intercept", None),
    ("conversions", "unit", None),
    ("ckd_stages", "scheme", "kdigo"),
    ("cross_checks", "greater", "sbp"),
    ("cross_checks", "reason", ""),
    ("eligibility", "order", 0),
    ("eligibility", "criterion", "age_above"),
    ("eligibility", "subject", "month 6"),
    ("eligibility", "label", None),
    ("visits", "timepoint", "Month 6"),
    ("visits", "scope", "study"),
    ("visits", "before", -1),
    ("visits", "after", -1),
    ("visits", "target_day", None),
    ("visits", "choice", "median"),
    ("visits", "tie", "none"),
    ("cohorts", "cohort", "CKD 3"),
    ("cohorts", "criterion", "baseline_over"),
    ("plan", "role", "main"),
    ("plan", "markers", "HBA1C, FBS"),
    ("plan", "markers", "HBA1C|"),
    ("plan", "markers", None),
    ("plan", "test", "t"),
    ("plan", "summary", "mean_sd"),
    ("plan", "profile", "As published"),
    ("plan", "profile", None),
    ("plan", "exclude", "insulin_treated, insulin_unknown"),
    ("plan", "exclude", "Insulin"),
    ("plan", "correction", "bonferroni"),
    ("plan", "correction", None),
    ("plan", "alpha", 0.0),
    ("plan", "alpha", 1.0),
    ("plan", "alpha", None),
    ("post_hoc", "profile", None),
    ("post_hoc", "markers", "UA, ALT"),
    ("post_hoc", "test", "t"),
    ("post_hoc", "alpha", 5.0),
    ("methods", "method", "CKD-EPI"),
    ("methods", "label", None),
    ("martin_hopkins", "factor", 0.0),
    ("reference_ranges", "sex", "both"),
    ("reference_ranges", "age_low", -1.0),
    ("reference_ranges", "age_high", 0.0),
    ("reference_ranges", "source", None),
    ("shown_units", "slope", 0.0),
    ("shown_units", "decimals", 7),
    ("shown_units", "intercept", None),
    ("figures", "kind", "bars"),
    ("figures", "profile", "as published"),
    ("figures", "title", None),
    ("figures", "title", ""),
    ("tables", "profile", "as published"),
    ("figures", "timepoints", "month_6,month_12"),
    ("tables", "kind", "listing"),
    ("published_results", "significant", "maybe"),
    ("corrections", "source", "Site A"),
    ("corrections", "file", ""),
    ("corrections", "sha256", "0123456"),
    ("corrections", "sha256", "01234567 a.csv"),
    ("corrections", "sha256", "1.23457E+15"),
    ("corrections", "row", 0),
    ("corrections", "row", None),
    ("corrections", "column", None),
    ("corrections", "field", "person"),
    # not signed
    ("corrections", "who", None),
    ("corrections", "why", None),
    ("corrections", "date", "31/1/2025"),
    ("rules", "rule", "Hard limit"),
    ("rules", "stage", "cohorts"),
    ("rules", "kind", "check"),
    ("rules", "text", ""),
    ("rules", "severity", "fatal"),
    ("rules", "threshold", -0.1),
    ("rules", "trials", None),
    ("rule_settings", "rule", None),
    ("rule_settings", "severity", "ok"),
    ("rule_settings", "threshold", -1.0),
    ("rule_settings", "why", None),
    ("sex_limits", "sex", "both"),
    ("sex_limits", "sex", None),
    ("sex_limits", "marker", "psa"),
    ("sex_limits", "source", None),
    ("biological_variation", "cv_within", 0.0),
    ("biological_variation", "cv_within", None),
    ("biological_variation", "cv_within", 201.0),
    ("biological_variation", "cv_analytical", -1.0),
    ("biological_variation", "source", None),
    ("cross_checks", "equal", "none"),
    ("cross_checks", "equal", None),
    ("aliases", "alias", ""),
    ("aliases", "language", "fr"),
    ("aliases", "ambiguous", None),
    ("loinc", "loinc", "4548"),
    ("loinc", "loinc", "LP4548-4"),
    ("loinc", "property", None),
    ("loinc", "long_name", None),
    ("published_results", "direction", "rising"),
]


@pytest.mark.parametrize(
    ("table", "column", "value"), WRONG, ids=[f"{t}-{c}={v!r}" for t, c, v in WRONG]
)
def test_a_wrong_cell_is_refused(table, column, value):
    frame = first_row(table)
    wrong = frame.with_columns(pl.lit(value, frame.schema[column]).alias(column))
    with pytest.raises(pa.errors.SchemaErrors) as caught:
        MODELS[table][1].validate(wrong, lazy=True)
    assert column in caught.value.failure_cases.get_column("column").to_list()


@pytest.mark.parametrize("table", ["figures", "tables"])
def test_what_not_every_kind_needs_may_be_empty(table):
    """Which columns a kind needs is a rule of the study (labcohort.study.rules.plan)."""
    model = MODELS[table][1]
    needed = {table.removesuffix("s"), "kind", "title"}
    frame = first_row(table)
    empty = [pl.lit(None, t).alias(n) for n, t in frame.schema.items() if n not in needed]
    model.validate(frame.with_columns(empty), lazy=True)


@pytest.mark.parametrize(
    "table",
    ["markers", "conversions", "ckd_stages", "cross_checks", "eligibility", "visits", "cohorts",
     "figures", "tables", "published_results", "methods", "martin_hopkins", "reference_ranges",
     "shown_units", "corrections", "rules", "rule_settings", "sex_limits",
     "biological_variation", "aliases", "loinc"],
)  # fmt: skip
def test_a_row_that_stands_twice_is_refused(table):
    frame = first_row(table)
    with pytest.raises(pa.errors.SchemaErrors):
        MODELS[table][1].validate(pl.concat([frame, frame]), lazy=True)
