"""Made-up persons and values, as frames of a schema."""

from datetime import date

import polars as pl


def typed(model, rows: list[dict]) -> pl.DataFrame:
    schema = {name: c.dtype.type for name, c in model.to_schema().columns.items()}
    return pl.DataFrame([dict.fromkeys(schema) | row for row in rows], schema=schema, orient="row")


def value(person, number, marker="HBA1C", timepoint="baseline", **more) -> dict:
    return {
        "person": person, "marker": marker, "timepoint": timepoint, "day": 0,
        "sample_date": date(2020, 6, 30), "value": number,
    } | more  # fmt: skip
