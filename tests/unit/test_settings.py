"""What each job is told: a change moves the jobs that use it, and no other (architecture, 4).

One edit of every column and key is in test_reruns_of_tables.py.
"""

import json
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest
from labcohort import settings
from labcohort.memory import Memory
from labcohort.provenance import Code, canonical_json
from labcohort.settings import assessments
from labcohort.settings.available import long_entry
from labcohort.settings.cohort_parts import cohort_parts
from labcohort.settings.selection import selection
from labcohort.study.load import Study, load_study
from labcohort.study.source_defaults import with_recognised

from tests.told import jobs as all_jobs

HOME = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Study:
    memory = Memory(tmp_path_factory.mktemp("memory") / "kept.json")
    return load_study(HOME, HOME, memory, Code(HOME, memory))


def jobs(study: Study) -> dict[str, str]:
    """Name of each job -> what it is told and takes, as text."""
    return all_jobs(study, {s: {f"{s}.csv": f"digest of {s}"} for s in study.sources}, "key")


@pytest.fixture(scope="module")
def untouched(study) -> dict[str, str]:
    return jobs(study)


@pytest.fixture
def moved(study, untouched):
    """Names of the jobs whose settings an edit of the study moves."""

    def names(edit) -> set[str]:
        parts = deepcopy([study.config, study.sources, study.tables])
        edited = replace(study, config=parts[0], sources=parts[1], tables=parts[2])
        edit(edited)
        before, after = untouched, jobs(edited)
        assert before.keys() == after.keys()
        return {name for name in before if before[name] != after[name]}

    return names


def changed(table: str, *key: object, **values):
    """An edit of the first row of a table that starts with `key`."""

    def edit(study: Study) -> None:
        rows = study.tables[table]
        row = next(r for r in rows if tuple(r.values())[: len(key)] == key)
        row.update(values)

    return edit


def added(table: str, *key: object, **values):
    """A row more: a copy of the first that starts with `key`, with these values."""

    def edit(study: Study) -> None:
        rows = study.tables[table]
        row = next(r for r in rows if tuple(r.values())[: len(key)] == key)
        rows.append(row | values)

    return edit


JUDGED = {"validate"}
PANELS = ("anthropometric", "blood_pressure", "glycaemic", "lipid", "liver", "renal", "hormone",
          "inflammation")  # fmt: skip
PLANNED = ("as_published", "primary", "primary")


def test_a_marker_added_elsewhere_moves_nothing(study):
    tables = deepcopy(study.tables)
    tables["markers"].insert(0, tables["markers"][0] | {"marker": "NEW", "panel": "new"})
    assert jobs(replace(study, tables=tables)) == jobs(study)


CORRECTION = {
    "source": "site_a", "file": "resources/demo/site_a_results.csv", "sha256": None, "sheet": None,
    "row": 7, "column": "result", "field": "value", "old": "1", "new": "2",
    "who": "A. B.", "why": "typed", "date": "2025-01-31",
}  # fmt: skip


def test_a_correction_moves_the_source_that_it_corrects(moved):
    assert moved(lambda s: s.tables["corrections"].append(CORRECTION)) == {"harmonise site_a"}


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [("new", "3", {"harmonise site_a"}),
     # the report counts corrections by who made them
     ("who", "C. D.", {"harmonise site_a"}),
     # which file it is of is known before any job
     ("sha256", "0123456789abcdef", set()), ("why", "x", set()), ("date", "2025-02-01", set())],
)  # fmt: skip
def test_a_correction_is_its_place_its_texts_and_who_made_it(study, moved, column, value, expected):
    corrections = [CORRECTION, CORRECTION | {"source": "site_b"}]
    signed = replace(study, tables=study.tables | {"corrections": corrections})
    other = [CORRECTION | {column: value}, corrections[1]]
    edited = replace(study, tables=study.tables | {"corrections": other})
    before, after = jobs(signed), jobs(edited)
    assert {name for name in before if before[name] != after[name]} == expected


def test_limits_move_only_the_sources_that_map_the_marker(study):
    sources = deepcopy(study.sources)
    for name in ("site_b", "site_c"):
        analytes = sources[name]["analytes"]
        del analytes[next(k for k, e in analytes.items() if long_entry(e)["marker"] == "LH")]
    before = replace(study, sources=sources)
    after = replace(before, tables=deepcopy(study.tables))
    changed("markers", "LH", soft_high=99.0)(after)
    one, other = jobs(before), jobs(after)
    assert {name for name in one if one[name] != other[name]} == {"harmonise site_a"} | JUDGED


@pytest.mark.parametrize(
    ("kind", "table", "row"),
    [("aliases", "aliases", {"alias": "Langerhans index"}),
     ("loinc", "loinc", {"loinc": "99999-9"})],
)  # fmt: skip
def test_names_that_facts_know_move_the_sources_that_recognise_them(study, kind, table, row):
    def told(tables: dict) -> dict[str, str]:
        sources = study.sources | {
            "site_a": with_recognised(study.sources["site_a"] | {"recognise": [kind]}, tables)
        }
        return jobs(replace(study, sources=sources, tables=tables))

    first = next(r for r in study.tables[table] if r["marker"] == "LH")
    more = study.tables | {table: [*study.tables[table], first | {"ambiguous": "no"} | row]}
    before, after = told(study.tables), told(more)
    assert {name for name in before if before[name] != after[name]} == {"harmonise site_a"} | JUDGED


def test_a_new_delivery_moves_its_ingest_and_the_report(study):
    def told(digest: str) -> list[str]:
        raw = {source: {"a.csv": "1"} for source in study.sources}
        raw["site_a"] = {"a.csv": digest}
        ingested = (settings.ingest(study, s, raw[s], "key") for s in study.sources)
        return [canonical_json(text) for text in (*ingested, settings.validation(study, raw))]

    names = [*study.sources, "validation"]
    same = [a == b for a, b in zip(told("1"), told("2"), strict=True)]
    assert {n for n, s in zip(names, same, strict=True) if not s} == {"site_a", "validation"}


