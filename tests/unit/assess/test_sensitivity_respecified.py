"""Comparisons made anew from the harmonised values: small made-up studies, counted by hand."""

import random
from datetime import date, timedelta
from itertools import product

import polars as pl
import pytest
from labcohort.assess.grid import Decisions, Grid, Sampling, Window, merged
from labcohort.assess.respecified import Respecified, respecified, sent_as_limits
from labcohort.assess.sensitivity import specifications, summary
from labcohort.cohorts.eligibility import judged
from labcohort.cohorts.subgroups import membership
from labcohort.cohorts.timepoints import calendar
from labcohort.cohorts.windows import visited
from labcohort.compare.paired import Pairs
from labcohort.compare.pairs import Pairing
from labcohort.derive import registry
from labcohort.derive.index import import_formulas
from labcohort.derive.panel import derive_panel
from labcohort.derive.registry import Formula
from labcohort.jobs import sensitivity as job

from schemas.cohort import Dates
from schemas.harmonised import Values
from schemas.sensitivity import Sensitivity, Specification

import_formulas()

DAY_0 = date(2020, 1, 1)
VISITS = [
    {
        "timepoint": timepoint, "anchor": "infusion_date", "scope": "marker", "target_day": target,
        "before": before, "after": after, "choice": choice, "tie": "earlier",
    }
    for timepoint, target, before, after, choice in (
        ("baseline", 0, 90, 0, "last"), ("month_6", 182, 45, 45, "nearest"),
        ("month_12", 365, 60, 60, "nearest"),
    )
]  # fmt: skip
COHORTS = [
    {"cohort": "all", "criterion": "everyone", "subject": None, "values": None},
    {"cohort": "ckd_3", "criterion": "baseline_is", "subject": "CKD_STAGE", "values": "3"},
    {"cohort": "high", "criterion": "baseline_at_least", "subject": "HSCRP", "values": "1.50"},
]
ELIGIBILITY = [
    {"order": 1, "criterion": "attribute_is", "subject": "type", "values": "type_2"},
    {"order": 2, "criterion": "result_at", "subject": "baseline", "values": None},
    {"order": 3, "criterion": "result_at", "subject": "month_6", "values": None},
]
# KDOQI's stages 2 and 3
STAGES = [
    {"scheme": "kdoqi", "category": "2", "low": 60, "high": 90},
    {"scheme": "kdoqi", "category": "3", "low": 30, "high": 60},
]
RULES = ["lod_half", "lod", "sqrt2", "excluded"]


def panel(name: str, measured: list[str], inputs=(), derived=(), methods=None) -> dict:
    """A panel's settings as the derive stage has them."""
    return {
        "panel": name, "measured": measured, "inputs": list(inputs), "derived": list(derived),
        "methods": methods or {}, "repeats": "set_aside", "censored": "lod_half",
        "tables": {"ckd_stages": STAGES, "egfr_rounding": "none"}, "limits": {}, "input_days": {},
    }  # fmt: skip


GLYCAEMIC = panel("glycaemic", ["HBA1C", "FBS", "INSULIN"], ["FBS", "INSULIN"], ["HOMA_IR"])
INFLAMMATION = panel("inflammation", ["HSCRP"])
RENAL = panel("renal", ["CREAT", "BUN"], ["CREAT"], ["CKD_STAGE", "EGFR"], {"EGFR": "ckd_epi_2021"})
SETTINGS = {
    "derive": [GLYCAEMIC, INFLAMMATION, RENAL], "methods": {}, "censored": RULES,
    "widths": [30, 45, 60, 90], "visits": VISITS, "eligibility": ELIGIBILITY, "cohorts": COHORTS,
    "baseline": "baseline", "modules": [],
    # of so few pairs one limit is many: no t is forbidden but where a test says so
    "detection": {"no_mean": 1, "no_median": 1},
}  # fmt: skip
COMPARISON = {
    "profile": "recommended", "family": "primary", "marker": "HBA1C", "cohort": "all",
    "timepoint": "month_6", "test": "paired_t", "exclude": [], "alpha": 0.05,
}  # fmt: skip


