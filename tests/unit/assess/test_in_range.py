"""Values against their ranges: whose range, which side, which pairs, and what is said."""

import random
from datetime import date

import pandera.polars as pa
import polars as pl
import pytest
from labcohort.assess.in_range import in_range
from labcohort.assess.reference_ranges import judged as judged_by_number
from labcohort.compare.persons import Persons, members_by_number
from labcohort.jobs.in_range import main

from schemas.cohort import Chosen, Membership
from schemas.in_range import InRange

TESTED = {
    "cohort": "all", "marker": "BUN", "timepoint": "month_6", "selected_on_baseline": False,
}  # fmt: skip
HOW = {"baseline": "baseline", "confidence": 0.95, "censored": "lod_half"}
BUN = {"marker": "BUN", "sex": None, "age_low": None, "age_high": None, "low": 2.5, "high": 7.1}


def typed(model, rows: list[dict]) -> pl.DataFrame:
    schema = {name: c.dtype.type for name, c in model.to_schema().columns.items()}
    return pl.DataFrame([dict.fromkeys(schema) | row for row in rows], schema=schema, orient="row")


def value(person, timepoint, number, own=(None, None), **more) -> dict:
    return {
        "person": person, "marker": "BUN", "timepoint": timepoint, "day": 0,
        "sample_date": date(2020, 6, 30), "value": number, "range_low": own[0],
        "range_high": own[1],
    } | more  # fmt: skip


def both(person, before, after, own=(None, None), **more) -> list[dict]:
    return [value(person, t, x, own, **more) for t, x in (("baseline", before), ("month_6", after))]


def chosen(*rows: dict) -> pl.DataFrame:
    return typed(Chosen, list(rows))


def members(*people: str, cohort="all", timepoint="month_6") -> pl.DataFrame:
    return typed(
        Membership, [{"cohort": cohort, "timepoint": timepoint, "person": p} for p in people]
    )


def patients(**people: tuple) -> pl.DataFrame:
    """From person=(sex, birth_date, age)."""
    schema = {"person": pl.String, "sex": pl.String, "birth_date": pl.Date, "age": pl.Float64}
    return pl.DataFrame([(k, *v) for k, v in people.items()], schema=schema, orient="row")


def judged(values: pl.DataFrame, people: pl.DataFrame | None, ranges) -> pl.DataFrame:
    """The values by person, held against their ranges."""
    persons = Persons([values.get_column("person")])
    facts = persons.arranged([patients() if people is None else people])
    named = values.with_columns(name="person")
    found = judged_by_number(persons.numbered(0, named), facts, list(ranges), {})
    return found.rename({"name": "person"}).drop("number")


def row(values: pl.DataFrame, who: pl.DataFrame, ranges=(BUN,), people=None, **how) -> dict:
    persons = Persons([who.get_column("person")])
    found = persons.numbered(0, judged(values, people, ranges))
    groups = members_by_number([who.lazy()], persons)
    (made,) = in_range([TESTED], [("BUN", [found])], groups, HOW | how)
    InRange.validate(typed(InRange, [made]), lazy=True)
    return made


def sides(values: pl.DataFrame, ranges=(BUN,), people=None) -> list[int | None]:
    return judged(values, people, ranges).get_column("side").to_list()


def test_counts_of_before_and_after():
    made = row(
        chosen(
            *both("p1", 5.0, 5.0),
            *both("p2", 5.0, 9.0),
            *both("p3", 9.0, 5.0),
            *both("p4", 9.0, 6.0),
            *both("p5", 1.0, 9.0),
            *both("p9", 5.0, 5.0),
        ),
        members("p1", "p2", "p3", "p4", "p5"),
    )
    assert [made[k] for k in ("in_in", "in_out", "out_in", "out_out")] == [1, 1, 2, 1]
    sides = ("below_baseline", "above_baseline", "below_followup", "above_followup")
    assert [made[k] for k in sides] == [1, 2, 0, 2]
    assert (made["share_baseline"], made["share_followup"]) == (0.4, 0.6)
    assert made["difference"] == pytest.approx(0.2)
    assert made["difference_ci_low"] < 0 < made["difference_ci_high"]
    # one of three changed the other way: 2 · (1 + 3)/2^3
    assert made["p_mcnemar"] == 1
    assert (made["range_low"], made["range_high"]) == (2.5, 7.1)
    assert (made["centre_baseline"], made["centre_followup"]) == ("yes", "yes")
    assert made["note"] is None


@pytest.mark.parametrize(("number", "side"), [(2.49, -1), (2.5, 0), (5.0, 0), (7.1, 0), (7.11, 1)])
def test_bounds_are_inside(number, side):
    assert sides(chosen(value("p1", "baseline", number))) == [side]
    own = chosen(value("p1", "baseline", number, own=(2.5, 7.1)))
    assert sides(own, ranges=()) == [side]