@pytest.mark.parametrize("shift", [{}, {"shift_days": 90}])
def test_jobs_that_shift_dates_know_the_key(study, shift):
    privacy = study.config["privacy"] | shift
    edited = replace(study, config=study.config | {"privacy": privacy})
    for told in (settings.harmonise(edited, "site_a", "a key"), settings.patients(edited, "a key")):
        assert {k: told[k] for k in ("privacy", "key") if k in told} == (
            {"privacy": privacy, "key": "a key"} if shift else {}
        )
    assert settings.ingest(edited, "site_a", {}, "a key")["privacy"] == study.config["privacy"]


@pytest.mark.parametrize(
    ("more", "needed"),
    [
        ({}, False),
        ({"date": {"from": "infusion_date"}}, True),
        ({"claims": {"sex": {"column": "sex", "codes": {"M": "male"}}}}, True),
        ({"visits": {"V2": {"follow_up": True}}}, True),
        # where the file has no date such a visit is counted from the anchor of the timepoints
        ({"visits": {"V2": {"months": 6}}}, True),
        ({"visits": {"V2": {"days": 0}}}, True),
        ({"visits": {"V1": {"date": "day 1"}}}, False),
    ],
)
def test_dates_and_claims_are_held_to_the_patients(study, more, needed):
    sources = study.sources | {"site_a": study.sources["site_a"] | more}
    assert settings.needs_patients(replace(study, sources=sources), "site_a") is needed


def test_the_report_knows_every_rule_with_the_settings_of_the_study(study):
    rules = {rule["rule"]: rule for rule in settings.validation(study, {})["rules"]}
    assert {row["rule"] for row in study.tables["rules"]} <= rules.keys()
    # config/rule_settings.tsv of the demo
    assert rules["missing_share"]["settings"][""] == {
        "severity": "warn", "threshold": 0.75, "why": "testosterone is measured in men alone",
    }  # fmt: skip
    assert rules["set_aside_share"]["settings"][""]["threshold"] == study.config["ceiling"]
    # nothing of a rule stands for a Chinese reader in what a job is told
    assert all(rule.keys() == {"rule", "stage", "kind", "text", "do", "trials", "settings"}
               for rule in rules.values())  # fmt: skip


def test_the_report_is_told_what_it_is_made_from_and_no_name_of_a_file_of_a_pattern(study):
    sources = study.sources | {"site_b": study.sources["site_b"] | {"file": "data/*.xlsx"}}
    site_a = study.sources["site_a"]["file"]
    raw = {"site_a": {site_a: "0a"}, "site_b": {"data/Zoe_B.xlsx": "0z", "data/Ann_A.xlsx": "0n"}}
    told = settings.validation(replace(study, sources=sources), raw)
    assert told["made_from"]["site_a"]["files"] == {site_a: "0a"}
    assert told["made_from"]["site_b"]["files"] == {
        "data/*.xlsx (file 1)": "0n", "data/*.xlsx (file 2)": "0z",
    }  # fmt: skip
    assert "Ann" not in canonical_json(told) and "Zoe" not in canonical_json(told)
    same = settings.validation(study, raw)["made_from"]
    assert same["site_a"]["mapping"] == told["made_from"]["site_a"]["mapping"]
    assert same["site_b"]["mapping"] != told["made_from"]["site_b"]["mapping"]


def test_the_report_is_told_the_visits_in_the_order_of_the_source(study):
    visits = {label: {"months": n} for label, n in (("V9", 0), ("V10", 6), ("V1", 12))}
    sources = study.sources | {"site_a": study.sources["site_a"] | {"visits": visits}}
    told = settings.validation(replace(study, sources=sources), {})
    assert told["visits"] == {"site_a": ["V9", "V10", "V1"], "site_b": [], "site_c": []}


def test_the_report_takes_the_widest_of_a_markers_ranges(study):
    def told(rows: list[tuple]) -> dict:
        own = [{"marker": m, "low": low, "high": high} for m, low, high in rows]
        tables = study.tables | {"reference_ranges": own}
        return settings.validation(replace(study, tables=tables), {})["ranges"]

    # of men and of women, by WS/T 404: alanine aminotransferase 9-50 and 7-40 U/L
    assert told([("ALT", 9, 50), ("ALT", 7, 40)]) == {"ALT": {"low": 7, "high": 50}}
    # where one has no bound the two have none
    assert told([("TG", None, 1.7), ("TG", 0.4, 2.3)]) == {"TG": {"low": None, "high": 2.3}}
    assert told([("NOBODY", 1, 2)]) == {}


def test_a_comparison_more_moves_its_panel_and_what_judges_the_plan(moved):
    edit = added("plan", *PLANNED, markers="TC", family="new", role="secondary")
    assert moved(edit) == {"compare lipid", "families"}


def test_the_order_of_the_plan_moves_no_comparison(moved):
    assert moved(lambda study: study.tables["plan"].reverse()) == set()


def test_the_order_of_markers_of_a_row_moves_nothing(moved):
    assert moved(changed("plan", *PLANNED, markers="HSCRP|HOMA_IR|HBA1C")) == set()


def test_panels_stand_in_the_order_of_their_markers(study):
    assert tuple(settings.panels(study)) == PANELS
    assert tuple(settings.planned_panels(study)) == PANELS


def test_a_panel_has_its_measured_and_its_derived_markers(study):
    told = settings.derive(study, "renal")
    assert told["measured"] == ["CREAT", "BUN", "UA"]
    assert told["derived"] == ["EGFR", "CRCL", "GFR_CATEGORY", "CKD_STAGE"]
    # the clearance is by weight
    assert told["inputs"] == ["CREAT", "WEIGHT"]
    assert settings.derive_inputs(study, ["renal"]) == ["anthropometric", "renal"]
    assert told["modules"] == ["labcohort.derive.formulas.renal"]


