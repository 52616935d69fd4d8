"""Results to timepoints; windows of the study's default (contract: baseline = last in days
-90..0, month 6 = day 182 ± 45, month 12 = day 365 ± 60; nearest, tie to the earlier)."""

import random
from datetime import date, timedelta
from itertools import product

import polars as pl
import pytest
from labcohort.cohorts import placing
from labcohort.cohorts.days import anchor_dates, with_days
from labcohort.cohorts.fates import fates, not_chosen
from labcohort.cohorts.placing import visit_dates
from labcohort.cohorts.timepoints import calendar
from labcohort.cohorts.windows import visited

from schemas.quality import NotChosen

DAY_0 = date(2020, 6, 1)
PATIENTS = pl.DataFrame(
    {"person": ["p1", "p2", "p3"], "infusion_date": [DAY_0, DAY_0 + timedelta(10), None]}
)
SCHEMA = {"person": pl.String, "marker": pl.String, "sample_date": pl.Date, "value": pl.Float64}


def visit(timepoint: str, target: int, before: int, after: int, **more) -> dict:
    default = {"anchor": "infusion_date", "scope": "marker", "choice": "nearest", "tie": "earlier"}
    return default | {
        "timepoint": timepoint, "target_day": target, "before": before, "after": after, **more,
    }  # fmt: skip


def study(**more) -> list[dict]:
    return [
        visit("baseline", 0, 90, 0, choice="last", **more),
        visit("month_6", 182, 45, 45, **more),
        visit("month_12", 365, 60, 60, **more),
    ]


def results(*rows: tuple) -> pl.DataFrame:
    """Results from (day of p1's count, value[, marker[, person]])."""
    full = [(*row, *("HBA1C", "p1")[len(row) - 2 :]) for row in rows]
    measured = pl.DataFrame(
        [(person, marker, DAY_0 + timedelta(day), value) for day, value, marker, person in full],
        schema=SCHEMA,
        orient="row",
    )
    nothing = pl.lit(None, pl.String)
    return measured.with_columns(comparator=nothing, category=nothing, flag=nothing)


def dated(given: pl.DataFrame, visits: list[dict], patients: pl.DataFrame = PATIENTS):
    """Results with their days, and the days chosen for persons, as the job does it."""
    dates = given.select("person", "sample_date")
    anchors = anchor_dates(dates.lazy(), patients, visits)
    days = with_days(given, anchors, visits)
    by_person = visit_dates(days.select("person", "day").unique(), visits)
    return days, by_person


