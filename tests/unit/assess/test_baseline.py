"""Baseline characteristics: who is in which group, and what is counted and left out (against R:
tests/oracles/test_baseline.py)."""

import math
import random

import pandera.polars as pa
import polars as pl
import pytest
from labcohort.assess.attenders import Bucket as Attending
from labcohort.assess.attenders import attenders
from labcohort.assess.baseline import Bucket, baseline
from labcohort.jobs.baseline import main

from schemas.baseline import Baseline
from schemas.cohort import Chosen, Membership, People
from schemas.frames import checked
from tests.unit.assess.made import typed, value

HOW = {
    "sets": [["all"]], "baseline": "baseline", "timepoints": ["month_6", "month_12"], "age": True,
    "attributes": [
        {"attribute": "sex", "categories": ["male", "female"]}, {"attribute": "dose"},
    ],
    "stages": None, "adverse_events": False, "markers": ["HBA1C", "HSCRP"], "log": ["HSCRP"],
    # of so few persons one limit is many
    "detection": {"no_mean": 1, "no_median": 1}, "quartiles": 6, "confidence": 0.95,
}  # fmt: skip
STAGES = {"marker": "CKD_STAGE", "categories": ["1", "2", "3", "4", "5"],
          "below_60": ["3", "4", "5"]}  # fmt: skip
PATIENTS = {
    "person": pl.String, "sex": pl.String, "birth_date": pl.Date, "age": pl.Float64,
    "dose": pl.Float64, "adverse_events": pl.String,
}  # fmt: skip


class Registry:
    """A study of a few persons, row by row."""

    def __init__(self):
        self.values, self.members, self.patients = [], [], []

    def person(self, name, timepoints, cohorts=("all",), **known):
        self.patients.append({"person": name} | known)
        self.members += [
            {"cohort": cohort, "timepoint": t, "person": name}
            for cohort in cohorts
            for t in timepoints
        ]

    def frames(self) -> tuple[pl.DataFrame, Bucket]:
        patients = pl.DataFrame(
            [dict.fromkeys(PATIENTS) | row for row in self.patients], schema=PATIENTS
        )
        return typed(Chosen, self.values), Bucket(typed(Membership, self.members), patients)

    def rows(self, **how) -> dict[tuple, dict]:
        """The rows by group, variable and category; groups as their timepoint, else members."""
        chosen, bucket = self.frames()
        made = checked(Baseline, baseline([[chosen.lazy()]], [bucket], HOW | how))
        return {
            (
                row["timepoint"] or (row["members"] if row["cohort"] == "all" else row["cohort"]),
                row["variable"],
                row["category"],
            ): row
            for row in made.iter_rows(named=True)
        }


@pytest.fixture
def registry() -> Registry:
    """a and b at month 6; c at both; d and e at month 12; f at baseline alone."""
    made = Registry()
    for i, (name, followups) in enumerate(
        {"a": ["month_6"], "b": ["month_6"], "c": ["month_6", "month_12"], "d": ["month_12"],
         "e": ["month_12"], "f": []}.items()
    ):  # fmt: skip
        cohort = "male" if i < 2 else "female"
        made.person(
            name, ["baseline", *followups], ("all", cohort), sex=cohort, age=50.0 + i, dose=10.0 * i
        )
    made.values = [value(name, 6.0 + i) for i, name in enumerate("abcdef")]
    return made


def sizes(rows: dict, variable: str) -> dict[str, tuple[int, int]]:
    return {
        group: (row["n_members"], row["n"])
        for (group, name, category), row in rows.items()
        if name == variable and category is None
    }


def test_of_one_cohort_all_those_at_each_follow_up_and_those_at_none(registry):
    registry.values.pop(1)
    rows = registry.rows()
    assert sizes(rows, "HBA1C") == {
        "all": (6, 5), "month_6": (3, 2), "month_12": (3, 3), "no_followup": (1, 1),
    }  # fmt: skip
    assert rows["month_6", "HBA1C", None]["n_missing"] == 1
    # by hand: a and c
    assert rows["month_6", "HBA1C", None]["mean"] == 7.0
    assert rows["all", "sex", "male"]["count"] == 2
    assert rows["month_12", "sex", "male"]["count"] == 0