def test_used_are_compared_markers_those_that_choose_cohorts_and_their_inputs(study):
    plan = [row | {"markers": "NON_HDL|FLI"} for row in study.tables["plan"]]
    tables = study.tables | {"plan": plan, "post_hoc": []}
    grid = study.config["sensitivity"] | {"markers": []}
    config = study.config | {"derived": "used", "sensitivity": grid}
    used = replace(study, config=config, tables=tables)
    derived = {panel: settings.derive(used, panel)["derived"] for panel in settings.panels(used)}
    # the fatty liver index takes the body mass index; cohorts are chosen on the stage, that on eGFR
    computed = {"anthropometric": ["BMI"], "lipid": ["NON_HDL"], "liver": ["FLI"]}
    assert derived["renal"] == ["EGFR", "CKD_STAGE"]
    assert {panel: own for panel, own in derived.items() if own and panel != "renal"} == computed
    assert settings.derive(used, "lipid")["measured"] == settings.derive(study, "lipid")["measured"]


def test_a_marker_whose_inputs_nobody_measures_is_not_available(study):
    sources = deepcopy(study.sources)
    for source in sources.values():
        analytes = source.get("analytes", {})
        for name, entry in list(analytes.items()):
            if entry in ("CREAT", {"marker": "CREAT", "unit": "μmol/L"}):
                del analytes[name]
    without = replace(study, sources=sources)
    gone = settings.available_markers(study) - settings.available_markers(without)
    assert gone == {"CREAT", "EGFR", "CRCL", "GFR_CATEGORY", "CKD_STAGE"}


def test_reported_markers_are_not_computed(study):
    assert "EGFR_REPORTED" not in settings.available_markers(study)


def test_a_job_is_one_canonical_text_with_the_digest_of_its_code(study, tmp_path):
    code = Code(HOME, Memory(tmp_path / "kept.json"))
    renal = ("compare", "renal", {"b": 1, "a": 2})
    text = settings.job_text(code, renal)
    told = json.loads(text)
    assert text == canonical_json(told)
    assert told["jobs"] == [{"stage": "compare", "key": "renal", "settings": {"a": 2, "b": 1}}]
    assert told["code"] == code.versions("__main__", "labcohort.jobs.compare")
    more = ("compare", "renal", {"modules": ["labcohort.check"]})
    assert json.loads(settings.job_text(code, more))["code"] != told["code"]


def test_jobs_of_a_batch_stand_in_their_order_with_the_code_of_all(study, tmp_path):
    code = Code(HOME, Memory(tmp_path / "kept.json"))
    told = json.loads(settings.job_text(code, ("tables", "all", {}), ("figure", "x", {})))
    assert [(job["stage"], job["key"]) for job in told["jobs"]] == [
        ("tables", "all"),
        ("figure", "x"),
    ]
    assert told["code"] == code.versions(
        "__main__", "labcohort.jobs.tables", "labcohort.jobs.figure"
    )


def test_batches_hold_all_in_their_order():
    names = ["a", "b", "c", "d", "e"]
    assert settings.batches(names, 12) == {"all": names}
    assert settings.batches(names, 2) == {
        "1_of_3": ["a", "b"], "2_of_3": ["c", "d"], "3_of_3": ["e"],
    }  # fmt: skip
    assert settings.batches(names, 1) == {name: [name] for name in names}
    assert settings.batches(["a"], 1) == {"all": ["a"]}
    assert settings.batches([], 3) == {}


def compared(study: Study, panel: str, **wanted: str) -> list[dict]:
    """What the panel's job is told of its comparisons that have these values."""
    rows = settings.compare(study, panel)["plan"]
    return [row for row in rows if wanted.items() <= row.items()]


def test_a_planned_comparison_as_its_job_is_told(study):
    wanted = {"marker": "HOMA_IR", "profile": "recommended", "timepoint": "month_6"}
    assert compared(study, "glycaemic", **wanted) == [
        {
            "profile": "recommended", "family": "primary", "role": "primary", "marker": "HOMA_IR",
            "cohort": "all", "timepoint": "month_6", "test": "wilcoxon_signed_rank",
            "summary": "median_iqr", "correction": "holm", "alpha": 0.05,
            "exclude": ["insulin_treated", "insulin_unknown"], "selected_on_baseline": False,
            "duplicate_of": "FBS|INSULIN",
        }
    ]  # fmt: skip


def test_what_is_post_hoc_is_compared_with_its_panel_in_no_family_of_the_plan(study):
    rows = compared(study, "renal", role="post_hoc")
    assert [(r["marker"], r["cohort"], r["timepoint"]) for r in rows] == [
        ("UA", "all", "month_12"), ("UA", "all", "month_6"),
    ]  # fmt: skip
    assert {(r["family"], r["correction"], r["alpha"]) for r in rows} == {
        ("post_hoc", "none", 0.05)
    }


def test_a_marker_is_a_duplicate_of_inputs_that_are_compared_beside_it(study):
    def duplicates(study: Study, panel: str, **wanted: str) -> set[str | None]:
        return {r["duplicate_of"] for r in compared(study, panel, **wanted)}

    assert duplicates(study, "glycaemic", marker="HBA1C") == {None}
    assert duplicates(study, "glycaemic", marker="EAG") == {"HBA1C"}
    assert duplicates(study, "renal", marker="EGFR", cohort="ckd_3") == {"CREAT"}
    # a result is evidence itself, whatever is computed from it
    assert duplicates(study, "renal", marker="CREAT", cohort="ckd_3") == {None}
    # through a derived input as well: the ratio needs globulin, which needs the two
    assert duplicates(study, "liver", marker="AG_RATIO") == {"ALB|GLOB|TP"}
    # in another profile is not beside it
    rows = [r for r in study.tables["plan"] if r["markers"] != "FBS" or r["cohort"] != "all"]
    fewer = replace(study, tables=study.tables | {"plan": rows})
    of_published = {"marker": "HOMA_IR", "profile": "as_published"}
    of_recommended = {"marker": "HOMA_IR", "profile": "recommended"}
    assert duplicates(fewer, "glycaemic", **of_published) == {"FBS|INSULIN"}
    assert duplicates(fewer, "glycaemic", **of_recommended) == {"INSULIN"}