def picked_of(given: pl.DataFrame, visits: list[dict]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The placed results, and those of them that are chosen."""
    days, own = dated(given, visits)
    found = placing.placed(days, visits, own)
    return found, placing.chosen(found, visits)


def chosen(given: pl.DataFrame, visits: list[dict]) -> dict:
    """(person, marker, timepoint) -> (day, value)."""
    _, rows = picked_of(given, visits)
    found = {
        (r["person"], r["marker"], r["timepoint"]): (r["day"], r["value"]) for r in rows.to_dicts()
    }
    assert len(found) == rows.height
    return found


def days_chosen(visits: list[dict], *days: int) -> dict[str, int]:
    found = chosen(results(*((day, float(i)) for i, day in enumerate(days))), visits)
    return {timepoint: day for (_, _, timepoint), (day, _) in found.items()}


@pytest.mark.parametrize(
    ("day", "timepoint"),
    [
        (-91, None), (-90, "baseline"), (0, "baseline"), (1, None),
        (136, None), (137, "month_6"), (227, "month_6"), (228, None),
        (304, None), (305, "month_12"), (425, "month_12"), (426, None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("scope", ["marker", "person"])
def test_windows_include_both_ends(scope, day, timepoint):
    assert days_chosen(study(scope=scope), day) == ({timepoint: day} if timepoint else {})


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ((-30, -2), {"baseline": -2}),
        ((-30, 0, 1), {"baseline": 0}),
        ((170, 190), {"month_6": 190}),
        ((181, 183), {"month_6": 181}),
        ((182, 137), {"month_6": 182}),
        ((-5, 180, 300, 400), {"baseline": -5, "month_6": 180, "month_12": 400}),
    ],
)
@pytest.mark.parametrize("scope", ["marker", "person"])
def test_the_default_choice(scope, days, expected):
    assert days_chosen(study(scope=scope), *days) == expected


@pytest.mark.parametrize(
    ("choice", "tie", "day"),
    [
        ("nearest", "earlier", 181), ("nearest", "later", 183),
        ("first", "earlier", 150), ("first", "later", 150),
        ("last", "earlier", 200), ("last", "later", 200),
    ],
)  # fmt: skip
@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("scope", ["marker", "person"])
def test_choices_and_ties(scope, choice, tie, day, order):
    visits = [visit("month_6", 182, 45, 45, choice=choice, tie=tie, scope=scope)]
    days = (150, 181, 183, 200)[::order]
    assert days_chosen(visits, *days) == {"month_6": day}


@pytest.mark.parametrize("scope", ["marker", "person"])
def test_a_mean_is_of_all_results_in_the_window_and_stands_on_the_first_day(scope):
    visits = [visit("month_6", 182, 45, 45, choice="mean", scope=scope)]
    given = results((200, 9.0), (150, 6.0), (182, 6.0), (300, 90.0), (160, 4.0, "FBS"))
    assert chosen(given, visits) == {
        ("p1", "HBA1C", "month_6"): (150, 7.0),
        ("p1", "FBS", "month_6"): (160, 4.0),
    }


def test_by_marker_each_marker_has_its_own_day():
    found = chosen(results((180, 1.0), (190, 2.0, "FBS")), study())
    assert found == {("p1", "HBA1C", "month_6"): (180, 1.0), ("p1", "FBS", "month_6"): (190, 2.0)}


def test_by_person_all_markers_have_the_day_of_the_visit():
    # day 180 is nearer: the marker that was measured on day 190 only has no value then
    found = chosen(results((180, 1.0), (190, 2.0, "FBS"), (190, 3.0)), study(scope="person"))
    assert found == {("p1", "HBA1C", "month_6"): (180, 1.0)}


def test_days_count_from_the_anchor_of_each_person():
    found = chosen(results((190, 1.0, "HBA1C", "p1"), (190, 2.0, "HBA1C", "p2")), study())
    assert found["p1", "HBA1C", "month_6"] == (190, 1.0)
    assert found["p2", "HBA1C", "month_6"] == (180, 2.0)


def test_who_has_no_anchor_is_at_no_timepoint():
    assert chosen(results((180, 1.0, "HBA1C", "p3")), study()) == {}


def test_nobody_at_a_timepoint_is_no_fault():
    given = results((0, 1.0))
    assert set(picked_of(given, study())[1].get_column("timepoint")) == {"baseline"}
    assert picked_of(given.clear(), study())[1].is_empty()


FIRST = [
    visit("baseline", 0, 0, 0, anchor="first_result"),
    visit("month_12", 365, 60, 60, anchor="first_result"),
]


def test_the_first_result_of_the_person_is_day_0_of_all_its_markers():
    visits = [v | {"scope": "person"} for v in FIRST]
    found = chosen(results((5, 1.0), (5, 2.0, "FBS"), (7, 3.0, "TC"), (370, 4.0, "TC")), visits)
    assert found == {
        ("p1", "HBA1C", "baseline"): (0, 1.0),
        ("p1", "FBS", "baseline"): (0, 2.0),
        ("p1", "TC", "month_12"): (365, 4.0),
    }


def test_the_first_result_of_each_marker_is_its_day_0():
    given = results((5, 1.0), (7, 3.0, "TC"), (372, 4.0, "TC"), (9, 5.0, "TC", "p2"))
    assert chosen(given, FIRST) == {
        ("p1", "HBA1C", "baseline"): (0, 1.0),
        ("p1", "TC", "baseline"): (0, 3.0),
        ("p1", "TC", "month_12"): (365, 4.0),
        ("p2", "TC", "baseline"): (0, 5.0),
    }


def fate_of_days(visits: list[dict], given: pl.DataFrame) -> dict[int, tuple]:
    rows = fates(picked_of(given, visits)[0], visits)
    assert rows.height == given.height
    return {(r["sample_date"] - DAY_0).days: (r["fate"], r["reason"]) for r in rows.to_dicts()}


def test_reasons_of_results_that_were_not_chosen():
    given = results(*((day, 1.0) for day in (-91, -90, 0, 1, 180, 182, 300, 365, 426)))
    assert fate_of_days(study(), given) == {
        -91: ("out_of_window", "before the window of baseline"),
        -90: ("out_of_window", "another result of baseline was chosen"),
        0: (None, None),
        1: ("out_of_window", "before the window of month_6"),
        180: ("out_of_window", "another result of month_6 was chosen"),
        182: (None, None),
        300: ("out_of_window", "before the window of month_12"),
        365: (None, None),
        426: ("out_of_window", "after the window of month_12"),
    }


def test_a_result_of_a_person_without_an_anchor_says_so():
    assert fate_of_days(study(), results((180, 1.0, "HBA1C", "p3"))) == {
        180: ("out_of_window", "no anchor date")
    }


@pytest.mark.parametrize("scope", ["marker", "person"])
def test_all_results_of_a_mean_are_used(scope):
    visits = [visit("month_6", 182, 45, 45, choice="mean", scope=scope)]
    found = fate_of_days(visits, results((150, 6.0), (182, 6.0), (300, 9.0)))
    assert [day for day, (fate, _) in found.items() if fate is None] == [150, 182]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("scope", ["marker", "person"])
@pytest.mark.parametrize("choice", ["nearest", "first", "last", "mean"])
def test_every_result_has_one_fate_and_is_used_only_where_chosen(scope, choice, seed):
    draw = random.Random(seed)
    keys = {
        (draw.randrange(-120, 460), draw.choice(["HBA1C", "FBS"]), draw.choice(["p1", "p2", "p3"]))
        for _ in range(80)
    }
    given = results(*((day, 1.0, marker, person) for day, marker, person in sorted(keys)))
    visits = [v | {"choice": choice} for v in study(scope=scope)]
    found, picked = picked_of(given.sample(fraction=1, shuffle=True, seed=seed), visits)
    settled = fates(found, visits)
    key = ["person", "marker", "sample_date"]
    assert settled.select(key).sort(key).equals(given.select(key).sort(key))
    used = settled.filter(pl.col("fate").is_null())
    assert used.get_column("reason").null_count() == used.height
    assert settled.filter(pl.col("fate").is_not_null()).get_column("reason").null_count() == 0
    if choice != "mean":
        assert used.select(key).sort(key).equals(picked.select(key).sort(key))
    assert picked.select("person", "marker", "timepoint").is_duplicated().any() is False


BEST = {
    ("nearest", "earlier"): lambda day, target: (abs(day - target), day),
    ("nearest", "later"): lambda day, target: (abs(day - target), -day),
    ("first", "earlier"): lambda day, target: day,
    ("last", "later"): lambda day, target: -day,
}


@pytest.mark.parametrize("names", [pl.String, pl.Enum(["p1", "p2", "p3"])], ids=["text", "number"])
@pytest.mark.parametrize("how", BEST)
@pytest.mark.parametrize("scope", ["marker", "person"])
@pytest.mark.parametrize("seed", range(3))
def test_each_choice_is_what_a_plain_search_finds(seed, scope, how, names):
    draw = random.Random(seed)
    keys = {
        (draw.randrange(-120, 460), draw.choice(["HBA1C", "FBS"]), draw.choice(["p1", "p2"]))
        for _ in range(60)
    }
    visits = [v | {"choice": how[0], "tie": how[1]} for v in study(scope=scope)]
    given = results(*((day, float(day), marker, person) for day, marker, person in keys))
    by_name, patients = (f.with_columns(pl.col("person").cast(names)) for f in (given, PATIENTS))
    when = calendar([by_name.lazy()], patients, visits)
    rows = when.chosen(when.results(by_name.lazy())).select(
        "person", "marker", "timepoint", "value"
    )
    # p2's day 0 is ten days later
    own = {(person, marker, day - 10 * (person == "p2")) for day, marker, person in keys}
    expected = set()
    for visit, person, marker in product(visits, ["p1", "p2"], ["HBA1C", "FBS"]):
        low, target = visit["target_day"] - visit["before"], visit["target_day"]
        inside = [
            (p, m, day) for p, m, day in own
            if p == person and low <= day <= target + visit["after"]
        ]  # fmt: skip
        others = [day for _, m, day in inside if scope == "person" or m == marker]
        best = min(others, key=lambda day: BEST[how](day, target), default=None)
        if (person, marker, best) in own:
            value = float(best + 10 * (person == "p2"))
            expected.add((person, marker, visit["timepoint"], value))
    assert rows.height == len(expected) and set(rows.iter_rows()) == expected
    assert rows.select("marker", "timepoint", "person").rows() == sorted(
        (marker, timepoint, person) for person, marker, timepoint, _ in expected
    )


def test_a_mean_of_a_class_is_its_first_and_a_mean_of_limits_keeps_the_limit():
    visits = [visit("month_6", 182, 45, 45, choice="mean")]
    given = results((150, 2.0, "CKD_STAGE"), (160, 3.0, "CKD_STAGE"), (150, 1.0), (160, 0.5))
    stage, low = pl.col("marker") == "CKD_STAGE", pl.col("value") == 0.5
    given = given.with_columns(
        category=pl.when(stage).then(pl.col("value").cast(pl.Int64).cast(pl.String)),
        comparator=pl.when(low).then(pl.lit("<")),
    )
    rows = picked_of(given, visits)[1].to_dicts()
    found = {r["marker"]: (r["value"], r["category"], r["comparator"]) for r in rows}
    assert found == {"CKD_STAGE": (2.0, "2", None), "HBA1C": (0.75, None, "<")}


def test_a_mean_has_the_flags_of_all_its_results():
    visits = [visit("month_6", 182, 45, 45, choice="mean")]
    given = results((150, 1.0), (160, 2.0), (170, 3.0), (150, 1.0, "FBS"))
    day = (pl.col("sample_date") - DAY_0).dt.total_days()
    flags = {150: "soft_low", 160: "insulin_treated|soft_low", 170: None}
    flag = day.replace_strict(flags, return_dtype=pl.String)
    given = given.with_columns(flag=pl.when(pl.col("marker") == "HBA1C").then(flag))
    rows = picked_of(given, visits)[1].to_dicts()
    # a result of an insulin-treated day is in the mean: whoever leaves it out must see it
    found = {r["marker"]: set((r["flag"] or "").split("|")) for r in rows}
    assert found == {"HBA1C": {"soft_low", "insulin_treated"}, "FBS": {""}}
    assert next(r["flag"] for r in rows if r["marker"] == "FBS") is None


def with_limits(given: pl.DataFrame, **signs: dict[int, str]) -> pl.DataFrame:
    """Results with a comparator or a flag, by their day: comparator={180: "<"}."""
    day = (pl.col("sample_date") - DAY_0).dt.total_days()
    columns = {
        name: day.replace_strict(of, default=None, return_dtype=pl.String)
        for name, of in signs.items()
    }
    return given.with_columns(**columns)


def excluding(given: pl.DataFrame, visits: list[dict]) -> tuple[dict[str, int], pl.DataFrame]:
    """Day chosen for each timepoint where limits are excluded, and the fates."""
    when = calendar([given.lazy()], PATIENTS, visits, exclude_limits=True)
    days = when.results(given.lazy())
    picked = when.chosen(days)
    fate = when.fates(when.placed(days))
    return dict(picked.select("timepoint", "day").iter_rows()), fate


LIMITS = [
    {"comparator": {182: "<"}},
    {"comparator": {182: ">="}},
    {"flag": {182: "censored_input"}},
    {"flag": {182: "soft_low|censored_input"}},
]


@pytest.mark.parametrize("signs", LIMITS, ids=str)
def test_an_excluded_limit_gives_way_to_the_next_result_of_the_window(signs):
    given = with_limits(results((0, 1.0), (182, 0.1), (190, 2.0), (170, 3.0)), **signs)
    assert excluding(given, study())[0] == {"baseline": 0, "month_6": 190}
    # by any other rule it is the nearest
    when = calendar([given.lazy()], PATIENTS, study())
    assert 182 in when.chosen(when.results(given.lazy()))["day"].to_list()


def test_another_flag_excludes_nothing():
    given = with_limits(results((182, 0.1), (190, 2.0)), flag={182: "soft_low"})
    assert excluding(given, study())[0] == {"month_6": 182}


def test_an_excluded_limit_alone_in_its_window_leaves_no_value_but_a_visit():
    given = with_limits(results((0, 1.0), (182, 0.1)), comparator={182: "<"})
    assert excluding(given, study())[0] == {"baseline": 0}
    when = calendar([given.lazy()], PATIENTS, study(), exclude_limits=True)
    seen = visited(when.results(given.lazy()), study())
    assert sorted(seen.iter_rows()) == [("p1", "baseline"), ("p1", "month_6")]


def test_the_day_of_a_visit_is_chosen_among_all_results_also_where_limits_are_excluded():
    # the visit was on day 182; the marker sent as a limit then has no value of another day
    given = with_limits(
        results((182, 0.1), (190, 2.0), (182, 5.0, "TC")).with_row_index(), comparator={}
    )
    first = pl.when(pl.col("index") == 0).then(pl.lit("<"))
    given = given.with_columns(comparator=first).drop("index")
    when = calendar([given.lazy()], PATIENTS, study(scope="person"), exclude_limits=True)
    picked = when.chosen(when.results(given.lazy()))
    assert picked.select("marker", "day").rows() == [("TC", 182)]


@pytest.mark.parametrize("scope", ["marker", "person"])
def test_a_mean_is_of_the_results_that_are_no_excluded_limit(scope):
    visits = [visit("month_6", 182, 45, 45, choice="mean", scope=scope)]
    given = with_limits(results((150, 9.0), (160, 1.0), (170, 2.0)), comparator={150: "<"})
    when = calendar([given.lazy()], PATIENTS, visits, exclude_limits=True)
    (row,) = when.chosen(when.results(given.lazy())).to_dicts()
    assert (row["value"], row["day"], row["comparator"]) == (1.5, 160, None)
    fate = {r["day"]: r["fate"] for r in excluding(given, visits)[1].to_dicts()}
    assert fate == {150: "out_of_window", 160: None, 170: None}


def test_an_excluded_limit_says_so_wherever_it_lies():
    given = with_limits(
        results(*((day, 1.0) for day in (-100, -5, 150, 182, 190, 500))),
        comparator={-100: "<", 182: "<", 190: ">"},
        flag={500: "censored_input"},
    )
    _, settled = excluding(given, study())
    assert {r["day"]: (r["fate"], r["reason"]) for r in settled.to_dicts()} == {
        -100: ("out_of_window", "sent as a limit (excluded)"),
        -5: (None, None),
        150: (None, None),
        182: ("out_of_window", "sent as a limit (excluded)"),
        190: ("out_of_window", "sent as a limit (excluded)"),
        500: ("out_of_window", "sent as a limit (excluded)"),
    }


def test_who_has_no_anchor_is_told_that_first():
    given = with_limits(results((180, 1.0, "HBA1C", "p3")), comparator={180: "<"})
    assert excluding(given, study())[1]["reason"].to_list() == ["no anchor date"]


def test_visits_are_of_any_result_in_the_window_once_a_person():
    given = results((-90, 1.0), (-1, 2.0), (228, 3.0), (305, 3.0, "TC"), (192, 1.0, "TC", "p2"))
    when = calendar([given.lazy()], PATIENTS, study())
    seen = visited(when.results(given.lazy()), study())
    assert sorted(seen.iter_rows()) == [
        ("p1", "baseline"), ("p1", "month_12"), ("p2", "month_6"),
    ]  # fmt: skip


def placed(given: pl.DataFrame) -> pl.DataFrame:
    """Measured results in rows 2, 3, … of a file."""
    return given.with_row_index("row", 2).with_columns(
        pl.col("row").cast(pl.Int64),
        source=pl.lit("site_a"),
        file=pl.lit("raw/a.csv"),
        sheet=pl.lit(None, pl.String),
        column=pl.lit("result"),
        origin=pl.lit("measured"),
    )


def discarded(given: pl.DataFrame, visits: list[dict], **more) -> dict[int, tuple]:
    """Row -> (timepoint, rule, row kept) of what is in a window and not chosen."""
    when = calendar([given.lazy()], PATIENTS, visits, **more)
    days = when.results(given.lazy())
    found = when.not_chosen(when.placed(days))
    NotChosen.validate(found, lazy=True)
    assert found["row"].is_sorted()
    rows = found.to_dicts()
    assert all((r["kept_row"] is None) == (r["kept_file"] is None) for r in rows)
    return {r["row"]: (r["timepoint"], r["rule"], r["kept_row"]) for r in rows}


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("nearest", {2: 3, 4: 3}), ("first", {3: 2, 4: 2}), ("last", {2: 4, 3: 4}),
        # all are in the mean, which stands where the first does
        ("mean", {3: 2, 4: 2}),
    ],
)  # fmt: skip
def test_what_several_results_in_a_window_discard(choice, expected):
    visits = [visit("month_6", 182, 45, 45, choice=choice)]
    given = placed(results((150, 1.0), (182, 2.0), (200, 3.0), (300, 4.0), (182, 5.0, "TC")))
    found = {row: ("month_6", choice, kept) for row, kept in expected.items()}
    assert discarded(given, visits) == found
    assert discarded(given.reverse(), visits) == found


def test_of_a_visit_chosen_for_the_person_a_marker_may_have_nothing():
    # day 180 is nearer; what was measured on day 190 alone has no value then
    given = placed(results((180, 1.0), (190, 2.0, "FBS"), (190, 3.0)))
    assert discarded(given, study(scope="person")) == {
        3: ("month_6", "nearest", None),
        4: ("month_6", "nearest", 2),
    }


def test_excluded_limits_in_a_window_say_so():
    given = placed(with_limits(results((182, 0.1), (190, 2.0), (0, 1.0)), comparator={182: "<"}))
    assert discarded(given, study()) == {3: ("month_6", "nearest", 2)}
    assert discarded(given, study(), exclude_limits=True) == {2: ("month_6", "excluded_limit", 3)}
    alone = given.filter(pl.col("row") != 3)
    assert discarded(alone, study(), exclude_limits=True) == {
        2: ("month_6", "excluded_limit", None)
    }


def test_derived_values_and_persons_without_an_anchor_have_no_cell_that_is_discarded():
    given = placed(results((180, 1.0), (190, 2.0), (180, 1.0, "HBA1C", "p3")))
    derived = given.with_columns(
        origin=pl.lit("derived"), row=pl.lit(None, pl.Int64), source=pl.lit(None, pl.String)
    )
    assert discarded(given, study()) == {3: ("month_6", "nearest", 2)}
    assert discarded(derived, study()) == {}


@pytest.mark.parametrize("scope", ["marker", "person"])
@pytest.mark.parametrize("choice", ["nearest", "first", "last"])
@pytest.mark.parametrize("seed", range(4))
def test_what_is_not_chosen_is_what_the_fates_say(seed, choice, scope):
    draw = random.Random(seed)
    keys = {
        (draw.randrange(-120, 460), draw.choice(["HBA1C", "FBS"]), draw.choice(["p1", "p2", "p3"]))
        for _ in range(80)
    }
    given = placed(results(*((day, 1.0, m, person) for day, m, person in sorted(keys))))
    visits = [v | {"choice": choice} for v in study(scope=scope)]
    days, picked = picked_of(given, visits)
    said = fates(days, visits).filter(pl.col("reason").str.contains("was chosen"))
    found = not_chosen(days, visits)
    assert found.height and sorted(found["row"]) == sorted(said["row"])
    assert set(found["kept_row"].drop_nulls()) <= set(picked["row"])