def test_nobody_is_said_to_be_lost_where_all_came(registry):
    registry.members = [row for row in registry.members if row["person"] != "f"]
    assert "no_followup" not in sizes(registry.rows(), "age")


def test_of_several_cohorts_the_members_of_each_at_any_follow_up(registry):
    rows = registry.rows(sets=[["male", "female"]])
    assert sizes(rows, "age") == {"male": (2, 2), "female": (3, 3)}
    assert {row["members"] for row in rows.values()} == {"any_followup"}
    assert rows["male", "age", None]["against"] is None
    assert rows["female", "age", None]["against"] == "male"
    # by hand: 50 and 51 against 52, 53 and 54, variances 1/2 and 1
    expected = (50.5 - 53) / math.sqrt(0.75)
    assert rows["female", "age", None]["standardised_difference"] == pytest.approx(expected)


def test_only_follow_ups_are_held_against_each_other(registry):
    rows = registry.rows()
    against = {group: rows[group, "age", None]["against"] for group in sizes(rows, "age")}
    assert against == {"all": None, "month_6": None, "month_12": "month_6", "no_followup": None}
    assert "1 in both groups" in rows["month_12", "age", None]["note"]


def test_what_attenders_has_too_is_the_same(registry):
    registry.values += [
        value(p, v, "HSCRP") for p, v in zip("abcdef", (1, 3, 0, 2, 9, 4), strict=True)
    ]
    chosen, bucket = registry.frames()
    suitable = typed(People, [{"person": p, "lacks_followup_only": False} for p in "abcdef"])
    everyone = bucket.membership.filter(cohort="all")
    attending = Attending(everyone, suitable, bucket.patients)
    theirs = attenders([[chosen.lazy()]], [attending], HOW | {"everyone": "all"})
    rows = registry.rows()
    compared = [row for row in theirs if row["comparison"] == "followup_sets"]
    assert {row["variable"] for row in compared} == {"HBA1C", "HSCRP", "age", "sex_male"}
    for row in compared:
        ours = rows["month_12", "sex" if row["variable"] == "sex_male" else row["variable"], None]
        for name in ("standardised_difference", "sd_ci_low", "sd_ci_high", "note"):
            assert ours[name] == row[name], (row["variable"], name)
        if row["scale"] == "linear":
            assert (ours["n"], ours["mean"], ours["sd"]) == (row["n_b"], row["mean_b"], row["sd_b"])


def test_a_skewed_marker_has_its_own_mean_and_the_difference_of_logarithms(registry):
    registry.values += [value(p, v, "HSCRP") for p, v in zip("abde", (1, 4, 2, 32), strict=True)]
    row = registry.rows()["month_12", "HSCRP", None]
    assert (row["scale"], row["mean"], row["median"]) == ("log", 17.0, 17.0)
    # by hand, in logarithms to the base of 2: means 1 and 3, variances 2 and 8
    assert row["standardised_difference"] == pytest.approx(-2 / math.sqrt(5))


def test_too_many_limits_forbid_a_mean_and_too_many_below_a_median(registry):
    limited = {"c": "<", "d": ">"}
    registry.values = [value(p, 5.0, comparator=limited.get(p)) for p in "abcde"]
    rows = registry.rows(detection={"no_mean": 0.34, "no_median": 0.33})
    late, early = rows["month_12", "HBA1C", None], rows["month_6", "HBA1C", None]
    # at month 12 two of three rest on limits, one of them below
    assert (late["n_at_limit"], late["mean"], late["sd"], late["median"]) == (2, None, None, None)
    assert "over 34 % of the values" in late["note"]
    assert (early["n_at_limit"], early["mean"], early["median"]) == (1, 5.0, None)


def test_stages_and_the_share_below_60_are_of_those_with_a_stage(registry):
    stages = {"a": "1", "b": "3", "c": "3", "d": "5", "f": "2"}
    registry.values += [value(p, float(s), "CKD_STAGE", category=s) for p, s in stages.items()]
    rows = registry.rows(stages=STAGES)
    counts = [rows["all", "CKD_STAGE", stage]["count"] for stage in "12345"]
    assert counts == [1, 1, 2, 0, 1]
    below = {g: rows[g, "EGFR_BELOW_60", "yes"] for g in ("all", "month_6", "month_12")}
    found = {group: (row["count"], row["n"], row["n_missing"]) for group, row in below.items()}
    assert found == {"all": (3, 5, 1), "month_6": (2, 3, 0), "month_12": (2, 2, 1)}
    # two categories are compared as shares: "yes" alone, by hand 2/3 against 1
    d = rows["month_12", "EGFR_BELOW_60", None]["standardised_difference"]
    assert d == pytest.approx((2 / 3 - 1) / math.sqrt((2 / 9) / 2))


