"""The windows of timepoints: which days of a person are of which visit."""

import polars as pl


def window(visit: dict) -> tuple[int, int]:
    """First and last day of a timepoint's window."""
    return visit["target_day"] - visit["before"], visit["target_day"] + visit["after"]


def is_in_window(visit: dict) -> pl.Expr:
    """Whether a day is in the window; false where there is none."""
    return pl.col("day").is_between(*window(visit)).fill_null(False)


def in_window(results: pl.DataFrame, visit: dict) -> pl.DataFrame:
    """The rows whose day is in the window."""
    return results.filter(is_in_window(visit))


def visited(results: pl.DataFrame, visits: list[dict]) -> pl.DataFrame:
    """Who has any result (person, day), be it a limit, in the window of which timepoint."""
    parts = [
        in_window(results, visit).select("person", timepoint=pl.lit(visit["timepoint"])).unique()
        for visit in visits
    ]
    return pl.concat(parts)
