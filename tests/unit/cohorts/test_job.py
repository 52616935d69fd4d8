"""The job `cohorts`: who is in people.parquet, and whose values are kept for which panel."""

import random
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import polars as pl
import pytest
from labcohort.buckets import bucket_of
from labcohort.cohorts.eligibility import FLOW, joined_flow
from labcohort.cohorts.subgroups import SIZES, joined_sizes
from labcohort.jobs import cohorts
from labcohort.ledger import SCHEMA, joined
from pandera.errors import SchemaErrors

from schemas.cohort import Chosen, Dates, People
from schemas.derived import Derived

DAY_0 = date(2020, 6, 1)
VISITS = [
    {"timepoint": name, "anchor": "infusion_date", "scope": "marker", "target_day": day,
     "before": before, "after": after, "choice": "nearest", "tie": "earlier"}
    for name, day, before, after in (("baseline", 0, 90, 0), ("month_6", 182, 45, 45))
]  # fmt: skip
SETTINGS = {
    "eligibility": [
        {"order": 1, "criterion": "attribute_is", "subject": "diabetes_type", "values": "type_2"},
        {"order": 2, "criterion": "result_at", "subject": "baseline", "values": None},
        {"order": 3, "criterion": "result_at", "subject": "month_6", "values": None},
    ],
    "visits": VISITS,
    "cohorts": [
        {"cohort": "all", "criterion": "everyone", "subject": None, "values": None},
        {"cohort": "male", "criterion": "attribute_is", "subject": "sex", "values": "male"},
    ],
    "panels": {"glycaemic": ["all"]},
    "exclude_limits": False,
}
# p1 came back; p2 did not; p3 came back and has another type; p4 did neither
PATIENTS = pl.DataFrame(
    {
        "person": ["p1", "p2", "p3", "p4"],
        "sex": ["male", "female", "male", "male"],
        "diabetes_type": ["type_2", "type_2", "type_1", "type_1"],
        "infusion_date": [DAY_0] * 4,
    }
)
RESULTS = [("p1", -5), ("p1", 180), ("p1", 300), ("p2", -5), ("p3", -5), ("p3", 180), ("p4", -5)]


