"""Three comparisons of those who came back: who is in which group, on which scale."""

import math
import random
from datetime import date

import pandera.polars as pa
import polars as pl
import pytest
from labcohort.assess.attenders import Bucket, attenders
from labcohort.assess.standardised_difference import of_means
from labcohort.jobs.attenders import main

from schemas.attenders import Attenders
from schemas.cohort import Chosen, Membership
from tests.unit.assess.made import typed, value

HOW = {
    "everyone": "all", "baseline": "baseline", "timepoints": ["month_6", "month_12"],
    "markers": ["HBA1C", "HSCRP"], "log": ["HSCRP"], "confidence": 0.95,
    # of so few persons one limit is many
    "detection": {"no_mean": 1, "no_median": 1},
}  # fmt: skip
PEOPLE = {"person": pl.String, "failed": pl.Int64, "lacks_followup_only": pl.Boolean}
PATIENTS = {"person": pl.String, "sex": pl.String, "birth_date": pl.Date, "age": pl.Float64}


class Registry:
    """A study of a few persons, row by row."""

    def __init__(self):
        self.values, self.members, self.people, self.patients = [], [], [], []

    def person(self, name, followups=(), sex=None, born=None, age=None, failed=None, lacks=False):
        self.people.append((name, failed, lacks))
        self.patients.append((name, sex, born, age))
        self.members += [
            {"cohort": "all", "timepoint": t, "person": name} for t in followups if failed is None
        ]

    def frames(self) -> tuple[pl.DataFrame, Bucket]:
        others = Bucket(
            typed(Membership, self.members),
            pl.DataFrame(self.people, schema=PEOPLE, orient="row"),
            pl.DataFrame(self.patients, schema=PATIENTS, orient="row"),
        )
        return typed(Chosen, self.values), others

    def rows(self, **how) -> dict[tuple, dict]:
        chosen, others = self.frames()
        made = attenders([[chosen.lazy()]], [others], HOW | how)
        Attenders.validate(typed(Attenders, made), lazy=True)
        key = ("comparison", "timepoint", "marker", "variable")
        return {tuple(row[k] for k in key): row for row in made}


@pytest.fixture
def registry() -> Registry:
    """a, b and c at month 6; c, d and e at month 12; f and g without a follow-up, h ineligible."""
    made = Registry()
    for i, (name, followups) in enumerate(
        [("a", ["month_6"]), ("b", ["month_6"]), ("c", ["month_6", "month_12"]),
         ("d", ["month_12"]), ("e", ["month_12"])]
    ):  # fmt: skip
        made.person(name, ["baseline", *followups], "male" if i < 2 else "female", age=50.0 + i)
    made.person("f", sex="male", age=60.0, failed=4, lacks=True)
    made.person("g", sex="female", age=64.0, failed=4, lacks=True)
    made.person("h", sex="male", age=99.0, failed=1)
    made.values = [value(name, 6.0 + i) for i, name in enumerate("abcdefg")]
    made.values += [value("h", 99.0)]
    return made


def numbers(row: dict) -> tuple:
    return tuple(row[k] for k in ("n_a", "n_b", "n_both", "mean_a", "mean_b"))


def test_every_comparison_has_its_rows(registry):
    variables = ["HBA1C", "HSCRP", "age", "sex_male"]
    assert list(registry.rows()) == [
        *(("followup_sets", None, None, v) for v in variables),
        *(("any_followup", None, None, v) for v in variables),
        *(
            ("paired", timepoint, marker, v)
            for marker in HOW["markers"]
            for timepoint in HOW["timepoints"]
            for v in (marker, "age", "sex_male")
        ),
    ]


