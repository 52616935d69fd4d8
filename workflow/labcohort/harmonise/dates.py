"""Parse dates in the declared formats, and in no other."""

from datetime import date

import polars as pl

from labcohort.errors import UserError
from labcohort.harmonise.date_formats import pattern_of, unanchored_pattern

__all__ = ["check_zone", "matches_a_format", "parsed_date", "pattern_of"]

# POSIX: two-digit years from 69 on are of the twentieth century
CENTURY_TURN = 69
MONTHS = {
    "jan": "01", "feb": "02", "mar": "03", "apr": "04", "may": "05", "jun": "06",
    "jul": "07", "aug": "08", "sep": "09", "oct": "10", "nov": "11", "dec": "12",
}  # fmt: skip
DAY = 86_400
_UNIX = date(1970, 1, 1)
# name of a count -> its day 0 and how many of its units are a day
COUNTS = {
    "excel": (date(1899, 12, 30), 1),
    "excel_1904": (date(1904, 1, 1), 1),
    "stata": (date(1960, 1, 1), 1),
    "stata_ms": (date(1960, 1, 1), DAY * 1000),
    "sas": (date(1960, 1, 1), 1),
    "sas_seconds": (date(1960, 1, 1), DAY),
    "spss": (date(1582, 10, 14), DAY),
    "unix": (_UNIX, DAY),
}
# Excel believes in a 29 February 1900, its day 60: before it the count is one day behind
EXCEL_LEAP = 60
LAST_DAY = (date(9999, 12, 31) - _UNIX).days
FIRST_DAY = (date(1582, 10, 14) - _UNIX).days


def parsed_date(text: pl.Expr, formats: list[str], zone: str | None = None) -> pl.Expr:
    """Dates of texts in one of `formats`, the first that matches; else null.

    Times are cut, and so are their zones: the date is the one written where the sample was
    taken. With `zone` (as `Asia/Shanghai`) a time with a zone is first turned to that zone, and
    `unix` (a count in UTC) too. Null where the text matches but is no day of the calendar.
    """
    if not formats:
        return pl.when(text.is_not_null() & text.is_null()).then(pl.lit(None, pl.Date))
    return pl.coalesce(_parsed(text, date_format, zone) for date_format in formats)


def matches_a_format(text: pl.Expr, formats: list[str]) -> pl.Expr:
    """Whether texts have the form of one of `formats`, be it a day of the calendar or not."""
    if not formats:
        return text.is_not_null() & text.is_null()
    return pl.any_horizontal(text.str.contains(pattern_of(f)) for f in formats)


def check_zone(zone: str, where: str) -> None:
    """UserError where `zone` is no time zone of the IANA database."""
    try:
        pl.select(pl.lit(0).cast(pl.Datetime("us", "UTC")).dt.convert_time_zone(zone))
    except (pl.exceptions.PolarsError, ValueError):
        raise UserError(
            f"'{zone}' is no time zone",
            where=where,
            rule="a zone is a name of the IANA time zone database",
            do="write for instance Asia/Shanghai, Europe/Berlin or UTC",
        ) from None


def _parsed(text: pl.Expr, date_format: str, zone: str | None) -> pl.Expr:
    if date_format in COUNTS:
        return _counted(text, date_format, zone)
    pattern = f"^{unanchored_pattern(date_format)}$"
    groups = text.str.extract_groups(pattern)
    day = _day(groups, pattern)
    if zone is None or "<zone>" not in pattern:
        return day
    # no zone is written: the date is as it stands
    return pl.when(groups.struct.field("zone").is_null()).then(day).otherwise(
        _instant(groups, pattern, day).dt.convert_time_zone(zone).dt.date()
    )  # fmt: skip


def _day(groups: pl.Expr, pattern: str) -> pl.Expr:
    year = groups.struct.field("year") if "<year>" in pattern else _full_year(groups)
    if "<month>" in pattern:
        month = groups.struct.field("month").str.zfill(2)
    else:
        name = groups.struct.field("month_name").str.to_lowercase()
        month = name.replace_strict(MONTHS, default=None, return_dtype=pl.String)
    iso = pl.concat_str(year, month, groups.struct.field("day").str.zfill(2), separator="-")
    return iso.str.to_date("%Y-%m-%d", strict=False)


def _full_year(groups: pl.Expr) -> pl.Expr:
    short = groups.struct.field("short")
    turned = short.cast(pl.Int32, strict=False) >= CENTURY_TURN
    return pl.when(turned).then(pl.lit("19") + short).otherwise(pl.lit("20") + short)


def _instant(groups: pl.Expr, pattern: str, day: pl.Expr) -> pl.Expr:
    """Instant of a written time; null where its hour, minute or zone is none."""

    def part(name: str) -> pl.Expr:
        if f"<{name}>" not in pattern:
            return pl.lit(0)
        return groups.struct.field(name).cast(pl.Int64, strict=False).fill_null(0)

    hour = part("hour")
    possible = hour <= 24
    if "<half>" in pattern:
        half = groups.struct.field("half").str.to_lowercase().str.starts_with("p")
        possible = hour.is_between(1, 12)
        hour = hour % 12 + pl.when(half).then(12).otherwise(0)
    zone = groups.struct.field("zone")
    ahead = zone.str.extract("^[+-]([0-9]{2})", 1).cast(pl.Int64).fill_null(0) * 60 + (
        zone.str.extract("^[+-][0-9]{2}:?([0-9]{2})$", 1).cast(pl.Int64).fill_null(0)
    )
    possible &= (part("minute") < 60) & (ahead <= 14 * 60)
    ahead = pl.when(zone.str.starts_with("-")).then(-ahead).otherwise(ahead)
    local = day.cast(pl.Datetime("us")) + pl.duration(hours=hour, minutes=part("minute") - ahead)
    return pl.when(possible).then(local).dt.replace_time_zone("UTC")


def _counted(text: pl.Expr, name: str, zone: str | None) -> pl.Expr:
    """Dates of numbers as text that count days, seconds or milliseconds from a day 0."""
    start, a_day = COUNTS[name]
    form = text.str.contains(pattern_of(name))
    number = pl.when(form).then(text).cast(pl.Float64, strict=False)
    days = (number / a_day).floor()
    if name == "excel":
        days = pl.when(days < EXCEL_LEAP).then(days + 1).when(days >= EXCEL_LEAP + 1).then(days)
        days = pl.when(number >= 1).then(days)
    if name == "unix" and zone is not None:
        instant = pl.when(number.abs() < LAST_DAY * DAY).then(number * 1_000_000)
        utc = instant.cast(pl.Int64).cast(pl.Datetime("us", "UTC"))
        return utc.dt.convert_time_zone(zone).dt.date()
    days = days + (start - _UNIX).days
    return pl.when(days.is_between(FIRST_DAY, LAST_DAY)).then(days).cast(pl.Int32).cast(pl.Date)
