"""Job `patients`: the patient table's cells to typed attributes, one row a person."""

from labcohort.buckets import bucket_of
from labcohort.harmonise.kinds import read_lean
from labcohort.harmonise.patients import harmonise_patients, set_aside_persons
from labcohort.ingest.date_shift import dates_of, shifted_as_told
from labcohort.json_files import write_json
from labcohort.validate.profile import profile_patients
from schemas.harmonised import Patients
from schemas.quality import Quarantine

LISTS = ("cells", "patients")


def main(paths: dict, key: str, settings: dict) -> str:
    """Write the patients, their places, set-aside records and counts; the line to report."""
    cells = read_lean(paths["cells"])
    found = harmonise_patients(cells, settings)
    people = shifted_as_told(found.people, dates_of(found.people), settings)
    people = Patients.validate(people, lazy=True)
    quarantine = Quarantine.validate(found.quarantine, lazy=True)
    bucket = bucket_of(people.get_column("person"), len(paths["patients"]))
    for number, path in enumerate(paths["patients"]):
        people.filter(bucket == number).write_parquet(path)
    found.places.write_parquet(paths["places"])
    quarantine.write_parquet(paths["quarantine"])
    set_aside_persons(people, quarantine).write_parquet(paths["set_aside"])
    write_json(paths["profile"], profile_patients(cells, quarantine, settings))
    return f"{people.height:,} persons, {quarantine.height:,} attributes set aside"