def test_without_its_inputs_a_marker_is_a_duplicate_of_others_of_the_same_results(study):
    def duplicates(study: Study, marker: str) -> list[set[str]]:
        rows = compared(study, "renal", marker=marker, cohort="all", profile="recommended")
        assert rows
        return [set((row["duplicate_of"] or "").split("|")) - {""} for row in rows]

    # creatinine is compared within the stages, not in all patients
    assert duplicates(study, "EGFR") == [{"CRCL"}] * 2
    assert all("EGFR" in found for found in duplicates(study, "CRCL"))
    # where it is compared, it is the input that is named
    plan = [*study.tables["plan"], *(
        next(r for r in study.tables["plan"] if r["markers"] == "EGFR|CRCL") | {
            "markers": "CREAT", "timepoint": timepoint}
        for timepoint in ("month_6", "month_12")
    )]  # fmt: skip
    beside = replace(study, tables=study.tables | {"plan": plan})
    assert duplicates(beside, "EGFR") == duplicates(beside, "CRCL") == [{"CREAT"}] * 2
    # alone it is no duplicate
    plan = [r | {"markers": "EGFR"} if r["markers"] == "EGFR|CRCL" else r
            for r in study.tables["plan"]]  # fmt: skip
    alone = replace(study, tables=study.tables | {"plan": plan})
    assert duplicates(alone, "EGFR") == [set()] * 2


def test_cohorts_chosen_on_a_baseline_value_are_told(study):
    assert {r["selected_on_baseline"] for r in compared(study, "renal", cohort="ckd_3")} == {True}
    assert {r["selected_on_baseline"] for r in compared(study, "hormone")} == {False}


def test_the_equation_of_a_marker_is_that_of_its_inputs(study):
    # the stages, which rest on it too, choose cohorts and are not compared
    assert settings.compare(study, "renal")["equations"] == {"EGFR": "ckd_epi_2021"}
    plan = [row | {"markers": "CKD_STAGE"} for row in study.tables["plan"][:1]]
    staged = replace(study, tables=study.tables | {"plan": plan, "post_hoc": []})
    assert settings.compare(staged, "renal")["equations"] == {"CKD_STAGE": "ckd_epi_2021"}
    assert settings.compare(study, "lipid")["equations"] == {"REMNANT_C": "measured"}
    assert settings.compare(study, "glycaemic")["equations"] == {}


def test_every_panel_has_the_members_of_everyone(study):
    panels = settings.cohorts(study)["panels"]
    assert all("all" in cohorts for cohorts in panels.values())
    assert panels["hormone"] == ["all", "female", "male"]


@pytest.mark.parametrize(("rule", "excluded"), [("lod_half", False), ("excluded", True)])
def test_limits_are_excluded_where_timepoints_are_chosen(study, rule, excluded):
    edited = replace(study, config=study.config | {"censored": rule})
    assert settings.cohorts(edited)["exclude_limits"] is excluded


def test_values_are_kept_of_what_is_compared_and_of_what_selects_a_cohort(study):
    assert tuple(settings.placed_panels(study)) == PANELS
    # regression to the mean asks for the baseline of eGFR and of hs-CRP
    plan = [row for row in study.tables["plan"] if row["markers"] == "HBA1C"]
    only = replace(study, tables=study.tables | {"plan": plan, "post_hoc": []})
    assert settings.planned_panels(only) == ["glycaemic"]
    assert settings.placed_panels(only) == ["glycaemic", "renal", "inflammation"]
    assert settings.cohorts(only)["panels"] == {
        "glycaemic": ["all"], "renal": ["all"], "inflammation": ["all"],
    }  # fmt: skip


def test_regression_is_told_of_its_markers_and_no_other(study):
    def markers(study: Study) -> tuple[set[str], set[str]]:
        told = settings.regression(study)
        return tuple({row["marker"] for row in told[name]} for name in ("selections", "tested"))

    selecting, tested = markers(study)
    assert (selecting, tested) == ({"HSCRP", "EGFR"}, {"HSCRP", "CREAT", "BUN", "UA", "EGFR"})
    # chosen by eGFR, tested in HbA1c
    other = study.tables["plan"][0] | {"family": "new", "markers": "HBA1C", "cohort": "ckd_3"}
    alone = replace(study, tables=study.tables | {"plan": [other], "post_hoc": []})
    assert markers(alone) == ({"EGFR"}, {"HBA1C"})
    everyone = replace(alone, tables=alone.tables | {"plan": [other | {"cohort": "all"}]})
    assert markers(everyone) == (set(), set())


def test_the_grid_is_told_what_detection_forbids_and_every_panel_that_it_takes(study):
    config = study.config | {"detection": {"no_mean": 0.2, "no_median": 0.4}}
    told = settings.sensitivity(replace(study, config=config))
    # it gives no median
    assert told["detection"] == {"no_mean": 0.2}
    panels = {part["panel"] for part in told["derive"]}
    assert {study.marker(row["marker"])["panel"] for row in told["rows"]} <= panels


def band(study: Study, criterion: str, subject: str, values: str, rounding="half_up") -> dict:
    row = {"cohort": "c", "criterion": criterion, "subject": subject, "values": values}
    told = selection(replace(study, config=study.config | {"egfr_rounding": rounding}), row)
    assert told.pop("cohort") == "c"
    return told


EXACT, OPEN = (True, False), None
NO_INTERVAL = "the cohort is not one interval of a baseline value"


@pytest.mark.parametrize(
    ("values", "rounding", "low", "high"),
    [
        # half-up staging: an eGFR of 59.5 is 60 and of 89.5 is 90
        ("2", "half_up", 59.5, 89.5),
        ("2", "none", 60, 90),
        ("3|4|5", "half_up", OPEN, 59.5),
        ("5|3|4", "none", OPEN, 60),
        ("1", "half_up", 89.5, OPEN),
        ("1|2", "none", 60, OPEN),
        ("2|3|4|5", "half_up", OPEN, 89.5),
    ],
)
def test_stages_are_a_band_of_egfr(study, values, rounding, low, high):
    assert band(study, "baseline_is", "CKD_STAGE", values, rounding) == {
        "marker": "EGFR", "low": low, "high": high, "low_inclusive": True,
        "high_inclusive": False, "reason": None,
    }  # fmt: skip