def test_a_bound_in_another_unit_is_inside():
    # mg/dL to mmol/L of urea nitrogen: factor .357; bounds with one decimal on either way
    for tenths in range(10, 400):
        number = tenths / 10 * 0.357
        bound = tenths * 0.357 / 10
        assert sides(chosen(value("p", "baseline", number, own=(bound, None)))) == [0]
        assert sides(chosen(value("p", "baseline", number, own=(None, bound)))) == [0]
    assert sides(chosen(value("p", "baseline", 7.1 + 1e-9))) == [1]


@pytest.mark.parametrize(
    ("own", "number", "side"),
    [((None, 4.0), 5.0, 1), ((None, 4.0), 0.1, 0), ((6.0, None), 5.0, -1), ((6.0, None), 99.0, 0)],
)
def test_the_laboratorys_own_range_goes_before_the_tables(own, number, side):
    assert sides(chosen(value("p1", "baseline", number, own=own))) == [side]


def test_ranges_by_sex_and_age_at_the_sample():
    ranges = [
        BUN | {"sex": "male", "high": 10.0},
        BUN | {"sex": "female", "age_high": 60.0, "high": 11.0},
        BUN | {"sex": "female", "age_low": 60.0, "high": 12.0},
    ]
    people = patients(
        man=("male", None, None),
        # 60 on the very day of the sample, and the day after it
        woman_60=("female", date(1960, 6, 30), None),
        woman_59=("female", date(1960, 7, 1), None),
        of_age=("female", None, 72.0),
        ageless=("female", None, None),
        sexless=(None, date(1960, 6, 30), None),
    )
    names = people.get_column("person").to_list()
    found = judged(chosen(*(value(p, "baseline", 5.0) for p in [*names, "nobody"])), people, ranges)
    assert dict(found.select("person", "high").iter_rows()) == {
        "man": 10.0, "woman_60": 12.0, "woman_59": 11.0, "of_age": 12.0, "ageless": None,
        "sexless": None, "nobody": None,
    }  # fmt: skip
    assert found.filter(pl.col("high").is_null())["side"].null_count() == 3


def test_the_first_row_that_is_for_the_person_holds():
    ranges = [BUN | {"sex": "male", "high": 9.0}, BUN, BUN | {"high": 99.0}]
    people = patients(a=("male", None, None), b=(None, None, None))
    values = chosen(value("a", "baseline", 8.0), value("b", "baseline", 8.0))
    assert sides(values, ranges, people) == [0, 1]


def test_a_row_of_the_table_without_bounds_is_no_range():
    assert sides(chosen(value("p", "baseline", 5.0)), [BUN | {"low": None, "high": None}]) == [None]


def test_pairs_without_a_range_are_counted_apart():
    own = (2.5, 7.1)
    made = row(
        chosen(
            *both("p1", 5.0, 9.0, own),
            value("p2", "baseline", 5.0, own), value("p2", "month_6", 5.0),
            *both("p3", 5.0, 5.0),
            value("p4", "baseline", 5.0, own),
        ),
        members("p1", "p2", "p3", "p4"),
        ranges=(),
    )  # fmt: skip
    assert (made["n_pairs"], made["n_judged"], made["n_without_range"]) == (3, 1, 2)
    assert made["n_own_range"] == 2


def test_each_value_is_held_against_the_range_of_its_own_date():
    before, after = value("p1", "baseline", 8.0, (2.5, 7.1)), value("p1", "month_6", 8.0, (2.5, 9))
    made = row(chosen(before, after), members("p1"))
    assert (made["out_in"], made["n_own_range"]) == (1, 2)
    assert (made["range_low"], made["range_high"]) == (None, None)
    assert made["note"] == "2 different ranges"
    assert (made["centre_baseline"], made["centre_followup"]) == ("no", "yes")


def test_the_centre_depends_where_the_ranges_disagree():
    made = row(
        chosen(*both("p1", 8.0, 8.0, (2.5, 7.1)), *both("p2", 8.0, 20.0, (2.5, 9.0))),
        members("p1", "p2"),
    )
    assert (made["centre_baseline"], made["centre_followup"]) == ("depends", "no")


@pytest.mark.parametrize(
    ("rows", "who", "ranges", "note"),
    [
        ([], [], (BUN,), "no test: nobody is in this cohort at this timepoint"),
        ([value("p1", "baseline", 5.0)], ["p1"], (BUN,), "no test: no pairs"),
        (both("p1", 5.0, 9.0), ["p1"], (), "no test: no pair has a range at both visits"),
        (both("p1", 5.0, 5.0), ["p1"], (BUN,), "no test: no pair changed"),
    ],
)
def test_without_a_test_there_is_a_reason(rows, who, ranges, note):
    made = row(chosen(*rows), members(*who), ranges)
    assert (made["p_mcnemar"], made["note"]) == (None, note)


