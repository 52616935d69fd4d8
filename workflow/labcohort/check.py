"""Check a study without running it: schemas, names, and what the raw files' first rows say."""

import sys
from pathlib import Path

from labcohort.errors import UserError
from labcohort.memory import Memory
from labcohort.provenance import Code
from labcohort.trial import Read
from labcohort.validate.rules import UNDER_THE_CEILING, judge


def check(directory: Path, home: Path) -> int:
    """Print what is wrong, or that nothing is; exit code 1 or 0."""
    from labcohort.study.load import load_study

    memory = Memory(directory / ".snakemake" / "labcohort.json")
    try:
        study = load_study(directory, home, memory, Code(home, memory))
        _check_corrections(study, directory, memory)
        patients = _check_source(study, study.patients_source, directory, None)
        read = {}
        for name in study.result_sources:
            read[name] = _check_source(study, name, directory, patients)
            _check_previous(study, name, directory)
        lines = [*_check_together(study, patients, read), *_left_out(study)]
    except UserError as error:
        print(f"labcohort: {error}", file=sys.stderr)
        return 1
    sources = ", ".join(study.result_sources)
    planned = len(study.tables["plan"])
    name = study.config["study"]
    print(f"{name}: the configuration is valid ({sources}; {planned} rows planned)")
    for line in [*study.replaced, *lines]:
        print(f"  {line}")
    return 0


def _check_corrections(study, directory: Path, memory: Memory) -> None:
    from labcohort.study.raw import check_corrected, raw_digests

    sources = sorted({row["source"] for row in study.tables["corrections"]})
    check_corrected(study, {name: raw_digests(study, name, directory, memory) for name in sources})


def _check_source(study, name: str, directory: Path, patients: Read | None) -> Read:
    """Read the first batch of each raw file (of one that is not large: all of it).

    `patients` is what was read of the patient table, None where `name` is that.
    """
    import polars as pl

    from labcohort import settings
    from labcohort.harmonise.cells import harmonise_cells
    from labcohort.harmonise.claims import place_texts
    from labcohort.harmonise.patients import harmonise_patients
    from labcohort.quarantine import check_ceiling
    from labcohort.study.raw import raw_files
    from labcohort.validate.counts import as_bad

    how = settings.ingest(study, name, dict.fromkeys(raw_files(study, name, directory), ""), "")
    how["names_of_markers"] = settings.names_of_markers(study)
    cells, whole = _first_cells(how, name, directory)
    rules = settings.judged_rules(study)
    do = {rule["rule"]: rule["do"] for rule in rules}
    # shares are of a whole source: where there are more rows, they may bring them down
    ceilings = [_ceiling(rules, rule, name) if whole else 1.0 for rule in UNDER_THE_CEILING]
    of_results, of_attributes = ceilings
    if how["content"] == "patients":
        told = settings.patients(study, "")
        found = harmonise_patients(cells, told)
        _check_attributes(cells, found.quarantine, told, of_attributes, name, do)
        return Read(found, cells.filter(pl.col("value_text") != "").height, whole)
    told = settings.harmonise(study, name, "")
    if not whole:
        # a correction may be of a row that was not read
        told["corrections"] = []
    people = [patients.found.people, place_texts(patients.found.places)]
    people = people if settings.needs_patients(study, name) else []
    result = harmonise_cells(cells, told, *people)
    tried = cells.height - result.unused.height
    seen = _seen(result.aside, "date_text", told["dates"].get("formats", []), told)
    check_ceiling(as_bad(result.quarantine, rules), tried, of_results, name, do, seen)
    return Read(result, tried, whole)


def _check_previous(study, name: str, directory: Path) -> None:
    """Read the first batch of a source's previous delivery, which has the same columns."""
    from labcohort import settings
    from labcohort.study.raw import raw_files

    if "previous" in study.sources[name]:
        raw = dict.fromkeys(raw_files(study, name, directory, "previous"), "")
        _first_cells(settings.delivery(study, name, raw, ""), name, directory)


def _check_together(study, patients: Read, read: dict[str, Read]) -> list[str]:
    """What would be set aside of each source, in lines; stop where it is more than its ceiling."""
    from labcohort import settings
    from labcohort.quarantine import check_ceiling
    from labcohort.trial import in_words, set_aside_of
    from labcohort.validate.counts import as_bad

    rules = settings.judged_rules(study)
    do, lines = {rule["rule"]: rule["do"] for rule in rules}, []
    known = {study.patients_source: patients, **read}
    for name, records in set_aside_of(study, patients, read).items():
        of = known[name]
        if name in read and of.whole:
            ceiling = _ceiling(rules, "set_aside_share", name)
            check_ceiling(as_bad(records, rules), of.tried, ceiling, name, do)
        lines += in_words(study, name, of, records)
    return lines


def _left_out(study) -> list[str]:
    """Columns that a mapping passes over and that have the name of a marker."""
    from labcohort.settings.marker_names import left_out

    return [
        f"{row['source']}: '{row['column']}' under {row['under']} is a name of {row['marker']}"
        for row in left_out(study)
    ]


def _ceiling(rules: list[dict], name: str, source: str) -> float:
    """The share above which a rule stops a run of the study."""
    own = judge(next(rule for rule in rules if rule["rule"] == name), source)
    return (own["threshold"] or 0.0) if own["severity"] == "critical" else 1.0


def _seen(bad, date_column: str, formats: list[str], how: dict) -> dict[str, str]:
    """How dates and numbers that could not be read are written, by the rule that they broke."""
    import polars as pl

    from labcohort.harmonise.seen_forms import seen_dates, seen_numbers

    dates = bad.filter(pl.col("rule") == "undeclared_date_format").get_column(date_column)
    texts = bad.filter(pl.col("rule") == "unparseable_value").get_column("value_text")
    found = {}
    if dates.len():
        found["undeclared_date_format"] = seen_dates(dates, formats)
    if texts.len():
        seen = seen_numbers(texts, how["decimal"], how.get("thousands"))
        found["unparseable_value"] = seen
    return found


def _check_attributes(cells, quarantine, how: dict, ceiling: float, source: str, do: dict) -> None:
    """Stop where more than the share `ceiling` of the filled cells of a column is set aside."""
    import polars as pl

    from labcohort.harmonise.identity import IDENTITY_RULES
    from labcohort.quarantine import check_ceiling

    formats = {of["column"]: of["dates"] for of in how["attributes"].values() if "dates" in of}
    # who is who is a matter of persons, not of what a column holds
    quarantine = quarantine.filter(~pl.col("rule").is_in(IDENTITY_RULES))
    for column in sorted(quarantine.get_column("column").unique()):
        filled = cells.filter((pl.col("column") == column) & (pl.col("value_text") != ""))
        bad = quarantine.filter(pl.col("column") == column)
        texts = bad.rename({"raw_value": "value_text"})
        seen = _seen(texts, "value_text", formats.get(column, []), how)
        check_ceiling(bad, filled.height, ceiling, f"{source}, column '{column}'", do, seen)


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