def test_a_category_of_kdigo_is_a_band_too(study):
    told = band(study, "baseline_is", "GFR_CATEGORY", "G3a|G3b")
    assert (told["marker"], told["low"], told["high"]) == ("EGFR", 29.5, 59.5)


@pytest.mark.parametrize(
    ("subject", "values", "marker"),
    [("CKD_STAGE", "2|4", "EGFR"), ("HSCRP", "1.5", "HSCRP"), ("CKD_STAGE", "7", "EGFR")],
)
def test_what_is_no_one_band_says_so(study, subject, values, marker):
    told = band(study, "baseline_is", subject, values)
    assert (told["marker"], told["reason"]) == (marker, NO_INTERVAL)
    assert told["low"] is told["high"] is None


@pytest.mark.parametrize(
    ("criterion", "low", "high", "inclusive"),
    [
        ("baseline_at_least", 1.5, None, {"low_inclusive": True, "high_inclusive": False}),
        ("baseline_above", 1.5, None, {"low_inclusive": False, "high_inclusive": False}),
        ("baseline_at_most", None, 1.5, {"low_inclusive": True, "high_inclusive": True}),
        ("baseline_below", None, 1.5, {"low_inclusive": True, "high_inclusive": False}),
    ],
)
def test_a_threshold_is_a_band_with_or_without_its_end(study, criterion, low, high, inclusive):
    assert band(study, criterion, "HSCRP", "1.50") == {
        "marker": "HSCRP", "low": low, "high": high, "reason": None, **inclusive,
    }  # fmt: skip


def test_what_is_tested_is_named_once(study):
    rows = assessments.tested(study)
    keys = {tuple(row.values()) for row in rows}
    assert len(keys) == len(rows)
    # planned in both profiles, and post hoc
    assert {"cohort": "all", "marker": "HBA1C", "timepoint": "month_6"} in rows
    assert {"cohort": "all", "marker": "UA", "timepoint": "month_6"} in rows
    order = [row["marker"] for row in study.tables["markers"]]
    assert [order.index(r["marker"]) for r in rows] == sorted(
        order.index(r["marker"]) for r in rows
    )


def test_the_digest_of_the_plan_is_of_what_it_says(study):
    def digest(plan: list[dict]) -> str:
        return assessments.plan_digest(replace(study, tables=study.tables | {"plan": plan}))

    plan = study.tables["plan"]
    assert digest(plan[::-1]) == digest(plan) == assessments.plan_digest(study)
    told = {"plan": digest(plan), "declared": "after publication of the results"}
    assert settings.families(study) == told
    assert digest(plan[1:]) != digest(plan)
    for column, value in {"alpha": 0.01, "correction": "bh", "exclude": "soft_low"}.items():
        assert digest([plan[0] | {column: value}, *plan[1:]]) != digest(plan)


def test_no_label_moves_the_digest_of_the_plan(study):
    tables = deepcopy(study.tables)
    for name in ("markers", "cohorts", "visits", "tables", "figures"):
        for row in tables[name]:
            row.update({k: "x" for k in row if k.startswith(("label", "title"))})
    assert assessments.plan_digest(replace(study, tables=tables)) == assessments.plan_digest(study)


def test_the_grid_has_the_comparisons_of_its_roles_with_the_studys_own_levels_first(study):
    config = study.config | {"censored": "sqrt2"}
    config["sensitivity"] = study.config["sensitivity"] | {"markers": []}
    told = settings.sensitivity(replace(study, config=config))
    assert {row["family"] for row in told["rows"]} == {"primary"}
    # three markers, two timepoints, two profiles
    assert len(told["rows"]) == 12
    assert told["censored"] == ["sqrt2", "lod_half", "lod", "excluded"]
    assert told["widths"] == [30, 45, 60, 90]
    assert told["methods"] == {}
    assert sorted(part["panel"] for part in told["derive"]) == ["glycaemic", "inflammation"]
    assert told["modules"] == ["labcohort.derive.formulas.glycaemic"]
    excluded = [r["exclude"] for r in told["rows"]
                if r["marker"] == "HOMA_IR" and r["profile"] == "recommended"]  # fmt: skip
    assert excluded == [["insulin_treated", "insulin_unknown"]] * 2


def in_the_grid(study: Study, **how) -> dict:
    """What the grid is told where the study's settings of it are changed."""
    config = study.config | {"sensitivity": study.config["sensitivity"] | how}
    return settings.sensitivity(replace(study, config=config))


def test_the_grid_has_every_comparison_of_a_named_marker_whatever_its_role(study):
    rows = in_the_grid(study, roles=[])["rows"]
    assert {row["marker"] for row in rows} == {"EGFR"}
    assert {row["cohort"] for row in rows} == {
        "all", "ckd_2", "ckd_3", "ckd_4", "ckd_5", "ckd_3_5",
    }  # fmt: skip
    # two timepoints: four stages in both profiles, all patients and stages 3-5 in one
    assert len(rows) == 2 * (2 * 4 + 2)
    told = in_the_grid(study)
    assert len(told["rows"]) == 12 + len(rows)
    assert told["methods"] == {"EGFR": ["ckd_epi_2021", "ckd_epi_2009", "mdrd_4"]}
    # by role and by name, once
    assert len(in_the_grid(study, markers=["EGFR", "HBA1C"])["rows"]) == len(told["rows"])
    # what is post hoc as well
    post_hoc = in_the_grid(study, roles=[], markers=["UA"])["rows"]
    assert {"post_hoc", "exploratory"} == {row["family"] for row in post_hoc}


