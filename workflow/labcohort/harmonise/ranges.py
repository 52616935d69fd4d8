"""A laboratory's own reference ranges: texts to bounds, and those to the canonical unit."""

import re

import polars as pl

from labcohort.errors import UserError
from labcohort.harmonise.kinds import kinds_of
from labcohort.harmonise.numbers import LARGEST, ungrouped, whole_number
from schemas.ingested import BETWEEN

UNREADABLE = "unreadable_range"
TO = r"(?:-{1,2}|[‐‑‒–—−~]|\.\.|to|至)"
AT_MOST = r"(?:<=|<|≤|≦|up to|below)"
AT_LEAST = r"(?:>=|>|≥|≧|above)"


def parsed_range(text: pl.Expr, decimal: str, thousands: str | None = None) -> dict[str, pl.Expr]:
    """Columns range_low, range_high and range_unread of texts such as `3.9-6.1`, `<5`, `up to 40`.

    `decimal` is the decimal sign, `.` or `,`, `thousands` what separates groups of three digits, as
    of the results. Both bounds are inclusive whatever the sign, for
    laboratories do not keep < and <= apart. A null or empty text is no range; one that is not
    read, or whose low is above its high, is `range_unread` and has no bound either. 0 to 0 is none.
    """
    sign = re.escape(decimal)
    number = rf"({whole_number(thousands)}(?:{sign}[0-9]+)?|{sign}[0-9]+)"
    both = f"^{number} ?{TO} ?{number}$"
    clean = text.str.normalize("NFKC").str.replace_all(r"\s+", " ").str.strip_chars(" ()[]")
    clean = clean.str.to_lowercase().fill_null("")

    def bound(*patterns: tuple[str, int]) -> pl.Expr:
        digits = pl.coalesce(clean.str.extract(pattern, group) for pattern, group in patterns)
        return (
            ungrouped(digits, thousands)
            .str.replace(decimal, ".", literal=True)
            .cast(pl.Float64, strict=False)
        )

    low = bound((both, 1), (f"^{AT_LEAST} ?{number}$", 1), (rf"^{number} ?\.\.$", 1))
    high = bound((both, 2), (f"^{AT_MOST} ?{number}$", 1), (rf"^\.\. ?{number}$", 1))
    # who has no range for an analyte sends 0 and 0
    none = clean.is_in(["", BETWEEN]) | ((low == 0) & (high == 0)).fill_null(False)
    sound = (low <= high).fill_null(True) & (pl.max_horizontal(low, high) < LARGEST) & ~none
    return {
        "range_low": pl.when(sound).then(low),
        "range_high": pl.when(sound).then(high),
        "range_unread": ~sound.fill_null(False) & ~none,
    }


def check_declared_range(text: str, decimal: str, thousands: str | None, where: str) -> None:
    """Refuse a range that a mapping declares and that cannot be read."""
    read = pl.select(**parsed_range(pl.lit(text), decimal, thousands))
    if read.item(0, "range_unread"):
        raise UserError(
            f"'{text}' is no reference range",
            where=where,
            rule="a range is written LOW-HIGH, <HIGH or >LOW, with the source's decimal sign"
            " (and thousands), its low not above its high",
            do=f"write for instance 3{decimal}9-6{decimal}1, or remove it",
        )


def sent_range(missing: list[str]) -> pl.Expr:
    """The range that the file sends, null where it sends none; a missing token on a side is none.

    Of `range_text`, where two columns are joined by `BETWEEN`.
    """
    parts = pl.col("range_text").str.splitn(BETWEEN, 2)
    low, high = (
        pl.when(~part.is_in(missing)).then(part)
        for part in (parts.struct.field(f"field_{n}").str.strip_chars() for n in (0, 1))
    )
    two_sided = pl.col("range_text").str.contains(BETWEEN, literal=True)
    text = pl.when(two_sided).then(
        pl.concat_str(low.fill_null(""), pl.lit(BETWEEN), high.fill_null(""))
    ).otherwise(low)  # fmt: skip
    return pl.when(~text.is_in(["", BETWEEN])).then(text)


def with_ranges(cells: pl.DataFrame, how: dict, digits: int) -> pl.DataFrame:
    """`cells` with range_low and range_high in canonical units, and range_unread.

    The file's range goes before the one that the mapping `how` declares for the analyte. It is
    in its result's unit, converted by the same `slope` and `intercept` and kept to `digits`
    significant digits. A range that cannot be read sets nothing aside.
    """
    declared = {name: entry["range"] for name, entry in how["analytes"].items() if "range" in entry}
    own = pl.col("key").replace_strict(declared, default=None, return_dtype=pl.String)
    text = pl.coalesce(sent_range(how["missing"]), own)
    # one range stands beside many results
    texts, number = kinds_of(cells, ["key", "range_text"])
    if texts.select(text.is_null().all()).item():
        # to make ready to read takes longer than to read
        none = dict.fromkeys(("range_low", "range_high"), pl.lit(None, pl.Float64))
        return cells.with_columns(**none, range_unread=pl.lit(False))
    read = texts.select(**parsed_range(text, how["decimal"], how.get("thousands")))
    return cells.hstack(read[number]).with_columns(
        (pl.col("range_low", "range_high") * pl.col("slope") + pl.col("intercept")).round_sig_figs(
            digits
        )
    )
