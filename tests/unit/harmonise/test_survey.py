"""Cells in buckets of persons: together they give what all cells at once give, errors too."""

import json
import random

import polars as pl
import pytest
from labcohort.buckets import bucket_of
from labcohort.errors import UserError
from labcohort.harmonise.cells import ORDER, harmonise_cells
from labcohort.harmonise.known import Survey
from labcohort.harmonise.survey import survey
from labcohort.jobs import harmonise as job
from labcohort.jobs import survey as survey_job
from labcohort.ledger import SCHEMA, balance, joined
from labcohort.quarantine import PLACE
from labcohort.validate.profile import counted, merged, profile

from schemas.harmonised import Values
from schemas.validation import check_profile
from tests.unit.harmonise.rich import corrections_of, patients_of, rich_cells, rich_mapping

BY_VISIT = {
    "visits": {"v1": {"months": 0}, "v2": {"months": 6, "follow_up": True}},
    "anchor": "infusion_date",
}
SOURCES = {
    "long": {},
    "by visit": BY_VISIT,
    "counted": {"dates": {"from": "infusion_date"}, "visits": {"v1": {"months": 1}}},
    "wide": {"layout": "wide"},
    "declared": {"dates": {"formats": ["YYYY-MM-DD", "D/M/YYYY"]}},
}


def parts_of(cells: pl.DataFrame, n: int) -> list[pl.DataFrame]:
    bucket = bucket_of(cells.get_column("person"), n)
    return [cells.filter(bucket == number) for number in range(n)]


def source(name: str, seed: int, mapping: dict) -> tuple[pl.DataFrame, dict]:
    """Cells, and how they are harmonised."""
    cells = rich_cells(seed, 900)
    if name == "wide":
        cells = cells.with_columns(column=pl.col("analyte"), row=pl.col("row") * 3)
    how = rich_mapping(mapping) | SOURCES[name]
    return cells, how | {"corrections": [] if name == "counted" else corrections_of(cells)}


def sorted_rows(frame: pl.DataFrame, *names: str) -> pl.DataFrame:
    return frame.sort(*names, nulls_last=True)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", SOURCES)
def test_buckets_together_give_what_all_cells_give(name, seed, mapping):
    cells, how = source(name, seed, mapping)
    people, places = patients_of()
    whole = harmonise_cells(cells, how, people, places)
    assert whole.values.height > 20 and whole.quarantine.height > 50
    order = ["marker", *ORDER[1:]]
    order[1] = "person"
    assert whole.values.equals(sorted_rows(whole.values, *order))
    for n in (1, 3, 8):
        buckets = parts_of(cells, n)
        known = survey([part.lazy() for part in buckets], how)
        known = Survey.of_json(json.loads(json.dumps(known.as_json())))
        # the order of the rows says nothing
        buckets = [part.sample(fraction=1, shuffle=True, seed=seed) for part in buckets]
        found = [harmonise_cells(part, how, people, places, known) for part in buckets]
        values = pl.concat(Values.validate(of.values, lazy=True) for of in found)
        assert sorted_rows(values, *order).equals(whole.values)
        for part in ("quarantine", "unused", "proposals"):
            own = pl.concat(getattr(of, part) for of in found)
            expected = getattr(whole, part)
            assert sorted_rows(own, *PLACE).equals(sorted_rows(expected, *PLACE)), part
        counts = [json.loads(json.dumps(counted(of, how))) for of in found]
        profiles = [json.dumps(of) for of in (merged(counts), profile(whole, how))]
        assert profiles[0] == profiles[1]
        check_profile(json.loads(profiles[0]))


def test_a_bucket_knows_of_the_source_what_it_cannot_know_alone(mapping):
    """The order of day and month is proved by the dates of others, and a visit of two persons in
    each bucket is common."""
    cells, how = source("long", 3, mapping)
    how |= {"corrections": []}
    known = survey([part.lazy() for part in parts_of(cells, 3)], how)
    assert known.dates == [
        ("raw/a.csv", None, "day", ["D/M/YYYY"]),
        *(("raw/b.csv", sheet, "day", ["YYYY-M-D"]) for sheet in "xy"),
    ]
    alone = cells.filter(pl.col("date_text").str.contains("^0[34]/"))
    with pytest.raises(UserError, match="is not proved"):
        harmonise_cells(alone, how, *patients_of())
    assert harmonise_cells(alone, how, *patients_of(), known).values.height
    persons = cells.drop_nulls("visit").group_by("visit").agg(pl.col("person").drop_nulls())
    common = {visit for visit, own in persons.iter_rows() if len(set(own)) >= 5}
    assert set(known.visits) == common == {"v1", "v2"}


