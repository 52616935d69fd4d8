"""The format of a column's dates, where its own values prove it."""

import re
from collections.abc import Sequence

import polars as pl

from labcohort.errors import UserError
from labcohort.harmonise.date_formats import unanchored_pattern
from labcohort.harmonise.kinds import kinds_of

# forms of dates that people write; those of one shape exclude each other by their values alone
FORMS = (
    "YYYY-M-D", "YYYY/M/D", "YYYY.M.D", "YYYY年M月D日",
    *(form.replace("/", sign)
      for sign in "/.-"
      for form in ("D/M/YYYY", "M/D/YYYY", "D/M/YY", "M/D/YY", "YY/M/D")),
    "D MMM YYYY", "D-MMM-YYYY", "DMMMYYYY", "MMM D, YYYY", "YYYY-MMM-D",
    "D MMM YY", "D-MMM-YY", "YY-MMM-D", "YY MMM D",
    "YYYYMMDD", "DDMMYYYY", "MMDDYYYY",
)  # fmt: skip
CLOCK = ("h:mm", "h:mm:ss", "h:mm:ss.f")
ZONES = ("", "Z", " Z")
# what may follow a date; digits alone may be followed by digits alone, as HL7 has them
TIMES = (
    "",
    *(f"{sign}{clock}{zone}" for sign in (" ", "T") for clock in CLOCK for zone in ZONES),
    *(f" {clock}{blank}a" for clock in CLOCK[:2] for blank in (" ", "")),
)
DIGITS_TIMES = (
    "",
    *(f"{clock}{zone}" for clock in ("hhmm", "hhmmss", "hhmmss.f") for zone in ZONES[:2]),
)
# a year outside is a slip, or a number that is no date
YEARS = (1900, 2099)
# texts that a message may show: dates and short counts, no telephone number and no id
SHOWN = re.compile(
    r"(?:[0-9]{4}|[0-9]{1,2})(?:[-/.年][0-9]{1,2}[-/.月]|[- ]?[A-Za-z]{3}[- ]?)"
    r"(?:[0-9]{4}|[0-9]{1,2})日?(?:[ T][0-9:.]{1,15}(?: ?[AaPp][Mm])?(?:Z|[+-][0-9:]{2,5})?)?"
    r"|[0-9]{5}(?:[.][0-9]{1,8})?"
)
COUNT = r"^-?[0-9]+(?:\.[0-9]+)?$"


def inferred_formats(
    texts: pl.Series, column: str, where: str, rows: Sequence[int] | None = None
) -> list[str]:
    """The formats of a column of dates, where no other reading is left; [] of an empty column.

    All texts (null and empty ones aside) must have one form, with or without a time. The order
    of its parts must be proved: by a year of four digits that stands first, by a part over 12
    that can be no month, by one over 31 that can be no day. Numbers that count days are never
    inferred. The order of the rows changes nothing. `rows` are their numbers in the file.

    UserError, with up to three rows, where no form or more than one is left.
    """
    numbers = pl.Series(range(1, len(texts) + 1) if rows is None else rows, dtype=pl.Int64)
    frame = pl.DataFrame({"text": texts.cast(pl.String), "row": numbers})
    return formats_of(texts_seen(frame, [], "text"), column, where)


def texts_seen(frame: pl.DataFrame, keys: Sequence[str], column: str) -> pl.DataFrame:
    """The distinct texts of a column within `keys`, trimmed, the empty ones aside: the keys, text,
    how many rows have it (n) and the first of them (row)."""
    kinds, number = kinds_of(frame, [*keys, column])
    counts = frame.select("row", kind=number).group_by("kind").agg(pl.len(), pl.col("row").min())
    kinds = kinds.with_row_index("kind").join(counts, on="kind").select(
        *keys, text=pl.col(column).str.strip_chars(), n=pl.col("len").cast(pl.Int64), row="row"
    )  # fmt: skip
    return added_up([kinds.filter(pl.col("text").fill_null("") != "")])