def values(*results: tuple) -> pl.DataFrame:
    """Harmonised values from (person, day, marker, value as sent[, flag])."""
    rows = []
    for number, (person, day, marker, sent, *flag) in enumerate(results, 2):
        text = str(sent)
        value = float(text.lstrip("<>"))
        rows.append(
            {
                "source": "site_a", "file": "raw/a.csv", "row": number, "column": "result",
                "person": person, "marker": marker, "sample_date": DAY_0 + timedelta(day),
                "value_text": text, "comparator": text[0] if text[0] in "<>" else None,
                "number": value, "decimals": 1, "unit": "x", "value": value,
                "flag": flag[0] if flag else None,
            }
        )  # fmt: skip
    schema = {name: c.dtype.type for name, c in Values.to_schema().columns.items()}
    return pl.DataFrame(rows, schema=schema, orient="row")


def patients(cells: pl.DataFrame, **types: str) -> pl.DataFrame:
    """The persons of `values`, of diabetes type 2 unless said."""
    people = sorted(cells.get_column("person").unique())
    return pl.DataFrame(
        {
            "person": people, "sex": "female", "birth_date": None, "age": 50.0,
            "infusion_date": DAY_0, "type": [types.get(p, "type_2") for p in people],
        },
        schema_overrides={"birth_date": pl.Date},
    )  # fmt: skip


def derived_files(cells: pl.DataFrame, people: pl.DataFrame, settings: dict) -> dict:
    return {how["panel"]: _derived(cells, people, how) for how in settings["derive"]}


def _derived(cells: pl.DataFrame, people: pl.DataFrame, how: dict) -> pl.DataFrame:
    own = pl.col("marker").is_in([*how["measured"], *how["inputs"]])
    return derive_panel(cells.filter(own), people, how).derived


def data(cells: pl.DataFrame, settings: dict = SETTINGS, **types: str) -> Respecified:
    people = patients(cells, **types)
    return Respecified(cells.lazy(), dates(cells, people, settings), people, Grid(settings))


def dates(cells: pl.DataFrame, people: pl.DataFrame, settings: dict) -> pl.DataFrame:
    """When anybody has a value, as the cohorts job writes it."""
    derived = pl.concat(derived_files(cells, people, settings).values())
    columns = list(Dates.to_schema().columns)
    some = derived.filter(pl.col("value").is_not_null()).select(columns).sort(columns)
    return Dates.validate(some, lazy=True)


def sampled(row: dict, parts: list[Respecified], sent: pl.DataFrame) -> dict[Sampling, Pairs]:
    """The pairs of a comparison by each cell of its grid, merged."""
    own, _ = parts[0].grid.cells(row, sent_as_limits(sent.lazy()))
    (pairs,) = respecified([row], [own], parts)
    return merged({cell.sampling: found for cell, found in zip(own, pairs, strict=True)})


def grid(cells: pl.DataFrame, row: dict, settings: dict = SETTINGS, **types: str) -> list[dict]:
    samples = sampled(COMPARISON | row, [data(cells, settings, **types)], cells)
    return specifications(COMPARISON | row, samples, settings["detection"])


def by(rule: str, methods: tuple = ()) -> Decisions:
    return Decisions(methods, rule, Window(45, 45))


def counted(rows: list[dict], *columns: str) -> dict:
    """Pairs of each sample, by these columns."""
    return {
        (tuple(r[c] for c in columns) if len(columns) > 1 else r[columns[0]]): r["n_pairs"]
        for r in rows
    }


# HbA1c of six falls within any window; p7 came on day 255, p8 is of another type of diabetes
FALLS = [
    (f"p{i}", day, "HBA1C", value)
    for i, fall in enumerate((0.2, 0.3, 0.4, 0.3, 0.2, 0.4), 1)
    for day, value in ((-1, 8.0), (180 + i, round(8 - fall, 1)))
]
LATE = [("p7", -1, "HBA1C", 8.0), ("p7", 255, "HBA1C", 13.0)]
OTHER = [("p8", -1, "HBA1C", 8.0), ("p8", 182, "HBA1C", 13.0)]