def faulty(fault: str, cells: pl.DataFrame, how: dict) -> tuple[pl.DataFrame, dict]:
    """Cells, or settings, with a fault that is the whole source's."""
    if fault == "unit":
        return cells.with_columns(
            unit_text=pl.when(pl.col("analyte") != "Sys").then("unit_text")
        ), how
    if fault == "dates":
        open_date = pl.when(pl.col("file") == "raw/a.csv").then(pl.lit("03/04/2020"))
        return cells.with_columns(date_text=pl.coalesce(open_date, "date_text")), how
    if fault == "times":
        return cells, how | {"reported": {"column": "Reported"}}
    if fault == "names":
        return cells, how | {"analytes": how["analytes"] | {"CREA": {"marker": "SBP"}},
                             "ignore": ["crea"]}  # fmt: skip
    last = dict(how["corrections"][-1])
    last |= {"place": {"row": 9999}, "old": {"old": "?"}, "new": {"new": "?"}}[fault]
    return cells, how | {"corrections": [*how["corrections"][:-1], last]}


@pytest.mark.parametrize("fault", ["unit", "dates", "times", "names", "place", "old", "new"])
def test_a_fault_of_the_source_is_said_alike_whatever_the_buckets(fault, mapping):
    cells, how = source("long", 4, mapping)
    if fault == "names":
        cells = cells.with_columns(pl.col("analyte").replace({"Crea": "cReA"}))
        how |= {"corrections": []}
    cells, how = faulty(fault, cells, how)
    said = set()
    for n in (1, 3, 8):
        buckets = [part.lazy() for part in parts_of(cells, n)]
        random.Random(n).shuffle(buckets)
        with pytest.raises(UserError) as caught:
            survey(buckets, how)
        said.add(str(caught.value))
    with pytest.raises(UserError) as caught:
        harmonise_cells(cells, how, *patients_of())
    assert said == {str(caught.value)}


def test_the_jobs_write_a_file_a_panel_and_bucket(tmp_path, mapping):
    cells, how = source("long", 5, mapping)
    panels = {"HBA1C": "glycaemic", "CREAT": "renal", "SBP": "pressure", "DBP": "pressure"}
    how |= {"markers": [row | {"panel": panels[row["marker"]]} for row in how["markers"]]}
    how["markers"] = [{k: v for k, v in row.items() if k != "unit"} for row in how["markers"]]
    people, _ = patients_of()
    at = people.select("person", file=pl.lit("p.csv"), sheet=pl.lit(None, pl.String), row=pl.lit(2))
    people.write_parquet(tmp_path / "patients.parquet")
    at.write_parquet(tmp_path / "places.parquet")
    buckets = parts_of(cells, 2)
    for number, part in enumerate(buckets):
        part.write_parquet(tmp_path / f"cells{number}.parquet")
    given = [str(tmp_path / f"cells{number}.parquet") for number in range(2)]
    survey_job.main({"cells": given, "survey": str(tmp_path / "survey.json")}, "site", how)
    for number in range(2):
        files = [tmp_path / panel / f"{number}.parquet" for panel in {*panels.values(), "empty"}]
        for file in files:
            file.parent.mkdir(exist_ok=True)
        own = ("quarantine", "ledger", "proposals", "profile")
        paths = {name: str(tmp_path / f"{name}{number}") for name in own} | {
            "cells": given[number],
            "survey": str(tmp_path / "survey.json"),
            "patients": [str(tmp_path / f"{name}.parquet") for name in ("patients", "places")],
            "values": list(map(str, files)),
        }
        job.main(paths, "site", how)
    whole = harmonise_cells(
        cells, how, people, people.select("person", place=pl.lit("p.csv, row 2"))
    )
    for panel in {*panels.values(), "empty"}:
        own = pl.concat(pl.read_parquet(tmp_path / panel / f"{n}.parquet") for n in range(2))
        expected = whole.values.filter(pl.col("marker").replace(panels) == panel)
        assert sorted_rows(own, "marker", "person", "sample_date", "file", "row", "column").equals(
            expected
        )
    parts = [pl.read_csv(tmp_path / f"ledger{n}", separator="\t", schema=SCHEMA) for n in range(2)]
    aside = whole.quarantine.select("source", fate=pl.lit("set_aside"), reason=pl.col("rule"))
    assert joined(parts).equals(balance("harmonise", cells, [whole.unused, aside], whole.values))
    counts = [json.loads((tmp_path / f"profile{n}").read_text()) for n in range(2)]
    assert merged(counts) == profile(whole, how)