def test_the_grid_goes_through_equations_where_a_comparison_or_its_cohort_rests_on_one(study):
    plan = [*study.tables["plan"], study.tables["plan"][0] | {
        "family": "new", "role": "sensitivity", "markers": "BUN", "cohort": "ckd_3"}]  # fmt: skip
    config = study.config | {
        "methods": study.config["methods"] | {"EGFR": "mdrd_4"},
        "sensitivity": study.config["sensitivity"] | {"roles": ["sensitivity"], "markers": []},
    }
    edited = replace(study, config=config, tables=study.tables | {"plan": plan})
    told = settings.sensitivity(edited)
    assert [row["marker"] for row in told["rows"]] == ["BUN"]
    assert told["methods"] == {"EGFR": ["mdrd_4", "ckd_epi_2021", "ckd_epi_2009"]}
    assert settings.sensitivity_inputs(edited) == ["anthropometric", "renal"]


def test_a_grid_of_no_role_and_no_marker_is_empty(study):
    nothing = study.config["sensitivity"] | {"roles": [], "markers": []}
    config = study.config | {"sensitivity": nothing}
    told = settings.sensitivity(replace(study, config=config))
    assert told["rows"] == told["derive"] == told["modules"] == []


def test_the_scorecard_has_the_rows_of_the_named_publication(study):
    told = settings.scorecard(study)
    assert told["profile"] == "as_published"
    assert {row["publication"] for row in told["published"]} == {"chin_2025"}
    assert len(told["published"]) == 98
    unnamed = replace(study, config=study.config | {"published": None})
    assert settings.scorecard(unnamed)["published"] == []


def test_ranges_are_of_the_markers_that_are_tested(study):
    told = settings.in_range(study)
    used = {row["marker"] for row in told["tested"]}
    listed = {row["marker"] for row in study.tables["reference_ranges"]}
    assert {row["marker"] for row in told["ranges"]} == used & listed
    assert listed - used
    assert told["decimals"].keys() == used
    assert {m: told["decimals"][m] for m in ("HBA1C", "BMI", "WHR")} == {
        "HBA1C": 2, "BMI": 1, "WHR": 3,
    }  # fmt: skip


def test_shares_in_range_say_which_cohorts_are_chosen_on_a_baseline_value(study):
    tested = settings.in_range(study)["tested"]
    chosen = {row["cohort"] for row in tested if row["selected_on_baseline"]}
    assert chosen == {"ckd_2", "ckd_3", "ckd_4", "ckd_5", "ckd_3_5", "hscrp_ge_1_50"}
    others = {row["cohort"] for row in tested if not row["selected_on_baseline"]}
    assert others == {"all", "male", "female"}


@pytest.mark.parametrize("job", ["regression", "attenders"])
def test_no_mean_is_given_of_too_many_limits(study, job):
    assert getattr(settings, job)(study)["detection"] == {"no_mean": 0.15}


def test_the_lists_of_derived_values_say_by_which_method(study):
    assert settings.quality(study, {})["methods"] == {
        "EGFR": "ckd_epi_2021", "CKD_STAGE": "ckd_epi_2021", "GFR_CATEGORY": "ckd_epi_2021",
        "REMNANT_C": "measured",
    }  # fmt: skip
    config = study.config | {"methods": study.config["methods"] | {"EGFR": "mdrd_4"}}
    told = settings.quality(replace(study, config=config), {})["methods"]
    assert told["EGFR"] == told["CKD_STAGE"] == "mdrd_4"


def test_the_list_of_flagged_values_leaves_out_what_is_not_judged(study):
    told = settings.quality(study, {})["unjudged"]
    every = ["site_a", "site_b", "site_c"]
    assert told["delta_check"] == told["soft_low"] == every
    # resources/rules.tsv warns of these
    assert not {"isolated_spike", "preliminary", "height_changed"} & set(told)
    own = {"severity": "none", "threshold": None, "why": "x"}
    given = [{"rule": "isolated_spike", "source": "site_b"} | own,
             {"rule": "delta_check", "source": "site_c"} | own | {"severity": "warn"}]  # fmt: skip
    tables = study.tables | {"rule_settings": given}
    told = settings.quality(replace(study, tables=tables), {})["unjudged"]
    assert (told["isolated_spike"], told["delta_check"]) == (["site_b"], every[:2])


def test_a_severity_moves_the_lists_and_the_report_alone(study, moved):
    row = {"source": None, "threshold": None, "why": "x"}

    def graver(rule: str) -> set[str]:
        more = row | {"rule": rule, "severity": "error"}
        return moved(lambda s: s.tables["rule_settings"].append(more))

    # the report prints what the study judges otherwise
    assert graver("delta_check") == JUDGED | {"quality", "report"}
    # what is listed already, and what is no flag
    assert graver("isolated_spike") == graver("hard_limit") == JUDGED | {"report"}


def test_where_dates_stand_is_known_of_files_and_not_of_messages(study):
    sources = deepcopy(study.sources)
    sources["site_b"]["date"] = {"column": "day_{visit}", "formats": ["iso"]}
    sources["site_b"]["visits"] = {"0": {}, "6": {"date": "sixth"}}
    sources["site_c"]["format"] = {"type": "hl7"}
    told = settings.derive(replace(study, sources=sources), "lipid")["date_columns"]
    assert [tuple(row.values()) for row in told if row["source"] != "site_a"] == [
        ("site_b", None, "day_{visit}"), ("site_b", "0", "day_0"), ("site_b", "6", "sixth"),
    ]  # fmt: skip


def test_the_demo_has_one_family_beside_the_primary(study):
    """One profile's families are declared together; what the publication has not is in none."""
    families = {(row["profile"], row["family"]) for row in study.tables["plan"]}
    assert families == {
        (profile, family)
        for profile in ("as_published", "recommended")
        for family in ("primary", "exploratory")
    }
    # the publication prints the stages one by one
    published = {r["cohort"] for r in study.tables["plan"] if r["profile"] == "as_published"}
    assert "ckd_3_5" not in published
    assert {r["cohort"] for r in study.tables["published_results"]} <= published


def test_regression_is_of_the_cohorts_that_something_is_tested_in(study):
    told = settings.regression(study)
    # ckd_2_5 is a cohort of no comparison
    assert [s["cohort"] for s in told["selections"]] == [
        "ckd_2", "ckd_3", "ckd_4", "ckd_5", "ckd_3_5", "hscrp_ge_1_50",
    ]  # fmt: skip
    assert {row["marker"] for row in told["tested"]} == {"EGFR", "CREAT", "BUN", "UA", "HSCRP"}
    assert told["log"] == ["HSCRP"]
    assert list(told["reliability"]) == ["HSCRP"]


