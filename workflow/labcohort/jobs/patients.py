"""Job `patients`: the patient table's cells to typed attributes, one row a person."""

import json
from pathlib import Path

import polars as pl

from labcohort.harmonise.patients import harmonise_patients
from labcohort.ingest.date_shift import shifted
from labcohort.ingest.key import read_key
from labcohort.validate.profile import profile_patients
from schemas.harmonised import Patients
from schemas.quality import Quarantine


def main(paths: dict, key: str, settings: dict) -> str:
    """Write the patients, their places, set-aside records and counts; the line to report."""
    cells = pl.read_parquet(paths["cells"])
    found = harmonise_patients(cells, settings)
    people = Patients.validate(_shifted(found.people, settings), lazy=True)
    quarantine = Quarantine.validate(found.quarantine, lazy=True)
    people.write_parquet(paths["patients"])
    found.places.write_parquet(paths["places"])
    quarantine.write_parquet(paths["quarantine"])
    _set_aside(people, quarantine).write_parquet(paths["set_aside"])
    counts = profile_patients(cells, quarantine, settings)
    Path(paths["profile"]).write_text(json.dumps(counts, ensure_ascii=False, indent=1) + "\n")
    return f"{people.height:,} persons, {quarantine.height:,} attributes set aside"


def _set_aside(people: pl.DataFrame, quarantine: pl.DataFrame) -> pl.DataFrame:
    """Persons of the table who cannot be used, and by which rule: columns person, rule."""
    # a column of their own: the places in the records would rerun what knows no places
    others = quarantine.drop_nulls("person").join(people, on="person", how="anti")
    return others.select("person", "rule").unique().sort("person", "rule")


def _shifted(people: pl.DataFrame, settings: dict) -> pl.DataFrame:
    """The patients with their dates shifted, where the study shifts dates."""
    if "privacy" not in settings:
        return people
    dates = [name for name, kind in people.schema.items() if kind == pl.Date]
    key = read_key(settings["privacy"], Path())
    return shifted(people, dates, key, settings["privacy"]["shift_days"])