def test_followup_sets_count_who_is_in_both(registry):
    rows = registry.rows()
    row = rows["followup_sets", None, None, "HBA1C"]
    assert (row["group_a"], row["group_b"]) == ("month_6", "month_12")
    assert numbers(row) == (3, 3, 1, 7.0, 9.0)
    expected = of_means(7.0, 1.0, 3, 9.0, 1.0, 3)
    assert row["standardised_difference"] == expected.difference == -2.0
    assert (row["sd_ci_low"], row["sd_ci_high"]) == (expected.ci_low, expected.ci_high)
    assert row["note"] == "1 in both groups, which the interval takes as independent"
    share = rows["followup_sets", None, None, "sex_male"]
    assert (share["scale"], share["mean_a"], share["mean_b"]) == ("share", 2 / 3, 0.0)
    assert (share["sd_a"], share["sd_b"]) == (None, None)
    assert share["standardised_difference"] == pytest.approx((2 / 3) / math.sqrt(1 / 9), rel=1e-14)


def test_every_pair_of_followups_is_compared(registry):
    made = registry.rows(timepoints=["month_6", "month_12", "month_24"])
    assert len([key for key in made if key[0] == "followup_sets"]) == 4
    chosen, others = registry.frames()
    rows = attenders([[chosen.lazy()]], [others], HOW | {"timepoints": ["m1", "m2", "m3"]})
    sets = [(r["group_a"], r["group_b"]) for r in rows if r["comparison"] == "followup_sets"]
    assert list(dict.fromkeys(sets)) == [("m1", "m2"), ("m1", "m3"), ("m2", "m3")]


def test_any_followup_is_the_eligible_against_those_who_lack_only_that(registry):
    rows = registry.rows()
    row = rows["any_followup", None, None, "HBA1C"]
    assert (row["group_a"], row["group_b"]) == ("attended", "not_attended")
    assert numbers(row) == (5, 2, 0, 8.0, 11.5)
    assert numbers(rows["any_followup", None, None, "age"]) == (5, 2, 0, 52.0, 62.0)
    assert numbers(rows["any_followup", None, None, "sex_male"]) == (5, 2, 0, 0.4, 0.5)
    assert row["note"] is None


def test_paired_are_members_with_both_values(registry):
    registry.values += [
        value("a", 5.0, timepoint="month_6"),
        value("b", 5.0, timepoint="month_6"),
        # has no baseline value, and is no member then
        value("z", 5.0, timepoint="month_6"),
        value("d", 5.0, timepoint="month_6"),
    ]
    rows = registry.rows()
    row = rows["paired", "month_6", "HBA1C", "HBA1C"]
    assert (row["group_a"], row["group_b"]) == ("paired", "unpaired")
    assert numbers(row) == (2, 1, 0, 6.5, 8.0)
    assert row["note"] == "no standardised difference: fewer than two values in a group"
    assert numbers(rows["paired", "month_6", "HBA1C", "age"]) == (2, 1, 0, 50.5, 52.0)
    assert numbers(rows["paired", "month_12", "HBA1C", "HBA1C"]) == (0, 3, 0, None, 9.0)


def test_logarithms_where_the_study_analyses_them(registry):
    registry.values += [
        value("a", 1.0, "HSCRP"), value("b", 100.0, "HSCRP"), value("c", 0.0, "HSCRP"),
        value("d", 1.0, "HSCRP"), value("e", 10.0, "HSCRP"),
    ]  # fmt: skip
    row = registry.rows()["followup_sets", None, None, "HSCRP"]
    assert row["scale"] == "log"
    # geometric means of 1 and 100, and of 1 and 10
    assert numbers(row) == pytest.approx((2, 2, 0, 10, math.sqrt(10)))
    assert row["note"] == "1 left out: not above zero, so without a logarithm"
    linear = registry.rows(log=[])["followup_sets", None, None, "HSCRP"]
    assert (linear["scale"], linear["n_a"], linear["n_both"]) == ("linear", 3, 1)