def test_a_person_reached_only_by_a_wider_window_becomes_eligible_with_it():
    rows = grid(values(*FALLS, *LATE, *OTHER), {}, p8="type_1")
    assert counted(rows, "window_before") == {45: 6, 30: 6, 60: 6, 90: 7}
    assert {(row["equation"], row["censored"]) for row in rows} == {(None, None)}
    row = summary(COMPARISON, rows)
    # ±90: t turns positive, z stays negative, neither is below alpha (R: .568, .234)
    assert (row["n_grid"], row["n_valid"], row["n_distinct"]) == (8, 8, 4)
    assert (row["n_same_sign"], row["n_below_alpha"]) == (7, 6)
    assert row["share_same_sign"] == 7 / 8 and row["share_below_alpha"] == 6 / 8
    assert row["crosses_alpha_by"] == "window: ±90"


def test_a_wider_window_changes_no_other_timepoint():
    late = [("p1", 400, "HBA1C", 6.0), ("p2", 445, "HBA1C", 6.0)]
    rows = grid(values(*FALLS, *late), {"timepoint": "month_12"})
    assert counted(rows, "window_before") == {60: 1, 30: 0, 45: 1, 90: 2}
    # members of month_12 have to be there at month 6, whose window stays at ±45
    rows = grid(values(*FALLS, *LATE, ("p7", 365, "HBA1C", 6.0)), {"timepoint": "month_12"})
    assert set(counted(rows, "window_before").values()) == {0}


def test_excluded_flags_and_their_pairs_are_left_out():
    cells = values(*FALLS[:-1], (*FALLS[-1], "soft_low"))
    assert set(counted(grid(cells, {"exclude": ["soft_low"]}), "test").values()) == {5}
    assert set(counted(grid(cells, {}), "test").values()) == {6}


@pytest.fixture
def made_up_equations(monkeypatch):
    """eGFR as 100 or 90 less creatinine: stages by heart."""
    equations = {
        "hundred": lambda creat: Formula(100 - creat),
        "ninety": lambda creat: Formula(90 - creat),
    }
    monkeypatch.setitem(registry._functions, "EGFR", equations)
    renal = RENAL | {"methods": {"EGFR": "hundred"}}
    return SETTINGS | {
        "derive": [GLYCAEMIC, renal], "methods": {"EGFR": ["hundred", "ninety"]}, "widths": [45],
    }  # fmt: skip


# creatinine 45: eGFR 55 or 45, stage 3 both; 35: eGFR 65 or 55, stage 2 or 3
RENAL_CELLS = [
    result
    for i, (creatinine, change) in enumerate(
        [(45, -1), (45, -2), (45, -3), (35, 1), (35, 2), (35, 3), (35, 4)], 1
    )
    for result in (
        (f"p{i}", -1, "CREAT", creatinine), (f"p{i}", -1, "BUN", 10),
        (f"p{i}", 182, "BUN", 10 + change), (f"p{i}", -1, "HBA1C", 8.0),
        (f"p{i}", 182, "HBA1C", 8.1), (f"p{i}", 182, "CREAT", creatinine + i % 3),
    )
]  # fmt: skip


def test_an_equation_that_flips_the_stage_changes_the_cohort(made_up_equations):
    bun = {"marker": "BUN", "cohort": "ckd_3"}
    rows = grid(values(*RENAL_CELLS), bun, made_up_equations)
    assert counted(rows, "equation") == {"hundred": 3, "ninety": 7}
    # R: (-1, -2, -3) t p .0742, W p .109; with 1, 2, 3, 4 t = .573, p .587, and W p .552
    assert [row["p_value"] for row in rows] == pytest.approx(
        [0.07417990023, 0.10880943004, 0.5872172626, 0.5519751593], rel=1e-9
    )
    row = summary(COMPARISON | bun, rows)
    assert (row["n_grid"], row["n_same_sign"], row["n_below_alpha"]) == (4, 2, 0)
    assert row["dimensions"] == "equation: hundred, ninety; test: paired_t, wilcoxon_signed_rank"


