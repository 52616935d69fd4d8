"""Repeats of one marker, person and date under each rule; expected by hand from the contract."""

import random
from datetime import date

import polars as pl
import pytest
from labcohort.derive.repeats import settle_repeats
from labcohort.quarantine import PLACE

from schemas.quality import Duplicates

RULES = ("set_aside", "first", "last", "mean", "latest_final")
TIMES = [f"2020-01-0{day}T{hour}:00:00" for day in (2, 3) for hour in (10, 11)]
SCHEMA = {
    "source": pl.String, "file": pl.String, "sheet": pl.String, "row": pl.Int64,
    "column": pl.String, "person": pl.String, "marker": pl.String, "sample_date": pl.Date,
    "value_text": pl.String, "comparator": pl.String, "value": pl.Float64, "flag": pl.String,
    "status": pl.String, "reported": pl.String,
}  # fmt: skip


def values(*cells: tuple, **more) -> pl.DataFrame:
    """Values of one key from (row, value[, what differs])."""
    rows = []
    for row, value, *other in cells:
        cell = {
            "source": "site_a", "file": "raw/a.csv", "sheet": None, "row": row,
            "column": "result", "person": "p1", "marker": "HBA1C",
            "sample_date": date(2020, 1, 2), "value_text": str(value), "comparator": None,
            "value": float(value), "flag": None, "status": None, "reported": None,
        }  # fmt: skip
        rows.append(cell | more | (other[0] if other else {}))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def outcome(settled) -> tuple[list, dict, list]:
    """Kept (row, value), duplicates row -> (rule, row kept), and contradictory rows."""
    Duplicates.validate(settled.duplicates, lazy=True)
    return (
        settled.kept.select("row", "value").rows(),
        {d["row"]: (d["rule"], d["kept_row"]) for d in settled.duplicates.to_dicts()},
        sorted(settled.contradictory.get_column("row")),
    )


IDENTICAL = "identical_repeat"
CASES = [
    # one value
    ("set_aside", [(2, 5)], [(2, 5)], {}, []),
    # identical repeats: the first by place is kept, under every rule
    *((rule, [(4, 5), (2, 5), (3, 5)], [(2, 5)], {3: (IDENTICAL, 2), 4: (IDENTICAL, 2)}, [])
      for rule in RULES),
    # two that contradict each other
    ("set_aside", [(2, 5), (3, 6)], [], {}, [2, 3]),
    ("first", [(3, 6), (2, 5)], [(2, 5)], {3: ("repeat_first", 2)}, []),
    ("last", [(3, 6), (2, 5)], [(3, 6)], {2: ("repeat_last", 3)}, []),
    ("mean", [(3, 6), (2, 5)], [(2, 5.5)], {3: ("repeat_mean", 2)}, []),
    # an identical repeat of a contradictory cell goes where that one goes
    ("set_aside", [(2, 5), (3, 6), (4, 5)], [], {}, [2, 3, 4]),
    ("first", [(2, 5), (3, 6), (4, 5)], [(2, 5)], {3: ("repeat_first", 2), 4: (IDENTICAL, 2)}, []),
    ("first", [(2, 5), (3, 6), (4, 6)], [(2, 5)], {3: ("repeat_first", 2), 4: (IDENTICAL, 2)}, []),
    ("last", [(2, 5), (3, 5), (4, 6)], [(4, 6)], {2: ("repeat_last", 4), 3: (IDENTICAL, 4)}, []),
    # what was said last counts, wherever it was said before
    ("last", [(2, 5), (3, 6), (4, 5)], [(2, 5)], {3: ("repeat_last", 2), 4: (IDENTICAL, 2)}, []),
    # the distinct values are averaged, whatever their number
    ("mean", [(2, 5), (3, 5), (4, 8)], [(2, 6.5)], {3: (IDENTICAL, 2), 4: ("repeat_mean", 2)}, []),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "cells", "kept", "duplicates", "contradictory"), CASES)