def test_attenders_are_compared_in_what_the_study_compares(study):
    told = settings.attenders(study)
    assert told["timepoints"] == ["month_6", "month_12"]
    assert "UA" in told["markers"] and "WEIGHT" not in told["markers"]
    assert set(told["log"]) < set(told["markers"])


@pytest.mark.parametrize("unit", ["mg/dL", "mmol/L"])
def test_a_figure_and_the_tables_are_told_the_unit_to_show(study, unit):
    config = study.config | {"units": {"FBS": unit, "TC": "mg/dL"}}
    edited = replace(study, config=config)
    drawn = settings.figure(edited, "figure_3_glycaemia")
    fbs = next(m for m in drawn["markers"] if m["marker"] == "FBS")
    printed = settings.tables(edited)
    if unit == "mmol/L":  # the canonical one
        assert drawn["units"] == {} and set(printed["units"]) == {"TC"}
        assert fbs["unit"] == "mmol/L"
        return
    # AMA Manual of Style: 1 mmol/L of glucose is 18.0156 mg/dL
    shown = {"unit": "mg/dL", "slope": 18.0156, "intercept": 0}
    assert drawn["units"] == {"FBS": shown}
    assert fbs["unit"] == "mg/dL"
    assert printed["units"]["FBS"] == shown | {"decimals": 1}
    assert set(printed["units"]) == {"FBS", "TC"}
    # comparisons.csv stays in canonical units
    assert printed["markers"]["FBS"]["unit"] == "mmol/L"


def test_a_figure_shows_its_profile(study):
    assert settings.figure(study, "figure_3_glycaemia")["profile"] == "as_published"


def test_tables_are_told_which_cohorts_are_stages_and_by_which_equation(study):
    told = settings.tables(study)
    assert told["staged"] == ["ckd_2", "ckd_3", "ckd_4", "ckd_5", "ckd_3_5", "ckd_2_5"]
    assert told["equation"] == "ckd_epi_2021"
    assert told["declared"] == "after publication of the results"
    assert {(t["kind"], t["profile"]) for t in told["tables"]} == {
        ("comparisons", "as_published"), ("estimates", "recommended"), ("scorecard", None),
        ("attenders", None), ("sensitivity", None), ("baseline", None),
    }  # fmt: skip


def test_tables_are_told_the_modules_of_their_kinds_alone(study):
    told = settings.tables(study)["modules"]
    assert told == [
        f"labcohort.publish.tables.{kind}"
        for kind in (
            "attenders", "baseline", "comparisons", "estimates", "scorecard", "sensitivity",
        )
    ]  # fmt: skip
    rows = [row for row in study.tables["tables"] if row["kind"] == "estimates"]
    fewer = replace(study, tables=study.tables | {"tables": rows})
    assert settings.tables(fewer)["modules"] == ["labcohort.publish.tables.estimates"]


def test_tables_are_told_which_cohorts_lie_within_which(study):
    sex, stages, limits = (
        next(of for of in settings.tables(study)["cohort_parts"] if cohort in of)
        for cohort in ("male", "ckd_3", "hscrp_ge_1_50")
    )
    assert sex == {"male": ["male"], "female": ["female"], "all": ["male", "female", "rest"]}
    assert stages["ckd_3_5"] == ["3", "4", "5"] and stages["ckd_4"] == ["4"]
    assert set(stages["all"]) == {"2", "3", "4", "5", "rest"}
    assert limits["hscrp_ge_1_50"] == ["band 1"]


@pytest.mark.parametrize(
    ("criteria", "parts"),
    [
        # below 1 | 1 to 2, without 2 | from 2
        (
            {"a": ("baseline_at_least", "1"), "b": ("baseline_below", "2")},
            {"a": ["band 1", "band 2"], "b": ["band 0", "band 1"]},
        ),
        # one value lies between: "at most 1" and "above 1" exclude each other and leave none out
        (
            {"a": ("baseline_at_most", "1"), "b": ("baseline_above", "1")},
            {"a": ["band 0"], "b": ["band 1"]},
        ),
        # the limit itself is in both
        (
            {"a": ("baseline_at_most", "1"), "b": ("baseline_at_least", "1")},
            {"a": ["band 0", "band 1"], "b": ["band 1", "band 2"]},
        ),
    ],
)
def test_cohorts_chosen_by_limits_are_bands_between_them(study, criteria, parts):
    rows = [
        {"cohort": cohort, "criterion": criterion, "subject": "HSCRP", "values": limit}
        for cohort, (criterion, limit) in criteria.items()
    ]
    everyone = [row for row in study.tables["cohorts"] if row["criterion"] == "everyone"]
    own = replace(study, tables=study.tables | {"cohorts": everyone + rows})
    (found,) = cohort_parts(own)
    assert {cohort: found[cohort] for cohort in criteria} == parts


def test_tables_are_told_by_which_formula_a_marker_of_several_was_made(study):
    printed = settings.tables(study)["markers"]
    assert printed["EGFR"]["method"] == "CKD-EPI 2021 (creatinine)"
    assert printed["HBA1C"]["method"] is None


def test_tables_know_the_marker_that_chooses_a_cohort_though_nothing_compares_it(study):
    plan = [row for row in study.tables["plan"] if row["markers"] == "HBA1C"]
    only = replace(study, tables=study.tables | {"plan": plan, "post_hoc": []})
    # regression to the mean names it
    assert {"EGFR", "HSCRP"} <= settings.tables(only)["markers"].keys()