def test_a_limit_counts_though_only_another_equation_takes_it(made_up_equations, monkeypatch):
    # urea nitrogen stands for a laboratory's own eGFR, sent as >90
    equations = registry.registered()["EGFR"] | {"reported": lambda bun: Formula(bun + 0.0)}
    monkeypatch.setitem(registry._functions, "EGFR", equations)
    renal = RENAL | {"methods": {"EGFR": "hundred"}}
    settings = made_up_equations | {"derive": [renal], "methods": {"EGFR": ["hundred", "reported"]}}
    creatinine = crp((40, 30), (50, 45), (60, 50), marker="CREAT")
    reported = crp((">90", 95), (50, 55), (40, 50), marker="BUN")
    rows = grid(values(*creatinine, *reported), {"marker": "EGFR"}, settings)
    assert counted(rows, "equation", "censored") == {
        ("hundred", "lod_half"): 3, ("hundred", "excluded"): 3,
        ("reported", "lod_half"): 3, ("reported", "excluded"): 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("marker", "cohort", "equations"),
    [
        ("EGFR", "all", {"hundred", "ninety"}), ("CKD_STAGE", "all", {"hundred", "ninety"}),
        ("HBA1C", "ckd_3", {"hundred", "ninety"}), ("HBA1C", "all", {None}),
        ("CREAT", "all", {None}),
    ],
)  # fmt: skip
def test_the_equation_varies_only_where_something_is_computed_by_it(
    made_up_equations, marker, cohort, equations
):
    rows = grid(values(*RENAL_CELLS), {"marker": marker, "cohort": cohort}, made_up_equations)
    assert {row["equation"] for row in rows} == equations


def crp(*changes: tuple, marker: str = "HSCRP") -> list[tuple]:
    return [
        result
        for i, (before, after) in enumerate(changes, 1)
        for result in ((f"p{i}", -1, marker, before), (f"p{i}", 182, marker, after))
    ]


ONE_WIDTH = SETTINGS | {"widths": [45]}


def test_values_below_a_limit_vary_by_rule():
    # p1 falls from <2 to 1.2: by half it rises, 1.0 to 1.2; excluded it is no pair
    cells = values(*crp(("<2", 1.2), (3.0, 2.0), (5.0, 3.0), (9.0, 6.0)))
    crp_row = {"marker": "HSCRP"}
    rows = grid(cells, crp_row, ONE_WIDTH)
    assert counted(rows, "censored") == {"lod_half": 4, "lod": 4, "sqrt2": 4, "excluded": 3}
    z = {r["censored"]: r["statistic"] for r in rows if r["test"] != "paired_t"}
    # W+ - W- is -8 by half (the smallest change rises), -10 by 2 and by 2/√2 = 1.41 (it falls)
    assert z["sqrt2"] == z["lod"] and z["lod_half"] == pytest.approx(z["lod"] * 8 / 10)
    row = summary(COMPARISON | crp_row, rows)
    assert (row["n_grid"], row["n_valid"], row["n_same_sign"]) == (8, 8, 8)
    assert row["dimensions"].startswith("censored: lod_half, lod, sqrt2, excluded; test:")


def test_values_above_a_limit_vary_only_by_leaving_them_out():
    cells = values(*crp((">20", 12.0), (3.0, 2.0), (5.0, 3.0)))
    rows = grid(cells, {"marker": "HSCRP"}, ONE_WIDTH)
    assert counted(rows, "censored") == {"lod_half": 3, "excluded": 2}


def test_limits_of_a_pair_that_is_not_used_do_not_count():
    # p2 has no follow-up at month 6; p3 is of another type of diabetes
    cells = values(*crp((3.0, 2.0)), ("p2", -1, "HSCRP", "<2"), *crp((1, 1), (1, 1), ("<1", 2))[4:])
    rows = grid(cells, {"marker": "HSCRP"}, ONE_WIDTH, p3="type_1")
    assert counted(rows, "censored") == {None: 1}


