"""The day of each result: as the file dates it, or counted from a date of its person."""

from collections.abc import Sequence

import polars as pl

from labcohort.errors import place
from labcohort.harmonise.date_inference import formats_of, texts_seen
from labcohort.harmonise.dates import matches_a_format, parsed_date
from labcohort.harmonise.missing import is_missing

# what has dates of one form: a column of a file
KEYS = ["file", "sheet", "date_column"]
ISO = ["YYYY-MM-DD"]
WHOLE = r"^[+-]?[0-9]{1,4}(?:\.0*)?$"


def with_anchor(cells: pl.DataFrame, how: dict, patients: pl.DataFrame | None) -> pl.DataFrame:
    """`cells` with anchor_date: the date of its person that the source's dates are held to.

    `how` is as of `with_sample_dates`; `patients` is schemas.harmonised.Patients.
    """
    anchor = how.get("anchor") or how["dates"].get("from")
    if anchor is None or patients is None or anchor not in patients.columns:
        return cells.with_columns(anchor_date=pl.lit(None, pl.Date))
    known = patients.select("person", anchor_date=anchor)
    return cells.join(known, on="person", how="left", maintain_order="left")


def what_dates(how: dict) -> list[str]:
    """The columns on which the date of a cell depends (of `with_anchor`)."""
    by_visit = ["visit"] if how.get("visits") or how.get("date_columns") else []
    by_place = ["file", "sheet"] if is_inferred(how) else []
    return ["date_text", "date_corrected", "anchor_date", *by_visit, *by_place]


def with_sample_dates(
    cells: pl.DataFrame, how: dict, proved: Sequence[tuple[str, str, str, list[str]]] = ()
) -> pl.DataFrame:
    """`cells` (of `with_anchor`) with sample_date, date_column (where the file has the date), and
    date_rule: the rule that the date breaks; the columns `what_dates` are enough.

    `how` is the source's settings: `dates` (formats, zone, on, from, unit, column),
    `date_columns` (visit -> its column of dates), `visits` (label -> months, days, follow_up),
    `anchor` (the attribute that days and months count from) and `exported`. Without formats
    `proved` are those that the texts of each column of each file prove (`proved_dates`).
    """
    text = pl.col("date_text").fill_null("").str.strip_chars()
    cells = cells.with_columns(date_text=text, date_column=_date_column(how), **_offset(how))
    counted = pl.col("months").is_not_null() | pl.col("days").is_not_null()
    if "from" in how["dates"]:
        cells = cells.with_columns(
            sample_date=pl.when(counted).then(_counted_date()),
            date_rule=_counted_rule(counted, "unit" in how["dates"], how["missing"]),
        )
    else:
        cells = _dated(cells, how, counted, proved)
    return cells.with_columns(date_rule=pl.coalesce("date_rule", *_broken(how))).drop(
        "months", "days"
    )


def _offset(how: dict) -> dict[str, pl.Expr]:
    """Whole months and days after the anchor, of the row's own column or of its visit."""
    unit = how["dates"].get("unit")
    own = pl.col("date_text").fill_null("").str.strip_chars()
    number = pl.when(own.str.contains(WHOLE)).then(own.str.extract(r"^([+-]?[0-9]+)", 1))
    columns = {}
    for name in ("months", "days"):
        by_visit = {v: e[name] for v, e in how.get("visits", {}).items() if name in e}
        counts = [number.cast(pl.Int64)] if unit == name else []
        if by_visit:
            visit = pl.col("visit").replace_strict(by_visit, default=None, return_dtype=pl.Int64)
            counts.append(visit)
        columns[name] = pl.coalesce(*counts, pl.lit(None, pl.Int64))
    return columns


def _counted_date() -> pl.Expr:
    """The anchor plus months (the same day of a later month, or its last) and days."""
    months = pl.concat_str(pl.col("months").fill_null(0).cast(pl.String), pl.lit("mo"))
    day = pl.col("anchor_date").dt.offset_by(months)
    return day + pl.duration(days=pl.col("days").fill_null(0))


def _counted_rule(counted: pl.Expr, of_row: bool, missing: list[str]) -> pl.Expr:
    """What a date that is counted from an anchor may lack."""
    blank = is_missing(pl.col("date_text"), missing)
    unread = pl.when(blank).then(pl.lit("missing_date")).otherwise(pl.lit("invalid_offset"))
    return (
        pl.when(~counted)
        .then(unread if of_row else pl.lit("unknown_visit"))
        .when(pl.col("anchor_date").is_null())
        .then(pl.lit("no_anchor_date"))
    )


