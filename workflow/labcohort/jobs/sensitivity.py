"""Job `sensitivity`: planned comparisons under other equations, windows, rules and tests."""

from importlib import import_module

import polars as pl

from labcohort.assess.respecified import Respecified
from labcohort.assess.sensitivity import specifications, summary
from schemas.frames import checked
from schemas.sensitivity import Sensitivity, Specification

LISTS = ("values",)


def main(paths: dict, key: str, settings: dict) -> str:
    """Write every specification and, one row a comparison, their shares; the line to report."""
    for module in settings["modules"]:
        import_module(module)
    values = [pl.scan_parquet(path) for path in paths["values"]]
    dates, patients = (pl.read_parquet(paths[name]) for name in ("dates", "patients"))
    study = Respecified(values, dates, patients, settings)
    cells, shares = [], []
    for row in settings["rows"]:
        samples, skipped = study.samples(row)
        own = specifications(row, samples, settings["detection"])
        cells += own
        shares.append(summary(row, own, skipped))
    checked(Specification, cells).write_parquet(paths["specifications"])
    checked(Sensitivity, shares).write_parquet(paths["sensitivity"])
    return f"{len(cells):,} specifications of {len(shares):,} comparisons"
