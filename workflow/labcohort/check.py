"""Check a study without running it: schemas, names, and what the raw files' first rows say."""

import sys
from pathlib import Path

from labcohort.errors import UserError
from labcohort.memory import Memory
from labcohort.provenance import Code


def check(directory: Path, home: Path) -> int:
    """Print what is wrong, or that nothing is; exit code 1 or 0."""
    from labcohort.study.load import load_study

    memory = Memory(directory / ".snakemake" / "labcohort.json")
    try:
        study = load_study(directory, home, memory, Code(home, memory))
        patients = _check_source(study, study.patients_source, directory, None)
        for name in study.result_sources:
            _check_source(study, name, directory, patients)
    except UserError as error:
        print(f"labcohort: {error}", file=sys.stderr)
        return 1
    sources = ", ".join(study.result_sources)
    planned = len(study.tables["plan"])
    name = study.config["study"]
    print(f"{name}: the configuration is valid ({sources}; {planned} rows planned)")
    for line in study.replaced:
        print(f"  {line}")
    return 0


def _check_source(study, name: str, directory: Path, patients: tuple | None) -> tuple | None:
    """Read the first batch of each raw file (of one that is not large: all of it).

    `patients` are the patient table and its places, which are returned where `name` is theirs.
    """
    from labcohort import settings
    from labcohort.harmonise.cells import harmonise_cells
    from labcohort.harmonise.claims import place_texts
    from labcohort.harmonise.patients import harmonise_patients
    from labcohort.quarantine import check_ceiling
    from labcohort.study.raw import raw_files

    how = settings.ingest(study, name, dict.fromkeys(raw_files(study, name, directory), ""), "")
    cells, whole = _first_cells(how, name, directory)
    # shares are of a whole source: where there are more rows, they may bring them down
    ceiling = study.config["ceiling"] if whole else 1.0
    if how["content"] == "patients":
        found = harmonise_patients(cells, settings.patients(study, ""))
        _check_attributes(cells, found.quarantine, ceiling, name)
        return found.people, place_texts(found.places)
    told = settings.harmonise(study, name, "")
    people = patients if settings.needs_patients(study, name) else ()
    result = harmonise_cells(cells, told, *people)
    check_ceiling(result.quarantine, cells.height - result.unused.height, ceiling, name)
    return None


def _check_attributes(cells, quarantine, ceiling: float, source: str) -> None:
    """Stop where more than the share `ceiling` of the filled cells of a column is set aside."""
    import polars as pl

    from labcohort.harmonise.identity import IDENTITY_RULES
    from labcohort.quarantine import check_ceiling

    # who is who is a matter of persons, not of what a column holds
    quarantine = quarantine.filter(~pl.col("rule").is_in(IDENTITY_RULES))
    for column in sorted(quarantine.get_column("column").unique()):
        filled = cells.filter((pl.col("column") == column) & (pl.col("value_text") != ""))
        bad = quarantine.filter(pl.col("column") == column)
        check_ceiling(bad, filled.height, ceiling, f"{source}, column '{column}'")


def _first_cells(how: dict, name: str, directory: Path):
    """The cells of each file's first batch, and whether they are all of the source's."""
    import polars as pl

    from labcohort.ingest.key import read_key
    from labcohort.ingest.layouts import no_data
    from labcohort.ingest.pseudonym import Pseudonyms
    from labcohort.ingest.source import parts_of

    pseudonyms = Pseudonyms(read_key(how["privacy"], directory), how["person"])
    first, whole = [], True
    for part in parts_of(how, name, directory, pseudonyms):
        batches = part.cells()
        first += [cells for cells in [next(batches, None)] if cells is not None]
        whole = whole and next(batches, None) is None
        part.check()
    if not first:
        raise no_data(how["file"])
    return pl.concat(first), whole