def test_repeats_of_one_sample(rule, cells, kept, duplicates, contradictory):
    assert outcome(settle_repeats(values(*cells), rule)) == (kept, duplicates, contradictory)


LIMIT = {"comparator": "<"}


@pytest.mark.parametrize(
    ("rule", "kept", "aside"),
    [
        ("set_aside", [], [2, 3]), ("first", [2], []), ("last", [3], []), ("mean", [], [2, 3]),
        ("latest_final", [], [2, 3]),
    ],
)  # fmt: skip
def test_a_limit_contradicts_the_same_number_without_one(rule, kept, aside):
    settled = settle_repeats(values((2, 5, LIMIT), (3, 5)), rule)
    assert settled.kept.get_column("row").to_list() == kept
    assert sorted(settled.contradictory.get_column("row")) == aside


@pytest.mark.parametrize("rule", RULES)
def test_the_same_limit_twice_is_an_identical_repeat(rule):
    kept, duplicates, aside = outcome(settle_repeats(values((2, 5, LIMIT), (3, 5, LIMIT)), rule))
    assert (kept, duplicates, aside) == ([(2, 5)], {3: (IDENTICAL, 2)}, [])


def test_a_limit_among_repeats_of_one_sample_does_not_stop_the_mean_of_another():
    cells = values((2, 5, LIMIT), (3, 6), (4, 7, {"person": "p2"}), (5, 8, {"person": "p2"}))
    kept, _, aside = outcome(settle_repeats(cells, "mean"))
    assert (kept, aside) == ([(4, 7.5)], [2, 3])


@pytest.mark.parametrize(
    "other",
    [{"person": "p2"}, {"marker": "FBS"}, {"sample_date": date(2020, 1, 3)}],
    ids=["person", "marker", "date"],
)
@pytest.mark.parametrize("rule", RULES)
def test_another_person_marker_or_date_is_no_repeat(rule, other):
    settled = settle_repeats(values((2, 5), (3, 6, other)), rule)
    assert settled.kept.height == 2
    assert settled.duplicates.is_empty() and settled.contradictory.is_empty()


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        ("set_aside", []), ("first", ["site_a"]), ("last", ["site_b"]), ("mean", ["site_a"]),
        ("latest_final", []),
    ],
)  # fmt: skip
def test_repeats_across_sources_are_repeats(rule, kept):
    other = {"source": "site_b", "file": "raw/b.xlsx", "sheet": "Visits", "column": "HbA1c"}
    settled = settle_repeats(values((2, 6, other), (9, 5)), rule)
    assert settled.kept.get_column("source").to_list() == kept


def test_an_identical_repeat_of_another_source_says_where_the_kept_one_is():
    other = {"source": "site_b", "file": "raw/b.xlsx", "sheet": "Visits", "column": "HbA1c"}
    settled = settle_repeats(values((2, 5, other), (9, 5)), "set_aside")
    record = settled.duplicates.row(0, named=True)
    assert [record[name] for name in PLACE] == ["site_b", "raw/b.xlsx", "Visits", 2, "HbA1c"]
    assert [record[f"kept_{name}"] for name in PLACE] == ["site_a", "raw/a.csv", None, 9, "result"]


def test_a_mean_does_not_depend_on_the_order_of_the_values():
    cells = [(2, 0.1), (3, 0.2), (4, 0.3), (5, 1e9)]
    one = settle_repeats(values(*cells), "mean").kept
    other = settle_repeats(values(*reversed(cells)), "mean").kept
    assert one.equals(other)


def sent(status: str | None = None, hour: int | None = None, **more) -> dict:
    """What a laboratory says of a result: its status, and the hour at which it was reported."""
    reported = None if hour is None else f"2020-01-02T{hour:02}:00:00"
    return {"status": status, "reported": reported} | more


