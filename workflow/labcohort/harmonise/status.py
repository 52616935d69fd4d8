"""What a laboratory says of a result: preliminary, final, corrected, withdrawn; and when."""

import polars as pl

from labcohort.harmonise.date_formats import pattern_of
from labcohort.harmonise.date_inference import formats_of, texts_seen
from labcohort.harmonise.dates import COUNTS, DAY, parsed_date
from labcohort.harmonise.missing import is_missing

UNREAD = "unreadable_reported"


def with_status(cells: pl.DataFrame, how: dict) -> pl.DataFrame:
    """`cells` with status (null where the source sends none) and status_unknown.

    `how` has `status` (codes: text of the file -> meaning), where the source sends them. An empty
    status is none; a text that is no code is unknown.
    """
    text = pl.col("status_text").fill_null("").str.strip_chars()
    codes = how.get("status", {}).get("codes", {})
    status = text.replace_strict(codes, default=None, return_dtype=pl.String)
    return cells.with_columns(
        status=status,
        status_unknown=pl.lit("status" in how) & (text != "") & status.is_null(),
    )


def with_reported(cells: pl.DataFrame, how: dict, proved: dict[str, list[str]]) -> pl.DataFrame:
    """`cells` with reported, an ISO timestamp (in UTC where a zone is written), and
    reported_unread: a time is sent that cannot be read.

    `how` has `reported`, where the source sends it; `proved` are the formats that each file's own
    times prove, where none are declared (`proved_times`).
    """
    if "reported" not in how:
        return cells.with_columns(reported=pl.lit(None, pl.String), reported_unread=pl.lit(False))
    sent = _is_sent(how)
    cells = cells.with_columns(reported=pl.when(sent).then(_time(how, proved)))
    return cells.with_columns(reported_unread=sent & pl.col("reported").is_null())


def are_proved(how: dict) -> bool:
    """Whether the times of reports must themselves prove how they are written."""
    return "reported" in how and how["reported"].get("formats") is None


def times_seen(cells: pl.DataFrame, how: dict) -> pl.DataFrame:
    """The texts of report times that must prove a form: file, text, how many (n) and the first
    row; of sources that declare formats, or send none, nothing."""
    if not are_proved(how):
        cells = cells.clear()
    return texts_seen(cells.filter(_is_sent(how)), ["file"], "reported_text")


def proved_times(seen: pl.DataFrame, how: dict) -> dict[str, list[str]]:
    """The formats that the times of each file prove; UserError where they do not. `seen` is
    `times_seen`, of all the source's cells."""
    return {
        file: formats_of(part.drop("file"), how["reported"]["column"], file)
        for (file,), part in seen.sort("file").group_by("file", maintain_order=True)
    }


def _is_sent(how: dict) -> pl.Expr:
    return ~is_missing(pl.col("reported_text").str.strip_chars(), how.get("missing", []))


def _time(how: dict, proved: dict[str, list[str]]) -> pl.Expr:
    """ISO timestamp of the texts: texts that sort in their order and hold no other date than the
    one they begin with, which is shifted where dates are."""
    text = pl.col("reported_text").str.strip_chars()
    declared = how["reported"].get("formats")
    if declared is not None:
        return _in_formats(text, declared)
    files: dict[tuple[str, ...], list[str]] = {}
    for file, formats in proved.items():
        files.setdefault(tuple(formats), []).append(file)
    in_files = (
        pl.when(pl.col("file").is_in(own)).then(_in_formats(text, list(formats)))
        for formats, own in files.items()
    )
    return pl.coalesce(*in_files, pl.lit(None, pl.String))


def _in_formats(text: pl.Expr, formats: list[str]) -> pl.Expr:
    return pl.coalesce(_timestamp(text, date_format) for date_format in formats)


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
