"""What stands behind a value where it is not one cell: means of a window and of a day, inputs of
other dates, values in several buckets."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from labcohort.memory import Memory
from labcohort.provenance import Code
from labcohort.study.load import Study, load_study
from labcohort.trace.behind import Behind
from labcohort.trace.pairs import pairs_of
from labcohort.trace.words import as_text, lines_of_pairs

from schemas.cohort import Chosen, Membership
from schemas.derived import Derived
from schemas.harmonised import Values
from schemas.quality import Duplicates

HOME = Path(__file__).parents[3]
FIRST, SECOND, LATER = date(2020, 1, 10), date(2020, 1, 14), date(2020, 7, 8)
PLANNED = {"marker": "FBS", "cohort": "all", "timepoint": "month_6", "exclude": ["odd"]}


def typed(model, rows: list[dict]) -> pl.DataFrame:
    schema = {name: c.dtype.type for name, c in model.to_schema().columns.items()}
    return pl.DataFrame([dict.fromkeys(schema) | row for row in rows], schema=schema, orient="row")


@pytest.fixture(scope="session")
def study(tmp_path_factory) -> Study:
    memory = Memory(tmp_path_factory.mktemp("memory") / "kept.json")
    return load_study(HOME, HOME, memory, Code(HOME, memory))


class Results:
    """The artefacts of a few persons, written below a folder."""

    def __init__(self, folder: Path):
        self.folder, self.rows, self.sent, self.duplicates = folder, [], [], []

    def measured(self, person, marker, day, value, row, **more) -> None:
        """A measured value with its cell, sent as it is but for a unit that halves it."""
        place = {"source": "site_a", "file": "a.csv", "row": row, "column": "result"}
        told = {"person": person, "marker": marker, "sample_date": day, "value": value} | place
        self.rows.append({"origin": "measured"} | told | more)
        self.sent.append(told | {"value_text": str(2 * value), "unit": "double"})

    def derived(self, person, marker, day, value) -> None:
        self.rows.append({"person": person, "marker": marker, "sample_date": day, "value": value,
                          "origin": "derived"})  # fmt: skip

    def behind(self, study: Study, marker: str, **config) -> Behind:
        for stage, model, rows in (
            ("derived/glycaemic", Derived, self.rows),
            *((f"harmonised/{s}/glycaemic", Values, [r for r in self.sent if r["source"] == s])
              for s in study.result_sources),
        ):  # fmt: skip
            path = self.folder / stage / "1-of-1.parquet"
            path.parent.mkdir(parents=True)
            typed(model, rows).write_parquet(path)
        (self.folder / "restricted").mkdir()
        duplicates = typed(Duplicates, self.duplicates)
        duplicates.write_parquet(self.folder / "restricted/duplicates.parquet")
        visits = config.pop("visits", study.tables["visits"])
        own = replace(study, config=study.config | config, tables=study.tables | {"visits": visits})
        return Behind(own, self.folder, pl.Series(["p", "q"]), marker)


@pytest.fixture
def results(tmp_path) -> Results:
    return Results(tmp_path / "results")


def told(values) -> list[tuple]:
    return [(v.depth, v.name, v.sample_date, v.value, v.place["row"]) for v in values]


def test_a_measured_value_has_its_cell_and_what_was_sent(study, results):
    results.measured("p", "FBS", FIRST, 5.5, 7, comparator="<")
    (value,) = results.behind(study, "FBS").of("p", "FBS", FIRST)
    assert (value.value, value.unit, value.text, value.sent_unit) == (
        5.5,
        "mmol/L",
        "11.0",
        "double",
    )
    assert value.place == {
        "source": "site_a", "file": "a.csv", "sheet": None, "row": 7, "column": "result",
    }  # fmt: skip
    assert value.note == "sent as a limit (<)"


def test_inputs_stand_below_what_is_computed_from_them(study, results):
    results.derived("p", "HOMA_IR", FIRST, 2.0)
    results.measured("p", "FBS", FIRST, 4.5, 1)
    results.measured("p", "INSULIN", FIRST, 10.0, 2)
    results.measured("q", "FBS", FIRST, 9.9, 3)
    made = results.behind(study, "HOMA_IR").of("p", "HOMA_IR", FIRST)
    assert told(made) == [
        (0, "HOMA_IR", FIRST, 2.0, None), (1, "FBS", FIRST, 4.5, 1), (1, "INSULIN", FIRST, 10.0, 2),
    ]  # fmt: skip


def test_an_input_of_another_date_is_the_nearest_within_the_days(study, results):
    results.derived("p", "HOMA_IR", SECOND, 2.0)
    results.measured("p", "FBS", SECOND, 4.5, 1)
    results.measured("p", "INSULIN", FIRST, 10.0, 2)
    # 18 January is as near as the 10th, and the earlier is taken
    results.measured("p", "INSULIN", date(2020, 1, 18), 12.0, 3)
    behind = results.behind(study, "HOMA_IR", input_days={"HOMA_IR": 7})
    assert told(behind.of("p", "HOMA_IR", SECOND))[1:] == [
        (1, "FBS", SECOND, 4.5, 1), (1, "INSULIN", FIRST, 10.0, 2),
    ]  # fmt: skip


def test_without_the_setting_no_other_date_is_taken(study, results):
    results.derived("p", "HOMA_IR", SECOND, 2.0)
    results.measured("p", "FBS", SECOND, 4.5, 1)
    results.measured("p", "INSULIN", FIRST, 10.0, 2)
    *_, insulin = results.behind(study, "HOMA_IR").of("p", "HOMA_IR", SECOND)
    assert (insulin.value, insulin.note) == (None, "no result")


def test_a_mean_of_one_day_s_repeats_has_all_their_cells(study, results):
    results.measured("p", "FBS", FIRST, 5.0, 1)
    results.sent[0]["value"] = 4.0
    kept = {"source": "site_a", "file": "a.csv", "row": 1, "column": "result"}
    other = kept | {"row": 4}
    results.sent.append(results.sent[0] | other | {"value": 6.0, "value_text": "12.0"})
    results.duplicates.append(
        other | {"marker": "FBS", "person": "p", "rule": "repeat_mean"}
        | {f"kept_{k}": v for k, v in kept.items()}
    )  # fmt: skip
    made = list(results.behind(study, "FBS", repeats="mean").of("p", "FBS", FIRST))
    assert [(v.value, v.place["row"]) for v in made] == [(4.0, 1), (6.0, 4)]
    assert {v.note for v in made} == {"one of 2 of this day, of which the mean is taken"}


@pytest.mark.parametrize(("excluded", "expected"), [(False, [1, 2, 3]), (True, [1, 3])])
def test_a_mean_of_a_window_has_all_its_values(study, results, excluded, expected):
    visits = [row | {"choice": "mean"} for row in study.tables["visits"]]
    for row, (day, more) in enumerate(
        [(FIRST, {}), (date(2020, 1, 12), {"comparator": "<"}), (SECOND, {}), (LATER, {})], 1
    ):
        results.measured("p", "FBS", day, 5.0 + row, row, **more)
    censored = "excluded" if excluded else "lod_half"
    behind = results.behind(study, "FBS", visits=visits, censored=censored)
    # the first of the window stands for it, 5 days before the infusion
    made = behind.of_visit("p", "FBS", "baseline", FIRST, -5)
    assert [value.place["row"] for value in made] == expected
    assert all(f"one of {len(expected)}" in value.note for value in made)


def chosen(results: Results, rows: list[dict]) -> None:
    """Values of the cohorts, in two buckets of persons; all are members."""
    cohorts = results.folder / "cohorts"
    members = [{"cohort": "all", "timepoint": "month_6", "person": row["person"]}
               for row in rows if row["timepoint"] == "month_6"]  # fmt: skip
    for bucket, person in enumerate("pq", 1):
        for part, model, own in (("values", Chosen, rows), ("members", Membership, members)):
            path = cohorts / part / "glycaemic" / f"{bucket}-of-2.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            typed(model, [row for row in own if row["person"] == person]).write_parquet(path)


def visit(person, timepoint, day, value, **more) -> dict:
    return {"person": person, "marker": "FBS", "timepoint": timepoint, "day": 0,
            "sample_date": day, "value": value} | more  # fmt: skip


def test_pairs_are_of_all_buckets_without_what_is_excluded(results):
    rows = [visit(p, t, d, v) for p in "pq"
            for t, d, v in (("baseline", FIRST, 5.0), ("month_6", LATER, 6.5))]  # fmt: skip
    chosen(results, rows)
    both = pairs_of(results.folder, 2, "glycaemic", PLANNED)
    assert both.select("person", "value", "value_then", "sample_date_then").rows() == [
        ("p", 5.0, 6.5, LATER), ("q", 5.0, 6.5, LATER),
    ]  # fmt: skip
    rows[1]["flag"] = "soft_limit|odd"
    rows[3]["flag"] = "soft_limit"
    chosen(results, rows)
    assert pairs_of(results.folder, 2, "glycaemic", PLANNED)["person"].to_list() == ["q"]


def test_the_text_names_a_mean_and_stands_in_columns(study, results):
    results.measured("p", "FBS", FIRST, 5.0, 1)
    results.measured("p", "FBS", SECOND, 6.0, 2)
    results.measured("p", "FBS", LATER, 7.0, 3)
    visits = [row | {"choice": "mean"} for row in study.tables["visits"]]
    behind = results.behind(study, "FBS", visits=visits)
    pairs = pl.DataFrame([
        {"person": "p", "value": 5.5, "day": -5, "sample_date": FIRST,
         "value_then": 7.0, "day_then": 175, "sample_date_then": LATER}
    ])  # fmt: skip
    lines = lines_of_pairs(pairs, PLANNED, behind)
    assert [(line["visit"], line["what"], line["value"]) for line in lines] == [
        ("baseline", "FBS", "5.5"), ("baseline", "  FBS", "5.0"), ("baseline", "  FBS", "6.0"),
        ("month_6", "FBS", "7.0"), ("change", "FBS", "1.5"),
    ]  # fmt: skip
    assert lines[0]["note"] == "mean"
    text = as_text(lines)
    assert text[0].split()[:4] == ["pair", "person", "visit", "date"]
    at = text[0].index("visit")
    assert [line[at:].split()[0] for line in text[1:]] == [line["visit"] for line in lines]
