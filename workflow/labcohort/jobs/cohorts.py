"""Job `cohorts`: eligibility, timepoints and subgroups of a bucket of persons.

Eligibility needs the results of all panels, so that all are in memory: of each result what places
it, with persons and markers by number (an Enum of their names in order). The rest of a panel's
results is read when its turn comes.
"""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from labcohort.artefacts import write_parquet
from labcohort.cohorts.eligibility import judged, selection_flow
from labcohort.cohorts.fates import is_passed_over
from labcohort.cohorts.placing import chosen
from labcohort.cohorts.subgroups import membership, sizes
from labcohort.cohorts.timepoints import Calendar, calendar, dates_and_days
from labcohort.cohorts.windows import visited
from labcohort.keys import numbered
from labcohort.ledger import balance, joined
from labcohort.study.names import is_selected_on_baseline
from schemas.cohort import Chosen, Dates, Flow, Membership, People
from schemas.frames import Model
from schemas.quality import NotChosen

LISTS = ("derived", "values", "members", "not_chosen")

# of a result: what places it, where limits are excluded too; and what else is kept of it
PLACING = ("person", "marker", "sample_date", "value")
LIMIT = ("comparator", "flag")
KEPT = ("origin", "category", *LIMIT, "range_low", "range_high", "source")

# of the value at baseline, what persons are chosen by
SELECTING = {"marker": pl.String, "value": pl.Float64, "category": pl.String}


def main(paths: dict, key: str, settings: dict) -> str:
    """Write who is eligible and in which cohort, chosen values, flow, sizes, the ledger's part."""
    visits, patients = settings["visits"], pl.read_parquet(paths["patients"])
    persons = pl.Enum(patients.get_column("person").sort())
    patients = patients.with_columns(pl.col("person").cast(persons))
    files = _by_panel(paths["derived"])
    placing = PLACING + (LIMIT if settings["exclude_limits"] else ())
    panels = {panel: _by_number(_read(path, placing), persons) for panel, path in files.items()}
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
    baseline = _baseline(panels, files, when, settings["cohorts"])
    members = membership(settings["cohorts"], eligible, baseline, seen)
    _write(Dates, dates, paths["dates"])
    _write(People, people, paths["people"])
    _write_members(members, paths, settings)
    flow = Flow.validate(selection_flow(people, settings["eligibility"]), lazy=True)
    flow.write_csv(paths["flow"], separator="\t")
    values, not_chosen = _by_panel(paths["values"]), _by_panel(paths["not_chosen"])
    ledgers = []
    for panel, path in files.items():
        results = _whole(panels.pop(panel), path)
        if panel in values:
            _write(Chosen, _values(results, people, visits), values[panel])
        _not_chosen(path, results, eligible, when).write_parquet(not_chosen[panel])
        ledgers.append(_ledger(when, results, people))
    joined(ledgers).write_csv(paths["ledger"], separator="\t")
    return f"{eligible.height:,} of {patients.height:,} persons eligible"


def _by_panel(paths: list[str]) -> dict[str, str]:
    """…/{panel}/{bucket}.parquet by panel."""
    return {Path(path).parent.name: path for path in paths}


def _read(path: str, columns: Sequence[str]) -> pl.DataFrame:
    """These columns of a panel's rows that have a value, in the file's order."""
    return pl.scan_parquet(path).filter(pl.col("value").is_not_null()).select(columns).collect()


def _by_number(rows: pl.DataFrame, persons: pl.Enum) -> pl.DataFrame:
    """A panel's rows with persons and markers by number."""
    marker = numbered(rows.get_column("marker"))
    return rows.with_columns(pl.col("person").cast(persons), marker)


def _whole(placed: pl.DataFrame, path: str) -> pl.DataFrame:
    """A panel's placed results with all that is kept of them."""
    return placed.hstack(_read(path, [name for name in KEPT if name not in placed.columns]))


def _baseline(
    panels: dict[str, pl.DataFrame], files: dict[str, str], when: Calendar, cohorts: list[dict]
) -> pl.DataFrame:
    """The baseline values of the markers on which cohorts are chosen."""
    selecting = {row["subject"] for row in cohorts if is_selected_on_baseline(row)}
    person = {"person": when.anchors.schema["person"]}
    parts = [pl.DataFrame(schema=person | SELECTING)]
    for panel, placed in panels.items():
        markers = selecting & set(placed.schema["marker"].categories)
        if markers:
            first = pl.col("timepoint") == when.visits[0]["timepoint"]
            own = _whole(placed, files[panel]).filter(first, pl.col("marker").is_in(markers))
            found = chosen(own, when.visits).with_columns(pl.col("marker").cast(pl.String))
            parts.append(found.select(*person, *SELECTING))
    return pl.concat(parts)


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
    kept = _of_each(results, people, pl.col("failed").is_null() | pl.col("lacks_followup_only"))
    columns = [name for name in Chosen.to_schema().columns if name in results.columns]
    own = results.select(*columns, results["stands"] & kept, results["used"] & kept)
    return chosen(own, visits)


def _of_each(results: pl.DataFrame, people: pl.DataFrame, what: pl.Expr) -> pl.Series:
    """What is said of the person of each result; `people` come in the order of their numbers."""
    return people.select(what).to_series().gather(results.get_column("person").to_physical())


def _not_chosen(
    path: str, results: pl.DataFrame, eligible: pl.DataFrame, when: Calendar
) -> pl.DataFrame:
    """The cells of the eligible that another one stands for; `path` has their places."""
    over = results.select(pl.col("person").filter(is_passed_over())).unique()
    # few, as a rule: what is kept of all results need not have the places
    names = over.join(eligible, on="person", how="semi").get_column("person").cast(pl.String)
    rows = pl.scan_parquet(path)
    rows = rows.filter(pl.col("person").is_in(names.implode())) if len(names) else rows.head(0)
    by_number = rows.with_columns(pl.col("person").cast(results.schema["person"]))
    found = when.not_chosen(when.placed(when.results(by_number)))
    return NotChosen.validate(found, lazy=True)


def _ledger(when: Calendar, results: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Every measured cell: of an ineligible person, out of the windows, or used."""
    failed = people.filter(pl.col("failed").is_not_null()).select("person", "failed")
    passed = _of_each(results, people, pl.col("failed").is_null())
    cells = results.select(
        *("source", "person", "day", *LIMIT),
        results["used"] & passed,
        measured=pl.col("origin") == "measured",
    )
    counts = cells.lazy().filter("measured").group_by("source")
    counts = counts.agg(pl.len(), pl.col("used").sum()).collect()
    unused = cells.filter(pl.col("measured") & ~pl.col("used"))
    ineligible = unused.join(failed, on="person").select(
        "source",
        fate=pl.lit("ineligible"),
        reason=pl.format("criterion {}", "failed"),
    )
    others = when.fates(unused.join(failed, on="person", how="anti"))
    return balance(
        "cohorts",
        counts.select("source", cells="len"),
        [ineligible, others],
        counts.filter(pl.col("used") > 0).select("source", cells="used"),
    )


def _write(model: type[Model], frame: pl.DataFrame, path: str) -> None:
    """Write a frame in the columns of its model, numbers as the names that they stand for."""
    columns = list(model.to_schema().columns)
    write_parquet(model.spelled(frame.select(columns), lazy=True), path)