def test_a_marker_derived_from_limits_varies_by_rule():
    fbs = crp((9.0, 9.0), (8.0, 8.0), (7.0, 7.0), marker="FBS")
    cells = values(*fbs, *crp(("<2", 3), (10, 8), (12, 9), marker="INSULIN"))
    rows = grid(cells, {"marker": "HOMA_IR"}, ONE_WIDTH)
    assert counted(rows, "censored") == {"lod_half": 3, "lod": 3, "sqrt2": 3, "excluded": 2}
    assert counted(grid(cells, {"marker": "FBS"}, ONE_WIDTH), "censored") == {None: 3}


def test_a_limit_of_the_selecting_marker_counts_where_it_moves_someone():
    # <2.4 is 1.2 by half, 1.7 by the root, 2.4 by the limit: in the cohort from 1.5 on or not
    hba1c = crp((8.0, 7.5), (8.0, 7.4), (8.0, 7.0), marker="HBA1C")
    cells = values(*hba1c, *crp((3.0, 2.0), (4.0, 2.0), ("<2.4", 2.0)))
    rows = grid(cells, {"cohort": "high"}, ONE_WIDTH)
    # three rules make the same pairs: the first stands for them
    assert counted(rows, "censored") == {"lod_half": 2, "lod": 3}


def test_a_limit_that_is_left_out_gives_way_to_the_next_result_of_the_window():
    # p1's result nearest to day 182 is a limit; another came on day 200
    cells = values(*crp((3.0, "<0.2"), (5.0, 3.0)), ("p1", 200, "HSCRP", 2.5))
    made = {
        rule: data(cells).pairs(COMPARISON | {"marker": "HSCRP"}, by(rule))
        for rule in ("lod_half", "lod", "excluded")
    }
    assert {rule: found.followup.tolist() for rule, found in made.items()} == {
        "lod_half": [0.1, 3.0], "lod": [0.2, 3.0], "excluded": [2.5, 3.0],
    }  # fmt: skip
    assert made["lod"].limits.tolist() == [[False, True], [False, False]]
    assert not made["excluded"].limits.any()
    rows = grid(cells, {"marker": "HSCRP"}, ONE_WIDTH)
    assert counted(rows, "censored") == dict.fromkeys(RULES, 2)


def test_who_has_a_limit_only_was_there_though_it_is_left_out():
    cells = values(*crp((3.0, "<0.2"), (5.0, 3.0)))
    pairs = data(cells).pairs(COMPARISON | {"marker": "HSCRP"}, by("excluded"))
    assert (pairs.n_members, pairs.n_baseline, pairs.n_followup) == (2, 2, 1)
    assert pairs.lost == {"no value at follow-up": 1}


def test_a_cohort_is_chosen_on_the_last_baseline_that_is_no_limit():
    hba1c = crp((8.0, 7.5), (8.0, 7.4), marker="HBA1C")
    cells = values(*hba1c, *crp((3.0, 2.0), ("<0.2", 2.0)), ("p2", -30, "HSCRP", 4.0))
    rows = grid(cells, {"cohort": "high"}, ONE_WIDTH)
    # by all other rules the last result decides, which is below 1.50
    assert counted(rows, "censored") == {"lod_half": 1, "excluded": 2}


def test_too_many_limits_leave_a_rule_without_a_t():
    # two of eight limits are a quarter; left out, none is among the rest
    falls = [(9.0 - i, 8.0 - i / 2) for i in range(6)]
    cells = values(*crp(*falls, ("<2", 1.2), ("<2", 1.1)))
    strict = ONE_WIDTH | {"detection": {"no_mean": 0.15, "no_median": 0.5}}
    rows = grid(cells, {"marker": "HSCRP"}, strict)
    defined = {(r["censored"], r["test"]): r["p_value"] is not None for r in rows}
    assert defined == {
        (rule, test): test != "paired_t" or rule == "excluded"
        for rule in RULES
        for test in ("paired_t", "wilcoxon_signed_rank")
    }


