"""The job `cohorts`: who is in people.parquet, and whose values are kept for which panel."""

from datetime import date, timedelta

import polars as pl
import pytest
from labcohort.jobs import cohorts

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


def ran(tmp_path, sent_as_limits: tuple[int, ...] = (), **how) -> tuple[dict, str]:
    """Paths of what the job has written for a panel with comparisons and one without; its line."""
    for folder in ("derived", "values", "members", "not_chosen"):
        (tmp_path / folder).mkdir()
    PATIENTS.write_parquet(tmp_path / "patients.parquet")
    for panel, marker in (("glycaemic", "HBA1C"), ("lipid", "TC")):
        derived(marker, sent_as_limits).write_parquet(tmp_path / f"derived/{panel}.parquet")
    names = ("membership", "people", "dates")
    paths = {name: str(tmp_path / f"{name}.parquet") for name in ("patients", *names)}
    paths |= {name: str(tmp_path / f"{name}.tsv") for name in ("flow", "sizes", "ledger")}
    paths["derived"] = [str(tmp_path / f"derived/{p}.parquet") for p in ("glycaemic", "lipid")]
    for name in ("values", "members"):
        paths[name] = [str(tmp_path / name / "glycaemic.parquet")]
    # of a panel that nothing compares too: its cells have a fate
    panels = ("glycaemic", "lipid")
    paths["not_chosen"] = [str(tmp_path / f"not_chosen/{panel}.parquet") for panel in panels]
    return paths, cohorts.main(paths, "all", SETTINGS | how)


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


def test_dates_are_of_every_person_and_marker_with_a_value(run):
    dates = Dates.validate(pl.read_parquet(run["dates"]), lazy=True)
    # of the panel that nothing is compared in, too, and of who is not eligible
    assert dates.rows() == sorted(
        (person, marker, DAY_0 + timedelta(day))
        for person, day in RESULTS
        for marker in ("HBA1C", "TC")
    )


def test_a_row_without_a_value_has_no_date():
    frame = derived("HOMA_IR").with_columns(
        value=pl.when(pl.col("person") != "p1").then("value"), origin=pl.lit("derived")
    )
    dates = cohorts._dates({"glycaemic": frame.lazy()})
    assert set(dates.get_column("person")) == {"p2", "p3", "p4"}


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
