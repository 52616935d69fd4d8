"""Parse a result's text: comparator, number, decimals."""

import re
import unicodedata
from collections.abc import Iterable

import polars as pl

from labcohort.errors import UserError

COMPARATORS = {"≤": "<=", "≥": ">=", "≦": "<=", "≧": ">="}
SIGNS = r"<=|>=|<|>|≤|≥|≦|≧"
# no laboratory sends more; beyond, conversions would leave the range of numbers
LARGEST = 1e15
# thousands separator as it is declared -> the characters that it is written with
THOUSANDS = {
    ",": ",",
    ".": r"\.",
    " ": " \u00a0\u2009\u202f",
    "'": "'\u2019",
}
# full-width forms and the signs that stand for a minus; not all of NFKC, which makes 5² a 52
FULL_WIDTH = {
    chr(code): unicodedata.normalize("NFKC", chr(code))
    for code in (*range(0xFF10, 0xFF1A), *map(ord, "＋－．，＜＞＝＊％＇ＥｅＨＬ　"))
} | dict.fromkeys("\u2212\u2013\ufe63", "-")


def parsed_number(
    text: pl.Expr, decimal: str, thousands: str | None = None, marks: Iterable[str] = ()
) -> dict[str, pl.Expr]:
    """Columns comparator, number and decimals of result texts such as `5.40`, `<0,3`, `>= 60`.

    `decimal` is the decimal sign, `.` or `,`. A separator of thousands (`,` `.` `'` or a blank) is
    read where `thousands` declares it, between whole groups of three. `marks` are what a
    laboratory sets after a number (`H`, `*`, `↑`): one may follow, and is dropped. Full-width
    characters and other minus signs are read as the plain ones. What is not a number has a null
    `number`; decimals are null for a number with an exponent.
    """
    text = folded_number(text)
    whole, sign = whole_number(thousands), re.escape(decimal)
    pattern = (
        rf"^({SIGNS})?\s*"
        rf"([+-]?(?:{whole}(?:{sign}[0-9]*)?|{sign}[0-9]+)(?:[eE][+-]?[0-9]+)?){_ending(marks)}$"
    )
    digits = ungrouped(text.str.extract(pattern, 2), thousands)
    number = digits.str.replace(decimal, ".", literal=True).cast(pl.Float64, strict=False)
    # as functions of a column, or each mention of `digits` would search every text anew
    return {
        "comparator": text.str.extract(pattern, 1).replace(COMPARATORS),
        "number": number.map_batches(_within_reach, pl.Float64, is_elementwise=True),
        "decimals": digits.map_batches(
            lambda column: _decimals(column, decimal), pl.Int64, is_elementwise=True
        ),
    }


def _within_reach(number: pl.Series) -> pl.Series:
    return number.set(number.abs() >= LARGEST, None)


def _decimals(digits: pl.Series, decimal: str) -> pl.Series:
    after = digits.str.len_bytes().cast(pl.Int64) - digits.str.find(decimal, literal=True) - 1
    counted = after.fill_null(0).cast(pl.Int64)
    return counted.set(digits.is_null() | digits.str.contains("e|E"), None)


def folded_number(text: pl.Expr) -> pl.Expr:
    """Texts with full-width digits and signs, and other minus signs, as the plain ones."""
    return text.str.replace_many(FULL_WIDTH).str.strip_chars(" ")


def why_no_number(text: pl.Expr, decimal: str, thousands: str | None = None) -> pl.Expr:
    """What is likely wrong with texts that are no number, to follow `'…' is no number`; else ''.

    `; a unit follows the number: …` and the like. It proposes and changes nothing.
    """
    text = folded_number(text).str.strip_chars()
    other = re.escape("," if decimal == "." else ".")
    start, plain = rf"^(?:{SIGNS})?\s*-?", r"[0-9]+(?:[.,][0-9]+)?"
    blanks = THOUSANDS[" "] + THOUSANDS["'"]
    groups = rf"{start}[1-9][0-9]{{0,2}}(?:[{blanks}.,][0-9]{{3}})+(?:{re.escape(decimal)}[0-9]*)?$"
    known = [
        (r"^(?i:less|more|greater|below|above|under|over|小于|大于|低于|高于|&[lg]t;)",
         "a comparator is read as a sign: < > <= >="),
        (r"^[~≈∼]", "an approximate value is not taken for a value"),
        (rf"^{plain}\s*(?:-|to|~)\s*{plain}$", "a range is not a value"),
        (groups if thousands is None else r"[^\s\S]",
         "if this separates thousands, declare `thousands:`"),
        (rf"{start}[0-9]*{other}[0-9]+$", f"the decimal sign is declared as {decimal}"),
        (rf"{start}{plain}\s*(?:[HLAN*#↑↓!]|HH|LL)+$",
         "if a mark follows the number, declare it under `marks:`"),
        (rf"{start}{plain}\s*[%‰\[\p{{L}}/].*$",
         "if a unit follows the number, have it sent in a column of its own"),
    ]  # fmt: skip
    hints = (pl.when(text.str.contains(form)).then(pl.lit(f"; {hint}")) for form, hint in known)
    return pl.coalesce(*hints, pl.lit(""))


def check_number_signs(
    decimal: str, thousands: str | None, marks: Iterable[str], where: str
) -> None:
    """UserError where a source's `thousands` or `marks` cannot be told from a number."""
    if thousands is not None and (thousands not in THOUSANDS or thousands == decimal):
        raise UserError(
            f"'{thousands}' cannot separate thousands here",
            where=f"{where}, thousands",
            rule=f"thousands are separated by one of , . ' or a blank, and not by the decimal sign"
            f" ({decimal})",
            do="correct `thousands:` or `decimal:`",
        )
    for mark in marks:
        if not str(mark).strip() or re.search(r"[0-9.,+<>=≤≥-]|^[eE]$", _folded_mark(mark)):
            raise UserError(
                f"'{mark}' cannot mark a result",
                where=f"{where}, marks",
                rule="a mark has no digit and no sign that belongs to a number",
                do="list marks such as H, L, * or ↑; a text that means no value goes to `missing:`",
            )


def _folded_mark(mark: str) -> str:
    """A mark as it stands in a folded text."""
    return "".join(FULL_WIDTH.get(letter, letter) for letter in str(mark)).strip()


def whole_number(thousands: str | None) -> str:
    """Pattern of the digits before the decimal sign; a grouped number begins with no zero."""
    if thousands is None:
        return "[0-9]+"
    return rf"(?:[1-9][0-9]{{0,2}}(?:[{THOUSANDS[thousands]}][0-9]{{3}})+|[0-9]+)"


def ungrouped(digits: pl.Expr, thousands: str | None) -> pl.Expr:
    """The digits without the separators of thousands."""
    if thousands is None:
        return digits
    return digits.str.replace_all(f"[{THOUSANDS[thousands]}]", "")


def _ending(marks: Iterable[str]) -> str:
    known = sorted({_folded_mark(mark) for mark in marks}, key=lambda mark: (-len(mark), mark))
    return rf"(?:\s*(?:{'|'.join(map(re.escape, known))}))?" if known else ""