def test_limits_among_the_chosen_values_count_as_the_values_they_have(registry):
    exact = registry.rows()
    registry.values[0] |= {"comparator": "<"}
    registry.values[1] |= {"flag": "censored_input"}
    assert registry.rows() == exact
    # at the follow-up, too, a limit makes a pair; one that is excluded was chosen for no timepoint
    registry.values += [value(p, 5.0, timepoint="month_6", comparator=">") for p in "bc"]
    paired = registry.rows()["paired", "month_6", "HBA1C", "HBA1C"]
    assert numbers(paired) == (2, 1, 0, 7.5, 6.0)


def test_age_is_of_the_first_baseline_sample():
    registry = Registry()
    born = date(1960, 6, 30)
    registry.person("a", ["month_6"], born=born, age=10.0)
    registry.person("b", ["month_6"], born=None, age=61.5)
    registry.person("c", ["month_6"], born=born)
    registry.values = [
        value("a", 7.0, sample_date=date(2020, 6, 30)),
        # another marker, the day before the birthday
        value("a", 7.0, "ALT", sample_date=date(2020, 6, 29)),
        value("a", 7.0, timepoint="month_6", sample_date=date(2010, 1, 1)),
        value("b", 7.0),
    ]
    row = registry.rows()["followup_sets", None, None, "age"]
    assert (row["n_a"], row["mean_a"]) == (2, (59 + 61.5) / 2)


def test_nobody_anywhere_is_said():
    rows = Registry().rows()
    assert len(rows) == 20
    assert all(row["note"].startswith("no standardised difference: ") for row in rows.values())


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_changes_no_bit(seed):
    draw = random.Random(seed)
    registry = Registry()
    for i in range(60):
        followups = draw.choice([["month_6"], ["month_12"], ["month_6", "month_12"], []])
        sex = draw.choice(["male", "female", None])
        lacks = not followups
        registry.person(f"p{i}", followups, sex, age=draw.uniform(20, 80), lacks=lacks,
                        failed=4 if lacks else None)  # fmt: skip
        registry.values += [
            value(f"p{i}", round(draw.lognormvariate(1, 1), 1), marker, timepoint)
            for marker in HOW["markers"]
            for timepoint in ("baseline", *followups)
            if draw.random() < 0.8
        ]
    made = registry.rows()
    for part in (registry.values, registry.members, registry.people, registry.patients):
        draw.shuffle(part)
    assert registry.rows() == made


@pytest.mark.parametrize("buckets", [1, 3])
def test_the_job_reads_all_panels_of_all_buckets(registry, tmp_path, buckets):
    registry.values += [value(p, 2.0 + i, "HSCRP") for i, p in enumerate("abcdefg")]
    expected = list(registry.rows().values())
    chosen, others = registry.frames()
    parts = others._asdict() | {f"values/{m}": f for (m,), f in chosen.group_by("marker")}
    paths = {"values": [], "attenders": [str(tmp_path / "attenders.parquet")]}
    number = pl.col("person").replace_strict({p: i for i, p in enumerate("abcdefgh")})
    for part, frame in parts.items():
        for bucket in range(buckets):
            path = tmp_path / part / f"{bucket}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            frame.filter(number % buckets == bucket).write_parquet(path)
            paths.setdefault(part.partition("/")[0], []).append(str(path))
    paths["attenders"] = paths["attenders"][0]
    assert main(paths, "", HOW) == "20 comparisons of attenders"
    assert pl.read_parquet(paths["attenders"]).to_dicts() == expected


@pytest.mark.parametrize(
    "wrong",
    [
        {"n_both": 4},
        {"mean_a": None},
        {"n_b": 0},
        {"standardised_difference": None},
        {"sd_ci_low": None},
        {"sd_b": -1.0},
        {"mean_b": float("nan")},
        {"scale": "logarithmic"},
        {"comparison": "others"},
    ],
)
def test_the_contract_refuses_rows_that_contradict_themselves(registry, wrong):
    good = registry.rows()["followup_sets", None, None, "HBA1C"]
    with pytest.raises((pa.errors.SchemaErrors, pa.errors.SchemaError)):
        Attenders.validate(typed(Attenders, [good | wrong]), lazy=True)