PRELIMINARY, CORRECTION = "superseded_preliminary", "superseded_by_correction"
STATUSES = [
    # preliminary before final, be it the same number, whatever the times and places
    ([(2, 5, sent("preliminary")), (3, 6, sent("final"))], [(3, 6)], {2: (PRELIMINARY, 3)}, []),
    ([(2, 6, sent("final", 9)), (3, 6, sent("preliminary", 10))], [(2, 6)],
     {3: (PRELIMINARY, 2)}, []),
    ([(2, 5, sent("preliminary")), (3, 6)], [(3, 6)], {2: (PRELIMINARY, 3)}, []),
    # a corrected result supersedes the finals before it, and what was preliminary
    ([(2, 4, sent("preliminary")), (3, 5, sent("final")), (4, 6, sent("corrected"))], [(4, 6)],
     {2: (PRELIMINARY, 4), 3: (CORRECTION, 4)}, []),
    ([(2, 5, sent("final", 10)), (3, 6, sent("corrected", 11))], [(3, 6)],
     {2: (CORRECTION, 3)}, []),
    # the last of several corrections, where each has a time
    ([(2, 5, sent("corrected", 12)), (3, 6, sent("corrected", 11)), (4, 7, sent("final", 10))],
     [(2, 5)], {3: (CORRECTION, 2), 4: (CORRECTION, 2)}, []),
    ([(2, 5, sent("corrected", 12)), (3, 6, sent("corrected"))], [], {}, [2, 3]),
    ([(2, 5, sent("corrected", 12)), (3, 6, sent("corrected", 12))], [], {}, [2, 3]),
    ([(2, 5, sent("corrected", 12)), (3, 5, sent("corrected"))], [(2, 5)],
     {3: (IDENTICAL, 2)}, []),
    # a final result after the correction is another one
    ([(2, 5, sent("corrected", 10)), (3, 6, sent("final", 11))], [], {}, [2, 3]),
    # a laboratory corrects its own results
    ([(2, 5, sent("final")), (3, 6, sent("corrected", source="site_b"))], [], {}, [2, 3]),
    # what was superseded by results that contradict each other goes where they go
    ([(2, 5, sent("preliminary")), (3, 6, sent("final")), (4, 7, sent("final"))], [], {},
     [2, 3, 4]),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "kept", "duplicates", "contradictory"), STATUSES)
@pytest.mark.parametrize("order", [1, -1])
def test_status_comes_before_the_rule(cells, kept, duplicates, contradictory, order):
    settled = settle_repeats(values(*cells[::order]), "set_aside")
    assert outcome(settled) == (kept, duplicates, contradictory)
    assert settled.kept.get_column("flag").null_count() == settled.kept.height


@pytest.mark.parametrize("rule", ["first", "last", "mean", "latest_final"])
def test_under_every_rule_a_final_result_stands_for_the_preliminary_ones(rule):
    cells = values(
        (2, 9, sent("preliminary", 12)), (3, 6, sent("final", 10)), (4, 1, sent("final", 11))
    )
    _, duplicates, _ = outcome(settle_repeats(cells, rule))
    kept = {"first": (3, 6), "last": (4, 1), "mean": (3, 3.5), "latest_final": (4, 1)}[rule]
    assert settle_repeats(cells, rule).kept.select("row", "value").rows() == [kept]
    assert duplicates == {
        2: (PRELIMINARY, kept[0]), 7 - kept[0]: (f"repeat_{rule}", kept[0]),
    }  # fmt: skip


def test_a_preliminary_result_alone_is_kept_and_says_so():
    cells = values((2, 5, sent("preliminary")), (3, 5, sent("preliminary", flag="soft_low")))
    settled = settle_repeats(cells, "set_aside")
    assert settled.kept.select("row", "flag").rows() == [(2, "preliminary")]
    assert outcome(settled)[1] == {3: (IDENTICAL, 2)}
    alone = settle_repeats(values((3, 5, sent("preliminary", flag="soft_low"))), "set_aside")
    assert alone.kept.get_column("flag").to_list() == ["soft_low|preliminary"]


