"""The day of each result: as the file dates it, or counted from a date of its person."""

import polars as pl

from labcohort.errors import place
from labcohort.harmonise.date_inference import inferred_formats
from labcohort.harmonise.dates import matches_a_format, parsed_date
from labcohort.harmonise.missing import is_missing

ISO = ["YYYY-MM-DD"]
WHOLE = r"^[+-]?[0-9]{1,4}(?:\.0*)?$"


def with_sample_dates(
    cells: pl.DataFrame, how: dict, patients: pl.DataFrame | None
) -> pl.DataFrame:
    """`cells` (of corrections.corrected) with sample_date, anchor_date, date_column (where the
    file has the date), and date_rule: the rule that the date breaks.

    `how` is the source's settings: `dates` (formats, zone, on, from, unit, column),
    `date_columns` (visit -> its column of dates), `visits` (label -> months, days, follow_up),
    `anchor` (the attribute that days and months count from) and `exported`. Without formats those
    of each column of each file are inferred, where its texts prove them: UserError where they do
    not. `patients` (schemas.harmonised.Patients) is needed for an anchor.
    """
    anchor = how.get("anchor") or how["dates"].get("from")
    if anchor is not None and patients is not None and anchor in patients.columns:
        known = patients.select("person", anchor_date=anchor)
        cells = cells.join(known, on="person", how="left", maintain_order="left")
    else:
        cells = cells.with_columns(anchor_date=pl.lit(None, pl.Date))
    text = pl.col("date_text").fill_null("").str.strip_chars()
    column = pl.col("visit").replace_strict(
        how.get("date_columns", {}), default=how["dates"].get("column"), return_dtype=pl.String
    )
    cells = cells.with_columns(date_text=text, date_column=column, **_offset(how))
    counted = pl.col("months").is_not_null() | pl.col("days").is_not_null()
    if "from" in how["dates"]:
        cells = cells.with_columns(
            sample_date=pl.when(counted).then(_counted_date()),
            date_rule=_counted_rule(counted, "unit" in how["dates"], how["missing"]),
        )
    else:
        cells = _dated(cells, how, counted)
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
        of_visit = pl.col("visit").replace_strict(by_visit, default=None, return_dtype=pl.Int64)
        of_row = number.cast(pl.Int64) if unit == name else pl.lit(None, pl.Int64)
        columns[name] = pl.coalesce(of_row, of_visit)
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


def _dated(cells: pl.DataFrame, how: dict, counted: pl.Expr) -> pl.DataFrame:
    """Dates as the file writes them; where it writes none and the visit has an offset, counted."""
    zone = how["dates"].get("zone")
    text = pl.col("date_text")
    blank = is_missing(text, how["missing"])
    declared = ISO if "on" in how["dates"] else how["dates"].get("formats")
    if declared is None:
        cells, forms = _inferred(cells, how)
    else:
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


def _inferred(cells: pl.DataFrame, how: dict) -> tuple[pl.DataFrame, list[list[str]]]:
    """The formats that the texts of each column of dates themselves prove, by file and sheet:
    `cells` with `form`, the number of theirs in the list.

    What one file writes proves nothing of another: each may have a sender of its own; and what a
    person corrected proves nothing of the file. Where nothing is proved a date is ISO.
    """
    keys = ["file", "sheet", "date_column"]
    dated = cells.filter(
        ~is_missing(pl.col("date_text"), how["missing"]), ~pl.col("date_corrected")
    )
    dated = dated.select(*keys, "date_text", "row")
    found = {
        key: inferred_formats(
            own.get_column("date_text"), key[2], place(key[0], key[1]),
            own.get_column("row").to_list(),
        )
        for key, own in sorted(
            dated.partition_by(keys, as_dict=True).items(), key=lambda of: str(of[0])
        )
    }  # fmt: skip
    forms = [ISO, *sorted(map(list, {tuple(formats) for formats in found.values()}))]
    numbered = pl.DataFrame(
        [(*key, forms.index(formats)) for key, formats in found.items()],
        schema=dict.fromkeys(keys, pl.String) | {"form": pl.Int32},
        orient="row",
    )
    cells = cells.join(numbered, on=keys, how="left", nulls_equal=True, maintain_order="left")
    return cells.with_columns(pl.col("form").fill_null(0)), forms


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
