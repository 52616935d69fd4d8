"""Texts that a source declares to mean: no value."""

import re
import unicodedata

import polars as pl

from labcohort.harmonise.numbers import folded_number

NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")


def is_missing(text: pl.Expr, tokens: list[str], decimal: str = ".") -> pl.Expr:
    """Whether texts mean no value: empty, null, or one of `tokens`.

    A token holds as text, trimmed and in Unicode's compatibility form (NFKC), with its case. One
    that is a number holds as a number too: `9999999` is `9999999.0`, in the source's `decimal`
    sign. Nothing else is missing: zero is data unless it is declared.
    """
    texts = sorted({"", *(_plain(token) for token in tokens)})
    stripped = text.str.strip_chars()
    # ASCII is its own compatibility form, and nearly all cells are ASCII
    other = pl.when(stripped.str.len_bytes() != stripped.str.len_chars()).then(stripped)
    plain = pl.coalesce(other.str.normalize("NFKC").str.strip_chars(), stripped)
    missing = text.is_null() | plain.is_in(texts)
    numbers = sorted({float(token) for token in texts if NUMBER.fullmatch(token)})
    if numbers:
        number = (
            folded_number(plain)
            .str.replace(decimal, ".", literal=True)
            .cast(pl.Float64, strict=False)
        )
        missing |= number.is_in(numbers).fill_null(False)
    return missing.fill_null(True)


def _plain(token: str) -> str:
    return unicodedata.normalize("NFKC", str(token)).strip()