# declared specification: what the stages themselves make of random studies
@pytest.mark.parametrize("rule", ["lod_half", "excluded"])
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"scope": "person"},
        {"choice": "mean"},
        {"anchor": "first_result", "scope": "person"},
        {"anchor": "first_result"},
    ],
    ids=str,
)
def test_the_declared_specification_is_that_of_the_stages(seed, changes, rule):
    draw = random.Random(seed)
    visits = [visit | changes for visit in VISITS]
    settings = SETTINGS | {
        "visits": visits, "methods": {"EGFR": ["ckd_epi_2021"]},
        "derive": [how | {"censored": rule} for how in SETTINGS["derive"]],
        "censored": [rule, *(other for other in RULES if other != rule)],
    }  # fmt: skip
    results = [
        (f"p{i}", day, marker)
        for i in range(25)
        for first, last in ((-110, 0), (-60, 0), (130, 235), (140, 225), (300, 430))
        for day in [draw.randrange(first, last)]
        for marker in ("HBA1C", "FBS", "INSULIN", "HSCRP", "CREAT")
        if draw.random() < 0.8
    ]
    results = sorted(set(results))
    sent = {"CREAT": (80, 140), "HSCRP": (0, 4), "HBA1C": (6, 9), "FBS": (4, 9), "INSULIN": (2, 30)}
    cells = values(
        *(
            (person, day, marker, f"{'<' * (draw.random() < 0.1)}{draw.uniform(*sent[marker]):.1f}")
            for person, day, marker in results
        )
    )
    types = {f"p{i}": "type_1" for i in range(3)}
    study = data(cells, settings, **types)
    people = patients(cells, **types)
    files = derived_files(cells, people, settings)
    when = calendar([f.lazy() for f in files.values()], people, visits, rule == "excluded")
    results = [when.results(f.lazy()) for f in files.values()]
    chosen = pl.concat(map(when.chosen, results))
    seen = pl.concat(visited(part, visits) for part in results).unique()
    passed = judged(people, seen, ELIGIBILITY).filter(pl.col("failed").is_null())
    eligible = people.join(passed, on="person", how="semi")
    baseline = chosen.filter(pl.col("timepoint") == "baseline")
    members = membership(COHORTS, eligible, baseline, seen)
    methods, n_pairs = (("EGFR", "ckd_epi_2021"),), {}
    for marker, cohort in product(("HBA1C", "HOMA_IR", "HSCRP"), ("all", "ckd_3", "high")):
        pairing = Pairing([(chosen.lazy(), members.lazy())], "baseline")
        expected = pairing.pairs(marker, cohort, "month_6")
        row = COMPARISON | {"marker": marker, "cohort": cohort}
        pairs = study.pairs(row, by(rule, methods))
        assert pairs.baseline.tolist() == expected.baseline.tolist()
        assert pairs.followup.tolist() == expected.followup.tolist()
        assert (pairs.n_members, pairs.lost) == (expected.n_members, expected.lost)
        n_pairs[marker, cohort] = len(pairs.baseline)
    assert all(n_pairs[marker, "all"] for marker in ("HBA1C", "HSCRP"))
    assert n_pairs["HSCRP", "high"] and any(n for (_, c), n in n_pairs.items() if c == "ckd_3")


def run(tmp_path, cells: pl.DataFrame, rows: list[dict], settings: dict, buckets: int = 1) -> tuple:
    """The job on files of so many buckets: specifications and shares."""
    people = patients(cells)
    when = dates(cells, people, settings)
    names = ("values", "dates", "patients")
    paths = {name: [] for name in names} | {
        name: str(tmp_path / f"{name}.parquet") for name in ("specifications", "sensitivity")
    }
    for bucket in range(buckets):
        for name, frame in zip(names, (cells, when, people), strict=True):
            # persons are p1, p2 and so on
            own = pl.col("person").str.slice(1).cast(pl.Int64) % buckets == bucket
            path = tmp_path / name / f"{bucket + 1}-of-{buckets}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            frame.filter(own).write_parquet(path)
            paths[name].insert(0, str(path))
    said = job.main(paths, "all", settings | {"rows": rows})
    return (
        Specification.validate(pl.read_parquet(paths["specifications"]), lazy=True),
        Sensitivity.validate(pl.read_parquet(paths["sensitivity"]), lazy=True),
        said,
    )


