"""The forms of texts that could not be read: digits as 9, letters as a, so that nobody is told."""

import polars as pl

from labcohort.harmonise.numbers import why_no_number

# characters of a form that are shown
LONGEST = 30


def form_of(text: pl.Expr) -> pl.Expr:
    """`31.12.2019` as `99.99.9999`, `12-Jan` as `99-aaa`."""
    form = text.str.replace_all(r"\p{N}", "9").str.replace_all(r"\p{L}", "a")
    return form.str.slice(0, LONGEST)


def seen_dates(texts: pl.Series, formats: list[str]) -> str:
    """How most of the texts that are no date are written, beside the declared formats."""
    declared = ", ".join(formats) or "none, for the column proves its own"
    return f"most of these dates are written {_commonest(texts)}; formats declared: {declared}"


def seen_numbers(texts: pl.Series, decimal: str, thousands: str | None = None) -> str:
    """How most of the texts are written that a comma or point alone keeps from being numbers, and
    the key that says how it is read; '' where these are not most."""
    why = why_no_number(pl.col("text"), decimal, thousands)
    read = texts.to_frame("text").with_columns(
        decimal=why.str.contains("decimal sign"), thousands=why.str.contains("thousands")
    )
    own = read.filter(pl.col("decimal") | pl.col("thousands"))
    if own.height <= texts.len() / 2:
        return ""
    # 5,1 is no group of thousands, and so 5,123 beside it is none either
    key, now = ("thousands", thousands or "none")
    if own.get_column("decimal").any():
        own, key, now = own.filter("decimal"), "decimal", decimal
    form = _commonest(own.get_column("text"))
    return f"most of these numbers are written {form}; {key}: of the source is now '{now}'"


def _commonest(texts: pl.Series) -> str:
    """The form that most of the texts have; of as many the first as a text."""
    counts = texts.to_frame("text").group_by(form=form_of(pl.col("text"))).len()
    return counts.sort("len", "form", descending=[True, False]).item(0, "form")