LATEST = [
    ([(2, 5, sent("final", 11)), (3, 6, sent("final", 10))], [(2, 5)],
     {3: ("repeat_latest_final", 2)}, []),
    # what was reported last, in the first cell that says it
    ([(2, 5, sent(None, 9)), (3, 6, sent(None, 10)), (4, 5, sent(None, 11))], [(2, 5)],
     {3: ("repeat_latest_final", 2), 4: (IDENTICAL, 2)}, []),
    # no order: at the same time, or one at an unknown time
    ([(2, 5, sent("final", 11)), (3, 6, sent("final", 11))], [], {}, [2, 3]),
    ([(2, 5, sent("final", 11)), (3, 6, sent("final"))], [], {}, [2, 3]),
    ([(2, 5), (3, 6)], [], {}, [2, 3]),
    # the same at the last time is one statement
    ([(2, 5, sent("final", 11)), (3, 5, sent("final", 11)), (4, 6, sent("final", 8))], [(2, 5)],
     {3: (IDENTICAL, 2), 4: ("repeat_latest_final", 2)}, []),
    # a final result after a correction
    ([(2, 5, sent("corrected", 10)), (3, 6, sent("final", 11))], [(3, 6)],
     {2: ("repeat_latest_final", 3)}, []),
    # a limit is another statement than its number
    ([(2, 5, sent("final", 11)), (3, 5, sent("final", 11, comparator="<"))], [], {}, [2, 3]),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "kept", "duplicates", "contradictory"), LATEST)
@pytest.mark.parametrize("order", [1, -1])
def test_the_latest_final_result(cells, kept, duplicates, contradictory, order):
    settled = settle_repeats(values(*cells[::order]), "latest_final")
    assert outcome(settled) == (kept, duplicates, contradictory)


@pytest.mark.parametrize("rule", RULES)
def test_no_values_are_settled(rule):
    settled = settle_repeats(values((2, 5)).clear(), rule)
    assert settled.kept.is_empty() and settled.kept.columns == list(SCHEMA)
    assert settled.duplicates.is_empty() and settled.contradictory.is_empty()


@pytest.mark.parametrize("seed", range(15))
@pytest.mark.parametrize("rule", RULES)
def test_every_cell_is_kept_a_duplicate_or_contradictory_and_only_one_of_them(rule, seed):
    draw = random.Random(seed)
    sheets = [None, "Visits"]
    cells = values(
        *(
            (
                row,
                draw.choice([5, 6, 7]),
                {
                    "person": draw.choice(["p1", "p2", "p3"]),
                    "marker": draw.choice(["HBA1C", "FBS"]),
                    "sample_date": date(2020, 1, draw.choice([2, 3])),
                    "comparator": draw.choice([None, None, None, "<"]),
                    "source": draw.choice(["site_a", "site_b"]),
                    "sheet": draw.choice(sheets),
                    "status": draw.choice([None, "final", "preliminary", "corrected"]),
                    "reported": draw.choice([None, *TIMES]),
                },
            )
            for row in range(2, 62)
        )
    ).sample(fraction=1, shuffle=True, seed=seed)
    settled = settle_repeats(cells, rule)
    parts = [settled.kept, settled.duplicates, settled.contradictory]
    rows = [row for part in parts for row in part.get_column("row")]
    assert sorted(rows) == list(range(2, 62))
    # one value a key, and each duplicate points to a cell of its own key that was kept
    kept = {r["row"]: r for r in settled.kept.to_dicts()}
    keys = {(r["marker"], r["person"], r["sample_date"]) for r in kept.values()}
    assert len(keys) == len(kept)
    given = {r["row"]: r for r in cells.to_dicts()}
    for record in settled.duplicates.to_dicts():
        target, own = kept[record["kept_row"]], given[record["row"]]
        assert [target[n] for n in ("marker", "person", "sample_date")] == [
            own[n] for n in ("marker", "person", "sample_date")
        ]
    # a key that has a value kept has no contradictory cell
    lost = {(r["marker"], r["person"], r["sample_date"]) for r in settled.contradictory.to_dicts()}
    assert not lost & keys
