"""Job `harmonise`: the cells of a bucket of persons to values in canonical units."""

import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from labcohort.artefacts import write_parquet
from labcohort.harmonise.cells import harmonise_cells
from labcohort.harmonise.claims import place_texts
from labcohort.harmonise.kinds import read_lean
from labcohort.harmonise.known import Survey
from labcohort.ingest.date_shift import dates_of, shifted_as_told
from labcohort.ledger import balance
from labcohort.validate.profile import counted
from schemas.harmonised import Values
from schemas.quality import Quarantine

LISTS = ("values", "patients")


def main(paths: dict, key: str, settings: dict) -> str:
    """Write values, set-aside records, proposals and counts; the line to report."""
    known = _survey(paths)
    people = _people(paths["patients"], settings)
    result = harmonise_cells(read_lean([paths["cells"]]), settings, *people, known=known)
    values = shifted_as_told(result.values, ["sample_date", "reported"], settings)
    values = Values.validate(values, lazy=True)
    quarantine = Quarantine.validate(result.quarantine, lazy=True)
    set_aside = quarantine.select("source", fate=pl.lit("set_aside"), reason=pl.col("rule"))
    entered = pl.scan_parquet(paths["cells"]).select(pl.len()).collect().item()
    fates = [result.unused, set_aside]
    ledger = balance("harmonise", _sum(key, entered), fates, _sum(key, values.height))
    panels = {row["marker"]: row["panel"] for row in settings["markers"]}
    own = dict(_of_panels(values, panels))
    for path in map(Path, paths["values"]):
        write_parquet(own.get(path.parent.name, values.clear()), path)
    quarantine.write_parquet(paths["quarantine"])
    ledger.write_csv(paths["ledger"], separator="\t")
    _unbroken(result.proposals).write_csv(paths["proposals"], separator="\t", quote_style="never")
    counts = json.dumps(counted(result, settings), ensure_ascii=False, allow_nan=False)
    Path(paths["profile"]).write_text(counts, encoding="utf-8")
    return f"{values.height:,} values, {quarantine.height:,} set aside"


def _sum(source: str, cells: int) -> pl.DataFrame:
    """So many cells of a source, as `balance` takes them."""
    return pl.DataFrame({"source": [source] * (cells > 0), "cells": [cells] * (cells > 0)})


def _survey(paths: dict) -> Survey | None:
    """The survey of the source; None where the bucket is all of it."""
    if "survey" not in paths:
        return None
    return Survey.of_json(json.loads(Path(paths["survey"]).read_text("utf-8")))


def _of_panels(values: pl.DataFrame, panels: dict[str, str]) -> Iterator[tuple[str, pl.DataFrame]]:
    """Each panel that has values, and these; `values` are in the order of their markers."""
    sizes = dict(values.group_by("marker", maintain_order=True).len().iter_rows())
    parts: dict[str, list[pl.DataFrame]] = {}
    start = 0
    for marker, size in sizes.items():
        parts.setdefault(panels[marker], []).append(values.slice(start, size))
        start += size
    for panel, own in parts.items():
        yield panel, pl.concat(own)


def _unbroken(table: pl.DataFrame) -> pl.DataFrame:
    """The table with a blank for each tab or line break, which would break a row of TSV."""
    return table.with_columns(pl.col(pl.String).str.replace_all(r"[\p{Cc}\p{Zl}\p{Zp}]+", " "))


def _people(paths: list[str], settings: dict) -> list[pl.DataFrame]:
    """The patients, with their true dates, and where each stands; none where no rule needs them."""
    if not paths:
        return []
    people, places = map(pl.read_parquet, paths)
    people = shifted_as_told(people, dates_of(people), settings, back=True)
    return [people, place_texts(places)]