def test_limits_are_judged_at_their_analysis_value_and_counted():
    values = chosen(
        *both("p1", 5.0, 5.0, comparator="<"),
        *both("p2", 5.0, 9.0, flag="soft_low|censored_input"),
        *both("p3", 5.0, 5.0, flag="soft_low"),
    )
    who = members("p1", "p2", "p3")
    made = row(values, who)
    assert (made["n_judged"], made["n_censored"]) == (3, 4)
    assert made["note"] == "4 of 6 values are, or rest on, a result sent as a limit (lod_half)"
    # the rule is one of whoever chose the values: all that are there are judged
    again = row(values, who, censored="lod")
    assert again == made | {"note": made["note"].replace("lod_half", "lod")}


@pytest.mark.parametrize("seed", range(5))
def test_counts_add_up_and_the_order_of_rows_changes_no_bit(seed):
    draw = random.Random(seed)
    people = [f"p{i:03}" for i in range(80)]
    rows = [
        value(p, t, round(draw.uniform(1, 9), 1), draw.choice([(None, None), (2.0, 6.5)]))
        for p in people
        for t in ("baseline", "month_6")
        if draw.random() < 0.9
    ]
    ranges = [BUN | {"sex": "male"}, BUN | {"sex": "female", "age_low": 40.0, "high": 6.6}]
    sexes = ("male", "female", None)
    about = patients(**{p: (draw.choice(sexes), None, draw.uniform(20, 80)) for p in people})
    who = draw.sample(people, 60)
    made = row(chosen(*rows), members(*who), ranges, about)
    for _ in range(3):
        shuffled, others = draw.sample(rows, len(rows)), draw.sample(who, len(who))
        again = row(chosen(*shuffled), members(*others), ranges, about.sample(fraction=1, seed=1))
        assert again == made
    inside = {k for k in who if {r["timepoint"] for r in rows if r["person"] == k} >= {
        "baseline", "month_6"}}  # fmt: skip
    assert made["n_pairs"] == len(inside)
    assert 0 < made["n_without_range"] < made["n_pairs"]


@pytest.mark.parametrize("person", ["p1", "p2"], ids=["one_bucket", "two_buckets"])
def test_the_job_has_a_row_for_all_that_is_tested(tmp_path, person):
    frames = {
        "values/renal": chosen(*both("p1", 5.0, 9.0)),
        "values/liver": chosen(*both(person, 30.0, 30.0, (7.0, 40.0), marker="ALT")),
        "membership": pl.concat([members("p1"), members(person, cohort="male")]),
        "patients": patients(p1=("male", None, 50.0), p2=("male", None, 50.0)),
    }
    paths = {"in_range": str(tmp_path / "in_range.parquet")}
    for part, frame in frames.items():
        for bucket in sorted({"p1", person}):
            path = tmp_path / part / f"{bucket}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            frame.filter(person=bucket).write_parquet(path)
            paths.setdefault(part.partition("/")[0], []).append(str(path))
    tested = [
        TESTED,
        TESTED | {"marker": "ALT", "cohort": "male"},
        TESTED | {"marker": "GGT"},
        TESTED | {"cohort": "female"},
    ]
    main(paths, "", HOW | {"tested": tested, "ranges": [BUN], "decimals": {}})
    found = pl.read_parquet(paths["in_range"])
    assert found.select("cohort", "marker", "n_judged", "in_in", "in_out").rows() == [
        ("all", "BUN", 1, 0, 1),
        ("all", "GGT", 0, 0, 0),
        ("female", "BUN", 0, 0, 0),
        ("male", "ALT", 1, 1, 0),
    ]


def test_a_person_twice_at_a_visit_is_a_fault():
    with pytest.raises(ValueError, match="stands twice"):
        row(chosen(*both("p1", 5.0, 9.0), value("p1", "month_6", 5.0)), members("p1"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"n_judged": 2},
        {"n_without_range": 1},
        {"in_in": 1},
        {"above_followup": 0},
        {"n_own_range": 3},
        {"share_baseline": None},
        {"p_mcnemar": None},
        {"difference_ci_low": 0.5},
        {"range_low": float("nan")},
        {"centre_baseline": "maybe"},
    ],
)
def test_the_contract_refuses_rows_that_do_not_add_up(wrong):
    good = row(chosen(*both("p1", 5.0, 9.0)), members("p1"))
    assert (good["in_out"], good["note"], good["difference"]) == (1, None, -1.0)
    with pytest.raises((pa.errors.SchemaErrors, pa.errors.SchemaError)):
        InRange.validate(typed(InRange, [good | wrong]), lazy=True)
