"""What a laboratory says of a result: preliminary, final, corrected, cancelled; and when."""

import polars as pl

from labcohort.harmonise.date_formats import pattern_of
from labcohort.harmonise.dates import COUNTS, DAY, parsed_date


def with_status(cells: pl.DataFrame, how: dict) -> pl.DataFrame:
    """`cells` with status (null where the source sends none), status_unknown and reported.

    `how` has `status` (codes: text of the file -> meaning) and `reported`, where the source sends
    them. An empty status is none; a text that is no code is unknown. `reported` is an ISO
    timestamp (in UTC where a zone is written), or the text itself where no `formats` are declared.
    """
    text = pl.col("status_text").fill_null("").str.strip_chars()
    codes = how.get("status", {}).get("codes", {})
    status = text.replace_strict(codes, default=None, return_dtype=pl.String)
    reported = pl.col("reported_text").str.strip_chars()
    reported = pl.when(reported != "").then(reported)
    return cells.with_columns(
        status=status,
        status_unknown=pl.lit("status" in how) & (text != "") & status.is_null(),
        reported=_ordered(reported, how.get("reported", {}).get("formats")),
    )


def _ordered(reported: pl.Expr, formats: list[str] | None) -> pl.Expr:
    """Times as texts that sort in their order and hold no other date than the one they begin with,
    which is shifted where dates are."""
    if formats is None:
        return reported
    return pl.coalesce(_timestamp(reported, date_format) for date_format in formats)


def _timestamp(text: pl.Expr, date_format: str) -> pl.Expr:
    """ISO timestamp of a text in the format; null where it is in another, or is no time."""
    if date_format in COUNTS:
        days = text.cast(pl.Float64, strict=False) / COUNTS[date_format][1]
        seconds, fraction = ((days - days.floor()) * DAY).round().cast(pl.Int64), pl.lit("")
    else:
        seconds, fraction = _seconds(text, pattern_of(date_format))
    time = parsed_date(text, [date_format]).cast(pl.Datetime("us")) + pl.duration(seconds=seconds)
    return time.dt.to_string("%Y-%m-%dT%H:%M:%S") + fraction


def _seconds(text: pl.Expr, pattern: str) -> tuple[pl.Expr, pl.Expr]:
    """Seconds from midnight (in UTC, where a zone is written), and the fraction as `.f`."""
    groups = text.str.extract_groups(pattern)

    def part(name: str) -> pl.Expr:
        has = f"<{name}>" in pattern
        return groups.struct.field(name).fill_null("") if has else pl.lit("")

    hour, minute, second = (
        part(name).cast(pl.Int64, strict=False).fill_null(0)
        for name in ("hour", "minute", "second")
    )
    possible = (hour <= 24) & (minute < 60) & (second <= 60)
    if "<half>" in pattern:
        afternoon = part("half").str.to_lowercase().str.starts_with("p")
        hour = hour % 12 + pl.when(afternoon).then(12).otherwise(0)
    zone = part("zone")
    ahead = zone.str.extract("^[+-]([0-9]{2})", 1).cast(pl.Int64).fill_null(0) * 60 + (
        zone.str.extract("^[+-][0-9]{2}:?([0-9]{2})$", 1).cast(pl.Int64).fill_null(0)
    )
    ahead = pl.when(zone.str.starts_with("-")).then(-ahead).otherwise(ahead)
    seconds = hour * 3600 + (minute - ahead) * 60 + second
    fraction = part("fraction")
    return (
        pl.when(possible).then(seconds),
        pl.when(fraction != "").then(pl.lit(".") + fraction).otherwise(pl.lit("")),
    )