def added_up(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """`texts_seen` of several parts of one source."""
    seen = pl.concat(parts)
    keys = [name for name in seen.columns if name not in ("n", "row")]
    return seen.group_by(keys).agg(pl.col("n").sum(), pl.col("row").min()).sort("row", *keys)


def formats_of(seen: pl.DataFrame, column: str, where: str) -> list[str]:
    """As `inferred_formats`, of the distinct texts (text, n, row)."""
    distinct = seen.sort("row", "text")
    if distinct.is_empty():
        return []
    readings = {}
    for form in FORMS:
        times = _times(distinct.get_column("text"), form)
        if times.is_not_null().any():
            readings[form] = times
    complete = [form for form, times in readings.items() if not times.has_nulls()]
    if len(complete) == 1:
        form = complete[0]
        present = set(readings[form].unique())
        return [form + time for time in _suffixes(form) if time in present]
    raise _unproved(distinct, readings, complete, column, where)


def _suffixes(form: str) -> tuple[str, ...]:
    return DIGITS_TIMES if form.isalpha() and "MMM" not in form and form.isascii() else TIMES


def _times(texts: pl.Series, form: str) -> pl.Series:
    """The time that follows each text's date in this form, null where it is not of the form."""
    date = unanchored_pattern(form)
    groups = texts.to_frame("text").select(
        pl.col("text").str.extract_groups(f"^{date}(?P<rest>.*)$")
    ).unnest("text")  # fmt: skip
    possible = pl.col("day").cast(pl.Int32).is_between(1, 31)
    if "month" in groups.columns:
        possible &= pl.col("month").cast(pl.Int32).is_between(1, 12)
    if "year" in groups.columns:
        possible &= pl.col("year").cast(pl.Int32).is_between(*YEARS)
    # a time has the same letters whatever the form of its date
    patterns = {time: "^" + _time_pattern(time) + "$" for time in _suffixes(form)}
    time = pl.coalesce(
        pl.when(pl.col("rest").str.contains(pattern)).then(pl.lit(time))
        for time, pattern in patterns.items()
    )
    return groups.select(pl.when(possible).then(time)).to_series()


def _time_pattern(time: str) -> str:
    date = unanchored_pattern("YYYYMMDD")
    return unanchored_pattern("YYYYMMDD" + time)[len(date) :]


def _unproved(
    distinct: pl.DataFrame,
    readings: dict[str, pl.Series],
    complete: list[str],
    column: str,
    where: str,
) -> UserError:
    n = distinct.get_column("n")
    counts = {form: int(n.filter(times.is_not_null()).sum()) for form, times in readings.items()}
    counts = dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:4])
    said = ", ".join(f"{form} fits {count}" for form, count in counts.items())
    if complete:
        shown = distinct
        what = f"the order of the dates in column '{column}' is not proved"
    elif distinct.get_column("text").str.contains(COUNT).all() and not readings:
        shown, what = distinct, f"column '{column}' has numbers for dates"
        said = "numbers may count days from several starts"
    else:
        best = max(readings, key=lambda form: counts.get(form, 0), default=None)
        shown = distinct if best is None else distinct.filter(readings[best].is_null())
        what = f"the dates in column '{column}' have no one form"
    return UserError(
        what,
        where=f"{where}; {_places(shown)}",
        rule="without declared formats one form must hold all dates, and their values must exclude"
        f" every other order; of {n.sum()} dates: {said or 'no known form fits any'}",
        do="declare `formats` of this date in the source's YAML, for instance [D/M/YYYY],"
        " [M/D/YYYY h:mm] or [excel], as the sender of the file says",
    )


def _places(distinct: pl.DataFrame) -> str:
    first = distinct.head(3).select("text", "row").iter_rows()
    return ", ".join(f"row {row}: {_told(text)}" for text, row in first)


def _told(text: str) -> str:
    if SHOWN.fullmatch(text):
        return f"'{text}'"
    return f"a number of {len(text)} digits" if text.isdigit() else "a text of another kind"
