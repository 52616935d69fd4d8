"""The job `compare`: a panel's chosen values and members to both tests of each comparison."""

from datetime import date

import polars as pl
import pytest
from labcohort.jobs import compare

from schemas.cohort import Chosen, Membership
from schemas.comparison import Comparison

PLANNED = {
    "profile": "recommended", "family": "primary", "role": "primary", "marker": "HOMA_IR",
    "cohort": "all", "timepoint": "month_6", "test": "wilcoxon_signed_rank",
    "summary": "median_iqr", "correction": "holm", "alpha": 0.05, "exclude": [],
    "selected_on_baseline": False, "duplicate_of": None,
}  # fmt: skip
SETTINGS = {
    "panel": "glycaemic", "plan": [PLANNED], "baseline": "baseline", "confidence": 0.95,
    "quartiles": 6, "censored": "lod_half", "detection": {"no_mean": 0.15, "no_median": 0.5},
    "exact_below": 25, "power": 0.8, "log": [], "equations": {},
}  # fmt: skip
# Student's sleep, which R has: t 4.0621, p .002833; Wilcoxon in the form of SPSS .00763
BEFORE = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
AFTER = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
PEOPLE = [f"p{i}" for i in range(10)]


def values(flags: dict[str, str], comparators: dict[str, str]) -> pl.DataFrame:
    """The ten persons at both visits, and p8 and p9 too with what must not count."""
    schema = {name: c.dtype.type for name, c in Chosen.to_schema().columns.items()}
    empty = dict.fromkeys(schema) | {"day": 0, "sample_date": date(2020, 1, 1)}
    rows = [
        empty | {"person": person, "marker": "HOMA_IR", "timepoint": timepoint, "value": value,
                 "flag": flags.get(person), "comparator": comparators.get(person)}
        for timepoint, of in (("baseline", BEFORE), ("month_6", AFTER))
        for person, value in zip(PEOPLE, of, strict=True)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


@pytest.fixture
def run(tmp_path):
    """The job's rows for these people, settings, flags and comparators."""

    def rows(
        plan=(PLANNED,), flags=None, comparators=None, buckets=(PEOPLE,), **how
    ) -> pl.DataFrame:
        chosen = values(flags or {}, comparators or {})
        listed = [("all", "month_6", person) for person in PEOPLE]
        schema = dict.fromkeys(("cohort", "timepoint", "person"), pl.String)
        members = Membership.validate(pl.DataFrame(listed, schema=schema, orient="row"))
        paths = {"comparisons": str(tmp_path / "comparisons.parquet"), "values": [], "members": []}
        for name, frame in (("values", chosen), ("members", members)):
            for number, own in enumerate(buckets):
                path = tmp_path / name / f"{number}-of-{len(buckets)}.parquet"
                path.parent.mkdir(exist_ok=True)
                frame.filter(pl.col("person").is_in(list(own))).write_parquet(path)
                paths[name].append(str(path))
        # of the same bucket by their names, in whatever order they come
        paths["members"].reverse()
        said = compare.main(paths, "glycaemic", SETTINGS | {"plan": list(plan)} | how)
        table = Comparison.validate(pl.read_parquet(paths["comparisons"]), lazy=True)
        assert said == f"{len(plan)} comparisons, {table.height} tests"
        assert table.height == 2 * len(plan)
        return table

    return rows


def test_each_planned_row_has_both_tests(run):
    found = {row["test"]: row for row in run().to_dicts()}
    assert found["paired_t"]["p_value"] == pytest.approx(0.002833, abs=5e-7)
    assert found["wilcoxon_signed_rank"]["p_value"] == pytest.approx(0.00763, abs=5e-6)
    assert [row["primary"] for row in found.values()] == [False, True]


def test_profiles_may_differ_in_whom_they_leave_out(run):
    flags = {"p1": "insulin_treated", "p2": "insulin_unknown|soft_high"}
    excluding = PLANNED | {"exclude": ["insulin_treated", "insulin_unknown"]}
    published = PLANNED | {"profile": "as_published", "correction": "none"}
    table = run([excluding, published], flags).filter("primary")
    rows = {row["profile"]: row for row in table.to_dicts()}
    assert (rows["as_published"]["n_pairs"], rows["as_published"]["n_lost"]) == (10, 0)
    assert (rows["recommended"]["n_pairs"], rows["recommended"]["n_lost"]) == (8, 2)
    assert rows["recommended"]["lost"] == "insulin treatment not known: 1; insulin-treated: 1"


@pytest.mark.parametrize("rule", ["lod_half", "excluded"])
def test_limits_among_the_chosen_values_are_paired_and_counted(run, rule):
    kept = run(comparators={"p0": "<", "p5": ">"}, censored=rule).row(0, named=True)
    assert (kept["n_pairs"], kept["n_censored"], kept["lost"]) == (10, 4, None)
    said = f"4 of 20 values are, or rest on, a result sent as a limit ({rule})"
    assert said in kept["note"].split("; ")


def test_one_comparison_without_anybody_spoils_no_other(run):
    nobody = PLANNED | {"cohort": "male"}
    unmeasured = PLANNED | {"marker": "EAG"}
    table = run([nobody, PLANNED, unmeasured])
    notes = dict(table.filter("primary").select("cohort", "note").iter_rows())
    assert "nobody is in this cohort" in notes["male"]
    of_eag = table.filter(pl.col("marker") == "EAG").row(0, named=True)
    assert (of_eag["n_members"], of_eag["n_pairs"]) == (10, 0)
    assert of_eag["lost"] == "no value at either visit: 10"


def test_a_plan_without_rows_of_the_panel(run):
    assert run([]).is_empty()


@pytest.mark.parametrize(
    "buckets", [[PEOPLE[5:], PEOPLE[:5]], [PEOPLE[::3], PEOPLE[1::3], PEOPLE[2::3], []]]
)
def test_buckets_of_persons_make_no_difference(run, buckets):
    unmeasured = PLANNED | {"marker": "EAG"}
    plan = [PLANNED, unmeasured, PLANNED | {"profile": "as_published", "exclude": ["soft_low"]}]
    how = {"flags": {"p2": "soft_low", "p7": "soft_high"}, "comparators": {"p0": "<"}}
    whole = run(plan, **how)
    assert run(plan, buckets=buckets, **how).equals(whole)
    # rows stand in the order of the plan, though made marker by marker
    assert whole.get_column("marker").to_list() == ["HOMA_IR"] * 2 + ["EAG"] * 2 + ["HOMA_IR"] * 2
