"""Single values that a person has corrected, each signed: config/corrections.tsv."""

import polars as pl

from labcohort.errors import UserError, place

# what a correction may change -> the cells' column that holds it
FIELDS = {"value": "value_text", "unit": "unit_text", "date": "date_text"}
PLACE = ("file", "sheet", "row", "column")
CORRECTED = "corrected_by_hand"


def corrected(
    cells: pl.DataFrame, corrections: list[dict], shown: dict[str, str] | None = None
) -> pl.DataFrame:
    """`cells` (schemas.ingested.Cells) with the `corrections` made; the booleans `corrected` and
    `unit_corrected` say where.

    A correction is a row of config/corrections.tsv. UserError where its place is no cell of the
    source, or the cell does not hold its old text; it calls files as `shown` does.
    """
    cells = cells.with_columns(corrected=pl.lit(False), unit_corrected=pl.lit(False))
    if not corrections:
        return cells
    table = pl.DataFrame(
        [{k: row[k] for k in (*PLACE, "field", "old", "new")} for row in corrections],
        schema_overrides={"sheet": pl.String, "row": pl.Int64, "old": pl.String, "new": pl.String},
    ).with_columns(pl.col("old", "new").fill_null(""))
    found = table.join(cells, on=PLACE, how="left", nulls_equal=True, maintain_order="left")
    _refuse_unfound(found, shown or {})
    for field, column in FIELDS.items():
        own = table.filter(pl.col("field") == field).select(*PLACE, pl.col("new").alias("new_text"))
        if own.height:
            cells = cells.join(own, on=PLACE, how="left", nulls_equal=True, maintain_order="left")
            here = pl.col("new_text").is_not_null()
            cells = cells.with_columns(
                pl.coalesce("new_text", column).alias(column),
                corrected=pl.col("corrected") | here,
                unit_corrected=pl.col("unit_corrected") | (here & pl.lit(field == "unit")),
            ).drop("new_text")
    return cells


def _refuse_unfound(found: pl.DataFrame, shown: dict[str, str]) -> None:
    # the files of a pattern may be named after persons, and so may be those of an older delivery
    own_names = all(file == name for file, name in shown.items())
    for row in found.iter_rows(named=True):
        other = row["file"] if own_names else "a file that the source does not have"
        file = shown.get(row["file"], other)
        at = place(file, row["sheet"], row["row"], row["column"])
        where = f"config/corrections.tsv, the row of {at}"
        if row["source"] is None:
            raise UserError(
                "a correction is of a place that holds no result",
                where=where,
                rule="file, sheet, row and column are those of a result cell of the source",
                do="look whether the export was sent anew: its rows may have moved",
            )
        is_now = row[FIELDS[row["field"]]] or ""
        if is_now != row["old"]:
            raise UserError(
                f"a correction's old {row['field']} is not what the file now says",
                where=where,
                rule="a correction holds for the very text that was corrected",
                do="compare the file with the correction, and renew or remove the row",
            )
