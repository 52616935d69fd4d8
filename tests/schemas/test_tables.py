"""Models of the tables in config/ and resources/: the demo's fit, and wrong cells do not."""

import csv
from pathlib import Path

import pandera.polars as pa
import polars as pl
import pytest
from labcohort.study.tables import read_table

from schemas.tables import CONFIG, RESOURCES

HOME = Path(__file__).parents[2]
FILES = [
    *((f"resources/{name}.tsv", model) for name, model in RESOURCES.items()),
    *((f"config/{name}.tsv", model) for name, model in CONFIG.items()),
]
MODELS = {file.split("/")[1][:-4]: (file, model) for file, model in FILES}


def first_row(name: str) -> pl.DataFrame:
    """The table's first row, typed."""
    file, model = MODELS[name]
    schema = {n: column.dtype.type for n, column in model.to_schema().columns.items()}
    rows = read_table(HOME / file, file, model)[:1]
    return pl.DataFrame(rows, schema=schema, orient="row")


@pytest.mark.parametrize(("file", "model"), FILES, ids=[file for file, _ in FILES])
def test_the_columns_of_a_table_are_those_of_its_model(file, model):
    with (HOME / file).open(encoding="utf-8", newline="") as text:
        header = next(csv.reader(text, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert header == list(model.to_schema().columns)


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
    ("figures", "profile", None),
    ("tables", "profile", "as published"),
    ("figures", "timepoints", "month_6,month_12"),
    ("tables", "kind", "listing"),
    ("published_results", "significant", "maybe"),
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


@pytest.mark.parametrize(
    "table",
    ["markers", "conversions", "ckd_stages", "cross_checks", "eligibility", "visits", "cohorts",
     "figures", "tables", "published_results", "methods", "martin_hopkins", "reference_ranges",
     "shown_units"],
)  # fmt: skip
def test_a_row_that_stands_twice_is_refused(table):
    frame = first_row(table)
    with pytest.raises(pa.errors.SchemaErrors):
        MODELS[table][1].validate(pl.concat([frame, frame]), lazy=True)
