"""Rows that were computed, as a frame of the artefact that they are."""

import polars as pl


def checked(model, rows: list[dict]) -> pl.DataFrame:
    """`rows` in the columns and types of a Pandera `model`, validated; a key left out is null."""
    schema = {name: column.dtype.type for name, column in model.to_schema().columns.items()}
    return model.validate(pl.DataFrame(rows, schema=schema, orient="row"), lazy=True)