def test_the_job_writes_specifications_and_shares(tmp_path):
    other = COMPARISON | {"profile": "as_published", "test": "wilcoxon_signed_rank"}
    cells, shares, said = run(tmp_path, values(*FALLS, *LATE), [COMPARISON, other], SETTINGS)
    assert (cells.height, shares.height) == (16, 2)
    assert shares.get_column("n_same_sign").to_list() == [7, 7]
    assert shares.get_column("reference_test").to_list() == ["paired_t", "wilcoxon_signed_rank"]
    assert cells.filter("declared").height == 2
    assert said == "16 specifications of 2 comparisons"


def test_buckets_of_persons_change_nothing(tmp_path, made_up_equations):
    draw = random.Random(3)
    cells = values(
        *(
            (f"p{i}", day, marker, f"{'<' * (draw.random() < 0.1)}{draw.uniform(20, 60):.1f}")
            for i in range(40)
            for day in (-1, draw.randrange(130, 270), draw.randrange(300, 430))
            for marker in ("CREAT", "BUN", "HBA1C")
            if draw.random() < 0.9
        )
    )
    rules = ["lod_half", "excluded"]
    settings = made_up_equations | {"widths": [60], "censored": rules}
    rows = [
        COMPARISON | {"marker": marker, "cohort": cohort}
        for marker, cohort in (("HBA1C", "all"), ("BUN", "ckd_3"), ("HBA1C", "ckd_3"))
    ]
    whole, *parted = (
        run(tmp_path / str(buckets), cells, rows, settings, buckets) for buckets in (1, 3, 8)
    )
    keys = whole[1].select("marker", "cohort").rows()
    assert keys == [(row["marker"], row["cohort"]) for row in rows]
    assert whole[0].get_column("n_pairs").min() > 1
    assert whole[1].filter(pl.col("dimensions").str.contains("equation.*censored")).height == 2
    for part in parted:
        assert part[0].equals(whole[0]) and part[1].equals(whole[1])


def test_the_job_of_a_plan_without_such_rows_writes_empty_tables(tmp_path):
    cells, shares, _ = run(tmp_path, values(*FALLS), [], SETTINGS)
    assert cells.is_empty() and shares.is_empty()


def test_a_comparison_of_nobody_is_undefined_and_says_so(tmp_path):
    row = COMPARISON | {"timepoint": "month_12"}
    cells, shares, _ = run(tmp_path, values(*FALLS), [row], SETTINGS)
    assert set(cells.get_column("reason")) == {"no pairs"}
    only = shares.row(0, named=True)
    assert (only["n_grid"], only["n_valid"], only["share_same_sign"]) == (8, 0, None)


WRONG = [
    (Specification, {"p_value": None}),
    (Specification, {"reason": "why"}),
    (Specification, {"statistic": float("nan")}),
    (Specification, {"declared": False}),
    (Specification, {"n_pairs": -1}),
    (Sensitivity, {"n_valid": 99}),
    (Sensitivity, {"share_same_sign": 0.5}),
    (Sensitivity, {"share_below_alpha": None}),
    (Sensitivity, {"n_distinct": 9}),
    (Sensitivity, {"note": ""}),
]


@pytest.mark.parametrize(("model", "wrong"), WRONG, ids=str)
def test_what_the_schemas_exclude_is_refused(tmp_path, model, wrong):
    cells, shares, _ = run(tmp_path, values(*FALLS), [COMPARISON], SETTINGS)
    frame = cells.filter("declared") if model is Specification else shares
    types = {name: pl.lit(value, frame.schema[name]) for name, value in wrong.items()}
    with pytest.raises(Exception, match=r"(?i)schema|check|null|range|less|greater|length"):
        model.validate(frame.with_columns(**types), lazy=True)
