"""Job `sensitivity`: planned comparisons under other equations, windows, rules and tests."""

from collections.abc import Iterator
from importlib import import_module
from itertools import groupby

import polars as pl

from labcohort.assess.grid import Grid, merged
from labcohort.assess.respecified import Respecified, respecified, sent_as_limits
from labcohort.assess.sensitivity import specifications, summary
from labcohort.buckets import by_bucket
from schemas.frames import checked
from schemas.sensitivity import Sensitivity, Specification

LISTS = ("values", "dates", "patients")


def main(paths: dict, key: str, settings: dict) -> str:
    """Write every specification and, one row a comparison, their shares; the line to report."""
    for module in settings["modules"]:
        import_module(module)
    found = _found(paths, settings) if settings["rows"] else {}
    cells = [cell for own, _ in found.values() for cell in own]
    shares = [share for _, share in found.values()]
    checked(Specification, cells).write_parquet(paths["specifications"])
    checked(Sensitivity, shares).write_parquet(paths["sensitivity"])
    return f"{len(cells):,} specifications of {len(shares):,} comparisons"


def _found(paths: dict, settings: dict) -> dict[int, tuple[list[dict], dict]]:
    """The specifications of each planned comparison, and their summary, in the plan's order.

    Comparisons of the same markers go through the buckets together: they share what is derived.
    """
    grid, limits = Grid(settings), sent_as_limits(pl.scan_parquet(paths["values"]))
    found = {}

    def markers(planned: tuple[int, dict]) -> list[str]:
        return grid.markers(planned[1])

    for _, together in groupby(sorted(enumerate(settings["rows"]), key=markers), markers):
        numbers, rows = zip(*together, strict=True)
        cells, skipped = zip(*(grid.cells(row, limits) for row in rows), strict=True)
        made = respecified(rows, cells, _buckets(paths, grid))
        for number, row, own, pairs, left in zip(numbers, rows, cells, made, skipped, strict=True):
            by_sampling = zip((each.sampling for each in own), pairs, strict=True)
            samples = merged(dict(by_sampling))
            tests = specifications(row, samples, settings["detection"])
            found[number] = (tests, summary(row, tests, left))
    return dict(sorted(found.items()))


def _buckets(paths: dict, grid: Grid) -> Iterator[Respecified]:
    """The data of each bucket of persons."""
    values, dates, patients = (by_bucket(paths[name]) for name in LISTS)
    for bucket, own in values.items():
        frames = (pl.read_parquet(files[bucket]) for files in (dates, patients))
        yield Respecified(pl.scan_parquet(own), *frames, grid)
