"""Job `cohorts`: eligibility, timepoints and subgroups.

Two passes over the panels, one panel in memory at a time: who has results when and what they
were at baseline; then, with eligibility known, each panel's chosen values and fates.
"""

from pathlib import Path

import polars as pl

from labcohort.cohorts.eligibility import judged, selection_flow
from labcohort.cohorts.subgroups import membership, sizes
from labcohort.cohorts.timepoints import Calendar, calendar, visited
from labcohort.ledger import balance, joined
from labcohort.study.names import is_selected_on_baseline
from schemas.cohort import Chosen, Dates, Flow, Membership, People
from schemas.quality import NotChosen

LISTS = ("derived", "values", "members", "not_chosen")


def main(paths: dict, key: str, settings: dict) -> str:
    """Write who is eligible and in which cohort, chosen values, flow, sizes, the ledger's part."""
    visits, patients = settings["visits"], pl.read_parquet(paths["patients"])
    panels = {Path(path).stem: pl.scan_parquet(path) for path in paths["derived"]}
    when = calendar(list(panels.values()), patients, visits, settings["exclude_limits"])
    seen, baseline = _seen(panels, when, settings["cohorts"])
    people = judged(patients, seen, settings["eligibility"])
    flow = Flow.validate(selection_flow(people, settings["eligibility"]), lazy=True)
    eligible = patients.join(people.filter(pl.col("failed").is_null()), on="person", how="semi")
    members = membership(settings["cohorts"], eligible, baseline, seen)
    Membership.validate(members, lazy=True).write_parquet(paths["membership"])
    People.validate(people, lazy=True).write_parquet(paths["people"])
    _dates(panels).write_parquet(paths["dates"])
    flow.write_csv(paths["flow"], separator="\t")
    sizes(members, settings["cohorts"], visits).write_csv(paths["sizes"], separator="\t")
    ledgers = [
        _panel(panel, panels[panel], when, people, members, paths, settings) for panel in panels
    ]
    joined(ledgers).write_csv(paths["ledger"], separator="\t")
    return f"{eligible.height:,} of {patients.height:,} persons eligible"


def _dates(panels: dict[str, pl.LazyFrame]) -> pl.DataFrame:
    """When anybody has a value of which marker, of all panels."""
    columns = list(Dates.to_schema().columns)
    some = [f.filter(pl.col("value").is_not_null()).select(columns) for f in panels.values()]
    return Dates.validate(pl.concat(some).collect().sort(columns), lazy=True)


def _seen(
    panels: dict[str, pl.LazyFrame], when: Calendar, cohorts: list[dict]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Who has any result at which timepoint, and the baseline of the markers that form cohorts."""
    selecting = [row["subject"] for row in cohorts if is_selected_on_baseline(row)]
    seen, baseline = [], []
    for frame in panels.values():
        results = when.results(frame)
        chosen = when.chosen(results)
        seen.append(visited(results, when.visits))
        first = pl.col("timepoint") == when.visits[0]["timepoint"]
        baseline.append(chosen.filter(first, pl.col("marker").is_in(selecting)))
    return pl.concat(seen).unique(), pl.concat(baseline)


def _panel(
    panel: str,
    frame: pl.LazyFrame,
    when: Calendar,
    people: pl.DataFrame,
    members: pl.DataFrame,
    paths: dict,
    settings: dict,
) -> pl.DataFrame:
    """Write a panel's chosen values and the members of its cohorts; its part of the ledger."""
    results = when.results(frame)
    chosen = when.chosen(results)
    passed = results.join(people.filter(pl.col("failed").is_null()), on="person", how="semi")
    lost = NotChosen.validate(when.not_chosen(passed, chosen), lazy=True)
    lost.write_parquet(_path(paths["not_chosen"], panel))
    if panel in settings["panels"]:
        # those who never came back are compared with those who did (attenders)
        kept = people.filter(pl.col("failed").is_null() | pl.col("lacks_followup_only"))
        own = chosen.join(kept, on="person", how="semi").select(list(Chosen.to_schema().columns))
        own = Chosen.validate(own, lazy=True).sort("marker", "timepoint", "person")
        own.write_parquet(_path(paths["values"], panel))
        listed = members.filter(pl.col("cohort").is_in(settings["panels"][panel]))
        listed.write_parquet(_path(paths["members"], panel))
    measured = results.filter(pl.col("origin") == "measured")
    return _ledger(when.fates(measured, chosen), people)


def _path(paths: list[str], panel: str) -> str:
    return next(path for path in paths if Path(path).stem == panel)


def _ledger(measured: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Every measured cell: of an ineligible person, out of the windows, or used."""
    cells = measured.select("source", "person", "fate", "reason").join(people, on="person")
    failed = cells.filter(pl.col("failed").is_not_null())
    ineligible = failed.select(
        "source",
        fate=pl.lit("ineligible"),
        reason=pl.format("criterion {}", "failed"),
    )
    passed = cells.filter(pl.col("failed").is_null())
    unused = passed.filter(pl.col("fate").is_not_null()).select("source", "fate", "reason")
    used = passed.filter(pl.col("fate").is_null())
    return balance("cohorts", measured, [ineligible, unused], used)