@pytest.mark.parametrize(
    ("source", "key", "column", "found"),
    [
        ("site_b", "ignore", "LDL-C", ["LDL"]),
        ("site_b", "ignore", "LDL", ["LDL"]),
        # the others measure it too, and it is a laboratory's name
        ("patients", "ignore", "HbA1c (%)", ["HBA1C"]),
        # said to hold no result; a marker that no source of the study measures
        ("site_b", "context", "Platelets", ["PLT"]),
        ("site_b", "ignore", "Platelets", []),
        ("site_b", "context", "Remarks", []),
        # mapped by the same file under another name
        ("site_c", "ignore", "TG", []),
    ],
)
def test_a_marker_that_a_mapping_passes_over_is_told(study, source, key, column, found):
    sources = deepcopy(study.sources)
    sources[source][key] = [column]
    if source == "site_b":
        sources[source]["analytes"].pop("LDL-C")
    told = settings.validation(replace(study, sources=sources), {})["left_out"]
    assert [row["marker"] for row in told] == found
    assert all(
        (row["source"], row["column"], row["under"]) == (source, column, key) for row in told
    )


# ---------------------------------------------------------------- baseline characteristics


def test_baseline_describes_what_the_study_has(study):
    told = settings.baseline(study)
    assert told["sets"] == [["all"], ["ckd_2", "ckd_3", "ckd_4", "ckd_5"], ["male", "female"]]
    # sex first; no date, no free text, and the unknown is no category
    assert told["attributes"] == [
        {"attribute": "sex", "categories": ["male", "female"]},
        {"attribute": "diabetes_type", "categories": ["type_1", "type_2"]},
        {"attribute": "dose_million_cells"},
        {"attribute": "insulin_treated", "categories": ["yes", "no"]},
    ]
    assert (told["age"], told["adverse_events"]) == (True, True)
    assert told["stages"] == {
        "marker": "CKD_STAGE", "categories": list("12345"), "below_60": list("345"),
    }  # fmt: skip
    assert told["markers"][:2] == ["BMI", "WHTR"] and "CKD_STAGE" not in told["markers"]


def test_without_cohorts_by_stage_the_gfr_category_is_told(study):
    cohorts = [r for r in study.tables["cohorts"] if r["subject"] != "CKD_STAGE"]
    tables = study.tables | {"cohorts": cohorts}
    stages = settings.baseline(replace(study, tables=tables))["stages"]
    assert stages["categories"] == ["G1", "G2", "G3a", "G3b", "G4", "G5"]
    assert stages["below_60"] == ["G3a", "G3b", "G4", "G5"]


def test_without_egfr_in_the_plan_there_are_no_stages(study):
    cohorts = [r for r in study.tables["cohorts"] if r["subject"] != "CKD_STAGE"]
    plan = [r for r in study.tables["plan"] if "EGFR" not in r["markers"]]
    tables = study.tables | {"cohorts": cohorts, "plan": plan}
    assert settings.baseline(replace(study, tables=tables))["stages"] is None


def test_a_label_of_an_attribute_moves_the_printed_tables_alone(study, moved):
    def label(edited: Study) -> None:
        edited.sources[edited.patients_source]["attributes"]["insulin_treated"]["label"] = "Insulin"

    def meaning(edited: Study) -> None:
        of = edited.sources[edited.patients_source]["attributes"]["diabetes_type"]["labels"]
        of["type_2"] = "Second type"

    # the report of validation names the digest of each source's file
    assert moved(label) == moved(meaning) == {"tables", "validate"}


def test_the_cohorts_of_a_baseline_table_move_it_and_the_tables(moved):
    def other(edited: Study) -> None:
        row = next(r for r in edited.tables["tables"] if r["table"] == "baseline_by_sex")
        row["cohorts"] = "female|male"

    assert moved(other) == {"baseline", "tables"}


def test_a_title_of_a_baseline_table_moves_the_tables_alone(moved):
    def title(edited: Study) -> None:
        row = next(r for r in edited.tables["tables"] if r["table"] == "baseline_by_sex")
        row["title"] = "Men and women"

    assert moved(title) == {"tables"}


def test_labels_of_attributes_are_in_the_study_s_language(study):
    how = deepcopy(study.config)
    how["print"]["language"] = "zh"
    own = settings.tables(replace(study, config=how))["characteristics"]
    assert own["attributes"]["insulin_treated"] == {"label": "胰岛素治疗", "labels": {}}
    assert own["attributes"]["diabetes_type"]["labels"]["type_2"] == "2型"
    assert own["stages"]["labels"]["2"] == "2期（eGFR 60-89）"


def test_the_report_is_told_what_the_plan_leaves_out_by_profile_and_flags(study):
    """config/plan.tsv: HOMA-IR, HOMA-B and QUICKI without the insulin-treated and the unknown."""
    assert settings.report(study)["excluded"] == [
        {
            "profile": "recommended",
            "flags": ["insulin_treated", "insulin_unknown"],
            "markers": ["HOMA_B", "HOMA_IR", "QUICKI"],
        }
    ]


def test_snakemake_s_report_files_each_figure_and_table_under_a_label_of_its_own(study):
    filed = [
        *(settings.figure_in_report(study, row["figure"]) for row in study.tables["figures"]),
        *(settings.table_in_report(study, row["table"]) for row in study.tables["tables"]),
    ]
    labels = [tuple(each["labels"].items()) for each in filed]
    assert len(set(labels)) == len(labels)
    # with a second one that page would make a switch of it
    assert {len(each) for each in labels} == {1}
    assert all("SYNTHETIC" in each["category"] for each in filed)
    names = [row["figure"] for row in study.tables["figures"]]
    names += [row["table"] for row in study.tables["tables"]]
    placed = {name: each["subcategory"] for name, each in zip(names, filed, strict=True)}
    # a figure of the markers of one panel, of several, of none; and a table of a panel
    assert placed["figure_2_blood_pressure"] == "Blood pressure"
    assert placed["specifications_primary"] == placed["missingness"] == "All panels"
    assert placed["lipid"] == "Lipids"


def test_a_label_of_a_cohort_that_nothing_is_compared_in_moves_no_report(study, moved):
    # ckd_2_5 stands in cohorts.tsv alone
    edit = changed("cohorts", "ckd_2_5", label="another")
    assert "report" not in moved(edit)
    assert "report" in moved(changed("cohorts", "ckd_3", label="another"))