def derived(marker: str, sent_as_limits: tuple[int, ...] = ()) -> pl.DataFrame:
    """Measured values of the results; `sent_as_limits` are the rows of such."""
    schema = {name: c.dtype.type for name, c in Derived.to_schema().columns.items()}
    rows = [
        dict.fromkeys(schema)
        | {"person": person, "marker": marker, "sample_date": DAY_0 + timedelta(day),
           "origin": "measured", "value": 5.0, "range_high": 6.0, "source": "site",
           "comparator": "<" if row in sent_as_limits else None,
           "file": "a.csv", "row": row, "column": "x"}
        for row, (person, day) in enumerate(RESULTS, 2)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def written(folder: Path, panels: dict[str, pl.DataFrame], patients: pl.DataFrame, b: str) -> dict:
    """Paths of the job for a bucket of persons, whose files are there."""
    paths = {}
    for name in ("membership", "people", "dates"):
        paths[name] = str(folder / name / f"{b}.parquet")
    for name in ("flow", "sizes", "ledger"):
        paths[name] = str(folder / f"{name}/{b}.tsv")
    for name in ("derived", "values", "members", "not_chosen"):
        # of a panel that nothing compares too: its cells have a fate
        own = panels if name in ("derived", "not_chosen") else ["glycaemic"]
        paths[name] = [str(folder / f"{name}/{panel}/{b}.parquet") for panel in own]
    paths["patients"] = str(folder / f"patients/{b}.parquet")
    for path in paths.values():
        for file in [path] if isinstance(path, str) else path:
            Path(file).parent.mkdir(parents=True, exist_ok=True)
    patients.write_parquet(paths["patients"])
    for path, frame in zip(paths["derived"], panels.values(), strict=True):
        frame.write_parquet(path)
    return paths


def ran(tmp_path, sent_as_limits: tuple[int, ...] = (), **how) -> tuple[dict, str]:
    """Paths of what the job has written for a panel with comparisons and one without; its line."""
    panels = {
        panel: derived(marker, sent_as_limits)
        for panel, marker in (("glycaemic", "HBA1C"), ("lipid", "TC"))
    }
    paths = written(tmp_path, panels, PATIENTS, "1-of-1")
    return paths, cohorts.main(paths, "1-of-1", SETTINGS | how)


@pytest.fixture
def run(tmp_path) -> dict:
    paths, said = ran(tmp_path)
    assert said == "1 of 4 persons eligible"
    return paths


def test_everyone_is_judged_and_who_lacks_only_a_follow_up_is_told(run):
    people = People.validate(pl.read_parquet(run["people"]), lazy=True)
    assert people.rows() == [
        ("p1", None, False), ("p2", 3, True), ("p3", 1, False), ("p4", 1, False),
    ]  # fmt: skip


def test_values_are_kept_of_the_eligible_and_of_those_who_lack_only_a_follow_up(run):
    chosen = Chosen.validate(pl.read_parquet(run["values"][0]), lazy=True)
    assert chosen.select("person", "timepoint", "day").rows() == [
        ("p1", "baseline", -5), ("p2", "baseline", -5), ("p1", "month_6", 180),
    ]  # fmt: skip
    assert set(chosen.get_column("range_high")) == {6.0}


def test_who_lacks_a_follow_up_is_no_member(run):
    assert pl.read_parquet(run["membership"]).rows() == [
        ("all", "baseline", "p1"), ("all", "month_6", "p1"),
        ("male", "baseline", "p1"), ("male", "month_6", "p1"),
    ]  # fmt: skip
    # a panel has the members of the cohorts that it is compared in
    assert set(pl.read_parquet(run["members"][0]).get_column("cohort")) == {"all"}


def test_cells_of_who_lacks_a_follow_up_are_ineligible_in_the_ledger(run):
    ledger = pl.read_csv(run["ledger"], separator="\t")
    rows = ledger.select("kind", "fate", "reason", "cells").rows()
    # seven cells in each of two panels
    assert sorted(rows, key=str) == sorted(
        [
            ("in", None, None, 14),
            ("fate", "ineligible", "criterion 1", 6),
            ("fate", "ineligible", "criterion 3", 2),
            ("fate", "out_of_window", "after the window of month_6", 2),
            ("out", None, None, 4),
        ],
        key=str,
    )


def dates_of(paths: dict) -> list[tuple]:
    return Dates.validate(pl.read_parquet(paths["dates"]), lazy=True).rows()


def test_dates_are_of_every_person_with_a_value(run):
    # of the panel that nothing is compared in, too, and of who is not eligible
    expected = sorted((person, None, DAY_0 + timedelta(day)) for person, day in RESULTS)
    assert dates_of(run) == expected


def test_dates_are_of_each_marker_where_its_days_count_from_its_own_first(tmp_path):
    visits = [visit | {"anchor": "first_result"} for visit in VISITS]
    assert dates_of(ran(tmp_path, visits=visits)[0]) == sorted(
        (person, marker, DAY_0 + timedelta(day))
        for person, day in RESULTS
        for marker in ("HBA1C", "TC")
    )


def test_a_row_without_a_value_has_no_date(tmp_path):
    frame = derived("HOMA_IR").with_columns(
        value=pl.when(pl.col("person") != "p1").then("value"), origin=pl.lit("derived")
    )
    paths = written(tmp_path, {"glycaemic": frame}, PATIENTS, "1-of-1")
    cohorts.main(paths, "1-of-1", SETTINGS)
    assert {person for person, *_ in dates_of(paths)} == {"p2", "p3", "p4"}


def fates(paths: dict) -> dict[tuple, int]:
    ledger = pl.read_csv(paths["ledger"], separator="\t")
    return {row[:3]: row[3] for row in ledger.select("kind", "fate", "reason", "cells").rows()}


def test_excluded_limits_are_out_of_window_and_the_ledger_adds_up(tmp_path):
    # of p1 the results of days 180 and 300, of p2 the only one
    paths, said = ran(tmp_path, sent_as_limits=(3, 4, 5), exclude_limits=True)
    # a limit is a result: p1 was there at month 6
    assert said == "1 of 4 persons eligible"
    assert pl.read_parquet(paths["membership"]).filter(cohort="all").rows() == [
        ("all", "baseline", "p1"), ("all", "month_6", "p1"),
    ]  # fmt: skip
    chosen = pl.read_parquet(paths["values"][0])
    assert chosen.select("person", "timepoint").rows() == [("p1", "baseline")]
    found = fates(paths)
    # seven cells in each of two panels
    assert found == {
        ("in", None, None): 14,
        ("fate", "ineligible", "criterion 1"): 6,
        ("fate", "ineligible", "criterion 3"): 2,
        ("fate", "out_of_window", "sent as a limit (excluded)"): 4,
        ("out", None, None): 2,
    }
    assert sum(n for (kind, *_), n in found.items() if kind != "in") == found["in", None, None]


def test_limits_that_are_not_excluded_are_chosen(tmp_path):
    paths, _ = ran(tmp_path, sent_as_limits=(3, 4, 5))
    chosen = pl.read_parquet(paths["values"][0])
    assert chosen.select("person", "timepoint", "comparator").rows() == [
        ("p1", "baseline", None), ("p2", "baseline", "<"), ("p1", "month_6", "<"),
    ]  # fmt: skip
    assert ("fate", "out_of_window", "sent as a limit (excluded)") not in fates(paths)


def test_a_cohort_chosen_on_a_baseline_value_is_told_of_the_last_that_is_no_limit(tmp_path):
    high = {"cohort": "high", "criterion": "baseline_at_least", "subject": "HBA1C",
            "values": "5"}  # fmt: skip
    members = {}
    for exclude in (False, True):
        (tmp_path / f"{exclude}").mkdir()
        # p1's only baseline is a limit
        how = {"exclude_limits": exclude, "cohorts": [*SETTINGS["cohorts"], high]}
        paths, _ = ran(tmp_path / f"{exclude}", sent_as_limits=(2,), **how)
        found = pl.read_parquet(paths["membership"]).filter(cohort="high")
        members[exclude] = found.get_column("timepoint").to_list()
    assert members == {False: ["baseline", "month_6"], True: []}


# many persons and results, with all that a result may be
def random_study(seed: int) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    draw = random.Random(seed)
    people = [f"p{draw.randrange(10**9):09}" for _ in range(60)]
    schema = {name: c.dtype.type for name, c in Derived.to_schema().columns.items()}
    panels = {}
    for panel, markers in (("glycaemic", ["HBA1C", "FBS"]), ("lipid", ["TC"])):
        keys = {
            (marker, person, draw.randrange(-120, 400))
            for person, marker in product(people, markers)
            for _ in range(draw.randrange(9))
        }
        rows = [
            dict.fromkeys(schema)
            | {"person": person, "marker": marker, "sample_date": DAY_0 + timedelta(day),
               "origin": "measured" if marker != "FBS" else "derived",
               "value": draw.choice([None, 4.5, 5.5, 6.5]), "category": None,
               "comparator": draw.choice(["<", ">", None, None, None]),
               "flag": draw.choice(["soft_low", "censored_input|soft_low", None, None])}
            | ({"source": "site", "file": "a.csv", "row": row, "column": "x"}
               if marker != "FBS" else {})
            for row, (marker, person, day) in enumerate(sorted(keys), 2)
        ]  # fmt: skip
        panels[panel] = pl.DataFrame(rows, schema=schema, orient="row")
    n = len(people)
    patients = pl.DataFrame(
        {
            "person": people,
            "sex": [draw.choice(["male", "female", None]) for _ in range(n)],
            "diabetes_type": [draw.choice(["type_2", "type_2", "type_1", None]) for _ in range(n)],
            "infusion_date": [draw.choice([DAY_0, DAY_0, None]) for _ in range(n)],
        },
        schema_overrides={"infusion_date": pl.Date},
    )
    return panels, patients


COMPLETE = {
    "eligibility": SETTINGS["eligibility"][:2],
    "cohorts": [
        *SETTINGS["cohorts"],
        {"cohort": "high", "criterion": "baseline_at_least", "subject": "HBA1C", "values": "5.5"},
        {"cohort": "nobody", "criterion": "baseline_above", "subject": "TC", "values": "99"},
    ],
    "panels": {"glycaemic": ["all", "high"]},
    "visits": [*VISITS, VISITS[1] | {"timepoint": "month_12", "target_day": 330}],
}
ORDER = {
    "membership": ["cohort", "timepoint", "person"], "members": ["cohort", "timepoint", "person"],
    "people": ["person"], "dates": ["person", "marker", "sample_date"],
    "values": ["marker", "timepoint", "person"], "not_chosen": ["row"],
}  # fmt: skip


def together(folder: Path, how: dict, buckets: int, seed: int) -> dict[str, list]:
    """What the job writes for all buckets of persons, put together."""
    panels, patients = random_study(seed)
    of = dict(zip(patients["person"], bucket_of(patients["person"], buckets), strict=True))
    number = pl.col("person").replace_strict(of)
    tables = {name: [] for name in ("flow", "sizes", "ledger")}
    for b in range(buckets):
        own = {panel: frame.filter(number == b) for panel, frame in panels.items()}
        paths = written(folder, own, patients.filter(number == b), f"{b}-of-{buckets}")
        cohorts.main(paths, f"{b}-of-{buckets}", SETTINGS | COMPLETE | how)
        for name, schema in (("flow", FLOW), ("sizes", SIZES), ("ledger", SCHEMA)):
            tables[name].append(pl.read_csv(paths[name], separator="\t", schema=schema))
    joins = {"flow": joined_flow, "sizes": joined_sizes, "ledger": joined}
    found = {name: join(tables[name]).rows() for name, join in joins.items()}
    for name, order in ORDER.items():
        for path in {p.parent for p in (folder / name).rglob("*.parquet")}:
            frame = pl.concat(pl.read_parquet(file) for file in path.glob("*.parquet"))
            found[str(path.relative_to(folder))] = frame.sort(order, nulls_last=True).rows()
    return found


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "how",
    [
        {}, {"exclude_limits": True},
        {"visits": [v | {"choice": "mean"} for v in COMPLETE["visits"]]},
        {"visits": [v | {"scope": "person"} for v in COMPLETE["visits"]]},
        {"visits": [v | {"anchor": "first_result"} for v in COMPLETE["visits"]]},
        {"visits": [v | {"anchor": "first_result", "scope": "person"} for v in COMPLETE["visits"]]},
    ],
    ids=["as_declared", "no_limits", "mean", "by_person", "own_first", "first_of_person"],
)  # fmt: skip
def test_buckets_of_persons_together_are_the_whole(tmp_path, how, seed):
    whole, *parts = (together(tmp_path / f"{n}", how, n, seed) for n in (1, 3, 8))
    assert all(whole[f"{name}/glycaemic"] for name in ("values", "members", "not_chosen"))
    for part in parts:
        assert part == whole


def test_what_is_written_by_number_is_refused_where_it_repeats_or_has_no_order():
    names = pl.Enum(["p1", "p2"])
    rows = pl.DataFrame({"person": ["p1", "p2"], "marker": None, "sample_date": DAY_0})
    rows = rows.cast({"person": names, "marker": pl.String})
    assert Dates.spelled(rows, lazy=True).rows() == [("p1", None, DAY_0), ("p2", None, DAY_0)]
    with pytest.raises(SchemaErrors):
        Dates.spelled(pl.concat([rows, rows]), lazy=True)
    unordered = rows.with_columns(pl.col("person").cast(pl.String).cast(pl.Enum(["p2", "p1"])))
    with pytest.raises(ValueError, match="person: the numbers do not sort"):
        Dates.spelled(unordered, lazy=True)
