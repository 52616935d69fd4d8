"""The patient table: one row a person, attributes typed as the source's YAML says."""

from dataclasses import dataclass

import polars as pl

from labcohort.harmonise.dates import matches_a_format, parsed_date
from labcohort.harmonise.identity import ROW, conflicts
from labcohort.harmonise.missing import is_missing
from labcohort.harmonise.numbers import parsed_number
from labcohort.quarantine import records

# attributes that formulas and cohorts know; null for all where a study has none
KNOWN = {"sex": pl.String, "birth_date": pl.Date, "age": pl.Float64}
# numbers outside are not credible and set aside, as a result's hard limits
LIMITS = {"age": (0, 120)}


@dataclass(frozen=True)
class People:
    """The patient table: `people` (one row a person), their `places`, and what was set aside."""

    people: pl.DataFrame
    places: pl.DataFrame
    quarantine: pl.DataFrame


def harmonise_patients(cells: pl.DataFrame, how: dict) -> People:
    """Patients (schemas.harmonised.Patients, sorted), where each stands, and set-aside records.

    `cells` are those of the patient table. A value that cannot be read leaves its attribute
    null. A person whose rows contradict each other, or who stands under two ids, is set aside,
    each row with the place of the other.
    """
    parts, bad = [], [_nobody(cells)]
    open_cells = cells.filter(pl.col("person").is_not_null())
    columns = {entry["column"]: name for name, entry in how["attributes"].items()}
    attributes = open_cells.filter(pl.col("column").is_in(list(columns)))
    for name, entry in how["attributes"].items():
        own = attributes.filter(pl.col("column") == entry["column"])
        read = _read(own, entry, how, LIMITS.get(name))
        bad.append(read.filter(pl.col("rule").is_not_null()))
        parts.append(read.select(*ROW, "person", pl.col("read").alias(name)))
    table = parts[0]
    for part in parts[1:]:
        table = table.join(part, on=[*ROW, "person"], how="inner", nulls_equal=True)
    found = conflicts(table, open_cells, how)
    bad.append(found.records)
    kept = table.join(found.people, on="person", how="anti").sort(*ROW, nulls_last=True)
    names = [c for c in table.columns if c not in (*ROW, "person")]
    kept = kept.unique(["person", *names], keep="first", maintain_order=True)
    missing = {n: pl.lit(None, kind) for n, kind in KNOWN.items() if n not in names}
    people = kept.drop(ROW).with_columns(**missing).select("person", *sorted({*names, *missing}))
    bad_cells = pl.concat([f.select(bad[0].columns) for f in bad])
    return People(
        people.sort("person"),
        kept.select("person", *ROW).sort("person"),
        records(bad_cells.rename({"value_text": "raw_value"}), "harmonise"),
    )


def _nobody(cells: pl.DataFrame) -> pl.DataFrame:
    """Filled cells of rows that name no person."""
    return cells.filter(pl.col("person").is_null() & (pl.col("value_text") != "")).with_columns(
        marker=pl.lit(None, pl.String),
        rule=pl.lit("missing_person"),
        reason=pl.lit("the row names no person"),
    )


def _read(
    cells: pl.DataFrame, entry: dict, how: dict, limits: tuple[float, float] | None
) -> pl.DataFrame:
    """The cells of one attribute, typed in the column `read`, or with a rule and reason."""
    text = pl.col("value_text")
    missing = is_missing(text, how["missing"], how["decimal"])
    if "dates" in entry:
        read = parsed_date(text, entry["dates"])
        rule = pl.when(matches_a_format(text, entry["dates"])).then(pl.lit("invalid_date"))
        rule = rule.otherwise(pl.lit("undeclared_date_format"))
        why = "' is no date in the declared formats: " + ", ".join(entry["dates"])
    elif "number" in entry:
        parsed = parsed_number(text, how["decimal"])
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
        reason=pl.when(unread).then(pl.concat_str(pl.lit("'"), "value_text", pl.lit(why))),
    )
