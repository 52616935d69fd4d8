"""Job `harmonise`: a source's cells to values in canonical units."""

from pathlib import Path

import polars as pl

from labcohort.harmonise.cells import harmonise_cells
from labcohort.harmonise.claims import place_texts
from labcohort.ingest.date_shift import dates_of, shifted_as_told
from labcohort.json_files import write_json
from labcohort.ledger import balance
from labcohort.validate.profile import profile
from schemas.harmonised import Values
from schemas.quality import Quarantine

LISTS = ("values", "patients")


def main(paths: dict, key: str, settings: dict) -> str:
    """Write values, set-aside records, proposals and counts; the line to report."""
    cells = pl.read_parquet(paths["cells"])
    result = harmonise_cells(cells, settings, *_people(paths["patients"], settings))
    values = shifted_as_told(result.values, ["sample_date", "reported"], settings)
    values = Values.validate(values, lazy=True)
    quarantine = Quarantine.validate(result.quarantine, lazy=True)
    set_aside = quarantine.select("source", fate=pl.lit("set_aside"), reason=pl.col("rule"))
    ledger = balance("harmonise", cells, [result.unused, set_aside], values)
    panels = {row["marker"]: row["panel"] for row in settings["markers"]}
    panel = pl.col("marker").replace_strict(panels, return_dtype=pl.String)
    for path in paths["values"]:
        values.filter(panel == Path(path).stem).write_parquet(path)
    quarantine.write_parquet(paths["quarantine"])
    ledger.write_csv(paths["ledger"], separator="\t")
    _unbroken(result.proposals).write_csv(paths["proposals"], separator="\t", quote_style="never")
    write_json(paths["profile"], profile(result, settings))
    return f"{values.height:,} values, {quarantine.height:,} set aside"


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
