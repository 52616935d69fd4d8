"""The patient table: one row a person, attributes typed as the source's YAML says."""

from dataclasses import dataclass

import polars as pl

from labcohort.errors import UserError
from labcohort.harmonise.births import OLDEST, with_century
from labcohort.harmonise.dates import matches_a_format, parsed_date
from labcohort.harmonise.identity import ROW, conflicts
from labcohort.harmonise.missing import is_missing
from labcohort.harmonise.numbers import parsed_number
from labcohort.harmonise.seen_forms import form_of
from labcohort.quarantine import records

# attributes that formulas and cohorts know; null for all where a study has none
KNOWN = {"sex": pl.String, "birth_date": pl.Date, "age": pl.Float64}
# numbers outside are not credible and set aside, as a result's hard limits
LIMITS = {"age": (0, OLDEST)}


@dataclass(frozen=True)
class People:
    """The patient table: `people` (one row a person), their `places`, and what was set aside."""

    people: pl.DataFrame
    places: pl.DataFrame
    quarantine: pl.DataFrame


def harmonise_patients(cells: pl.DataFrame, how: dict) -> People:
    """Patients (schemas.harmonised.Patients, sorted), where each stands, and set-aside records.

    `cells` are those of the patient table. A value that cannot be read leaves its attribute
    null. Rows of one person are one: what one leaves empty another may fill. A person whose rows
    contradict each other, or who stands under two ids, is set aside, each row with the place of
    the other. UserError where no row names a person.
    """
    open_cells = cells.filter(pl.col("person").is_not_null())
    if open_cells.is_empty():
        raise _without_persons(cells)
    read = {}
    for name, entry in how["attributes"].items():
        own = open_cells.filter(pl.col("column") == entry["column"])
        read[name] = _read(own, entry, how, LIMITS.get(name))
    if "birth_date" in read:
        others, formats = _other_dates(read), how["attributes"]["birth_date"]["dates"]
        births = with_century(read["birth_date"], others, formats, _shown_date(how))
        read["birth_date"] = _not_after(births, others)
    table = open_cells.select(*ROW, "person").unique()
    for name, part in read.items():
        part = part.select(*ROW, "person", pl.col("read").alias(name))
        table = table.join(part, on=[*ROW, "person"], how="inner", nulls_equal=True)
    found = conflicts(table, open_cells, how)
    kept = table.join(found.people, on="person", how="anti").sort(*ROW, nulls_last=True)
    filled = pl.col(list(read)).drop_nulls().first()
    kept = kept.group_by("person").agg(pl.col(ROW).first(), filled)
    missing = {n: pl.lit(None, kind) for n, kind in KNOWN.items() if n not in read}
    people = kept.drop(ROW).with_columns(**missing).select("person", *sorted({*read, *missing}))
    unread = [part.filter(pl.col("rule").is_not_null()) for part in read.values()]
    bad = [_nobody(cells), *unread, found.records]
    bad_cells = pl.concat([frame.select(bad[0].columns) for frame in bad])
    return People(
        people.sort("person"),
        kept.select("person", *ROW).sort("person"),
        records(bad_cells.rename({"value_text": "raw_value"}), "harmonise"),
    )


def set_aside_persons(people: pl.DataFrame, quarantine: pl.DataFrame) -> pl.DataFrame:
    """Persons of the table who cannot be used, and by which rule: columns person, rule."""
    # a column of their own: the places in the records would rerun what knows no places
    others = quarantine.drop_nulls("person").join(people, on="person", how="anti")
    return others.select("person", "rule").unique().sort("person", "rule")


def _without_persons(cells: pl.DataFrame) -> UserError:
    """The error for a patient table in which no row names a person."""
    if cells.is_empty():
        what, do = "no row is one of those under `rows`", "the column and the values of `rows`"
    else:
        what, do = "no row has an id in the column of persons", "`column` under `person`"
    return UserError(
        f"the patient table lists no person: {what}",
        where="config/sources, the YAML of the patients",
        rule="a study has one person at least",
        do=f"correct {do}, letter by letter as the file has them, or have the table sent again",
    )