def test_adverse_events_are_tallied_and_not_compared(registry):
    said = {"a": "none", "b": " None ", "c": "headache", "d": "no", "e": "fever; headache"}
    for row in registry.patients:
        row["adverse_events"] = said.get(row["person"])
    rows = registry.rows(adverse_events=True)
    events = {g: rows[g, "adverse_events", "any"] for g in ("all", "month_6", "month_12")}
    found = {group: (row["count"], row["n"], row["n_missing"]) for group, row in events.items()}
    assert found == {"all": (2, 5, 1), "month_6": (1, 3, 0), "month_12": (2, 3, 0)}
    assert rows["month_12", "adverse_events", None]["against"] is None


def test_a_category_that_the_study_does_not_name_counts_as_missing(registry):
    registry.patients[0]["sex"] = None
    row = registry.rows()["month_6", "sex", None]
    assert (row["n"], row["n_missing"]) == (2, 1)


def test_without_a_table_nothing_is_described(registry):
    chosen, bucket = registry.frames()
    assert baseline([[chosen.lazy()]], [bucket], HOW | {"sets": []}) == []


def test_two_baseline_values_of_one_person_are_refused(registry):
    registry.values.append(value("a", 9.0))
    with pytest.raises(ValueError, match="two values"):
        registry.rows()


@pytest.mark.parametrize("buckets", [1, 3])
def test_neither_buckets_nor_the_order_of_rows_change_a_byte(registry, tmp_path, buckets):
    registry.values += [value(p, 2.0 + i, "HSCRP") for i, p in enumerate("abcdef")]
    chosen, bucket = registry.frames()
    parts = bucket._asdict() | {f"values/{m}": f for (m,), f in chosen.group_by("marker")}
    number = pl.col("person").replace_strict({p: i for i, p in enumerate("abcdef")})
    made = []
    for seed in range(2):
        paths = {"baseline": str(tmp_path / f"{seed}.parquet")}
        for part, frame in parts.items():
            rows = list(range(frame.height))
            random.Random(seed).shuffle(rows)
            for own in range(buckets if seed else 1):
                path = tmp_path / str(seed) / part / f"{own}.parquet"
                path.parent.mkdir(parents=True, exist_ok=True)
                inside = number % (buckets if seed else 1) == own
                frame[rows].filter(inside).write_parquet(path)
                paths.setdefault(part.partition("/")[0], []).append(str(path))
        assert "baseline characteristics" in main(paths, "", HOW)
        made.append((tmp_path / f"{seed}.parquet").read_bytes())
    assert made[0] == made[1]


@pytest.mark.parametrize(
    "wrong",
    [
        {"n": 2},
        {"n_missing": 1},
        {"count": 3},
        {"sd": -1.0},
        {"mean": float("nan")},
        {"standardised_difference": None},
        {"sd_ci_low": None},
        {"members": "some"},
        {"against": None},
    ],
)
def test_the_contract_refuses_rows_that_contradict_themselves(registry, wrong):
    good = registry.rows()["month_12", "HBA1C", None] | {"note": None}
    with pytest.raises((pa.errors.SchemaErrors, pa.errors.SchemaError)):
        Baseline.validate(typed(Baseline, [good | wrong]), lazy=True)


def test_the_contract_refuses_categories_that_do_not_add_up(registry):
    rows = registry.rows()
    sex = [rows["month_6", "sex", category] for category in (None, "male", "female")]
    Baseline.validate(typed(Baseline, sex), lazy=True)
    with pytest.raises((pa.errors.SchemaErrors, pa.errors.SchemaError)):
        Baseline.validate(typed(Baseline, [*sex[:2], sex[2] | {"count": 2}]), lazy=True)
