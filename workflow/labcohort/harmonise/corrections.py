"""Single values that a person has corrected, each signed: config/corrections.tsv."""

import polars as pl

from labcohort.errors import UserError, nearest, place
from labcohort.harmonise.kinds import places_of, with_some
from labcohort.harmonise.units import known_units

# what a correction may change -> the cells' column that holds it
FIELDS = {"value": "value_text", "unit": "unit_text", "date": "date_text"}
PLACE = ("file", "sheet", "row", "column")
CORRECTED = "corrected_by_hand"
# what a date's text may lack; that a date is out of place is said of the value
UNREAD_DATES = ("missing_date", "invalid_offset", "undeclared_date_format", "invalid_date")


def corrected(cells: pl.DataFrame, corrections: list[dict]) -> pl.DataFrame:
    """`cells` (schemas.ingested.Cells) with those of the `corrections` made whose places are among
    them; the booleans value_corrected, unit_corrected and date_corrected say where, `sent_text` is
    the file's own value_text.

    A correction is a row of config/corrections.tsv.
    """
    made = cells.with_columns(
        pl.col("value_text").alias("sent_text"),
        *(pl.lit(False).alias(f"{field}_corrected") for field in FIELDS),
    )
    if not corrections:
        return made
    own = held(cells, corrections).drop_nulls("cell")
    for field, column in FIELDS.items():
        of = own.filter(pl.col("field") == field)
        rows = of.get_column("cell")
        flag, yes = f"{field}_corrected", pl.repeat(True, of.height, eager=True)
        made = made.with_columns(
            with_some(made.get_column(column), rows, of.get_column("new")),
            with_some(made.get_column(flag), rows, yes),
        )
    return made


def held(cells: pl.DataFrame, corrections: list[dict]) -> pl.DataFrame:
    """What the cells hold at the places of the corrections, a row each: the place, field, old and
    new, the texts of FIELDS, and `cell`, its number among the cells (null: there is none)."""
    table = pl.DataFrame(
        [{k: row[k] for k in (*PLACE, "field", "old", "new")} for row in corrections],
        schema_overrides={"sheet": pl.String, "row": pl.Int64, "old": pl.String, "new": pl.String},
    ).with_columns(pl.col("old", "new").fill_null(""))
    near = pl.col("row").is_in(table.get_column("row").unique().to_list())
    rows = places_of(cells.select(near).to_series())
    of = cells.select(*PLACE, *FIELDS.values())[rows].with_columns(cell=rows)
    return table.join(of, on=PLACE, how="left", nulls_equal=True, maintain_order="left")


def refuse_unread(cells: pl.DataFrame, how: dict) -> None:
    """UserError where the new text of a correction cannot be read: its row is to be mended.

    `cells` are those that say something, with number, slope and date_rule; `how` is what the
    source's job is told.
    """
    unread = {
        "value": pl.col("number").is_null(),
        "unit": pl.col("slope").is_null() & pl.col("marker").is_not_null(),
        "date": pl.col("date_rule").is_in(UNREAD_DATES) | pl.lit(_dates_are_not_read(how)),
    }
    for field, fault in unread.items():
        bad = cells.filter(pl.col(f"{field}_corrected") & fault).sort(*PLACE, nulls_last=True)
        if bad.height:
            raise _unread(field, bad.row(0, named=True), how)


def _unread(field: str, cell: dict, how: dict) -> UserError:
    """The error for a new text that cannot be read. A value or date, which may be a patient's, is
    not in it."""
    what = f"a correction's new {field} cannot be read"
    if field == "unit":
        entry = how["analytes"][cell["key"]]
        known = known_units(how["conversions"], entry["marker"], entry.get("analyte"))
        unit, marker = cell["unit"], cell["marker"]
        fault = f"unknown unit '{unit}' of {marker}{nearest(unit, known)}"
        what += f": {fault if unit else f'{marker} is left without a unit'}"
        rule = f"a unit is never guessed; known: {', '.join(sorted(known))}"
    elif field == "date":
        rule = _rule_of_dates(how)
    else:
        rule = (
            f"a new value is a number as the source writes it (decimal: {how['decimal']}), with or"
            " without < <= > >= before it; an empty cell takes the value out"
        )
    return UserError(
        what,
        where=f"{_row_of(cell)}; column 'new'",
        rule=rule,
        do="correct the cell of config/corrections.tsv, or remove the row",
    )


def _dates_are_not_read(how: dict) -> bool:
    """Whether the source's dates are counted from visits alone, so that no text of them counts."""
    return "from" in how["dates"] and "unit" not in how["dates"]


def _rule_of_dates(how: dict) -> str:
    dates = how["dates"]
    if _dates_are_not_read(how):
        return "dates of this source are counted by visit and not read: they cannot be corrected"
    if "from" in dates:
        return f"a new date is a whole number of {dates['unit']}, as the source writes it"
    if "formats" in dates:
        return f"a new date is written as the source's are: {', '.join(dates['formats'])}"
    return (
        "a new date is written as the other dates of its column; as YYYY-MM-DD where there is none"
    )


def _row_of(cell: dict) -> str:
    at = place(cell["file"], cell["sheet"], cell["row"], cell["column"])
    return f"config/corrections.tsv, the row of {at}"


def refuse_unfound(found: pl.DataFrame) -> None:
    """UserError where the place of a correction is no cell of the source, or the cell does not
    hold its old text; `found` is `held` of the source's cells."""
    for row in found.iter_rows(named=True):
        where = _row_of(row)
        if row["cell"] is None:
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