def _dated(
    cells: pl.DataFrame, how: dict, counted: pl.Expr, proved: Sequence[tuple]
) -> pl.DataFrame:
    """Dates as the file writes them; where it writes none and the visit has an offset, counted."""
    zone = how["dates"].get("zone")
    text = pl.col("date_text")
    blank = is_missing(text, how["missing"])
    if is_inferred(how):
        cells, forms = _with_forms(cells, proved)
    else:
        declared = ISO if "on" in how["dates"] else how["dates"]["formats"]
        cells, forms = cells.with_columns(form=pl.lit(0)), [declared]
    own = [pl.col("form") == n for n in range(len(forms))]
    parsed = pl.coalesce(
        pl.when(here).then(parsed_date(text, formats, zone))
        for here, formats in zip(own, forms, strict=True)
    )
    matches = pl.any_horizontal(
        here & matches_a_format(text, formats) for here, formats in zip(own, forms, strict=True)
    )
    written = pl.when(~blank).then(parsed)
    return cells.with_columns(
        sample_date=pl.when(blank & counted).then(_counted_date()).otherwise(written),
        date_rule=pl.when(blank & counted)
        .then(pl.when(pl.col("anchor_date").is_null()).then(pl.lit("no_anchor_date")))
        .when(blank)
        .then(pl.lit("missing_date"))
        .when(~matches)
        .then(pl.lit("undeclared_date_format"))
        .when(written.is_null())
        .then(pl.lit("invalid_date")),
    ).drop("form")


def is_inferred(how: dict) -> bool:
    """Whether the dates of a source must themselves prove how they are written."""
    dates = how["dates"]
    return not {"from", "on"} & set(dates) and dates.get("formats") is None


def dates_seen(cells: pl.DataFrame, how: dict) -> pl.DataFrame:
    """The texts of dates that must prove a form: file, sheet, date_column, text, how many (n) and
    the first row; of sources whose dates are not inferred nothing. `cells` are of
    `corrections.corrected`: what a person corrected proves nothing of the file."""
    if not is_inferred(how):
        cells = cells.clear()
    own = cells.filter(~pl.col("date_corrected")).with_columns(date_column=_date_column(how))
    seen = texts_seen(own, KEYS, "date_text")
    return seen.filter(~is_missing(pl.col("text"), how["missing"]))


def proved_dates(seen: pl.DataFrame) -> list[tuple[str, str | None, str, list[str]]]:
    """What the texts of each column of dates themselves prove: file, sheet, column, formats.

    `seen` is `dates_seen`, of all the source's cells. What one file writes proves nothing of
    another: each may have a sender of its own. UserError where a form is not proved.
    """
    parts = seen.partition_by(KEYS, as_dict=True, include_key=False)
    return [
        (file, sheet, column, formats_of(own, column, place(file, sheet)))
        for (file, sheet, column), own in sorted(parts.items(), key=lambda of: str(of[0]))
    ]


def _with_forms(
    cells: pl.DataFrame, proved: Sequence[tuple]
) -> tuple[pl.DataFrame, list[list[str]]]:
    """`cells` with `form`, the number in the list of the formats that are proved of their column
    of dates. Where nothing is proved a date is ISO."""
    forms = [ISO, *sorted(map(list, {tuple(formats) for *_, formats in proved}))]
    numbered = pl.DataFrame(
        [(*key, forms.index(list(formats))) for *key, formats in proved],
        schema=dict.fromkeys(KEYS, pl.String) | {"form": pl.Int32},
        orient="row",
    )
    cells = cells.join(numbered, on=KEYS, how="left", nulls_equal=True, maintain_order="left")
    return cells.with_columns(pl.col("form").fill_null(0)), forms


def _date_column(how: dict) -> pl.Expr:
    """The column of the file that has a cell's date."""
    column = how["dates"].get("column")
    if not how.get("date_columns"):
        return pl.lit(column, pl.String)
    return pl.col("visit").replace_strict(
        how["date_columns"], default=column, return_dtype=pl.String
    )


def _broken(how: dict) -> list[pl.Expr]:
    """Rules that a date breaks which is a day of the calendar."""
    rules = []
    if "exported" in how:
        late = pl.col("sample_date") > pl.lit(how["exported"]).str.to_date("%Y-%m-%d")
        rules.append(pl.when(late).then(pl.lit("after_export")))
    follow_ups = [v for v, entry in how.get("visits", {}).items() if entry.get("follow_up")]
    if follow_ups:
        early = pl.col("visit").is_in(follow_ups) & (pl.col("sample_date") < pl.col("anchor_date"))
        rules.append(pl.when(early).then(pl.lit("follow_up_before_anchor")))
    return rules
