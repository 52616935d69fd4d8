"""Who went from which class to which, against a plain count in Python."""

import random
from collections import Counter

import pandera.polars as pa
import polars as pl
import pytest
from labcohort.assess.transitions import transitions
from labcohort.jobs.transitions import main

from schemas.cohort import Membership
from schemas.frames import checked
from schemas.transitions import Transitions

STAGES = ["1", "2", "3"]
HOW = {"baseline": "baseline", "categories": {"CKD_STAGE": STAGES}}
ASKED = [
    {"marker": "CKD_STAGE", "cohort": "all", "timepoint": "month_6"},
    {"marker": "CKD_STAGE", "cohort": "men", "timepoint": "month_6"},
]
VALUES = dict.fromkeys(("person", "marker", "timepoint", "category"), pl.String)


def values(*rows: tuple[str, str, str | None]) -> pl.DataFrame:
    """From (person, timepoint, category)."""
    return pl.DataFrame([(p, "CKD_STAGE", t, c) for p, t, c in rows], VALUES, orient="row")


def members(*rows: tuple[str, str]) -> pl.DataFrame:
    """At six months, from (cohort, person)."""
    schema = {name: c.dtype.type for name, c in Membership.to_schema().columns.items()}
    return pl.DataFrame([(c, "month_6", p) for c, p in rows], schema, orient="row")


def counted(chosen: pl.DataFrame, inside: pl.DataFrame, buckets: int = 1, asked=ASKED) -> list:
    """Rows of the persons in so many buckets, by the last letter of their names."""
    of = [pl.col("person").str.slice(-1).str.to_integer() % buckets == i for i in range(buckets)]
    parts = [("CKD_STAGE", [chosen.lazy().filter(own) for own in of])] if chosen.height else []
    return transitions(asked, parts, [inside.lazy().filter(own) for own in of], HOW)


def drawn(seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Made-up values and members; some have no value at one visit or at both."""
    draw = random.Random(seed)
    people = [f"p{i:03}" for i in range(200)]
    rows = [
        (p, t, draw.choice(STAGES))
        for p in people
        for t in ("baseline", "month_6", "month_12")
        if draw.random() < 0.8
    ]
    inside = [(c, p) for p in people for c in ("all", "men") if draw.random() < 0.7]
    return values(*draw.sample(rows, len(rows))), members(*draw.sample(inside, len(inside)))


@pytest.mark.parametrize("seed", range(3))
def test_counts_are_those_of_a_plain_count_whatever_the_buckets(seed):
    chosen, inside = drawn(seed)
    category = {(p, t): c for p, _, t, c in chosen.iter_rows()}
    plain = Counter(
        (cohort, category.get((p, "baseline")), category.get((p, "month_6")))
        for cohort, _, p in inside.iter_rows()
    )
    rows = counted(chosen, inside)
    found = {(r["cohort"], r["category_baseline"], r["category_followup"]): r["n"] for r in rows}
    assert {key: n for key, n in found.items() if n} == dict(plain)
    assert min(plain.values()) > 0 and (("all", None, None) in plain)
    for buckets in (2, 5):
        assert counted(chosen, inside, buckets) == rows


def test_every_pair_of_classes_has_a_row_in_the_order_of_the_scheme():
    rows = counted(values(("p1", "baseline", "2"), ("p1", "month_6", "3")), members(("all", "p1")))
    pairs = [(r["category_baseline"], r["category_followup"], r["n"]) for r in rows[:16]]
    known = [*STAGES, None]
    assert pairs == [(a, b, int((a, b) == ("2", "3"))) for a in known for b in known]
    # of a cohort that nobody is in, zeros
    assert {r["cohort"] for r in rows[16:]} == {"men"}
    assert [r["n"] for r in rows[16:]] == [0] * 16


def test_of_a_marker_that_nobody_has_all_members_have_no_value():
    rows = counted(values(), members(("all", "p1"), ("all", "p2")), asked=ASKED[:1])
    assert [(r["category_baseline"], r["category_followup"], r["n"]) for r in rows if r["n"]] == [
        (None, None, 2)
    ]


def test_a_person_twice_at_a_visit_is_a_fault():
    twice = values(("p1", "baseline", "2"), ("p1", "baseline", "3"))
    with pytest.raises(ValueError, match="stands twice"):
        counted(twice, members(("all", "p1")))


def test_a_class_that_is_none_of_the_markers_is_a_fault():
    with pytest.raises(ValueError, match="a class that its marker does not have"):
        counted(values(("p1", "baseline", "G3a")), members(("all", "p1")))


@pytest.mark.parametrize("buckets", [["1-of-1"], ["1-of-2", "2-of-2"]])
def test_the_job_reads_the_buckets_of_all_panels(tmp_path, buckets):
    chosen = values(
        ("p0", "baseline", "1"), ("p0", "month_6", "2"),
        ("p1", "baseline", "1"), ("p1", "month_6", "2"),
    )  # fmt: skip
    other = values(("p0", "baseline", None)).with_columns(marker=pl.lit("ALT"))
    inside = members(("all", "p0"), ("all", "p1"))
    paths = {"transitions": str(tmp_path / "transitions.parquet")}
    for name, frame in {
        "values/renal": chosen,
        "values/liver": other,
        "membership": inside,
    }.items():
        for i, bucket in enumerate(buckets):
            path = tmp_path / name / f"{bucket}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            own = pl.col("person").str.slice(-1).str.to_integer() % len(buckets) == i
            frame.filter(own).write_parquet(path)
            paths.setdefault(name.partition("/")[0], []).append(str(path))
    main(paths, "all", HOW | {"drawn": ASKED[:1]})
    found = pl.read_parquet(paths["transitions"])
    assert found.filter(pl.col("n") > 0).rows() == [("CKD_STAGE", "all", "month_6", "1", "2", 2)]
    assert found.height == 16


def test_without_a_figure_of_transitions_the_table_is_empty(tmp_path):
    path = tmp_path / "transitions.parquet"
    main({"transitions": str(path)}, "all", {"drawn": [], "categories": {}, "baseline": "baseline"})
    assert pl.read_parquet(path).schema == checked(Transitions, []).schema


def without_null(rows: list[dict]) -> list[dict]:
    return [row for row in rows if None not in row.values()]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda rows: rows[1:],
        lambda rows: [rows[0], rows[0], *rows[2:]],
        without_null,
        lambda rows: [rows[0] | {"n": -1}, *rows[1:]],
    ],
    ids=["a pair less", "a pair twice", "no null", "a negative count"],
)
def test_the_contract_wants_every_pair_once(wrong):
    rows = counted(values(("p1", "baseline", "2")), members(("all", "p1")), asked=ASKED[:1])
    assert checked(Transitions, rows).height == 16
    with pytest.raises((pa.errors.SchemaErrors, pa.errors.SchemaError)):
        checked(Transitions, wrong(rows))
