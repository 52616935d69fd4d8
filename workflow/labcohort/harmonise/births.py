"""The century of a birth that is written with two digits of the year."""

import polars as pl

from labcohort.harmonise.date_formats import unanchored_pattern
from labcohort.harmonise.dates import parsed_date

# completed years of the oldest person that is credible
OLDEST = 120


def with_century(
    births: pl.DataFrame, others: pl.DataFrame, formats: list[str], shown: pl.Expr
) -> pl.DataFrame:
    """`births` with the century of two-digit years proved, and set aside where it cannot be.

    `births` has a row a cell: person, value_text, read (the date; null where there is none), rule
    and reason; `others` (person, attribute, date) has all other dates of the patient table;
    `shown` is what a reason shows of a date's text. Of 19YY and 20YY the one is taken that makes
    the person 0 to 120 years old at their own other dates, or, without any, at the latest of the
    table; where both or neither do, or nothing is dated, rule `invalid_date`.
    """
    own = others.group_by("person").agg(first=pl.min("date"), last=pl.max("date"))
    births = births.join(own, on="person", how="left", maintain_order="left").with_columns(
        is_short=_is_short(formats), other=_other_century()
    )
    latest = pl.lit(others.get_column("date").max(), pl.Date)
    first, last = (pl.coalesce(name, latest) for name in ("first", "last"))
    fits, other_fits = (_is_of_an_age(name, first, last) for name in ("read", "other"))
    proved = pl.when(fits & ~other_fits).then("read").when(other_fits & ~fits).then("other")
    unproved = pl.col("is_short") & proved.is_null()
    settled = births.with_columns(
        read=pl.when("is_short").then(proved).otherwise("read"),
        rule=pl.when(unproved).then(pl.lit("invalid_date")).otherwise("rule"),
        reason=pl.when(unproved).then(_why_unproved(fits, first, shown)).otherwise("reason"),
    )
    return settled.drop("first", "last", "is_short", "other")


def _is_short(formats: list[str]) -> pl.Expr:
    """Whether a text is read by a format with two digits of the year."""
    kinds = (
        pl.when(parsed_date(pl.col("value_text"), [form]).is_not_null()).then(
            pl.lit("<short>" in unanchored_pattern(form))
        )
        for form in formats
    )
    return pl.col("read").is_not_null() & pl.coalesce(*kinds, pl.lit(False))


def _other_century() -> pl.Expr:
    """The same day in the other of the two centuries; null where that has no such day."""
    read = pl.col("read")
    by = pl.when(read.dt.year() < 2000).then(pl.lit("100y")).otherwise(pl.lit("-100y"))
    other = read.dt.offset_by(by)
    return pl.when(other.dt.day() == read.dt.day()).then(other)


def _is_of_an_age(birth: str, first: pl.Expr, last: pl.Expr) -> pl.Expr:
    """Whether a birth is not after `first`, and at most OLDEST years before `last`."""
    fits = (pl.col(birth) <= first) & (pl.col(birth).dt.offset_by(f"{OLDEST}y") >= last)
    return fits.fill_null(False)


def _why_unproved(fits: pl.Expr, known: pl.Expr, shown: pl.Expr) -> pl.Expr:
    why = (
        pl.when(known.is_null())
        .then(pl.lit("no other date of the table tells the century"))
        .when(fits)
        .then(pl.lit("both centuries fit the other dates"))
        .otherwise(pl.lit("no century fits the other dates"))
    )
    return pl.concat_str(
        pl.lit("'"), shown, pl.lit("' has a year of two digits, and "), why,
        pl.lit("; have it sent with four"),
    )  # fmt: skip