def _other_dates(read: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """All dates of persons but those of birth: person, attribute, date."""
    dated = [
        part.select("person", pl.lit(name).alias("attribute"), pl.col("read").alias("date"))
        for name, part in read.items()
        if name != "birth_date" and part.schema["read"] == pl.Date
    ]
    schema = {"person": pl.String, "attribute": pl.String, "date": pl.Date}
    return pl.concat([pl.DataFrame(schema=schema), *dated]).drop_nulls()


def _not_after(births: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """The births, those after another date of their person set aside."""
    firsts = others.sort("date", "attribute").group_by("person", maintain_order=True).first()
    births = births.join(firsts, on="person", how="left", maintain_order="left")
    after = (pl.col("read") > pl.col("date")).fill_null(False)
    why = pl.concat_str(pl.lit("the birth date is after the person's "), "attribute")
    return births.with_columns(
        read=pl.when(~after).then("read"),
        rule=pl.when(after).then(pl.lit("birth_after")).otherwise("rule"),
        reason=pl.when(after).then(why).otherwise("reason"),
    ).drop("attribute", "date")


def _nobody(cells: pl.DataFrame) -> pl.DataFrame:
    """Filled cells of rows that name no person."""
    return cells.filter(pl.col("person").is_null() & (pl.col("value_text") != "")).with_columns(
        marker=pl.lit(None, pl.String),
        rule=pl.lit("missing_person"),
        reason=pl.lit("the row names no person"),
    )


def _shown_date(how: dict) -> pl.Expr:
    """What a reason shows of a date's text: where dates are shifted its form alone."""
    text = pl.col("value_text")
    # a true date would tell the days by which all dates of the person are shifted
    return form_of(text) if "privacy" in how else text


def _read(
    cells: pl.DataFrame, entry: dict, how: dict, limits: tuple[float, float] | None
) -> pl.DataFrame:
    """The cells of one attribute, typed in the column `read`, or with a rule and reason."""
    text = pl.col("value_text")
    missing = is_missing(text, how["missing"], how["decimal"])
    shown = text
    if "dates" in entry:
        shown = _shown_date(how)
        read = parsed_date(text, entry["dates"])
        rule = pl.when(matches_a_format(text, entry["dates"])).then(pl.lit("invalid_date"))
        rule = rule.otherwise(pl.lit("undeclared_date_format"))
        why = "' is no date in the declared formats: " + ", ".join(entry["dates"])
    elif "number" in entry:
        parsed = parsed_number(text, how["decimal"], how.get("thousands"))
        # ">89" is no age
        read = pl.when(parsed["comparator"].is_null()).then(parsed["number"])
        rule, why = pl.lit("unparseable_value"), "' is no number"
        if limits:
            read = pl.when(read.is_between(*limits)).then(read)
            rule, why = pl.lit("hard_limit"), f"' is no number from {limits[0]} to {limits[1]}"
    elif "codes" in entry:
        codes = {code: str(meaning) for code, meaning in entry["codes"].items()}
        read = text.replace_strict(codes, default=None, return_dtype=pl.String)
        rule, why = (
            pl.lit("unknown_code"),
            "' is none of the declared codes: " + ", ".join(codes),
        )
    else:
        read, rule, why = text, pl.lit("unparseable_value"), "'"
    cells = cells.with_columns(read=pl.when(~missing).then(read))
    unread = ~missing & pl.col("read").is_null()
    return cells.with_columns(
        marker=pl.lit(None, pl.String),
        rule=pl.when(unread).then(rule),
        # no `format`: a code may hold braces
        reason=pl.when(unread).then(pl.concat_str(pl.lit("'"), shown, pl.lit(why))),
    )
