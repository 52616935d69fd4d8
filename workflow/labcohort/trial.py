"""What a run would set aside of the rows that a check has read, the sources held together."""

from typing import NamedTuple

import polars as pl


class Read(NamedTuple):
    """A source's first rows as its job takes them: `found` is `harmonise.patients.People` or
    `harmonise.cells.Harmonised`, of `tried` filled cells; `whole` where no row was left."""

    found: object
    tried: int
    whole: bool


def set_aside_of(study, patients: Read, sources: dict[str, Read]) -> dict[str, pl.DataFrame]:
    """Records (labcohort.quarantine) of each source, that of the patients included.

    Of a patient table that was not read to its end nobody is held to be unknown.
    """
    found = {study.patients_source: patients.found.quarantine}
    found |= {name: read.found.quarantine for name, read in sources.items()}
    if not patients.whole:
        return found
    late = _set_aside_in_panels(study, patients, sources)
    return {
        name: pl.concat([records, late.filter(pl.col("source") == name)])
        for name, records in found.items()
    }


def _set_aside_in_panels(study, patients: Read, sources: dict[str, Read]) -> pl.DataFrame:
    """What the job `derive` sets aside: results of nobody, from before birth, contradictory."""
    from labcohort import settings
    from labcohort.derive.panel import derive_panel
    from labcohort.harmonise.patients import set_aside_persons

    people = patients.found.people
    lost = set_aside_persons(people, patients.found.quarantine)
    values = pl.concat(read.found.values for read in sources.values())
    records = [patients.found.quarantine.clear()]
    for panel in settings.panels(study):
        how = settings.derive(study, panel)
        own = values.filter(pl.col("marker").is_in(how["measured"]))
        # formulas set nothing aside
        how |= {"derived": [], "methods": {}, "limits": {}, "input_days": {}}
        if own.height:
            records.append(derive_panel(own, people, how, lost).quarantine)
    return pl.concat(records)


def in_words(study, name: str, read: Read, records: pl.DataFrame) -> list[str]:
    """What would be set aside of a source, in lines: counts by rule, and no id."""
    texts = {row["rule"]: row["text"] for row in study.tables["rules"]}
    counts = records.group_by("rule").len().sort("len", "rule", descending=[True, False])
    if not counts.height:
        return []
    rows = "" if read.whole else ", its first rows"
    return [
        f"{name}{rows}: {records.height:,} of {read.tried:,} values would be set aside",
        *(f"  {n:,} {rule}: {texts.get(rule, 'see its row')}" for rule, n in counts.iter_rows()),
    ]
