"""Job `cohorts`: eligibility, timepoints and subgroups of a bucket of persons.

Eligibility needs the results of all panels, so that all are in memory: of each result what places
it and what is kept of it, with persons and markers by number (an Enum of their names in order).
"""

from collections.abc import Collection
from pathlib import Path

import polars as pl

from labcohort.cohorts.eligibility import judged, selection_flow
from labcohort.cohorts.subgroups import membership, sizes
from labcohort.cohorts.timepoints import (
    Calendar,
    calendar,
    chosen,
    dates_and_days,
    is_passed_over,
    visited,
)
from labcohort.ledger import balance, joined
from labcohort.study.names import is_selected_on_baseline
from schemas.cohort import Chosen, Dates, Flow, Membership, People
from schemas.frames import Model
from schemas.quality import NotChosen

LISTS = ("derived", "values", "members", "not_chosen")

KEPT = (
    *("person", "marker", "sample_date", "origin", "value", "category", "comparator", "flag"),
    *("range_low", "range_high", "source"),
)


def main(paths: dict, key: str, settings: dict) -> str:
    """Write who is eligible and in which cohort, chosen values, flow, sizes, the ledger's part."""
    visits, patients = settings["visits"], pl.read_parquet(paths["patients"])
    numbered = pl.Enum(patients.get_column("person").sort())
    patients = patients.with_columns(pl.col("person").cast(numbered))
    files = _by_panel(paths["derived"])
    panels = {panel: _read(path, numbered) for panel, path in files.items()}
    frames = [frame.lazy() for frame in panels.values()]
    when = calendar(frames, patients, visits, settings["exclude_limits"])
    del frames
    for panel in panels:
        # in its own place: no panel is in memory twice
        panels[panel] = when.placed(when.results(panels[panel].lazy()))
    dates = dates_and_days(panels.values(), visits)
    seen = visited(dates, visits)
    people = judged(patients, seen, settings["eligibility"])
    eligible = patients.join(people.filter(pl.col("failed").is_null()), on="person", how="semi")
    baseline = _baseline(panels.values(), when, settings["cohorts"])
    members = membership(settings["cohorts"], eligible, baseline, seen)
    _write(Dates, dates, paths["dates"])
    _write(People, people, paths["people"])
    _write_members(members, paths, settings)
    flow = Flow.validate(selection_flow(people, settings["eligibility"]), lazy=True)
    flow.write_csv(paths["flow"], separator="\t")
    values, not_chosen = _by_panel(paths["values"]), _by_panel(paths["not_chosen"])
    ledgers = []
    for panel, path in files.items():
        results = panels.pop(panel)
        if panel in values:
            _write(Chosen, _values(results, people, visits), values[panel])
        _not_chosen(path, results, eligible, when).write_parquet(not_chosen[panel])
        ledgers.append(_ledger(when, results, people))
    joined(ledgers).write_csv(paths["ledger"], separator="\t")
    return f"{eligible.height:,} of {patients.height:,} persons eligible"


def _by_panel(paths: list[str]) -> dict[str, str]:
    """…/{panel}/{bucket}.parquet by panel."""
    return {Path(path).parent.name: path for path in paths}


def _read(path: str, numbered: pl.Enum) -> pl.DataFrame:
    """What is kept of a panel's rows that have a value, by the persons' numbers."""
    rows = pl.scan_parquet(path).filter(pl.col("value").is_not_null()).select(KEPT).collect()
    markers = pl.Enum(rows.get_column("marker").unique().sort())
    return rows.with_columns(pl.col("person").cast(numbered), pl.col("marker").cast(markers))


def _baseline(
    panels: Collection[pl.DataFrame], when: Calendar, cohorts: list[dict]
) -> pl.DataFrame:
    """The baseline values of the markers on which cohorts are chosen."""
    selecting = [row["subject"] for row in cohorts if is_selected_on_baseline(row)]
    first = when.visits[0]["timepoint"]
    return pl.concat(
        chosen(
            frame.filter(pl.col("timepoint") == first, pl.col("marker").is_in(selecting)),
            when.visits,
        ).with_columns(pl.col("marker").cast(pl.String))
        for frame in panels
    )


def _write_members(members: pl.DataFrame, paths: dict, settings: dict) -> None:
    """Write who is in which cohort when, all and by panel, and how many."""
    _write(Membership, members, paths["membership"])
    for panel, path in _by_panel(paths["members"]).items():
        own = pl.col("cohort").is_in(settings["panels"][panel])
        _write(Membership, members.filter(own), path)
    counts = sizes(members, settings["cohorts"], settings["visits"])
    counts.write_csv(paths["sizes"], separator="\t")


def _values(results: pl.DataFrame, people: pl.DataFrame, visits: list[dict]) -> pl.DataFrame:
    """A panel's chosen values of the eligible, and of those who never came back: they are compared
    with those who did (attenders)."""
    left_out = people.filter(pl.col("failed").is_not_null() & ~pl.col("lacks_followup_only"))
    kept = ~pl.col("person").is_in(left_out.get_column("person").implode())
    columns = [name for name in Chosen.to_schema().columns if name in results.columns]
    own = results.select(*columns, pl.col("stands", "used") & kept)
    return chosen(own, visits)


def _not_chosen(
    path: str, results: pl.DataFrame, eligible: pl.DataFrame, when: Calendar
) -> pl.DataFrame:
    """The cells of the eligible that another one stands for; `path` has their places."""
    over = results.select(pl.col("person").filter(is_passed_over())).unique()
    # few, as a rule: what is kept of all results need not have the places
    names = over.join(eligible, on="person", how="semi").get_column("person").cast(pl.String)
    rows = pl.scan_parquet(path)
    rows = rows.filter(pl.col("person").is_in(names.implode())) if len(names) else rows.head(0)
    numbered = rows.with_columns(pl.col("person").cast(results.schema["person"]))
    found = when.not_chosen(when.placed(when.results(numbered)))
    return NotChosen.validate(found, lazy=True)


def _ledger(when: Calendar, results: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Every measured cell: of an ineligible person, out of the windows, or used."""
    columns = ("source", "person", "day", "comparator", "flag", "used")
    measured = results.filter(pl.col("origin") == "measured").select(columns)
    failed = people.filter(pl.col("failed").is_not_null()).select("person", "failed")
    ineligible = measured.join(failed, on="person").select(
        "source",
        fate=pl.lit("ineligible"),
        reason=pl.format("criterion {}", "failed"),
    )
    passed = measured.filter(~pl.col("person").is_in(failed.get_column("person").implode()))
    unused = when.fates(passed.filter(~pl.col("used")))
    return balance("cohorts", measured, [ineligible, unused], passed.filter("used"))


def _write(model: type[Model], frame: pl.DataFrame, path: str) -> None:
    """Write a frame in the columns of its model, numbers as the names that they stand for."""
    columns = list(model.to_schema().columns)
    texts = frame.select(columns).with_columns(pl.col(pl.Enum).cast(pl.String))
    model.validate(texts, lazy=True).write_parquet(path)
