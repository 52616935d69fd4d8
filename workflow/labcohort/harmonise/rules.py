"""The rules that set a cell aside: when each is broken, and the reason in words."""

import polars as pl

from labcohort.errors import nearest
from labcohort.harmonise.numbers import why_no_number
from labcohort.harmonise.seen_forms import form_of
from labcohort.harmonise.withdrawn import REPLACED, WITHDRAWN

CANCELLED = "cancelled"


def broken_rules() -> list[tuple[str, pl.Expr]]:
    """Each rule and when it is broken; the first that is broken counts."""
    value = pl.col("value")
    date_rule = pl.col("date_rule")
    dates = (
        "unknown_visit", "missing_date", "invalid_offset", "no_anchor_date",
        "undeclared_date_format", "invalid_date", "after_export", "follow_up_before_anchor",
    )  # fmt: skip
    return [
        # what was wrong with it, its source has seen to
        (REPLACED, pl.col("replaced").is_not_null()),
        ("unknown_analyte", pl.col("marker").is_null()),
        ("missing_person", pl.col("person").is_null()),
        (CANCELLED, pl.col("status") == CANCELLED),
        (WITHDRAWN, pl.col("status") == WITHDRAWN),
        ("unknown_status", pl.col("status_unknown")),
        *((rule, date_rule == rule) for rule in dates),
        ("one_id_two_people", pl.col("claim_rule").is_not_null()),
        ("unparseable_value", pl.col("number").is_null()),
        ("missing_unit", pl.col("unit") == ""),
        ("unknown_unit", pl.col("slope").is_null()),
        ("hard_limit", (value < pl.col("hard_low")) | (value > pl.col("hard_high"))),
    ]


def with_reasons(bad: pl.DataFrame, how: dict) -> pl.DataFrame:
    """The reason of each broken rule in words; what has brought its own keeps it."""
    unknown = bad.filter(pl.col("rule") == "unknown_analyte").select("analyte", "analyte_name")
    # a code and its name both: one search takes milliseconds
    texts = {text for pair in unknown.unique().rows() for text in pair if text}
    like = {text: found for text in texts if (found := nearest(text, how["analytes"]))}
    own = (pl.when(pl.col("rule") == rule).then(why) for rule, why in _words(how, like).items())
    return bad.with_columns(reason=pl.coalesce("reason", "claim_reason", *own))


def _words(how: dict, like: dict[str, str]) -> dict[str, pl.Expr]:
    name = pl.col("analyte_name").fill_null("")
    too_low = pl.col("value") < pl.col("hard_low")
    limit = pl.when(too_low).then("hard_low").otherwise("hard_high")
    formats = ", ".join(how["dates"].get("formats", [])) or "those that the column proves"
    anchor = how.get("anchor") or how["dates"].get("from") or "anchor"
    # the place of a record is that of its result, and its date stands in another column
    at = pl.concat_str(pl.lit(" in column '"), "date_column", pl.lit("'")).fill_null("")
    date = pl.col("date_text")
    if "privacy" in how:
        # a true date would tell the days by which all dates of the person are shifted
        date = form_of(date)
    unit = (
        pl.when(pl.col("proposed_unit").is_not_null())
        .then(pl.format("; it would be plausible in {}", "proposed_unit"))
        .otherwise(pl.lit(""))
    )
    return {
        "unknown_analyte": pl.format(
            "'{}'{} is no analyte of the mapping{}",
            "analyte",
            pl.when((name != "") & (name != pl.col("analyte")))
            .then(pl.format(" ('{}')", name))
            .otherwise(pl.lit("")),
            pl.coalesce(
                pl.col(column).replace_strict(like, default=None, return_dtype=pl.String)
                for column in ("analyte_name", "analyte")
            ).fill_null(""),
        ),
        REPLACED: pl.format("a later version of the same record stands in {}", "replaced"),
        "missing_person": pl.lit("the row names no person"),
        CANCELLED: pl.format("the laboratory's status '{}' says there is no result", "status_text"),
        WITHDRAWN: pl.format(
            "the laboratory's status '{}' says the result is wrong", "status_text"
        ),
        "unknown_status": pl.format("'{}' is none of the declared statuses", "status_text"),
        "missing_date": "the row has no sample date" + at,
        "unknown_visit": pl.format(
            "the visit '{}' has no place in `visits:`", pl.col("visit").fill_null("")
        ),
        "invalid_offset": pl.format("'{}'{} is no whole number of days or months", date, at),
        "no_anchor_date": pl.lit(f"the person has no {anchor} in the patient table"),
        # no `format`: a date's format may hold braces
        "undeclared_date_format": pl.concat_str(
            pl.lit("date '"),
            date,
            pl.lit("'"),
            at,
            pl.lit(f" has none of the declared formats: {formats}"),
        ),
        "invalid_date": pl.format("date '{}'{} is no day of the calendar", date, at),
        "after_export": pl.format(
            f"the sample date{{}} is after the day of the export, {how.get('exported')}", at
        ),
        "follow_up_before_anchor": pl.format(
            f"the visit '{{}}' is a follow-up, and its date{{}} is before the person's {anchor}",
            "visit",
            at,
        ),
        "unparseable_value": pl.format(
            "'{}' is no number{}",
            "value_text",
            why_no_number(pl.col("value_text"), how["decimal"], how.get("thousands")),
        ),
        "missing_unit": pl.lit("the result has no unit"),
        "unknown_unit": pl.format("no conversion of {} knows the unit '{}'", "marker", "unit"),
        "hard_limit": pl.format(
            "{} in canonical units is {} the hard limit {}{}",
            pl.col("value").round(6).cast(pl.String),
            pl.when(too_low).then(pl.lit("below")).otherwise(pl.lit("above")),
            limit.cast(pl.String),
            unit,
        ),
    }
